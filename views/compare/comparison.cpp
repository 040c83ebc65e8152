#include "views/compare/comparison.h"

#include "core/curves/statistic.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace ratescope::views {
namespace {

/// The metrics that finished items have; a manifest may name others that do not fit their pictures.
std::vector<store::StudyMetric> measuredMetrics(const OpenLibrary& open) {
    store::ItemFilter filter;
    filter.state = store::State::Done;
    const store::ItemsPage page =
        store::itemsPage(open.library, open.study->id, filter, store::ItemOrder::Planned, false, {}, 1);
    std::set<std::string> measured;
    for (const store::ItemRow& row : page.rows)
        for (const store::MeasurementRow& measurement : store::measurementsOf(open.library, row.id))
            for (const store::ScoreRow& score : measurement.scores)
                measured.insert(measurement.node + ":" + score.metric.id);
    std::vector<store::StudyMetric> metrics = store::metricsOf(open.library, open.study->id);
    std::erase_if(metrics, [&](const store::StudyMetric& one) {
        return !measured.contains(one.node + ":" + one.metric.id);
    });
    return metrics;
}

bool stands(const store::ItemRow& item, const curves::RowValues& values) {
    return std::all_of(values.begin(), values.end(), [&](const auto& value) {
        return std::any_of(item.values.begin(), item.values.end(), [&](const auto& own) {
            return own.first == value.first && graph::toText(own.second) == value.second;
        });
    });
}

/// An item's swept values hold those of its point, and maybe those that make one curve each.
bool isPointOf(const curves::RowValues& point, const curves::RowValues& chosen) {
    if (chosen.empty()) return point.empty();
    return std::all_of(point.begin(), point.end(), [&](const auto& value) {
        return std::find(chosen.begin(), chosen.end(), value) != chosen.end();
    });
}

std::vector<Quality> qualitiesOf(const OpenLibrary& open, const store::ComparedItem& compared) {
    std::vector<Quality> qualities{{shortTitle(compared.metric), compared.metric.unit, compared.quality}};
    for (const store::MeasurementRow& measurement : store::measurementsOf(open.library, compared.item.id)) {
        if (measurement.orphaned || measurement.scores.empty()) continue;
        const bool chosen =
            std::any_of(measurement.scores.begin(), measurement.scores.end(),
                        [&](const store::ScoreRow& score) { return score.metric == compared.metric; });
        if (chosen) continue;
        const store::ScoreRow& first = measurement.scores.front();
        qualities.push_back({shortTitle(first.metric), first.metric.unit, first.value});
    }
    return qualities;
}

struct RatedPoint {
    double rate = 0, quality = 0;
};

/// Series → asset → what its points have there.
using PointsByAsset = std::map<std::string, std::vector<std::pair<const curves::ItemPoint*, RatedPoint>>>;

/// The point in the middle of the series' rates.
curves::RowValues middleValues(const PointsByAsset& assets) {
    std::vector<std::pair<double, const curves::RowValues*>> points;
    if (assets.empty()) return {};
    for (const auto& [point, rated] : assets.begin()->second)
        points.emplace_back(rated.rate, &point->values);
    std::sort(points.begin(), points.end());
    return points.empty() ? curves::RowValues() : *points[points.size() / 2].second;
}

std::optional<RatedPoint> nearest(const PointsByAsset& assets, const std::string& asset, double rate) {
    const auto found = assets.find(asset);
    if (found == assets.end()) return std::nullopt;
    const auto distance = [rate](const auto& point) { return std::abs(std::log(point.second.rate / rate)); };
    return std::min_element(found->second.begin(), found->second.end(),
                            [&](const auto& a, const auto& b) { return distance(a) < distance(b); })
        ->second;
}

std::size_t indexOf(const std::vector<curves::SeriesInfo>& series, const std::string& slug) {
    const auto found =
        std::find_if(series.begin(), series.end(), [&](const auto& one) { return one.slug == slug; });
    return found == series.end() ? 0 : static_cast<std::size_t>(found - series.begin());
}

void fillRows(WorstTable& table, const std::vector<PointsByAsset>& points) {
    const std::size_t base = indexOf(table.series, table.choice.series);
    for (const auto& [asset, own] : points[base]) {
        const auto at = std::find_if(own.begin(), own.end(), [&](const auto& point) {
            return isPointOf(point.first->values, table.choice.values);
        });
        if (at == own.end()) continue;
        WorstRow row{asset, std::vector<std::optional<double>>(points.size())};
        for (std::size_t i = 0; i < points.size(); ++i) {
            const auto other =
                i == base ? std::optional(at->second) : nearest(points[i], asset, at->second.rate);
            if (other) row.values[i] = other->quality;
        }
        table.rows.push_back(std::move(row));
    }
}

}  // namespace

std::string shortTitle(const graph::Metric& metric) {
    return metric.title.substr(0, metric.title.find(','));
}

PictureChoice choiceOf(const OpenLibrary& open, store::ItemId item, const std::string& metric) {
    const store::ItemRow row = store::item(open.library, item);
    PictureChoice choice{row.asset, row.series, {}, metric};
    for (const auto& [column, value] : row.values)
        choice.values.emplace_back(column, graph::toText(value));
    return choice;
}

Comparison comparisonOf(const OpenLibrary& open, const PictureChoice& choice) {
    Comparison comparison;
    comparison.choice = choice;
    if (!open.study || choice.asset.empty()) return comparison;
    comparison.library = open.library.file().string();
    comparison.study = *open.study;
    PictureChoice& chosen = comparison.choice;
    if (chosen.metric.empty()) {
        const std::vector<store::StudyMetric> metrics = measuredMetrics(open);
        if (metrics.empty()) return comparison;
        chosen.metric = metrics.front().id;
    }
    std::vector<std::pair<curves::SeriesInfo, std::vector<store::ComparedItem>>> all;
    const store::ComparedItem* base = nullptr;
    for (const curves::SeriesInfo& series : store::seriesOf(open.library, open.study->id))
        all.emplace_back(series, store::comparedItems(open.library, open.study->id, chosen.metric,
                                                      chosen.asset, series.slug));
    std::erase_if(all, [](const auto& one) { return one.second.empty(); });
    for (const auto& [series, items] : all) {
        if (base || (!chosen.series.empty() && series.slug != chosen.series)) continue;
        const auto at = std::find_if(items.begin(), items.end(), [&](const store::ComparedItem& one) {
            return stands(one.item, chosen.values);
        });
        base = !chosen.values.empty() && at != items.end() ? &*at : &items[items.size() / 2];
    }
    if (all.empty()) return comparison;
    if (!base) base = &all.front().second[all.front().second.size() / 2];
    for (const auto& [series, items] : all) {
        const bool own = series.slug == base->item.series;
        const store::ComparedItem& compared = own ? *base : store::nearestInRate(items, base->rate);
        comparison.renditions.push_back({series, compared, qualitiesOf(open, compared)});
    }
    chosen.series = base->item.series;
    return comparison;
}

WorstTable worstOf(const OpenLibrary& open, const PictureChoice& choice) {
    WorstTable table;
    table.choice = choice;
    if (!open.study) return table;
    table.metrics = measuredMetrics(open);
    if (table.metrics.empty()) return table;
    auto metric = std::find_if(table.metrics.begin(), table.metrics.end(),
                               [&](const store::StudyMetric& one) { return one.id == choice.metric; });
    if (metric == table.metrics.end()) metric = table.metrics.begin();
    table.choice.metric = metric->id;
    table.metric = metric->metric;
    const store::CurveData data = store::curvePoints(open.library, open.study->id, metric->id, "");
    table.series = data.series;
    std::vector<PointsByAsset> points(table.series.size());
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < table.series.size(); ++i)
        places[table.series[i].slug] = i;
    for (const curves::ItemPoint& point : data.points)
        points[places.at(point.series)][point.asset].push_back(
            {&point,
             {curves::finish(data.x.finish, point.x.s0, point.x.s1),
              curves::finish(data.y.finish, point.y.s0, point.y.s1)}});
    if (points.empty()) return table;
    const std::size_t base = indexOf(table.series, choice.series);
    table.choice.series = table.series[base].slug;
    const bool there =
        std::any_of(data.points.begin(), data.points.end(), [&](const curves::ItemPoint& point) {
            return point.series == table.choice.series && isPointOf(point.values, choice.values);
        });
    if (!there) table.choice.values = middleValues(points[base]);
    fillRows(table, points);
    return table;
}

}  // namespace ratescope::views
