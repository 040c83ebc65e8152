#pragma once

// What a document asks for, as tasks: each named by its key, so that equal work is one task however many
// items need it. Pure: the same document, assets and options give the same plan.

#include "core/graph/catalogue.h"
#include "core/graph/document.h"
#include "core/run/assets.h"
#include "core/run/task.h"
#include "core/store/records.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace ratescope::run {

using TaskTable = std::unordered_map<Hash, Task, HashOfHash>;

/// The tasks behind one planned item.
struct ItemTasks {
    TaskOutput candidate;
    std::vector<Hash> scores;            ///< of its measurements, in their order
    std::vector<Hash> prepares;          ///< of its measurements, in their order
    std::vector<TaskOutput> references;  ///< what each measurement's first reference input reads
    std::vector<Hash> encodes;           ///< encode and extract tasks of the codecs on its way
    std::vector<Hash> decodes;
};

/// An analysis node; `task` has no rows yet, and so no key.
struct PlannedAnalysis {
    std::string node;  ///< slug
    Task task;
};

struct PlannedSeries {
    std::string slug, title, branch;
    std::size_t rows = 0;  ///< sweep rows; its items are rows × assets × seeds
};

struct StudyPlan {
    TaskTable tasks;
    std::vector<store::PlannedItem> items;  ///< by branch, then sweep row, asset, seed
    std::vector<ItemTasks> itemTasks;       ///< in the order of items
    std::vector<PlannedAnalysis> analyses;  ///< in document order
    std::vector<PlannedSeries> series;
};

struct PlanOptions {
    std::vector<std::uint64_t> seeds;  ///< empty: those of the document
};

/// The document must be valid. Throws Error(Document) naming the node: an asset without a partner where
/// sources are paired by name; a kind of node that this version can't run.
///
/// - A codec makes an encode task and a decode task, and between them an extract task if its manifest has
///   parameters of that stage. Each task has the parameters of its own stage only.
/// - An input that takes the fan-out as `all` reads every asset upstream, in asset order, wire after wire.
/// - An item's key is its candidate's task key; a measurement's is its score task's key, which the candidate's
///   enters.
/// - The streams that count are those of the codecs on the candidate's way; one whose rule is Nested holds
///   those of the codecs upstream of it.
/// - A task has a seed only where its node uses one, so that items that differ in the seed alone share the
///   others.
StudyPlan makePlan(const graph::Document& document, const graph::Catalogue& catalogue, const Assets& assets,
                   const PlanOptions& options = {});

}  // namespace ratescope::run
