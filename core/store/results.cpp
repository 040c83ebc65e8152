#include "core/store/results.h"

#include "core/curves/statistic.h"

namespace ratescope::store {

ItemId finishedItem(Database& database, const Hash& key) {
    return database.integer(
        "SELECT id FROM item WHERE key = ?1 AND state = 2 UNION ALL SELECT item.id FROM item_reach "
        "JOIN item ON item.id = item_reach.item AND item.state = 2 WHERE item_reach.candidate = ?1 LIMIT 1",
        key);
}

MeasurementId finishedMeasurement(Database& database, const Hash& key) {
    return database.integer(
        "SELECT id FROM measurement WHERE key = ?1 AND state = 2 UNION ALL SELECT measurement.id FROM "
        "reach_score JOIN measurement ON measurement.id = reach_score.measurement AND measurement.state = 2 "
        "WHERE reach_score.task = ?1 LIMIT 1",
        key);
}

void copyItemResult(Database& database, ItemId from, ItemId to) {
    database.run(
        "UPDATE item SET (state, bits, searched_bits, bytes, encode_seconds, decode_seconds, timed, "
        "peak_memory, started, ended, environment) = (SELECT state, bits, searched_bits, bytes, "
        "encode_seconds, decode_seconds, timed, peak_memory, started, ended, environment FROM item "
        "WHERE id = ?1) WHERE id = ?2",
        from, to);
}

void copyReach(Database& database, ItemId from, ItemId to) {
    database.run(
        "INSERT INTO item_reach SELECT ?2, parameter, value, quantity, runs, within, monotone, candidate "
        "FROM item_reach WHERE item = ?1",
        from, to);
    for (const char* const streams : {"INSERT INTO item_stream SELECT ?2, position, task FROM item_stream "
                                      "WHERE item = ?1",
                                      "INSERT INTO reach_stream SELECT ?2, task FROM reach_stream "
                                      "WHERE item = ?1"})
        database.run(streams, from, to);
}

void copyMeasurementResult(Database& database, MeasurementId from, MeasurementId to,
                           const std::vector<graph::Metric>& metrics) {
    database.run("INSERT INTO score SELECT ?2, metric, s0, s1, value FROM score WHERE measurement = ?1", from,
                 to);
    database.run(
        "INSERT OR IGNORE INTO measure_count SELECT new.measure, entry.name FROM measurement AS old "
        "JOIN count_entry AS entry ON entry.count_set = old.counts JOIN measurement AS new ON new.id = ?2 "
        "WHERE old.id = ?1",
        from, to);
    database.run(
        "UPDATE measurement SET (state, counts, samples, seconds, environment) = (SELECT state, counts, "
        "samples, seconds, environment FROM measurement WHERE id = ?1) WHERE id = ?2",
        from, to);
    rescore(database, to, metrics);
}

void rescore(Database& database, MeasurementId measurement, const std::vector<graph::Metric>& metrics) {
    for (const graph::Metric& metric : metrics) {
        Statement rows = database.query("SELECT s0, s1 FROM score WHERE measurement = ? AND metric = ?",
                                        measurement, metric.id);
        if (!rows.next()) continue;
        const double value = curves::finish(metric.finish, rows.real(0), rows.real(1));
        database.run("UPDATE score SET value = ? WHERE measurement = ? AND metric = ? AND value <> ?1", value,
                     measurement, metric.id);
    }
}

}  // namespace ratescope::store
