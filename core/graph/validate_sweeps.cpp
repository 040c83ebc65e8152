#include "core/graph/expand.h"
#include "core/graph/findings.h"
#include "core/graph/reach.h"
#include "core/graph/sweep_tables.h"
#include "core/graph/wording.h"

#include <algorithm>

namespace ratescope::graph {
namespace {

std::string subjectOf(const SweepColumn& column) {
    return column.node.empty() ? "the variable " + inQuotes(column.parameter)
                               : inQuotes(column.parameter) + " of the node " + inQuotes(column.node);
}

void add(const Topology& topology, Findings& findings, const SweepColumn& column, const std::string& message,
         const std::string& remedy) {
    const auto position = topology.positionOf(column.node);
    if (position)
        findings.at(topology.node(*position), column.parameter, message, remedy);
    else
        findings.document(column.text(), message, remedy);
}

/// The parameter that a column of a node sets; nullptr, with a finding, when it can't be swept.
const Parameter* sweptParameter(const Topology& topology, const SweepColumn& column, Findings& findings) {
    const auto position = topology.positionOf(column.node);
    if (!position) {
        add(topology, findings, column,
            "A sweep sets " + subjectOf(column) + ", and there is no node " + inQuotes(column.node) + ".",
            didYouMean(column.node, slugsOf(topology.document()), "Nodes there are: "));
        return nullptr;
    }
    const Manifest* const manifest = topology.manifest(*position);
    if (!manifest) return nullptr;  // said at the node
    const Parameter* const parameter = manifest->parameter(column.parameter);
    if (!parameter)
        add(topology, findings, column,
            "A sweep sets " + subjectOf(column) + ", and the node has no parameter " +
                inQuotes(column.parameter) + ".",
            didYouMean(column.parameter, idsOf(manifest->parameters), "Its parameters are: "));
    else if (const std::string reason = whyNotSwept(*manifest, column.parameter); !reason.empty())
        add(topology, findings, column, "A sweep sets " + subjectOf(column) + ", " + reason + ".",
            manifest->kind == NodeKind::Source ? "Use a second source, or name all files in one."
                                               : "Use a second node with the other setting.");
    else
        return parameter;
    return nullptr;
}

void checkValue(const Topology& topology, const SweepColumn& column, const Parameter& parameter,
                const ParameterValue& value, std::size_t row, Findings& findings) {
    const std::string reason = whyUnfit(parameter, value);
    if (reason.empty()) return;
    add(topology, findings, column,
        "Row " + std::to_string(row + 1) + " of the sweep of " + subjectOf(column) + ": " + reason + ".",
        "Give " + whatFits(parameter) + ".");
}

void checkValues(const Topology& topology, const Sweep& sweep, std::size_t column, const Parameter& parameter,
                 Findings& findings) {
    for (std::size_t row = 0; row < sweep.rows.size(); ++row)
        if (column < sweep.rows[row].size())
            checkValue(topology, sweep.columns[column], parameter, sweep.rows[row][column], row, findings);
}

void checkVariableColumn(const Topology& topology, const Sweep& sweep, std::size_t column,
                         Findings& findings) {
    const SweepColumn& swept = sweep.columns[column];
    if (!topology.document().variable(swept.parameter)) {
        findings.document(
            swept.parameter, "A sweep sets " + subjectOf(swept) + ", which the document does not have.",
            didYouMean(swept.parameter, namesOf(topology.document().variables), "Variables there are: "));
        return;
    }
    std::vector<Position> all(topology.size());
    for (Position i = 0; i < all.size(); ++i)
        all[i] = i;
    const auto targets = targetsOf(topology, swept, all);
    if (targets.empty())
        findings.warnDocument(swept.parameter,
                              "A sweep sets " + subjectOf(swept) + ", which no parameter reads.",
                              "Let a parameter read it, or remove the column.");
    for (const SweptParameter& target : targets) {
        const Manifest& manifest = *topology.manifest(*topology.positionOf(target.node));
        const SweepColumn read{target.node, target.parameter->id, {}};
        if (const std::string reason = whyNotSwept(manifest, target.parameter->id); !reason.empty())
            add(topology, findings, read,
                subjectOf(read) + ", " + reason + ", reads " + subjectOf(swept) + ", which is swept.",
                "Give the parameter a value of its own.");
        else
            checkValues(topology, sweep, column, *target.parameter, findings);
    }
}

void checkTable(const Topology& topology, const Sweep& sweep, std::size_t number, Findings& findings) {
    const std::string name = "Sweep " + std::to_string(number + 1);
    if (sweep.columns.empty()) {
        findings.document("sweeps", name + " has no column.", "Give it a parameter, or remove it.");
        return;
    }
    const SweepColumn& first = sweep.columns.front();
    if (sweep.rows.empty())
        add(topology, findings, first,
            name + ", of " + subjectOf(first) + ", has no row, so there is nothing to compute.",
            "Give it at least one value, or remove it.");
    for (std::size_t row = 0; row < sweep.rows.size(); ++row)
        if (sweep.rows[row].size() != sweep.columns.size())
            add(topology, findings, first,
                "Row " + std::to_string(row + 1) + " of the sweep of " + subjectOf(first) + " has " +
                    std::to_string(sweep.rows[row].size()) + " values for " +
                    std::to_string(sweep.columns.size()) +
                    (sweep.columns.size() == 1 ? " column." : " columns."),
                "Give one value for each column.");
    for (std::size_t column = 0; column < sweep.columns.size(); ++column) {
        if (sweep.columns[column].node.empty())
            checkVariableColumn(topology, sweep, column, findings);
        else if (const Parameter* parameter = sweptParameter(topology, sweep.columns[column], findings))
            checkValues(topology, sweep, column, *parameter, findings);
    }
}

void checkTwice(const Topology& topology, Findings& findings) {
    std::set<std::string> seen;
    for (const Sweep& sweep : topology.document().sweeps)
        for (const SweepColumn& column : sweep.columns)
            if (!seen.insert(column.text()).second)
                add(topology, findings, column, "Two sweep columns set " + subjectOf(column) + ".",
                    "Keep one of them.");
}

/// A column must reach some candidate: one that sets only what a reference is made from would give each
/// candidate several references.
void checkReached(const Topology& topology, const Sweep& sweep, const Positions& upstream,
                  const Positions& besides, Findings& findings) {
    for (const SweepColumn& column : sweep.columns) {
        if (!targetsOf(topology, column, {upstream.begin(), upstream.end()}).empty()) continue;
        const bool onSide = !targetsOf(topology, column, {besides.begin(), besides.end()}).empty();
        const std::string subject = "A sweep sets " + subjectOf(column);
        if (onSide)
            add(topology, findings, column, subject + ", which only the reference of a measure depends on.",
                "Sweep what lies upstream of a candidate, or use a second measure.");
        else if (const auto position = topology.positionOf(column.node))
            findings.warn(topology.node(*position), column.parameter,
                          subject + ", which no candidate depends on.",
                          "Wire the node to a measure, or remove the column.");
    }
}

/// A side node that reads a swept variable must be beside candidates that the variable sets.
void checkSideVariables(const Topology& topology, const SweepColumn& column, const Candidate& candidate,
                        Findings& findings) {
    const auto nodes = topology.upstream({candidate.output});
    if (!targetsOf(topology, column, nodes).empty()) return;
    for (const Position measure : candidate.measures)
        for (const SweptParameter& target :
             targetsOf(topology, column, topology.upstream(topology.sideOutputs(measure))))
            findings.at(topology.node(*topology.positionOf(target.node)), target.parameter->id,
                        inQuotes(target.parameter->id) + " of the node " + inQuotes(target.node) + " reads " +
                            subjectOf(column) + ", which is swept, but the candidate " +
                            inQuotes(candidate.output.text()) + " does not depend on it.",
                        "Give the parameter a value of its own.");
}

}  // namespace

std::string whyNotSwept(const Manifest& manifest, const std::string& parameter) {
    if (manifest.kind == NodeKind::Measure || manifest.kind == NodeKind::Analysis)
        return "which is of the kind " + std::string(toText(manifest.kind)) + " and is not swept";
    if (manifest.kind != NodeKind::Source) return {};
    if (parameter == manifest.assets.parameter) return "which says what the assets are and is not swept";
    if (parameter == manifest.assets.table || parameter == manifest.assets.key)
        return "which says what is joined to the assets and is not swept";
    return {};
}

void checkSweeps(const Topology& topology, Findings& findings) {
    const auto& sweeps = topology.document().sweeps;
    for (std::size_t i = 0; i < sweeps.size(); ++i)
        checkTable(topology, sweeps[i], i, findings);
    checkTwice(topology, findings);
    if (!topology.cycle().empty()) return;
    Positions upstream, besides;
    for (const Candidate& candidate : topology.candidates()) {
        const auto nodes = topology.upstream({candidate.output});
        upstream.insert(nodes.begin(), nodes.end());
        for (const Position measure : candidate.measures)
            for (const Position side : topology.upstream(topology.sideOutputs(measure)))
                besides.insert(side);
        const Reach* const reach = reachOn(topology, nodes);
        if (countRows(tablesOn(topology, nodes)) * (reach ? reach->targets.size() : 1) > maximumRows)
            findings.at(topology.node(*topology.positionOf(candidate.output.node)), candidate.output.port,
                        "The sweeps make more than " + std::to_string(maximumRows) +
                            " rows for the candidate " + inQuotes(candidate.output.text()) + ".",
                        "Sweep fewer values, or put parameters that belong together into one table.");
        for (const Sweep& sweep : sweeps)
            for (const SweepColumn& column : sweep.columns)
                if (column.node.empty()) checkSideVariables(topology, column, candidate, findings);
    }
    for (const Sweep& sweep : sweeps)
        checkReached(topology, sweep, upstream, besides, findings);
}

}  // namespace ratescope::graph
