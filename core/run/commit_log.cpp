#include "core/run/commit_log.h"

#include <utility>

namespace ratescope::run {
namespace {

// With the time of the commit itself, rows are durable within 100 ms.
constexpr std::chrono::milliseconds gatherTime{60};

}  // namespace

void CommitLog::remind() {
    if (!deadline_) deadline_ = Clock::now() + gatherTime;
}

store::Batch& CommitLog::batch(store::StudyId study) {
    remind();
    return batches_[study];
}

void CommitLog::setEnvironment(store::StudyId study, store::Environment environment) {
    environments_[study] = std::move(environment);
}

void CommitLog::add(store::StudyId study, run::StreamResult stream, store::StreamRecord record) {
    if (!staged_.emplace(record.task, study).second) return;
    batch(study).streams.emplace_back(std::move(stream), std::move(record));
}

void CommitLog::add(std::vector<run::ValueResult> values, store::ValueRecord record) {
    const store::StudyId study = record.study;
    if (!staged_.emplace(record.task, study).second) return;
    batch(study).values.emplace_back(std::move(values), std::move(record));
}

void CommitLog::add(store::StudyId study, store::ItemOutcome outcome) {
    states_.erase(outcome.item);
    batch(study).items.push_back(std::move(outcome));
}

void CommitLog::add(store::StudyId study, store::MeasurementOutcome outcome) {
    batch(study).measurements.push_back(std::move(outcome));
}

void CommitLog::add(store::StudyId study, store::ProbeScore probe) {
    batch(study).probes.push_back(std::move(probe));
}

void CommitLog::add(store::TableRecord table) {
    const store::StudyId study = table.study;
    batch(study).tables.push_back(std::move(table));
}

void CommitLog::change(store::ItemId item, store::State state) {
    states_[item].now = state;
    remind();
}

void CommitLog::writeStates() {
    for (const store::State state : {store::State::Running, store::State::Pending}) {
        std::vector<store::ItemId> changed;
        for (const auto& [item, known] : states_)
            if (known.now == state && known.written != state) changed.push_back(item);
        if (!changed.empty()) library_.setState(changed, state);
        for (const store::ItemId item : changed)
            states_[item].written = state;
    }
    std::erase_if(states_, [](const auto& entry) { return entry.second.now == store::State::Pending; });
}

void CommitLog::commit(store::StudyId study, store::Batch& batch) {
    if (batch.empty()) return;
    if (const auto environment = environments_.find(study); environment != environments_.end())
        library_.setEnvironment(environment->second);
    library_.commit(batch);
    const store::Batch done = std::exchange(batch, {});
    for (const auto& [stream, record] : done.streams) {
        staged_.erase(record.task);
        if (streamKept) streamKept(record.task);
    }
    for (const auto& [values, record] : done.values) {
        staged_.erase(record.task);
        if (streamKept) streamKept(record.task);
    }
    for (const store::ItemOutcome& outcome : done.items)
        if (committed) committed(study, outcome);
}

void CommitLog::flush() {
    // An item's streams come before it, also when a task of another study made them.
    if (batches_.size() > 1)
        for (auto& [study, batch] : batches_) {
            store::Batch streams;
            streams.streams = std::move(batch.streams);
            batch.streams.clear();
            try {
                commit(study, streams);
            } catch (...) {
                batch.streams = std::move(streams.streams);
                throw;
            }
        }
    for (auto next = batches_.begin(); next != batches_.end(); next = batches_.erase(next))
        commit(next->first, next->second);
    writeStates();
    deadline_.reset();
}

}  // namespace ratescope::run
