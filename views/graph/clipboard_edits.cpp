#include "core/error.h"
#include "core/graph/document_json.h"
#include "core/graph/sweep_columns.h"
#include "views/graph/graph_edits.h"

#include <nlohmann/json.hpp>

#include <QCoreApplication>
#include <algorithm>
#include <utility>

namespace ratescope::views {
namespace {

std::set<std::string> variablesReadBy(const graph::Document& document, const std::set<std::string>& slugs) {
    std::set<std::string> names;
    for (const graph::Node& node : document.nodes)
        if (slugs.count(node.slug))
            for (const auto& [id, binding] : node.parameters)
                if (const auto* variable = std::get_if<graph::VariableRef>(&binding))
                    names.insert(variable->name);
    return names;
}

/// Nodes and whatever names them, under the names that are free in `document`.
void rename(graph::Document& pasted, const std::map<std::string, std::string>& names) {
    const auto change = [&](std::string& slug) {
        if (const auto found = names.find(slug); found != names.end()) slug = found->second;
    };
    for (graph::Node& node : pasted.nodes)
        change(node.slug);
    for (graph::Wire& wire : pasted.wires) {
        change(wire.from.node);
        change(wire.to.node);
    }
    for (graph::Sweep& sweep : pasted.sweeps)
        for (graph::SweepColumn& column : sweep.columns)
            change(column.node);
    for (graph::Reach& reach : pasted.reaches)
        change(reach.node);
    for (graph::PortRef& candidate : pasted.candidates)
        change(candidate.node);
}

std::map<std::string, std::string> freeNames(graph::Document document, const graph::Document& pasted) {
    std::map<std::string, std::string> names;
    for (const graph::Node& node : pasted.nodes) {
        graph::Node named;
        named.slug = names[node.slug] = graph::uniqueSlug(document, node.slug);
        document.nodes.push_back(std::move(named));
    }
    return names;
}

std::optional<graph::Document> documentOf(const QByteArray& bytes) {
    const auto json = nlohmann::json::parse(bytes.begin(), bytes.end(), nullptr, false);
    if (json.is_discarded()) return std::nullopt;
    try {
        return graph::documentFromJson(json);
    } catch (const Error&) {
        // Another program's clipboard may hold anything under this name.
        return std::nullopt;
    }
}

std::set<std::string> slugsOf(const graph::Document& document) {
    std::set<std::string> slugs;
    for (const graph::Node& node : document.nodes)
        slugs.insert(node.slug);
    return slugs;
}

template <typename List>
List joined(List list, const List& more) {
    list.insert(list.end(), more.begin(), more.end());
    return list;
}

}  // namespace

QPointF cornerOf(const graph::Document& document, const std::set<std::string>& slugs) {
    std::optional<QPointF> corner;
    for (const graph::Node& node : document.nodes) {
        if (!slugs.count(node.slug)) continue;
        const QPointF place(node.x, node.y);
        corner = corner ? QPointF(std::min(corner->x(), place.x()), std::min(corner->y(), place.y())) : place;
    }
    return corner.value_or(QPointF());
}

std::optional<QPointF> cornerIn(const QByteArray& bytes) {
    const std::optional<graph::Document> copied = documentOf(bytes);
    if (!copied || copied->nodes.empty()) return std::nullopt;
    return cornerOf(*copied, slugsOf(*copied));
}

QByteArray copyNodes(const graph::Document& document, const std::set<std::string>& slugs) {
    graph::Document copy = graph::newDocument("nodes");
    const auto has = [&](const std::string& slug) { return slugs.count(slug) != 0; };
    for (const graph::Node& node : document.nodes)
        if (has(node.slug)) copy.nodes.push_back(node);
    for (const graph::Wire& wire : document.wires)
        if (has(wire.from.node) && has(wire.to.node)) copy.wires.push_back(wire);
    for (const graph::Sweep& sweep : document.sweeps) {
        graph::Sweep kept =
            graph::withoutColumns(sweep, [&](const graph::SweepColumn& column) { return !has(column.node); });
        if (!kept.columns.empty()) copy.sweeps.push_back(std::move(kept));
    }
    for (const graph::Reach& reach : document.reaches)
        if (has(reach.node)) copy.reaches.push_back(reach);
    for (const graph::PortRef& candidate : document.candidates)
        if (has(candidate.node)) copy.candidates.push_back(candidate);
    const std::set<std::string> names = variablesReadBy(document, slugs);
    for (const graph::Variable& variable : document.variables)
        if (names.count(variable.name)) copy.variables.push_back(variable);
    return QByteArray::fromStdString(graph::toText(copy));
}

std::optional<Pasted> pasteNodes(const graph::Document& document, const QByteArray& bytes, QPointF place,
                                 const std::string& title) {
    std::optional<graph::Document> pasted = documentOf(bytes);
    if (!pasted || pasted->nodes.empty()) return std::nullopt;
    const QPointF corner = cornerOf(*pasted, slugsOf(*pasted));
    rename(*pasted, freeNames(document, *pasted));
    Pasted result;
    std::vector<std::unique_ptr<graph::Edit>> edits;
    for (graph::Node& node : pasted->nodes) {
        node.x += place.x() - corner.x();
        node.y += place.y() - corner.y();
        result.slugs.insert(node.slug);
        edits.push_back(graph::addNode(node));
    }
    // Each wire beside those that were pasted before it: none of them was there.
    for (const graph::Wire& wire : pasted->wires)
        edits.push_back(graph::connect(wire, graph::FanOut::All));
    for (const graph::PortRef& candidate : pasted->candidates)
        edits.push_back(graph::setCandidate(candidate, true));
    if (!pasted->sweeps.empty()) edits.push_back(graph::setSweeps(joined(document.sweeps, pasted->sweeps)));
    if (!pasted->reaches.empty())
        edits.push_back(graph::setReaches(joined(document.reaches, pasted->reaches)));
    std::erase_if(pasted->variables, [&](const graph::Variable& variable) {
        return document.variable(variable.name) != nullptr;
    });
    if (!pasted->variables.empty())
        edits.push_back(graph::setVariables(joined(document.variables, pasted->variables)));
    result.edit = graph::together(title, std::move(edits));
    return result;
}

}  // namespace ratescope::views
