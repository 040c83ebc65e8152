#include "views/runs/run_columns.h"

#include "core/curves/rate.h"
#include "core/curves/text.h"
#include "views/controls/tabular.h"

#include <QCoreApplication>
#include <algorithm>
#include <map>
#include <utility>

namespace ratescope::views {
namespace {

using Kind = RunColumn::Kind;

QString trRunColumns(const char* text) {
    return QCoreApplication::translate("RunColumns", text);
}

RunColumn text(Kind kind, const char* id, const QString& title, int width, bool shownAtFirst = true) {
    RunColumn column;
    column.kind = kind;
    column.id = id;
    column.title = title;
    column.width = width;
    column.shownAtFirst = shownAtFirst;
    return column;
}

RunColumn number(Kind kind, const char* id, const QString& title, const QString& unit, int width,
                 bool shownAtFirst, std::optional<graph::Better> better = {}) {
    RunColumn column = text(kind, id, title, width, shownAtFirst);
    column.unit = unit;
    column.isNumber = true;
    column.better = better;
    return column;
}

RunColumn rateColumn(const std::string& id, bool shownAtFirst) {
    RunColumn column = number(Kind::Quantity, id.c_str(), QString::fromStdString(id), {}, 68, shownAtFirst,
                              graph::Better::Lower);
    column.decimals = 3;
    if (const auto rate = curves::findRate(id)) column.help = QString::fromUtf8(rate->rate->axisTitle);
    return column;
}

/// "PSNR" of "PSNR, RGB": a measure's first metric stands for it, and the others say what they are.
QString titleOf(const store::StudyMetric& metric, bool isFirst) {
    const std::string& title = metric.metric.title;
    return QString::fromStdString(isFirst ? title.substr(0, title.find(',')) : title);
}

/// Decibels need two decimals; indices between 0 and 1 four.
RunColumn metricColumn(const store::StudyMetric& metric, bool isFirst) {
    RunColumn column = number(Kind::Quantity, metric.id.c_str(), titleOf(metric, isFirst),
                              QString::fromStdString(metric.metric.unit), 72, isFirst, metric.metric.better);
    column.decimals = metric.metric.unit.empty() ? 4 : 2;
    column.help = QString::fromStdString(metric.metric.title);
    if (!metric.metric.help.empty()) column.help += "\n" + QString::fromStdString(metric.metric.help);
    return column;
}

}  // namespace

std::vector<std::string> RunQuantities::ids() const {
    std::vector<std::string> ids = rates;
    for (const store::StudyMetric& metric : metrics)
        ids.push_back(metric.id);
    return ids;
}

QString RunColumn::header() const {
    QString shown = title;
    if (!unit.isEmpty()) shown += ", " + unit;
    if (better) shown += *better == graph::Better::Higher ? QString(" ↑") : QString(" ↓");
    return shown;
}

store::IndexOrder RunColumn::order(bool descending) const {
    using store::ItemOrder;
    static const std::map<Kind, ItemOrder> orders = {
        {Kind::Branch, ItemOrder::Planned}, {Kind::State, ItemOrder::State},
        {Kind::Picture, ItemOrder::Asset},  {Kind::Sweep, ItemOrder::Planned},
        {Kind::Series, ItemOrder::Series},  {Kind::Seed, ItemOrder::Seed},
        {Kind::Bytes, ItemOrder::Bytes},    {Kind::Encode, ItemOrder::EncodeSeconds},
        {Kind::Ended, ItemOrder::Ended},
    };
    store::IndexOrder order;
    order.descending = descending;
    if (const auto found = orders.find(kind); found != orders.end()) order.column = found->second;
    if (kind == Kind::Quantity) order.quantity = id.toStdString();
    if (kind == Kind::Decode) order.quantity = "time-decode";
    return order;
}

std::vector<RunColumn> runColumns(const RunQuantities& quantities) {
    std::vector<RunColumn> columns = {text(Kind::Branch, "branch", trRunColumns("Branch"), 112),
                                      text(Kind::State, "state", trRunColumns("State"), 104),
                                      text(Kind::Picture, "picture", trRunColumns("Picture"), 112),
                                      text(Kind::Sweep, "sweep", trRunColumns("Sweep"), 60)};
    columns.back().isNumber = true;
    // A name for it by itself; sizes in bytes have a column of their own.
    bool hasRate = false;
    for (const std::string& rate : quantities.rates) {
        const auto found = curves::findRate(rate);
        if (!found || found->rate->count[0] == '\0') continue;
        columns.push_back(rateColumn(rate, !hasRate || !found->node.empty()));
        hasRate = true;
    }
    std::string measure;
    for (const store::StudyMetric& metric : quantities.metrics)
        columns.push_back(metricColumn(metric, std::exchange(measure, metric.node) != metric.node));
    for (RunColumn& column : columns)
        if (column.kind == Kind::Quantity) {
            const std::vector<std::string> ids = quantities.ids();
            column.quantity = static_cast<std::size_t>(
                std::find(ids.begin(), ids.end(), column.id.toStdString()) - ids.begin());
        }
    columns.push_back(number(Kind::Encode, "encode", trRunColumns("Encode"), trRunColumns("s"), 72, true,
                             graph::Better::Lower));
    columns.push_back(number(Kind::Decode, "decode", trRunColumns("Decode"), trRunColumns("s"), 72, true,
                             graph::Better::Lower));
    columns.back().decimals = (columns.end() - 2)->decimals = 3;
    columns.push_back(text(Kind::Series, "series", trRunColumns("Series"), 160, false));
    columns.push_back(number(Kind::Seed, "seed", trRunColumns("Seed"), {}, 56, false));
    columns.push_back(
        number(Kind::Bytes, "bytes", trRunColumns("Size"), {}, 80, !hasRate, graph::Better::Lower));
    columns.push_back(
        number(Kind::Memory, "memory", trRunColumns("Memory"), {}, 80, false, graph::Better::Lower));
    columns.push_back(text(Kind::Ended, "ended", trRunColumns("Ended"), 140, false));
    columns.push_back(text(Kind::Notes, "notes", trRunColumns("Notes"), 160, false));
    return columns;
}

QString numberIn(const RunColumn& column, std::optional<double> value) {
    switch (column.kind) {
        case Kind::Encode:
        case Kind::Decode:
            // Three digits are what a measured time earns, to the millisecond.
            if (value && *value < 0.0005) return QString("<") + thinSpace + numberText(0.001, 3);
            if (value && *value >= 100) return numberText(value, 0);
            return value && *value < 1 ? numberText(value, 3) : significantText(value, 3);
        case Kind::Bytes:
        case Kind::Memory:
            return value ? bytesText(static_cast<quint64>(*value)) : numberText({}, 0);
        default:
            return numberText(value, column.decimals);
    }
}

QString fullNumberIn(const RunColumn& column, double value) {
    const QString digits = QString::fromStdString(curves::shortest(value));
    if (column.kind == Kind::Bytes || column.kind == Kind::Memory) return digits + thinSpace + "B";
    return column.unit.isEmpty() ? digits : digits + thinSpace + column.unit;
}

}  // namespace ratescope::views
