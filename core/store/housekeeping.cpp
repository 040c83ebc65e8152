#include "core/error.h"
#include "core/store/artefacts.h"
#include "core/store/connection.h"
#include "core/store/kept_values.h"
#include "core/store/reconstructions.h"
#include "core/store/rows.h"
#include "core/store/summary.h"

namespace ratescope::store {
namespace {

void requireStudy(Database& database, StudyId study) {
    if (database.integer("SELECT count(*) FROM study WHERE id = ?", study) == 0)
        throw Error(ErrorKind::Usage, "There is no study " + std::to_string(study) + " in the library.",
                    "List the studies with ratescope-cli status.");
}

std::vector<std::int64_t> column(Statement rows) {
    std::vector<std::int64_t> values;
    while (rows.next())
        values.push_back(rows.integer(0));
    return values;
}

/// Streams that items did name and that none names now.
void removeStreams(Database& database, const char* whichTasks) {
    database.run(std::string("DELETE FROM stream WHERE task IN (") + whichTasks +
                 ") AND task NOT IN (SELECT task FROM item_stream) AND task NOT IN (SELECT task FROM "
                 "reach_stream)");
}

/// Tables of tasks whose result is gone.
void removeTaskTables(Database& database) {
    database.run(
        "DELETE FROM task_table WHERE task NOT IN (SELECT task FROM stream) AND task NOT IN (SELECT key FROM "
        "measurement) AND task NOT IN (SELECT task FROM reach_score) AND task NOT IN (SELECT key FROM item)");
}

void removeEmptyPoints(Database& database) {
    // The number of a point may be given again: nothing of it must be left in the sums.
    refreshPoints(database,
                  column(database.query("SELECT point FROM stale WHERE NOT EXISTS (SELECT 1 FROM item WHERE "
                                        "item.point = stale.point) ORDER BY point")));
    database.run("DELETE FROM point WHERE NOT EXISTS (SELECT 1 FROM item WHERE item.point = point.id)");
    database.run("DELETE FROM series WHERE NOT EXISTS (SELECT 1 FROM point WHERE point.series = series.id)");
    database.run(
        "DELETE FROM branch WHERE NOT EXISTS (SELECT 1 FROM series WHERE series.branch = branch.id)");
    database.run("DELETE FROM stale WHERE point NOT IN (SELECT id FROM point)");
}

/// Changes rows of one study from one set of states to another; returns how many.
std::int64_t changeStates(Database& database, const char* table, StudyId study, const char* from, State to) {
    database.run(std::string("UPDATE ") + table +
                     " SET state = ? WHERE study = ? AND orphaned = 0 AND state IN (" + from + ")",
                 static_cast<int>(to), study);
    return database.changes();
}

/// Makes one item and its failed measurements pending; true if there was something to do.
bool retryItem(Database& database, StudyId study, ItemId item) {
    database.run("UPDATE item SET state = 0 WHERE id = ? AND study = ? AND orphaned = 0 AND state = 3", item,
                 study);
    bool changed = database.changes() > 0;
    if (changed) removeFailure(database, FailureOf::Item, item);
    for (const std::int64_t measurement : column(database.query(
             "SELECT id FROM measurement WHERE item = ? AND study = ? AND orphaned = 0 AND state = 3", item,
             study))) {
        database.run("UPDATE measurement SET state = 0 WHERE id = ?", measurement);
        removeFailure(database, FailureOf::Measurement, measurement);
        changed = true;
    }
    return changed;
}

}  // namespace

std::int64_t Library::retry(StudyId study, std::span<const ItemId> items) {
    connection_->requireWriter();
    Database& database = *connection_->database;
    Transaction transaction(database, Transaction::Kind::Write);
    std::vector<ItemId> wanted(items.begin(), items.end());
    if (wanted.empty())
        wanted = column(
            database.query("SELECT id FROM item WHERE study = ?1 AND orphaned = 0 AND state = 3 UNION "
                           "SELECT item FROM measurement WHERE study = ?1 AND orphaned = 0 AND state = 3",
                           study));
    std::int64_t changed = 0;
    for (const ItemId item : wanted)
        changed += retryItem(database, study, item);
    transaction.commit();
    return changed;
}

std::int64_t Library::cancel(StudyId study) {
    connection_->requireWriter();
    Transaction transaction(*connection_->database, Transaction::Kind::Write);
    const std::int64_t changed =
        changeStates(*connection_->database, "item", study, "0, 1, 5", State::Cancelled);
    changeStates(*connection_->database, "measurement", study, "0, 1, 5", State::Cancelled);
    transaction.commit();
    return changed;
}

std::int64_t Library::resume(StudyId study) {
    connection_->requireWriter();
    Transaction transaction(*connection_->database, Transaction::Kind::Write);
    const std::int64_t changed = changeStates(*connection_->database, "item", study, "4, 5", State::Pending);
    changeStates(*connection_->database, "measurement", study, "4, 5", State::Pending);
    transaction.commit();
    return changed;
}

Library::Usage Library::usage() const {
    Database& database = *connection_->database;
    const Snapshot snapshot(database);
    Usage usage;
    for (const char* suffix : {"", "-wal", "-journal"}) {
        std::error_code error;
        const auto size = std::filesystem::file_size(connection_->file.string() + suffix, error);
        if (!error) usage.database += size;
    }
    usage.artefactCount = database.integer("SELECT count(*) FROM artefact");
    usage.artefacts = static_cast<std::uint64_t>(
        database.integer("SELECT coalesce(sum(bytes), 0) FROM artefact WHERE data IS NULL"));
    usage.orphaned = static_cast<std::uint64_t>(database.integer(
        "SELECT coalesce(sum(bytes), 0) FROM stream WHERE task NOT IN (SELECT task FROM item_stream "
        "JOIN item ON item.id = item_stream.item WHERE item.orphaned = 0) "
        "AND task IN (SELECT task FROM item_stream UNION SELECT task FROM reach_stream)"));
    usage.orphaned += orphanedValueBytes(database);
    usage.reconstructions = bytesIn(connection_->folder("reconstructions"));
    usage.cache = bytesIn(cacheFolder());
    usage.checkpoints = bytesIn(checkpointFolder());
    return usage;
}

std::uint64_t Library::collectGarbage(bool orphanedRows) {
    connection_->requireWriter();
    Database& database = *connection_->database;
    if (orphanedRows) {
        Transaction transaction(database, Transaction::Kind::Write);
        database.run("DELETE FROM item WHERE orphaned = 1");
        database.run("DELETE FROM reach_stream");
        database.run("DELETE FROM measurement WHERE orphaned = 1");
        database.run("DELETE FROM stream WHERE task NOT IN (SELECT task FROM item_stream)");
        removeTaskTables(database);
        database.run(std::string("UPDATE item SET reconstruction = NULL WHERE reconstruction IS NOT NULL AND "
                                 "study NOT IN ") +
                     keepingStudies);
        removeUnnamedValues(database, true);
        removeEmptyPoints(database);
        transaction.commit();
    }
    const std::uint64_t before = bytesIn(connection_->folder());
    removeUnnamed(*connection_);
    removeUnnamedReconstructions(*connection_);
    reconcileFiles(*connection_);
    emptyFolder(cacheFolder());
    emptyFolder(stagingFolder());
    const std::uint64_t files = before - std::min(before, bytesIn(connection_->folder()));
    const std::uint64_t databaseBefore = usage().database;
    // VACUUM needs the database's size once more while it works; without that room the pages are reused later.
    try {
        database.run("VACUUM");
        if (connection_->medium == Medium::Local) database.query("PRAGMA wal_checkpoint(TRUNCATE)").next();
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Resource && error.kind() != ErrorKind::Library) throw;
    }
    return files + databaseBefore - std::min(databaseBefore, usage().database);
}

void Library::deleteStudy(StudyId study) {
    connection_->requireWriter();
    Database& database = *connection_->database;
    requireStudy(database, study);
    {
        Transaction transaction(database, Transaction::Kind::Write);
        database.script("CREATE TEMP TABLE IF NOT EXISTS named (task BLOB PRIMARY KEY); DELETE FROM named;");
        for (const char* const table : {"item_stream", "reach_stream"})
            database.run(std::string("INSERT OR IGNORE INTO named SELECT task FROM ") + table +
                             " AS stream JOIN item ON item.id = stream.item WHERE item.study = ?",
                         study);
        database.run("DELETE FROM item WHERE study = ?", study);
        removeStreams(database, "SELECT task FROM named");
        removeTaskTables(database);
        database.run("DELETE FROM study WHERE id = ?", study);
        removeUnnamedValues(database, false);
        database.run("DELETE FROM stale WHERE point NOT IN (SELECT id FROM point)");
        transaction.commit();
    }
    removeUnnamed(*connection_);
    removeUnnamedReconstructions(*connection_);
}

void Library::annotate(StudyId study, const std::optional<std::string>& notes,
                       const std::vector<std::string>& addTags, const std::vector<std::string>& removeTags) {
    connection_->requireWriter();
    Database& database = *connection_->database;
    requireStudy(database, study);
    Transaction transaction(database, Transaction::Kind::Write);
    if (notes) database.run("UPDATE study SET notes = ? WHERE id = ?", *notes, study);
    for (const std::string& tag : removeTags)
        database.run("DELETE FROM tag WHERE study = ? AND tag = ?", study, tag);
    for (const std::string& tag : addTags)
        database.run("INSERT OR IGNORE INTO tag VALUES (?, ?)", study, tag);
    transaction.commit();
}

void Library::annotateItem(ItemId item, const std::string& notes) {
    connection_->requireWriter();
    connection_->database->run("UPDATE item SET notes = ? WHERE id = ?", notes, item);
    if (connection_->database->changes() == 0)
        throw Error(ErrorKind::Usage, "There is no item " + std::to_string(item) + " in the library.",
                    "Give an id that the list of items shows.");
}

}  // namespace ratescope::store
