#include "views/inspector/sweep_edits.h"

#include "core/graph/sweep_columns.h"

#include <algorithm>

namespace ratescope::views {
namespace {

bool isSame(const graph::SweepColumn& a, const graph::SweepColumn& b) {
    return a.node == b.node && a.parameter == b.parameter;
}

/// Calls `visit` with each parameter that reads the variable, until it returns false.
template <typename Visit>
void visitReaders(const graph::Document& document, const graph::Catalogue& catalogue,
                  const std::string& variable, Visit visit) {
    for (const graph::Node& node : document.nodes) {
        const graph::Manifest* const manifest = catalogue.find(node.type);
        if (!manifest) continue;
        for (const auto& [id, binding] : node.parameters) {
            const auto* read = std::get_if<graph::VariableRef>(&binding);
            const graph::Parameter* const parameter = manifest->parameter(id);
            if (read && parameter && read->name == variable && !visit(node, *parameter)) return;
        }
    }
}

}  // namespace

std::optional<SweepPlace> placeOf(const Sweeps& sweeps, const graph::SweepColumn& column) {
    for (std::size_t i = 0; i < sweeps.size(); ++i)
        for (std::size_t j = 0; j < sweeps[i].columns.size(); ++j)
            if (isSame(sweeps[i].columns[j], column)) return SweepPlace{i, j};
    return std::nullopt;
}

std::optional<std::size_t> reachOf(const graph::Document& document, const std::string& node,
                                   const std::string& parameter) {
    for (std::size_t i = 0; i < document.reaches.size(); ++i)
        if (document.reaches[i].node == node && document.reaches[i].parameter == parameter) return i;
    return std::nullopt;
}

Values valuesIn(const graph::Sweep& sweep, std::size_t column) {
    Values values;
    for (const auto& row : sweep.rows)
        if (column < row.size()) values.push_back(row[column]);
    return values;
}

Sweeps withValues(Sweeps sweeps, const graph::SweepColumn& column, const Values& values) {
    std::vector<Values> rows;
    for (const graph::ParameterValue& value : values)
        rows.push_back({value});
    const auto place = placeOf(sweeps, column);
    if (place)
        sweeps[place->sweep].rows = std::move(rows);
    else
        sweeps.push_back({{column}, std::move(rows)});
    return sweeps;
}

Sweeps withoutColumn(Sweeps sweeps, const graph::SweepColumn& column) {
    const auto place = placeOf(sweeps, column);
    if (!place) return sweeps;
    graph::Sweep& sweep = sweeps[place->sweep];
    sweep = graph::withoutColumns(sweep, [&](const graph::SweepColumn& one) { return isSame(one, column); });
    if (sweep.columns.empty()) sweeps.erase(sweeps.begin() + static_cast<std::ptrdiff_t>(place->sweep));
    return sweeps;
}

Sweeps withRole(Sweeps sweeps, SweepPlace place, std::optional<bool> movesAlongCurve) {
    sweeps[place.sweep].columns[place.column].movesAlongCurve = movesAlongCurve;
    return sweeps;
}

Sweeps withColumn(Sweeps sweeps, std::size_t sweep, const graph::SweepColumn& column,
                  const graph::ParameterValue& fill) {
    if (const auto place = placeOf(sweeps, column)) {
        const std::size_t before = sweeps.size();
        sweeps = withoutColumn(std::move(sweeps), column);
        if (sweeps.size() < before && place->sweep < sweep) --sweep;
    }
    graph::Sweep& table = sweeps[sweep];
    table.columns.push_back(column);
    for (auto& row : table.rows)
        row.resize(table.columns.size(), fill);
    return sweeps;
}

Sweeps withRow(Sweeps sweeps, std::size_t sweep) {
    graph::Sweep& table = sweeps[sweep];
    table.rows.push_back(table.rows.empty()
                             ? Values(table.columns.size(), graph::ParameterValue(std::int64_t{0}))
                             : table.rows.back());
    return sweeps;
}

Sweeps withoutRows(Sweeps sweeps, std::size_t sweep, const std::vector<std::size_t>& rows) {
    std::vector<std::size_t> falling = rows;
    std::sort(falling.rbegin(), falling.rend());
    falling.erase(std::unique(falling.begin(), falling.end()), falling.end());
    auto& all = sweeps[sweep].rows;
    for (const std::size_t row : falling)
        if (row < all.size()) all.erase(all.begin() + static_cast<std::ptrdiff_t>(row));
    return sweeps;
}

Sweeps withCell(Sweeps sweeps, SweepPlace place, std::size_t row, const graph::ParameterValue& value) {
    sweeps[place.sweep].rows[row][place.column] = value;
    return sweeps;
}

std::optional<std::pair<std::string, const graph::Parameter*>> readerOf(const graph::Document& document,
                                                                        const graph::Catalogue& catalogue,
                                                                        const std::string& variable) {
    std::optional<std::pair<std::string, const graph::Parameter*>> first;
    visitReaders(document, catalogue, variable,
                 [&](const graph::Node& node, const graph::Parameter& parameter) {
                     first.emplace(node.slug, &parameter);
                     return false;
                 });
    return first;
}

const graph::Parameter* parameterOf(const graph::Document& document, const graph::Catalogue& catalogue,
                                    const graph::SweepColumn& column) {
    if (column.node.empty()) {
        const auto reader = readerOf(document, catalogue, column.parameter);
        return reader ? reader->second : nullptr;
    }
    const graph::Node* const node = document.find(column.node);
    const graph::Manifest* const manifest = node ? catalogue.find(node->type) : nullptr;
    return manifest ? manifest->parameter(column.parameter) : nullptr;
}

bool movesByDefault(const graph::Document& document, const graph::Catalogue& catalogue,
                    const graph::SweepColumn& column) {
    if (!column.node.empty()) {
        const graph::Parameter* const parameter = parameterOf(document, catalogue, column);
        return parameter && parameter->movesAlongCurve;
    }
    bool all = true, any = false;
    visitReaders(document, catalogue, column.parameter,
                 [&](const graph::Node&, const graph::Parameter& parameter) {
                     any = true;
                     all = all && parameter.movesAlongCurve;
                     return true;
                 });
    return any && all;
}

}  // namespace ratescope::views
