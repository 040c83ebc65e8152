#include "core/store/summary.h"

#include "core/curves/rate.h"
#include "core/graph/names.h"
#include "core/store/connection.h"
#include "core/store/kept_sums.h"
#include "core/store/query.h"
#include "core/store/rows.h"

#include <cmath>
#include <unordered_map>
#include <vector>

namespace ratescope::store {
namespace {

// Items that a commit sums anew at most; larger points wait until the writer is idle.
constexpr std::int64_t itemsPerCommit = 2000;

/// Sums in one pass over the items of a point, in their order.
class Summing {
  public:
    explicit Summing(graph::Pool pool) : pool_(pool) {}

    void add(double x, const curves::Statistic& y, double yValue) {
        add(all_, x, y, 0);
        if (pool_ != graph::Pool::SumThenFinish && std::isinf(yValue)) {
            infinite_ = yValue;
            return;
        }
        add(finite_, x, y, pool_ == graph::Pool::SumThenFinish ? 0 : yValue);
    }

    PointSums sums() const {
        PointSums sums = finite_.n > 0 ? finite_ : all_;
        sums.dropped = all_.n - finite_.n;
        if (finite_.n > 0) return sums;
        sums.n = 0;
        sums.y = infinite_;
        return sums;
    }

  private:
    static void add(PointSums& sums, double x, const curves::Statistic& y, double yValue) {
        ++sums.n;
        sums.x += x;
        sums.y += yValue;
        sums.s0 += y.s0;
        sums.s1 += y.s1;
    }

    graph::Pool pool_;
    PointSums finite_, all_;
    double infinite_ = 0;
};

struct SummedItem {
    curves::ItemBits bits;
    bool hasBits = false;
    std::optional<double> encodeSeconds, decodeSeconds;
};

std::vector<std::pair<const char*, double>> otherAxes(const SummedItem& item) {
    std::vector<std::pair<const char*, double>> axes;
    if (item.encodeSeconds) axes.emplace_back("time-encode", *item.encodeSeconds);
    if (item.decodeSeconds) axes.emplace_back("time-decode", *item.decodeSeconds);
    if (!item.hasBits) return axes;
    axes.emplace_back("bits", item.bits.bits);
    for (const curves::Rate& rate : curves::allRates()) {
        if (rate.count[0] == '\0') continue;
        const auto statistic = curves::rateOf(rate, item.bits);
        if (statistic && statistic->s1 > 0) axes.emplace_back(rate.id, statistic->s0 / statistic->s1);
    }
    return axes;
}

}  // namespace

double PointSums::pooledX() const {
    return x / static_cast<double>(n > 0 ? n : dropped);
}

double PointSums::pooledY(const curves::Quantity& quantity) const {
    if (quantity.pool == graph::Pool::SumThenFinish) return curves::finish(quantity.finish, s0, s1);
    return n > 0 ? y / static_cast<double>(n) : y;
}

std::map<SumsKey, PointSums> sumPoint(Database& database, std::int64_t point) {
    std::map<SumsKey, Summing> summing;
    std::unordered_map<std::int64_t, std::map<std::string, std::uint64_t>> countSets;
    Statement rows = database.query(
        "SELECT measurement.measure, score.metric, score.s0, score.s1, score.value, item.bits, "
        "item.searched_bits, item.encode_seconds, item.decode_seconds, measurement.counts, metric.pool "
        "FROM item JOIN measurement ON measurement.item = item.id AND measurement.orphaned = 0 "
        "AND measurement.state = 2 JOIN score ON score.measurement = measurement.id "
        "JOIN measure_metric AS metric ON metric.measure = measurement.measure AND metric.metric = "
        "score.metric "
        "WHERE item.point = ? AND item.orphaned = 0 AND item.state = 2 ORDER BY item.asset, item.seed, "
        "item.key",
        point);
    while (rows.next()) {
        SummedItem item{
            {rows.real(5), rows.real(6), {}}, !rows.isNull(5), rows.optionalReal(7), rows.optionalReal(8)};
        if (!rows.isNull(9)) {
            const auto [found, isNew] = countSets.try_emplace(rows.integer(9));
            if (isNew) found->second = readCounts(database, rows.integer(9));
            item.bits.counts = found->second;
        }
        const auto pool = graph::fromName<graph::Pool>(rows.text(10)).value_or(graph::Pool::NotPoolable);
        for (const auto& [axis, x] : otherAxes(item))
            summing.try_emplace({rows.integer(0), rows.text(1), axis}, pool)
                .first->second.add(x, {rows.real(2), rows.real(3)}, rows.real(4));
    }
    std::map<SumsKey, PointSums> sums;
    for (const auto& [key, group] : summing)
        sums.emplace(key, group.sums());
    return sums;
}

void refreshPoints(Database& database, std::span<const std::int64_t> points,
                   std::optional<std::chrono::steady_clock::time_point> end) {
    std::map<std::int64_t, std::map<SumsKey, PointSums>> sums;
    for (const std::int64_t point : points) {
        if (end && std::chrono::steady_clock::now() >= *end) break;
        sums.emplace(point, sumPoint(database, point));
    }
    keepSums(database, sums);
    for (const auto& [point, ofPoint] : sums)
        database.run("DELETE FROM stale WHERE point = ?", point);
}

void refreshSmall(Database& database) {
    std::vector<std::int64_t> points;
    {
        std::int64_t items = 0;
        Statement rows = database.query(
            "SELECT stale.point, point.expected FROM stale LEFT JOIN point ON point.id = stale.point");
        while (items < itemsPerCommit && rows.next()) {
            if (items + rows.integer(1) > itemsPerCommit) continue;
            items += rows.integer(1) + 1;
            points.push_back(rows.integer(0));
        }
    }
    refreshPoints(database, points);
}

bool refreshSummaries(Library& library, std::chrono::milliseconds budget) {
    Library::Connection& connection = library.connection();
    connection.requireWriter();
    Database& database = *connection.database;
    const auto end = std::chrono::steady_clock::now() + budget;
    while (true) {
        std::vector<std::int64_t> points;
        {
            Statement rows = database.query("SELECT point FROM stale ORDER BY point LIMIT 800");
            while (rows.next())
                points.push_back(rows.integer(0));
        }
        if (points.empty()) return true;
        const Relaxed relaxed(connection);
        Transaction transaction(database, Transaction::Kind::Write);
        refreshPoints(database, points, end);
        transaction.commit();
        if (std::chrono::steady_clock::now() >= end)
            return database.integer("SELECT count(*) FROM stale") == 0;
    }
}

}  // namespace ratescope::store
