#include "core/store/reached.h"

#include "core/store/connection.h"
#include "core/store/results.h"
#include "core/store/rows.h"

namespace ratescope::store {
namespace {

State stateOf(Database& database, const char* table, std::int64_t id) {
    return static_cast<State>(
        database.integer(std::string("SELECT state FROM ") + table + " WHERE id = ?", id));
}

void writeReach(Database& database, const ReachOutcome& outcome) {
    const ReachRecord& record = outcome.record;
    const auto write = [&](const auto& value) {
        database.run("INSERT OR REPLACE INTO item_reach VALUES (?, ?, ?, ?, ?, ?, ?, ?)", outcome.item,
                     record.parameter, value, record.quantity, record.runs, record.within, record.monotone,
                     record.candidate);
    };
    std::visit(write, record.value);
    database.run("DELETE FROM item_stream WHERE item = ?", outcome.item);
    std::int64_t position = 0;
    for (const Hash& task : outcome.streams)
        database.run("INSERT INTO item_stream VALUES (?, ?, ?)", outcome.item, position++, task);
    for (const Hash& task : outcome.probed)
        database.run("INSERT OR IGNORE INTO reach_stream VALUES (?, ?)", outcome.item, task);
}

ReconciledMeasurement takeScore(Database& database, MeasurementId id, const Hash& task) {
    const State state = stateOf(database, "measurement", id);
    const MeasurementId donor = finishedMeasurement(database, task);
    database.run("INSERT OR REPLACE INTO reach_score VALUES (?, ?)", id, task);
    if (state == State::Done || !donor || donor == id) return {id, state};
    const std::int64_t measure = database.integer("SELECT measure FROM measurement WHERE id = ?", id);
    copyMeasurementResult(database, donor, id, readMetrics(database, measure));
    return {id, State::Done};
}

}  // namespace

std::optional<ReachRecord> readReach(Database& database, ItemId item) {
    Statement rows = database.query(
        "SELECT parameter, value, quantity, runs, within, monotone, candidate FROM item_reach WHERE item = ?",
        item);
    if (!rows.next()) return std::nullopt;
    ReachRecord record;
    record.parameter = rows.text(0);
    if (rows.kind(1) == Statement::Kind::Integer)
        record.value = rows.integer(1);
    else
        record.value = rows.real(1);
    record.quantity = rows.real(2);
    record.runs = static_cast<int>(rows.integer(3));
    record.within = rows.integer(4) != 0;
    record.monotone = rows.integer(5) != 0;
    record.candidate = rows.hash(6);
    return record;
}

std::optional<MeasurementId> addProbe(Database& database, const ProbeScore& probe) {
    if (finishedMeasurement(database, probe.task)) return std::nullopt;
    database.run(
        "INSERT INTO measurement (study, item, measure, key, orphaned, state) SELECT study, item, measure, "
        "?1, 1, 0 FROM measurement WHERE id = ?2",
        probe.task, probe.beside);
    return database.changes() > 0 ? std::optional(database.lastInsertId()) : std::nullopt;
}

ReconciledItem Library::setReached(const ReachOutcome& outcome) {
    connection_->requireWriter();
    Database& database = *connection_->database;
    const Relaxed relaxed(*connection_);
    Transaction transaction(database, Transaction::Kind::Write);
    const ItemId donor = finishedItem(database, outcome.record.candidate);
    writeReach(database, outcome);
    ReconciledItem item{outcome.item, stateOf(database, "item", outcome.item), {}, outcome.record};
    if (item.state != State::Done && donor && donor != outcome.item && !outcome.keepsReconstruction) {
        copyItemResult(database, donor, outcome.item);
        item.state = State::Done;
    }
    for (const auto& [measurement, task] : outcome.scores)
        item.measurements.push_back(takeScore(database, measurement, task));
    transaction.commit();
    return item;
}

std::optional<KnownScore> Library::findScore(const Hash& task) const {
    Database& database = *connection_->database;
    const Snapshot snapshot(database);
    const MeasurementId measurement = finishedMeasurement(database, task);
    if (!measurement) return std::nullopt;
    KnownScore known;
    Statement counts = database.query("SELECT counts FROM measurement WHERE id = ?", measurement);
    if (counts.next() && !counts.isNull(0)) known.counts = readCounts(database, counts.integer(0));
    Statement rows = database.query("SELECT metric, s0, s1 FROM score WHERE measurement = ?", measurement);
    while (rows.next())
        known.scores.push_back({rows.text(0), rows.real(1), rows.real(2)});
    return known;
}

}  // namespace ratescope::store
