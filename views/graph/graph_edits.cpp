#include "views/graph/graph_edits.h"

#include "core/graph/topology.h"
#include "views/graph/graph_look.h"
#include "views/graph/node_content.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <utility>

namespace ratescope::views {
namespace {

using Edits = std::vector<std::unique_ptr<graph::Edit>>;

std::string trGraphEdits(const char* text) {
    return QCoreApplication::translate("GraphEdits", text).toStdString();
}

graph::Wire wireBetween(const PortEnd& end, const graph::PortRef& other) {
    return end.isOutput ? graph::Wire{end.port, other} : graph::Wire{other, end.port};
}

graph::FanOut fanOutOf(const graph::Port* input) {
    return input && takesSeveral(*input) ? graph::FanOut::All : graph::FanOut::Each;
}

/// The node and those that wires lead to from it, or that lead to it: a wire back from them would make a cycle.
std::set<std::string> reachable(const graph::Document& document, const std::string& from, bool downstream) {
    std::multimap<std::string, std::string> next;
    for (const graph::Wire& wire : document.wires)
        next.emplace(downstream ? wire.from.node : wire.to.node, downstream ? wire.to.node : wire.from.node);
    std::set<std::string> found{from};
    std::vector<std::string> waiting{from};
    while (!waiting.empty()) {
        const std::string slug = std::move(waiting.back());
        waiting.pop_back();
        const auto [first, last] = next.equal_range(slug);
        for (auto one = first; one != last; ++one)
            if (found.insert(one->second).second) waiting.push_back(one->second);
    }
    return found;
}

}  // namespace

const graph::Port* portOf(const graph::Document& document, const graph::Catalogue& catalogue,
                          const PortEnd& end) {
    const graph::Node* node = document.find(end.port.node);
    const graph::Manifest* manifest = node ? catalogue.find(node->type) : nullptr;
    if (!manifest) return nullptr;
    return end.isOutput ? manifest->output(end.port.port) : manifest->input(end.port.port);
}

graph::Node newNode(const graph::Document& document, const graph::Manifest& manifest, QPointF place) {
    graph::Node node;
    node.type = manifest.id;
    node.version = manifest.version;
    const auto dot = manifest.id.rfind('.');
    node.slug = graph::uniqueSlug(document, manifest.id.substr(dot == std::string::npos ? 0 : dot + 1));
    node.x = std::round(place.x() / node_size::snap) * node_size::snap;
    node.y = std::round(place.y() / node_size::snap) * node_size::snap;
    return node;
}

std::unique_ptr<graph::Edit> connectPorts(const graph::Document& document, const graph::Catalogue& catalogue,
                                          const graph::Wire& wire) {
    return graph::connect(wire, fanOutOf(portOf(document, catalogue, {wire.to, false})));
}

std::unique_ptr<graph::Edit> rewire(const graph::Document& document, const graph::Catalogue& catalogue,
                                    const graph::Wire& before, const graph::Wire& now) {
    Edits edits;
    edits.push_back(graph::disconnect(before));
    edits.push_back(connectPorts(document, catalogue, now));
    return graph::together(trGraphEdits("Rewire ") + now.to.text(), std::move(edits));
}

const graph::Port* fittingPort(const graph::Document& document, const graph::Catalogue& catalogue,
                               const graph::Manifest& manifest, const PortEnd& end) {
    const graph::Port* port = portOf(document, catalogue, end);
    if (!port) return nullptr;
    for (const graph::Port& other : end.isOutput ? manifest.inputs : manifest.outputs)
        if (end.isOutput ? graph::fits(*port, other) : graph::fits(other, *port)) return &other;
    return nullptr;
}

std::vector<PortEnd> fittingEnds(const graph::Document& document, const graph::Catalogue& catalogue,
                                 const PortEnd& end) {
    std::vector<PortEnd> ends;
    const graph::Port* own = portOf(document, catalogue, end);
    if (!own) return ends;
    // Not whyNotWired for each: it sorts the whole document.
    const std::set<std::string> behind = reachable(document, end.port.node, !end.isOutput);
    for (const graph::Node& node : document.nodes) {
        const graph::Manifest* manifest = catalogue.find(node.type);
        if (!manifest || behind.count(node.slug)) continue;
        for (const graph::Port& port : end.isOutput ? manifest->inputs : manifest->outputs) {
            const graph::Wire wire = wireBetween(end, {node.slug, port.id});
            if ((end.isOutput ? graph::fits(*own, port) : graph::fits(port, *own)) &&
                std::find(document.wires.begin(), document.wires.end(), wire) == document.wires.end())
                ends.push_back({{node.slug, port.id}, !end.isOutput});
        }
    }
    return ends;
}

std::unique_ptr<graph::Edit> addWired(const graph::Document& document, const graph::Catalogue& catalogue,
                                      const graph::Node& node, const PortEnd& end) {
    const graph::Manifest* manifest = catalogue.find(node.type);
    const graph::Port* port = manifest ? fittingPort(document, catalogue, *manifest, end) : nullptr;
    if (!port) return graph::addNode(node);
    const graph::Wire wire = wireBetween(end, {node.slug, port->id});
    const graph::Port* input = end.isOutput ? port : portOf(document, catalogue, end);
    Edits edits;
    edits.push_back(graph::addNode(node));
    edits.push_back(graph::connect(wire, fanOutOf(input)));
    return graph::together(trGraphEdits("Add ") + node.slug, std::move(edits));
}

std::unique_ptr<graph::Edit> insertOnWire(const graph::Document& document, const graph::Catalogue& catalogue,
                                          const graph::Node& node, const graph::Wire& wire, bool isNew) {
    const graph::Manifest* manifest = catalogue.find(node.type);
    const graph::Port* from = portOf(document, catalogue, {wire.from, true});
    const graph::Port* to = portOf(document, catalogue, {wire.to, false});
    if (!manifest || !from || !to) return nullptr;
    for (const graph::Wire& other : document.wires)
        if (other.from.node == node.slug || other.to.node == node.slug) return nullptr;
    const graph::Port* input = fittingPort(document, catalogue, *manifest, {wire.from, true});
    const graph::Port* output = fittingPort(document, catalogue, *manifest, {wire.to, false});
    if (!input || !output) return nullptr;
    Edits edits;
    if (isNew) edits.push_back(graph::addNode(node));
    edits.push_back(graph::connect({wire.from, {node.slug, input->id}}, fanOutOf(input)));
    if (takesSeveral(*to)) edits.push_back(graph::disconnect(wire));
    edits.push_back(graph::connect({{node.slug, output->id}, wire.to}, fanOutOf(to)));
    return graph::together(trGraphEdits("Insert ") + node.slug, std::move(edits));
}

std::unique_ptr<graph::Edit> removeAll(const graph::Document& document, const std::vector<std::string>& nodes,
                                       const std::vector<graph::Wire>& wires,
                                       const std::set<std::size_t>& frames) {
    Edits edits;
    const auto goes = [&](const std::string& slug) {
        return std::find(nodes.begin(), nodes.end(), slug) != nodes.end();
    };
    for (const graph::Wire& wire : wires)
        if (!goes(wire.from.node) && !goes(wire.to.node)) edits.push_back(graph::disconnect(wire));
    if (!nodes.empty()) edits.push_back(graph::removeNodes(nodes));
    if (!frames.empty()) {
        std::vector<graph::Frame> kept;
        for (std::size_t i = 0; i < document.frames.size(); ++i)
            if (!frames.count(i)) kept.push_back(document.frames[i]);
        edits.push_back(graph::setFrames(std::move(kept)));
    }
    if (edits.empty()) return nullptr;
    if (edits.size() == 1) return std::move(edits.front());
    return graph::together(trGraphEdits("Remove selection"), std::move(edits));
}

std::unique_ptr<graph::Edit> alignNodes(const graph::Document& document, const NodeRects& rects,
                                        Alignment alignment) {
    if (rects.size() < 2) return nullptr;
    const bool across = alignment == Alignment::DistributeAcross;
    std::vector<std::pair<std::string, QRectF>> order(rects.begin(), rects.end());
    std::sort(order.begin(), order.end(), [across](const auto& a, const auto& b) {
        return across ? a.second.left() < b.second.left() : a.second.top() < b.second.top();
    });
    double left = order.front().second.left(), top = order.front().second.top(), extent = 0;
    double right = left, bottom = top;
    for (const auto& [slug, rect] : order) {
        left = std::min(left, rect.left());
        top = std::min(top, rect.top());
        right = std::max(right, rect.right());
        bottom = std::max(bottom, rect.bottom());
        extent += across ? rect.width() : rect.height();
    }
    // Equal gaps between the outermost; a gap of the grid where they overlap.
    const double free = (across ? right - left : bottom - top) - extent;
    const double gap = std::max(free / static_cast<double>(order.size() - 1), node_size::gap);
    std::map<std::string, QPointF> places;
    double next = across ? left : top;
    for (const auto& [slug, rect] : order) {
        QPointF place = rect.topLeft();
        if (alignment == Alignment::Left) place.setX(left);
        if (alignment == Alignment::Top) place.setY(top);
        if (across) place.setX(next);
        if (alignment == Alignment::DistributeDown) place.setY(next);
        next += (across ? rect.width() : rect.height()) + gap;
        places[slug] = place;
    }
    return moveAll(document, places, std::nullopt);
}

std::unique_ptr<graph::Edit> moveAll(const graph::Document& document,
                                     const std::map<std::string, QPointF>& places,
                                     const std::optional<std::vector<graph::Frame>>& frames) {
    Edits edits;
    bool moved = false;
    for (const auto& [slug, place] : places) {
        const graph::Node* node = document.find(slug);
        if (!node) continue;
        moved = moved || node->x != place.x() || node->y != place.y();
        edits.push_back(graph::moveNode(slug, place.x(), place.y()));
    }
    if (frames && *frames != document.frames) {
        moved = true;
        edits.push_back(graph::setFrames(*frames));
    }
    if (!moved) return nullptr;
    if (edits.size() == 1) return std::move(edits.front());
    return graph::together(trGraphEdits("Move selection"), std::move(edits));
}

graph::Frame frameAround(const std::vector<QRectF>& rects, const std::string& title) {
    QRectF around;
    for (const QRectF& rect : rects)
        around = around.united(rect);
    around.adjust(-node_size::gap, -node_size::frameTitle - 4, node_size::gap, node_size::gap);
    return {title, "", around.x(), around.y(), around.width(), around.height()};
}

}  // namespace ratescope::views
