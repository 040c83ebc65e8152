#include "core/run/timing.h"

#include "core/store/query.h"

#include <unordered_map>
#include <utility>

namespace ratescope::run {

void Timing::add(const StudyRun& study) {
    std::deque<Hash> candidates;
    for (const Hash& candidate : study.candidates()) {
        const std::size_t item = study.itemsOf(candidate).front();
        if (study.state(item) == store::State::Done && !study.tasksOf(item).encodes.empty())
            candidates.push_back(candidate);
    }
    if (!candidates.empty()) waiting_[study.id()] = std::move(candidates);
}

void Timing::remove(store::StudyId study) {
    waiting_.erase(study);
    chain_.cancel();
}

void Timing::next() {
    const auto first = waiting_.begin();
    const store::StudyId id = first->first;
    const Hash candidate = first->second.front();
    first->second.pop_front();
    const StudyRun* const study = house_.study(id);
    if (first->second.empty()) waiting_.erase(first);
    if (!study || study->itemsOf(candidate).empty()) return;
    const ItemTasks& tasks = study->tasksOf(study->itemsOf(candidate).front());
    Chain chain = house_.newChain(study->settings());
    chain.wanted = tasks.encodes;
    chain.wanted.insert(chain.wanted.end(), tasks.decodes.begin(), tasks.decodes.end());
    // Streams are made anew, but nothing is learned or searched again for it.
    const TaskTable& all = study->plan().tasks;
    const auto isKept = [&](const Task& task) { return task.keepsValues && house_.streams.isKept(task); };
    for (const Hash& key : upstreamTasks(all, chain.wanted, isKept)) {
        chain.tasks.push_back(all.at(key));
        if (isKept(all.at(key))) house_.streams.give(all.at(key), chain);
    }
    chain.repeats = study->settings().repeats;
    chain_.run(0, std::move(chain), study->settings().stallSeconds,
               [this, id, candidate](const DirectChain::Outcome& outcome) { take(id, candidate, outcome); });
}

void Timing::take(store::StudyId id, const Hash& candidate, const DirectChain::Outcome& outcome) {
    const StudyRun* const study = house_.study(id);
    // An item keeps the times of its run when it can't be timed.
    if (!study || outcome.failure) return;
    std::unordered_map<Hash, double, HashOfHash> seconds;
    for (const TaskReport& report : outcome.reports)
        seconds[report.key] = report.seconds;
    for (const std::size_t item : study->itemsOf(candidate)) {
        if (study->state(item) != store::State::Done) continue;
        const store::ItemRow row = store::item(house_.library, study->rows()[item].id);
        store::ItemOutcome timed;
        timed.item = row.id;
        timed.timed = true;
        timed.peakMemory = row.peakMemory.value_or(0);
        timed.started = row.started.value_or(0);
        timed.ended = row.ended.value_or(0);
        const ItemTasks& tasks = study->tasksOf(item);
        for (const Hash& task : tasks.encodes)
            timed.encodeSeconds += seconds.at(task);
        for (const Hash& task : tasks.decodes)
            timed.decodeSeconds += seconds.at(task);
        house_.log.add(id, std::move(timed));
    }
}

}  // namespace ratescope::run
