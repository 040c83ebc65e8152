#include "core/store/imported.h"

#include "core/error.h"
#include "core/graph/names.h"
#include "core/store/connection.h"

#include <cmath>

namespace ratescope::store {
namespace {

void requirePoints(const ImportedCurve& curve) {
    bool finite = !curve.points.empty();
    for (const curves::RatePoint& point : curve.points)
        finite = finite && std::isfinite(point.rate) && std::isfinite(point.quality);
    if (!finite)
        throw Error(ErrorKind::Input,
                    "The curve \"" + curve.title + "\" has no points, or one that is not finite.",
                    "Give at least one pair of finite numbers.");
}

std::vector<curves::RatePoint> pointsOf(Database& database, std::int64_t curve) {
    std::vector<curves::RatePoint> points;
    Statement rows =
        database.query("SELECT rate, value FROM imported_point WHERE curve = ? ORDER BY position", curve);
    while (rows.next())
        points.push_back({rows.real(0), rows.real(1)});
    return points;
}

}  // namespace

std::int64_t insertImported(Library& library, const ImportedCurve& curve) {
    library.connection().requireWriter();
    requirePoints(curve);
    Database& database = *library.connection().database;
    Transaction transaction(database, Transaction::Kind::Write);
    database.run(
        "INSERT INTO imported_curve (title, source, citation, data_set, rate, metric, metric_title, unit, "
        "better, "
        "pooling) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, title, data_set, metric) DO "
        "UPDATE "
        "SET citation = excluded.citation, rate = excluded.rate, metric_title = excluded.metric_title, "
        "unit = excluded.unit, better = excluded.better, pooling = excluded.pooling",
        curve.title, curve.source, curve.citation, curve.dataSet, curve.rate, curve.metric.id,
        curve.metric.title, curve.metric.unit, graph::toText(curve.metric.better), curve.pooling);
    const std::int64_t id = database.integer(
        "SELECT id FROM imported_curve WHERE source = ? AND title = ? AND data_set = ? AND metric = ?",
        curve.source, curve.title, curve.dataSet, curve.metric.id);
    database.run("DELETE FROM imported_point WHERE curve = ?", id);
    std::int64_t position = 0;
    for (const curves::RatePoint& point : curve.points)
        database.run("INSERT INTO imported_point VALUES (?, ?, ?, ?)", id, position++, point.rate,
                     point.quality);
    transaction.commit();
    return id;
}

std::vector<ImportedCurve> importedCurves(const Library& library) {
    Database& database = *library.connection().database;
    const Snapshot snapshot(database);
    std::vector<ImportedCurve> curves;
    Statement rows = database.query(
        "SELECT id, title, source, citation, data_set, rate, metric, metric_title, unit, better, pooling "
        "FROM imported_curve ORDER BY id");
    while (rows.next()) {
        ImportedCurve curve;
        curve.id = rows.integer(0);
        curve.title = rows.text(1);
        curve.source = rows.text(2);
        curve.citation = rows.text(3);
        curve.dataSet = rows.text(4);
        curve.rate = rows.text(5);
        curve.metric.id = rows.text(6);
        curve.metric.title = rows.text(7);
        curve.metric.unit = rows.text(8);
        curve.metric.better = graph::fromName<graph::Better>(rows.text(9)).value_or(graph::Better::Higher);
        curve.pooling = rows.text(10);
        curve.points = pointsOf(database, curve.id);
        curves.push_back(std::move(curve));
    }
    return curves;
}

void deleteImported(Library& library, std::int64_t id) {
    library.connection().requireWriter();
    Database& database = *library.connection().database;
    database.run("DELETE FROM imported_curve WHERE id = ?", id);
    if (database.changes() == 0)
        throw Error(ErrorKind::Usage, "There is no imported curve " + std::to_string(id) + ".",
                    "Give an id that the list of imported curves shows.");
}

}  // namespace ratescope::store
