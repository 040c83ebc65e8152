#include "views/library/library_section.h"

#include "views/controls/empty_state.h"
#include "views/controls/row_delegate.h"

#include <QLabel>
#include <QStackedWidget>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>

namespace ratescope::views {

LibrarySearch::LibrarySearch(QObject* parent) : QSortFilterProxyModel(parent) {
    setRecursiveFilteringEnabled(true);
    setAutoAcceptChildRows(true);
}

void LibrarySearch::setWords(const QString& search) {
    words_ = search.split(' ', Qt::SkipEmptyParts);
    invalidateFilter();
}

bool LibrarySearch::filterAcceptsRow(int row, const QModelIndex& parent) const {
    const QString text = sourceModel()->index(row, 0, parent).data(LibraryModel::SearchRole).toString();
    return std::all_of(words_.begin(), words_.end(),
                       [&text](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
}

LibrarySection::LibrarySection(const QString& title, LibraryModel& model, int rowHeight, bool grouped,
                               QWidget* parent)
    : QWidget(parent),
      model_(model),
      found_(new LibrarySearch(this)),
      pages_(new QStackedWidget(this)),
      view_(new QTreeView),
      empty_(new EmptyState({}, {})),
      nothing_(new EmptyState(tr("Nothing here fits the search."), {})) {
    empty_->setObjectName("empty");
    auto* name = new QLabel(title);
    name->setProperty("title", true);
    name->setContentsMargins(measure::padding, 0, measure::padding, 0);
    name->setFixedHeight(measure::row);
    found_->setSourceModel(&model);
    view_->setModel(found_);
    view_->setItemDelegate(new RowDelegate(view_, rowHeight, measure::icon));
    view_->setHeaderHidden(true);
    view_->setRootIsDecorated(grouped);
    view_->setFrameShape(QFrame::NoFrame);
    view_->setExpandsOnDoubleClick(false);
    view_->setAccessibleName(title);
    view_->setDragEnabled(true);
    view_->setDragDropMode(QAbstractItemView::DragOnly);
    view_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view_->setMouseTracking(true);
    name->setBuddy(view_);
    pages_->addWidget(view_);
    pages_->addWidget(empty_);
    pages_->addWidget(nothing_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, measure::grid, 0, 0);
    column->setSpacing(0);
    column->addWidget(name);
    column->addWidget(pages_, 1);

    connect(empty_, &EmptyState::asked, this, &LibrarySection::emptyAsked);
    // The delegate draws a little left of a row's own place, which the view alone would not draw anew.
    connect(found_, &QAbstractItemModel::dataChanged, view_->viewport(), qOverload<>(&QWidget::update));
    connect(view_, &QTreeView::activated, this, [this](const QModelIndex& index) {
        if (index.parent().isValid() || !model_.rowCount(found_->mapToSource(index)))
            emit rowAsked(index);
        else
            view_->setExpanded(index, !view_->isExpanded(index));
    });
    connect(view_, &QTreeView::expanded, this, [this](const QModelIndex& index) { remember(index, true); });
    connect(view_, &QTreeView::collapsed, this, [this](const QModelIndex& index) { remember(index, false); });
    connect(&model_, &QAbstractItemModel::modelReset, this, &LibrarySection::showRows);
    showRows();
}

void LibrarySection::setEmpty(const QString& sentence, const QString& action) {
    empty_->say(sentence, action);
}

void LibrarySection::setSearch(const QString& search) {
    search_ = search.trimmed();
    found_->setWords(search_);
    showRows();
}

void LibrarySection::open(const QString& group) {
    open_.insert(group);
    showRows();
}

QModelIndex LibrarySection::firstRow() const {
    const QModelIndex group = found_->index(0, 0);
    const QModelIndex row = found_->index(0, 0, group);
    return row.isValid() ? row : group;
}

void LibrarySection::showRows() {
    const bool none = found_->rowCount() == 0;
    QWidget* page = !none ? static_cast<QWidget*>(view_) : search_.isEmpty() ? empty_ : nothing_;
    pages_->setCurrentWidget(page);
    showing_ = true;
    for (int row = 0; row < found_->rowCount(); ++row) {
        const QModelIndex group = found_->index(row, 0);
        view_->setExpanded(group, !search_.isEmpty() || open_.contains(group.data().toString()));
    }
    showing_ = false;
}

void LibrarySection::remember(const QModelIndex& index, bool open) {
    if (showing_ || !search_.isEmpty()) return;
    if (open)
        open_.insert(index.data().toString());
    else
        open_.remove(index.data().toString());
}

}  // namespace ratescope::views
