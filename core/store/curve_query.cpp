#include "core/error.h"
#include "core/store/connection.h"
#include "core/store/curve_axis.h"
#include "core/store/query.h"
#include "core/store/rows.h"
#include "core/store/summary.h"
#include "core/store/swept_json.h"

#include <algorithm>
#include <unordered_map>

namespace ratescope::store {
namespace {

struct StudyPoint {
    std::int64_t id = 0;
    std::size_t series = 0;
    SweptValues swept;
    bool stale = false;
};

struct StudyShape {
    std::vector<curves::SeriesInfo> series;
    std::vector<StudyPoint> points;  ///< by series, in the order of the document
};

StudyShape shapeOf(Database& database, StudyId study) {
    StudyShape shape;
    std::int64_t current = 0;
    Statement rows = database.query(
        "SELECT series.id, series.slug, series.title, branch.slug, branch.title, point.id, point.swept, "
        "point.expected, stale.point IS NOT NULL FROM branch JOIN series ON series.branch = branch.id "
        "JOIN point ON point.series = series.id LEFT JOIN stale ON stale.point = point.id "
        "WHERE branch.study = ? AND point.expected > 0 ORDER BY branch.position, series.position, series.id, "
        "point.position",
        study);
    while (rows.next()) {
        if (shape.series.empty() || rows.integer(0) != current) {
            current = rows.integer(0);
            shape.series.push_back(
                {rows.text(1), rows.text(2), rows.text(3), rows.text(4), 0, curves::Evidence::Measured});
        }
        auto& items = shape.series.back().items;
        items = std::max(items, static_cast<std::size_t>(rows.integer(7)));
        shape.points.push_back(
            {rows.integer(5), shape.series.size() - 1, fromSweptJson(rows.text(6)), rows.integer(8) != 0});
    }
    return shape;
}

std::optional<double> numberOf(const SweptValues& swept, const std::string& column) {
    for (const auto& [name, value] : swept) {
        if (name != column) continue;
        if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
        if (const auto* real = std::get_if<double>(&value)) return *real;
    }
    return std::nullopt;
}

// Of itemsOfPoint: parameter, value, within, monotone of what an item has reached; NULL where it is to reach nothing.
constexpr int reachColumn = 12;

std::optional<curves::ReachedValue> reachedOf(const Statement& rows) {
    if (rows.isNull(reachColumn)) return std::nullopt;
    return curves::ReachedValue{rows.real(reachColumn + 1), rows.integer(reachColumn + 2) != 0,
                                rows.integer(reachColumn + 3) != 0};
}

/// The statistics of one axis, item after item.
class AxisReader {
  public:
    AxisReader(Database& database, const CurveAxis& axis) : database_(database), axis_(axis) {}

    /// Columns as itemsOfPoint selects them; `first` is the axis's own first one.
    std::optional<curves::Statistic> read(const Statement& rows, int first, const SweptValues& swept) {
        using Kind = curves::Quantity::Kind;
        switch (axis_.quantity.kind) {
            case Kind::Metric:
                if (rows.isNull(first + 1)) return std::nullopt;
                return curves::Statistic{rows.real(first + 1), rows.real(first + 2)};
            case Kind::Rate:
                return rate(rows, first);
            case Kind::Parameter:
                if (!rows.isNull(reachColumn) && rows.text(reachColumn) == axis_.quantity.id)
                    return asStatistic(rows.real(reachColumn + 1));
                return asStatistic(numberOf(swept, axis_.quantity.id));
            case Kind::Time:
                return asStatistic(rows.optionalReal(axis_.quantity.id == "time-encode" ? 4 : 5));
        }
        return std::nullopt;
    }

  private:
    static std::optional<curves::Statistic> asStatistic(const std::optional<double>& value) {
        return value ? std::optional(curves::Statistic{*value, 1}) : std::nullopt;
    }

    std::optional<curves::Statistic> rate(const Statement& rows, int first) {
        if (rows.isNull(2)) return std::nullopt;
        curves::ItemBits bits{rows.real(2), rows.real(3), {}};
        if (!rows.isNull(first)) {
            const auto [found, isNew] = counts_.try_emplace(rows.integer(first));
            if (isNew) found->second = readCounts(database_, rows.integer(first));
            bits.counts = found->second;
        }
        const std::optional<curves::Statistic> statistic = curves::rateOf(*axis_.rate, bits);
        return statistic && statistic->s1 > 0 ? statistic : std::nullopt;
    }

    Database& database_;
    const CurveAxis& axis_;
    std::unordered_map<std::int64_t, std::map<std::string, std::uint64_t>> counts_;
};

Statement itemsOfPoint(Database& database, std::int64_t point, const CurveAxis& x, const CurveAxis& y) {
    return database.query(
        "SELECT item.asset, item.seed, item.bits, item.searched_bits, item.encode_seconds, "
        "item.decode_seconds, mx.counts, sx.s0, sx.s1, my.counts, sy.s0, sy.s1, reach.parameter, "
        "reach.value, reach.within, reach.monotone FROM item LEFT JOIN item_reach AS reach ON reach.item = "
        "item.id "
        "LEFT JOIN measurement AS mx ON mx.item = item.id AND mx.measure = ?2 AND mx.orphaned = 0 "
        "AND mx.state = 2 LEFT JOIN score AS sx ON sx.measurement = mx.id AND sx.metric = ?3 "
        "LEFT JOIN measurement AS my ON my.item = item.id AND my.measure = ?4 AND my.orphaned = 0 "
        "AND my.state = 2 LEFT JOIN score AS sy ON sy.measurement = my.id AND sy.metric = ?5 "
        "WHERE item.point = ?1 AND item.orphaned = 0 AND item.state = 2 "
        "ORDER BY item.asset, item.seed, item.key",
        point, x.measure, x.metric, y.measure, y.metric);
}

CurveData readItems(Database& database, StudyShape shape, const CurveAxis& x, const CurveAxis& y) {
    CurveData data{x.quantity, y.quantity, std::move(shape.series), {}};
    AxisReader readX(database, x), readY(database, y);
    for (const StudyPoint& point : shape.points) {
        const curves::RowValues values = toRowValues(point.swept);
        Statement rows = itemsOfPoint(database, point.id, x, y);
        while (rows.next()) {
            const auto xs = readX.read(rows, 6, point.swept);
            const auto ys = readY.read(rows, 9, point.swept);
            if (!xs || !ys) continue;
            data.points.push_back({data.series[point.series].slug, rows.text(0), rows.natural(1), values, *xs,
                                   *ys, reachedOf(rows)});
            if (!rows.isNull(reachColumn)) data.series[point.series].reaches = rows.text(reachColumn);
        }
    }
    return data;
}

/// The kept sums that hold these axes; "" if none do.
std::string keptAxis(const CurveAxis& x, const CurveAxis& y) {
    using Kind = curves::Quantity::Kind;
    if (y.quantity.kind != Kind::Metric || y.quantity.pool == graph::Pool::NotPoolable) return {};
    switch (x.quantity.kind) {
        case Kind::Time:
            return x.quantity.id;
        case Kind::Parameter:
            return "time-encode";  // Every finished item has one.
        case Kind::Rate:
            if (x.rate->count[0] == '\0') return "bits";
            return x.measure == y.measure ? x.rate->id : "";
        case Kind::Metric:
            return {};
    }
    return {};
}

std::optional<PointSums> readSums(Database& database, std::int64_t point, const CurveAxis& y,
                                  const std::string& axis) {
    Statement rows = database.query(
        "SELECT n, dropped, x_value, x_s0, x_s1, y_value, y_s0, y_s1 FROM summary "
        "WHERE point = ? AND measure = ? AND metric = ? AND x = ?",
        point, y.measure, y.metric, axis);
    if (!rows.next()) return std::nullopt;
    return PointSums{rows.integer(0),
                     rows.integer(1),
                     {rows.real(2), rows.real(3), rows.real(4)},
                     {rows.real(5), rows.real(6), rows.real(7)}};
}

std::optional<PointSums> sumsOf(Database& database, const StudyPoint& point, const CurveAxis& y,
                                const std::string& axis) {
    if (!point.stale) return readSums(database, point.id, y, axis);
    const std::map<SumsKey, PointSums> sums = sumPoint(database, point.id);
    const auto found = sums.find({y.measure, y.metric, axis});
    return found == sums.end() ? std::nullopt : std::optional(found->second);
}

double pooledX(const CurveAxis& x, const PointSums& sums, const SweptValues& swept) {
    if (x.quantity.kind == curves::Quantity::Kind::Rate)
        return sums.pooledX() / (x.rate->count[0] == '\0' ? x.rate->bitsPerUnit : 1);
    if (x.quantity.kind != curves::Quantity::Kind::Parameter) return sums.pooledX();
    // Summed and divided, as the mean of equal values is by curves::pool.
    const std::int64_t n = sums.n > 0 ? sums.n : sums.dropped;
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i)
        sum += *numberOf(swept, x.quantity.id);
    return sum / static_cast<double>(n);
}

std::vector<curves::Curve> fromSums(Database& database, const StudyShape& shape, const CurveAxis& x,
                                    const CurveAxis& y, const std::string& axis) {
    std::vector<curves::Curve> curves;
    std::vector<std::string> branches;
    std::size_t next = 0;
    for (std::size_t i = 0; i < shape.series.size(); ++i) {
        const curves::SeriesInfo& info = shape.series[i];
        auto branch = std::find(branches.begin(), branches.end(), info.branch);
        if (branch == branches.end()) branch = branches.insert(branches.end(), info.branch);
        curves::Curve curve;
        curve.series = info.slug;
        curve.title = info.title;
        curve.branch = info.branch;
        curve.branchTitle = info.branchTitle;
        curve.branchIndex = static_cast<std::size_t>(branch - branches.begin());
        curve.seriesIndex = i;
        curve.x = x.quantity;
        curve.y = y.quantity;
        for (; next < shape.points.size() && shape.points[next].series == i; ++next) {
            const StudyPoint& studyPoint = shape.points[next];
            const bool hasX = x.quantity.kind != curves::Quantity::Kind::Parameter ||
                              numberOf(studyPoint.swept, x.quantity.id);
            const auto sums = hasX ? sumsOf(database, studyPoint, y, axis) : std::nullopt;
            if (!sums) continue;
            curves::Point point;
            point.x = pooledX(x, *sums, studyPoint.swept);
            point.y = sums->pooledY(y.quantity);
            point.values = toRowValues(studyPoint.swept);
            point.n = static_cast<std::size_t>(sums->n);
            point.expected = info.items;
            point.dropped = static_cast<std::size_t>(sums->dropped);
            curve.points.push_back(std::move(point));
        }
        if (curve.points.empty()) continue;
        // Ties stand as curves::makeCurves leaves them.
        std::sort(curve.points.begin(), curve.points.end(), [](const auto& a, const auto& b) {
            return std::tie(a.x, a.y, a.values) < std::tie(b.x, b.y, b.values);
        });
        curves.push_back(std::move(curve));
    }
    return curves;
}

}  // namespace

std::vector<curves::SeriesInfo> seriesOf(const Library& library, StudyId study) {
    const Snapshot snapshot(*library.connection().database);
    return shapeOf(*library.connection().database, study).series;
}

CurveData curvePoints(const Library& library, StudyId study, const std::string& y, const std::string& x) {
    Database& database = *library.connection().database;
    const Snapshot snapshot(database);
    const CurveAxis axisY = yAxis(library, study, y);
    const CurveAxis axisX = xAxis(library, study, x, axisY);
    return readItems(database, shapeOf(database, study), axisX, axisY);
}

std::vector<curves::Curve> meanCurves(const Library& library, StudyId study, const std::string& y,
                                      const std::string& x) {
    Database& database = *library.connection().database;
    const Snapshot snapshot(database);
    const CurveAxis axisY = yAxis(library, study, y);
    const CurveAxis axisX = xAxis(library, study, x, axisY);
    const StudyShape shape = shapeOf(database, study);
    const std::string axis = keptAxis(axisX, axisY);
    // What items have reached is in no kept sum.
    const bool isReached = axisX.quantity.kind == curves::Quantity::Kind::Parameter &&
                           reachedParameters(database, study).contains(axisX.quantity.id);
    if (!axis.empty() && !isReached) return fromSums(database, shape, axisX, axisY, axis);
    const CurveData data = readItems(database, shape, axisX, axisY);
    std::vector<curves::Curve> curves = curves::makeCurves(data.x, data.y, data.series, data.points);
    for (curves::Curve& curve : curves) {
        curve.items.clear();
        curve.reaches.clear();
        for (curves::Point& point : curve.points) {
            point.samples.clear();
            point.reached.reset();
        }
    }
    return curves;
}

}  // namespace ratescope::store
