#pragma once

// All that the document varies: its sweeps, then its reaches, each with the branches that it is of and their items.

#include "views/session/session.h"

#include <QAbstractTableModel>

namespace ratescope::views {

class SweepsModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { What, Values, Branches, Items, columns };

    explicit SweepsModel(Session& session, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    /// The node whose parameter the row varies, for a variable the first that reads it; "" for none.
    std::string nodeAt(int row) const;

  private:
    struct Row {
        QString what, values, branches, items;
        std::string node;

        bool operator==(const Row&) const = default;
    };

    void refresh();
    Row rowOf(const graph::Sweep& sweep) const;
    Row rowOf(const graph::Reach& reach) const;

    Session& session_;
    std::vector<Row> rows_;
};

}  // namespace ratescope::views
