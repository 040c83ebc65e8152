#include "core/curves/quantity.h"

#include <array>

namespace ratescope::curves {
namespace {

std::string axisTitleOf(const std::string& title, const std::string& unit) {
    return unit.empty() ? title : title + " (" + unit + ")";
}

}  // namespace

Quantity rateQuantity(const Rate& rate, const std::string& id) {
    const std::string axisTitle = rate.axisTitle;
    return {.kind = Quantity::Kind::Rate,
            .id = id.empty() ? rate.id : id,
            .title = axisTitle.substr(0, axisTitle.find(" (")),
            .unit = rate.unit,
            .axisTitle = axisTitle,
            .finish = graph::Finish::Ratio,
            .pool = graph::Pool::MeanOfValues,
            .better = graph::Better::Lower};
}

Quantity metricQuantity(const graph::Metric& metric, const std::string& id) {
    return {.kind = Quantity::Kind::Metric,
            .id = id.empty() ? metric.id : id,
            .title = metric.title,
            .unit = metric.unit,
            .axisTitle = axisTitleOf(metric.title, metric.unit),
            .finish = metric.finish,
            .pool = metric.pool,
            .better = metric.better};
}

Quantity parameterQuantity(const std::string& id, const std::string& label, const std::string& unit) {
    return {.kind = Quantity::Kind::Parameter,
            .id = id,
            .title = label,
            .unit = unit,
            .axisTitle = axisTitleOf(label, unit),
            .finish = graph::Finish::Ratio,
            .pool = graph::Pool::MeanOfValues,
            .better = std::nullopt};
}

Quantity timeQuantity(const std::string& id, const std::string& title) {
    return {.kind = Quantity::Kind::Time,
            .id = id,
            .title = title,
            .unit = "s",
            .axisTitle = axisTitleOf(title, "s"),
            .finish = graph::Finish::Ratio,
            .pool = graph::Pool::MeanOfValues,
            .better = graph::Better::Lower};
}

const char* toText(Quantity::Kind kind) {
    constexpr std::array<const char*, 4> names = {"rate", "metric", "parameter", "time"};
    return names[static_cast<std::size_t>(kind)];
}

}  // namespace ratescope::curves
