#include "views/figures/panel_header.h"

#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QAction>
#include <QHBoxLayout>
#include <QPainter>
#include <QToolButton>

namespace ratescope::views {

ElidedLabel::ElidedLabel(QWidget* parent) : QLabel(parent) {
    setProperty("muted", true);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
}

void ElidedLabel::say(const QString& text, const QString& tip) {
    text_ = text;
    setAccessibleName(text);
    setToolTip(tip.isEmpty() ? text : tip);
    update();
}

void ElidedLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    QFont font = tableFont();
    font.setWeight(QFont::Normal);  // the sheet makes every label of a title bold
    painter.setFont(font);
    painter.setPen(colour(Token::Muted));
    painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter,
                     QFontMetrics(painter.font()).elidedText(text_, Qt::ElideRight, width()));
}

PanelHeader::PanelHeader(const QString& title, QWidget* parent)
    : QWidget(parent), row_(new QHBoxLayout(this)), note_(new ElidedLabel(this)) {
    // As the titles of docks look.
    setObjectName("dockTitle");
    setAttribute(Qt::WA_StyledBackground);
    setFixedHeight(measure::dockTitle);
    row_->setContentsMargins(measure::padding, 0, measure::grid, 0);
    row_->setSpacing(measure::padding);
    row_->addWidget(new QLabel(title, this));
    row_->addWidget(note_, 1);
}

void PanelHeader::setNote(const QString& note) {
    note_->say(note);
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
