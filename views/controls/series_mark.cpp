#include "views/controls/series_mark.h"

#include "views/figure/marks.h"
#include "views/theme/tokens.h"

#include <QPainter>

namespace ratescope::views {
namespace {

curves::SeriesStyle onScreen(curves::SeriesStyle style) {
    const QColor shown = seriesColour(style.colour);
    style.colour = {static_cast<std::uint8_t>(shown.red()), static_cast<std::uint8_t>(shown.green()),
                    static_cast<std::uint8_t>(shown.blue())};
    return style;
}

}  // namespace

void paintSeriesMark(QPainter& painter, const curves::SeriesStyle& style, QPointF centre, double diameter,
                     bool hollow) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    paintMarker(painter, onScreen(style), centre, diameter, 1.5, hollow, colour(Token::Surface));
    painter.restore();
}

void paintSeriesLine(QPainter& painter, const curves::SeriesStyle& style, QPointF from, QPointF to) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(penOf(onScreen(style), 1.75));
    painter.drawLine(from, to);
    painter.restore();
    paintSeriesMark(painter, style, (from + to) / 2, 7);
}

}  // namespace ratescope::views
