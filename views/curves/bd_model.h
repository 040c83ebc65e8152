#pragma once

// The series of the plot with their BD numbers: one row a series, below it its groups or its items.

#include "core/curves/compare.h"
#include "core/curves/series_style.h"
#include "views/curves/curve_reader.h"

#include <QAbstractItemModel>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::views {

class BdModel : public QAbstractItemModel {
    Q_OBJECT

  public:
    enum Column { Series, BdRate, Interval, BdQuality, Overlap, ColumnCount };
    enum Role {
        StyleRole = Qt::UserRole,  ///< curves::SeriesStyle, of series
        SlugRole,                  ///< of series
        BranchRole,
        LowOverlapRole,  ///< bool: below curves::advisedOverlap
        QuietRole,       ///< bool: words in place of a number
    };

    using QAbstractItemModel::QAbstractItemModel;

    /// The series of an answer with these styles, by curve. Numbers that it does not have yet stay those shown before
    /// when `keeps`.
    void show(const CurveAnswer& answer, const std::vector<curves::SeriesStyle>& styles, bool keeps);

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

  signals:
    void shownChanged(const QString& series, bool shown);

  private:
    /// Of a series, a group or an item.
    struct Numbers {
        QString title;
        std::optional<double> rate, quality, overlap;
        std::optional<curves::Interval> interval, qualityInterval;
        QString remark;  ///< why there are none, or what to know of them
    };
    struct Row {
        std::string slug, branch;
        curves::SeriesStyle style;
        bool shown = true, imported = false, anchor = false, compared = false;
        Numbers numbers;
        std::vector<Numbers> parts;
    };

    static Row rowOf(const CurveAnswer& answer, std::size_t curve);
    static void compare(Row& row, const curves::BdComparison& comparison);
    void replaceParts(int row, std::vector<Numbers> parts);
    const Numbers* numbersAt(const QModelIndex& index) const;
    QString textAt(const QModelIndex& index) const;
    QString toolTipAt(const QModelIndex& index) const;
    void setDecimals();

    std::vector<Row> rows_;
    QString qualityTitle_, qualityUnit_;
    std::optional<graph::Better> better_;
    int rateDecimals_ = 0, qualityDecimals_ = 2;
};

}  // namespace ratescope::views

Q_DECLARE_METATYPE(ratescope::curves::SeriesStyle)
