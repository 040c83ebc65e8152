#include "views/curves/curve_plot.h"

#include "core/curves/legend.h"
#include "views/controls/series_mark.h"
#include "views/curves/pixel_ratio.h"
#include "views/curves/series_layer.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QPainter>
#include <QResizeEvent>
#include <algorithm>
#include <cmath>
#include <utility>

namespace ratescope::views {
namespace {

constexpr double reach = 9;  // pixels from a marker that the pointer may be
constexpr double ring = 14, hoverRing = 12;

}  // namespace

CurvePlot::CurvePlot(QWidget* parent) : QWidget(parent) {
    setObjectName("curvePlot");
    setAccessibleName(tr("Plot of the curves"));
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void CurvePlot::showSpec(curves::PlotSpec spec, bool fitted) {
    const bool first = !spec_;
    const curves::Corner corner = spec_ ? spec_->legend.corner : spec.legend.corner;
    const bool same = spec_ && std::equal(spec.series.begin(), spec.series.end(), spec_->series.begin(),
                                          spec_->series.end(),
                                          [](const auto& a, const auto& b) { return a.series == b.series; });
    spec_ = std::move(spec);
    reason_.clear();
    hovered_.reset();
    selected_.reset();
    if (first || fitted) {
        fit();
        return;
    }
    // The legend stays where it is while the same series get more points.
    if (same) spec_->legend.corner = corner;
    if (!zoomed_ && !everythingWithin(range_)) return setRange(rangeOf(*spec_));
    laidOut_ = false;
    redrawSeries();
}

void CurvePlot::say(const QString& reason) {
    spec_.reset();
    hovered_.reset();
    selected_.reset();
    reason_ = reason;
    laidOut_ = false;
    redrawSeries();
}

bool CurvePlot::everythingWithin(const PlotRange& range) const {
    const bool logX = spec_->x.scale == curves::Scale::Log, logY = spec_->y.scale == curves::Scale::Log;
    const auto within = [&](double x, double y) {
        const double h = PlotMap::along(x, logX), v = PlotMap::along(y, logY);
        return h >= range.left && h <= range.right && v >= range.bottom && v <= range.top;
    };
    for (const curves::PlotSeries& series : spec_->series) {
        for (const curves::PlotPoint& point : series.points)
            if (!within(point.x, point.y)) return false;
        if (!series.points.empty()) continue;
        for (const curves::RatePoint& point : series.line)
            if (!within(point.rate, point.quality)) return false;
    }
    return true;
}

void CurvePlot::fit() {
    if (!spec_) return;
    zoomed_ = false;
    spec_->legend.corner = freeCorner(*spec_);
    setRange(rangeOf(*spec_));
}

void CurvePlot::setRange(const PlotRange& range) {
    // Decades beyond those of a double have no ticks.
    constexpr double most = 250;
    const bool logX = spec_->x.scale == curves::Scale::Log, logY = spec_->y.scale == curves::Scale::Log;
    if ((logX && std::max(-range.left, range.right) > most) ||
        (logY && std::max(-range.bottom, range.top) > most))
        return;
    range_ = range;
    laidOut_ = false;
    axesPainted_ = false;
    redrawSeries();
}

void CurvePlot::redrawSeries() {
    seriesPainted_ = false;
    update();
}

void CurvePlot::zoom(double factor) {
    zoomAbout(map().area().center(), factor);
}

void CurvePlot::zoomAbout(QPointF place, double factor) {
    if (!spec_) return;
    const PlotRange whole = rangeOf(*spec_);
    const QPointF value = map().axisPlaceOf(place);
    const auto spanOf = [&](double now, double most) {
        return std::clamp(now / factor, most * 1e-5, most * 20);
    };
    const double width = spanOf(range_.right - range_.left, whole.right - whole.left);
    const double height = spanOf(range_.top - range_.bottom, whole.top - whole.bottom);
    hold(value, place, {width, height});
}

void CurvePlot::hold(QPointF value, QPointF place, QSizeF span) {
    zoomed_ = true;
    // Longer labels may move the area a little: then once more, so that the value stays where it is.
    for (int i = 0; i < 3; ++i) {
        const QRectF area = map().area();
        const double left = value.x() - span.width() * (place.x() - area.left()) / area.width();
        const double bottom = value.y() - span.height() * (area.bottom() - place.y()) / area.height();
        setRange({left, left + span.width(), bottom, bottom + span.height()});
        if (map().area() == area) break;
    }
}

void CurvePlot::setFaded(std::set<std::string> series) {
    if (series == faded_) return;
    faded_ = std::move(series);
    redrawSeries();
}

void CurvePlot::setSelected(std::optional<PlotHit> hit) {
    if (hit == selected_) return;
    selected_ = hit;
    update();
}

const PlotMap& CurvePlot::map() {
    layOut();
    return map_;
}

QPointF CurvePlot::placeOf(PlotHit hit) {
    const curves::PlotPoint& point = spec_->series[hit.series].points[hit.point];
    return map().at(point.x, point.y);
}

std::optional<PlotHit> CurvePlot::hitAt(QPointF place) {
    if (!spec_ || spec_->heatMap) return std::nullopt;
    std::optional<PlotHit> hit;
    double nearest = reach;
    const PlotMap& here = map();
    for (std::size_t s = 0; s < spec_->series.size(); ++s)
        for (std::size_t p = 0; p < spec_->series[s].points.size(); ++p) {
            const curves::PlotPoint& point = spec_->series[s].points[p];
            const QPointF away = here.at(point.x, point.y) - place;
            const double distance = std::hypot(away.x(), away.y());
            if (distance < nearest) {
                nearest = distance;
                hit = PlotHit{s, p};
            }
        }
    return hit;
}

void CurvePlot::layOut() {
    if (laidOut_ || !spec_) return;
    axes_.resize(size());
    axes_.show(spec_->x, spec_->y, range_);
    map_ = PlotMap(axes_.plotArea(), range_, spec_->x.scale == curves::Scale::Log,
                   spec_->y.scale == curves::Scale::Log);
    laidOut_ = true;
    axesPainted_ = false;
    seriesPainted_ = false;
}

void CurvePlot::ensureLayers(double ratio) {
    layOut();
    const QSize pixels = size() * ratio;
    const auto begin = [&](QPixmap& layer, bool& painted, const QColor& ground) {
        if (layer.size() != pixels || layer.devicePixelRatioF() != ratio) {
            layer = QPixmap(pixels);
            layer.setDevicePixelRatio(ratio);
            painted = false;
        }
        if (!painted) layer.fill(ground);
        return !std::exchange(painted, true);
    };
    if (begin(axesLayer_, axesPainted_, colour(Token::Surface))) {
        QPainter painter(&axesLayer_);
        axes_.paint(painter);
    }
    if (begin(seriesLayer_, seriesPainted_, Qt::transparent)) {
        QPainter painter(&seriesLayer_);
        paintSeries(painter, *spec_, map_, faded_);
        paintLegendInside(painter, *spec_, map_.area());
    }
}

void CurvePlot::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    if (!spec_) {
        painter.fillRect(rect(), colour(Token::Surface));
        painter.setPen(colour(Token::Muted));
        painter.drawText(rect().adjusted(24, 8, -24, -8), Qt::AlignCenter | Qt::TextWordWrap, reason_);
        return;
    }
    ensureLayers(pixelRatioOf(painter));
    painter.drawPixmap(0, 0, axesLayer_);
    painter.drawPixmap(0, 0, seriesLayer_);
    painter.setRenderHint(QPainter::Antialiasing);
    if (hovered_ && hovered_ != selected_) paintRing(painter, *hovered_, false);
    if (selected_) paintRing(painter, *selected_, true);
    if (drag_ == Drag::Box) {
        QColor fill = colour(Token::Accent);
        painter.setPen(QPen(fill, 1));
        fill.setAlphaF(0.12f);
        painter.setBrush(fill);
        painter.drawRect(QRectF(pressed_, last_).normalized().intersected(map_.area()));
    }
    if (hasFocus() && byKeyboard_) {
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setPen(QPen(colour(Token::Accent), 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

void CurvePlot::paintRing(QPainter& painter, PlotHit hit, bool selected) {
    if (hit.series >= spec_->series.size() || hit.point >= spec_->series[hit.series].points.size()) return;
    const QPointF place = placeOf(hit);
    if (!map_.area().adjusted(-8, -8, 8, 8).contains(place)) return;
    painter.setPen(QPen(colour(selected ? Token::Accent : Token::Muted), selected ? 2 : 1.25));
    painter.setBrush(Qt::NoBrush);
    const double radius = (selected ? ring : hoverRing) / 2;
    painter.drawEllipse(place, radius, radius);
}

void CurvePlot::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        axes_.restyle();
        laidOut_ = false;
        axesPainted_ = false;
        redrawSeries();
    }
    QWidget::changeEvent(event);
}

void CurvePlot::resizeEvent(QResizeEvent*) {
    laidOut_ = false;
    axesPainted_ = false;
    redrawSeries();
}

}  // namespace ratescope::views
