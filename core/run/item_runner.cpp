#include "core/run/item_runner.h"

#include <algorithm>
#include <cmath>

namespace ratescope::run {
namespace {

// Short chains are queued at the worker for about so long, so that it need not wait for this process.
constexpr double queuedSeconds = 0.05;
constexpr double mostQueued = 8;
constexpr std::size_t tasksPerQuery = 500;
constexpr std::uint64_t memoryAllowance = 512ull << 20;

/// Tasks of equal type and parameters need the same.
std::string signatureOf(const Task& task) {
    std::string text = task.type;
    for (const auto& [id, value] : task.parameters)
        text += '\n' + id + '=' + graph::toText(value);
    return text;
}

}  // namespace

ItemRunner::ItemRunner(House& house)
    : house_(house),
      reach_(house, reachCalls()),
      schedule_(house.options.jobs, house.options.physicalMemory,
                [this](const Hash& task) { return house_.streams.state(task); }) {
    house_.cache.forEach([this](const std::filesystem::path& file) {
        if (const auto task = CacheFolder::taskOf(file)) schedule_.published(*task);
    });
}

void ItemRunner::setJobs(int jobs) {
    schedule_.setJobs(jobs);
    house_.pool.keep(static_cast<std::size_t>(jobs));
}

// --- units -------------------------------------------------------------------------------------------------

ReachRunner::Calls ItemRunner::reachCalls() {
    return {[this](StudyRun& study, const Hash& candidate) { addUnit(study, candidate); },
            [this](store::StudyId study, const Hash& candidate) {
                return unitOf_.count({study, candidate}) != 0;
            },
            [this](StudyRun& study, store::ItemOutcome outcome) {
                outcome.ended = nowMs();
                if (outcome.started == 0) outcome.started = outcome.ended;
                house_.log.add(study.id(), std::move(outcome));
                ++ran_[study.id()].items;
            }};
}

void ItemRunner::refill(store::StudyId id) {
    StudyRun& study = *house_.study(id);
    reach_.refill(study);
    for (const Hash& candidate : study.candidates())
        addUnit(study, candidate);
    ask();
}

void ItemRunner::addUnit(StudyRun& study, const Hash& candidate) {
    if (unitOf_.count({study.id(), candidate}) || study.missing(candidate).empty()) return;
    const UnitId id = ++lastUnit_;
    UnitRun unit;
    unit.study = study.id();
    unit.plan = study.sharedPlan();
    unit.candidate = candidate;
    unit.wanted = study.missing(candidate);
    unit.group = study.plan().items[study.itemsBehind(candidate).front()].asset;
    unitOf_[{study.id(), candidate}] = id;
    ++unitCount_[study.id()];
    units_.emplace(id, std::move(unit));
    schedule(id);
}

/// Gives the unit to the schedule, once it is known what its tasks need.
void ItemRunner::schedule(UnitId id) {
    const UnitRun& unit = units_.at(id);
    if (!demandKnown(unit)) {
        undemanded_.push_back(id);
        for (const Hash& key : upstreamTasks(unit.plan->tasks, unit.wanted)) {
            const Task& task = unit.plan->tasks.at(key);
            const std::string signature = signatureOf(task);
            if (!resources_.count(signature) && pending_.insert(signature).second) unasked_.push_back(task);
        }
        return;
    }
    schedule_.add({id, &unit.plan->tasks, unit.wanted, keptTasks(unit), unit.group, demandOf(unit),
                   !unit.triedAgain.empty()});
}

/// The candidate, if it is wanted for a file that is to be kept of it.
std::vector<Hash> ItemRunner::keptTasks(const UnitRun& unit) const {
    const StudyRun* const study = house_.study(unit.study);
    const bool isWanted =
        std::find(unit.wanted.begin(), unit.wanted.end(), unit.candidate) != unit.wanted.end();
    if (!isWanted || !study || study->keptOf(unit.candidate).empty()) return {};
    return {unit.candidate};
}

bool ItemRunner::demandKnown(const UnitRun& unit) const {
    const auto keys = upstreamTasks(unit.plan->tasks, unit.wanted);
    return std::all_of(keys.begin(), keys.end(), [&](const Hash& key) {
        return resources_.count(signatureOf(unit.plan->tasks.at(key))) != 0;
    });
}

Demand ItemRunner::demandOf(const UnitRun& unit) const {
    const StudyRun* const study = house_.study(unit.study);
    const int threads = std::max(1, study ? study->settings().threads : 1);
    Demand demand;
    for (const Hash& key : upstreamTasks(unit.plan->tasks, unit.wanted)) {
        const TaskResources& needs = resources_.at(signatureOf(unit.plan->tasks.at(key)));
        const int wide = std::max(1, needs.threads) * std::max(1, needs.processes);
        demand.jobs = std::max(demand.jobs, (wide + threads - 1) / threads);
        demand.memory =
            std::max(demand.memory, needs.memory * static_cast<std::uint64_t>(std::max(1, needs.processes)));
        demand.exclusive = demand.exclusive || needs.exclusive;
    }
    demand.jobs = std::min(demand.jobs, house_.options.jobs);
    return demand;
}

std::map<std::string, std::string> ItemRunner::librariesOf(const UnitRun& unit, const Hash& task) const {
    std::map<std::string, std::string> libraries;
    for (const Hash& key : upstreamTasks(unit.plan->tasks, {task}))
        if (const auto needs = resources_.find(signatureOf(unit.plan->tasks.at(key)));
            needs != resources_.end())
            libraries.insert(needs->second.libraries.begin(), needs->second.libraries.end());
    return libraries;
}

void ItemRunner::ask() {
    if (unasked_.empty() || !asked_.empty() || house_.paused) return;
    ResourceQuery query;
    while (!unasked_.empty() && query.tasks.size() < tasksPerQuery) {
        asked_.push_back(signatureOf(unasked_.back()));
        query.tasks.push_back(std::move(unasked_.back()));
        unasked_.pop_back();
    }
    try {
        house_.pool.ask(0, query);
    } catch (const Error& error) {
        onResources({std::vector<TaskResources>(asked_.size()), {}});
        house_.raise(error);
    }
}

void ItemRunner::onResources(const ResourceAnswer& answer) {
    // A node that can't say what it needs fails when it runs, with its reason.
    for (std::size_t i = 0; i < asked_.size(); ++i) {
        resources_[asked_[i]] = i < answer.resources.size() ? answer.resources[i] : TaskResources{};
        pending_.erase(asked_[i]);
    }
    asked_.clear();
    std::vector<UnitId> waiting = std::move(undemanded_);
    undemanded_.clear();
    for (const UnitId id : waiting) {
        if (!units_.count(id)) continue;
        if (demandKnown(units_.at(id)))
            schedule(id);
        else
            undemanded_.push_back(id);
    }
    ask();
}

void ItemRunner::unload(store::StudyId study) {
    reach_.unload(study);
    for (auto next = units_.begin(); next != units_.end();) {
        const auto current = next++;
        if (current->second.study == study && current->second.chain == 0) endUnit(current->first);
    }
}

void ItemRunner::cancelFinished(store::StudyId id) {
    const StudyRun* const study = house_.study(id);
    for (auto next = units_.begin(); next != units_.end();) {
        const auto current = next++;
        UnitRun& unit = current->second;
        if (unit.study != id || !study->missing(unit.candidate).empty()) continue;
        if (unit.chain == 0) {
            endUnit(current->first);
            continue;
        }
        unit.cancelled = true;
        house_.pool.cancel(unit.chain);
    }
}

void ItemRunner::endUnit(UnitId id) {
    const auto found = units_.find(id);
    const UnitRun& unit = found->second;
    chains_.erase(unit.chain);
    if (!schedule_.remove(id)) schedule_.ended(id);
    if (unit.suspect) schedule_.clear(*unit.suspect);
    unitOf_.erase({unit.study, unit.candidate});
    --unitCount_[unit.study];
    units_.erase(found);
}

/// The unit waits again, if something of it is still missing.
void ItemRunner::requeue(UnitId id) {
    UnitRun& unit = units_.at(id);
    StudyRun* const study = house_.study(unit.study);
    chains_.erase(unit.chain);
    schedule_.ended(id);
    unit.chain = 0;
    unit.cancelled = unit.stopped = false;
    if (study) {
        unit.plan = study->sharedPlan();  // the study may have been submitted anew meanwhile
        for (const store::ItemId item : study->putBack(unit.candidate))
            house_.log.waits(item);
        reach_.look(*study, unit.candidate);
    }
    unit.wanted = study ? study->missing(unit.candidate) : std::vector<Hash>{};
    if (unit.wanted.empty())
        endUnit(id);
    else
        schedule(id);
}

bool ItemRunner::idle(store::StudyId study) const {
    const auto count = unitCount_.find(study);
    return (count == unitCount_.end() || count->second == 0) && reach_.idle(study);
}

// --- dispatch ----------------------------------------------------------------------------------------------

std::size_t ItemRunner::depth() const {
    return static_cast<std::size_t>(std::clamp(std::ceil(queuedSeconds / meanSeconds_), 1.0, mostQueued));
}

void ItemRunner::dispatch() {
    do {
        reach_.advance();
        ask();
        const std::size_t most = depth();
        for (std::size_t load = 0; load < most && !schedule_.empty(); ++load)
            for (WorkerNumber worker = 0; worker < static_cast<std::size_t>(house_.options.jobs); ++worker)
                while (!house_.paused && house_.pool.load(worker) <= load && hand(worker)) {
                }
        // A probe whose tasks are all there already ends when it is handed out.
    } while (!reach_.idle() && !house_.paused && !house_.trouble);
}

bool ItemRunner::hand(WorkerNumber worker) {
    std::optional<Dispatch> dispatch = schedule_.next(worker);
    if (!dispatch && schedule_.waitsForCommit() && house_.flush()) dispatch = schedule_.next(worker);
    if (!dispatch) return false;
    const UnitId id = dispatch->unit.id;
    UnitRun& unit = units_.at(id);
    StudyRun* const study = house_.study(unit.study);
    const auto missing = [&] { return study ? study->missing(unit.candidate) : std::vector<Hash>{}; };
    if (study) reach_.look(*study, unit.candidate);
    for (const Hash& task : missing())
        settleFailed(task, unit);
    unit.wanted = missing();
    std::optional<Chain> chain;
    try {
        if (!unit.wanted.empty()) chain = makeChain(unit, *dispatch);
        if (chain)
            house_.pool.run(worker, *chain, std::chrono::duration<double>(study->settings().stallSeconds));
    } catch (const Error& error) {
        requeue(id);
        house_.raise(error);
        return false;
    }
    if (!chain) {
        endUnit(id);
        return true;
    }
    unit.chain = chain->id;
    unit.started = nowMs();
    unit.begun = Clock::now();
    chains_[chain->id] = id;
    for (const store::ItemId item : study->begin(unit.candidate))
        house_.log.runs(item);
    return true;
}

/// Nothing when a stream that the library has can't be read: what needs it fails. Throws Error(Resource) when there
/// is no room to hand it over.
std::optional<Chain> ItemRunner::makeChain(const UnitRun& unit, const Dispatch& dispatch) {
    const auto isKept = [&](const Task& task) {
        return makesStream(task.kind) && house_.streams.state(task.key) == StreamState::Kept;
    };
    const std::vector<Hash> needed = upstreamTasks(unit.plan->tasks, unit.wanted, isKept);
    Chain chain = house_.newChain(house_.study(unit.study)->settings());
    try {
        for (const Hash& key : needed) {
            chain.tasks.push_back(unit.plan->tasks.at(key));
            if (isKept(chain.tasks.back())) chain.streams[key] = house_.streams.file(key);
        }
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Resource) throw;
        const store::Failure failure{error.kind(), error.what(), error.remedy(), ""};
        for (const Hash& task : unit.wanted)
            settleAsFailed(task, unit, failure);
        return std::nullopt;
    }
    chain.wanted = unit.wanted;
    // A candidate that is still in a cache does not make up for a stream that the library lacks.
    const StudyRun& study = *house_.study(unit.study);
    if (!study.itemsOf(unit.candidate).empty() &&
        std::find(unit.wanted.begin(), unit.wanted.end(), unit.candidate) != unit.wanted.end()) {
        chain.keep = study.keptOf(unit.candidate);
        for (const Hash& key : study.tasksOf(study.itemsOf(unit.candidate).front()).encodes)
            if (house_.streams.state(key) == StreamState::None) chain.wanted.push_back(key);
    }
    for (const Hash& key : dispatch.publish)
        if (std::find(needed.begin(), needed.end(), key) != needed.end()) chain.publish.push_back(key);
    if (house_.options.device == "cpu")
        chain.memoryLimit = dispatch.unit.demand.memory * 3 / 2 + memoryAllowance;
    return chain;
}

// --- what is going on --------------------------------------------------------------------------------------

bool ItemRunner::uses(const Hash& task) const {
    return std::any_of(chains_.begin(), chains_.end(), [&](const auto& chain) {
        const UnitRun& unit = units_.at(chain.second);
        const auto keys = upstreamTasks(unit.plan->tasks, unit.wanted);
        return std::find(keys.begin(), keys.end(), task) != keys.end();
    });
}

std::optional<RunningItem> ItemRunner::running(const WorkerPool::Activity& activity, store::StudyId id) {
    const auto chain = chains_.find(activity.chain);
    if (chain == chains_.end()) return std::nullopt;
    const UnitRun& unit = units_.at(chain->second);
    const StudyRun* const study = house_.study(unit.study);
    if (unit.study != id || !study) return std::nullopt;
    const std::vector<std::size_t> items = study->itemsBehind(unit.candidate);
    if (items.empty()) return std::nullopt;
    const std::size_t item = items.front();
    const store::PlannedItem& planned = study->plan().items[item];
    RunningItem running{study->rows()[item].id, planned.series, planned.asset, "", activity.fraction};
    if (activity.task && unit.plan->tasks.count(*activity.task))
        running.node = unit.plan->tasks.at(*activity.task).node;
    return running;
}

Ran ItemRunner::ran(store::StudyId study) const {
    const auto found = ran_.find(study);
    return found == ran_.end() ? Ran{} : found->second;
}

}  // namespace ratescope::run
