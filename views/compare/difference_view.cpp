#include "views/compare/difference_view.h"

#include "views/controls/section_header.h"
#include "views/controls/tabular.h"
#include "views/figure/marks.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QPainter>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

constexpr int barHeight = 10, barSteps = 8, legendHeight = 18, barGap = 8;

QColor barColour(int step, DifferenceColours colours) {
    const double position = static_cast<double>(step) / (barSteps - 1);
    if (colours == DifferenceColours::Viridis) return viridis(position);
    const int level = qRound(255 * position);
    return {level, level, level};
}

QString levelText(double level) {
    return numberText(level, level == std::round(level) ? 0 : level > -2 && level < 2 ? 2 : 1);
}

}  // namespace

DifferenceCanvas::DifferenceCanvas(ViewState& view, Tiles& tiles, QWidget* parent)
    : QWidget(parent), view_(view), tiles_(tiles) {
    setAccessibleName(tr("Difference of the whole picture"));
    setToolTip(tr("Click to look at a place"));
    setMinimumHeight(120);
    connect(&tiles_, &Tiles::ready, this, qOverload<>(&QWidget::update));
    connect(&view_, &ViewState::changed, this, qOverload<>(&QWidget::update));
}

void DifferenceCanvas::setLayer(const Layer& layer, const QString& notice) {
    layer_ = layer;
    notice_ = notice;
    if (layer_.original)
        setAccessibleDescription(legend(layer_.gain, layer_.colours, layer_.original->bitDepth()).join(", "));
    update();
}

QRect DifferenceCanvas::pictureRect() const {
    return rect().adjusted(measure::padding, measure::padding, -measure::padding,
                           -barGap - barHeight - legendHeight);
}

double DifferenceCanvas::zoomAt(double scale) const {
    const QRect place = pictureRect();
    return scale * std::min({place.width() / static_cast<double>(layer_.size().width()),
                             place.height() / static_cast<double>(layer_.size().height()), 1.0});
}

QStringList DifferenceCanvas::legend(int gain, DifferenceColours colours, int bitDepth) {
    const double levels = colours == DifferenceColours::Viridis ? viridisLevels : 256;
    const double end = levels * (1 << bitDepth) / 256 / gain;
    if (colours == DifferenceColours::Signed)
        return {"≤ " + levelText(-end / 2), levelText(-end / 4), "0", levelText(end / 4),
                tr("≥ %1 levels").arg(levelText(end / 2))};
    return {"0", levelText(end / 4), levelText(end / 2), levelText(end * 3 / 4),
            tr("≥ %1 levels").arg(levelText(end))};
}

void DifferenceCanvas::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), colour(Token::Surface));
    if (!layer_.picture || !layer_.original) {
        painter.setPen(colour(Token::Muted));
        painter.setFont(tableFont());
        painter.drawText(QRectF(rect()).adjusted(measure::padding, 0, -measure::padding, 0),
                         Qt::AlignCenter | Qt::TextWordWrap, notice_);
        return;
    }
    paintPicture(painter);
    paintLegend(painter);
}

void DifferenceCanvas::paintPicture(QPainter& painter) {
    painter.save();
    const QTransform toDevice = painter.deviceTransform();
    const QRect place = toDevice.mapRect(QRectF(pictureRect())).toRect();
    painter.setWorldTransform(toDevice.inverted(), true);
    const double zoom = zoomAt(toDevice.m11());
    const QPoint origin =
        place.topLeft() + QPoint((place.width() - qRound(layer_.size().width() * zoom)) / 2, 0);
    tiles_.paint(painter, layer_, origin, zoom, place);
    painter.restore();
}

void DifferenceCanvas::paintLegend(QPainter& painter) {
    const QRect picture = pictureRect();
    const QRect bar(picture.left(), picture.bottom() + 1 + barGap, picture.width(), barHeight);
    for (int step = 0; step < barSteps; ++step) {
        const int left = bar.left() + bar.width() * step / barSteps,
                  right = bar.left() + bar.width() * (step + 1) / barSteps;
        painter.fillRect(QRect(left, bar.top(), right - left, bar.height()), barColour(step, layer_.colours));
    }
    const QStringList texts = legend(layer_.gain, layer_.colours, layer_.original->bitDepth());
    painter.setFont(tableFont());
    painter.setPen(colour(Token::Muted));
    // The last one names the unit; a figure that it would run into is left out.
    const QFontMetrics metrics = painter.fontMetrics();
    const int lastLeft = bar.right() - metrics.horizontalAdvance(texts.last()) - measure::padding;
    for (int i = 0; i < texts.size(); ++i) {
        const double x = bar.left() + bar.width() * i / static_cast<double>(texts.size() - 1);
        const QRectF place(x - 60, bar.bottom() + 2, 120, legendHeight);
        if (i == 0)
            drawTabular(painter, place.translated(60, 0), texts[i], Qt::AlignLeft);
        else if (i + 1 == texts.size())
            drawTabular(painter, place.translated(-60, 0), texts[i], Qt::AlignRight);
        else if (x + metrics.horizontalAdvance(texts[i]) / 2.0 < lastLeft)
            drawTabular(painter, place, texts[i], Qt::AlignHCenter);
    }
}

void DifferenceCanvas::mousePressEvent(QMouseEvent* event) {
    if (!layer_.picture || !pictureRect().contains(event->pos())) return;
    const double zoom = zoomAt(1);
    const double left = pictureRect().left() + (pictureRect().width() - layer_.size().width() * zoom) / 2;
    view_.moveTo(
        {(event->position().x() - left) / zoom, (event->position().y() - pictureRect().top()) / zoom});
}

void DifferenceCanvas::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) update();
    QWidget::changeEvent(event);
}

DifferenceView::DifferenceView(ViewState& view, Tiles& tiles, QWidget* parent)
    : QWidget(parent),
      header_(new SectionHeader(tr("Difference"), this)),
      canvas_(new DifferenceCanvas(view, tiles, this)),
      gain_(new QComboBox(this)),
      colours_(new QComboBox(this)),
      shown_(new QCheckBox(tr("Show in the grid"), this)) {
    for (int gain = 1; gain <= 64; gain *= 2)
        gain_->addItem(QString("× %1").arg(gain), gain);
    colours_->addItem(tr("Viridis"), static_cast<int>(DifferenceColours::Viridis));
    colours_->addItem(tr("Grey"), static_cast<int>(DifferenceColours::Grey));
    colours_->addItem(tr("Signed"), static_cast<int>(DifferenceColours::Signed));
    gain_->setObjectName("compare.gain");
    colours_->setObjectName("compare.colours");
    auto* gainLabel = new QLabel(tr("Gain"), this);
    auto* coloursLabel = new QLabel(tr("Map"), this);
    auto* key = new QLabel(tr("key 0"), this);
    for (QLabel* label : {gainLabel, coloursLabel, key})
        label->setProperty("muted", true);
    gainLabel->setBuddy(gain_);
    coloursLabel->setBuddy(colours_);
    gain_->setAccessibleName(tr("Gain of the difference"));
    colours_->setAccessibleName(tr("Colours of the difference"));
    auto* choices = new QHBoxLayout;
    choices->setContentsMargins(measure::padding, 2, measure::padding, 2);
    choices->setSpacing(measure::padding);
    for (QWidget* widget : {static_cast<QWidget*>(gainLabel), static_cast<QWidget*>(gain_),
                            static_cast<QWidget*>(coloursLabel), static_cast<QWidget*>(colours_)})
        choices->addWidget(widget);
    choices->addStretch();
    auto* showing = new QHBoxLayout;
    showing->setContentsMargins(measure::padding, 2, measure::padding, measure::padding);
    showing->addWidget(shown_);
    showing->addStretch();
    showing->addWidget(key);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header_);
    column->addWidget(canvas_, 1);
    column->addLayout(choices);
    column->addLayout(showing);
    connect(gain_, &QComboBox::currentIndexChanged, this, &DifferenceView::settingsChanged);
    connect(colours_, &QComboBox::currentIndexChanged, this, &DifferenceView::settingsChanged);
    connect(shown_, &QCheckBox::clicked, this, &DifferenceView::showAsked);
}

void DifferenceView::setLayer(const Layer& layer, const QString& notice) {
    canvas_->setLayer(layer, notice);
}

void DifferenceView::setOf(const QString& title, const std::optional<curves::SeriesStyle>& mark) {
    header_->setDetail(title, mark);
}

void DifferenceView::setShown(bool shown) {
    shown_->setChecked(shown);
}

int DifferenceView::gain() const {
    return gain_->currentData().toInt();
}

DifferenceColours DifferenceView::colours() const {
    return static_cast<DifferenceColours>(colours_->currentData().toInt());
}

}  // namespace ratescope::views
