#include "views/figure/legend_painter.h"

#include "core/curves/legend.h"
#include "views/figure/marks.h"
#include "views/figure/text.h"

#include <algorithm>

namespace ratescope::views {
namespace {

constexpr double pad = 4 * unitsPerPoint, away = 5 * unitsPerPoint, columnGap = 10 * unitsPerPoint;
constexpr double mostAbove = 1.0 / 3;  ///< of the plot's height, that a legend above it may take

double rowHeight(const QFont& font) {
    return 1.2 * QFontMetricsF(font).height();
}

/// The top left of a legend in that corner of the box.
QPointF cornerOf(curves::Corner corner, const QRectF& box, QSizeF size) {
    const bool right = corner == curves::Corner::TopRight || corner == curves::Corner::BottomRight;
    const bool bottom = corner == curves::Corner::BottomLeft || corner == curves::Corner::BottomRight;
    return {right ? box.right() - away - size.width() : box.left() + away,
            bottom ? box.bottom() - away - size.height() : box.top() + away};
}

}  // namespace

void paintSample(QPainter& painter, const curves::SeriesStyle& series, QPointF centre,
                 const FigureStyle& style) {
    const QPointF half(samplePoints / 2 * unitsPerPoint, 0);
    painter.setPen(penOf(series, style.linePoints * unitsPerPoint));
    painter.drawLine(centre - half, centre + half);
    paintMarker(painter, series, centre, style.markerPoints * unitsPerPoint, 0.6 * unitsPerPoint, false);
}

LegendLayout layLegend(const curves::PlotSpec& spec, const QRectF& box, const FigureStyle& style) {
    const QFont font = figureFont(style.tickPoints);
    const double row = rowHeight(font), sample = samplePoints * unitsPerPoint;
    double text = 0;
    for (const curves::PlotSeries& series : spec.series)
        text = std::max(text, widthOf(qt(series.title), font));
    const double title = widthOf(qt(spec.legend.title), font), entry = sample + pad + text;
    const auto entries = static_cast<int>(spec.series.size());
    const int titleRows = spec.legend.title.empty() ? 0 : 1;
    LegendLayout layout;
    layout.columnWidth = entry;
    layout.size = {std::max(entry, title) + 2 * pad, (entries + titleRows) * row + 1.5 * pad};
    const curves::CoveredCorner least = curves::leastCovered(spec, (layout.size.width() + away) / box.width(),
                                                             (layout.size.height() + away) / box.height());
    layout.corner = spec.legend.isChosen ? spec.legend.corner : least.corner;
    if (spec.legend.isChosen || least.covered == 0) return layout;
    const int fitting = std::max(1, static_cast<int>((box.width() + columnGap) / (entry + columnGap)));
    const int rows = (entries + fitting - 1) / fitting, columns = (entries + rows - 1) / rows;
    const double height = (rows + titleRows) * row + pad;
    if (height > box.height() * mostAbove) return layout;  // it would leave too little of the plot
    layout.corner.reset();
    layout.columns = columns;
    layout.size = {std::max(title, columns * (entry + columnGap) - columnGap), height};
    return layout;
}

void paintLegend(QPainter& painter, const curves::PlotSpec& spec, const QRectF& box,
                 const LegendLayout& layout, const FigureStyle& style) {
    const QFont font = figureFont(style.tickPoints);
    const double row = rowHeight(font), sample = samplePoints * unitsPerPoint;
    QPointF place;
    if (layout.corner) {
        const QRectF frame(cornerOf(*layout.corner, box, layout.size), layout.size);
        painter.setPen(QPen(QColor(190, 190, 190), 0.4 * unitsPerPoint));
        painter.setBrush(Qt::white);
        painter.drawRect(frame);
        place = frame.topLeft() + QPointF(pad, 0.75 * pad + row / 2);
    } else {
        place = {box.left(), box.top() - layout.size.height() + row / 2};
    }
    painter.setPen(Qt::black);
    if (!spec.legend.title.empty()) {
        paintText(painter, place, Qt::AlignLeft, qt(spec.legend.title), font);
        place.ry() += row;
    }
    for (std::size_t i = 0; i < spec.series.size(); ++i) {
        const auto column = static_cast<int>(i) % layout.columns, line = static_cast<int>(i) / layout.columns;
        const QPointF entry = place + QPointF(column * (layout.columnWidth + columnGap), line * row);
        paintSample(painter, spec.series[i].style, entry + QPointF(sample / 2, 0), style);
        painter.setPen(Qt::black);
        paintText(painter, entry + QPointF(sample + pad, 0), Qt::AlignLeft, qt(spec.series[i].title), font);
    }
}

}  // namespace ratescope::views
