#include "views/palette/command_palette.h"

#include "views/palette/found_actions.h"
#include "views/theme/icon.h"

#include <QApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QVBoxLayout>
#include <algorithm>

namespace ratescope::views {
namespace {

constexpr int widest = 640, mostRows = 12;

}  // namespace

CommandPalette::CommandPalette(const QList<QAction*>& actions, QWidget* window)
    : QFrame(window),
      window_(window),
      found_(new FoundActions(actions, this)),
      field_(new QLineEdit),
      list_(new QListView),
      nothing_(new QLabel(tr("No action fits."))) {
    setObjectName("commandPalette");
    setAttribute(Qt::WA_DeleteOnClose);
    setAccessibleName(tr("Find an action"));
    hide();
    field_->setPlaceholderText(tr("Find an action"));
    field_->setAccessibleName(tr("Find an action"));
    field_->addAction(icon("search", Token::Muted), QLineEdit::LeadingPosition);
    list_->setModel(found_);
    list_->setItemDelegate(new FoundActionDelegate(list_));
    list_->setFrameShape(QFrame::NoFrame);
    list_->setUniformItemSizes(true);
    list_->setMouseTracking(true);
    list_->setFocusPolicy(Qt::NoFocus);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setAccessibleName(tr("Actions that fit"));
    nothing_->setProperty("muted", true);
    nothing_->setContentsMargins(measure::padding, 0, measure::padding, 0);
    nothing_->setMinimumHeight(measure::formRow);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(measure::padding, measure::padding, measure::padding, measure::padding);
    column->setSpacing(measure::grid);
    column->addWidget(field_);
    column->addWidget(list_);
    column->addWidget(nothing_);
    connect(field_, &QLineEdit::textChanged, this, &CommandPalette::search);
    connect(list_, &QListView::clicked, this, &CommandPalette::trigger);
    field_->installEventFilter(this);
    window->installEventFilter(this);
}

void CommandPalette::open() {
    before_ = QApplication::focusWidget();
    search({});
    show();
    raise();
    field_->setFocus(Qt::PopupFocusReason);
}

void CommandPalette::search(const QString& query) {
    found_->search(query);
    list_->setCurrentIndex(found_->index(0));
    list_->scrollToTop();
    const bool none = found_->rowCount() == 0;
    list_->setVisible(!none);
    nothing_->setVisible(none);
    place();
}

void CommandPalette::place() {
    if (!window_) return;
    const int rows = std::clamp(found_->rowCount(), 1, mostRows);
    list_->setFixedHeight(rows * std::max(measure::formRow, list_->sizeHintForRow(0)));
    const int width = std::min(widest, window_->width() - 4 * measure::padding);
    layout()->activate();
    const int height = std::min(sizeHint().height(), window_->height() - measure::toolBar);
    setGeometry((window_->width() - width) / 2, std::min(2 * measure::toolBar, window_->height() - height),
                width, height);
}

void CommandPalette::step(int rows) {
    const int last = found_->rowCount() - 1;
    if (last < 0) return;
    int row = list_->currentIndex().row() + rows;
    // A step over the end begins at the other one, a page stops there.
    if (std::abs(rows) == 1) row = row < 0 ? last : row > last ? 0 : row;
    list_->setCurrentIndex(found_->index(std::clamp(row, 0, last)));
}

void CommandPalette::trigger(const QModelIndex& index) {
    const QPointer<QAction> action = found_->actionAt(index);
    if (!action || !action->isEnabled()) return;
    close();
    action->trigger();
}

bool CommandPalette::takeKey(int key) {
    switch (key) {
        case Qt::Key_Down:
            step(1);
            return true;
        case Qt::Key_Up:
            step(-1);
            return true;
        case Qt::Key_PageDown:
            step(mostRows);
            return true;
        case Qt::Key_PageUp:
            step(-mostRows);
            return true;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            trigger(list_->currentIndex());
            return true;
        case Qt::Key_Escape:
            close();
            return true;
        default:
            return false;
    }
}

bool CommandPalette::eventFilter(QObject* watched, QEvent* event) {
    if (watched == window_ && event->type() == QEvent::Resize) place();
    if (watched != field_) return QFrame::eventFilter(watched, event);
    // The window's own keys wait: a letter is for the field.
    if (event->type() == QEvent::ShortcutOverride) event->accept();
    if (event->type() == QEvent::KeyPress && takeKey(static_cast<QKeyEvent*>(event)->key())) return true;
    if (event->type() == QEvent::FocusOut &&
        static_cast<QFocusEvent*>(event)->reason() != Qt::PopupFocusReason && isVisible())
        close();
    return QFrame::eventFilter(watched, event);
}

void CommandPalette::closeEvent(QCloseEvent* event) {
    // Else the keyboard goes to whatever comes next in the window.
    if (before_ && field_->hasFocus()) before_->setFocus(Qt::PopupFocusReason);
    QFrame::closeEvent(event);
}

}  // namespace ratescope::views
