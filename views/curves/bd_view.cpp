#include "views/curves/bd_view.h"

#include "views/controls/series_mark.h"
#include "views/controls/tabular.h"
#include "views/curves/bd_model.h"
#include "views/curves/pixel_ratio.h"
#include "views/theme/icon.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QContextMenuEvent>
#include <QHeaderView>
#include <QMenu>
#include <QPainter>
#include <algorithm>

namespace ratescope::views {
namespace {

constexpr int box = 16, markWidth = 18, gap = 4, pad = 8, chevron = 14;

QRect boxOf(const QRect& cell) {
    return {cell.left() + 2, cell.center().y() - box / 2 + 1, box, box};
}

void paintCheckBox(QPainter& painter, const QRectF& place, bool checked) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF inner = place.adjusted(0.5, 0.5, -0.5, -0.5);
    painter.setPen(QPen(colour(checked ? Token::Accent : Token::Muted), 1));
    painter.setBrush(colour(checked ? Token::Accent : Token::Surface));
    painter.drawRoundedRect(inner, 3.5, 3.5);
    if (checked) {
        painter.setPen(QPen(colour(Token::Surface), 1.75, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        const QPointF at = place.topLeft();
        painter.drawPolyline(QPolygonF{{at + QPointF(4, 8.25), at + QPointF(7, 11.25), at + QPointF(12, 5)}});
    }
    painter.restore();
}

void paintSeriesCell(QPainter& painter, const QRect& cell, const QModelIndex& index) {
    int left = cell.left() + 2;
    const QVariant style = index.data(BdModel::StyleRole);
    if (style.isValid()) {
        paintCheckBox(painter, boxOf(cell), index.data(Qt::CheckStateRole).toInt() == Qt::Checked);
        left += box + gap;
        const auto series = style.value<curves::SeriesStyle>();
        const QPointF middle(left + markWidth / 2.0, cell.center().y() + 0.5);
        if (series.marker == curves::Marker::None)
            paintSeriesLine(painter, series, middle - QPointF(9, 0), middle + QPointF(9, 0));
        else
            paintSeriesMark(painter, series, middle, 8);
        left += markWidth + gap;
    }
    const QRect text(left, cell.top(), cell.right() - left - 2, cell.height());
    painter.setPen(colour(style.isValid() ? Token::Text : Token::Muted));
    // Series of one branch differ at the end of their titles.
    const QString title = index.data().toString();
    const Qt::TextElideMode way = title.contains(QChar(0xB7)) ? Qt::ElideMiddle : Qt::ElideRight;
    painter.drawText(text, Qt::AlignVCenter | Qt::AlignLeft,
                     painter.fontMetrics().elidedText(title, way, text.width()));
}

void paintNumberCell(QPainter& painter, const QRect& cell, const QModelIndex& index) {
    QRectF place = QRectF(cell).adjusted(pad, 0, -pad, 0);
    const bool overlap = index.column() == BdModel::Overlap;
    if (overlap) place.setRight(place.right() - box - 2);
    const bool quiet = index.data(BdModel::QuietRole).toBool();
    painter.setPen(colour(quiet || index.parent().isValid() ? Token::Muted : Token::Text));
    QFont font = painter.font();
    if (index.column() == BdModel::BdRate && !quiet && !index.parent().isValid())
        font.setWeight(QFont::DemiBold);
    painter.setFont(font);
    drawTabular(painter, place, index.data().toString());
    if (!index.data(BdModel::LowOverlapRole).toBool()) return;
    const QPixmap sign = iconPixmap("warning", Token::Warn, box, pixelRatioOf(painter));
    const int top = cell.center().y() - box / 2 + 1;
    painter.drawPixmap(QPointF(place.right() + 4, top), sign);
}

}  // namespace

void BdDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                       const QModelIndex& index) const {
    painter->save();
    if (option.state & QStyle::State_Selected)
        painter->fillRect(option.rect, colour(Token::Selected));
    else if (option.state & QStyle::State_MouseOver)
        painter->fillRect(option.rect, colour(Token::Raised));
    painter->setPen(QPen(colour(Token::Line), 1));
    painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
    painter->setFont(tableFont());
    if (index.column() == BdModel::Series)
        paintSeriesCell(*painter, option.rect, index);
    else
        paintNumberCell(*painter, option.rect, index);
    painter->restore();
}

QSize BdDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex& index) const {
    const double text = tabularWidth(tableFont(), index.data().toString());
    const bool overlap = index.column() == BdModel::Overlap;
    const double bold = index.column() == BdModel::BdRate ? 1.07 : 1;
    return {static_cast<int>(text * bold) + 2 * pad + 2 + (overlap ? box + 2 : 0), measure::row};
}

bool BdDelegate::editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                             const QModelIndex& index) {
    if (event->type() != QEvent::MouseButtonRelease && event->type() != QEvent::MouseButtonDblClick)
        return false;
    const auto* mouse = static_cast<QMouseEvent*>(event);
    if (!index.data(Qt::CheckStateRole).isValid() || mouse->button() != Qt::LeftButton ||
        !boxOf(option.rect).adjusted(-4, -4, 4, 4).contains(mouse->position().toPoint()))
        return false;
    if (event->type() == QEvent::MouseButtonDblClick) return true;
    const bool shown = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
    return model->setData(index, shown ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole);
}

BdView::BdView(QWidget* parent) : QTreeView(parent) {
    setObjectName("bdTable");
    setAccessibleName(tr("Series and their Bjøntegaard deltas"));
    setItemDelegate(new BdDelegate(this));
    setUniformRowHeights(true);
    setIndentation(chevron);
    setMouseTracking(true);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFrameShape(QFrame::NoFrame);
    setExpandsOnDoubleClick(true);
    header()->setFont(tableFont());
    header()->setSectionsMovable(false);
    header()->setStretchLastSection(false);
    header()->setHighlightSections(false);
    header()->setMinimumSectionSize(24);
    setMinimumHeight(3 * measure::row);
}

void BdView::setModel(QAbstractItemModel* model) {
    QTreeView::setModel(model);
    connect(model, &QAbstractItemModel::dataChanged, this, &BdView::fitColumns);
    connect(model, &QAbstractItemModel::modelReset, this, &BdView::fitColumns);
    fitColumns();
}

void BdView::resizeEvent(QResizeEvent* event) {
    QTreeView::resizeEvent(event);
    fitColumns();
}

/// Numbers as wide as they are, the series what is left; the quality's delta gives way where that is too little.
void BdView::fitColumns() {
    constexpr int leastSeries = 96;
    int numbers = 0;
    for (int column = BdModel::BdRate; column < BdModel::ColumnCount; ++column) {
        const int width = std::max(sizeHintForColumn(column), header()->sectionSizeHint(column));
        header()->resizeSection(column, width);
        numbers += width;
    }
    const int quality =
        header()->isSectionHidden(BdModel::BdQuality)
            ? std::max(sizeHintForColumn(BdModel::BdQuality), header()->sectionSizeHint(BdModel::BdQuality))
            : header()->sectionSize(BdModel::BdQuality);
    numbers -= header()->isSectionHidden(BdModel::BdQuality) ? 0 : quality;
    const int room = viewport()->width();
    const bool hidden = room < leastSeries + numbers + quality;
    setColumnHidden(BdModel::BdQuality, hidden);
    numbers = 0;
    for (int column = BdModel::BdRate; column < BdModel::ColumnCount; ++column)
        numbers += isColumnHidden(column) ? 0 : header()->sectionSize(column);
    header()->resizeSection(BdModel::Series, std::max(leastSeries, room - numbers));
}

void BdView::mouseMoveEvent(QMouseEvent* event) {
    QTreeView::mouseMoveEvent(event);
    emit branchPointed(indexAt(event->position().toPoint()).data(BdModel::BranchRole).toString());
}

void BdView::leaveEvent(QEvent* event) {
    QTreeView::leaveEvent(event);
    emit branchPointed({});
}

void BdView::keyPressEvent(QKeyEvent* event) {
    const QModelIndex series = currentIndex().siblingAtColumn(BdModel::Series);
    if (event->key() == Qt::Key_Space && series.data(Qt::CheckStateRole).isValid()) {
        const bool shown = series.data(Qt::CheckStateRole).toInt() == Qt::Checked;
        model()->setData(series, shown ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole);
        return;
    }
    QTreeView::keyPressEvent(event);
}

void BdView::contextMenuEvent(QContextMenuEvent* event) {
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const std::pair<const char*, QString> forms[] = {{"markdown", tr("Copy the table as Markdown")},
                                                     {"latex", tr("Copy the table as LaTeX")},
                                                     {"csv", tr("Copy the table as CSV")}};
    for (const auto& [form, text] : forms) {
        QAction* action = menu->addAction(icon("copy"), text);
        action->setObjectName(QString("curves.copy-") + form);
        connect(action, &QAction::triggered, this, [this, form = QString(form)] { emit copyAsked(form); });
    }
    menu->popup(event->globalPos());
}

void BdView::drawBranches(QPainter* painter, const QRect& rect, const QModelIndex& index) const {
    const bool selected = selectionModel() && selectionModel()->isSelected(index);
    painter->fillRect(rect, colour(selected ? Token::Selected : Token::Surface));
    painter->setPen(QPen(colour(Token::Line), 1));
    painter->drawLine(rect.bottomLeft(), rect.bottomRight());
    if (index.parent().isValid() || !model()->hasChildren(index)) return;
    const QPixmap sign = iconPixmap(isExpanded(index) ? "chevron-down" : "chevron-right", Token::Muted, 12,
                                    pixelRatioOf(*painter));
    painter->drawPixmap(QPointF(rect.right() - 12, rect.center().y() - 5), sign);
}

}  // namespace ratescope::views
