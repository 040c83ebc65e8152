#include "views/figure/plate_painter.h"

#include "views/figure/marks.h"
#include "views/figure/text.h"

#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

constexpr double gapPoints = 6, framePoints = 1, insetPart = 0.32;

int columnsOf(const Plate& plate) {
    if (plate.columns > 0) return plate.columns;
    const int cells = static_cast<int>(plate.cells.size());
    return cells <= 4 ? cells : static_cast<int>(std::ceil(std::sqrt(cells)));
}

struct Layout {
    int columns;
    double cellWidth, pictureHeight, captionHeight;
};

Layout layoutOf(const Plate& plate, const FigureStyle& style) {
    Layout layout;
    layout.columns = columnsOf(plate);
    const double gap = gapPoints * unitsPerPoint;
    layout.cellWidth =
        (style.millimetres.width() * unitsPerMillimetre - gap * (layout.columns + 1)) / layout.columns;
    double shape = 0;
    std::size_t lines = 0;
    for (const PlateCell& cell : plate.cells) {
        shape = std::max(shape, static_cast<double>(cell.picture.height()) / cell.picture.width());
        lines = std::max(lines, cell.lines.size());
    }
    layout.pictureHeight = layout.cellWidth * shape;
    layout.captionHeight =
        (static_cast<double>(lines) + 1) * 1.2 * QFontMetricsF(figureFont(style.tickPoints)).height();
    return layout;
}

void paintOverview(QPainter& painter, const Plate& plate, const QRectF& picture) {
    const double width = insetPart * picture.width();
    const double height = width * plate.overview.height() / plate.overview.width();
    const QRectF inset(picture.right() - width, picture.bottom() - height, width, height);
    painter.drawImage(inset, plate.overview);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(Qt::white, 0.8 * unitsPerPoint));
    painter.drawRect(inset);
    const QRectF crop(inset.left() + plate.crop.x() * width, inset.top() + plate.crop.y() * height,
                      plate.crop.width() * width, plate.crop.height() * height);
    painter.drawRect(crop);
    painter.setPen(QPen(Qt::black, 0.4 * unitsPerPoint));
    painter.drawRect(inset);
    painter.drawRect(crop);
}

void paintCell(QPainter& painter, const PlateCell& cell, QPointF corner, const Layout& layout,
               const FigureStyle& style) {
    const QRectF picture(
        corner, QSizeF(layout.cellWidth, layout.cellWidth * cell.picture.height() / cell.picture.width()));
    // Pixels stay squares: what is judged is the codec's picture, not an interpolation of it.
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.drawImage(picture, cell.picture);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(cell.frame ? colourOf(*cell.frame) : QColor(110, 110, 110),
                        framePoints * unitsPerPoint, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.drawRect(picture);

    const QFont title = figureFont(style.tickPoints, true), text = figureFont(style.tickPoints);
    const double line = 1.2 * QFontMetricsF(text).height();
    QPointF place(picture.left(), corner.y() + layout.pictureHeight + 0.65 * line);
    painter.setPen(Qt::black);
    paintText(painter, place, Qt::AlignLeft,
              QFontMetricsF(title).elidedText(qt(cell.title), Qt::ElideMiddle, layout.cellWidth), title);
    for (const std::string& caption : cell.lines) {
        place.ry() += line;
        paintText(painter, place, Qt::AlignLeft,
                  QFontMetricsF(text).elidedText(qt(caption), Qt::ElideRight, layout.cellWidth), text);
    }
}

}  // namespace

double plateHeight(const Plate& plate, const FigureStyle& style) {
    const Layout layout = layoutOf(plate, style);
    const double gap = gapPoints * unitsPerPoint;
    const std::size_t columns = static_cast<std::size_t>(layout.columns),
                      rows = (plate.cells.size() + columns - 1) / columns;
    return (gap + static_cast<double>(rows) * (layout.pictureHeight + layout.captionHeight + gap)) /
           unitsPerMillimetre;
}

void paintPlate(QPainter& painter, const Plate& plate, const FigureStyle& style) {
    painter.fillRect(QRectF(QPointF(), style.millimetres * unitsPerMillimetre), Qt::white);
    const Layout layout = layoutOf(plate, style);
    const double gap = gapPoints * unitsPerPoint;
    for (std::size_t i = 0; i < plate.cells.size(); ++i) {
        const std::size_t columns = static_cast<std::size_t>(layout.columns), row = i / columns;
        const QPointF corner(
            gap + static_cast<double>(i % columns) * (layout.cellWidth + gap),
            gap + static_cast<double>(row) * (layout.pictureHeight + layout.captionHeight + gap));
        paintCell(painter, plate.cells[i], corner, layout, style);
        if (i == 0 && !plate.overview.isNull())
            paintOverview(painter, plate, QRectF(corner, QSizeF(layout.cellWidth, layout.pictureHeight)));
    }
}

}  // namespace ratescope::views
