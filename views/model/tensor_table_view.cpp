#include "views/model/tensor_table_view.h"

#include "views/model/tensor_model.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QHeaderView>
#include <algorithm>

namespace ratescope::views {
namespace {

constexpr int nameWidth = 240, shapeWidth = 100, typeWidth = 56, numberWidth = 72, valuesWidth = 120,
              sortArrow = 14;

int widthOf(TensorModel::Column column) {
    switch (column) {
        case TensorModel::Column::Name:
            return nameWidth;
        case TensorModel::Column::Shape:
            return shapeWidth;
        case TensorModel::Column::Type:
            return typeWidth;
        case TensorModel::Column::Spread:
            return valuesWidth;
        default:
            return numberWidth;
    }
}

}  // namespace

void dressTable(QTableView& view) {
    view.setFont(tableFont());
    view.setShowGrid(false);
    view.setFrameShape(QFrame::NoFrame);
    view.setSelectionBehavior(QAbstractItemView::SelectRows);
    view.setEditTriggers(QAbstractItemView::NoEditTriggers);
    view.setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    view.setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    view.setTabKeyNavigation(false);
    view.setWordWrap(false);
    view.verticalHeader()->hide();
    view.verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    view.verticalHeader()->setDefaultSectionSize(measure::row);
    view.verticalHeader()->setMinimumSectionSize(measure::row);
    view.horizontalHeader()->setFont(tableFont());
    view.horizontalHeader()->setHighlightSections(false);
    view.horizontalHeader()->setFixedHeight(measure::row);
    view.horizontalHeader()->setMinimumSectionSize(48);
}

TensorTableView::TensorTableView(QWidget* parent) : QTableView(parent) {
    dressTable(*this);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    // The ends of names tell them apart.
    setTextElideMode(Qt::ElideMiddle);
    horizontalHeader()->setSectionsClickable(true);
}

void TensorTableView::layColumns() {
    const auto& tensors = *static_cast<const TensorModel*>(model());
    QHeaderView* header = horizontalHeader();
    for (int column = 0; column < tensors.columnCount(); ++column)
        header->resizeSection(
            column, std::max(widthOf(tensors.columnAt(column)), header->sectionSizeHint(column) + sortArrow));
    widenNames();
}

void TensorTableView::widenNames() {
    const QHeaderView* header = horizontalHeader();
    if (!model() || header->count() == 0) return;
    const int others = header->length() - header->sectionSize(0);
    horizontalHeader()->resizeSection(0, std::max(nameWidth, viewport()->width() - others));
}

void TensorTableView::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    widenNames();
}

}  // namespace ratescope::views
