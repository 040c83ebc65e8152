#include "core/graph/sweep_tables.h"

#include "core/graph/expand.h"

#include <algorithm>
#include <set>

namespace ratescope::graph {
namespace {

bool isSwept(const Document& document, const std::string& node, const std::string& parameter) {
    for (const Sweep& sweep : document.sweeps)
        for (const SweepColumn& column : sweep.columns)
            if (column.node == node && column.parameter == parameter) return true;
    return std::any_of(document.reaches.begin(), document.reaches.end(), [&](const Reach& reach) {
        return reach.node == node && reach.parameter == parameter;
    });
}

bool reads(const Node& node, const std::string& parameter, const std::string& variable) {
    const auto found = node.parameters.find(parameter);
    if (found == node.parameters.end()) return false;
    const auto* reference = std::get_if<VariableRef>(&found->second);
    return reference && reference->name == variable;
}

BranchTable reduced(const Topology& topology, const Sweep& sweep, const std::vector<Position>& nodes) {
    BranchTable table;
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < sweep.columns.size(); ++i) {
        BranchColumn column{&sweep.columns[i], false, targetsOf(topology, sweep.columns[i], nodes)};
        if (column.targets.empty()) continue;
        const bool allMove =
            std::all_of(column.targets.begin(), column.targets.end(),
                        [](const SweptParameter& target) { return target.parameter->movesAlongCurve; });
        column.movesAlongCurve = sweep.columns[i].movesAlongCurve.value_or(allMove);
        table.columns.push_back(std::move(column));
        kept.push_back(i);
    }
    std::set<std::vector<ParameterValue>> seen;
    for (const auto& row : sweep.rows) {
        if (kept.empty() || row.size() != sweep.columns.size()) continue;
        std::vector<ParameterValue> values;
        for (std::size_t i = 0; i < kept.size(); ++i)
            values.push_back(normalised(*table.columns[i].targets.front().parameter, row[kept[i]]));
        if (seen.insert(values).second) table.rows.push_back(std::move(values));
    }
    return table;
}

}  // namespace

std::vector<SweptParameter> targetsOf(const Topology& topology, const SweepColumn& column,
                                      const std::vector<Position>& nodes) {
    std::vector<SweptParameter> targets;
    for (const Position position : nodes) {
        const Node& node = topology.node(position);
        if (!topology.manifest(position)) continue;
        for (const Parameter& parameter : topology.manifest(position)->parameters) {
            const bool set = column.node.empty()
                                 ? reads(node, parameter.id, column.parameter) &&
                                       !isSwept(topology.document(), node.slug, parameter.id)
                                 : column.node == node.slug && column.parameter == parameter.id;
            if (set) targets.push_back({node.slug, &parameter});
        }
    }
    return targets;
}

std::vector<BranchTable> tablesOn(const Topology& topology, const std::vector<Position>& nodes) {
    std::vector<BranchTable> tables;
    for (const Sweep& sweep : topology.document().sweeps)
        if (BranchTable table = reduced(topology, sweep, nodes); !table.columns.empty())
            tables.push_back(std::move(table));
    return tables;
}

std::size_t countRows(const std::vector<BranchTable>& tables) {
    std::size_t rows = 1;
    for (const BranchTable& table : tables) {
        if (table.rows.empty()) return 0;
        if (rows > maximumRows / table.rows.size()) rows = maximumRows + 1;
        if (rows <= maximumRows) rows *= table.rows.size();
    }
    return rows;
}

}  // namespace ratescope::graph
