#include "core/error.h"
#include "core/store/connection.h"
#include "core/store/curve_axis.h"
#include "core/store/kept_sums.h"
#include "core/store/query.h"
#include "core/store/rows.h"
#include "core/store/series_points.h"
#include "core/store/summary.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace ratescope::store {
namespace {

/// A series that the document asks for.
struct StudySeries {
    std::int64_t id = 0;
    curves::SeriesInfo info;
    SeriesPoints points;
};

/// In the order of the document, without their points, which would be sorted along.
std::vector<StudySeries> seriesRows(Database& database, StudyId study) {
    std::vector<StudySeries> series;
    Statement rows = database.query(
        "SELECT series.id, series.slug, series.title, branch.slug, branch.title FROM branch "
        "JOIN series ON series.branch = branch.id WHERE branch.study = ? AND series.points IS NOT NULL "
        "ORDER BY branch.position, series.position, series.id",
        study);
    while (rows.next())
        series.push_back(
            {rows.integer(0),
             {rows.text(1), rows.text(2), rows.text(3), rows.text(4), 0, curves::Evidence::Measured},
             {}});
    return series;
}

void readPoints(Database& database, StudySeries& series) {
    Statement rows = database.query("SELECT points FROM series WHERE id = ?", series.id);
    if (!rows.next()) return;
    series.points = SeriesPoints(rows.blob(0));
    series.info.items = series.points.items();
}

/// A point of a series.
struct PointPlace {
    const SeriesPoints& points;
    std::size_t index;

    std::int64_t id() const { return points.id(index); }
    std::optional<double> number(const std::string& column) const { return points.number(index, column); }
};

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
    std::optional<curves::Statistic> read(const Statement& rows, int first, const PointPlace& point) {
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
                return asStatistic(point.number(axis_.quantity.id));
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

CurveData readItems(Database& database, StudyId study, const CurveAxis& x, const CurveAxis& y) {
    CurveData data{x.quantity, y.quantity, {}, {}};
    AxisReader readX(database, x), readY(database, y);
    for (StudySeries& series : seriesRows(database, study)) {
        readPoints(database, series);
        data.series.push_back(series.info);
        for (std::size_t i = 0; i < series.points.size(); ++i) {
            const PointPlace point{series.points, i};
            const curves::RowValues values = series.points.values(i);
            Statement rows = itemsOfPoint(database, point.id(), x, y);
            while (rows.next()) {
                const auto xs = readX.read(rows, 6, point);
                const auto ys = readY.read(rows, 9, point);
                if (!xs || !ys) continue;
                data.points.push_back(
                    {series.info.slug, rows.text(0), rows.natural(1), values, *xs, *ys, reachedOf(rows)});
                if (!rows.isNull(reachColumn)) data.series.back().reaches = rows.text(reachColumn);
            }
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

/// Makes the curves of a study of what is kept of its points.
class SummedCurves {
  public:
    SummedCurves(Database& database, StudyId study, const CurveAxis& x, const CurveAxis& y,
                 const std::string& axis)
        : database_(database),
          x_(x),
          y_(y),
          series_(seriesRows(database, study)),
          key_(y.measure, y.metric, axis),
          kept_(database, key_),
          stale_(stalePoints(database, study)) {}

    std::vector<curves::Curve> make() {
        std::vector<curves::Curve> curves;
        std::vector<std::string> branches;
        for (std::size_t i = 0; i < series_.size(); ++i) {
            readPoints(database_, series_[i]);
            const curves::SeriesInfo& info = series_[i].info;
            auto branch = std::find(branches.begin(), branches.end(), info.branch);
            if (branch == branches.end()) branch = branches.insert(branches.end(), info.branch);
            curves::Curve curve;
            curve.series = info.slug;
            curve.title = info.title;
            curve.branch = info.branch;
            curve.branchTitle = info.branchTitle;
            curve.branchIndex = static_cast<std::size_t>(branch - branches.begin());
            curve.seriesIndex = i;
            curve.x = x_.quantity;
            curve.y = y_.quantity;
            curve.points = pointsOf(series_[i]);
            series_[i].points = {};
            if (!curve.points.empty()) curves.push_back(std::move(curve));
        }
        return curves;
    }

  private:
    /// A point of the mean curve without what is told of it only once it has its place.
    struct Mean {
        double x = 0, y = 0;
        std::int64_t n = 0, dropped = 0;
        std::size_t index = 0;  ///< in its series
    };

    static std::unordered_set<std::int64_t> stalePoints(Database& database, StudyId study) {
        std::unordered_set<std::int64_t> points;
        // In this order: few points are stale, and many are in a study.
        Statement rows = database.query(
            "SELECT stale.point FROM stale CROSS JOIN point ON point.id = stale.point CROSS JOIN series "
            "ON series.id = point.series CROSS JOIN branch ON branch.id = series.branch WHERE branch.study = "
            "?",
            study);
        while (rows.next())
            points.insert(rows.integer(0));
        return points;
    }

    /// nullptr for a point without items that have both; else until it is asked again.
    const PointSums* sumsOf(std::int64_t point) {
        if (stale_.empty() || !stale_.contains(point)) return kept_.find(point);
        summed_ = sumPoint(database_, point);
        const auto found = summed_.find(key_);
        return found == summed_.end() ? nullptr : &found->second;
    }

    double pooledX(const PointSums& sums, const PointPlace& point) const {
        if (x_.quantity.kind == curves::Quantity::Kind::Rate)
            return sums.pooledX() / (x_.rate->count[0] == '\0' ? x_.rate->bitsPerUnit : 1);
        if (x_.quantity.kind != curves::Quantity::Kind::Parameter) return sums.pooledX();
        // Summed and divided, as the mean of equal values is by curves::pool.
        const double value = *point.number(x_.quantity.id);
        const std::int64_t n = sums.n > 0 ? sums.n : sums.dropped;
        double sum = 0;
        for (std::int64_t i = 0; i < n; ++i)
            sum += value;
        return sum / static_cast<double>(n);
    }

    /// By rising x, then y; ties stand as curves::makeCurves leaves them.
    std::vector<Mean> sortedMeans(const SeriesPoints& points) {
        const bool isParameter = x_.quantity.kind == curves::Quantity::Kind::Parameter;
        std::vector<Mean> means;
        means.reserve(points.size());
        for (std::size_t i = 0; i < points.size(); ++i) {
            const PointPlace point{points, i};
            if (isParameter && !point.number(x_.quantity.id)) continue;
            if (const PointSums* const sums = sumsOf(point.id()))
                means.push_back(
                    {pooledX(*sums, point), sums->pooledY(y_.quantity), sums->n, sums->dropped, i});
        }
        std::sort(means.begin(), means.end(), [&](const Mean& a, const Mean& b) {
            if (a.x != b.x) return a.x < b.x;
            if (a.y != b.y) return a.y < b.y;
            return points.values(a.index) < points.values(b.index);
        });
        return means;
    }

    std::vector<curves::Point> pointsOf(const StudySeries& series) {
        const std::vector<Mean> means = sortedMeans(series.points);
        std::vector<curves::Point> points(means.size());
        for (std::size_t i = 0; i < means.size(); ++i) {
            points[i].x = means[i].x;
            points[i].y = means[i].y;
            points[i].values = series.points.values(means[i].index);
            points[i].n = static_cast<std::size_t>(means[i].n);
            points[i].expected = series.info.items;
            points[i].dropped = static_cast<std::size_t>(means[i].dropped);
        }
        return points;
    }

    Database& database_;
    const CurveAxis& x_;
    const CurveAxis& y_;
    std::vector<StudySeries> series_;
    SumsKey key_;
    KeptSums kept_;
    std::unordered_set<std::int64_t> stale_;
    std::map<SumsKey, PointSums> summed_;  ///< of the last stale point
};

}  // namespace

std::vector<curves::SeriesInfo> seriesOf(const Library& library, StudyId study) {
    Database& database = *library.connection().database;
    const Snapshot snapshot(database);
    std::vector<curves::SeriesInfo> infos;
    for (StudySeries& series : seriesRows(database, study)) {
        readPoints(database, series);
        infos.push_back(std::move(series.info));
    }
    return infos;
}

CurveData curvePoints(const Library& library, StudyId study, const std::string& y, const std::string& x) {
    Database& database = *library.connection().database;
    const Snapshot snapshot(database);
    const CurveAxis axisY = yAxis(library, study, y);
    const CurveAxis axisX = xAxis(library, study, x, axisY);
    return readItems(database, study, axisX, axisY);
}

std::vector<curves::Curve> meanCurves(const Library& library, StudyId study, const std::string& y,
                                      const std::string& x) {
    Database& database = *library.connection().database;
    const Snapshot snapshot(database);
    const CurveAxis axisY = yAxis(library, study, y);
    const CurveAxis axisX = xAxis(library, study, x, axisY);
    const std::string axis = keptAxis(axisX, axisY);
    // What items have reached is in no kept sum.
    const bool isReached = axisX.quantity.kind == curves::Quantity::Kind::Parameter &&
                           reachedParameters(database, study).contains(axisX.quantity.id);
    if (!axis.empty() && !isReached) return SummedCurves(database, study, axisX, axisY, axis).make();
    const CurveData data = readItems(database, study, axisX, axisY);
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
