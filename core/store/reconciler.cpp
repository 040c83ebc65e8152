#include "core/store/reconciler.h"

#include "core/error.h"
#include "core/store/reached.h"
#include "core/store/results.h"
#include "core/store/series_points.h"

#include <algorithm>

namespace ratescope::store {
namespace {

State stateOf(const Statement& rows, int column) {
    return static_cast<State>(rows.integer(column));
}

}  // namespace

Reconciler::Reconciler(Database& database, StudyId study, Effect effect)
    : database_(database), study_(study), effect_(effect) {
    readPoints();
}

void Reconciler::readPoints() {
    Statement rows = database_.query(
        "SELECT branch.slug, series.slug, point.identity, point.id, point.series, point.position, "
        "point.expected, point.swept FROM branch JOIN series ON series.branch = branch.id "
        "JOIN point ON point.series = series.id WHERE branch.study = ?",
        study_);
    while (rows.next()) {
        pointsByIdentity_[{rows.text(0), rows.text(2)}].push_back(rows.integer(3));
        points_[{rows.text(1), rows.text(2)}] = {
            rows.integer(3), rows.integer(4), rows.integer(5), rows.integer(6), 0, rows.text(7)};
    }
}

Reconciliation Reconciler::run(const std::vector<PlannedItem>& planned) {
    if (writes()) database_.run("UPDATE measure SET planned = 0 WHERE study = ?", study_);
    std::int64_t position = 0;
    for (const PlannedItem& item : planned) {
        ReconciledItem placed = place(item, position++);
        if (item.isReach && placed.id) placed.reached = readReach(database_, placed.id);
        if (writes()) result_.items.push_back(std::move(placed));
    }
    orphanUnplanned();
    if (writes()) {
        writeExpected();
        packSeries(database_, study_);
        findRateDifferences();
    }
    return std::move(result_);
}

ReconciledItem Reconciler::place(const PlannedItem& item, std::int64_t position) {
    const std::string identity = toSweptIdentity(item.values);
    PointRow* point = writes() ? &pointFor(item, identity) : nullptr;
    ReconciledItem placed;
    if (const KnownItem* known = findItem(item, identity)) {
        placed = {known->id, known->state, {}, {}};
        if (!seen_.insert(known->id).second) {
            // Asked for twice: the same row.
            placeMeasurements(item, placed);
            return placed;
        }
        ++result_.itemsReused;
        if (point) keepItem(*known, *point, position);
        placed.state = keepReconstruction(item, placed.id, placed.state);
    } else {
        placed = addItem(item, point, position);
        if (placed.id) seen_.insert(placed.id);
    }
    if (placed.state != State::Done && placed.state != State::Failed) ++result_.itemsToRun;
    if (point) ++point->expected;
    placeMeasurements(item, placed);
    return placed;
}

const Reconciler::KnownItem* Reconciler::findItem(const PlannedItem& item, const std::string& identity) {
    const auto points = pointsByIdentity_.find({item.branch, identity});
    if (points == pointsByIdentity_.end()) return nullptr;
    for (const std::int64_t point : points->second) {
        Statement rows = database_.query(
            "SELECT id, state, orphaned, position FROM item WHERE point = ? AND asset = ? AND seed = ? AND "
            "key = ?",
            point, item.asset, item.seed, item.key);
        if (!rows.next()) continue;
        known_ = {rows.integer(0), stateOf(rows, 1), rows.integer(2) != 0, point, rows.integer(3)};
        return &known_;
    }
    return nullptr;
}

/// The row of the reconstruction that the item is to keep; 0 if there is none.
std::int64_t Reconciler::reconstructionFor(const PlannedItem& item) {
    if (!item.reconstruction) return 0;
    return database_.integer("SELECT id FROM reconstruction WHERE task = ? AND port = ?", item.key,
                             *item.reconstruction);
}

/// Gives a finished item the reconstruction that it is to keep; where there is none yet the item is to run once more.
State Reconciler::keepReconstruction(const PlannedItem& item, ItemId id, State state) {
    if (!item.reconstruction || state != State::Done) return state;
    const std::int64_t row = reconstructionFor(item);
    if (writes() && row)
        database_.run("UPDATE item SET reconstruction = ?1 WHERE id = ?2 AND reconstruction IS NOT ?1", row,
                      id);
    if (writes() && !row) database_.run("UPDATE item SET state = 0 WHERE id = ?", id);
    return row ? state : State::Pending;
}

ReconciledItem Reconciler::addItem(const PlannedItem& item, PointRow* point, std::int64_t position) {
    const bool lacksReconstruction = item.reconstruction && !reconstructionFor(item);
    const ItemId donor = lacksReconstruction ? 0 : finishedItem(database_, item.key);
    ++(donor ? result_.itemsReused : result_.itemsNew);
    ReconciledItem placed{0, donor ? State::Done : State::Pending, {}, {}};
    if (!point) return placed;
    database_.run(
        "INSERT INTO item (study, series, point, asset, seed, key, position, orphaned, state) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)",
        study_, point->series, point->id, item.asset, item.seed, item.key, position);
    placed.id = database_.lastInsertId();
    std::int64_t order = 0;
    for (const Hash& task : item.streams)
        database_.run("INSERT INTO item_stream VALUES (?, ?, ?)", placed.id, order++, task);
    if (!donor) return placed;
    copyItemResult(database_, donor, placed.id);
    if (item.isReach) copyReach(database_, donor, placed.id);
    keepReconstruction(item, placed.id, placed.state);
    return placed;
}

void Reconciler::keepItem(const KnownItem& known, const PointRow& point, std::int64_t position) {
    if (!known.orphaned && known.point == point.id && known.position == position) return;
    database_.run("UPDATE item SET orphaned = 0, series = ?, point = ?, position = ? WHERE id = ?",
                  point.series, point.id, position, known.id);
}

std::vector<Reconciler::KnownMeasurement> Reconciler::measurementsOf(ItemId item) {
    std::vector<KnownMeasurement> known;
    if (!item) return known;
    Statement rows = database_.query(
        "SELECT measurement.id, measure.node, measurement.key, measurement.state, measurement.orphaned, "
        "measurement.measure FROM measurement JOIN measure ON measure.id = measurement.measure "
        "WHERE measurement.item = ? ORDER BY measurement.id",
        item);
    while (rows.next())
        known.push_back({rows.integer(0), rows.text(1), rows.hash(2), stateOf(rows, 3), rows.integer(4) != 0,
                         false, rows.integer(5)});
    return known;
}

void Reconciler::placeMeasurements(const PlannedItem& item, ReconciledItem& placed) {
    std::vector<KnownMeasurement> known = measurementsOf(placed.id);
    const auto match = [&](const PlannedMeasurement& planned, bool sameNode) -> KnownMeasurement* {
        for (KnownMeasurement& candidate : known)
            if (!candidate.matched && candidate.key == planned.key &&
                (!sameNode || candidate.node == planned.node))
                return &candidate;
        return nullptr;
    };
    // Those of the same node first, so that a renamed measure does not take what another one still has.
    std::vector<KnownMeasurement*> matches;
    for (const PlannedMeasurement& planned : item.measurements) {
        matches.push_back(match(planned, true));
        if (matches.back()) matches.back()->matched = true;
    }
    for (std::size_t i = 0; i < matches.size(); ++i) {
        const PlannedMeasurement& planned = item.measurements[i];
        if (!matches[i]) {
            matches[i] = match(planned, false);
            if (matches[i]) matches[i]->matched = true;
        }
        if (!matches[i]) {
            placed.measurements.push_back(addMeasurement(planned, placed.id));
            continue;
        }
        ++result_.measurementsReused;
        placed.measurements.push_back({matches[i]->id, matches[i]->state});
        if (writes()) keepMeasurement(*matches[i], planned);
    }
    for (const KnownMeasurement& measurement : known)
        if (!measurement.matched && !measurement.orphaned) orphanMeasurement(measurement.id);
}

ReconciledMeasurement Reconciler::addMeasurement(const PlannedMeasurement& planned, ItemId item) {
    const MeasurementId donor = finishedMeasurement(database_, planned.key);
    ++(donor ? result_.measurementsReused : result_.measurementsNew);
    ReconciledMeasurement placed{0, donor ? State::Done : State::Pending};
    if (!writes()) return placed;
    database_.run(
        "INSERT INTO measurement (study, item, measure, key, orphaned, state) VALUES (?, ?, ?, ?, 0, 0)",
        study_, item, measureFor(planned), planned.key);
    placed.id = database_.lastInsertId();
    if (donor) {
        copyMeasurementResult(database_, donor, placed.id, planned.metrics);
        resultsMoved_ = true;
    }
    return placed;
}

void Reconciler::keepMeasurement(const KnownMeasurement& known, const PlannedMeasurement& planned) {
    const std::int64_t measure = measureFor(planned);
    if (!known.orphaned && known.measure == measure) return;
    database_.run("UPDATE measurement SET orphaned = 0, measure = ? WHERE id = ?", measure, known.id);
    if (known.state == State::Done) resultsMoved_ = true;
    if (known.measure == measure) return;
    database_.run(
        "INSERT OR IGNORE INTO measure_count SELECT ?, entry.name FROM measurement "
        "JOIN count_entry AS entry ON entry.count_set = measurement.counts WHERE measurement.id = ?",
        measure, known.id);
    rescore(database_, known.id, planned.metrics);
}

void Reconciler::orphanMeasurement(MeasurementId id) {
    ++result_.measurementsOrphaned;
    if (writes()) database_.run("UPDATE measurement SET orphaned = 1 WHERE id = ?", id);
}

void Reconciler::orphanUnplanned() {
    std::vector<ItemId> unplanned;
    {
        Statement rows = database_.query("SELECT id FROM item WHERE study = ? AND orphaned = 0", study_);
        while (rows.next())
            if (!seen_.contains(rows.integer(0))) unplanned.push_back(rows.integer(0));
    }
    for (const ItemId id : unplanned) {
        ++result_.itemsOrphaned;
        if (writes()) database_.run("UPDATE item SET orphaned = 1 WHERE id = ?", id);
        for (const KnownMeasurement& measurement : measurementsOf(id))
            if (!measurement.orphaned) orphanMeasurement(measurement.id);
    }
}

Reconciler::PointRow& Reconciler::pointFor(const PlannedItem& item, const std::string& identity) {
    const std::int64_t series = seriesFor(item);
    const auto [found, isNew] = points_.try_emplace({item.series, identity});
    PointRow& point = found->second;
    if (!isNew && point.expected > 0) return point;
    const auto position = static_cast<std::int64_t>(points_.size());
    const std::string swept = toSweptJson(item.values);
    if (isNew) {
        database_.run(
            "INSERT INTO point (series, identity, swept, position, expected) VALUES (?, ?, ?, ?, 0)", series,
            identity, swept, position);
        point = {database_.lastInsertId(), series, position, 0, 0, swept};
        pointsByIdentity_[{item.branch, identity}].push_back(point.id);
    } else if (point.swept != swept) {
        database_.run("UPDATE point SET swept = ? WHERE id = ?", swept, point.id);
        point.swept = swept;
    }
    return point;
}

std::int64_t Reconciler::seriesFor(const PlannedItem& item) {
    if (const auto found = series_.find(item.series); found != series_.end()) return found->second;
    if (!branches_.contains(item.branch)) {
        database_.run(
            "INSERT INTO branch (study, slug, title, position) VALUES (?, ?, ?, ?) ON CONFLICT (study, slug) "
            "DO UPDATE SET title = excluded.title, position = excluded.position",
            study_, item.branch, item.branchTitle, static_cast<std::int64_t>(branches_.size()));
        branches_[item.branch] =
            database_.integer("SELECT id FROM branch WHERE study = ? AND slug = ?", study_, item.branch);
    }
    const std::int64_t branch = branches_.at(item.branch);
    database_.run(
        "INSERT INTO series (branch, slug, title, position) VALUES (?, ?, ?, ?) ON CONFLICT (branch, slug) "
        "DO UPDATE SET title = excluded.title, position = excluded.position",
        branch, item.series, item.seriesTitle, static_cast<std::int64_t>(series_.size()));
    return series_[item.series] =
               database_.integer("SELECT id FROM series WHERE branch = ? AND slug = ?", branch, item.series);
}

std::int64_t Reconciler::measureFor(const PlannedMeasurement& planned) {
    auto& known = measures_[planned.node];
    for (const auto& [metrics, id] : known)
        if (metrics == planned.metrics) return id;
    Sha256 digest;
    const auto add = [&](const std::string& text) {
        digest.add(text);
        digest.add(std::string_view("\0", 1));
    };
    for (const graph::Metric& metric : planned.metrics)
        for (const std::string& text :
             {metric.id, metric.title, metric.unit, std::string(graph::toText(metric.better)),
              std::string(graph::toText(metric.finish)), std::string(graph::toText(metric.pool)),
              metric.drawUnit, metric.help})
            add(text);
    const Hash hash = digest.finish();
    database_.run(
        "INSERT INTO measure (study, node, digest, position, planned) VALUES (?, ?, ?, ?, 1) "
        "ON CONFLICT (study, node, digest) DO UPDATE SET position = excluded.position, planned = 1",
        study_, planned.node, hash, static_cast<std::int64_t>(measures_.size()));
    const std::int64_t id = database_.integer(
        "SELECT id FROM measure WHERE study = ? AND node = ? AND digest = ?", study_, planned.node, hash);
    std::int64_t position = 0;
    for (const graph::Metric& metric : planned.metrics)
        database_.run("INSERT OR IGNORE INTO measure_metric VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", id,
                      position++, metric.id, metric.title, metric.unit, graph::toText(metric.better),
                      graph::toText(metric.finish), graph::toText(metric.pool), metric.drawUnit, metric.help);
    known.emplace_back(planned.metrics, id);
    return id;
}

void Reconciler::writeExpected() {
    for (const auto& [key, point] : points_)
        if (point.expected != point.expectedBefore)
            database_.run("UPDATE point SET expected = ? WHERE id = ?", point.expected, point.id);
}

void Reconciler::findRateDifferences() {
    const bool had = database_.integer("SELECT count(*) FROM rate_difference WHERE study = ?", study_) > 0;
    if (!had && !resultsMoved_) return;
    database_.run("DELETE FROM rate_difference WHERE study = ?", study_);
    database_.run(
        "INSERT OR IGNORE INTO rate_difference SELECT DISTINCT a.study, x.name FROM measurement AS a "
        "JOIN measurement AS b ON b.item = a.item AND b.counts <> a.counts AND b.state = 2 AND b.orphaned = "
        "0 "
        "JOIN count_entry AS x ON x.count_set = a.counts "
        "JOIN count_entry AS y ON y.count_set = b.counts AND y.name = x.name AND y.n <> x.n "
        "WHERE a.study = ? AND a.state = 2 AND a.orphaned = 0",
        study_);
}

}  // namespace ratescope::store
