#include "core/graph/validate.h"

#include "core/error.h"
#include "core/graph/findings.h"
#include "core/graph/wording.h"

#include <algorithm>
#include <cmath>

namespace ratescope::graph {
namespace {

void checkStudy(const Topology& topology, Findings& findings) {
    const Document& document = topology.document();
    const bool goodId =
        document.id.size() == 32 && document.id.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!goodId)
        findings.document(
            "id", "The document's permanent id " + inQuotes(document.id) + " is not 32 hexadecimal digits.",
            "Save the document under another name, which gives it a new id.");
    if (!isSlug(document.name))
        findings.document("name", "The study's name " + inQuotes(document.name) + " is not a name.",
                          "Use the letters a to z, digits and hyphens.");
    if (document.seeds.empty())
        findings.document("seeds", "The study has no seed.", "Give at least one, for example 0.");
    for (std::size_t i = 0; i < document.seeds.size(); ++i)
        if (std::count(document.seeds.begin(), document.seeds.begin() + static_cast<std::ptrdiff_t>(i),
                       document.seeds[i]))
            findings.document("seeds",
                              "The study has the seed " + std::to_string(document.seeds[i]) + " twice.",
                              "Give each seed once.");
    if (document.threads < 1 || document.threads > 1024)
        findings.document("threads",
                          "The study asks for " + std::to_string(document.threads) + " threads a task.",
                          "Give a number from 1 to 1024.");
    if (!(document.stallSeconds > 0) || !std::isfinite(document.stallSeconds))
        findings.document("stall_seconds",
                          "The study's stall time is " + toText(document.stallSeconds) + " s.",
                          "Give a number of seconds above 0.");
}

void checkVariables(const Topology& topology, Findings& findings) {
    std::set<std::string> seen;
    for (const Variable& variable : topology.document().variables) {
        if (!isSlug(variable.name))
            findings.document(variable.name,
                              "The variable's name " + inQuotes(variable.name) + " is not a name.",
                              "Use the letters a to z, digits and hyphens.");
        if (!seen.insert(variable.name).second)
            findings.document(variable.name, "The variable " + inQuotes(variable.name) + " is there twice.",
                              "Rename one of them.");
        const auto* real = std::get_if<double>(&variable.value);
        if (real && !std::isfinite(*real))
            findings.document(
                variable.name,
                "The variable " + inQuotes(variable.name) + " is " + toText(*real) + ", not a finite number.",
                "Give a finite number.");
    }
}

/// Nothing that is computed depends on them: a study runs with wrong ones.
void checkCrops(const Topology& topology, Findings& findings) {
    std::set<std::pair<std::string, std::string>> seen;
    for (const Crop& crop : topology.document().crops) {
        if (crop.name.empty())
            findings.warnDocument("crops", "A crop has no name.", "Give it one.");
        else if (!seen.insert({crop.asset, crop.name}).second)
            findings.warnDocument("crops", "The crop " + inQuotes(crop.name) + " is there twice.",
                                  "Rename one of them.");
        if (crop.width < 1 || crop.height < 1 || crop.x < 0 || crop.y < 0)
            findings.warnDocument("crops",
                                  "The crop " + inQuotes(crop.name) + " lies outside of any picture.",
                                  "Give its place and size in pixels from the upper left corner.");
    }
}

std::vector<std::string> idsOf(const std::vector<const Manifest*>& manifests) {
    std::vector<std::string> ids;
    for (const Manifest* manifest : manifests)
        ids.push_back(manifest->id);
    return ids;
}

void checkParameter(const Topology& topology, Position i, const std::string& id, const Binding& binding,
                    Findings& findings) {
    const Node& node = topology.node(i);
    const Manifest& manifest = *topology.manifest(i);
    const Parameter* const parameter = manifest.parameter(id);
    if (!parameter) {
        findings.at(node, id, "The node " + inQuotes(node.slug) + " has no parameter " + inQuotes(id) + ".",
                    didYouMean(id, idsOf(manifest.parameters), "Its parameters are: "));
        return;
    }
    const auto* value = std::get_if<ParameterValue>(&binding);
    const std::string subject = inQuotes(id) + " of the node " + inQuotes(node.slug);
    if (!value) {
        const std::string& name = std::get<VariableRef>(binding).name;
        const Variable* const variable = topology.document().variable(name);
        if (!variable) {
            findings.at(
                node, id,
                subject + " reads the variable " + inQuotes(name) + ", which the document does not have.",
                didYouMean(name, namesOf(topology.document().variables), "Variables there are: "));
            return;
        }
        value = &variable->value;
    }
    if (const std::string reason = whyUnfit(*parameter, *value); !reason.empty())
        findings.at(node, id, subject + ": " + reason + ".", "Give " + whatFits(*parameter) + ".");
}

void checkNode(const Topology& topology, const Catalogue& catalogue, Position i, Findings& findings) {
    const Node& node = topology.node(i);
    if (!isSlug(node.slug))
        findings.at(node, "", "The node's name " + inQuotes(node.slug) + " is not a name.",
                    "Use the letters a to z, digits and hyphens.");
    if (topology.positionOf(node.slug) != i)
        findings.at(node, "", "Two nodes have the name " + inQuotes(node.slug) + ".", "Rename one of them.");
    const Manifest* const manifest = topology.manifest(i);
    if (!manifest) {
        const std::string known = nearest(node.type, idsOf(catalogue.all()));
        findings.at(node, "",
                    "The node " + inQuotes(node.slug) + " is of the type " + inQuotes(node.type) +
                        ", which no installed plugin has.",
                    known.empty() ? "Install the plugin that has it, or remove the node."
                                  : "Did you mean " + inQuotes(known) + "?");
        return;
    }
    const std::string versions = "The node " + inQuotes(node.slug) + " was made with version " +
                                 std::to_string(node.version) + " of " + inQuotes(node.type) +
                                 ", and version " + std::to_string(manifest->version) + " is installed.";
    if (node.version > manifest->version) findings.at(node, "", versions, "Install the newer plugin.");
    if (node.version < manifest->version)
        findings.warn(node, "", versions, "Its output may differ; what depends on it is computed again.");
    if (node.bypassed && manifest->kind != NodeKind::Transform && manifest->kind != NodeKind::Codec)
        findings.at(
            node, "",
            "The node " + inQuotes(node.slug) + " is a " + toText(manifest->kind) + " and can't be bypassed.",
            "Only transforms and codecs can be bypassed.");
    for (const auto& [id, binding] : node.parameters)
        checkParameter(topology, i, id, binding, findings);
}

}  // namespace

std::vector<Finding> validate(const Document& document, const Catalogue& catalogue) {
    const Topology topology(document, catalogue);
    Findings findings(topology);
    checkStudy(topology, findings);
    checkVariables(topology, findings);
    checkCrops(topology, findings);
    for (Position i = 0; i < topology.size(); ++i)
        checkNode(topology, catalogue, i, findings);
    checkWires(topology, findings);
    checkCandidates(topology, findings);
    checkInputs(topology, findings);
    checkSweeps(topology, findings);
    checkReaches(topology, findings);
    checkFigures(topology, findings);
    if (topology.cycle().empty()) checkFanOut(topology, findings);
    return findings.sorted();
}

void requireValid(const Document& document, const Catalogue& catalogue) {
    std::vector<Finding> findings = validate(document, catalogue);
    std::erase_if(findings, [](const Finding& finding) { return finding.severity != Severity::Error; });
    if (findings.empty()) return;
    std::string remedy = findings.front().remedy;
    if (const std::size_t more = findings.size() - 1)
        remedy += " (" + std::to_string(more) + (more == 1 ? " more error" : " more errors") + ".)";
    throw Error(ErrorKind::Document, findings.front().message, remedy);
}

Findings::Findings(const Topology& topology) : topology_(topology) {}

void Findings::document(const std::string& place, const std::string& message, const std::string& remedy) {
    add(0, {Severity::Error, "", place, message, remedy});
}

void Findings::at(const Node& node, const std::string& place, const std::string& message,
                  const std::string& remedy) {
    add(rankOf(node), {Severity::Error, node.slug, place, message, remedy});
}

void Findings::warn(const Node& node, const std::string& place, const std::string& message,
                    const std::string& remedy) {
    add(rankOf(node), {Severity::Warning, node.slug, place, message, remedy});
}

void Findings::warnDocument(const std::string& place, const std::string& message, const std::string& remedy) {
    add(0, {Severity::Warning, "", place, message, remedy});
}

std::size_t Findings::rankOf(const Node& node) const {
    return static_cast<std::size_t>(&node - topology_.document().nodes.data()) + 1;
}

void Findings::add(std::size_t rank, Finding finding) {
    findings_.emplace_back(rank, std::move(finding));
}

std::vector<Finding> Findings::sorted() {
    std::stable_sort(findings_.begin(), findings_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Finding> sorted;
    for (auto& [rank, finding] : findings_)
        sorted.push_back(std::move(finding));
    return sorted;
}

}  // namespace ratescope::graph
