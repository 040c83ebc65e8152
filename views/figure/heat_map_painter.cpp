#include "views/figure/heat_map_painter.h"

#include "core/curves/ticks.h"
#include "views/figure/marks.h"
#include "views/figure/text.h"

#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

constexpr double barPoints = 8, gapPoints = 4;
constexpr int barSteps = 64;

double positionOf(const curves::HeatMap& map, double value) {
    return map.high > map.low ? (value - map.low) / (map.high - map.low) : 0.5;
}

void paintColourBar(QPainter& painter, const curves::HeatMap& map, const QRectF& box,
                    const FigureStyle& style) {
    const QFont font = figureFont(style.tickPoints);
    const QRectF bar(QPointF(box.right() + 2 * gapPoints * unitsPerPoint, box.top()),
                     QSizeF(barPoints * unitsPerPoint, box.height()));
    painter.setPen(Qt::NoPen);
    for (int step = 0; step < barSteps; ++step) {
        painter.setBrush(viridis((step + 0.5) / barSteps));
        const double height = bar.height() / barSteps;
        painter.drawRect(QRectF(bar.left(), bar.bottom() - (step + 1) * height, bar.width(), height));
    }
    painter.setPen(Qt::black);
    const double left = bar.right() + gapPoints * unitsPerPoint;
    paintText(painter, {left, bar.bottom()}, Qt::AlignLeft, qt(curves::tickLabel(map.low)), font);
    paintText(painter, {left, bar.top()}, Qt::AlignLeft, qt(curves::tickLabel(map.high)), font);
    paintText(painter, {left, bar.center().y()}, Qt::AlignLeft, qt(map.unit), font);
}

}  // namespace

double colourBarWidth(const curves::HeatMap& map, const FigureStyle& style) {
    const QFont font = figureFont(style.tickPoints);
    double labels = widthOf(qt(map.unit), font);
    for (const double end : {map.low, map.high})
        labels = std::max(labels, widthOf(qt(curves::tickLabel(end)), font));
    return labels + (barPoints + 4 * gapPoints) * unitsPerPoint;
}

void paintHeatMap(QPainter& painter, const curves::HeatMap& map, const QRectF& box,
                  const FigureStyle& style) {
    const QFont font = figureFont(style.tickPoints);
    const double width = box.width() / static_cast<double>(map.columns.size());
    const double height = box.height() / static_cast<double>(map.rows.size());
    for (std::size_t r = 0; r < map.rows.size(); ++r) {
        const double y = box.top() + static_cast<double>(r) * height;
        painter.setPen(Qt::NoPen);
        for (std::size_t c = 0; c < map.columns.size(); ++c) {
            const double value = map.values[r * map.columns.size() + c];
            if (std::isnan(value)) continue;
            painter.setBrush(viridis(positionOf(map, value)));
            painter.drawRect(QRectF(box.left() + static_cast<double>(c) * width, y, width, height));
        }
        painter.setPen(Qt::black);
        paintText(painter, {box.left() - 3 * unitsPerPoint, y + height / 2}, Qt::AlignRight, qt(map.rows[r]),
                  font);
    }
    const double below = box.bottom() + 3 * unitsPerPoint + QFontMetricsF(font).height() / 2;
    for (std::size_t c = 0; c < map.columns.size(); ++c) {
        const QString text = QFontMetricsF(font).elidedText(qt(map.columns[c]), Qt::ElideMiddle, width);
        paintText(painter, {box.left() + (static_cast<double>(c) + 0.5) * width, below}, Qt::AlignHCenter,
                  text, font);
    }
    painter.setPen(QPen(Qt::black, style.axisPoints * unitsPerPoint));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(box);
    paintColourBar(painter, map, box, style);
}

}  // namespace ratescope::views
