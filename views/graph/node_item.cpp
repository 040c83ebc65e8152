#include "views/graph/node_item.h"

#include "views/controls/series_mark.h"
#include "views/controls/tabular.h"
#include "views/graph/graph_look.h"
#include "views/theme/mixed.h"

#include <QFontMetricsF>
#include <QPainter>
#include <QPainterPath>
#include <QStyleOptionGraphicsItem>
#include <algorithm>
#include <cmath>
#include <utility>

namespace ratescope::views {
namespace {

constexpr double corner = 4, markLeft = 20, candidateTextLeft = 30, portReach = 10;

void drawLine(QPainter& painter, const QRectF& place, const QString& text,
              Qt::Alignment side = Qt::AlignLeft) {
    painter.drawText(place, static_cast<int>(side | Qt::AlignVCenter) | Qt::TextSingleLine, text);
}

QRectF rowAt(double centre, double left, double right) {
    return {left, centre - node_size::portRow / 2, right - left, node_size::portRow};
}

}  // namespace

NodeItem::NodeItem(const CanvasLook& canvas) : canvas_(canvas) {
    setFlag(ItemIsSelectable);
    setZValue(1);
}

void NodeItem::setContent(NodeContent content) {
    NodeGeometry geometry = geometryOf(content);
    if (geometry.size != geometry_.size) prepareGeometryChange();
    geometry_ = std::move(geometry);
    content_ = std::move(content);
    update();
}

QRectF NodeItem::boundingRect() const {
    constexpr double out = node_size::glyph / 2 + node_size::halo + 3;
    return box().adjusted(-out, -2, out, 2);
}

const PortPlace* NodeItem::portAt(QPointF point) const {
    for (const PortPlace& port : geometry_.ports)
        if (std::abs(point.y() - port.centre.y()) <= node_size::portRow / 2 &&
            std::abs(point.x() - port.centre.x()) <= portReach)
            return &port;
    return nullptr;
}

const CandidatePlace* NodeItem::candidateAt(QPointF point) const {
    for (const CandidatePlace& candidate : geometry_.candidates)
        if (std::abs(point.y() - candidate.centre.y()) <= node_size::portRow / 2 && point.x() >= -10 &&
            point.x() < node_size::width * 0.6)
            return &candidate;
    return nullptr;
}

std::optional<QPointF> NodeItem::anchorOf(const PortEnd& end, const graph::Wire* wire) const {
    if (wire && !end.isOutput)
        for (const CandidatePlace& candidate : geometry_.candidates)
            if (candidate.wire == *wire) return pos() + candidate.centre;
    for (const PortPlace& port : geometry_.ports)
        if (port.end == end) return pos() + port.centre;
    return std::nullopt;
}

QString NodeItem::toolTipAt(QPointF point) const {
    if (const PortPlace* port = portAt(point)) return port->toolTip;
    if (const CandidatePlace* candidate = candidateAt(point)) return candidate->line.title;
    if (point.y() < node_size::title && point.x() > node_size::width - node_size::countsRight - 4)
        return content_.stateToolTip;
    if (!geometry_.complaint.isEmpty() && geometry_.complaintPlace.contains(point))
        return content_.stateToolTip;
    if (geometry_.detailsPlace.contains(point) && geometry_.details != content_.details)
        return content_.details;
    for (const ChipPlace& chip : geometry_.chips)
        if (chip.place.contains(point)) return geometry_.chipsToolTip;
    if (point.y() < node_size::title && content_.title != geometry_.title)
        return content_.title + '\n' + content_.toolTip;
    return content_.toolTip;
}

void NodeItem::setMarkedPort(const std::optional<PortEnd>& end) {
    if (marked_ == end) return;
    marked_ = end;
    update();
}

void NodeItem::paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget*) {
    const double zoom = option->levelOfDetailFromTransform(painter->worldTransform());
    const bool selected = !canvas_.exporting && isSelected();
    if (!canvas_.exporting && zoom < leastDetailZoom) {
        painter->fillRect(box(), selected ? token(Token::Accent) : token(Token::Surface));
        painter->fillRect(QRectF(0, 0, node_size::width, node_size::title),
                          kindColour(content_.kind, canvas_.look));
        return;
    }
    const bool texts = canvas_.exporting || zoom >= leastTextZoom;
    painter->setRenderHint(QPainter::Antialiasing);
    if (content_.state == RunState::Bypassed) painter->setOpacity(0.6);
    paintCard(*painter, selected);
    if (texts) {
        paintTitle(*painter);
        paintParameters(*painter);
    } else
        paintFarTitle(*painter, zoom);
    paintCandidates(*painter, texts);
    paintPorts(*painter, texts);
}

void NodeItem::paintFarTitle(QPainter& painter, double zoom) const {
    // As large as it can be read, in the place of all else.
    QFont font = nodeTitleFont();
    font.setPixelSize(static_cast<int>(11 / zoom));
    const QRectF place = box().adjusted(node_size::inset, node_size::title / 2, -node_size::inset, 0);
    painter.setFont(font);
    painter.setPen(token(Token::Text));
    drawLine(painter, place, QFontMetricsF(font).elidedText(content_.title, Qt::ElideRight, place.width()));
}

void NodeItem::paintCard(QPainter& painter, bool selected) const {
    const QRectF card = box().adjusted(0.5, 0.5, -0.5, -0.5);
    painter.setPen(Qt::NoPen);
    painter.setBrush(token(Token::Surface));
    painter.drawRoundedRect(card, corner, corner);
    QPainterPath title;
    title.addRoundedRect(card, corner, corner);
    painter.save();
    painter.setClipPath(title, Qt::IntersectClip);
    const QRectF bar(0, 0, node_size::width, node_size::title);
    painter.fillRect(bar, token(Token::Raised));
    painter.fillRect(QRectF(0, 0, node_size::stripe + 0.5, node_size::title),
                     kindColour(content_.kind, canvas_.look));
    painter.fillRect(QRectF(0, node_size::title, node_size::width, 1), token(Token::Line));
    if (content_.progress >= 0) {
        const QRectF line(0, card.bottom() - node_size::progress, node_size::width, node_size::progress + 1);
        painter.fillRect(line, token(Token::Raised));
        painter.fillRect(
            QRectF(line.topLeft(), QSizeF(line.width() * std::min(content_.progress, 1.0), line.height())),
            token(Token::Accent));
    }
    painter.restore();
    painter.setBrush(Qt::NoBrush);
    QPen border(selected ? token(Token::Accent) : mixed(token(Token::Line), token(Token::Muted), 0.25),
                selected ? 2 : 1);
    if (content_.state == RunState::Bypassed) border.setStyle(Qt::DashLine);
    painter.setPen(border);
    painter.drawRoundedRect(selected ? box() : card, corner, corner);
}

void NodeItem::paintTitle(QPainter& painter) const {
    const QRectF bar(node_size::titleLeft, 0,
                     node_size::width - node_size::titleLeft - node_size::countsRight, node_size::title);
    painter.setFont(nodeTitleFont());
    painter.setPen(token(Token::Text));
    drawLine(painter, bar, geometry_.title);
    painter.setFont(nodeTextFont());
    painter.setPen(token(Token::Muted));
    if (!geometry_.name.isEmpty())
        drawLine(painter, bar.adjusted(geometry_.nameLeft - node_size::titleLeft, 0, 0, 0), geometry_.name);
    if (!content_.counts.isEmpty()) drawTabular(painter, bar, content_.counts, Qt::AlignRight);
    paintState(painter, QRectF(node_size::width - 22, 4, 16, 16), content_.state, canvas_.look);
    if (geometry_.complaint.isEmpty()) return;
    painter.setPen(token(tokenOf(content_.state)));
    drawLine(painter, geometry_.complaintPlace, geometry_.complaint);
}

void NodeItem::paintPort(QPainter& painter, const PortPlace& port, bool texts) const {
    const QColor fill = portColour(port.type, canvas_.look);
    const bool marked = !canvas_.exporting && marked_ == port.end;
    const auto shape = [&](double size) {
        const QRectF glyph(port.centre.x() - size / 2, port.centre.y() - size / 2, size, size);
        if (port.takesSeveral)
            painter.drawRoundedRect(glyph, 3, 3);
        else
            painter.drawEllipse(glyph);
    };
    painter.setPen(Qt::NoPen);
    painter.setBrush(marked ? token(Token::Accent) : token(Token::Surface));
    shape(node_size::glyph + 2 * node_size::halo + (marked ? 2 : 0));
    painter.setBrush(fill);
    shape(node_size::glyph);
    if (!texts) return;
    QFont letter = nodeTextFont();
    letter.setPixelSize(9);
    letter.setWeight(QFont::DemiBold);
    painter.setFont(letter);
    painter.setPen(canvas_.look == Look::Light ? token(Token::Surface) : token(Token::Ground));
    painter.drawText(QRectF(port.centre.x() - 8, port.centre.y() - 8, 16, 16), Qt::AlignCenter,
                     QString(portLetter(port.type)));
}

void NodeItem::paintPorts(QPainter& painter, bool texts) const {
    for (const PortPlace& port : geometry_.ports) {
        paintPort(painter, port, texts);
        if (!texts) continue;
        painter.setFont(nodeTextFont());
        painter.setPen(token(Token::Text));
        const double middle = node_size::width / 2;
        if (port.end.isOutput)
            drawLine(painter, rowAt(port.centre.y(), middle, node_size::width - node_size::inset), port.label,
                     Qt::AlignRight);
        else
            drawLine(painter, rowAt(port.centre.y(), node_size::inset, middle), port.label);
    }
}

void NodeItem::paintCandidates(QPainter& painter, bool texts) const {
    for (const CandidatePlace& candidate : geometry_.candidates) {
        const auto& branch = candidate.line.branch;
        const QColor ink = branch ? seriesColour(branch->style.colour, canvas_.look) : token(Token::Muted);
        painter.setPen(Qt::NoPen);
        painter.setBrush(token(Token::Surface));
        painter.drawEllipse(candidate.centre, 6, 6);
        painter.setBrush(ink);
        painter.drawEllipse(candidate.centre, 4, 4);
        if (!texts) continue;
        const bool pointed = !canvas_.exporting && branch && branch->slug == canvas_.pointedBranch;
        if (pointed) {
            painter.setBrush(token(Token::Selected));
            painter.drawRoundedRect(
                rowAt(candidate.centre.y(), 10, node_size::width - 8).adjusted(0, 1, 0, -1), 3, 3);
        }
        const QPointF mark(markLeft, candidate.centre.y());
        if (branch)
            paintSeriesMark(painter, branch->style, mark, 8, false, canvas_.look);
        else
            painter.drawEllipse(mark, 2, 2);
        painter.setFont(nodeTextFont());
        painter.setPen(token(Token::Text));
        drawLine(painter, rowAt(candidate.centre.y(), candidateTextLeft, node_size::width - node_size::inset),
                 candidate.line.title);
    }
}

void NodeItem::paintParameters(QPainter& painter) const {
    painter.setFont(nodeTextFont());
    for (const ChipPlace& chip : geometry_.chips) {
        const QColor fill = token(chip.chip.swept ? Token::Selected : Token::Raised);
        painter.setPen(chip.chip.swept ? mixed(fill, token(Token::Accent), 0.35) : token(Token::Line));
        painter.setBrush(fill);
        painter.drawRoundedRect(chip.place.adjusted(0.5, 0.5, -0.5, -0.5), corner, corner);
        painter.setPen(token(Token::Text));
        painter.drawText(chip.place, Qt::AlignCenter | Qt::TextSingleLine, chip.chip.text);
    }
    if (geometry_.details.isEmpty()) return;
    painter.setPen(token(Token::Muted));
    drawLine(painter, geometry_.detailsPlace, geometry_.details);
}

}  // namespace ratescope::views
