#include "views/graph/node_content.h"

#include "views/controls/tabular.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QLocale>
#include <QStringList>
#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

QString trNodeContent(const char* text) {
    return QCoreApplication::translate("NodeContent", text);
}

/// "Quality" → "quality"; names of standards stay as they are.
QString inSentence(const std::string& label) {
    QString text = QString::fromStdString(label);
    if (text.size() > 1 && text[0].isUpper() && !text[1].isUpper() && !text[1].isDigit())
        text[0] = text[0].toLower();
    return text;
}

QString valueText(const graph::ParameterValue& value) {
    if (const auto* real = std::get_if<double>(&value)) return QLocale().toString(*real, 'g', 6);
    return QString::fromStdString(graph::toText(value));
}

std::optional<double> numberOf(const graph::ParameterValue& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
    if (const auto* real = std::get_if<double>(&value)) return *real;
    return std::nullopt;
}

/// "5…95" of numbers, "4:4:4, 4:2:0" of two others, "4:4:4…4:0:0" of more.
QString rangeText(std::vector<graph::ParameterValue> values) {
    if (values.empty()) return {};
    const bool numbers = std::all_of(values.begin(), values.end(),
                                     [](const auto& value) { return numberOf(value).has_value(); });
    if (numbers)
        std::sort(values.begin(), values.end(),
                  [](const auto& a, const auto& b) { return *numberOf(a) < *numberOf(b); });
    values.erase(std::unique(values.begin(), values.end()), values.end());
    if (values.size() == 1) return valueText(values.front());
    if (values.size() == 2 && !numbers) return valueText(values[0]) + ", " + valueText(values[1]);
    return valueText(values.front()) + QChar(0x2026) + valueText(values.back());
}

std::vector<graph::ParameterValue> columnOf(const graph::Sweep& sweep, std::size_t column) {
    std::vector<graph::ParameterValue> values;
    for (const auto& row : sweep.rows)
        if (column < row.size()) values.push_back(row[column]);
    return values;
}

/// The parameter of the node that the column sets; nullptr if it sets none.
const graph::Parameter* parameterOf(const graph::SweepColumn& column, const graph::Manifest& manifest,
                                    const graph::Node& node) {
    if (column.node == node.slug) return manifest.parameter(column.parameter);
    if (!column.node.empty()) return nullptr;
    for (const auto& [id, binding] : node.parameters)
        if (const auto* variable = std::get_if<graph::VariableRef>(&binding);
            variable && variable->name == column.parameter)
            return manifest.parameter(id);
    return nullptr;
}

bool isSwept(const graph::Document& document, const graph::Manifest& manifest, const graph::Node& node,
             const std::string& parameter) {
    for (const graph::Sweep& sweep : document.sweeps)
        for (const graph::SweepColumn& column : sweep.columns)
            if (const auto* found = parameterOf(column, manifest, node); found && found->id == parameter)
                return true;
    return std::any_of(document.reaches.begin(), document.reaches.end(), [&](const graph::Reach& reach) {
        return reach.node == node.slug && reach.parameter == parameter;
    });
}

QString fileText(const std::string& value) {
    const QStringList files = QString::fromStdString(value).split(';', Qt::SkipEmptyParts);
    if (files.size() > 1) return trNodeContent("%1 files").arg(files.size());
    return files.isEmpty() ? QString() : QFileInfo(files.front()).fileName();
}

/// "progressive", "no label", "4:2:0", "effort 9", "12 ms".
QString changedText(const graph::Parameter& parameter, const graph::Binding& binding) {
    const QString label = inSentence(parameter.label);
    const auto* variable = std::get_if<graph::VariableRef>(&binding);
    if (variable) return label + " = " + QString::fromStdString(variable->name);
    const auto& value = std::get<graph::ParameterValue>(binding);
    if (const auto* flag = std::get_if<bool>(&value))
        return *flag ? label : trNodeContent("%1 off").arg(label);
    switch (parameter.type) {
        case graph::ParameterType::Choice:
            return valueText(value);
        case graph::ParameterType::File:
            return fileText(graph::toText(value));
        case graph::ParameterType::Command:
            return valueText(value).section(' ', 0, 0);
        case graph::ParameterType::Text:
            return valueText(value).isEmpty() ? QString() : label + ' ' + valueText(value);
        default:
            break;
    }
    const QString unit =
        parameter.unit.empty() ? QString() : thinSpace + QString::fromStdString(parameter.unit);
    return label + ' ' + valueText(value) + unit;
}

}  // namespace

bool takesSeveral(const graph::Port& input) {
    return input.fanOut == graph::FanOut::All || input.role == graph::PortRole::Candidate;
}

std::vector<Chip> sweptChips(const graph::Document& document, const graph::Manifest& manifest,
                             const graph::Node& node) {
    std::vector<Chip> chips;
    for (const graph::Sweep& sweep : document.sweeps)
        for (std::size_t column = 0; column < sweep.columns.size(); ++column)
            if (const auto* parameter = parameterOf(sweep.columns[column], manifest, node))
                chips.push_back({trNodeContent("%1 %2 · %3 runs")
                                     .arg(inSentence(parameter->label), rangeText(columnOf(sweep, column)))
                                     .arg(sweep.rows.size()),
                                 true});
    for (const graph::Reach& reach : document.reaches) {
        const graph::Parameter* parameter =
            reach.node == node.slug ? manifest.parameter(reach.parameter) : nullptr;
        if (!parameter) continue;
        std::vector<graph::ParameterValue> targets(reach.targets.begin(), reach.targets.end());
        chips.push_back({trNodeContent("%1 to reach %2 %3")
                             .arg(inSentence(parameter->label), QString::fromStdString(reach.quantity),
                                  rangeText(targets)),
                         true});
    }
    return chips;
}

QString changedParameters(const graph::Document& document, const graph::Manifest& manifest,
                          const graph::Node& node) {
    QStringList texts;
    for (const graph::Parameter& parameter : manifest.parameters) {
        const auto found = node.parameters.find(parameter.id);
        if (found == node.parameters.end() || isSwept(document, manifest, node, parameter.id)) continue;
        const auto* value = std::get_if<graph::ParameterValue>(&found->second);
        if (value && *value == parameter.defaultValue) continue;
        const QString text = changedText(parameter, found->second);
        if (!text.isEmpty()) texts += text;
    }
    return texts.join(QStringLiteral(" · "));
}

QString shownTitle(const graph::Node& node, const graph::Manifest* manifest) {
    if (!node.title.empty()) return QString::fromStdString(node.title);
    return QString::fromStdString(manifest ? manifest->title : node.slug);
}

QString shownName(const graph::Node& node, const graph::Manifest* manifest) {
    const QString slug = QString::fromStdString(node.slug);
    const QString usual = manifest ? QString::fromStdString(manifest->id).section('.', -1) : slug;
    const bool said = slug == usual || shownTitle(node, manifest).compare(slug, Qt::CaseInsensitive) == 0;
    return said ? QString() : slug;
}

}  // namespace ratescope::views
