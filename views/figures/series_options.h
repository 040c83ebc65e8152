#pragma once

// Options of a figure: which series it shows, each with its mark as in the legend.

#include "views/figures/option_group.h"

#include <QAbstractListModel>
#include <QStyledItemDelegate>

class QListView;

namespace ratescope::views {

class SeriesModel : public QAbstractListModel {
    Q_OBJECT

  public:
    enum Role { SampleRole = Qt::UserRole + 1, PointsRole };

    using QAbstractListModel::QAbstractListModel;

    void put(const graph::FigureSpec& spec, const std::vector<FigureSeries>& available);
    const FigureSeries& seriesAt(int row) const { return series_[static_cast<std::size_t>(row)]; }
    int shown() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    /// Shows or hides a series; the last one stays.
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;

  signals:
    /// Slugs of those shown; none where all are.
    void chosen(const std::vector<std::string>& series);

  private:
    std::vector<FigureSeries> series_;
    std::vector<bool> shown_;
};

class SeriesRow : public QStyledItemDelegate {
    Q_OBJECT

  public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    /// A click anywhere in the row, and the space bar.
    bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                     const QModelIndex& index) override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

class SeriesOptions : public OptionGroup {
    Q_OBJECT

  public:
    explicit SeriesOptions(QWidget* parent = nullptr);
    SeriesModel& model() { return *model_; }

  protected:
    void fill(const graph::FigureSpec& spec, const StudyFigure* figure) override;

  private:
    SeriesModel* model_;
    QListView* view_;
};

}  // namespace ratescope::views

Q_DECLARE_METATYPE(ratescope::curves::SeriesStyle)
