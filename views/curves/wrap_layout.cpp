#include "views/curves/wrap_layout.h"

#include "views/theme/tokens.h"

#include <QToolButton>
#include <QWidget>
#include <algorithm>
#include <vector>

namespace ratescope::views {
namespace {

constexpr int gap = 5, buttonGap = 0;

}  // namespace

WrapLayout::WrapLayout(QWidget* parent) : QLayout(parent) {
    setContentsMargins(measure::padding, 0, measure::padding, 0);
}

WrapLayout::~WrapLayout() {
    qDeleteAll(items_);
}

void WrapLayout::addItem(QLayoutItem* item) {
    items_ << item;
}

int WrapLayout::count() const {
    return static_cast<int>(items_.size());
}

QLayoutItem* WrapLayout::itemAt(int index) const {
    return items_.value(index);
}

QLayoutItem* WrapLayout::takeAt(int index) {
    return index >= 0 && index < items_.size() ? items_.takeAt(index) : nullptr;
}

int WrapLayout::heightForWidth(int width) const {
    return arrange({0, 0, width, 0}, false);
}

void WrapLayout::setGeometry(const QRect& place) {
    QLayout::setGeometry(place);
    arrange(place, true);
}

QSize WrapLayout::sizeHint() const {
    int width = 2 * measure::padding - gap;
    for (int i = 0; const QLayoutItem* item : items_) {
        width += item->isEmpty() ? 0 : item->sizeHint().width() + gapAfter(i);
        ++i;
    }
    return {width, measure::toolBar};
}

QSize WrapLayout::minimumSize() const {
    int widest = 0;
    for (const QLayoutItem* item : items_)
        widest = std::max(widest, item->minimumSize().width());
    return {widest + 2 * measure::padding, measure::toolBar};
}

int WrapLayout::gapAfter(int index) const {
    const auto isButton = [this](int i) {
        const QLayoutItem* item = items_.value(i);
        return item && qobject_cast<QToolButton*>(item->widget());
    };
    return isButton(index) && isButton(index + 1) ? buttonGap : gap;
}

int WrapLayout::arrange(const QRect& place, bool moves) const {
    const int left = place.left() + measure::padding, right = place.right() - measure::padding;
    struct Placed {
        QLayoutItem* item;
        int index, x, row, width;
    };
    std::vector<Placed> placed;
    int x = left, row = 0;
    for (int i = 0; i < items_.size(); ++i) {
        QLayoutItem* item = items_[i];
        if (item->isEmpty()) continue;
        const int width = std::min(item->sizeHint().width(), right - left);
        const bool nextGroup = i == rightFrom_ && sizeHint().width() > place.width();
        if (x > left && (nextGroup || x + width > right + 1)) {
            x = left;
            ++row;
        }
        placed.push_back({item, i, x, row, width});
        x += width + gapAfter(i);
    }
    const int free = row == 0 ? std::max(0, right + 1 - (x - gap)) : 0;
    for (const Placed& each : placed) {
        if (!moves) break;
        const int shift = rightFrom_ >= 0 && each.index >= rightFrom_ ? free : 0;
        const int height = std::min(each.item->sizeHint().height(), measure::toolButton);
        const int y = place.top() + each.row * measure::toolBar + (measure::toolBar - height) / 2;
        each.item->setGeometry({each.x + shift, y, each.width, height});
    }
    return (row + 1) * measure::toolBar;
}

}  // namespace ratescope::views
