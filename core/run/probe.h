#pragma once

// The tasks of an item that is to reach something, at one value of its parameter: ordinary tasks with ordinary
// keys, made from those that were planned at the low end of the range.

#include "core/run/plan.h"

namespace ratescope::run {

struct ProbeTasks {
    TaskTable tasks;  ///< those that the plan does not have
    ItemTasks item;
    std::vector<Hash> streams;
    std::vector<Hash> wanted;  ///< of Extent::Probe: the tasks that tell the quantity, but for counts
};

/// How much of an item: what tells the quantity, or all.
enum class Extent { Probe, Item };

/// `tasks` holds what was planned. With Extent::Probe only `streams`, `wanted` and the prepare tasks of the
/// item's measures are set.
ProbeTasks tasksAt(const TaskTable& tasks, const graph::Catalogue& catalogue, const ItemTasks& planned,
                   double place, Extent extent);

/// Names the item by what it is to reach. `high`: its tasks at the high end of the range.
Hash keyOfReach(const ItemTasks& planned, const ProbeTasks& high);
/// Of the item's measurement by a score task at the low end.
Hash keyOfReachMeasurement(const Hash& item, const Hash& score);

}  // namespace ratescope::run
