#include "views/graph/frame_editor.h"

#include "views/theme/tokens.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <algorithm>

namespace ratescope::views {

FrameEditor::FrameEditor(QWidget* parent)
    : PopupFrame(parent), title_(new QLineEdit(this)), text_(new QPlainTextEdit(this)) {
    setObjectName("frame-editor");
    setAccessibleName(tr("Frame"));
    title_->setObjectName("frame-title");
    text_->setObjectName("frame-comment");
    text_->setTabChangesFocus(true);
    text_->setFixedHeight(3 * measure::row);
    title_->installEventFilter(this);
    text_->installEventFilter(this);
    auto* done = new QPushButton(tr("Set"), this);
    done->setObjectName("frame-set");
    done->setProperty("primary", true);
    auto* discard = new QPushButton(tr("Cancel"), this);
    connect(done, &QPushButton::clicked, this, &FrameEditor::accept);
    connect(discard, &QPushButton::clicked, this, &QWidget::hide);
    auto* buttons = new QHBoxLayout;
    buttons->addStretch();
    buttons->addWidget(discard);
    buttons->addWidget(done);
    auto* form = new QFormLayout(this);
    form->setContentsMargins(measure::padding, measure::padding, measure::padding, measure::padding);
    form->addRow(tr("Title"), title_);
    form->addRow(tr("Comment"), text_);
    form->addRow(buttons);
}

void FrameEditor::open(const graph::Frame& frame, QPoint point) {
    title_->setText(QString::fromStdString(frame.title));
    text_->setPlainText(QString::fromStdString(frame.text));
    openAt(point, QSize(std::max(320, sizeHint().width()), sizeHint().height()));
    title_->setFocus(Qt::PopupFocusReason);
    title_->selectAll();
}

void FrameEditor::accept() {
    const QString title = title_->text(), text = text_->toPlainText();
    hide();
    emit accepted(title, text);
}

bool FrameEditor::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() != QEvent::KeyPress) return PopupFrame::eventFilter(watched, event);
    const auto* key = static_cast<QKeyEvent*>(event);
    const bool enter = key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter;
    if (key->key() == Qt::Key_Escape) {
        hide();
        return true;
    }
    // In the comment Enter is a new line; with Ctrl it sets there, too.
    if (enter && (watched == title_ || key->modifiers() & Qt::ControlModifier)) {
        accept();
        return true;
    }
    return PopupFrame::eventFilter(watched, event);
}

void FrameEditor::hideEvent(QHideEvent* event) {
    PopupFrame::hideEvent(event);
    emit closed();
}

}  // namespace ratescope::views
