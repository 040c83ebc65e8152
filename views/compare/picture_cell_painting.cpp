#include "views/compare/caption_painter.h"
#include "views/compare/picture_cell.h"
#include "views/controls/tabular.h"
#include "views/figure/marks.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QPainter>
#include <QTextOption>
#include <algorithm>

namespace ratescope::views {
namespace {

/// Seen on light and dark pictures: a light line between two dark ones.
void outline(QPainter& painter, const QRect& rect, int line) {
    painter.setBrush(Qt::NoBrush);
    const auto draw = [&](const QRect& at, const QColor& ink) {
        for (int i = 0; i < line; ++i) {
            painter.setPen(QPen(ink, 1));
            painter.drawRect(at.adjusted(i, i, -i - 1, -i - 1));
        }
    };
    draw(rect.adjusted(-line, -line, line, line), QColor(0, 0, 0, 200));
    draw(rect, Qt::white);
    draw(rect.adjusted(line, line, -line, -line), QColor(0, 0, 0, 200));
}

/// What is read on a picture stands on a plate of its own.
QRect plate(QPainter& painter, const QRect& rect) {
    painter.fillRect(rect, QColor(0, 0, 0, 170));
    return rect;
}

}  // namespace

void PictureCell::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRect inside = pictureRect();
    painter.fillRect(inside, colour(Token::Viewer));
    paintPicture(painter);
    if (!content_.layer.picture || !content_.failure.isEmpty()) paintNotice(painter);
    const std::optional<curves::SeriesStyle>& mark =
        content_.right ? content_.rightCaption.mark : content_.caption.mark;
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(mark ? seriesColour(mark->colour) : colour(Token::Muted), frameWidth, Qt::SolidLine,
                        Qt::SquareCap, Qt::MiterJoin));
    painter.drawRect(QRectF(rect()).adjusted(1, 1, -1, -1 - captionHeight));
    const QRectF caption(0, height() - captionHeight, width(), captionHeight);
    if (lit_) painter.fillRect(caption, colour(Token::Raised));
    if (!content_.right) {
        paintCaption(painter, caption, content_.caption);
        return;
    }
    const double half = caption.width() / 2 - measure::padding;
    paintCaption(painter, QRectF(caption.left(), caption.top(), half, caption.height()), content_.caption);
    paintCaption(painter, QRectF(caption.right() - half, caption.top(), half, caption.height()),
                 content_.rightCaption);
}

void PictureCell::paintPicture(QPainter& painter) {
    if (!content_.layer.picture || !content_.failure.isEmpty()) return;
    painter.save();
    // From here on in pixels of the device: one of the picture is one of it at 100 %.
    const QTransform toDevice = painter.deviceTransform();
    const QRect view = toDevice.mapRect(QRectF(pictureRect())).toRect();
    painter.setWorldTransform(toDevice.inverted(), true);
    painter.setClipRect(view, Qt::IntersectClip);
    const double scale = toDevice.m11();
    paintLayers(painter, view, scale);
    paintMarks(painter, view, scale);
    if (content_.layer.kind == Layer::Kind::Map) paintMapLegend(painter, view, scale);
    if (loupe_) paintLoupe(painter, view, scale);
    painter.restore();
}

void PictureCell::paintLayers(QPainter& painter, const QRect& view, double scale) {
    const QPoint origin = originIn(view, view_.zoom());
    if (!content_.right) {
        tiles_.paint(painter, content_.layer, origin, view_.zoom(), view);
        return;
    }
    const int divider = dividerIn(view), line = std::max(1, qRound(scale));
    QRect left = view, right = view;
    left.setRight(divider - 1);
    right.setLeft(divider);
    tiles_.paint(painter, content_.layer, origin, view_.zoom(), left);
    tiles_.paint(painter, *content_.right, origin, view_.zoom(), right);
    painter.fillRect(QRect(divider - line, view.top(), line, view.height()), Qt::black);
    painter.fillRect(QRect(divider, view.top(), line, view.height()), Qt::white);
    const int grip = 12 * line;
    const QRect handle(divider - grip / 2, view.center().y() - grip, grip, 2 * grip);
    painter.fillRect(handle, Qt::white);
    painter.fillRect(handle.adjusted(line, line, -line, -line), QColor(40, 40, 40));
}

void PictureCell::paintMarks(QPainter& painter, const QRect& view, double scale) {
    const QPoint origin = originIn(view, view_.zoom());
    const int line = std::max(1, qRound(scale));
    const auto onDevice = [&](const QRect& rect) {
        const QPoint first(origin.x() + qRound(rect.x() * view_.zoom()),
                           origin.y() + qRound(rect.y() * view_.zoom()));
        return QRect(first, QSize(std::max(1, qRound(rect.width() * view_.zoom())),
                                  std::max(1, qRound(rect.height() * view_.zoom()))));
    };
    if (!crop_.isEmpty()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(QColor(0, 0, 0, 200), line));
        painter.drawRect(onDevice(crop_));
        painter.setPen(QPen(Qt::white, line, Qt::DashLine));
        painter.drawRect(onDevice(crop_));
    }
    if (!newCrop_.isEmpty()) outline(painter, onDevice(newCrop_), line);
    if (loupe_ && view_.pointed())
        outline(painter,
                onDevice({*view_.pointed() - QPoint(loupePixels / 2, loupePixels / 2),
                          QSize(loupePixels, loupePixels)}),
                line);
}

void PictureCell::paintLoupe(QPainter& painter, const QRect& view, double scale) {
    const int line = std::max(1, qRound(scale)), inset = qRound(loupeInset * scale),
              pixel = std::max(1, qRound(scale * loupeSide / loupePixels)), side = loupePixels * pixel;
    if (!view_.pointed() || view.width() < 2 * side || view.height() < side + 2 * inset) return;
    const QRect loupe(view.right() + 1 - inset - side, view.bottom() + 1 - inset - side, side, side);
    const QPoint first = *view_.pointed() - QPoint(loupePixels / 2, loupePixels / 2);
    painter.fillRect(loupe.adjusted(-2 * line, -2 * line, 2 * line, 2 * line), Qt::black);
    painter.fillRect(loupe.adjusted(-line, -line, line, line), Qt::white);
    painter.fillRect(loupe, colour(Token::Viewer));
    const double place = originIn(view, view_.zoom()).x() + (view_.pointed()->x() + 0.5) * view_.zoom();
    const bool right = content_.right && place >= dividerIn(view);
    painter.save();
    painter.setClipRect(loupe, Qt::IntersectClip);
    tiles_.paint(painter, right ? *content_.right : content_.layer, loupe.topLeft() - first * pixel, pixel,
                 loupe);
    outline(painter,
            QRect(loupe.topLeft() + QPoint(loupePixels / 2, loupePixels / 2) * pixel, QSize(pixel, pixel)),
            line);
    painter.restore();
}

void PictureCell::paintMapLegend(QPainter& painter, const QRect& view, double scale) {
    const MetricMap& map = *content_.layer.map;
    QFont font = tableFont();
    font.setPixelSize(qRound(11 * scale));
    painter.setFont(font);
    const QString least = significantText(map.least(), 3), greatest = significantText(map.greatest(), 3);
    const int gap = qRound(6 * scale), bar = qRound(96 * scale), height = qRound(20 * scale);
    const int leastWidth = static_cast<int>(tabularWidth(font, least)) + gap,
              greatestWidth = static_cast<int>(tabularWidth(font, greatest)) + gap;
    const QRect place = plate(
        painter, {view.left() + gap, view.top() + gap, leastWidth + bar + greatestWidth + 2 * gap, height});
    painter.setPen(Qt::white);
    QRectF text(place.left() + gap, place.top(), leastWidth, height);
    drawTabular(painter, text, least, Qt::AlignLeft);
    const QRect colours(place.left() + gap + leastWidth, place.top() + height / 4, bar, height / 2);
    for (int x = 0; x < bar; ++x)
        painter.fillRect(QRect(colours.left() + x, colours.top(), 1, colours.height()),
                         viridis(static_cast<double>(x) / (bar - 1)));
    text = QRectF(colours.right() + gap, place.top(), greatestWidth, height);
    drawTabular(painter, text, greatest, Qt::AlignLeft);
}

void PictureCell::paintNotice(QPainter& painter) {
    const bool failed = !content_.failure.isEmpty();
    QFont font = tableFont();
    if (failed) font.setWeight(QFont::DemiBold);
    painter.setFont(font);
    // On the viewer's grey no muted text can be read in the light look.
    const QRectF inside = QRectF(pictureRect()).adjusted(16, 12, -16, -12);
    const QRectF box(inside.left(), inside.center().y() - std::min(inside.height(), 110.0) / 2,
                     inside.width(), std::min(inside.height(), 110.0));
    painter.fillRect(box, colour(Token::Surface));
    QTextOption option(Qt::AlignCenter);
    option.setWrapMode(QTextOption::WordWrap);
    painter.setPen(colour(failed ? Token::Bad : Token::Muted));
    if (!failed) {
        painter.drawText(box, tr("Decoding…"), option);
        return;
    }
    const QRectF what = box.adjusted(8, 6, -8, -box.height() * 0.4);
    painter.drawText(what, QChar(0x2715) + QString(" ") + content_.failure, option);
    painter.setFont(tableFont());
    painter.setPen(colour(Token::Text));
    painter.drawText(box.adjusted(8, box.height() * 0.6, -8, -6), content_.remedy, option);
}

}  // namespace ratescope::views
