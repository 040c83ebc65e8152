#pragma once

// One sweep of the document as a table: columns are parameters, rows are combinations. Editing goes through the
// document; what does not fit is refused, with the reason.

#include "views/inspector/sweep_edits.h"
#include "views/session/session.h"

#include <QAbstractTableModel>

namespace ratescope::views {

class TupleModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    explicit TupleModel(Session& session, QObject* parent = nullptr);

    /// Shows the table with this column from now on, and what the document has of it.
    void show(const graph::SweepColumn& column);
    const graph::Sweep& sweep() const { return shown_; }
    std::optional<SweepPlace> place() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;

    void addRow();
    void removeRowsAt(const std::vector<std::size_t>& rows);
    void addColumn(const graph::SweepColumn& column);
    void removeColumnAt(std::size_t column);
    /// Rows of tab- or comma-separated values, from this cell on; rows that are missing are added. All of it or
    /// nothing.
    void paste(const QString& text, std::size_t row, std::size_t column);
    /// What a column is called: "Quality", or "jxl · Distance" of another node than the first column's.
    QString titleOf(const graph::SweepColumn& column) const;

  signals:
    void refused(const QString& why);  ///< "" once an edit was taken

  private:
    void take(graph::Sweep sweep);
    void replaceRows(graph::Sweep sweep);
    void apply(Sweeps sweeps);
    ReadValue read(std::size_t column, const QString& text) const;

    Session& session_;
    graph::SweepColumn column_;
    graph::Sweep shown_;
};

/// Lines of cells: by tabs if there is one, else by semicolons, else by commas; quotes are taken off. Blank lines at
/// the end are none.
std::vector<QStringList> cellsOf(const QString& text);

}  // namespace ratescope::views
