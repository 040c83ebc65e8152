#include "views/figure/marks.h"

#include <QPainter>
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

namespace ratescope::views {
namespace {

/// The part of a segment within the box.
std::optional<QLineF> clippedSegment(QPointF from, QPointF to, const QRectF& box) {
    const QPointF way = to - from;
    const std::array<double, 4> direction = {-way.x(), way.x(), -way.y(), way.y()};
    const std::array<double, 4> distance = {from.x() - box.left(), box.right() - from.x(),
                                            from.y() - box.top(), box.bottom() - from.y()};
    double enter = 0, leave = 1;
    for (std::size_t side = 0; side < 4; ++side) {
        if (direction[side] == 0) {
            if (distance[side] < 0) return std::nullopt;
            continue;
        }
        const double t = distance[side] / direction[side];
        if (direction[side] < 0)
            enter = std::max(enter, t);
        else
            leave = std::min(leave, t);
    }
    if (enter > leave) return std::nullopt;
    return QLineF(from + enter * way, from + leave * way);
}

/// Cuts a polygon by one half plane; `inside` is the signed distance from its edge.
template <typename Distance>
QPolygonF cut(const QPolygonF& polygon, Distance inside) {
    QPolygonF result;
    for (qsizetype i = 0; i < polygon.size(); ++i) {
        const QPointF a = polygon[i];
        const QPointF b = polygon[(i + 1) % polygon.size()];
        const double da = inside(a), db = inside(b);
        if (da >= 0) result << a;
        if ((da < 0) != (db < 0)) result << a + (b - a) * (da / (da - db));
    }
    return result;
}

QPolygonF regular(int corners, QPointF centre, double radius, double turn, double inner = 1) {
    QPolygonF polygon;
    const int points = inner < 1 ? 2 * corners : corners;
    for (int i = 0; i < points; ++i) {
        const double angle = turn + 2 * std::numbers::pi * i / points;
        const double r = inner < 1 && i % 2 == 1 ? radius * inner : radius;
        polygon << centre + r * QPointF(std::sin(angle), -std::cos(angle));
    }
    return polygon;
}

/// Radii make the shapes of about equal area, so that no series looks heavier than another.
QPolygonF shapeOf(curves::Marker marker, QPointF centre, double radius) {
    using curves::Marker;
    switch (marker) {
        case Marker::Square:
            return regular(4, centre, 1.25 * radius, std::numbers::pi / 4);
        case Marker::TriangleUp:
            return regular(3, centre, 1.4 * radius, 0);
        case Marker::Diamond:
            return regular(4, centre, 1.3 * radius, 0);
        case Marker::TriangleDown:
            return regular(3, centre, 1.4 * radius, std::numbers::pi);
        case Marker::Pentagon:
            return regular(5, centre, 1.15 * radius, 0);
        case Marker::Star:
            return regular(5, centre, 1.6 * radius, 0, 0.45);
        case Marker::Circle:
        case Marker::None:
            break;
    }
    return {};
}

}  // namespace

QColor colourOf(const curves::Colour& colour) {
    return {colour.red, colour.green, colour.blue};
}

std::vector<QPolygonF> clippedLine(const QPolygonF& line, const QRectF& box) {
    std::vector<QPolygonF> parts;
    bool open = false;
    for (qsizetype i = 0; i + 1 < line.size(); ++i) {
        const auto segment = clippedSegment(line[i], line[i + 1], box);
        if (!segment) {
            open = false;
            continue;
        }
        if (!open || parts.back().back() != segment->p1()) parts.push_back({{segment->p1()}});
        parts.back() << segment->p2();
        open = segment->p2() == line[i + 1];
    }
    return parts;
}

QPolygonF clippedPolygon(const QPolygonF& polygon, const QRectF& box) {
    QPolygonF result = cut(polygon, [&](QPointF p) { return p.x() - box.left(); });
    result = cut(result, [&](QPointF p) { return box.right() - p.x(); });
    result = cut(result, [&](QPointF p) { return p.y() - box.top(); });
    return cut(result, [&](QPointF p) { return box.bottom() - p.y(); });
}

QPen penOf(const curves::SeriesStyle& style, double width) {
    QPen pen(colourOf(style.colour), width, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin);
    if (!style.dash.empty()) pen.setDashPattern({style.dash.begin(), style.dash.end()});
    return pen;
}

void paintMarker(QPainter& painter, const curves::SeriesStyle& style, QPointF centre, double diameter,
                 double line, bool hollow, const QColor& ground) {
    if (style.marker == curves::Marker::None) return;
    const QColor colour = colourOf(style.colour);
    painter.setPen(QPen(colour, line, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin));
    painter.setBrush(hollow ? ground : colour);
    const double radius = diameter / 2;
    if (style.marker == curves::Marker::Circle)
        painter.drawEllipse(centre, radius, radius);
    else
        painter.drawPolygon(shapeOf(style.marker, centre, radius));
}

QColor viridis(double position) {
    static constexpr std::array<std::array<int, 3>, 9> nodes = {{{68, 1, 84},
                                                                 {71, 44, 122},
                                                                 {59, 81, 139},
                                                                 {44, 113, 142},
                                                                 {33, 144, 141},
                                                                 {39, 173, 129},
                                                                 {92, 200, 99},
                                                                 {170, 220, 50},
                                                                 {253, 231, 37}}};
    const double place = std::clamp(position, 0.0, 1.0) * (nodes.size() - 1);
    const auto node = std::min(static_cast<std::size_t>(place), nodes.size() - 2);
    const double t = place - static_cast<double>(node);
    const auto mixed = [&](std::size_t channel) {
        return static_cast<int>(std::lround((1 - t) * nodes[node][channel] + t * nodes[node + 1][channel]));
    };
    return {mixed(0), mixed(1), mixed(2)};
}

}  // namespace ratescope::views
