#include "views/figure/legend_painter.h"

#include "views/figure/marks.h"
#include "views/figure/text.h"

#include <algorithm>

namespace ratescope::views {

void paintSample(QPainter& painter, const curves::SeriesStyle& series, QPointF centre,
                 const FigureStyle& style) {
    const QPointF half(samplePoints / 2 * unitsPerPoint, 0);
    painter.setPen(penOf(series, style.linePoints * unitsPerPoint));
    painter.drawLine(centre - half, centre + half);
    paintMarker(painter, series, centre, style.markerPoints * unitsPerPoint, 0.6 * unitsPerPoint, false);
}

void paintLegend(QPainter& painter, const curves::PlotSpec& spec, const QRectF& box,
                 const FigureStyle& style) {
    const QFont font = figureFont(style.tickPoints);
    const double row = 1.2 * QFontMetricsF(font).height();
    const double pad = 4 * unitsPerPoint, sample = samplePoints * unitsPerPoint;
    double text = widthOf(qt(spec.legend.title), font) - sample - pad;
    for (const curves::PlotSeries& series : spec.series)
        text = std::max(text, widthOf(qt(series.title), font));
    const int rows = static_cast<int>(spec.series.size()) + (spec.legend.title.empty() ? 0 : 1);
    const QSizeF size(sample + text + 3 * pad, rows * row + 1.5 * pad);

    const double away = 5 * unitsPerPoint;
    const bool right =
        spec.legend.corner == curves::Corner::TopRight || spec.legend.corner == curves::Corner::BottomRight;
    const bool bottom =
        spec.legend.corner == curves::Corner::BottomLeft || spec.legend.corner == curves::Corner::BottomRight;
    const QPointF corner(right ? box.right() - away - size.width() : box.left() + away,
                         bottom ? box.bottom() - away - size.height() : box.top() + away);
    painter.setPen(QPen(QColor(190, 190, 190), 0.4 * unitsPerPoint));
    painter.setBrush(Qt::white);
    painter.drawRect(QRectF(corner, size));

    QPointF place = corner + QPointF(pad, 0.75 * pad + row / 2);
    painter.setPen(Qt::black);
    if (!spec.legend.title.empty()) {
        paintText(painter, place, Qt::AlignLeft, qt(spec.legend.title), font);
        place.ry() += row;
    }
    for (const curves::PlotSeries& series : spec.series) {
        paintSample(painter, series.style, place + QPointF(sample / 2, 0), style);
        painter.setPen(Qt::black);
        paintText(painter, place + QPointF(sample + pad, 0), Qt::AlignLeft, qt(series.title), font);
        place.ry() += row;
    }
}

}  // namespace ratescope::views
