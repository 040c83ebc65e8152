#pragma once

// The document's figures as a list: name, size in print, a small drawing of their curves.

#include "views/figures/figure_maker.h"

#include <QAbstractListModel>
#include <QColor>
#include <QPolygonF>
#include <QString>
#include <map>
#include <string>
#include <vector>

namespace ratescope::views {

/// What a small drawing shows: of curves, lines within the unit square, y upwards, with their printed colours.
struct FigureSketch {
    std::vector<std::pair<curves::Colour, QPolygonF>> lines;
    std::size_t rows = 0;      ///< of a table that is drawn alone
    std::size_t pictures = 0;  ///< of a plate
    QSizeF millimetres;

    bool operator==(const FigureSketch&) const = default;
};

FigureSketch sketchOf(const StudyFigure& figure);

class FigureListModel : public QAbstractListModel {
    Q_OBJECT

  public:
    enum Role { ThumbnailRole = Qt::UserRole + 1, SizeRole };

    FigureListModel(Session& session, QObject* parent);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    /// Renames the figure; false where the name can't be one.
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;

    int rowOf(const std::string& name) const;
    const graph::FigureSpec* figureAt(int row) const;
    /// Asks anew for what the rows draw.
    void refresh();
    /// What has been made of a figure anyhow.
    void take(const StudyFigure& figure);

  signals:
    void renamed(const std::string& from, const std::string& to);

  private:
    void follow();
    void ask(const graph::FigureSpec& figure);
    void put(const std::string& name, FigureSketch thumbnail);

    Session& session_;
    std::vector<graph::FigureSpec> figures_;
    std::map<std::string, FigureSketch> thumbnails_;
};

}  // namespace ratescope::views

Q_DECLARE_METATYPE(ratescope::views::FigureSketch)
