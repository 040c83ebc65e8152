#pragma once

// One call of one node: from the inputs that a task names to what the node gives back.

#include "core/media/node/plugin.h"
#include "core/media/node/stream.h"
#include "core/run/task.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::media {

/// What a task is called with, by kind.
struct Arguments {
    Inputs inputs;                     ///< of a decode task the shared ones only
    std::optional<ByteSource> stream;  ///< extract and decode
    Prepared prepared;                 ///< score
    Value candidate;                   ///< score
    Table rows;                        ///< analyse
};

/// What it gave, by kind.
struct Outcome {
    Outputs values;                       ///< source, transform, decode and prepare
    std::optional<ByteSink> stream;       ///< encode and extract
    std::vector<Count> counts;            ///< prepare
    std::vector<Score> scores;            ///< score
    std::map<std::string, Table> tables;  ///< analyse; per-sample rows of a score as "samples"
};

/// Calls a fresh object of the node. Throws what the node throws, and Error(Internal) naming the node when
/// its class is not that of its kind, or when a source, transform, learner, experiment or codec gives other outputs than its
/// manifest's ports say (id, type, schema).
Outcome callNode(const NodeEntry& entry, const run::Task& task, const Arguments& arguments, Context& context);

/// A task and what it is called with.
struct Call {
    const run::Task* task = nullptr;
    Arguments arguments;
};

/// Those of the tasks that the node takes in one call with `task`, which is not among them: of its kind and of the same
/// node of the document (so that none needs another), with the same batch label, as many as its resources say. Only
/// encode, decode and score tasks are called together.
std::vector<const run::Task*> othersInCall(const NodeEntry& entry, const run::Task& task,
                                           const std::vector<run::Task>& tasks);

/// Calls a fresh object of the node once for all calls, which are of one kind. Throws as callNode, and Error(Internal)
/// when it does not give as many results as it was asked for.
std::vector<Outcome> callTogether(const NodeEntry& entry, const std::vector<Call>& calls, Context& context);

/// The map of a score task's measure. Throws Error(Usage) when the node has none.
Value callMap(const NodeEntry& entry, const run::Task& task, const Arguments& arguments, Context& context);

/// The output of a prepare task that names its others and holds its counts: a Table with the columns `kind`
/// ("value" or "count"), `name` and `count`.
inline constexpr const char* preparedPort = "prepared";
Value indexOf(const Outputs& values, const std::vector<Count>& counts);
/// Throw Error(Input) when the value is no such table.
std::vector<std::string> valueNames(const Value& index);
std::vector<Count> countsOf(const Value& index);

}  // namespace ratescope::media
