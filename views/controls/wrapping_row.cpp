#include "views/controls/wrapping_row.h"

#include "views/theme/tokens.h"

#include <QWidget>
#include <algorithm>

namespace ratescope::views {

WrappingRow::WrappingRow(QWidget* parent) : QLayout(parent) {
    setContentsMargins(measure::padding, 0, measure::padding, 0);
    setSpacing(6);
}

WrappingRow::~WrappingRow() {
    for (QLayoutItem* item : items_)
        delete item;
}

void WrappingRow::addStretch() {
    stretchAt_ = items_.size();
}

void WrappingRow::addItem(QLayoutItem* item) {
    items_.push_back(item);
}

int WrappingRow::count() const {
    return static_cast<int>(items_.size());
}

QLayoutItem* WrappingRow::itemAt(int index) const {
    return index >= 0 && index < count() ? items_[static_cast<std::size_t>(index)] : nullptr;
}

QLayoutItem* WrappingRow::takeAt(int index) {
    QLayoutItem* item = itemAt(index);
    if (item) items_.erase(items_.begin() + index);
    return item;
}

QSize WrappingRow::sizeHint() const {
    int width = contentsMargins().left() + contentsMargins().right();
    for (const QLayoutItem* item : items_)
        width += item->sizeHint().width() + spacing();
    return {width, measure::toolBar};
}

QSize WrappingRow::minimumSize() const {
    int width = 0;
    for (const QLayoutItem* item : items_)
        width = std::max(width, item->minimumSize().width());
    return {width + contentsMargins().left() + contentsMargins().right(), measure::toolBar};
}

int WrappingRow::heightForWidth(int width) const {
    return arrange(QRect(0, 0, width, 0), false);
}

void WrappingRow::setGeometry(const QRect& rect) {
    QLayout::setGeometry(rect);
    arrange(rect, true);
}

void WrappingRow::placeLine(const std::vector<std::size_t>& line, const QRect& rect, int top) const {
    int right = 0;
    for (const std::size_t i : line)
        if (i >= stretchAt_) right += items_[i]->sizeHint().width() + spacing();
    int x = rect.left();
    bool stretched = false;
    for (const std::size_t i : line) {
        if (i >= stretchAt_ && !stretched) {
            x = std::max(x, rect.right() + 1 - right + spacing());
            stretched = true;
        }
        const QSize size = items_[i]->sizeHint();
        items_[i]->setGeometry(QRect(QPoint(x, top + (measure::toolBar - size.height()) / 2), size));
        x += size.width() + spacing();
    }
}

int WrappingRow::arrange(const QRect& whole, bool apply) const {
    const QRect rect = whole.marginsRemoved(contentsMargins());
    int top = whole.top(), x = 0;
    std::vector<std::size_t> line;
    for (std::size_t i = 0; i < items_.size(); ++i) {
        if (items_[i]->isEmpty()) continue;
        const int width = items_[i]->sizeHint().width();
        if (!line.empty() && x + width > rect.width()) {
            if (apply) placeLine(line, rect, top);
            line.clear();
            top += measure::toolBar;
            x = 0;
        }
        line.push_back(i);
        x += width + spacing();
    }
    if (apply) placeLine(line, rect, top);
    return top + measure::toolBar - whole.top();
}

}  // namespace ratescope::views
