#include "core/store/library.h"

#include "core/error.h"
#include "core/store/artefacts.h"
#include "core/store/connection.h"
#include "core/store/query.h"
#include "core/store/rows.h"

#include <array>
#include <chrono>
#include <numeric>
#include <utility>

namespace ratescope::store {
namespace {

// Kept sums that are still stale after this are left to the next writer.
constexpr std::chrono::milliseconds closingBudget{2000};

constexpr std::array<const char*, 6> stateNames = {"pending", "running",   "done",
                                                   "failed",  "cancelled", "interrupted"};

Medium mediumOfLibrary(const std::filesystem::path& file) {
    return mediumOf(file.has_parent_path() ? file.parent_path() : ".");
}

std::vector<std::string> tagsOf(Database& database, StudyId study) {
    std::vector<std::string> tags;
    Statement rows = database.query("SELECT tag FROM tag WHERE study = ? ORDER BY tag", study);
    while (rows.next())
        tags.push_back(rows.text(0));
    return tags;
}

std::string freeName(Database& database, const std::string& wanted, const std::string& documentId) {
    std::string name = wanted;
    for (int suffix = 2; database.integer("SELECT count(*) FROM study WHERE name = ? AND document_id <> ?",
                                          name, documentId) > 0;
         ++suffix)
        name = wanted + "-" + std::to_string(suffix);
    return name;
}

StateCounts countsOf(Database& database, bool measurements, std::optional<StudyId> study) {
    StateCounts counts;
    Statement rows = database.query(
        "SELECT state, n FROM state_count WHERE measurements = ? AND orphaned = 0 AND (?2 IS NULL OR study = "
        "?2)",
        measurements, study);
    while (rows.next())
        counts.of.at(static_cast<std::size_t>(rows.integer(0))) += rows.integer(1);
    return counts;
}

}  // namespace

StateCounts asSeenFrom(const Library::Connection& connection, StateCounts counts) {
    std::int64_t& running = counts.of.at(static_cast<std::size_t>(State::Running));
    if (running == 0 || connection.isWritten()) return counts;
    counts.of.at(static_cast<std::size_t>(State::Interrupted)) += std::exchange(running, 0);
    return counts;
}

const char* toText(State state) {
    return stateNames.at(static_cast<std::size_t>(state));
}

std::int64_t StateCounts::total() const {
    return std::accumulate(of.begin(), of.end(), std::int64_t{0});
}

Library::Library(const std::filesystem::path& file, Access access)
    : Library(file, access, mediumOfLibrary(file)) {}

Library::Library(const std::filesystem::path& file, Access access, Medium medium)
    : connection_(std::make_unique<Connection>(file, access, medium)) {}

Library::Library(Library&&) noexcept = default;

Library::~Library() {
    if (!connection_ || connection_->access != Access::Write) return;
    try {
        refreshSummaries(*this, closingBudget);
    } catch (const std::exception&) {
        // Sums stay marked as stale: reading is right without them.
    }
}

const std::filesystem::path& Library::file() const {
    return connection_->file;
}
std::string Library::notice() const {
    return connection_->notice;
}
std::int64_t Library::changeCount() const {
    return connection_->database->integer("PRAGMA data_version");
}
std::filesystem::path Library::stagingFolder() const {
    return connection_->folder("staging");
}
std::filesystem::path Library::cacheFolder() const {
    return connection_->folder("cache");
}
std::filesystem::path Library::checkpointFolder() const {
    return connection_->folder("checkpoints");
}
Library::Connection& Library::connection() const {
    return *connection_;
}

std::vector<StudyRecord> Library::studies() const {
    Database& database = *connection_->database;
    const Snapshot snapshot(database);
    std::vector<StudyRecord> studies;
    Statement rows = database.query(
        "SELECT id, document_id, name, title, document, directory, notes FROM study ORDER BY id");
    while (rows.next())
        studies.push_back({rows.integer(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4),
                           rows.text(5), rows.text(6), tagsOf(database, rows.integer(0))});
    return studies;
}

StudyRecord Library::study(const std::string& name) const {
    const std::vector<StudyRecord> all = studies();
    std::string names;
    for (const StudyRecord& study : all) {
        if (study.name == name) return study;
        names += (names.empty() ? "" : ", ") + study.name;
    }
    if (name.empty() && all.size() == 1) return all.front();
    const std::string file = connection_->file.string();
    if (all.empty()) throw Error(ErrorKind::Usage, file + " holds no study.", "Run a document first.");
    throw Error(ErrorKind::Usage,
                name.empty() ? file + " holds several studies: " + names + "."
                             : file + " holds no study named " + name + "; it holds " + names + ".",
                "Name one of them with --study.");
}

StudyId Library::saveStudy(const StudyRecord& study) {
    connection_->requireWriter();
    Database& database = *connection_->database;
    Transaction transaction(database, Transaction::Kind::Write);
    const std::string name = freeName(database, study.name, study.documentId);
    StudyId id = database.integer("SELECT id FROM study WHERE document_id = ?", study.documentId);
    if (id) {
        database.run("UPDATE study SET name = ?, title = ?, document = ?, directory = ? WHERE id = ?", name,
                     study.title, study.document, study.directory.string(), id);
    } else {
        database.run(
            "INSERT INTO study (document_id, name, title, document, directory, notes) VALUES (?, ?, ?, ?, ?, "
            "?)",
            study.documentId, name, study.title, study.document, study.directory.string(), study.notes);
        id = database.lastInsertId();
        for (const std::string& tag : study.tags)
            database.run("INSERT OR IGNORE INTO tag VALUES (?, ?)", id, tag);
    }
    transaction.commit();
    return id;
}

StateCounts Library::itemCounts(std::optional<StudyId> study) const {
    return asSeenFrom(*connection_, countsOf(*connection_->database, false, study));
}

StateCounts Library::measurementCounts(std::optional<StudyId> study) const {
    return asSeenFrom(*connection_, countsOf(*connection_->database, true, study));
}

void Library::heartbeat() {
    connection_->requireWriter();
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    const Relaxed relaxed(*connection_);
    connection_->database->run("UPDATE writer SET heartbeat = ?", static_cast<std::int64_t>(now.count()));
}

}  // namespace ratescope::store
