#pragma once

// What was measured of one model, or of two beside each other: rates first, then metrics with their standard errors.

#include "views/model/model_study.h"

#include <QAbstractTableModel>
#include <optional>
#include <vector>

namespace ratescope::views {

class NumbersModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    using QAbstractTableModel::QAbstractTableModel;

    void setNumbers(const std::vector<ModelNumber>& a, const std::optional<std::vector<ModelNumber>>& b);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    struct Row {
        ModelNumber what;
        std::optional<ModelNumber> a, b;
    };
    /// Another measure gives the same metric.
    bool isOfSeveral(const ModelNumber& number) const;

    std::vector<Row> rows_;
    bool hasB_ = false;
};

/// As many digits as the standard error earns, with it behind ±.
QString valueText(const ModelNumber& number);

}  // namespace ratescope::views
