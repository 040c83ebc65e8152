#include "core/graph/findings.h"
#include "core/graph/wording.h"

#include <algorithm>

namespace ratescope::graph {
namespace {

std::string typeOf(const Port& port) {
    return std::string(toText(port.type)) +
           (port.schema.empty() ? "" : " of the schema " + inQuotes(port.schema));
}

/// What is wrong with one end or with the pair, and what to do; both empty if nothing is.
struct Fault {
    std::string reason, remedy;
};

/// Sets `port` if it is there.
Fault findPort(const Topology& topology, const PortRef& end, bool isOutput, const Port*& port) {
    const auto position = topology.positionOf(end.node);
    if (!position)
        return {"there is no node " + inQuotes(end.node),
                didYouMean(end.node, slugsOf(topology.document()), "Nodes there are: ")};
    const Manifest* const manifest = topology.manifest(*position);
    if (!manifest)
        return {"the node " + inQuotes(end.node) + " is of an unknown type", "Install its plugin."};
    port = isOutput ? manifest->output(end.port) : manifest->input(end.port);
    if (port) return {};
    const std::string kind = isOutput ? "output" : "input";
    return {"the node " + inQuotes(end.node) + " has no " + kind + " " + inQuotes(end.port),
            didYouMean(end.port, idsOf(isOutput ? manifest->outputs : manifest->inputs),
                       "Its " + kind + "s are: ")};
}

Fault faultOf(const Topology& topology, const PortRef& from, const PortRef& to) {
    const Port *output = nullptr, *input = nullptr;
    if (Fault fault = findPort(topology, from, true, output); !output) return fault;
    if (Fault fault = findPort(topology, to, false, input); !input) return fault;
    if (from.node == to.node) return {"it leads from a node to itself", "Remove it."};
    // An output that may give any tensors gives a model only where one comes to it.
    const bool wantsModel = input->type == PortType::LanguageModel;
    const Port given = wantsModel ? topology.carried(from, *output) : *output;
    if (fits(given, *input) && !(wantsModel && given.type == PortType::TensorSet)) return {};
    return {"it gives " + typeOf(given) + ", and " + inQuotes(to.text()) + " takes " + typeOf(*input),
            "Put a node between that makes one into the other, or wire another port."};
}

std::string wireText(const PortRef& from, const PortRef& to) {
    return "The wire from " + inQuotes(from.text()) + " to " + inQuotes(to.text());
}

/// A finding of a wire stands at its input's node, else at its output's, else at the document.
void add(const Topology& topology, Findings& findings, const Wire& wire, const std::string& message,
         const std::string& remedy) {
    if (const auto to = topology.positionOf(wire.to.node))
        findings.at(topology.node(*to), wire.to.port, message, remedy);
    else if (const auto from = topology.positionOf(wire.from.node))
        findings.at(topology.node(*from), wire.from.port, message, remedy);
    else
        findings.document("wires", message, remedy);
}

/// Bypassing may join an output and an input whose schemas contradict.
void checkPassed(const Topology& topology, const Wire& wire, Findings& findings) {
    const auto passed = topology.passed(wire.from);
    if (!passed || *passed == wire.from) return;
    const auto from = topology.positionOf(passed->node), to = topology.positionOf(wire.to.node);
    if (!from || !to || !topology.manifest(*from) || topology.node(*to).bypassed) return;
    const Port* const output = topology.manifest(*from)->output(passed->port);
    const Port* const input = topology.manifest(*to)->input(wire.to.port);
    if (!output || !input || fits(*output, *input)) return;
    findings.at(topology.node(*to), wire.to.port,
                "With " + inQuotes(wire.from.node) + " bypassed, " + inQuotes(wire.to.text()) + " gets " +
                    typeOf(*output) + ", and takes " + typeOf(*input) + ".",
                "Take back the bypass of " + inQuotes(wire.from.node) + ", or wire another port.");
}

void checkCycle(const Topology& topology, Findings& findings) {
    const std::vector<Position> cycle = topology.cycle();
    if (cycle.empty()) return;
    std::string path;
    constexpr std::size_t shown = 12;
    for (std::size_t i = 0; i < cycle.size() && i < shown; ++i)
        path += topology.node(cycle[i]).slug + " → ";
    if (cycle.size() > shown) path += "… → ";
    findings.at(topology.node(cycle.front()), "",
                "The nodes form a cycle: " + path + topology.node(cycle.front()).slug + ".",
                "Remove one of the wires between them.");
}

Positions whatRuns(const Topology& topology) {
    std::vector<PortRef> outputs;
    for (const Candidate& candidate : topology.candidates())
        outputs.push_back(candidate.output);
    Positions runs;
    for (Position i = 0; i < topology.size(); ++i) {
        const Manifest* const manifest = topology.manifest(i);
        if (!manifest || (manifest->kind != NodeKind::Measure && manifest->kind != NodeKind::Analysis))
            continue;
        runs.insert(i);
        for (const PortRef& output : topology.sideOutputs(i))
            outputs.push_back(output);
    }
    for (const Position i : topology.upstream(outputs))
        runs.insert(i);
    return runs;
}

void checkInput(const Topology& topology, const Node& node, const Port& port, bool runs, Findings& findings) {
    const PortRef input{node.slug, port.id};
    const auto& wires = topology.wiresInto(input);
    if (wires.empty() && port.required && runs)
        findings.at(
            node, port.id,
            "The input " + inQuotes(port.id) + " of the node " + inQuotes(node.slug) + " is not connected.",
            std::string("Wire an output that gives ") + typeOf(port) + " to it.");
    if (wires.empty() && port.required && !runs)
        findings.warn(node, port.id,
                      "The node " + inQuotes(node.slug) + " does not run: nothing reads it, and its input " +
                          inQuotes(port.id) + " is not connected.",
                      "Connect it, or remove it.");
    if (!wires.empty() && topology.cycle().empty() && topology.sourcesOf(input).empty())
        findings.at(node, port.id,
                    "The input " + inQuotes(port.id) + " of the node " + inQuotes(node.slug) +
                        " gets nothing: the bypassed node " + inQuotes(wires.front().node) +
                        " has no value of " + toText(port.type) + " to pass.",
                    "Take back the bypass, or wire the input to another node.");
}

bool knowsEachNode(const Topology& topology) {
    for (Position i = 0; i < topology.size(); ++i)
        if (!topology.manifest(i)) return false;
    return true;
}

}  // namespace

std::vector<std::string> slugsOf(const Document& document) {
    std::vector<std::string> slugs;
    for (const Node& node : document.nodes)
        slugs.push_back(node.slug);
    return slugs;
}

void checkWires(const Topology& topology, Findings& findings) {
    std::set<PortRef> taken;
    std::set<Wire> seen;
    for (const Wire& wire : topology.document().wires) {
        const std::string text = wireText(wire.from, wire.to);
        if (!seen.insert(wire).second) {
            add(topology, findings, wire, text + " is there twice.", "Remove one of the two.");
            continue;
        }
        const Fault fault = faultOf(topology, wire.from, wire.to);
        if (!fault.reason.empty()) {
            add(topology, findings, wire, text + ": " + fault.reason + ".", fault.remedy);
            continue;
        }
        const Port& input = *topology.manifest(*topology.positionOf(wire.to.node))->input(wire.to.port);
        const bool takesSeveral = input.fanOut == FanOut::All || input.role == PortRole::Candidate;
        if (!taken.insert(wire.to).second && !takesSeveral)
            add(topology, findings, wire,
                "The input " + inQuotes(wire.to.port) + " of the node " + inQuotes(wire.to.node) +
                    " has several wires.",
                "Keep one of them.");
        checkPassed(topology, wire, findings);
    }
    checkCycle(topology, findings);
}

void checkCandidates(const Topology& topology, Findings& findings) {
    std::set<PortRef> seen;
    for (const PortRef& candidate : topology.document().candidates) {
        const Port* output = nullptr;
        const Fault fault = findPort(topology, candidate, true, output);
        const auto position = topology.positionOf(candidate.node);
        const std::string text = "The candidate " + inQuotes(candidate.text());
        if (!position)
            findings.document("candidates", text + ": " + fault.reason + ".", fault.remedy);
        else if (!output)
            findings.at(topology.node(*position), candidate.port, text + ": " + fault.reason + ".",
                        fault.remedy);
        else if (!seen.insert(candidate).second)
            findings.at(topology.node(*position), candidate.port, text + " is there twice.",
                        "Remove one of the two.");
        else if (!topology.passed(candidate))
            findings.at(topology.node(*position), candidate.port,
                        text + " is of a bypassed node that has no value to pass.",
                        "Take back the bypass, or mark another output.");
    }
    // Where a node is unknown, so is whether it has a candidate: that node is to be mended first.
    if (topology.candidates().empty() && knowsEachNode(topology))
        findings.document(
            "candidates", "The document has no candidate, so there is nothing to compute.",
            "Wire an output to the candidate input of a measure, or mark an output as candidate.");
}

void checkInputs(const Topology& topology, Findings& findings) {
    const Positions runs = whatRuns(topology);
    for (Position i = 0; i < topology.size(); ++i) {
        const Manifest* const manifest = topology.manifest(i);
        if (!manifest || topology.node(i).bypassed) continue;
        for (const Port& port : manifest->inputs)
            checkInput(topology, topology.node(i), port, runs.count(i) != 0, findings);
    }
}

std::string whyNotWired(const Document& document, const Catalogue& catalogue, const PortRef& from,
                        const PortRef& to) {
    const Topology topology(document, catalogue);
    const Fault fault = faultOf(topology, from, to);
    const std::string text = wireText(from, to) + ": ";
    if (!fault.reason.empty()) return text + fault.reason + ".";
    const bool closes = topology.dependsOn(*topology.positionOf(from.node), *topology.positionOf(to.node));
    return closes ? text + "it would close a cycle." : "";
}

}  // namespace ratescope::graph
