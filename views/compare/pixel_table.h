#pragma once

// The samples of the pixel that is pointed at, as the pictures have them: in their own channels and bit depth.

#include "core/curves/series_style.h"
#include "views/compare/picture.h"

#include <QAbstractTableModel>
#include <QColor>
#include <QWidget>
#include <memory>
#include <optional>
#include <vector>

class QTableView;

namespace ratescope::views {

class SectionHeader;

struct PixelSource {
    QString title;
    std::shared_ptr<const Picture> picture;

    bool operator==(const PixelSource&) const = default;
};

class PixelModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    using QAbstractTableModel::QAbstractTableModel;

    /// The first is the original.
    void setSources(const std::vector<PixelSource>& sources);
    void setPixel(std::optional<QPoint> pixel);
    /// Of the largest difference from the original, with its sign; nothing where they can't be subtracted.
    std::optional<int> largestDifference(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    void read();
    QColor swatchOf(const PixelSource& source) const;
    QVariant text(int row, int column) const;

    std::vector<PixelSource> sources_;
    std::vector<std::vector<int>> values_;  ///< by source; empty while nothing is pointed at
    QStringList channels_;
    std::optional<QPoint> pixel_;
};

class PixelTable : public QWidget {
    Q_OBJECT

  public:
    explicit PixelTable(QWidget* parent = nullptr);
    void setSources(const std::vector<PixelSource>& sources);
    void setPixel(std::optional<QPoint> pixel);
    const PixelModel& model() const { return *model_; }

  private:
    void fitHeight();

    PixelModel* model_;
    SectionHeader* header_;
    QTableView* view_;
};

}  // namespace ratescope::views
