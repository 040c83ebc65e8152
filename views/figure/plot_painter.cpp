#include "views/figure/plot_painter.h"

#include "core/error.h"
#include "views/figure/bd_table_painter.h"
#include "views/figure/heat_map_painter.h"
#include "views/figure/legend_painter.h"
#include "views/figure/marks.h"
#include "views/figure/plot_frame.h"
#include "views/figure/text.h"

#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

const QColor gridColour(222, 222, 222);
constexpr double bandOpacity = 0.12;
constexpr double tickLength = 3;  // points

QPen linePen(const FigureStyle& style) {
    return QPen(Qt::black, style.axisPoints * unitsPerPoint, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin);
}

double widestLabel(const curves::Axis& axis, const QFont& font) {
    double width = 0;
    for (const curves::Tick& tick : axis.ticks.major)
        width = std::max(width, widthOf(qt(tick.label), font));
    return width;
}

/// Where the data go once titles and labels have their room, and `above` for a legend there.
QRectF plotBox(const curves::PlotSpec& spec, const FigureStyle& style, double height, double above) {
    const QFont label = figureFont(style.labelPoints), tick = figureFont(style.tickPoints);
    const double gap = 3 * unitsPerPoint;
    const double lineHeight = QFontMetricsF(label).height(), tickHeight = QFontMetricsF(tick).height();
    double labels = widestLabel(spec.y, tick);
    if (spec.heatMap)
        for (const std::string& row : spec.heatMap->rows)
            labels = std::max(labels, widthOf(qt(row), tick));
    const double left = (spec.y.title.empty() ? 0 : lineHeight) + labels + 2.5 * gap;
    const double bottom = tickHeight + (spec.x.title.empty() ? 0 : lineHeight) + 2 * gap;
    const double lastLabel =
        spec.x.ticks.major.empty() ? 0 : widthOf(qt(spec.x.ticks.major.back().label), tick) / 2;
    const double right =
        spec.heatMap ? colourBarWidth(*spec.heatMap, style) : std::max(lastLabel, tickHeight / 2) + gap;
    const double top = (spec.title.empty() ? 0 : 1.3 * lineHeight) + tickHeight / 2 + gap / 2 + above;
    const QRectF page(QPointF(), QSizeF(style.millimetres.width() * unitsPerMillimetre, height));
    const QRectF box = page.adjusted(left, top, -right, -bottom);
    if (box.width() < 40 * unitsPerPoint || box.height() < 30 * unitsPerPoint)
        throw Error(ErrorKind::Usage, "The page is too small for the figure's texts.",
                    "Give it a larger width or height, or leave the BD table out.");
    return box;
}

void paintGrid(QPainter& painter, const curves::PlotSpec& spec, const PlotFrame& frame,
               const FigureStyle& style) {
    painter.setPen(QPen(gridColour, 0.5 * unitsPerPoint, Qt::SolidLine, Qt::FlatCap));
    const QRectF& box = frame.box();
    for (const curves::Tick& tick : spec.x.ticks.major) {
        const double x = frame.x(tick.value);
        if (x > box.left() && x < box.right())
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()));
    }
    for (const curves::Tick& tick : spec.y.ticks.major) {
        const double y = frame.y(tick.value);
        if (y > box.top() && y < box.bottom())
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y));
    }
    painter.setPen(linePen(style));
}

void paintXTicks(QPainter& painter, const curves::PlotSpec& spec, const PlotFrame& frame,
                 const FigureStyle& style) {
    const QRectF& box = frame.box();
    const QFont font = figureFont(style.tickPoints);
    const double y = box.bottom() + 3 * unitsPerPoint + QFontMetricsF(font).height() / 2;
    const auto mark = [&](double value, double length) {
        const double x = frame.x(value);
        painter.drawLine(QPointF(x, box.bottom()), QPointF(x, box.bottom() - length * unitsPerPoint));
        painter.drawLine(QPointF(x, box.top()), QPointF(x, box.top() + length * unitsPerPoint));
    };
    for (const double value : spec.x.ticks.minor)
        mark(value, tickLength / 2);
    double end = -1e9;
    for (const curves::Tick& tick : spec.x.ticks.major) {
        mark(tick.value, tickLength);
        const QString text = qt(tick.label);
        const double x = frame.x(tick.value), half = widthOf(text, font) / 2;
        // A label that would touch the one before it is left out: its tick stays.
        if (x - half < end + 2 * unitsPerPoint) continue;
        paintText(painter, {x, y}, Qt::AlignHCenter, text, font);
        end = x + half;
    }
}

void paintYTicks(QPainter& painter, const curves::PlotSpec& spec, const PlotFrame& frame,
                 const FigureStyle& style) {
    const QRectF& box = frame.box();
    const QFont font = figureFont(style.tickPoints);
    const auto mark = [&](double value, double length) {
        const double y = frame.y(value);
        painter.drawLine(QPointF(box.left(), y), QPointF(box.left() + length * unitsPerPoint, y));
        painter.drawLine(QPointF(box.right(), y), QPointF(box.right() - length * unitsPerPoint, y));
    };
    for (const double value : spec.y.ticks.minor)
        mark(value, tickLength / 2);
    for (const curves::Tick& tick : spec.y.ticks.major) {
        mark(tick.value, tickLength);
        paintText(painter, {box.left() - 3 * unitsPerPoint, frame.y(tick.value)}, Qt::AlignRight,
                  qt(tick.label), font);
    }
}

void paintTitles(QPainter& painter, const curves::PlotSpec& spec, const QRectF& box, const FigureStyle& style,
                 double height) {
    const QFont font = figureFont(style.labelPoints);
    const double half = QFontMetricsF(font).height() / 2;
    painter.setPen(Qt::black);
    if (!spec.x.title.empty())
        paintText(painter, {box.center().x(), height - half - unitsPerPoint}, Qt::AlignHCenter,
                  qt(spec.x.title), font);
    if (!spec.title.empty())
        paintText(painter, {box.center().x(), half + unitsPerPoint}, Qt::AlignHCenter, qt(spec.title),
                  figureFont(style.labelPoints, true));
    if (spec.y.title.empty()) return;
    painter.save();
    painter.translate(half + unitsPerPoint / 2, box.center().y());
    painter.rotate(-90);
    paintText(painter, {0, 0}, Qt::AlignHCenter, qt(spec.y.title), font);
    painter.restore();
}

void paintBand(QPainter& painter, const curves::PlotSeries& series, const PlotFrame& frame) {
    if (series.band.size() < 2) return;
    QPolygonF polygon;
    for (const curves::BandPoint& point : series.band)
        polygon << frame.at(point.x, point.high);
    for (auto point = series.band.rbegin(); point != series.band.rend(); ++point)
        polygon << frame.at(point->x, point->low);
    QColor colour = colourOf(series.style.colour);
    colour.setAlphaF(bandOpacity);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawPolygon(clippedPolygon(polygon, frame.box()));
}

void paintLine(QPainter& painter, const curves::PlotSeries& series, const PlotFrame& frame,
               const FigureStyle& style) {
    QPolygonF line;
    for (const curves::RatePoint& point : series.line)
        line << frame.at(point.rate, point.quality);
    painter.setPen(penOf(series.style, style.linePoints * unitsPerPoint));
    painter.setBrush(Qt::NoBrush);
    for (const QPolygonF& part : clippedLine(line, frame.box()))
        painter.drawPolyline(part);
}

void paintMarkers(QPainter& painter, const curves::PlotSeries& series, const PlotFrame& frame,
                  const FigureStyle& style) {
    // A marker on the frame is whole: its centre decides.
    const QRectF within = frame.box().adjusted(-1, -1, 1, 1);
    for (const curves::PlotPoint& point : series.points) {
        const QPointF place = frame.at(point.x, point.y);
        if (within.contains(place))
            paintMarker(painter, series.style, place, style.markerPoints * unitsPerPoint, 0.6 * unitsPerPoint,
                        point.incomplete);
    }
}

void paintBars(QPainter& painter, const curves::PlotSpec& spec, const PlotFrame& frame) {
    const double slot =
        frame.box().width() / static_cast<double>(std::max<std::size_t>(1, spec.categories.size()));
    const double width = 0.8 * slot / static_cast<double>(spec.series.size());
    const double ground = std::clamp(frame.y(0), frame.box().top(), frame.box().bottom());
    painter.setPen(Qt::NoPen);
    for (std::size_t s = 0; s < spec.series.size(); ++s) {
        painter.setBrush(colourOf(spec.series[s].style.colour));
        for (const curves::PlotPoint& point : spec.series[s].points) {
            const double left = frame.box().left() + (point.x + 0.1) * slot + static_cast<double>(s) * width;
            const double end = std::clamp(frame.y(point.y), frame.box().top(), frame.box().bottom());
            painter.drawRect(
                QRectF(QPointF(left, std::min(end, ground)), QSizeF(width, std::abs(end - ground))));
        }
    }
}

void paintCategories(QPainter& painter, const curves::PlotSpec& spec, const PlotFrame& frame,
                     const FigureStyle& style) {
    const QFont font = figureFont(style.tickPoints);
    const QRectF& box = frame.box();
    const double slot = box.width() / static_cast<double>(std::max<std::size_t>(1, spec.categories.size()));
    const double y = box.bottom() + 3 * unitsPerPoint + QFontMetricsF(font).height() / 2;
    painter.setPen(Qt::black);
    for (std::size_t i = 0; i < spec.categories.size(); ++i) {
        const QString text = QFontMetricsF(font).elidedText(qt(spec.categories[i]), Qt::ElideMiddle, slot);
        paintText(painter, {box.left() + (static_cast<double>(i) + 0.5) * slot, y}, Qt::AlignHCenter, text,
                  font);
    }
}

void paintData(QPainter& painter, const curves::PlotSpec& spec, const PlotFrame& frame,
               const FigureStyle& style) {
    if (spec.view == curves::PlotView::Bars) return paintBars(painter, spec, frame);
    // Imported curves and bands lie below own lines; the anchor's line is drawn last and stays on top.
    for (const curves::PlotSeries& series : spec.series)
        paintBand(painter, series, frame);
    for (auto series = spec.series.rbegin(); series != spec.series.rend(); ++series)
        paintLine(painter, *series, frame, style);
    for (auto series = spec.series.rbegin(); series != spec.series.rend(); ++series)
        paintMarkers(painter, *series, frame, style);
}

}  // namespace

double tableHeight(const curves::BdTable& table, const FigureStyle& style) {
    return bdTableSize(table, style).height() / unitsPerMillimetre;
}

void paintPlot(QPainter& painter, const curves::PlotSpec& spec, const FigureStyle& style) {
    const QSizeF page = style.millimetres * unitsPerMillimetre;
    painter.fillRect(QRectF(QPointF(), page), Qt::white);
    double height = page.height();
    if (spec.bdTable) height -= bdTableSize(*spec.bdTable, style).height();
    QRectF box = plotBox(spec, style, height, 0);
    LegendLayout legend;
    const bool hasLegend = spec.legend.shown && !spec.heatMap;
    if (hasLegend) {
        legend = layLegend(spec, box, style);
        box = plotBox(spec, style, height, legend.above());
    }
    if (spec.heatMap) {
        paintHeatMap(painter, *spec.heatMap, box, style);
    } else {
        const PlotFrame frame(box, spec.x, spec.y);
        if (spec.grid) paintGrid(painter, spec, frame, style);
        paintData(painter, spec, frame, style);
        painter.setPen(linePen(style));
        painter.setBrush(Qt::NoBrush);
        if (spec.view == curves::PlotView::Bars)
            paintCategories(painter, spec, frame, style);
        else
            paintXTicks(painter, spec, frame, style);
        painter.setPen(linePen(style));
        paintYTicks(painter, spec, frame, style);
        painter.setPen(linePen(style));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(box);
        if (hasLegend) paintLegend(painter, spec, box, legend, style);
    }
    paintTitles(painter, spec, box, style, height);
    if (spec.bdTable)
        paintBdTable(painter, *spec.bdTable, spec.series,
                     {QPointF(0, height), QSizeF(page.width(), page.height() - height)}, style);
}

}  // namespace ratescope::views
