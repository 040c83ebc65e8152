#pragma once

// Group commit: what is finished is gathered and written in one durable transaction at most 100 ms later.

#include "core/run/worker_pool.h"
#include "core/store/library.h"

#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace ratescope::run {

class CommitLog {
  public:
    explicit CommitLog(store::Library& library) : library_(library) {}

    /// Called after the commit that made it durable.
    std::function<void(store::StudyId, const store::ItemOutcome&)> committed;
    std::function<void(const Hash& task)> streamKept;  ///< or the values of a task

    void setEnvironment(store::StudyId study, store::Environment environment);
    void add(store::StudyId study, run::StreamResult stream, store::StreamRecord record);
    void add(std::vector<run::ValueResult> values, store::ValueRecord record);
    void add(store::StudyId study, store::ItemOutcome outcome);
    void add(store::StudyId study, store::MeasurementOutcome outcome);
    void add(store::StudyId study, store::ProbeScore probe);
    void add(store::TableRecord table);
    /// The item runs, or waits again; written only if it is not finished by the next commit.
    void runs(store::ItemId item) { change(item, store::State::Running); }
    void waits(store::ItemId item) { change(item, store::State::Pending); }
    /// Its row is seen to otherwise.
    void forget(store::ItemId item) { states_.erase(item); }

    bool staged(const Hash& task) const { return staged_.count(task) != 0; }
    bool empty() const { return !deadline_; }
    std::optional<Clock::time_point> deadline() const { return deadline_; }
    /// Commits all. Throws Error(Resource) when the disk is full; all that was gathered is then still here.
    void flush();

  private:
    void change(store::ItemId item, store::State state);
    void writeStates();
    store::Batch& batch(store::StudyId study);
    void commit(store::StudyId study, store::Batch& batch);
    void remind();

    store::Library& library_;
    std::map<store::StudyId, store::Environment> environments_;
    std::map<store::StudyId, store::Batch> batches_;
    struct ItemState {
        store::State now = store::State::Pending, written = store::State::Pending;
    };
    std::map<store::ItemId, ItemState> states_;  ///< of items that run or ran
    std::unordered_map<Hash, store::StudyId, HashOfHash> staged_;
    std::optional<Clock::time_point> deadline_;
};

}  // namespace ratescope::run
