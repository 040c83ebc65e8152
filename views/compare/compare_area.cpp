#include "views/compare/compare_area.h"

#include "views/theme/tokens.h"

#include <QKeyEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

constexpr int gap = 8;
/// Device pixels that an arrow key moves the picture by.
constexpr double shortStep = 64, longStep = 512;

int columnsOf(int cells) {
    return cells <= 3 && cells != 3 ? cells : static_cast<int>(std::ceil(std::sqrt(cells)));
}

QPoint directionOf(int key) {
    switch (key) {
        case Qt::Key_Left:
            return {-1, 0};
        case Qt::Key_Right:
            return {1, 0};
        case Qt::Key_Up:
            return {0, -1};
        case Qt::Key_Down:
            return {0, 1};
        default:
            return {};
    }
}

}  // namespace

CompareArea::CompareArea(ViewState& view, Tiles& tiles, QWidget* parent)
    : QWidget(parent), view_(view), tiles_(tiles) {
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Pictures"));
    setAccessibleDescription(
        tr("Arrow keys move the pictures, with Control the pixel that is pointed at; 4 to 9 zoom."));
    setMinimumSize(240, 160);
    connect(&view_, &ViewState::linkedChanged, this, [this] {
        for (PictureCell* cell : cells_)
            cell->update();
    });
}

PictureCell* CompareArea::newCell() {
    auto* cell = new PictureCell(view_, tiles_, this);
    cell->setLoupe(loupe_);
    cell->setCropping(cropping_);
    cell->setCrop(crop_);
    connect(cell, &PictureCell::entered, this, &CompareArea::branchPointedAt);
    connect(cell, &PictureCell::cropped, this, &CompareArea::cropped);
    return cell;
}

void CompareArea::setContents(const std::vector<CellContent>& contents) {
    const bool replaced = contents.size() != cells_.size();
    while (cells_.size() > contents.size()) {
        cells_.back()->deleteLater();
        cells_.back()->hide();
        cells_.pop_back();
    }
    while (cells_.size() < contents.size()) {
        cells_.push_back(newCell());
        cells_.back()->show();
    }
    for (std::size_t i = 0; i < contents.size(); ++i)
        cells_[i]->setContent(contents[i]);
    if (replaced) place();
}

void CompareArea::setLoupe(bool shown) {
    loupe_ = shown;
    for (PictureCell* cell : cells_)
        cell->setLoupe(shown);
}

void CompareArea::setCropping(bool cropping) {
    cropping_ = cropping;
    for (PictureCell* cell : cells_)
        cell->setCropping(cropping);
}

void CompareArea::setCrop(const QRect& crop) {
    crop_ = crop;
    for (PictureCell* cell : cells_)
        cell->setCrop(crop);
}

void CompareArea::light(const std::string& branch) {
    for (PictureCell* cell : cells_)
        cell->setLit(!branch.empty() && cell->content().branch == branch);
}

void CompareArea::place() {
    if (cells_.empty()) return;
    const int count = static_cast<int>(cells_.size()), columns = columnsOf(count),
              rows = (count + columns - 1) / columns;
    // All cells have one size, so that linked ones show the same pixels.
    const QSize cell((width() - gap * (columns + 1)) / columns, (height() - gap * rows) / rows);
    for (int i = 0; i < count; ++i)
        cells_[static_cast<std::size_t>(i)]->setGeometry(
            QRect(QPoint(gap + i % columns * (cell.width() + gap), gap + i / columns * (cell.height() + gap)),
                  cell));
    view_.setCellSize(cells_.front()->pictureRect().size() * devicePixelRatioF());
}

void CompareArea::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    place();
}

void CompareArea::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), colour(Token::Surface));
    if (!hasFocus()) return;
    painter.setPen(colour(Token::Accent));
    painter.drawRect(QRectF(rect()).adjusted(1.5, 1.5, -2.5, -2.5));
}

void CompareArea::keyPressEvent(QKeyEvent* event) {
    const QPoint direction = directionOf(event->key());
    if (direction.isNull()) {
        QWidget::keyPressEvent(event);
        return;
    }
    if (event->modifiers() & Qt::ControlModifier) {
        const QPointF centre = view_.centre();
        const QPoint pixel =
            view_.pointed().value_or(QPoint(static_cast<int>(centre.x()), static_cast<int>(centre.y())));
        view_.pointAt(pixel + direction);
        return;
    }
    const double step = event->modifiers() & Qt::ShiftModifier ? longStep : shortStep;
    view_.moveTo(view_.centre() + QPointF(direction) * step / view_.zoom());
}

void CompareArea::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    update();
}

void CompareArea::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    update();
}

}  // namespace ratescope::views
