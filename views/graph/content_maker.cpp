#include "views/graph/content_maker.h"

#include "core/error.h"
#include "core/graph/expand.h"
#include "views/graph/graph_look.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>

namespace ratescope::views {
namespace {

QString trContentMaker(const char* text) {
    return QCoreApplication::translate("ContentMaker", text);
}

QString toolTipOf(const graph::Port& port) {
    QString text = QString::fromStdString(port.label) + ": " + portTypeText(port);
    if (takesSeveral(port)) text += trContentMaker(", any number of them");
    if (!port.required) text += trContentMaker(", may be left open");
    if (!port.help.empty()) text += '\n' + QString::fromStdString(port.help);
    return text;
}

/// The metrics that the measure gives, the same ones in another form once: "PSNR, RGB", "SSIM, RGB".
std::vector<Chip> metricChips(const graph::Document& document, const graph::Manifest& manifest,
                              const graph::Node& node) {
    std::vector<Chip> chips;
    try {
        for (const graph::Metric& metric :
             graph::metricsOf(manifest, graph::parametersOf(document, manifest, node)))
            chips.push_back({QString::fromStdString(metric.title), false});
    } catch (const Error&) {
        // Its parameters do not fit yet: validation says so at the node.
    }
    return chips;
}

}  // namespace

ContentMaker::ContentMaker(const Session& session, const NodeStates& states)
    : session_(session), states_(states) {
    const graph::Document& document = session.document.document();
    for (const graph::Node& node : document.nodes)
        nodes_[node.slug] = &node;
    for (const graph::Wire& wire : document.wires)
        into_[wire.to].push_back(&wire);
    const std::vector<graph::Branch>& branches = session.document.derived().branches;
    for (std::size_t i = 0; i < branches.size(); ++i) {
        const graph::Branch& branch = branches[i];
        marks_.push_back({branch.slug, session.styleOfBranch(branch.slug)});
        branchOfCandidate_.emplace(branch.candidate, i);
        const auto codec = std::find(branch.nodes.begin(), branch.nodes.end(), branch.codec);
        for (auto node = codec; node != branch.nodes.end(); ++node)
            behindCodec_.emplace(*node, std::pair(i, static_cast<std::size_t>(node - codec)));
    }
}

std::optional<BranchMark> ContentMaker::markOf(const graph::Wire& wire) const {
    if (const auto found = branchOfCandidate_.find(wire.from); found != branchOfCandidate_.end()) {
        const auto& measures = session_.document.derived().branches[found->second].measures;
        if (std::find(measures.begin(), measures.end(), wire.to.node) != measures.end())
            return marks_[found->second];
    }
    const auto [first, last] = behindCodec_.equal_range(wire.from.node);
    const auto [toFirst, toLast] = behindCodec_.equal_range(wire.to.node);
    for (auto from = first; from != last; ++from)
        for (auto to = toFirst; to != toLast; ++to)
            if (from->second.first == to->second.first && from->second.second < to->second.second)
                return marks_[from->second.first];
    return std::nullopt;
}

WireContent ContentMaker::of(const graph::Wire& wire) const {
    WireContent content{wire, graph::PortType::Image, markOf(wire)};
    const auto from = nodes_.find(wire.from.node);
    const graph::Manifest* manifest =
        from == nodes_.end() ? nullptr : session_.document.catalogue().find(from->second->type);
    if (const graph::Port* output = manifest ? manifest->output(wire.from.port) : nullptr)
        content.type = output->type;
    return content;
}

PortLine ContentMaker::lineOf(const graph::Node& node, const graph::Port& port, bool isInput) const {
    PortLine line;
    line.id = port.id;
    line.label = isInput && port.role == graph::PortRole::Candidate
                     ? trContentMaker("candidates")
                     : QString::fromStdString(port.id).replace('-', ' ');
    line.toolTip = toolTipOf(port);
    line.type = port.type;
    line.takesSeveral = isInput && takesSeveral(port);
    if (!isInput || port.role != graph::PortRole::Candidate) return line;
    const auto found = into_.find({node.slug, port.id});
    if (found == into_.end()) return line;
    for (const graph::Wire* wire : found->second) {
        const auto from = nodes_.find(wire->from.node);
        if (from == nodes_.end()) continue;
        const graph::Manifest* manifest = session_.document.catalogue().find(from->second->type);
        line.candidates.push_back({wire->from, shownTitle(*from->second, manifest), markOf(*wire)});
    }
    return line;
}

void ContentMaker::addParameters(NodeContent& content, const graph::Node& node,
                                 const graph::Manifest& manifest) const {
    const graph::Document& document = session_.document.document();
    content.chips = sweptChips(document, manifest, node);
    if (manifest.kind == graph::NodeKind::Measure)
        for (Chip& chip : metricChips(document, manifest, node))
            content.chips.push_back(std::move(chip));
    content.details = changedParameters(document, manifest, node);
    const auto assets = session_.document.derived().assets.find(node.slug);
    if (manifest.assets.by == graph::AssetRule::By::Files &&
        assets != session_.document.derived().assets.end())
        content.details =
            assets->second == 1 ? trContentMaker("1 file") : trContentMaker("%1 files").arg(assets->second);
}

void ContentMaker::addState(NodeContent& content, const graph::Node& node) const {
    const NodeState state = states_.of(node.slug);
    content.state = node.bypassed ? RunState::Bypassed : state.state;
    content.stateToolTip = wordOf(content.state);
    if (node.bypassed) return;
    if (state.total > 0)
        content.counts = trContentMaker("%1 of %2")
                             .arg(QLocale().toString(static_cast<qlonglong>(state.done)),
                                  QLocale().toString(static_cast<qlonglong>(state.total)));
    content.progress = state.progress;
    content.complaint = state.complaint;
    if (!state.complaint.isEmpty() && state.remedy.isEmpty()) content.stateToolTip += '\n' + state.complaint;
    if (!state.remedy.isEmpty()) content.stateToolTip += '\n' + state.remedy;
}

NodeContent ContentMaker::of(const graph::Node& node) const {
    NodeContent content;
    content.slug = node.slug;
    const graph::Manifest* manifest = session_.document.catalogue().find(node.type);
    content.title = shownTitle(node, manifest);
    content.name = shownName(node, manifest);
    content.known = manifest != nullptr;
    addState(content, node);
    if (!manifest) {
        content.details = QString::fromStdString(node.type);
        return content;
    }
    content.kind = manifest->kind;
    content.toolTip = QString::fromStdString(manifest->summary);
    for (const graph::Port& port : manifest->inputs)
        content.inputs.push_back(lineOf(node, port, true));
    for (const graph::Port& port : manifest->outputs)
        content.outputs.push_back(lineOf(node, port, false));
    addParameters(content, node, *manifest);
    return content;
}

}  // namespace ratescope::views
