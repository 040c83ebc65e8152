#include "core/run/item_runner.h"

#include "core/run/assets.h"

#include <algorithm>
#include <cmath>

namespace ratescope::run {
namespace {

// Short chains are queued at the worker for about so long, so that it need not wait for this process.
constexpr double queuedSeconds = 0.05;
constexpr double mostQueued = 8;
constexpr std::size_t tasksPerQuery = 500;
constexpr std::uint64_t memoryAllowance = 512ull << 20;
// What a model's file becomes: mapped, come back from a codec, and in single precision, original and candidate.
constexpr std::uint64_t copiesOfInputs = 4;
// A copy in single precision of weights that take 4 bits in the file.
constexpr std::uint64_t mostGrowth = 8;

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

void ItemRunner::loaded(StudyRun& study) const {
    reach_.settleFound(study);
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

std::uint64_t ItemRunner::inputBytes(const Task& task) {
    if (task.kind != TaskKind::Source || task.file.empty()) return 0;
    const auto [known, isNew] = inputBytes_.try_emplace(task.key, 0);
    const graph::Manifest* const manifest = isNew ? house_.catalogue.find(task.type) : nullptr;
    if (!manifest) return known->second;
    try {
        known->second = bytesOfAsset(task.file, manifest->assets);
    } catch (const Error&) {
        // The task itself says what is wrong with its files.
    }
    return known->second;
}

Demand ItemRunner::demandOf(const UnitRun& unit) {
    const StudyRun* const study = house_.study(unit.study);
    const int threads = std::max(1, study ? study->settings().threads : 1);
    Demand demand;
    std::uint64_t inputs = 0;
    for (const Hash& key : upstreamTasks(unit.plan->tasks, unit.wanted)) {
        const Task& task = unit.plan->tasks.at(key);
        const TaskResources& needs = resources_.at(signatureOf(task));
        inputs += inputBytes(task);
        const int wide = std::max(1, needs.threads) * std::max(1, needs.processes);
        demand.jobs = std::max(demand.jobs, (wide + threads - 1) / threads);
        demand.memory =
            std::max(demand.memory, needs.memory * static_cast<std::uint64_t>(std::max(1, needs.processes)));
        demand.exclusive = demand.exclusive || needs.exclusive;
        demand.batch = std::max(demand.batch, needs.batch);
    }
    demand.jobs = std::min(demand.jobs, house_.options.jobs);
    demand.memoryLimit = demand.memory * 3 / 2 + memoryAllowance + copiesOfInputs * mostGrowth * inputs;
    demand.memory += copiesOfInputs * inputs;
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
        const std::vector<UnitId>& sharing = chains_.at(unit.chain);
        if (std::all_of(sharing.begin(), sharing.end(), [&](UnitId one) { return units_.at(one).cancelled; }))
            house_.pool.cancel(unit.chain);
    }
}

void ItemRunner::endUnit(UnitId id) {
    const auto found = units_.find(id);
    UnitRun& unit = found->second;
    leaveChain(unit, id);
    if (!schedule_.remove(id)) schedule_.ended(id);
    if (unit.suspect) schedule_.clear(*unit.suspect);
    unitOf_.erase({unit.study, unit.candidate});
    --unitCount_[unit.study];
    units_.erase(found);
}

void ItemRunner::leaveChain(UnitRun& unit, UnitId id) {
    const auto chain = chains_.find(unit.chain);
    unit.chain = 0;
    if (chain == chains_.end()) return;
    std::erase(chain->second, id);
    if (chain->second.empty()) chains_.erase(chain);
}

/// The unit waits again, if something of it is still missing.
void ItemRunner::requeue(UnitId id) {
    UnitRun& unit = units_.at(id);
    StudyRun* const study = house_.study(unit.study);
    leaveChain(unit, id);
    schedule_.ended(id);
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

std::optional<Dispatch> ItemRunner::next(WorkerNumber worker) {
    std::optional<Dispatch> dispatch = schedule_.next(worker);
    if (!dispatch && schedule_.waitsForCommit() && house_.flush()) dispatch = schedule_.next(worker);
    return dispatch;
}

/// Units that a node takes together go in one chain, but no worker gets what another waits for.
std::size_t ItemRunner::mostTogether(const Unit& unit) const {
    if (unit.alone || unit.demand.exclusive) return 1;
    std::size_t idle = 0;
    for (WorkerNumber worker = 0; worker < static_cast<std::size_t>(house_.options.jobs); ++worker)
        idle += house_.pool.load(worker) == 0;
    const std::size_t sharing = std::max<std::size_t>(1, idle);
    return std::min(static_cast<std::size_t>(unit.demand.batch), (schedule_.size() + sharing) / sharing);
}

bool ItemRunner::sharesChain(const Unit& unit, const Unit& other) const {
    const UnitRun &one = units_.at(unit.id), &two = units_.at(other.id);
    return other.demand.batch > 1 && !other.alone && !other.demand.exclusive && one.study == two.study &&
           one.plan == two.plan;
}

bool ItemRunner::hand(WorkerNumber worker) {
    std::optional<Dispatch> another = next(worker);
    if (!another) return false;
    bool handed = true;
    while (another && handed) {
        const std::size_t most = mostTogether(another->unit);
        std::vector<Dispatch> together{std::move(*another)};
        another.reset();
        while (together.size() < most) {
            another = next(worker);
            if (!another || !sharesChain(together.front().unit, another->unit)) break;
            together.push_back(std::move(*another));
            another.reset();
        }
        handed = handOut(worker, together);
    }
    if (another) requeue(another->unit.id);
    return handed;
}

/// Sends the units to the worker in one chain; false where there was trouble, and all wait again.
bool ItemRunner::handOut(WorkerNumber worker, const std::vector<Dispatch>& dispatches) {
    std::optional<Chain> chain;
    std::vector<UnitId> carried;
    try {
        for (const Dispatch& dispatch : dispatches) {
            UnitRun& unit = units_.at(dispatch.unit.id);
            StudyRun* const study = house_.study(unit.study);
            const auto missing = [&] { return study ? study->missing(unit.candidate) : std::vector<Hash>{}; };
            if (study) reach_.look(*study, unit.candidate);
            for (const Hash& task : missing())
                settleFailed(task, unit);
            unit.wanted = missing();
            if (!study || unit.wanted.empty()) {
                endUnit(dispatch.unit.id);
                continue;
            }
            if (!chain) chain = house_.newChain(study->settings());
            if (!addTo(*chain, unit, dispatch))
                endUnit(dispatch.unit.id);
            else
                carried.push_back(dispatch.unit.id);
        }
        if (carried.empty()) return true;
        const StudyRun& study = *house_.study(units_.at(carried.front()).study);
        house_.pool.run(worker, *chain, std::chrono::duration<double>(study.settings().stallSeconds));
    } catch (const Error& error) {
        for (const Dispatch& dispatch : dispatches)
            if (units_.count(dispatch.unit.id)) requeue(dispatch.unit.id);
        house_.raise(error);
        return false;
    }
    chains_[chain->id] = carried;
    for (const UnitId id : carried) {
        UnitRun& unit = units_.at(id);
        unit.chain = chain->id;
        unit.started = nowMs();
        unit.begun = Clock::now();
        for (const store::ItemId item : house_.study(unit.study)->begin(unit.candidate))
            house_.log.runs(item);
    }
    return true;
}

/// False when a stream or value that the library has can't be read: what needs it fails. Throws Error(Resource) when there
/// is no room to hand it over.
bool ItemRunner::addTo(Chain& chain, const UnitRun& unit, const Dispatch& dispatch) {
    const auto isKept = [&](const Task& task) { return house_.streams.isKept(task); };
    const std::vector<Hash> needed = upstreamTasks(unit.plan->tasks, unit.wanted, isKept);
    Chain given;
    try {
        for (const Hash& key : needed)
            if (isKept(unit.plan->tasks.at(key))) house_.streams.give(unit.plan->tasks.at(key), given);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::Resource) throw;
        const store::Failure failure{error.kind(), error.what(), error.remedy(), ""};
        for (const Hash& task : unit.wanted)
            settleAsFailed(task, unit, failure);
        return false;
    }
    chain.streams.merge(given.streams);
    chain.values.merge(given.values);
    for (const Hash& key : needed)
        if (std::none_of(chain.tasks.begin(), chain.tasks.end(),
                         [&](const Task& task) { return task.key == key; }))
            chain.tasks.push_back(unit.plan->tasks.at(key));
    chain.wanted.insert(chain.wanted.end(), unit.wanted.begin(), unit.wanted.end());
    // A candidate that is still in a cache does not make up for a stream that the library lacks.
    const StudyRun& study = *house_.study(unit.study);
    if (!study.itemsOf(unit.candidate).empty() &&
        std::find(unit.wanted.begin(), unit.wanted.end(), unit.candidate) != unit.wanted.end()) {
        const std::vector<TaskOutput> kept = study.keptOf(unit.candidate);
        chain.keep.insert(chain.keep.end(), kept.begin(), kept.end());
        for (const Hash& key : study.tasksOf(study.itemsOf(unit.candidate).front()).encodes)
            if (house_.streams.state(key) == StreamState::None) chain.wanted.push_back(key);
    }
    for (const Hash& key : dispatch.publish)
        if (std::find(needed.begin(), needed.end(), key) != needed.end()) chain.publish.push_back(key);
    if (house_.options.device == "cpu")
        chain.memoryLimit = std::max(chain.memoryLimit, dispatch.unit.demand.memoryLimit);
    return true;
}

// --- what is going on --------------------------------------------------------------------------------------

bool ItemRunner::uses(const Hash& task) const {
    return std::any_of(chains_.begin(), chains_.end(), [&](const auto& chain) {
        return std::any_of(chain.second.begin(), chain.second.end(),
                           [&](UnitId id) { return needs(units_.at(id), task); });
    });
}

bool ItemRunner::needs(const UnitRun& unit, const Hash& task) {
    const auto keys = upstreamTasks(unit.plan->tasks, unit.wanted);
    return std::find(keys.begin(), keys.end(), task) != keys.end();
}

/// The unit of the chain that the task is of.
UnitId ItemRunner::ownerOf(std::uint64_t chain, const Hash& task) const {
    const std::vector<UnitId>& ids = chains_.at(chain);
    if (ids.size() == 1) return ids.front();
    const auto asks = [&](UnitId id) {
        const UnitRun& unit = units_.at(id);
        return unit.candidate == task ||
               std::find(unit.wanted.begin(), unit.wanted.end(), task) != unit.wanted.end();
    };
    auto owner = std::find_if(ids.begin(), ids.end(), asks);
    if (owner == ids.end())
        owner = std::find_if(ids.begin(), ids.end(), [&](UnitId id) { return needs(units_.at(id), task); });
    return owner == ids.end() ? ids.front() : *owner;
}

std::optional<RunningItem> ItemRunner::running(const WorkerPool::Activity& activity, store::StudyId id) {
    const auto chain = chains_.find(activity.chain);
    if (chain == chains_.end()) return std::nullopt;
    const UnitId owner = activity.task ? ownerOf(activity.chain, *activity.task) : chain->second.front();
    const UnitRun& unit = units_.at(owner);
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
