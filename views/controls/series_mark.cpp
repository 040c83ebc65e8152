#include "views/controls/series_mark.h"

#include "views/figure/marks.h"

#include <QPainter>

namespace ratescope::views {
namespace {

curves::SeriesStyle onScreen(curves::SeriesStyle style, Look look) {
    const QColor shown = seriesColour(style.colour, look);
    style.colour = {static_cast<std::uint8_t>(shown.red()), static_cast<std::uint8_t>(shown.green()),
                    static_cast<std::uint8_t>(shown.blue())};
    return style;
}

}  // namespace

void paintSeriesMark(QPainter& painter, const curves::SeriesStyle& style, QPointF centre, double diameter,
                     bool hollow, Look look) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    paintMarker(painter, onScreen(style, look), centre, diameter, 1.5, hollow, colour(Token::Surface, look));
    painter.restore();
}

QPixmap seriesMark(const curves::SeriesStyle& style) {
    constexpr int side = 16, sharpness = 3;
    QPixmap pixmap(side * sharpness, side * sharpness);
    pixmap.setDevicePixelRatio(sharpness);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    paintSeriesMark(painter, style, QPointF(side / 2.0, side / 2.0), 8);
    return pixmap;
}

void paintSeriesLine(QPainter& painter, const curves::SeriesStyle& style, QPointF from, QPointF to) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(penOf(onScreen(style, currentLook()), 1.75));
    painter.drawLine(from, to);
    painter.restore();
    paintSeriesMark(painter, style, (from + to) / 2, 7);
}

}  // namespace ratescope::views
