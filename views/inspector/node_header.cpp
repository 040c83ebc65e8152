#include "views/inspector/node_header.h"

#include "views/controls/elided_label.h"
#include "views/controls/series_mark.h"
#include "views/inspector/text_entry.h"
#include "views/theme/family_colour.h"
#include "views/theme/style.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <algorithm>
#include <functional>

namespace ratescope::views {
namespace {

constexpr int headerHeight = 40, stripeWidth = 4, leastTitle = 48;

}  // namespace

/// Text until it is pointed at: then a field, as wide as what stands in it.
class NodeHeader::Title : public CheckedLine {
  public:
    explicit Title(QWidget* parent) : CheckedLine(parent) {
        setFont(titleFont());
        setFrame(false);
        setStyleSheet(
            "QLineEdit { background: transparent; border-color: transparent; padding: 0 3px; font-weight: "
            "600; }"
            "QLineEdit:hover, QLineEdit:focus { background: palette(base); border-color: palette(mid); }"
            "QLineEdit:focus { border-color: palette(link); }");
        connect(this, &QLineEdit::textChanged, this, [this] { updateGeometry(); });
    }

    QSize sizeHint() const override {
        const QFontMetrics metrics{titleFont()};
        const QString shown = text().isEmpty() ? placeholderText() : text();
        return {std::max(leastTitle, metrics.horizontalAdvance(shown) + 16), measure::field};
    }
    QSize minimumSizeHint() const override { return {leastTitle, measure::field}; }
};

/// A square that is painted by a function.
class NodeHeader::Glyph : public QWidget {
  public:
    using QWidget::QWidget;

    std::function<void(QPainter&, const QRectF&)> paint;

  protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        if (paint) paint(painter, rect());
    }
};

NodeHeader::NodeHeader(QWidget* parent)
    : QWidget(parent),
      title_(new Title(this)),
      mark_(new Glyph(this)),
      state_(new Glyph(this)),
      type_(new ElidedLabel({}, this)),
      word_(new QLabel(this)) {
    setFixedHeight(headerHeight);
    mark_->setFixedSize(12, measure::icon);
    state_->setFixedSize(measure::icon, measure::icon);
    title_->setObjectName("title");
    title_->setAccessibleName(tr("Title of the node"));
    title_->setToolTip(tr("Title of the node"));
    title_->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    type_->setObjectName("type");
    type_->setFont(tableFont());
    type_->setProperty("muted", true);
    type_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    word_->setObjectName("state");
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(measure::padding + stripeWidth + measure::padding, 0, measure::padding, 0);
    row->setSpacing(6);
    row->addWidget(mark_);
    row->addWidget(title_);
    row->addWidget(type_, 1);
    row->addWidget(state_);
    row->addWidget(word_);
    connect(title_, &QLineEdit::textEdited, this,
            [this](const QString& text) { emit titleEdited(text, title_->gesture.merges()); });
    connect(title_, &QLineEdit::editingFinished, this, [this] {
        if (title_->text().isEmpty()) title_->setText(title_->placeholderText());
    });
}

void NodeHeader::setKind(std::optional<graph::NodeKind> kind) {
    kind_ = kind;
    update();
}

void NodeHeader::setTitle(const QString& own, const QString& usual) {
    title_->setPlaceholderText(usual);
    const QString shown = own.isEmpty() ? usual : own;
    // Who has emptied the field goes on writing in it.
    const bool emptied = title_->hasFocus() && title_->text().isEmpty() && own.isEmpty();
    if (emptied || title_->text() == shown) return;
    title_->setText(shown);
    if (!title_->hasFocus()) title_->setCursorPosition(0);
}

void NodeHeader::setType(const QString& text) {
    type_->setText(text);
}

void NodeHeader::setMark(const std::optional<curves::SeriesStyle>& style) {
    mark_->setVisible(style.has_value());
    if (!style) return;
    mark_->paint = [style = *style](QPainter& painter, const QRectF& square) {
        paintSeriesMark(painter, style, square.center(), 9);
    };
    mark_->update();
}

void NodeHeader::setState(RunState state) {
    QString word = wordOf(state);
    if (!word.isEmpty()) word[0] = word[0].toUpper();
    word_->setText(word);
    state_->paint = [state](QPainter& painter, const QRectF& square) { paintState(painter, square, state); };
    state_->setToolTip(word);
    state_->update();
}

void NodeHeader::paintEvent(QPaintEvent*) {
    if (!kind_) return;
    QPainter(this).fillRect(
        QRect(measure::padding, measure::padding, stripeWidth, height() - 2 * measure::padding),
        familyColour(*kind_));
}

void NodeHeader::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) update();
    QWidget::changeEvent(event);
}

}  // namespace ratescope::views
