#include "views/inspector/fold.h"

#include "views/theme/icon.h"
#include "views/theme/tokens.h"

#include <QPushButton>
#include <QVBoxLayout>

namespace ratescope::views {

Fold::Fold(const QString& title, QWidget* parent)
    : QWidget(parent),
      title_(title),
      button_(new QPushButton(this)),
      body_(new QWidget(this)),
      content_(new QVBoxLayout(body_)) {
    button_->setObjectName("fold");
    button_->setCheckable(true);
    button_->setFocusPolicy(Qt::StrongFocus);
    button_->setStyleSheet(
        "QPushButton { border-color: transparent; background: transparent; text-align: left; padding: 3px "
        "6px 3px 0; }"
        "QPushButton:focus { border-color: palette(link); }");
    content_->setContentsMargins(0, 0, 0, 0);
    content_->setSpacing(0);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(button_, 0, Qt::AlignLeft);
    column->addWidget(body_);
    connect(button_, &QPushButton::toggled, this, &Fold::showOpen);
    setCount(0);
    showOpen();
}

void Fold::setCount(int count) {
    button_->setText(count ? title_ + " " + QString::number(count) : title_);
    button_->setAccessibleName(button_->text());
    setVisible(count > 0);
}

void Fold::setOpen(bool open) {
    button_->setChecked(open);
}

bool Fold::isOpen() const {
    return button_->isChecked();
}

void Fold::showOpen() {
    button_->setIcon(icon(isOpen() ? "chevron-down" : "chevron-right", Token::Muted));
    button_->setToolTip(isOpen() ? tr("Fold") : tr("Unfold"));
    body_->setVisible(isOpen());
}

}  // namespace ratescope::views
