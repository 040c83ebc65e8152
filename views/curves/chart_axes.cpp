#include "views/curves/chart_axes.h"

#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QCategoryAxis>
#include <QChart>
#include <QGraphicsLayout>
#include <QLegend>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

constexpr double pixelsPerXTick = 64, pixelsPerYTick = 40;

}  // namespace

ChartAxes::ChartAxes() : chart_(new QChart), x_(new QCategoryAxis), y_(new QCategoryAxis) {
    scene_.addItem(chart_);
    scene_.setItemIndexMethod(QGraphicsScene::NoIndex);
    chart_->legend()->hide();
    chart_->setBackgroundVisible(false);
    chart_->setAnimationOptions(QChart::NoAnimation);
    chart_->setMargins(QMargins(6, 10, 18, 2));
    chart_->layout()->setContentsMargins(0, 0, 0, 0);
    chart_->addAxis(x_, Qt::AlignBottom);
    chart_->addAxis(y_, Qt::AlignLeft);
    for (QCategoryAxis* axis : {x_, y_}) {
        axis->setLabelsPosition(QCategoryAxis::AxisLabelsPositionOnValue);
        axis->setTruncateLabels(false);
    }
    restyle();
}

ChartAxes::~ChartAxes() = default;

void ChartAxes::resize(QSizeF size) {
    if (chart_->size() == size) return;
    chart_->resize(size);
    scene_.setSceneRect(QRectF(QPointF(), size));
    layOut();
}

void ChartAxes::restyle() {
    const QColor line = colour(Token::Line), text = colour(Token::Text), muted = colour(Token::Muted);
    QFont title = tableFont();
    for (QCategoryAxis* axis : {x_, y_}) {
        axis->setGridLinePen(QPen(line, 1));
        axis->setLinePen(QPen(muted, 1));
        axis->setLabelsColor(muted);
        axis->setTitleBrush(text);
        axis->setLabelsFont(tableFont());
        axis->setTitleFont(title);
    }
}

void ChartAxes::setTicks(QCategoryAxis& axis, const curves::Axis& shown, double low, double high,
                         double pixels) {
    const bool logarithmic = shown.scale == curves::Scale::Log;
    const auto value = [&](double along) { return logarithmic ? std::pow(10, along) : along; };
    const double perTick = &axis == x_ ? pixelsPerXTick : pixelsPerYTick;
    const auto aim = static_cast<std::size_t>(std::clamp(pixels / perTick, 2.0, 8.0));
    const curves::Ticks ticks = curves::ticksWithin(value(low), value(high), shown.scale, aim);
    for (const QString& label : axis.categoriesLabels())
        axis.remove(label);
    axis.setStartValue(low - 1);
    for (const curves::Tick& tick : ticks.major)
        axis.append(QString::fromStdString(tick.label), PlotMap::along(tick.value, logarithmic));
    axis.setRange(low, high);
    const QString title = QString::fromStdString(shown.title);
    axis.setTitleText(title);
    axis.setTitleVisible(!title.isEmpty());
}

void ChartAxes::show(const curves::Axis& x, const curves::Axis& y, const PlotRange& range) {
    setTicks(*x_, x, range.left, range.right, chart_->size().width() - 50);
    setTicks(*y_, y, range.bottom, range.top, chart_->size().height() - 50);
    layOut();
}

void ChartAxes::layOut() {
    // The chart lays itself out when events run; the series are painted on it before.
    chart_->layout()->invalidate();
    chart_->layout()->activate();
}

QRectF ChartAxes::plotArea() const {
    return chart_->plotArea();
}

void ChartAxes::paint(QPainter& painter) {
    // Lines of one pixel stay sharp; text is smoothed by itself.
    painter.setRenderHint(QPainter::Antialiasing, false);
    scene_.render(&painter, scene_.sceneRect(), scene_.sceneRect(), Qt::IgnoreAspectRatio);
}

}  // namespace ratescope::views
