#include "views/curves/bd_notes.h"

#include "views/curves/pixel_ratio.h"
#include "views/theme/icon.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <algorithm>

namespace ratescope::views {
namespace {

constexpr int mostHeight = 84;

/// Draws its sign in the present look.
class Sign : public QLabel {
  public:
    using QLabel::QLabel;

  protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.drawPixmap(0, (height() - measure::icon) / 2,
                           iconPixmap("warning", Token::Warn, measure::icon, pixelRatioOf(painter)));
    }
};

QString methodText(const CurveAnswer& answer, bool pictures) {
    const CurveChoice& choice = answer.question.choice;
    std::size_t n = 0;
    bool interval = false;
    curves::BdAveraging averaging = choice.averaging;
    for (const auto& comparison : answer.comparisons) {
        if (!comparison || comparison->testImported) continue;
        n = std::max(n, comparison->n);
        interval = interval || comparison->mean.rateInterval.has_value();
        averaging = comparison->averaging;
    }
    const QString perItem =
        pictures ? BdNotes::tr("each picture then the mean") : BdNotes::tr("each item then the mean");
    QString text = QString::fromUtf8(curves::titleOf(choice.method)) + ", " +
                   (averaging == curves::BdAveraging::PerItem ? perItem : BdNotes::tr("of mean curves"));
    if (n > 0) text += BdNotes::tr(", n = %1").arg(n);
    if (choice.hull) text += BdNotes::tr(", on convex hulls");
    if (interval)
        text += "\n" + (pictures ? BdNotes::tr("Interval: bootstrap over pictures, seed %1")
                                 : BdNotes::tr("Interval: bootstrap over items, seed %1"))
                           .arg(curves::BootstrapOptions().seed);
    return text;
}

QStringList remarksOf(const CurveAnswer& answer) {
    QStringList remarks;
    for (const auto& comparison : answer.comparisons) {
        if (!comparison) continue;
        // A small overlap has a sign of its own; what has no number, or not of all items, says why.
        const curves::BdMean& mean = comparison->mean;
        if (mean.ratePercent && (mean.rateItems == 0 || mean.rateItems == comparison->n)) continue;
        for (const std::string& warning : comparison->warnings)
            remarks << QString::fromStdString(comparison->testTitle + ": " + warning);
    }
    if (answer.spec)
        for (const std::string& note : answer.spec->notes)
            if (!remarks.contains(QString::fromStdString(note))) remarks << QString::fromStdString(note);
    return remarks;
}

}  // namespace

BdNotes::BdNotes(QWidget* parent)
    : QScrollArea(parent),
      warning_(new QWidget),
      warningIcon_(new Sign(warning_)),
      method_(new QLabel),
      remarks_(new QLabel) {
    setObjectName("bdNotes");
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Maximum);
    setFocusPolicy(Qt::NoFocus);
    auto* content = new QWidget;
    content->setObjectName("bdNotesContent");
    auto* words = new QLabel(tr("Overlap below 0.75: the quality ranges differ"), warning_);
    words->setWordWrap(true);
    warningIcon_->setFixedSize(measure::icon, measure::icon + 2);
    auto* row = new QHBoxLayout(warning_);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(6);
    row->addWidget(warningIcon_, 0, Qt::AlignTop);
    row->addWidget(words, 1);
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(measure::padding, 6, measure::padding, 6);
    column->setSpacing(2);
    column->addWidget(warning_);
    for (QLabel* label : {method_, remarks_}) {
        label->setWordWrap(true);
        label->setProperty("muted", true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        column->addWidget(label);
    }
    for (QLabel* label : {words, method_, remarks_})
        label->setFont(tableFont());
    setWidget(content);
    content->setAutoFillBackground(false);
    viewport()->setAutoFillBackground(false);
}

void BdNotes::showNotes(const CurveAnswer& answer, bool pictures) {
    bool low = false, any = false;
    for (const auto& comparison : answer.comparisons) {
        if (!comparison) continue;
        any = true;
        low = low || (comparison->mean.ratePercent && comparison->overlap < curves::advisedOverlap);
    }
    warning_->setVisible(low);
    method_->setVisible(any);
    if (any) method_->setText(methodText(answer, pictures));
    const QStringList remarks = remarksOf(answer);
    remarks_->setVisible(!remarks.isEmpty());
    remarks_->setText(remarks.join('\n'));
    setVisible(low || any || !remarks.isEmpty());
    updateGeometry();
}

QSize BdNotes::sizeHint() const {
    const int height = widget()->layout()->heightForWidth(std::max(120, width()));
    return {200, std::min(mostHeight, std::max(height, widget()->minimumSizeHint().height()))};
}

void BdNotes::resizeEvent(QResizeEvent* event) {
    QScrollArea::resizeEvent(event);
    updateGeometry();
}

}  // namespace ratescope::views
