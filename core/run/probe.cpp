#include "core/run/probe.h"

#include "core/curves/rate.h"
#include "core/run/schedule.h"

#include <algorithm>

namespace ratescope::run {
namespace {

/// Renames tasks: those of the reach's parameter, and all that depend on them.
class Rekeying {
  public:
    Rekeying(const TaskTable& tasks, const graph::Catalogue& catalogue, const PlannedReach& reach,
             graph::ParameterValue value)
        : tasks_(tasks), catalogue_(catalogue), reach_(reach), value_(std::move(value)) {}

    void follow(const std::vector<Hash>& wanted) {
        for (const Hash& key : upstreamTasks(tasks_, wanted))
            if (!renamed_.count(key)) renamed_[key] = take(tasks_.at(key));
    }
    Hash operator()(const Hash& key) const { return renamed_.at(key); }
    std::vector<Hash> operator()(std::vector<Hash> keys) const {
        for (Hash& key : keys)
            key = renamed_.at(key);
        return keys;
    }
    TaskOutput operator()(const TaskOutput& output) const {
        return output.task == Hash{} ? output : TaskOutput{renamed_.at(output.task), output.port};
    }
    TaskTable take() { return std::move(made_); }

  private:
    Hash take(const Task& planned) {
        const bool isReached = planned.node == reach_.node && planned.parameters.count(reach_.parameter);
        bool changed = isReached;
        for (const auto& [port, inputs] : planned.inputs)
            for (const TaskOutput& input : inputs)
                changed = changed || renamed_.at(input.task) != input.task;
        if (!changed) return planned.key;
        Task task = planned;
        if (isReached) task.parameters[reach_.parameter] = value_;
        for (auto& [port, inputs] : task.inputs)
            for (TaskOutput& input : inputs)
                input.task = renamed_.at(input.task);
        task.key = keyOf(task, *catalogue_.find(task.type));
        const Hash key = task.key;
        if (!tasks_.count(key)) made_.try_emplace(key, std::move(task));
        return key;
    }

    const TaskTable& tasks_;
    const graph::Catalogue& catalogue_;
    const PlannedReach& reach_;
    graph::ParameterValue value_;
    std::unordered_map<Hash, Hash, HashOfHash> renamed_;
    TaskTable made_;
};

std::string textOf(const TaskOutput& output) {
    return output.task.hex() + "." + output.port;
}

}  // namespace

ProbeTasks tasksAt(const TaskTable& tasks, const graph::Catalogue& catalogue, const ItemTasks& planned,
                   double place, Extent extent) {
    const PlannedReach& reach = *planned.reach;
    Rekeying rekeyed(tasks, catalogue, reach, reach.aim.range.value(place));
    ProbeTasks probe;
    const std::vector<Hash> told =
        reach.told.rate ? reach.streams : std::vector{planned.scores.at(reach.told.measures.front())};
    rekeyed.follow(told);
    rekeyed.follow(reach.streams);
    rekeyed.follow(planned.prepares);
    probe.wanted = rekeyed(told);
    probe.streams = rekeyed(reach.streams);
    probe.item.prepares = rekeyed(planned.prepares);
    if (extent == Extent::Item) {
        rekeyed.follow({planned.candidate.task});
        rekeyed.follow(planned.scores);
        rekeyed.follow(planned.encodes);
        rekeyed.follow(planned.decodes);
        probe.item.candidate = rekeyed(planned.candidate);
        probe.item.scores = rekeyed(planned.scores);
        probe.item.encodes = rekeyed(planned.encodes);
        probe.item.decodes = rekeyed(planned.decodes);
        for (const TaskOutput& reference : planned.references) {
            if (reference.task != Hash{}) rekeyed.follow({reference.task});
            probe.item.references.push_back(rekeyed(reference));
        }
    }
    probe.tasks = rekeyed.take();
    return probe;
}

Hash keyOfReach(const ItemTasks& planned, const ProbeTasks& high) {
    const PlannedReach& reach = *planned.reach;
    const ReachAim& aim = reach.aim;
    std::string text = "reach 1\n" + textOf(planned.candidate) + "\n" + textOf(high.item.candidate) + "\n";
    if (reach.told.rate) {
        text += std::string(reach.told.rate->id) + "\n";
        // The measures share their reference, whose counts they tell.
        if (!reach.told.measures.empty())
            for (const ItemTasks* const end : {&planned, &high.item})
                text += textOf(end->references.at(reach.told.measures.front())) + "\n";
    } else {
        const std::size_t measure = reach.told.measures.front();
        text += reach.told.metric + "\n" + planned.scores.at(measure).hex() + "\n" +
                high.item.scores.at(measure).hex() + "\n";
    }
    for (const double number : {aim.range.low, aim.range.high, aim.target, aim.tolerance})
        text += graph::toText(number) + "\n";
    text += std::to_string(aim.range.integers) + std::to_string(aim.range.logScale) + " " +
            std::to_string(aim.mostRuns);
    return sha256(text);
}

Hash keyOfReachMeasurement(const Hash& item, const Hash& score) {
    return sha256("reach measurement 1\n" + item.hex() + "\n" + score.hex());
}

}  // namespace ratescope::run
