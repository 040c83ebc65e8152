#include "views/curves/series_layer.h"

#include "views/controls/series_mark.h"
#include "views/curves/pixel_ratio.h"
#include "views/figure/marks.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QFontMetricsF>
#include <algorithm>
#include <array>

namespace ratescope::views {
namespace {

constexpr double fadedOpacity = 0.22;
constexpr double thinnestStep = 0.75;  // pixels that a corner must be away from the last one
constexpr qsizetype longLine = 1500;   // corners: above it the pen that is drawn without joins
constexpr int legendRow = 18, legendSample = 26, legendInset = 10, legendGap = 8;

bool hasPlace(const PlotMap& map, double x, double y) {
    return (!map.logX() || x > 0) && (!map.logY() || y > 0);
}

QColor inkOf(const curves::PlotSeries& series) {
    return seriesColour(series.style.colour);
}

void paintBand(QPainter& painter, const curves::PlotSeries& series, const PlotMap& map) {
    if (series.band.size() < 2) return;
    QPolygonF polygon;
    for (const curves::BandPoint& point : series.band)
        if (hasPlace(map, point.x, point.high)) polygon << map.at(point.x, point.high);
    for (auto point = series.band.rbegin(); point != series.band.rend(); ++point)
        if (hasPlace(map, point->x, point->low)) polygon << map.at(point->x, point->low);
    QColor fill = inkOf(series);
    fill.setAlphaF(static_cast<float>(bandOpacity));
    painter.setPen(Qt::NoPen);
    painter.setBrush(fill);
    painter.drawPolygon(clippedPolygon(polygon, map.area().adjusted(-2, -2, 2, 2)));
}

/// Corners nearer than a pixel to the last one say nothing more.
QPolygonF thinned(const curves::PlotSeries& series, const PlotMap& map) {
    QPolygonF line;
    line.reserve(static_cast<qsizetype>(series.line.size()));
    for (const curves::RatePoint& point : series.line) {
        if (!hasPlace(map, point.rate, point.quality)) continue;
        const QPointF at = map.at(point.rate, point.quality);
        if (!line.isEmpty() && (at - line.back()).manhattanLength() < thinnestStep) continue;
        line << at;
    }
    return line;
}

void paintLine(QPainter& painter, const curves::PlotSeries& series, const PlotMap& map) {
    const QPolygonF line = thinned(series, map);
    if (line.size() < 2) return;
    QPen pen = penOf(series.style, seriesLine);
    pen.setColor(inkOf(series));
    const bool isLong = line.size() > longLine;
    if (isLong) pen = QPen(inkOf(series), 1);
    painter.setRenderHint(QPainter::Antialiasing, !isLong);
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    for (const QPolygonF& part : clippedLine(line, map.area().adjusted(-4, -4, 4, 4)))
        painter.drawPolyline(part);
    painter.setRenderHint(QPainter::Antialiasing);
}

/// Stamps of one series' marker, filled and hollow, in device pixels.
class Stamps {
  public:
    Stamps(const curves::SeriesStyle& style, double ratio) {
        for (const bool hollow : {false, true}) {
            QPixmap& stamp = stamps_[hollow];
            stamp = QPixmap(QSize(side, side) * ratio);
            stamp.setDevicePixelRatio(ratio);
            stamp.fill(Qt::transparent);
            QPainter painter(&stamp);
            paintSeriesMark(painter, style, QPointF(side, side) / 2, markerDiameter, hollow);
        }
    }
    void at(QPainter& painter, QPointF place, bool hollow) const {
        painter.drawPixmap(QPointF(std::round(place.x() - side / 2.0), std::round(place.y() - side / 2.0)),
                           stamps_[hollow]);
    }

  private:
    static constexpr int side = 14;
    std::array<QPixmap, 2> stamps_;
};

void paintMarkers(QPainter& painter, const curves::PlotSeries& series, const PlotMap& map) {
    if (series.style.marker == curves::Marker::None) return;
    const QRectF reach = map.area().adjusted(-8, -8, 8, 8);
    const bool many = series.points.size() > fewPoints;
    std::optional<Stamps> stamps;
    if (many) stamps.emplace(series.style, pixelRatioOf(painter));
    QPointF last(-1e9, -1e9);
    for (const curves::PlotPoint& point : series.points) {
        if (!hasPlace(map, point.x, point.y)) continue;
        const QPointF at = map.at(point.x, point.y);
        if (!reach.contains(at)) continue;
        if (!stamps) {
            paintSeriesMark(painter, series.style, at, markerDiameter, point.incomplete);
            continue;
        }
        if ((at - last).manhattanLength() < thinnestStep && !point.incomplete) continue;
        stamps->at(painter, at, point.incomplete);
        last = at;
    }
}

}  // namespace

void paintSeries(QPainter& painter, const curves::PlotSpec& spec, const PlotMap& map,
                 const std::set<std::string>& faded) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const auto each = [&](auto&& paint) {
        // The anchor, first in the spec, stands above the others.
        for (auto series = spec.series.rbegin(); series != spec.series.rend(); ++series) {
            painter.setOpacity(faded.contains(series->series) ? fadedOpacity : 1);
            paint(painter, *series, map);
        }
    };
    painter.setClipRect(map.area());
    each(paintBand);
    each(paintLine);
    // A marker on the edge is drawn whole.
    painter.setClipRect(map.area().adjusted(-4.5, -4.5, 4.5, 4.5));
    each(paintMarkers);
    painter.restore();
}

void paintLegendInside(QPainter& painter, const curves::PlotSpec& spec, const QRectF& area) {
    if (!spec.legend.shown || spec.series.empty()) return;
    painter.save();
    painter.setFont(tableFont());
    const QFontMetricsF metrics(painter.font());
    const double room = std::max(0.0, area.width() * 0.6 - legendSample - 2 * legendGap);
    double text = 0;
    for (const curves::PlotSeries& series : spec.series)
        text = std::max(text, metrics.horizontalAdvance(QString::fromStdString(series.title)));
    text = std::min(text, room);
    const auto fitting = static_cast<std::size_t>(std::max(0.0, area.height() / legendRow - 1));
    const std::size_t rows = std::min(spec.series.size(), fitting);
    const QSizeF size(legendSample + text + 3 * legendGap, static_cast<double>(rows * legendRow + 4));
    const curves::Corner corner = spec.legend.corner;
    const bool right = corner == curves::Corner::TopRight || corner == curves::Corner::BottomRight;
    const bool bottom = corner == curves::Corner::BottomLeft || corner == curves::Corner::BottomRight;
    QRectF box(QPointF(), size);
    if (right)
        box.moveRight(area.right() - legendInset / 2.0);
    else
        box.moveLeft(area.left() + legendInset);
    if (bottom)
        box.moveBottom(area.bottom() - legendInset / 2.0);
    else
        box.moveTop(area.top() + legendInset / 2.0);
    QColor ground = colour(Token::Surface);
    ground.setAlphaF(0.8f);
    painter.fillRect(box, ground);
    double y = box.top() + 2 + legendRow / 2.0;
    for (std::size_t i = 0; i < rows; ++i, y += legendRow) {
        const curves::PlotSeries& series = spec.series[i];
        const double x = box.left() + legendGap;
        paintSeriesLine(painter, series.style, {x, y}, {x + legendSample, y});
        painter.setPen(colour(Token::Text));
        const QRectF place(x + legendSample + legendGap, y - legendRow / 2.0, text + 1, legendRow);
        painter.drawText(place, Qt::AlignVCenter | Qt::AlignLeft,
                         metrics.elidedText(QString::fromStdString(series.title), Qt::ElideRight, text + 1));
    }
    painter.restore();
}

}  // namespace ratescope::views
