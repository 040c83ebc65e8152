#include "core/store/compared.h"

#include "core/curves/statistic.h"
#include "core/curves/text.h"

#include <algorithm>
#include <cmath>

namespace ratescope::store {
namespace {

/// What was found has all of a double's digits.
std::string settingText(const graph::ParameterValue& value) {
    const auto* real = std::get_if<double>(&value);
    if (!real || !std::isfinite(*real) || *real == 0) return graph::toText(value);
    const double unit = std::pow(10.0, std::floor(std::log10(std::abs(*real))) - 3);
    return curves::shortest(unit < 1 ? std::round(*real / unit) / std::round(1 / unit) : std::round(*real));
}

}  // namespace

std::optional<ComparedItem> comparedItem(const Library& library, const ItemRow& item,
                                         const std::string& metric) {
    for (const MeasurementRow& measurement : measurementsOf(library, item.id)) {
        if (measurement.orphaned || measurement.state != State::Done) continue;
        for (const ScoreRow& score : measurement.scores) {
            if (score.metric.id != metric && measurement.node + ":" + score.metric.id != metric) continue;
            ComparedItem compared{item, 0, score.value, nullptr, score.metric};
            const curves::ItemBits bits{static_cast<double>(item.bits.value_or(0)),
                                        static_cast<double>(item.searchedBits.value_or(0)),
                                        measurement.counts};
            for (const curves::Rate& rate : curves::allRates()) {
                const auto statistic = curves::rateOf(rate, bits);
                if (!statistic) continue;
                compared.rateKind = &rate;
                compared.rate = curves::finish(graph::Finish::Ratio, statistic->s0, statistic->s1);
                return compared;
            }
        }
    }
    return std::nullopt;
}

std::vector<ComparedItem> comparedItems(const Library& library, StudyId study, const std::string& metric,
                                        const std::string& asset, const std::string& series) {
    std::vector<ComparedItem> items;
    ItemFilter filter;
    filter.state = State::Done;
    filter.series = series;
    filter.asset = asset;
    std::optional<PageKey> after;
    do {
        const ItemsPage page = itemsPage(library, study, filter, ItemOrder::Planned, false, after, 500);
        for (const ItemRow& row : page.rows)
            if (auto compared = comparedItem(library, row, metric)) items.push_back(std::move(*compared));
        after = page.next;
    } while (after);
    std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.rate < b.rate; });
    return items;
}

const ComparedItem& nearestInRate(const std::vector<ComparedItem>& items, double rate) {
    const auto distance = [rate](const ComparedItem& item) { return std::abs(std::log(item.rate / rate)); };
    return *std::min_element(items.begin(), items.end(), [&](const ComparedItem& a, const ComparedItem& b) {
        return distance(a) < distance(b);
    });
}

std::vector<std::pair<std::string, std::string>> settingsOf(const ItemRow& item) {
    auto values = item.values;
    if (item.reached) values.back() = {item.reached->parameter, item.reached->value};
    std::vector<std::pair<std::string, std::string>> settings;
    for (const auto& [column, value] : values) {
        std::string parameter = column.substr(column.find('.') + 1);
        if (item.series.find(parameter + "=") != std::string::npos) continue;
        settings.emplace_back(std::move(parameter), settingText(value));
    }
    return settings;
}

}  // namespace ratescope::store
