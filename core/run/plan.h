#pragma once

// What a document asks for, as tasks: each named by its key, so that equal work is one task however many
// items need it. Pure: the same document, assets and options give the same plan.

#include "core/graph/catalogue.h"
#include "core/graph/document.h"
#include "core/run/assets.h"
#include "core/run/reach_search.h"
#include "core/run/task.h"
#include "core/store/records.h"

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace ratescope::run {

using TaskTable = std::unordered_map<Hash, Task, HashOfHash>;

/// What an item is to reach.
struct PlannedReach {
    std::string node, parameter;  ///< slug and id
    std::string quantity;         ///< as the document names it
    ReachAim aim;
    graph::Reached told;                          ///< `measures` are places in the item's measurements
    graph::Finish finish = graph::Finish::Ratio;  ///< of a metric
    std::vector<Hash> streams;                    ///< at the low end of the range, those that count
};

/// The tasks behind one planned item. Of one that is to reach something: at the low end of its parameter's range.
struct ItemTasks {
    TaskOutput candidate;
    std::vector<Hash> scores;            ///< of its measurements, in their order
    std::vector<Hash> prepares;          ///< of its measurements, in their order
    std::vector<TaskOutput> references;  ///< what each measurement's first reference input reads
    std::vector<Hash> encodes;           ///< encode and extract tasks of the codecs on its way
    std::vector<Hash> decodes;
    std::shared_ptr<const PlannedReach> reach;  ///< nullptr for most
};

/// An analysis node; `task` has no rows yet, and so no key.
struct PlannedAnalysis {
    std::string node;  ///< slug
    Task task;
};

struct PlannedSeries {
    std::string slug, title, branch;
    std::size_t rows = 0;  ///< sweep rows; its items are rows × assets × seeds
    int mostRuns = 0;      ///< of each item that is to reach something; 0 where none is
};

struct StudyPlan {
    TaskTable tasks;
    std::vector<store::PlannedItem> items;  ///< by branch, then sweep row, asset, seed
    std::vector<ItemTasks> itemTasks;       ///< in the order of items
    std::vector<PlannedAnalysis> analyses;  ///< in document order
    std::vector<PlannedSeries> series;
    std::vector<Hash> keptTasks;                     ///< learners and experiments, ascending
    std::vector<store::AssetAttributes> attributes;  ///< of assets that a table was joined to
    std::vector<std::string> notes;                  ///< what the user should know of it
};

struct PlanOptions {
    std::vector<std::uint64_t> seeds;  ///< empty: those of the document
};

/// The document must be valid. Throws Error(Document) naming the node: an asset without a partner where
/// sources are paired by name; a kind of node that this version can't run; a measure that would read the text that its
/// candidate was calibrated with (core/run/seen_text.h).
///
/// - A codec makes an encode task and a decode task, and between them an extract task if its manifest has
///   parameters of that stage. Each task has the parameters of its own stage only.
/// - A learner or an experiment makes one task, as a transform does, whose values are kept.
/// - An input that takes the fan-out as `all` reads every asset upstream, in asset order, wire after wire.
/// - An item's key is its candidate's task key; a measurement's is its score task's key, which the candidate's
///   enters. An item that is to reach something has a key of its own, made of what it asks for: the candidate's
///   task keys at both ends of the range, the quantity and what tells it, target, tolerance and number of runs.
/// - The streams that count are those of the codecs on the candidate's way; one whose rule is Nested holds
///   those of the codecs upstream of it.
/// - A task has a seed only where its node uses one, so that items that differ in the seed alone share the
///   others.
StudyPlan makePlan(const graph::Document& document, const graph::Catalogue& catalogue, const Assets& assets,
                   const PlanOptions& options = {});

}  // namespace ratescope::run
