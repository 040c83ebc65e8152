#include "views/figures/page_view.h"

#include "views/controls/tabular.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QApplication>
#include <QEvent>
#include <QPainter>
#include <QScreen>
#include <QScrollBar>
#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

constexpr double rulerSize = 20, labelHeight = 24, sideGap = 40, margin = 40, simulationGap = 16;
constexpr double leastScale = 0.5;  // pixels a millimetre

QString millimetreText(double value) {
    return numberText(value, 1);
}

/// Of what is painted on in the end: the screen, or a picture of the window.
double deviceRatio(const QPainter& painter) {
    return painter.deviceTransform().m11();
}

/// The picture for the device, else the one of the highest ratio.
const QImage* pictureFor(const std::vector<QImage>& pictures, double ratio) {
    const QImage* best = nullptr;
    for (const QImage& picture : pictures) {
        if (std::abs(picture.devicePixelRatio() - ratio) < 0.01) return &picture;
        if (!best || picture.devicePixelRatio() > best->devicePixelRatio()) best = &picture;
    }
    return best;
}

}  // namespace

PageView::PageView(QWidget* parent) : QAbstractScrollArea(parent) {
    setObjectName("figures.page");
    setFrameShape(QFrame::NoFrame);
    setAccessibleName(tr("Figure as it prints"));
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(240, 160);
    horizontalScrollBar()->setSingleStep(20);
    verticalScrollBar()->setSingleStep(20);
    connect(horizontalScrollBar(), &QScrollBar::valueChanged, viewport(), qOverload<>(&QWidget::update));
    connect(verticalScrollBar(), &QScrollBar::valueChanged, viewport(), qOverload<>(&QWidget::update));
}

void PageView::setPage(const QString& name, QSizeF millimetres) {
    if (name == name_ && millimetres == millimetres_) return;
    name_ = name;
    millimetres_ = millimetres;
    setAccessibleDescription(
        tr("%1, %2 by %3 millimetres")
            .arg(name, millimetreText(millimetres.width()), millimetreText(millimetres.height())));
    layOut();
}

void PageView::setZoom(PageZoom zoom) {
    if (zoom == zoom_) return;
    zoom_ = zoom;
    layOut();
    want();
}

void PageView::setRulers(bool shown) {
    rulers_ = shown;
    layOut();
    want();
}

void PageView::setSights(const std::vector<Sight>& sights) {
    if (sights == sights_) return;
    sights_ = sights;
    layOut();
    emit picturesWanted();
}

void PageView::setPictures(const PagePictures& pictures) {
    pictures_ = pictures;
    viewport()->update();
}

void PageView::clearPictures() {
    pictures_ = {};
    viewport()->update();
}

double PageView::screenPixelsPerMillimetre() const {
    const QScreen* shown = screen();
    double dpi = shown ? shown->physicalDotsPerInch() : 96;
    // A screen that says nothing of its size, or nothing that could be.
    if (!(dpi > 30) || dpi > 1000) dpi = shown ? shown->logicalDotsPerInch() : 96;
    return dpi / 25.4;
}

double PageView::ruler() const {
    return rulers_ ? rulerSize : 0;
}

QSizeF PageView::contents(double scale) const {
    const QSizeF page = millimetres_ * scale;
    QSizeF size(margin + page.width() + margin, labelHeight + page.height());
    if (!sights_.empty()) {
        size.rwidth() += sideGap + page.width() / 2;
        const double half = labelHeight + page.height() / 2;
        const auto count = static_cast<double>(sights_.size());
        size.setHeight(std::max(size.height(), count * half + (count - 1) * simulationGap));
    }
    return {ruler() + size.width(), ruler() + size.height() + 2 * simulationGap};
}

double PageView::fittingScale() const {
    if (millimetres_.isEmpty()) return screenPixelsPerMillimetre();
    // Both sides grow with the scale, apart from what stands between the pages.
    const QSizeF fixed = contents(0), one = contents(1), room = viewport()->size();
    return std::max(leastScale, std::min((room.width() - fixed.width()) / (one.width() - fixed.width()),
                                         (room.height() - fixed.height()) / (one.height() - fixed.height())));
}

double PageView::pixelsPerMillimetre() const {
    if (zoom_ == PageZoom::Fit) return fittingScale();
    return screenPixelsPerMillimetre() * (zoom_ == PageZoom::Double ? 2 : 1);
}

PageRequest PageView::request() const {
    PageRequest request;
    request.pixelsPerMillimetre = pixelsPerMillimetre();
    request.ratios = ratios_.empty() ? std::vector<double>{devicePixelRatioF()} : ratios_;
    request.sights = sights_;
    return request;
}

QRectF PageView::pagePlace() const {
    const QPointF scrolled(horizontalScrollBar()->value(), verticalScrollBar()->value());
    return {QPointF(ruler() + margin, ruler() + simulationGap + labelHeight) - scrolled,
            millimetres_ * pixelsPerMillimetre()};
}

void PageView::layOut() {
    const bool fits = zoom_ == PageZoom::Fit;
    const QSizeF size = fits ? QSizeF() : contents(pixelsPerMillimetre());
    horizontalScrollBar()->setRange(0, std::max(0, qCeil(size.width()) - viewport()->width()));
    verticalScrollBar()->setRange(0, std::max(0, qCeil(size.height()) - viewport()->height()));
    horizontalScrollBar()->setPageStep(viewport()->width());
    verticalScrollBar()->setPageStep(viewport()->height());
    viewport()->update();
}

void PageView::want() {
    const double scale = pixelsPerMillimetre();
    if (std::abs(scale - wantedScale_) < 1e-6) return;
    wantedScale_ = scale;
    emit picturesWanted();
}

void PageView::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    layOut();
    want();
}

void PageView::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) viewport()->update();
}

bool PageView::viewportEvent(QEvent* event) {
    // Qt tells a window of another screen by this event to its widgets.
    if (event->type() == QEvent::ScreenChangeInternal) {
        layOut();
        want();
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void PageView::paintEvent(QPaintEvent*) {
    QPainter painter(viewport());
    painter.setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    painter.fillRect(viewport()->rect(), colour(Token::Canvas));
    const double ratio = deviceRatio(painter);
    if (std::none_of(ratios_.begin(), ratios_.end(),
                     [&](double one) { return std::abs(one - ratio) < 0.01; })) {
        ratios_.push_back(ratio);
        QMetaObject::invokeMethod(this, &PageView::picturesWanted, Qt::QueuedConnection);
    }
    if (!millimetres_.isEmpty()) {
        const QRectF place = pagePlace();
        paintLabels(painter, place, name_,
                    tr("%1 × %2 mm")
                        .arg(millimetreText(millimetres_.width()), millimetreText(millimetres_.height())));
        paintPage(painter, place, pictures_.pages);
        paintSimulations(painter);
    }
    if (rulers_) paintRulers(painter);
    if (hasFocus()) {
        painter.setPen(QPen(colour(Token::Accent), 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(QRectF(viewport()->rect()).adjusted(0.5, 0.5, -0.5, -0.5));
    }
}

void PageView::paintPage(QPainter& painter, const QRectF& place, const std::vector<QImage>& pictures) const {
    painter.fillRect(place, Qt::white);
    const double ratio = deviceRatio(painter);
    if (const QImage* picture = pictureFor(pictures, ratio)) {
        const bool exact = std::abs(pictures_.pixelsPerMillimetre - pixelsPerMillimetre()) < 1e-6 &&
                           pictures_.figure && pictures_.figure->style.millimetres == millimetres_;
        // One pixel of the picture is one of the screen where the picture is of this scale.
        if (exact) {
            const QPointF origin(std::round(place.x() * ratio) / ratio,
                                 std::round(place.y() * ratio) / ratio);
            painter.drawImage(origin, *picture);
        } else {
            painter.drawImage(place, *picture);
        }
    }
    painter.setPen(QPen(colour(Token::Line), 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5));
}

void PageView::paintLabels(QPainter& painter, const QRectF& place, const QString& name,
                           const QString& size) const {
    painter.setFont(tableFont());
    const QRectF row(place.left(), place.top() - labelHeight, place.width(), labelHeight - 4);
    const QFontMetricsF metrics(painter.font());
    const double right = metrics.horizontalAdvance(size);
    painter.setPen(colour(Token::Muted));
    painter.drawText(row, Qt::AlignRight | Qt::AlignVCenter, size);
    painter.setPen(colour(Token::Text));
    painter.drawText(row, Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(name, Qt::ElideRight, row.width() - right - measure::padding));
}

void PageView::paintSimulations(QPainter& painter) const {
    const QRectF page = pagePlace();
    QRectF place(QPointF(page.right() + sideGap, page.top()), page.size() / 2);
    for (const Sight sight : sights_) {
        paintLabels(painter, place, titleOf(sight), tr("half size"));
        const auto found = std::find_if(pictures_.simulations.begin(), pictures_.simulations.end(),
                                        [&](const auto& one) { return one.first == sight; });
        paintPage(painter, place,
                  found == pictures_.simulations.end() ? std::vector<QImage>{} : found->second);
        place.translate(0, place.height() + simulationGap + labelHeight);
    }
}

void PageView::paintRulers(QPainter& painter) const {
    painter.setFont(tableFont());
    QFont small = painter.font();
    small.setPixelSize(std::max(9, QFontInfo(small).pixelSize() - 2));
    painter.setFont(small);
    paintRuler(painter, Qt::Horizontal);
    paintRuler(painter, Qt::Vertical);
    const QRectF corner(0, 0, rulerSize, rulerSize);
    painter.fillRect(corner, colour(Token::Surface));
    painter.setPen(colour(Token::Muted));
    painter.drawText(corner, Qt::AlignCenter, tr("mm", "millimetres, at the rulers' corner"));
    painter.setPen(colour(Token::Line));
    painter.drawLine(QPointF(0, rulerSize - 0.5), QPointF(viewport()->width(), rulerSize - 0.5));
    painter.drawLine(QPointF(rulerSize - 0.5, 0), QPointF(rulerSize - 0.5, viewport()->height()));
}

void PageView::paintRuler(QPainter& painter, Qt::Orientation orientation) const {
    const bool across = orientation == Qt::Horizontal;
    const QRectF page = pagePlace();
    const double length = across ? viewport()->width() : viewport()->height();
    const double origin = across ? page.left() : page.top(), extent = across ? page.width() : page.height();
    const auto placed = [&](double from, double size) {
        return across ? QRectF(from, 0, size, rulerSize) : QRectF(0, from, rulerSize, size);
    };
    painter.fillRect(placed(0, length), colour(Token::Surface));
    painter.fillRect(placed(origin, extent), colour(Token::Selected));
    const double scale = pixelsPerMillimetre();
    const int step = scale >= 3 ? 1 : scale >= 1 ? 5 : 10, labelled = scale >= 2 ? 10 : scale >= 1 ? 20 : 50;
    const int first = static_cast<int>(std::floor((rulerSize - origin) / scale / step)) * step;
    for (int mm = first; origin + mm * scale < length; mm += step) {
        const double at = std::floor(origin + mm * scale) + 0.5;
        const double tick = mm % labelled == 0 ? 8 : mm % 5 == 0 ? 6 : 3;
        painter.setPen(QPen(colour(Token::Muted), 1));
        painter.drawLine(across ? QPointF(at, rulerSize - tick) : QPointF(rulerSize - tick, at),
                         across ? QPointF(at, rulerSize) : QPointF(rulerSize, at));
        if (mm % labelled != 0 || mm < 0) continue;
        const QString text = QString::number(mm);
        if (at + 3 + painter.fontMetrics().horizontalAdvance(text) > length && across) continue;
        if (across) {
            painter.drawText(QRectF(at + 3, 0, 40, 13), Qt::AlignLeft | Qt::AlignVCenter, text);
            continue;
        }
        painter.save();
        painter.translate(0, at);
        painter.rotate(-90);
        painter.drawText(QRectF(3, 0, 40, 13), Qt::AlignLeft | Qt::AlignVCenter, text);
        painter.restore();
    }
}

}  // namespace ratescope::views
