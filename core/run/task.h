#pragma once

// The unit of computation and of reuse: one call of one node, named by its key. Tasks form a graph; a chain
// is the part of it that one item needs.

#include "core/graph/manifest.h"
#include "core/graph/value.h"
#include "core/hash.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::run {

enum class TaskKind { Source, Transform, Encode, Extract, Decode, Prepare, Score, Analyse };
const char* toText(TaskKind kind);
TaskKind taskKindFromText(const std::string& name);  ///< throws Error(Internal) for an unknown name

/// An output of another task.
struct TaskOutput {
    Hash task;
    std::string port;

    auto operator<=>(const TaskOutput&) const = default;
};

struct Task {
    Hash key;
    TaskKind kind = TaskKind::Source;
    std::string node;  ///< slug in the document, for messages; does not enter the key
    std::string type;  ///< manifest id
    int version = 1;
    std::filesystem::path library;  ///< plugin that holds the node
    /// Those of the task's own stage (a decode task has no encode parameters); all others complete. Commands are
    /// resolved (core/run/command_files.h).
    std::map<std::string, graph::ParameterValue> parameters;
    std::optional<std::uint64_t> seed;  ///< only when the manifest says usesSeed
    std::map<std::string, std::vector<TaskOutput>> inputs;
    std::filesystem::path
        file;                ///< Source by files: the asset; Analyse: the study's rows as a table file (CSV)
    std::int64_t index = 0;  ///< Source by count
    Hash fileHash;           ///< of `file`; enters the key in its place
    /// Of the files that parameters of type File name (by parameter id); enter the key in place of the paths.
    /// Not sent to workers.
    std::map<std::string, Hash> parameterFiles;
    /// Its values are kept as artefacts until the user deletes them: of learners and experiments. Does not enter the
    /// key, and is not sent to workers, who know their nodes.
    bool keepsValues = false;
};

/// Learners and experiments.
bool keepsValues(graph::NodeKind kind);

/// SHA-256 of the canonical JSON of node id, version, stage, parameters that enter the key, seed if used,
/// keys and ports of the inputs, hash of the source file, hashes of files that parameters name. Stable over
/// processes. A codec's encode, extract and decode differ by their kind; extract and decode name their stream
/// as the input "bitstream" (port "bitstream" of the encode or extract task). Of a command its words enter, files by
/// their hashes, the program by name and hash. A file parameter whose hash is not in `parameterFiles` is hashed
/// here, and so are the files of a command that is not resolved: throws Error(Input) if one can't be read.
Hash keyOf(const Task& task, const graph::Manifest& manifest);

}  // namespace ratescope::run
