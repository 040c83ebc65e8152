#include "core/error.h"
#include "core/store/attributes.h"
#include "core/store/connection.h"
#include "core/store/kept_values.h"
#include "core/store/reconciler.h"

#include <sys/stat.h>

#include <chrono>

namespace ratescope::store {
namespace {

/// What tells whether a file may have changed since it was hashed.
struct FileIdentity {
    std::string path;
    std::int64_t size = 0, inode = 0, mtime = 0;  ///< mtime in ns
};

std::optional<FileIdentity> identityOf(const std::filesystem::path& file) {
    struct stat status {};
    if (stat(file.c_str(), &status) != 0) return std::nullopt;
    return FileIdentity{
        std::filesystem::absolute(file).lexically_normal().string(),
        static_cast<std::int64_t>(status.st_size), static_cast<std::int64_t>(status.st_ino),
        static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec};
}

}  // namespace

Reconciliation Library::reconcile(StudyId study, const std::vector<PlannedItem>& planned,
                                  const std::vector<AssetAttributes>& attributes,
                                  const std::vector<Hash>& keptTasks) {
    connection_->requireWriter();
    Transaction transaction(*connection_->database, Transaction::Kind::Write);
    Reconciliation result = Reconciler(*connection_->database, study, Reconciler::Effect::Write).run(planned);
    writeAttributes(*connection_->database, study, attributes);
    nameValues(*connection_->database, study, keptTasks);
    transaction.commit();
    return result;
}

Reconciliation Library::preview(const std::string& documentId,
                                const std::vector<PlannedItem>& planned) const {
    Database& database = *connection_->database;
    const Snapshot snapshot(database);
    const StudyId study = database.integer("SELECT id FROM study WHERE document_id = ?", documentId);
    return Reconciler(database, study, Reconciler::Effect::None).run(planned);
}

std::optional<Hash> Library::findFileHash(const std::filesystem::path& file) const {
    const std::optional<FileIdentity> identity = identityOf(file);
    if (!identity) return std::nullopt;
    Statement rows = connection_->database->query(
        "SELECT hash FROM file_hash WHERE path = ? AND size = ? AND inode = ? AND mtime = ?", identity->path,
        identity->size, identity->inode, identity->mtime);
    return rows.next() ? std::optional(rows.hash(0)) : std::nullopt;
}

void Library::rememberFileHash(const std::filesystem::path& file, const Hash& hash) {
    connection_->requireWriter();
    const std::optional<FileIdentity> identity = identityOf(file);
    if (!identity) return;
    const Relaxed relaxed(*connection_);
    connection_->database->run("INSERT OR REPLACE INTO file_hash VALUES (?, ?, ?, ?, ?)", identity->path,
                               identity->size, identity->inode, identity->mtime, hash);
}

std::optional<Library::Experience> Library::experience(const std::string& documentId,
                                                       const std::string& branch) const {
    // A thousand finished items say as much as all.
    Statement rows = connection_->database->query(
        "SELECT count(*), avg(encode_seconds), avg(decode_seconds), avg(bytes), max(peak_memory), "
        "avg((SELECT bytes FROM reconstruction WHERE id = reconstruction_id)), avg(runs) FROM ("
        "SELECT item.encode_seconds, item.decode_seconds, item.bytes, item.peak_memory, item.reconstruction "
        "AS reconstruction_id, coalesce(reach.runs, 1) AS runs FROM study "
        "JOIN branch ON branch.study = study.id AND branch.slug = ?2 JOIN series ON series.branch = "
        "branch.id "
        "JOIN point ON point.series = series.id JOIN item ON item.point = point.id AND item.state = 2 "
        "LEFT JOIN item_reach AS reach ON reach.item = item.id WHERE study.document_id = ?1 LIMIT 1000)",
        documentId, branch);
    if (!rows.next() || rows.integer(0) == 0) return std::nullopt;
    Experience experience;
    experience.n = rows.integer(0);
    experience.encodeSeconds = rows.real(1);
    experience.decodeSeconds = rows.real(2);
    experience.bytes = rows.real(3);
    experience.peakMemory = rows.natural(4);
    experience.reconstructionBytes = rows.optionalReal(5);
    experience.runs = rows.real(6);
    return experience;
}

}  // namespace ratescope::store
