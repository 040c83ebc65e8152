#include "views/inspector/flow_layout.h"

#include <QWidget>
#include <algorithm>

namespace ratescope::views {

FlowLayout::FlowLayout(QWidget* parent, int gap) : QLayout(parent), gap_(gap) {
    setContentsMargins(0, 0, 0, 0);
}

FlowLayout::~FlowLayout() {
    qDeleteAll(items_);
}

QLayoutItem* FlowLayout::itemAt(int index) const {
    return items_.value(index);
}

QLayoutItem* FlowLayout::takeAt(int index) {
    return index >= 0 && index < items_.size() ? items_.takeAt(index) : nullptr;
}

QSize FlowLayout::sizeHint() const {
    int width = 0, height = 0;
    for (const QLayoutItem* item : items_) {
        if (item->isEmpty()) continue;
        width += item->sizeHint().width() + (width ? gap_ : 0);
        height = std::max(height, item->sizeHint().height());
    }
    return {width, height};
}

QSize FlowLayout::minimumSize() const {
    QSize least;
    for (const QLayoutItem* item : items_)
        if (!item->isEmpty()) least = least.expandedTo(item->minimumSize());
    return least;
}

void FlowLayout::setGeometry(const QRect& rectangle) {
    QLayout::setGeometry(rectangle);
    place(rectangle, true);
}

int FlowLayout::place(const QRect& rectangle, bool move) const {
    int lineTop = rectangle.top(), lineHeight = 0, x = rectangle.left();
    QList<std::pair<QLayoutItem*, int>> line;  // with their left edges
    const auto endLine = [&] {
        for (const auto& [item, left] : line) {
            const QSize size = item->sizeHint();
            if (move) item->setGeometry({QPoint(left, lineTop + (lineHeight - size.height()) / 2), size});
        }
        line.clear();
    };
    for (QLayoutItem* item : items_) {
        if (item->isEmpty()) continue;
        const QSize size = item->sizeHint();
        if (!line.isEmpty() && x + size.width() > rectangle.left() + rectangle.width()) {
            endLine();
            lineTop += lineHeight + gap_;
            lineHeight = 0;
            x = rectangle.left();
        }
        line.append({item, x});
        lineHeight = std::max(lineHeight, size.height());
        x += size.width() + gap_;
    }
    endLine();
    return lineTop + lineHeight - rectangle.top();
}

}  // namespace ratescope::views
