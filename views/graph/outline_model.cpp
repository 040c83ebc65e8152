#include "views/graph/outline_model.h"

#include "views/graph/graph_look.h"
#include "views/graph/node_content.h"
#include "views/theme/icon.h"

#include <utility>

namespace ratescope::views {
namespace {

/// An index holds where its parent stands: 0 for a node, then node + 1, and below it port + 1, 20 bits each.
constexpr int bits = 20;
constexpr quintptr mask = (quintptr{1} << bits) - 1;

quintptr idOf(int node, int port) {
    return static_cast<quintptr>(node + 1) | (static_cast<quintptr>(port + 1) << bits);
}

}  // namespace

OutlineModel::OutlineModel(Session& session, QObject* parent)
    : QAbstractItemModel(parent), session_(session) {
    rows_ = rowsNow();
    connect(&session_.document, &OpenDocument::changed, this, &OutlineModel::follow);
}

void OutlineModel::follow() {
    std::vector<NodeRow> now = rowsNow();
    if (now == rows_) return;
    beginResetModel();
    rows_ = std::move(now);
    endResetModel();
}

std::vector<OutlineModel::NodeRow> OutlineModel::rowsNow() const {
    const graph::Document& document = session_.document.document();
    const auto titleOf = [&](const std::string& slug) {
        const graph::Node* node = document.find(slug);
        return node ? shownTitle(*node, session_.document.catalogue().find(node->type))
                    : QString::fromStdString(slug);
    };
    std::multimap<graph::PortRef, const graph::Wire*> into, from;
    for (const graph::Wire& wire : document.wires) {
        into.emplace(wire.to, &wire);
        from.emplace(wire.from, &wire);
    }
    std::vector<NodeRow> rows;
    for (const graph::Node& node : document.nodes) {
        const graph::Manifest* manifest = session_.document.catalogue().find(node.type);
        NodeRow row{node.slug, shownTitle(node, manifest), QString::fromStdString(node.type), "warning", {}};
        if (const QString name = shownName(node, manifest); !name.isEmpty()) row.text += " (" + name + ")";
        if (node.bypassed) row.text += ", " + tr("bypassed");
        rows.push_back(std::move(row));
        if (!manifest) continue;
        rows.back().icon = kindIcon(manifest->kind);
        const auto add = [&](const graph::Port& port, bool isOutput) {
            PortRow line{{{node.slug, port.id}, isOutput}, {}, portTypeText(port), {}};
            const QString label = QString::fromStdString(port.id);
            line.text = isOutput ? tr("Output %1").arg(label) : tr("Input %1").arg(label);
            const auto [first, last] = (isOutput ? from : into).equal_range(line.end.port);
            for (auto one = first; one != last; ++one) {
                const graph::PortRef& other = isOutput ? one->second->to : one->second->from;
                const QString place =
                    titleOf(other.node) + QStringLiteral(" · ") + QString::fromStdString(other.port);
                line.connections.push_back(
                    {*one->second, isOutput ? tr("to %1").arg(place) : tr("from %1").arg(place)});
            }
            if (line.connections.empty()) line.text += ", " + tr("not connected");
            rows.back().ports.push_back(std::move(line));
        };
        for (const graph::Port& port : manifest->inputs)
            add(port, false);
        for (const graph::Port& port : manifest->outputs)
            add(port, true);
    }
    return rows;
}

OutlineModel::Place OutlineModel::placeOf(const QModelIndex& index) {
    if (!index.isValid()) return {};
    const int node = static_cast<int>(index.internalId() & mask) - 1;
    const int port = static_cast<int>(index.internalId() >> bits) - 1;
    if (node < 0) return {index.row(), -1, -1};
    if (port < 0) return {node, index.row(), -1};
    return {node, port, index.row()};
}

const OutlineModel::PortRow& OutlineModel::portRow(const Place& place) const {
    return rows_[static_cast<std::size_t>(place.node)].ports[static_cast<std::size_t>(place.port)];
}

std::string OutlineModel::nodeOf(const QModelIndex& index) const {
    const Place place = placeOf(index);
    return place.node < 0 ? std::string() : rows_[static_cast<std::size_t>(place.node)].slug;
}

std::optional<PortEnd> OutlineModel::portOf(const QModelIndex& index) const {
    const Place place = placeOf(index);
    if (place.port < 0 || place.connection >= 0) return std::nullopt;
    return portRow(place).end;
}

std::optional<graph::Wire> OutlineModel::wireOf(const QModelIndex& index) const {
    const Place place = placeOf(index);
    if (place.connection < 0) return std::nullopt;
    return portRow(place).connections[static_cast<std::size_t>(place.connection)].wire;
}

QModelIndex OutlineModel::indexOf(const std::string& slug) const {
    for (std::size_t i = 0; i < rows_.size(); ++i)
        if (rows_[i].slug == slug) return index(static_cast<int>(i), 0);
    return {};
}

QModelIndex OutlineModel::index(int row, int column, const QModelIndex& parent) const {
    if (row < 0 || row >= rowCount(parent) || column < 0 || column >= columnCount(parent)) return {};
    const Place above = placeOf(parent);
    return createIndex(row, column, idOf(above.node, above.port));
}

QModelIndex OutlineModel::parent(const QModelIndex& index) const {
    const Place place = placeOf(index);
    if (place.connection >= 0) return createIndex(place.port, 0, idOf(place.node, -1));
    if (place.port >= 0) return createIndex(place.node, 0, idOf(-1, -1));
    return {};
}

int OutlineModel::rowCount(const QModelIndex& parent) const {
    if (!parent.isValid()) return static_cast<int>(rows_.size());
    if (parent.column() != 0) return 0;
    const Place place = placeOf(parent);
    if (place.connection >= 0) return 0;
    if (place.port >= 0) return static_cast<int>(portRow(place).connections.size());
    return static_cast<int>(rows_[static_cast<std::size_t>(place.node)].ports.size());
}

int OutlineModel::columnCount(const QModelIndex&) const {
    return 2;
}

QVariant OutlineModel::data(const QModelIndex& index, int role) const {
    const Place place = placeOf(index);
    if (place.node < 0) return {};
    const NodeRow& node = rows_[static_cast<std::size_t>(place.node)];
    if (role == Qt::DecorationRole && index.column() == 0) {
        if (place.port < 0) return icon(node.icon);
        if (place.connection >= 0) return icon("link", Token::Muted);
    }
    if (role == Qt::ForegroundRole && index.column() == 1) return colour(Token::Muted);
    if (role != Qt::DisplayRole) return {};
    if (place.port < 0) return index.column() == 0 ? node.text : node.type;
    const PortRow& port = portRow(place);
    if (place.connection < 0) return index.column() == 0 ? port.text : port.type;
    return index.column() == 0 ? port.connections[static_cast<std::size_t>(place.connection)].text
                               : QString();
}

QVariant OutlineModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
    return section == 0 ? tr("Node, port, connection") : tr("Type");
}

}  // namespace ratescope::views
