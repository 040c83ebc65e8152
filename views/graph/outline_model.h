#pragma once

// The graph as a tree: nodes, below each its inputs and outputs, below these what they are connected to.

#include "views/graph/graph_edits.h"
#include "views/session/session.h"

#include <QAbstractItemModel>
#include <QString>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::views {

class OutlineModel : public QAbstractItemModel {
    Q_OBJECT

  public:
    explicit OutlineModel(Session& session, QObject* parent = nullptr);

    /// Of a row that is a node, or below one; "" for none.
    std::string nodeOf(const QModelIndex& index) const;
    /// Of a row that is a port.
    std::optional<PortEnd> portOf(const QModelIndex& index) const;
    /// Of a row that is a connection.
    std::optional<graph::Wire> wireOf(const QModelIndex& index) const;
    QModelIndex indexOf(const std::string& slug) const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    struct ConnectionRow {
        graph::Wire wire;
        QString text;
        bool operator==(const ConnectionRow&) const = default;
    };
    struct PortRow {
        PortEnd end;
        QString text, type;
        std::vector<ConnectionRow> connections;
        bool operator==(const PortRow&) const = default;
    };
    struct NodeRow {
        std::string slug;
        QString text, type, icon;
        std::vector<PortRow> ports;
        bool operator==(const NodeRow&) const = default;
    };
    /// What an index stands for; −1 where it stands higher up.
    struct Place {
        int node = -1, port = -1, connection = -1;
    };

    void follow();
    std::vector<NodeRow> rowsNow() const;
    static Place placeOf(const QModelIndex& index);
    const PortRow& portRow(const Place& place) const;

    Session& session_;
    std::vector<NodeRow> rows_;
};

}  // namespace ratescope::views
