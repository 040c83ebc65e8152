#include "core/graph/findings.h"
#include "core/graph/wording.h"

#include <algorithm>
#include <iterator>

namespace ratescope::graph {
namespace {

std::string sourcesText(const Topology& topology, const Positions& sources) {
    std::vector<std::string> slugs;
    for (const Position source : sources)
        slugs.push_back(inQuotes(topology.node(source).slug));
    return listed(slugs);
}

/// Nodes where sources meet, upstream of these outputs (behind `all` inputs too).
Positions meetingsOn(const Topology& topology, const std::vector<Position>& nodes) {
    Positions meetings;
    for (const Position i : nodes)
        meetings.insert(topology.fanOf(i).meetings.begin(), topology.fanOf(i).meetings.end());
    return meetings;
}

void checkSaid(const Topology& topology, const Positions& meetings, Findings& findings) {
    for (const Position i : meetings) {
        const Node& node = topology.node(i);
        if (node.pairing != Pairing::Unsaid) continue;
        findings.at(node, "",
                    "Two unpaired sources meet at the node " + inQuotes(node.slug) + ": " +
                        sourcesText(topology, topology.fanOf(i).fanning) + ".",
                    "Set the node's pairing to paired-by-name or to product.");
    }
}

/// One value's fan-outs all combine in one way.
void checkOneWay(const Topology& topology, const Fan& fan, Findings& findings) {
    const Node* first = nullptr;
    for (const Position i : fan.meetings) {
        const Node& node = topology.node(i);
        if (node.pairing == Pairing::Unsaid) return;
        if (!first) first = &node;
        if (node.pairing == first->pairing) continue;
        findings.at(node, "",
                    "The node " + inQuotes(node.slug) + " combines its sources as " + toText(node.pairing) +
                        ", and the node " + inQuotes(first->slug) + " of the same candidate as " +
                        toText(first->pairing) + ".",
                    "Set the same pairing at both.");
        return;
    }
}

void checkMeasure(const Topology& topology, Position measure, Findings& findings) {
    const Fan candidate = topology.candidateFan(measure), side = topology.sideFan(measure);
    Positions others;
    std::set_difference(side.fanning.begin(), side.fanning.end(), candidate.fanning.begin(),
                        candidate.fanning.end(), std::inserter(others, others.end()));
    if (others.empty()) return;
    const Node& node = topology.node(measure);
    const std::string subject = "The reference of the measure " + inQuotes(node.slug) + " comes from " +
                                sourcesText(topology, others);
    if (candidate.fanning.empty())
        findings.at(node, "",
                    subject + ", which has several assets, and the candidate's source has only one.",
                    "Wire the reference to the candidate's own source.");
    else if (node.pairing == Pairing::Unsaid)
        findings.at(node, "", subject + ", which is not upstream of the candidate: two unpaired sources.",
                    "Set the measure's pairing to paired-by-name, or wire the reference to the candidate's "
                    "own source.");
    else if (node.pairing == Pairing::Product)
        findings.at(node, "", subject + ", and a measure can't compare every candidate with every reference.",
                    "Set the measure's pairing to paired-by-name.");
    for (const Position i : side.meetings)
        if (topology.node(i).pairing == Pairing::Product && !candidate.meetings.count(i))
            findings.at(topology.node(i), "",
                        "The node " + inQuotes(topology.node(i).slug) +
                            " makes the reference of the measure " + inQuotes(node.slug) +
                            " from every pair of assets, and the candidate has no such pairs.",
                        "Set its pairing to paired-by-name.");
}

}  // namespace

void checkFanOut(const Topology& topology, Findings& findings) {
    Positions meetings;
    for (const Candidate& candidate : topology.candidates()) {
        std::vector<PortRef> outputs{candidate.output};
        for (const Position measure : candidate.measures)
            for (const PortRef& output : topology.sideOutputs(measure))
                outputs.push_back(output);
        for (const Position i : meetingsOn(topology, topology.upstream(outputs)))
            meetings.insert(i);
    }
    checkSaid(topology, meetings, findings);
    std::set<Positions> checked;
    for (const Candidate& candidate : topology.candidates()) {
        const Fan fan = topology.fanOf(candidate.output);
        if (checked.insert(fan.meetings).second) checkOneWay(topology, fan, findings);
    }
    for (Position i = 0; i < topology.size(); ++i)
        if (topology.manifest(i) && topology.manifest(i)->kind == NodeKind::Measure)
            checkMeasure(topology, i, findings);
}

}  // namespace ratescope::graph
