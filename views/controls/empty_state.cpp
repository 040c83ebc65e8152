#include "views/controls/empty_state.h"

#include "views/theme/tokens.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace ratescope::views {

EmptyState::EmptyState(const QString& sentence, const QString& action, QWidget* parent)
    : QWidget(parent), sentence_(new QLabel(this)), action_(new QPushButton(this)) {
    sentence_->setWordWrap(true);
    sentence_->setAlignment(Qt::AlignCenter);
    sentence_->setProperty("muted", true);
    connect(action_, &QPushButton::clicked, this, &EmptyState::asked);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(2 * measure::padding, measure::padding, 2 * measure::padding,
                               measure::padding);
    column->setSpacing(measure::groupGap);
    column->addStretch();
    column->addWidget(sentence_);
    column->addWidget(action_, 0, Qt::AlignHCenter);
    column->addStretch();
    say(sentence, action);
}

void EmptyState::say(const QString& sentence, const QString& action) {
    sentence_->setText(sentence);
    action_->setText(action);
    action_->setVisible(!action.isEmpty());
}

}  // namespace ratescope::views
