#pragma once

// The library file (*.rslib, SQLite) and the folder of artefacts beside it (<file>.files/). One writer a
// library, by a lock file; any number of readers. Finished means committed: after a kill or power loss at any
// time the library opens with honest states, no artefact without a row, and no row whose artefact is missing
// or short.

#include "core/store/records.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ratescope::store {

enum class Access { Read, Write };

/// What the library's folder lies on. A network file system does not lock reliably: the library is then kept
/// with a rollback journal and used by one process at a time.
enum class Medium { Local, Network, ReadOnly };

class Library {
  public:
    /// Opens the library; Write creates it where there is none, takes the lock, migrates older versions (a
    /// copy is kept as FILE.version-N), turns running rows into interrupted ones, removes or adopts artefacts
    /// without a row. Throws Error(Library) that says which: no such file, not a library, damaged, newer
    /// version (says which program version reads it), locked (by pid on host), read-only medium, folder not
    /// writable.
    Library(const std::filesystem::path& file, Access access);
    /// The same, taking for granted what the folder lies on.
    Library(const std::filesystem::path& file, Access access, Medium medium);
    ~Library();
    Library(Library&&) noexcept;

    const std::filesystem::path& file() const;
    /// What the user should be told of how the library is opened; "" if nothing.
    std::string notice() const;
    /// Another number after each commit of another process: for a reader that looks whether there is something new.
    std::int64_t changeCount() const;
    std::filesystem::path stagingFolder() const;  ///< on the same file system as the artefacts
    std::filesystem::path cacheFolder() const;  ///< values that can be made again; bounded by the supervisor
    std::filesystem::path checkpointFolder() const;

    // --- studies -------------------------------------------------------------------------------------------
    std::vector<StudyRecord> studies() const;
    /// By name, or the only one. Throws Error(Usage) that lists the names when it is not clear.
    StudyRecord study(const std::string& name) const;
    /// New, or the changed document of the study with the same documentId.
    StudyId saveStudy(const StudyRecord& study);

    // --- planning
    // --------------------------------------------------------------------------------------------
    /// Makes the study's rows those planned: new ones pending, known ones as they are (orphaned ones taken
    /// back), others orphaned. Row order is the planned order. One transaction.
    /// `attributes` replaces what the study's tables said of its assets. `keptTasks` are the learners and experiments
    /// whose values the study asks for; those that it does not ask for any more are kept, orphaned.
    Reconciliation reconcile(StudyId study, const std::vector<PlannedItem>& planned,
                             const std::vector<AssetAttributes>& attributes = {},
                             const std::vector<Hash>& keptTasks = {});
    /// What reconcile would do; writes nothing. `documentId` may be unknown.
    Reconciliation preview(const std::string& documentId, const std::vector<PlannedItem>& planned) const;
    std::optional<StreamRecord> findStream(const Hash& task) const;
    /// Artefacts of the values that are kept of a learner or experiment, by port; none if none is.
    std::map<std::string, Hash> findValues(const Hash& task) const;
    /// A readable file with the artefact's bytes (small ones are written out of the database into the cache).
    std::filesystem::path materialise(const Hash& artefact) const;
    std::vector<std::byte> artefact(const Hash& hash) const;
    std::optional<Hash> findFileHash(
        const std::filesystem::path& file) const;  ///< by path, size, inode, mtime
    void rememberFileHash(const std::filesystem::path& file, const Hash& hash);
    /// Mean seconds, greatest memory and mean bytes of finished tasks of like nodes (type and version); for
    /// estimates.
    struct Experience {
        double encodeSeconds = 0, decodeSeconds = 0;
        double bytes = 0;
        std::optional<double> reconstructionBytes;  ///< of those that were kept
        std::uint64_t peakMemory = 0;
        double runs = 1;  ///< of an item until it has found what it is to be
        std::int64_t n = 0;
    };
    std::optional<Experience> experience(const std::string& documentId, const std::string& branch) const;

    // --- running -------------------------------------------------------------------------------------------
    void setEnvironment(const Environment& environment);  ///< of all that is committed from now on
    void setState(std::span<const ItemId> items, State state);
    void setMeasurementState(std::span<const MeasurementId> measurements, State state);
    /// Flushes the artefacts, then writes all rows in one durable transaction. Throws Error(Resource) when
    /// the disk is full: nothing of the batch is then in the library, and it may be tried again.
    void commit(Batch& batch);
    /// What a reach item has found. Results that the library has of its tasks are taken over; its states then.
    ReconciledItem setReached(const ReachOutcome& outcome);
    /// What a score task gave, if a finished measurement or a probe has it.
    std::optional<KnownScore> findScore(const Hash& task) const;
    void heartbeat();
    /// Failed items (all, or those given) become pending; their failed measurements too. Returns how many.
    std::int64_t retry(StudyId study, std::span<const ItemId> items = {});
    /// Pending, running and interrupted items become cancelled. Returns how many.
    std::int64_t cancel(StudyId study);
    /// Cancelled and interrupted items become pending. Returns how many.
    std::int64_t resume(StudyId study);

    // --- reading: see also core/store/query.h
    // ----------------------------------------------------------------
    /// A reader counts rows that run as interrupted where no writer holds the library: nobody runs them.
    StateCounts itemCounts(std::optional<StudyId> study = {}) const;
    StateCounts measurementCounts(std::optional<StudyId> study = {}) const;
    std::vector<FailureRow> failures(std::optional<StudyId> study, std::size_t limit) const;
    std::vector<TableRecord> tables(StudyId study) const;

    // --- keeping house
    // --------------------------------------------------------------------------------------
    struct Usage {
        std::uint64_t database = 0, artefacts = 0, reconstructions = 0, cache = 0, checkpoints = 0,
                      orphaned = 0;
        std::int64_t artefactCount = 0;
    };
    Usage usage() const;
    /// Removes orphaned rows if told so, and reconstructions of studies that do not ask for them any more;
    /// artefacts and reconstructions that no row names, cache and staging. Returns the bytes freed.
    std::uint64_t collectGarbage(bool orphanedRows);
    void deleteStudy(StudyId study);
    void annotate(StudyId study, const std::optional<std::string>& notes,
                  const std::vector<std::string>& addTags, const std::vector<std::string>& removeTags);
    void annotateItem(ItemId item, const std::string& notes);

    struct Connection;
    Connection& connection() const;  ///< for the other files of this room

  private:
    std::unique_ptr<Connection> connection_;
};

}  // namespace ratescope::store
