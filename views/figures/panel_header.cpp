#include "views/figures/panel_header.h"

#include "views/controls/elided_label.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QAction>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

namespace ratescope::views {

PanelHeader::PanelHeader(const QString& title, QWidget* parent)
    : QWidget(parent), row_(new QHBoxLayout(this)), note_(new ElidedLabel({}, this)) {
    // As the titles of docks look.
    setObjectName("dockTitle");
    setAttribute(Qt::WA_StyledBackground);
    setFixedHeight(measure::dockTitle);
    row_->setContentsMargins(measure::padding, 0, measure::grid, 0);
    row_->setSpacing(measure::padding);
    row_->addWidget(new QLabel(title, this));
    note_->setProperty("muted", true);
    note_->setFont(tableFont());
    // The sheet makes every label of a title bold.
    note_->setStyleSheet(QStringLiteral("font-weight: 400"));
    row_->addWidget(note_, 1);
}

void PanelHeader::setNote(const QString& note) {
    note_->setText(note);
}

QToolButton* PanelHeader::add(QAction* action) {
    auto* button = new QToolButton(this);
    button->setDefaultAction(action);
    button->setAccessibleName(action->text());
    button->setToolButtonStyle(Qt::ToolButtonIconOnly);
    button->setIconSize({measure::icon, measure::icon});
    button->setFixedSize(20, 20);
    button->setFocusPolicy(Qt::TabFocus);
    row_->addWidget(button);
    return button;
}

void onSurface(QWidget& widget) {
    widget.setBackgroundRole(QPalette::Base);
    widget.setAutoFillBackground(true);
}

}  // namespace ratescope::views
