#include "views/controls/dock_title.h"

#include "views/theme/icon.h"

#include <QDockWidget>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

namespace ratescope::views {

DockTitle::DockTitle(QDockWidget& dock)
    : QWidget(&dock), dock_(dock), row_(new QHBoxLayout(this)), title_(new QLabel(this)) {
    setObjectName("dockTitle");
    setAttribute(Qt::WA_StyledBackground);
    setFixedHeight(measure::dockTitle);
    title_->setMinimumWidth(measure::formRow);
    row_->setContentsMargins(measure::padding, 0, measure::padding - 2, 1);
    row_->setSpacing(0);
    row_->addWidget(title_, 1);
    float_ = addButton("float", tr("Float"));
    close_ = addButton("close", tr("Close"));
    connect(float_, &QToolButton::clicked, &dock, [&dock] { dock.setFloating(!dock.isFloating()); });
    connect(close_, &QToolButton::clicked, &dock, &QDockWidget::close);
    connect(&dock, &QDockWidget::windowTitleChanged, this, &DockTitle::follow);
    connect(&dock, &QDockWidget::topLevelChanged, this, &DockTitle::follow);
    connect(&dock, &QDockWidget::featuresChanged, this, &DockTitle::follow);
    dock.setTitleBarWidget(this);
    follow();
}

void DockTitle::add(QWidget* widget) {
    row_->insertWidget(row_->indexOf(float_), widget);
}

void DockTitle::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) follow();
    QWidget::changeEvent(event);
}

QToolButton* DockTitle::addButton(const QString& name, const QString& text) {
    auto* button = new QToolButton(this);
    button->setObjectName(name);
    button->setText(text);
    button->setIcon(icon(name, Token::Muted));
    button->setIconSize({measure::icon, measure::icon});
    button->setFixedSize(measure::largeIcon, measure::largeIcon);
    button->setFocusPolicy(Qt::TabFocus);
    row_->addWidget(button);
    return button;
}

void DockTitle::follow() {
    const QString name = dock_.windowTitle();
    title_->setText(name);
    setAccessibleName(name);
    const QString floating = dock_.isFloating() ? tr("Put %1 back into the window").arg(name)
                                                : tr("Float %1 in a window of its own").arg(name);
    const QString closing = tr("Close %1").arg(name);
    float_->setToolTip(floating);
    float_->setAccessibleName(floating);
    close_->setToolTip(closing);
    close_->setAccessibleName(closing);
    float_->setVisible(dock_.features() & QDockWidget::DockWidgetFloatable);
    close_->setVisible(dock_.features() & QDockWidget::DockWidgetClosable);
}

}  // namespace ratescope::views
