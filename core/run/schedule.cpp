#include "core/run/schedule.h"

#include <algorithm>
#include <utility>

namespace ratescope::run {
namespace {

// How far next() looks for a unit that is not blocked. Nothing is lost by giving up: blocked units wait for a
// task in flight, and when that ends next() is asked again.
constexpr std::size_t unitsLookedAt = 32;
constexpr std::size_t groupsLookedAt = 64;

/// What it gives can be published in the cache folder.
bool makesValue(const Task& task) {
    return !keepsResult(task) && task.kind != TaskKind::Score && task.kind != TaskKind::Analyse;
}

}  // namespace

bool makesStream(TaskKind kind) {
    return kind == TaskKind::Encode || kind == TaskKind::Extract;
}

bool keepsResult(const Task& task) {
    return makesStream(task.kind) || task.keepsValues;
}

std::vector<Hash> upstreamTasks(const TaskTable& tasks, const std::vector<Hash>& wanted,
                                const std::function<bool(const Task&)>& stops) {
    std::vector<Hash> sorted;
    std::unordered_set<Hash, HashOfHash> seen;
    // Depth first; a task is sorted in when it is met the second time, after its inputs.
    std::vector<std::pair<Hash, bool>> open;
    for (auto key = wanted.rbegin(); key != wanted.rend(); ++key)
        open.emplace_back(*key, false);
    while (!open.empty()) {
        const auto [key, inputsDone] = open.back();
        open.pop_back();
        if (inputsDone) {
            sorted.push_back(key);
            continue;
        }
        if (!seen.insert(key).second) continue;
        open.emplace_back(key, true);
        const Task& task = tasks.at(key);
        if (stops && stops(task)) continue;
        for (auto port = task.inputs.rbegin(); port != task.inputs.rend(); ++port)
            for (auto input = port->second.rbegin(); input != port->second.rend(); ++input)
                if (!seen.count(input->task)) open.emplace_back(input->task, false);
    }
    return sorted;
}

Schedule::Schedule(int jobs, std::uint64_t memory, StreamOf streamOf)
    : jobs_(jobs), memory_(memory), streamOf_(std::move(streamOf)) {}

void Schedule::count(const Unit& unit, int difference) {
    for (const Hash& key : upstreamTasks(*unit.tasks, unit.wanted)) {
        const auto entry = uses_.try_emplace(key, 0).first;
        entry->second += difference;
        if (entry->second <= 0) uses_.erase(entry);
    }
}

void Schedule::add(Unit unit) {
    count(unit, 1);
    const UnitId id = unit.id;
    if (unit.alone || unit.demand.exclusive) {
        last_.emplace(id, std::move(unit));
        return;
    }
    const std::size_t rank = ranks_.try_emplace(unit.group, ranks_.size()).first->second;
    groups_[rank].insert(id);
    units_.emplace(id, std::move(unit));
}

void Schedule::leaveGroup(const Unit& unit) {
    const auto group = groups_.find(ranks_.at(unit.group));
    group->second.erase(unit.id);
    if (group->second.empty()) groups_.erase(group);
}

bool Schedule::remove(UnitId id) {
    for (auto* const waiting : {&units_, &last_}) {
        const auto found = waiting->find(id);
        if (found == waiting->end()) continue;
        count(found->second, -1);
        if (waiting == &units_) leaveGroup(found->second);
        waiting->erase(found);
        return true;
    }
    return false;
}

bool Schedule::isThere(const Unit& unit, const Hash& task, std::size_t worker) const {
    if (std::find(unit.anew.begin(), unit.anew.end(), task) != unit.anew.end()) return false;
    if (published_.count(task)) return true;
    const auto memory = memories_.find(worker);
    return memory != memories_.end() && memory->second.count(task);
}

Schedule::Survey Schedule::survey(const Unit& unit, std::size_t worker) {
    Survey found;
    const std::vector<Hash> needed = upstreamTasks(*unit.tasks, unit.wanted, [&](const Task& task) {
        return keepsResult(task) ? streamOf_(task.key) != StreamState::None : isThere(unit, task.key, worker);
    });
    for (const Hash& key : needed) {
        const Task& task = unit.tasks->at(key);
        if (!unit.alone && suspects_.count(key)) found.blocked = true;
        if (keepsResult(task)) {
            const StreamState state = streamOf_(key);
            if (state == StreamState::Kept) continue;
            if (state == StreamState::Staged) found.blocked = waitsForCommit_ = true;
        } else if (isThere(unit, key, worker)) {
            continue;
        }
        if (const auto flight = inFlight_.find(key); flight != inFlight_.end()) {
            // Its own worker will have a value in memory by then, but what is kept has to be committed first.
            if (running_.at(flight->second).worker != worker || keepsResult(task)) found.blocked = true;
            continue;
        }
        found.compute.push_back(key);
    }
    return found;
}

bool Schedule::fits(const Unit& unit, std::size_t worker) const {
    if (running_.empty()) return true;
    std::map<std::size_t, Demand> demands;  // by worker: its chains run one after the other
    const auto take = [&](std::size_t at, const Demand& demand) {
        Demand& sum = demands[at];
        sum.jobs = std::max(sum.jobs, demand.jobs);
        sum.memory = std::max(sum.memory, demand.memory);
    };
    for (const auto& [id, running] : running_)
        take(running.worker, running.unit.demand);
    take(worker, unit.demand);
    int places = 0;
    std::uint64_t memory = 0;
    for (const auto& [at, demand] : demands) {
        places += demand.jobs;
        memory += demand.memory;
    }
    return demands.size() == 1 || (places <= jobs_ && memory <= memory_);
}

std::vector<std::size_t> Schedule::preferredGroups(std::size_t worker) const {
    std::vector<std::size_t> own, free, others;
    const auto current = currentGroup_.find(worker);
    if (current != currentGroup_.end() && groups_.count(current->second)) own.push_back(current->second);
    std::set<std::size_t> taken;
    for (const auto& [other, group] : currentGroup_)
        if (other != worker) taken.insert(group);
    for (const auto& [rank, ids] : groups_) {
        if (own.size() + free.size() + others.size() >= groupsLookedAt) break;
        if (!own.empty() && rank == own.front()) continue;
        (taken.count(rank) ? others : free).push_back(rank);
    }
    own.insert(own.end(), free.begin(), free.end());
    own.insert(own.end(), others.begin(), others.end());
    return own;
}

std::optional<Dispatch> Schedule::next(std::size_t worker) {
    waitsForCommit_ = false;
    for (const auto& [id, running] : running_)
        if (running.unit.alone || running.unit.demand.exclusive) return std::nullopt;
    for (const std::size_t rank : preferredGroups(worker)) {
        std::size_t looked = 0;
        for (const UnitId id : groups_.at(rank)) {
            if (++looked > unitsLookedAt) break;
            const Unit& unit = units_.at(id);
            const Survey found = survey(unit, worker);
            if (found.blocked) continue;
            if (!fits(unit, worker)) return std::nullopt;
            currentGroup_[worker] = rank;
            return handOut(units_, id, worker, found);
        }
    }
    if (!running_.empty()) return std::nullopt;
    for (const auto& [id, unit] : last_) {
        const Survey found = survey(unit, worker);
        if (!found.blocked) return handOut(last_, id, worker, found);
    }
    return std::nullopt;
}

std::vector<Hash> Schedule::closure(const Unit& unit, std::vector<Hash>* streams) const {
    return upstreamTasks(*unit.tasks, unit.wanted, [&](const Task& task) {
        const bool kept = keepsResult(task) && streamOf_(task.key) == StreamState::Kept;
        if (kept) streams->push_back(task.key);
        return kept;
    });
}

std::optional<Dispatch> Schedule::handOut(std::map<UnitId, Unit>& from, UnitId id, std::size_t worker,
                                          const Survey& found) {
    Dispatch dispatch;
    dispatch.unit = std::move(from.extract(id).mapped());
    if (&from == &units_) leaveGroup(dispatch.unit);
    dispatch.tasks = closure(dispatch.unit, &dispatch.streams);
    for (const Hash& key : found.compute) {
        inFlight_[key] = id;
        if (makesValue(dispatch.unit.tasks->at(key)) && jobs_ > 1 && uses_.at(key) > 1)
            dispatch.publish.push_back(key);
    }
    running_[id] = {worker, dispatch.unit, found.compute, dispatch.publish};
    return dispatch;
}

void Schedule::finished(std::size_t worker, const Hash& task) {
    const auto flight = inFlight_.find(task);
    if (flight == inFlight_.end()) return;
    const Running& running = running_.at(flight->second);
    if (running.worker != worker) return;
    if (makesValue(running.unit.tasks->at(task))) memories_[worker].insert(task);
    const auto& publish = running.publish;
    if (std::find(publish.begin(), publish.end(), task) != publish.end()) published_.insert(task);
    inFlight_.erase(flight);
}

void Schedule::ended(UnitId unit) {
    const auto found = running_.find(unit);
    if (found == running_.end()) return;
    for (const Hash& task : found->second.locked) {
        const auto flight = inFlight_.find(task);
        if (flight != inFlight_.end() && flight->second == unit) inFlight_.erase(flight);
    }
    count(found->second.unit, -1);
    running_.erase(found);
}

void Schedule::lost(std::size_t worker) {
    memories_.erase(worker);
    currentGroup_.erase(worker);
}

}  // namespace ratescope::run
