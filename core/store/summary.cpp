#include "core/store/summary.h"

#include "core/curves/rate.h"
#include "core/graph/names.h"
#include "core/store/connection.h"
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

    void add(const curves::Statistic& x, const curves::Statistic& y, double yValue) {
        const double xValue = x.s0 / x.s1;
        add(all_.x, x, xValue);
        add(all_.y, y, 0);
        ++all_.n;
        if (pool_ != graph::Pool::SumThenFinish && std::isinf(yValue)) {
            infinite_ = yValue;
            return;
        }
        add(finite_.x, x, xValue);
        add(finite_.y, y, pool_ == graph::Pool::SumThenFinish ? 0 : yValue);
        ++finite_.n;
    }

    PointSums sums() const {
        PointSums sums = finite_;
        sums.dropped = all_.n - finite_.n;
        if (finite_.n > 0) return sums;
        sums.x = all_.x;
        sums.y = all_.y;
        sums.y.value = infinite_;
        return sums;
    }

  private:
    static void add(Sums& sums, const curves::Statistic& statistic, double value) {
        sums.value += value;
        sums.s0 += statistic.s0;
        sums.s1 += statistic.s1;
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

std::vector<std::pair<const char*, curves::Statistic>> otherAxes(const SummedItem& item) {
    std::vector<std::pair<const char*, curves::Statistic>> axes;
    if (item.encodeSeconds) axes.emplace_back("time-encode", curves::Statistic{*item.encodeSeconds, 1});
    if (item.decodeSeconds) axes.emplace_back("time-decode", curves::Statistic{*item.decodeSeconds, 1});
    if (!item.hasBits) return axes;
    axes.emplace_back("bits", curves::Statistic{item.bits.bits, 1});
    for (const curves::Rate& rate : curves::allRates()) {
        if (rate.count[0] == '\0') continue;
        const auto statistic = curves::rateOf(rate, item.bits);
        if (statistic && statistic->s1 > 0) axes.emplace_back(rate.id, *statistic);
    }
    return axes;
}

}  // namespace

double PointSums::pooledX() const {
    return x.value / static_cast<double>(n > 0 ? n : dropped);
}

double PointSums::pooledY(const curves::Quantity& quantity) const {
    if (quantity.pool == graph::Pool::SumThenFinish) return curves::finish(quantity.finish, y.s0, y.s1);
    return n > 0 ? y.value / static_cast<double>(n) : y.value;
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
        for (const auto& [axis, statistic] : otherAxes(item))
            summing.try_emplace({rows.integer(0), rows.text(1), axis}, pool)
                .first->second.add(statistic, {rows.real(2), rows.real(3)}, rows.real(4));
    }
    std::map<SumsKey, PointSums> sums;
    for (const auto& [key, group] : summing)
        sums.emplace(key, group.sums());
    return sums;
}

void refreshPoint(Database& database, std::int64_t point) {
    database.run("DELETE FROM summary WHERE point = ?", point);
    for (const auto& [key, sums] : sumPoint(database, point)) {
        const auto& [measure, metric, axis] = key;
        database.run("INSERT INTO summary VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", point, measure,
                     metric, axis, sums.n, sums.dropped, sums.x.value, sums.x.s0, sums.x.s1, sums.y.value,
                     sums.y.s0, sums.y.s1);
    }
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
    for (const std::int64_t point : points)
        refreshPoint(database, point);
}

bool refreshSummaries(Library& library, std::chrono::milliseconds budget) {
    Library::Connection& connection = library.connection();
    connection.requireWriter();
    Database& database = *connection.database;
    const auto end = std::chrono::steady_clock::now() + budget;
    while (true) {
        std::vector<std::int64_t> points;
        {
            Statement rows = database.query("SELECT point FROM stale LIMIT 200");
            while (rows.next())
                points.push_back(rows.integer(0));
        }
        if (points.empty()) return true;
        const Relaxed relaxed(connection);
        Transaction transaction(database, Transaction::Kind::Write);
        for (const std::int64_t point : points) {
            if (std::chrono::steady_clock::now() >= end) break;
            refreshPoint(database, point);
        }
        transaction.commit();
        if (std::chrono::steady_clock::now() >= end)
            return database.integer("SELECT count(*) FROM stale") == 0;
    }
}

}  // namespace ratescope::store
