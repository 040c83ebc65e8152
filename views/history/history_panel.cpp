#include "views/history/history_panel.h"

#include "views/controls/row_delegate.h"
#include "views/history/history_model.h"

#include <QListView>
#include <QVBoxLayout>

namespace ratescope::views {

HistoryPanel::HistoryPanel(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      model_(new HistoryModel(session.document, this)),
      view_(new QListView) {
    setObjectName("history");
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    view_->setModel(model_);
    view_->setItemDelegate(new RowDelegate(view_));
    view_->setFrameShape(QFrame::NoFrame);
    view_->setUniformItemSizes(true);
    view_->setMouseTracking(true);
    view_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view_->setAccessibleName(tr("Edits of this document"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, measure::grid, 0, measure::grid);
    column->addWidget(view_);
    connect(view_, &QListView::clicked, this, &HistoryPanel::goTo);
    connect(view_, &QListView::activated, this, &HistoryPanel::goTo);
    connect(&session.document, &OpenDocument::changed, this, &HistoryPanel::showCurrent);
    showCurrent();
}

void HistoryPanel::goTo(const QModelIndex& index) {
    session_.document.goTo(static_cast<std::size_t>(index.row()));
}

void HistoryPanel::showCurrent() {
    const QModelIndex now = model_->index(model_->current());
    view_->setCurrentIndex(now);
    view_->scrollTo(now);
}

}  // namespace ratescope::views
