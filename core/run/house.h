#pragma once

// What the parts of a supervisor share: the library and its streams, the workers, the group commit, the
// folders, and whether the run stands still.

#include "core/run/cache_folder.h"
#include "core/run/commit_log.h"
#include "core/run/schedule.h"
#include "core/run/study_run.h"
#include "core/run/supervisor.h"
#include "core/run/worker_pool.h"

#include <map>
#include <memory>
#include <optional>
#include <unordered_map>

namespace ratescope::run {

/// A folder under the system's temporary one, removed at the end.
class TemporaryFolder {
  public:
    TemporaryFolder();  ///< throws Error(Resource) if it can't be made
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

struct StreamSize {
    std::uint64_t bits = 0, searchedBits = 0;
};

/// The streams of the library and the values that it keeps, by task, as far as they were asked for, and what tasks
/// took.
class StreamBook {
  public:
    StreamBook(const store::Library& library, const CommitLog& log) : library_(library), log_(log) {}

    StreamState state(const Hash& task);
    /// Whether what the task gives is kept in the library: a stream, or values of a learner or experiment.
    bool isKept(const Task& task);
    /// Names the files of a kept task to a chain. Throws as store::Library::materialise.
    void give(const Task& task, Chain& chain);
    void kept(const Hash& task) { streams_.erase(task); }
    void forget() { streams_.clear(); }
    void took(const Hash& task, const TaskCost& cost) { costs_[task] = cost; }
    void made(const Hash& task, const StreamResult& stream);
    /// Of a stream that this run has made or the library has.
    std::optional<StreamSize> size(const Hash& task);
    std::optional<TaskCost> cost(const Hash& task);

  private:
    struct Kept {
        Hash artefact;  ///< of a stream
        TaskCost cost;
        StreamSize size;
        std::map<std::string, Hash> values;  ///< artefacts by port, where it is no stream
    };
    const std::optional<Kept>& find(const Hash& task);

    const store::Library& library_;
    const CommitLog& log_;
    std::unordered_map<Hash, std::optional<Kept>, HashOfHash> streams_;
    std::unordered_map<Hash, TaskCost, HashOfHash> costs_;
    std::unordered_map<Hash, StreamSize, HashOfHash> sizes_;  ///< of those made
};

using Studies = std::map<store::StudyId, std::shared_ptr<StudyRun>>;

struct House {
    House(store::Library& theLibrary, const graph::Catalogue& theCatalogue, SupervisorOptions theOptions,
          WorkerEvents events);

    store::Library& library;
    const graph::Catalogue& catalogue;
    SupervisorOptions options;
    TemporaryFolder folder;
    CacheFolder cache;
    CommitLog log;
    StreamBook streams;
    WorkerPool pool;
    Studies studies;
    std::unordered_map<Hash, std::map<std::string, std::uint64_t>, HashOfHash> counts;  ///< of prepare tasks
    bool paused = false;
    std::optional<Error> trouble;
    Clock::time_point troubledAt;  ///< when there was trouble last
    std::function<void(const Error&)> onTrouble;

    /// With folders, device, limits and a new id.
    Chain newChain(const StudySettings& settings);
    StudyRun* study(store::StudyId id);
    /// Pauses the run, keeping what it has.
    void raise(const Error& error);
    /// Commits what is gathered; a full disk is raised. False if it could not.
    bool flush();
    /// Whether not even a little more fits where streams are written.
    bool diskIsFull() const;

  private:
    std::uint64_t lastChain_ = 0;
};

/// Milliseconds since the epoch.
std::int64_t nowMs();

}  // namespace ratescope::run
