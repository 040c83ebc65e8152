#include "views/figures/caption_view.h"

#include "views/figures/panel_header.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QAction>
#include <QEvent>
#include <QTextBlockFormat>
#include <QTextCursor>
#include <QTextEdit>
#include <QVBoxLayout>

namespace ratescope::views {

CaptionView::CaptionView(QAction* copy, QWidget* parent)
    : QWidget(parent), header_(new PanelHeader(tr("Caption"), this)), view_(new QTextEdit(this)) {
    header_->add(copy);
    view_->setObjectName("figures.caption");
    view_->setAccessibleName(tr("Caption of the figure"));
    view_->setReadOnly(true);
    view_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    view_->setFrameShape(QFrame::NoFrame);
    view_->document()->setDocumentMargin(measure::padding);
    view_->setFont(tableFont());
    // A panel, not a field to fill in.
    view_->setStyleSheet(QStringLiteral("QTextEdit { border: 0; border-radius: 0; padding: 0; }"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header_);
    column->addWidget(view_, 1);
}

void CaptionView::setCaption(const QString& figure, const std::string& caption,
                             const std::vector<std::string>& references) {
    header_->setNote(tr("written from the data, exported as %1.caption.txt").arg(figure));
    const QString text = QString::fromStdString(caption);
    QStringList list;
    for (const std::string& reference : references)
        list += QString::fromStdString(reference);
    if (text == text_ && list == references_) return;
    text_ = text;
    references_ = list;
    fill();
}

void CaptionView::clear() {
    header_->setNote({});
    text_.clear();
    references_.clear();
    fill();
}

void CaptionView::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) fill();
}

void CaptionView::fill() {
    view_->clear();
    QTextCursor cursor(view_->document());
    QTextBlockFormat block;
    block.setLineHeight(125, QTextBlockFormat::ProportionalHeight);
    block.setBottomMargin(measure::grid);
    cursor.setBlockFormat(block);
    QTextCharFormat plain, muted;
    plain.setForeground(colour(Token::Text));
    muted.setForeground(colour(Token::Muted));
    cursor.insertText(text_, plain);
    for (const QString& reference : references_) {
        cursor.insertBlock(block);
        cursor.insertText(reference, muted);
    }
}

}  // namespace ratescope::views
