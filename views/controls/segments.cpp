#include "views/controls/segments.h"

#include "views/theme/tokens.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QToolButton>

namespace ratescope::views {

Segments::Segments(QWidget* parent)
    : QWidget(parent), group_(new QButtonGroup(this)), row_(new QHBoxLayout(this)) {
    setObjectName("segments");
    setAttribute(Qt::WA_StyledBackground);
    row_->setContentsMargins(1, 1, 1, 1);
    row_->setSpacing(0);
    setFixedHeight(measure::field);
    connect(group_, &QButtonGroup::buttonClicked, this,
            [this](QAbstractButton* button) { emit chosen(button->objectName()); });
}

void Segments::add(const QString& id, const QString& text, const QString& toolTip, const QIcon& icon) {
    auto* button = new QToolButton(this);
    button->setObjectName(id);
    button->setText(text);
    button->setToolTip(toolTip);
    button->setAccessibleName(text.isEmpty() ? toolTip : text);
    if (!icon.isNull()) {
        button->setIcon(icon);
        button->setToolButtonStyle(text.isEmpty() ? Qt::ToolButtonIconOnly : Qt::ToolButtonTextBesideIcon);
    }
    button->setCheckable(true);
    button->setProperty("segment", true);
    button->setProperty("first", group_->buttons().isEmpty());
    button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    button->setFixedHeight(measure::field - 2);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setChecked(group_->buttons().isEmpty());
    group_->addButton(button);
    row_->addWidget(button);
}

QString Segments::current() const {
    const QAbstractButton* button = group_->checkedButton();
    return button ? button->objectName() : QString();
}

void Segments::setSegmentEnabled(const QString& id, bool enabled) {
    for (QAbstractButton* button : group_->buttons())
        if (button->objectName() == id) button->setEnabled(enabled);
}

void Segments::setCurrent(const QString& id) {
    for (QAbstractButton* button : group_->buttons())
        if (button->objectName() == id) button->setChecked(true);
}

}  // namespace ratescope::views
