// What workers report, turned into rows: the second half of ItemRunner.

#include "core/run/item_runner.h"

#include <algorithm>
#include <utility>

namespace ratescope::run {
namespace {

using store::State;

constexpr double newestWeight = 0.2;

}  // namespace

const Task& ItemRunner::taskOf(const UnitRun& unit, const Hash& key) const {
    return unit.plan->tasks.at(key);
}

void ItemRunner::onReport(WorkerNumber worker, const TaskReport& report) {
    const auto chain = chains_.find(report.chain);
    if (chain == chains_.end()) return;
    const UnitRun& unit = units_.at(ownerOf(report.chain, report.key));
    if (!unit.plan->tasks.count(report.key)) return;
    if (report.failure) {
        takeFailure(unit, report);
        return;
    }
    takeResult(unit, report);
    schedule_.finished(worker, report.key);
}

void ItemRunner::takeResult(const UnitRun& unit, const TaskReport& report) {
    const Task& task = taskOf(unit, report.key);
    if (makesStream(task.kind) || task.kind == TaskKind::Decode)
        house_.streams.took(report.key, {report.seconds, report.peakMemory});
    if (report.stream) house_.streams.made(report.key, *report.stream);
    if (report.stream)
        house_.log.add(
            unit.study, *report.stream,
            {report.key, task.node, report.stream->hash, report.stream->bytes, report.stream->parts,
             report.stream->shared, report.seconds, report.peakMemory, librariesOf(unit, report.key)});
    if (!report.values.empty())
        house_.log.add(report.values, {unit.study, report.key, task.node, report.seconds, report.peakMemory,
                                       librariesOf(unit, report.key)});
    if (task.kind == TaskKind::Prepare) house_.counts[report.key] = report.counts;
    reach_.took(task, report);
    const bool ofItem =
        makesStream(task.kind) || task.kind == TaskKind::Decode || task.kind == TaskKind::Score;
    for (const auto& [name, csv] : report.tables)
        if (house_.study(unit.study) && (task.kind != TaskKind::Score || name != "samples"))
            house_.log.add(store::TableRecord{unit.study, task.node, name, report.key, csv, ofItem});
    if (task.kind == TaskKind::Score) settleScore(unit, report);
    if (report.key == unit.candidate) settleCandidate(unit, report.key, {}, report.kept);
}

void ItemRunner::takeFailure(const UnitRun& unit, const TaskReport& report) {
    if (report.failure->kind == ErrorKind::Cancelled) return;
    if (report.failure->kind == ErrorKind::Resource) {
        const bool full = house_.diskIsFull();
        if (full)
            house_.raise(Error(ErrorKind::Resource,
                               "The disk of the library is full: " + report.failure->what,
                               "Make room there, then resume the run. Nothing that was finished is lost."));
        // A chain from before the trouble may have met the full disk too, though there is room again.
        const bool stopped = full || unit.begun < house_.troubledAt;
        for (const UnitId id : chains_.at(report.chain))
            units_.at(id).stopped = units_.at(id).stopped || stopped;
        if (stopped) return;
    }
    failedTasks_[report.key] = {report.failure->kind,
                                taskOf(unit, report.key).node + ": " + report.failure->what,
                                report.failure->remedy, report.log};
}

// --- settling ----------------------------------------------------------------------------------------------

void ItemRunner::settleCandidate(const UnitRun& unit, const Hash& task, store::ItemOutcome outcome,
                                 std::span<const KeptValue> kept) {
    outcome.started = unit.started;
    outcome.ended = nowMs();
    outcome.libraries = librariesOf(unit, task);
    const auto costOf = [this](const Hash& key) { return house_.streams.cost(key); };
    for (const auto& [id, study] : house_.studies)
        for (store::ItemOutcome& row : study->settleCandidate(task, outcome, kept, costOf)) {
            house_.log.add(id, std::move(row));
            ++ran_[id].items;
        }
}

void ItemRunner::settleScore(const UnitRun& unit, const TaskReport& report) {
    // Its candidates must have been there, whether or not this chain has made them.
    for (const auto& [id, study] : house_.studies)
        for (const Hash& candidate : study->candidatesOfScore(report.key))
            settleCandidate(unit, candidate, {});
    store::MeasurementOutcome outcome;
    outcome.scores = report.scores;
    outcome.seconds = report.seconds;
    outcome.libraries = librariesOf(unit, report.key);
    if (const auto samples = report.tables.find("samples"); samples != report.tables.end())
        outcome.samples = samples->second;
    for (const auto& [port, inputs] : taskOf(unit, report.key).inputs)
        for (const TaskOutput& input : inputs)
            if (const auto counts = house_.counts.find(input.task); counts != house_.counts.end())
                outcome.counts = counts->second;
    settleMeasurement(report.key, outcome);
    keepProbe(unit, report.key, outcome);
}

/// The score of a probe is kept beside the measurement that it may become.
void ItemRunner::keepProbe(const UnitRun& unit, const Hash& task, const store::MeasurementOutcome& outcome) {
    StudyRun* const study = house_.study(unit.study);
    if (!study || !study->isProbe(unit.candidate) || task != unit.candidate) return;
    const std::size_t item = study->itemsBehind(unit.candidate).front();
    const std::size_t measure = study->plan().itemTasks[item].reach->told.measures.front();
    house_.log.add(study->id(),
                   store::ProbeScore{study->rows()[item].measurements[measure].id, task, outcome});
}

void ItemRunner::settleMeasurement(const Hash& task, const store::MeasurementOutcome& outcome) {
    for (const auto& [id, study] : house_.studies)
        for (store::MeasurementOutcome& row : study->settleScore(task, outcome)) {
            house_.log.add(id, std::move(row));
            ++ran_[id].measurements;
        }
}

void ItemRunner::settleAsFailed(const Hash& wanted, const UnitRun& unit, const store::Failure& failure) {
    if (wanted == unit.candidate) {
        store::ItemOutcome outcome;
        outcome.state = State::Failed;
        outcome.failure = failure;
        settleCandidate(unit, wanted, outcome);
    } else {
        store::MeasurementOutcome outcome;
        outcome.state = State::Failed;
        outcome.failure = failure;
        settleMeasurement(wanted, outcome);
    }
    if (StudyRun* const study = house_.study(unit.study)) reach_.fail(*study, unit.candidate, failure);
}

const store::Failure* ItemRunner::failureAbove(const UnitRun& unit, const Hash& wanted) const {
    if (failedTasks_.empty()) return nullptr;
    for (const Hash& key : upstreamTasks(unit.plan->tasks, {wanted}))
        if (const auto failed = failedTasks_.find(key); failed != failedTasks_.end()) return &failed->second;
    return nullptr;
}

/// Settles a wanted task that can't be had because it, or one upstream of it, has failed.
void ItemRunner::settleFailed(const Hash& wanted, const UnitRun& unit) {
    if (const store::Failure* const failure = failureAbove(unit, wanted))
        settleAsFailed(wanted, unit, *failure);
}

/// Once a chain is over: what was wanted has been made, was there already, or has failed.
void ItemRunner::settleRest(const UnitRun& unit) {
    const StudyRun* const study = house_.study(unit.study);
    const bool keeps = study && !study->keptOf(unit.candidate).empty();
    const bool isProbe = study && study->isProbe(unit.candidate);
    for (const Hash& wanted : unit.wanted) {
        if (failureAbove(unit, wanted)) {
            settleFailed(wanted, unit);
        } else if (isProbe && reach_.has(taskOf(unit, wanted))) {
            continue;
        } else if (wanted == unit.candidate && !isProbe && !keeps) {
            settleCandidate(unit, wanted, {});
        } else {
            settleAsFailed(
                wanted, unit,
                {ErrorKind::Internal, taskOf(unit, wanted).node + ": the worker did not report it.",
                 "Run it again; report this fault if it stays.", ""});
        }
    }
}

void ItemRunner::onDone(WorkerNumber, std::uint64_t chain) {
    const auto found = chains_.find(chain);
    if (found == chains_.end()) return;
    const std::vector<UnitId> ids = found->second;
    const double seconds = std::chrono::duration<double>(Clock::now() - units_.at(ids.front()).begun).count();
    const double each = seconds / static_cast<double>(depth() * ids.size());
    meanSeconds_ += newestWeight * (each - meanSeconds_);
    for (const UnitId id : ids) {
        const UnitRun& unit = units_.at(id);
        if (!unit.cancelled && !unit.stopped) settleRest(unit);
        requeue(id);
    }
}

// --- lost workers ------------------------------------------------------------------------------------------

void ItemRunner::onLost(const Loss& loss) {
    for (const std::uint64_t chain : loss.queued)
        requeueChain(chain);
    if (loss.chain) blameChain(*loss.chain, loss);
    schedule_.lost(loss.worker);
    if (loss.questions == 0) return;
    // A plugin that can't be loaded fails when it runs, with its reason.
    onResources({std::vector<TaskResources>(asked_.size()), {}});
}

void ItemRunner::requeueChain(std::uint64_t chain) {
    const auto found = chains_.find(chain);
    if (found == chains_.end()) return;
    for (const UnitId id : std::vector<UnitId>(found->second))
        requeue(id);
}

/// What else was in the chain has not failed.
void ItemRunner::blameChain(std::uint64_t chain, const Loss& loss) {
    const auto found = chains_.find(chain);
    if (found == chains_.end()) return;
    blame(loss.task ? ownerOf(chain, *loss.task) : found->second.front(), loss);
    requeueChain(chain);
}

/// The task that ran when the worker died is tried once more alone, then stays failed.
void ItemRunner::blame(UnitId id, const Loss& loss) {
    UnitRun& unit = units_.at(id);
    if (unit.cancelled || loss.cancelled) {
        requeue(id);
        return;
    }
    const bool known = loss.task && unit.plan->tasks.count(*loss.task);
    const Hash task = known ? *loss.task : unit.wanted.front();
    if (unit.suspect) schedule_.clear(*unit.suspect);
    unit.suspect.reset();
    if (unit.triedAgain.insert(task).second) {
        unit.suspect = task;
        schedule_.suspect(task);
    } else {
        failedTasks_[task] = {loss.failure.kind,
                              taskOf(unit, task).node + ": the worker " + loss.failure.what + ".",
                              loss.failure.remedy, loss.failure.log};
        for (const Hash& wanted : unit.wanted)
            settleFailed(wanted, unit);
    }
    requeue(id);
}

}  // namespace ratescope::run
