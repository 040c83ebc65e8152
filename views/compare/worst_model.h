#pragma once

// All pictures at one point, with the metric of each series: sorted by any column, the worst first.

#include "core/curves/series_style.h"
#include "views/compare/comparison.h"

#include <QAbstractTableModel>
#include <functional>
#include <map>
#include <vector>

namespace ratescope::views {

class WorstModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    using StyleOf = std::function<curves::SeriesStyle(const curves::SeriesInfo&)>;

    explicit WorstModel(StyleOf styleOf, QObject* parent = nullptr);

    /// Keeps the column that it is sorted by where it still is.
    void setTable(const WorstTable& table);
    const WorstTable& table() const { return table_; }
    std::string assetOf(int row) const;
    /// −1 for an asset that is not there.
    int rowOf(const std::string& asset) const;
    int sortColumn() const { return sortColumn_; }
    Qt::SortOrder sortOrder() const { return sortOrder_; }
    /// In which the worst stand first.
    Qt::SortOrder worstFirst(int column) const;
    void stylesChanged();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order) override;

  private:
    void sortRows();
    QString nameOf(const std::string& asset) const;
    int decimals() const;

    StyleOf styleOf_;
    WorstTable table_;
    std::map<QString, int> names_;  ///< without extension: how many assets have it
    int sortColumn_ = 1;
    Qt::SortOrder sortOrder_ = Qt::AscendingOrder;
};

}  // namespace ratescope::views
