#include "app/desktop/message_bar.h"

#include "views/theme/icon.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <utility>

namespace ratescope::desktop {

MessageBar::MessageBar(QWidget* parent)
    : QFrame(parent), glyph_(new QLabel(this)), text_(new QLabel(this)), button_(new QPushButton(this)) {
    setObjectName("messageBar");
    setAttribute(Qt::WA_StyledBackground);
    text_->setWordWrap(true);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    auto* close = new QToolButton(this);
    close->setIcon(views::icon("close"));
    close->setToolTip(tr("Close this message"));
    close->setAccessibleName(close->toolTip());
    connect(close, &QToolButton::clicked, this, &QWidget::hide);
    connect(button_, &QPushButton::clicked, this, [this] {
        hide();
        if (const auto act = std::exchange(act_, {})) act();
    });
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(views::measure::padding, 4, 4, 4);
    row->setSpacing(views::measure::padding);
    row->addWidget(glyph_);
    row->addWidget(text_, 1);
    row->addWidget(button_);
    row->addWidget(close);
    hide();
}

void MessageBar::say(Kind kind, const QString& what, const QString& remedy, const QString& button,
                     std::function<void()> act) {
    kind_ = kind;
    act_ = std::move(act);
    text_->setText(remedy.isEmpty() ? what : what + ' ' + remedy);
    setAccessibleName(text_->text());
    button_->setText(button);
    button_->setVisible(!button.isEmpty());
    showKind();
    show();
}

QString MessageBar::text() const {
    return isHidden() ? QString() : text_->text();
}

void MessageBar::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) showKind();
    QFrame::changeEvent(event);
}

void MessageBar::showKind() {
    using views::Token;
    const auto [name, token] = kind_ == Kind::Error     ? std::pair("error", Token::Bad)
                               : kind_ == Kind::Warning ? std::pair("warning", Token::Warn)
                                                        : std::pair("info", Token::Accent);
    glyph_->setPixmap(views::iconPixmap(name, token, views::measure::icon, devicePixelRatioF()));
}

}  // namespace ratescope::desktop
