#include "core/run/study_run.h"

#include <algorithm>
#include <limits>

namespace ratescope::run {
namespace {

using store::State;

/// Time of all these tasks; not a number (none, in the library) if it is not known of one.
double secondsOf(const std::vector<Hash>& tasks, const CostOf& costOf) {
    double sum = 0;
    for (const Hash& task : tasks) {
        const auto cost = costOf(task);
        sum += cost ? cost->seconds : std::numeric_limits<double>::quiet_NaN();
    }
    return sum;
}

/// The file that the item's study keeps of what its candidate's task made.
std::optional<KeptValue> reconstructionOf(const store::PlannedItem& item, std::span<const KeptValue> kept) {
    for (const KeptValue& value : kept)
        if (item.reconstruction == value.port) return value;
    return std::nullopt;
}

std::uint64_t peakOf(const std::vector<Hash>& tasks, const CostOf& costOf) {
    std::uint64_t peak = 0;
    for (const Hash& task : tasks)
        if (const auto cost = costOf(task)) peak = std::max(peak, cost->peakMemory);
    return peak;
}

}  // namespace

bool isOpen(State state) {
    return state == State::Pending || state == State::Running || state == State::Interrupted;
}

StudyRun::StudyRun(store::StudyId id, std::string name, std::shared_ptr<StudyPlan> plan,
                   std::vector<store::ReconciledItem> rows, StudySettings settings)
    : id_(id), name_(std::move(name)), plan_(std::move(plan)), settings_(settings) {
    for (std::size_t i = 0; i < plan_->items.size(); ++i)
        if (!plan_->itemTasks[i].reach) addItem(i);
    setRows(std::move(rows));
}

void StudyRun::addItem(std::size_t item) {
    const ItemTasks& tasks = tasksOf(item);
    std::vector<std::size_t>& items = itemsOf_[tasks.candidate.task];
    if (items.empty()) candidates_.push_back(tasks.candidate.task);
    items.push_back(item);
    for (std::size_t m = 0; m < tasks.scores.size(); ++m)
        scoreRows_[tasks.scores[m]].emplace_back(item, m);
}

const ItemTasks& StudyRun::tasksOf(std::size_t item) const {
    const auto settled = settled_.find(item);
    return settled == settled_.end() ? plan_->itemTasks[item] : settled->second;
}

void StudyRun::setRows(std::vector<store::ReconciledItem> rows) {
    rows_ = std::move(rows);
    indexOf_.clear();
    counts_ = {};
    ended_ = 0;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        indexOf_[rows_[i].id] = i;
        ++counts_.of[static_cast<std::size_t>(rows_[i].state)];
        ended_ += hasEnded(i);
    }
}

const std::vector<std::size_t>& StudyRun::itemsOf(const Hash& candidate) const {
    static const std::vector<std::size_t> none;
    const auto found = itemsOf_.find(candidate);
    return found == itemsOf_.end() ? none : found->second;
}

std::vector<Hash> StudyRun::missing(const Hash& candidate) const {
    std::vector<Hash> tasks;
    const auto add = [&](const Hash& task) {
        if (std::find(tasks.begin(), tasks.end(), task) == tasks.end()) tasks.push_back(task);
    };
    for (const std::size_t item : itemsOf(candidate))
        if (isOpen(rows_[item].state)) add(candidate);
    for (const std::size_t item : itemsOf(candidate)) {
        if (!isOpen(rows_[item].state) && rows_[item].state != State::Done) continue;
        for (std::size_t m = 0; m < rows_[item].measurements.size(); ++m)
            if (isOpen(rows_[item].measurements[m].state)) add(tasksOf(item).scores[m]);
    }
    const auto probe = probes_.find(candidate);
    const bool isSought =
        probe != probes_.end() &&
        std::ranges::any_of(probe->second.items, [&](std::size_t item) { return isOpen(rows_[item].state); });
    if (isSought)
        for (const Hash& task : probe->second.wanted)
            add(task);
    return tasks;
}

std::optional<std::size_t> StudyRun::indexOf(store::ItemId item) const {
    const auto found = indexOf_.find(item);
    return found == indexOf_.end() ? std::nullopt : std::optional(found->second);
}

std::int64_t StudyRun::count(State state) const {
    return counts_[state];
}

bool StudyRun::hasEnded(std::size_t item) const {
    const store::ReconciledItem& row = rows_[item];
    if (row.state != State::Done) return !isOpen(row.state);
    return std::ranges::none_of(row.measurements, isOpen, &store::ReconciledMeasurement::state);
}

template <typename Action>
void StudyRun::change(std::size_t item, Action action) {
    const store::State before = rows_[item].state;
    ended_ -= hasEnded(item);
    action(rows_[item]);
    ended_ += hasEnded(item);
    --counts_.of[static_cast<std::size_t>(before)];
    ++counts_.of[static_cast<std::size_t>(rows_[item].state)];
}

void StudyRun::setState(std::size_t item, State state) {
    change(item, [&](store::ReconciledItem& row) { row.state = state; });
}

std::vector<store::ItemId> StudyRun::begin(const Hash& candidate) {
    std::vector<store::ItemId> begun;
    for (const std::size_t item : itemsBehind(candidate)) {
        if (!isOpen(rows_[item].state)) continue;
        setState(item, State::Running);
        begun.push_back(rows_[item].id);
    }
    return begun;
}

std::vector<store::ItemId> StudyRun::putBack(const Hash& candidate) {
    std::vector<store::ItemId> waiting;
    for (const std::size_t item : itemsBehind(candidate)) {
        if (rows_[item].state != State::Running) continue;
        setState(item, State::Pending);
        waiting.push_back(rows_[item].id);
    }
    return waiting;
}

void StudyRun::cancel(std::span<const std::size_t> items) {
    for (const std::size_t item : items)
        change(item, [](store::ReconciledItem& row) {
            if (isOpen(row.state)) row.state = State::Cancelled;
            for (store::ReconciledMeasurement& measurement : row.measurements)
                if (isOpen(measurement.state)) measurement.state = State::Cancelled;
        });
}

void StudyRun::cancelAll() {
    std::vector<std::size_t> all(rows_.size());
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = i;
    cancel(all);
}

bool StudyRun::isSeeking(std::size_t item) const {
    return !hasFound(item) && isOpen(rows_[item].state);
}

void StudyRun::settle(std::size_t item, ProbeTasks tasks) {
    if (settled_.count(item)) return;
    plan_->tasks.merge(tasks.tasks);
    tasks.item.reach = plan_->itemTasks[item].reach;
    settled_[item] = std::move(tasks.item);
    addItem(item);
}

void StudyRun::setStates(std::size_t item, const store::ReconciledItem& row) {
    change(item, [&](store::ReconciledItem& changed) {
        changed.state = row.state;
        changed.measurements = row.measurements;
        changed.reached = row.reached;
    });
}

void StudyRun::wait(std::size_t item, const Hash& probe, ProbeTasks tasks, const std::vector<Hash>& wanted) {
    plan_->tasks.merge(tasks.tasks);
    Probe& waited = probes_[probe];
    waited.wanted.insert(waited.wanted.end(), wanted.begin(), wanted.end());
    if (std::find(waited.items.begin(), waited.items.end(), item) == waited.items.end())
        waited.items.push_back(item);
}

std::vector<std::size_t> StudyRun::endProbe(const Hash& probe) {
    const auto found = probes_.find(probe);
    if (found == probes_.end()) return {};
    std::vector<std::size_t> items = std::move(found->second.items);
    probes_.erase(found);
    return items;
}

store::ItemOutcome StudyRun::fail(std::size_t item, const store::Failure& failure) {
    setState(item, State::Failed);
    store::ItemOutcome outcome;
    outcome.item = rows_[item].id;
    outcome.state = State::Failed;
    outcome.failure = failure;
    return outcome;
}

std::vector<std::size_t> StudyRun::itemsBehind(const Hash& candidateOrProbe) const {
    std::vector<std::size_t> items = itemsOf(candidateOrProbe);
    if (const auto probe = probes_.find(candidateOrProbe); probe != probes_.end())
        items.insert(items.end(), probe->second.items.begin(), probe->second.items.end());
    return items;
}

std::vector<store::ItemOutcome> StudyRun::settleCandidate(const Hash& task, const store::ItemOutcome& outcome,
                                                          std::span<const KeptValue> kept,
                                                          const CostOf& costOf) {
    std::vector<store::ItemOutcome> settled;
    for (const std::size_t item : itemsOf(task)) {
        if (!isOpen(rows_[item].state)) continue;
        const store::PlannedItem& planned = plan_->items[item];
        const std::optional<KeptValue> reconstruction = reconstructionOf(planned, kept);
        // Made for another study, which does not keep it: this one's own chain is still to come.
        if (outcome.state == State::Done && planned.reconstruction && !reconstruction) continue;
        setState(item, outcome.state);
        store::ItemOutcome& row = settled.emplace_back(outcome);
        row.reconstruction = reconstruction;
        const ItemTasks& tasks = tasksOf(item);
        row.item = rows_[item].id;
        row.peakMemory = std::max(peakOf(tasks.encodes, costOf), peakOf(tasks.decodes, costOf));
        if (outcome.state != State::Done) continue;
        row.encodeSeconds = secondsOf(tasks.encodes, costOf);
        row.decodeSeconds = secondsOf(tasks.decodes, costOf);
    }
    return settled;
}

std::vector<TaskOutput> StudyRun::keptOf(const Hash& candidate) const {
    std::vector<TaskOutput> kept;
    for (const std::size_t item : itemsOf(candidate)) {
        const auto& port = plan_->items[item].reconstruction;
        if (port && std::find(kept.begin(), kept.end(), TaskOutput{candidate, *port}) == kept.end())
            kept.push_back({candidate, *port});
    }
    return kept;
}

std::vector<store::MeasurementOutcome> StudyRun::settleScore(const Hash& task,
                                                             const store::MeasurementOutcome& outcome) {
    std::vector<store::MeasurementOutcome> settled;
    const auto rows = scoreRows_.find(task);
    if (rows == scoreRows_.end()) return settled;
    for (const auto& [item, number] : rows->second) {
        const store::ReconciledMeasurement& measurement = rows_[item].measurements[number];
        if (!isOpen(measurement.state) || rows_[item].state != State::Done) continue;
        change(item, [&, number = number](store::ReconciledItem& row) {
            row.measurements[number].state = outcome.state;
        });
        settled.emplace_back(outcome).measurement = measurement.id;
    }
    return settled;
}

std::vector<Hash> StudyRun::candidatesOfScore(const Hash& task) const {
    std::vector<Hash> candidates;
    const auto rows = scoreRows_.find(task);
    if (rows == scoreRows_.end()) return candidates;
    for (const auto& [item, number] : rows->second) {
        const Hash& key = tasksOf(item).candidate.task;
        if (std::find(candidates.begin(), candidates.end(), key) == candidates.end())
            candidates.push_back(key);
    }
    return candidates;
}

}  // namespace ratescope::run
