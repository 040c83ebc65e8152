#pragma once

// The tensors as a table: any column sorts, words filter by name. Sorting and filtering move indices only, so that a
// table of 10,000 tensors scrolls and sorts freely.

#include "views/model/tensor_rows.h"

#include <QAbstractTableModel>
#include <vector>

namespace ratescope::views {

class TensorModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum class Column {
        Name,
        Shape,
        Type,
        Weights,
        Bits,
        BitsB,
        BitsChange,
        Error,
        ErrorB,
        ErrorChange,
        Spread
    };
    enum Role {
        WorstRole = Qt::UserRole + 20,  ///< bool: the layer that loses most
    };

    using QAbstractTableModel::QAbstractTableModel;

    void setTable(TensorTable table);
    const TensorTable& table() const { return table_; }
    /// Tensors whose name has each of these words, whatever their case.
    void setFilter(const QString& words);
    void setSearchedOnly(bool only);
    void setErrorKind(ErrorKindShown kind);
    /// Said of a tensor without a histogram.
    void setWhyNoValues(const QString& text) { whyNoValues_ = text; }
    ErrorKindShown errorKind() const { return kind_; }
    int sortColumn() const { return sortColumn_; }
    Qt::SortOrder sortOrder() const { return sortOrder_; }

    Column columnAt(int section) const { return columns_.at(static_cast<std::size_t>(section)); }
    /// Into table().rows; −1 for no such row.
    int tensorAt(int row) const;
    /// Of A, or of B where A has none; null for none. `row` is one that is shown.
    const TensorFacts* factsAt(int row) const;
    /// −1 where the filter hides it.
    int rowOf(int tensor) const;
    /// Into table().rows; −1 for none.
    int worst() const { return worst_; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    /// −1: as they lie in the model.
    void sort(int column, Qt::SortOrder order) override;

  private:
    void rearrange();
    void fillOrder();
    bool passes(const TensorRow& row) const;
    double valueOf(const TensorRow& row, Column column) const;
    QString textOf(const TensorRow& row, Column column) const;
    QString tipOf(const TensorRow& row, Column column) const;
    QString titleOf(Column column) const;
    QString helpOf(Column column) const;

    TensorTable table_;
    std::vector<Column> columns_{Column::Name, Column::Shape, Column::Type,  Column::Weights,
                                 Column::Bits, Column::Error, Column::Spread};
    std::vector<int> order_;   ///< of the rows shown, into table_.rows
    std::vector<int> places_;  ///< the inverse; −1 for those that are not shown
    QStringList words_;
    QString whyNoValues_;
    bool searchedOnly_ = false;
    ErrorKindShown kind_ = ErrorKindShown::Weights;
    int worst_ = -1;
    int sortColumn_ = -1;
    Qt::SortOrder sortOrder_ = Qt::AscendingOrder;
};

}  // namespace ratescope::views
