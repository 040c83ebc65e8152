#pragma once

// The document's variables as a table: name, value, what reads it.

#include "views/session/session.h"

#include <QAbstractTableModel>

namespace ratescope::views {

class VariablesModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { Name, Value, Readers, columns };

    explicit VariablesModel(Session& session, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;

    void addVariable();
    void removeAt(int row);

  signals:
    void refused(const QString& why);  ///< "" once an edit was taken

  private:
    struct Row {
        graph::Variable variable;
        QString readers;

        bool operator==(const Row&) const = default;
    };

    void refresh();
    bool rename(const std::string& from, const QString& to);
    bool setValue(const graph::Variable& variable, const QString& text);

    Session& session_;
    std::vector<Row> rows_;
};

}  // namespace ratescope::views
