#pragma once

// What differs between two runs, by kind, and the equal ones folded below.

#include "core/store/run_facts.h"

#include <QAbstractItemModel>
#include <QString>
#include <vector>

namespace ratescope::views {

class ComparisonModel : public QAbstractItemModel {
    Q_OBJECT

  public:
    using QAbstractItemModel::QAbstractItemModel;

    void show(const store::RunDifference& difference);
    /// The row of the equal ones is the last; -1 without any.
    int equalRow() const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    struct Section {
        QString title;
        bool isEqual = false;
        std::vector<store::RunDifference::Row> rows;
    };

    std::vector<Section> sections_;
};

}  // namespace ratescope::views
