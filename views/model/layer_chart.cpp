#include "views/model/layer_chart.h"

#include "views/controls/tabular.h"
#include "views/model/worst_mark.h"
#include "views/theme/mixed.h"
#include "views/theme/style.h"
#include "views/theme/tokens.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

constexpr int labelRow = 20, errorDigits = 3;
constexpr double widestBar = 24, barShare = 0.72;
constexpr double barShareOfColour = 0.5;

/// Half of the side's colour on the ground.
QColor barColour(const QColor& side) {
    return mixed(colour(Token::Surface), side, barShareOfColour);
}

}  // namespace

LayerChart::LayerChart(QWidget* parent) : QWidget(parent) {
    setObjectName("model.chart");
    setAccessibleName(tr("Error of each layer"));
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
}

void LayerChart::setTable(const TensorTable& table, ErrorKindShown kind) {
    const int before = current();
    bars_.clear();
    kind_ = kind;
    hasB_ = table.hasB;
    worst_ = current_ = -1;
    top_ = 0;
    const int worst = table.worst(kind);
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        const TensorRow& row = table.rows[i];
        if (!row.searched) continue;
        const auto tensor = static_cast<int>(i), place = static_cast<int>(bars_.size());
        if (tensor == worst) worst_ = place;
        if (tensor == before) current_ = place;
        bars_.push_back({tensor, row.block, row.name, row.a.errorOf(kind), row.b.errorOf(kind)});
        for (const double error : {bars_.back().a, bars_.back().b})
            if (std::isfinite(error)) top_ = std::max(top_, error);
    }
    if (top_ <= 0) top_ = 1;
    describe();
    update();
}

void LayerChart::setColours(const QColor& a, const QColor& b) {
    colourA_ = a;
    colourB_ = b;
    update();
}

void LayerChart::setCurrent(int tensor) {
    const auto found =
        std::find_if(bars_.begin(), bars_.end(), [tensor](const Bar& bar) { return bar.tensor == tensor; });
    const int place = found == bars_.end() ? -1 : static_cast<int>(found - bars_.begin());
    if (place == current_) return;
    current_ = place;
    describe();
    update();
}

void LayerChart::describe() {
    QStringList said;
    if (current_ >= 0) {
        const Bar& bar = bars_[static_cast<std::size_t>(current_)];
        said += tr("%1: %2").arg(bar.name, significantText(bar.a, errorDigits));
    }
    if (!worstText().isEmpty()) said += worstText();
    setAccessibleDescription(said.join(". "));
}

QString LayerChart::worstText() const {
    if (worst_ < 0) return {};
    const Bar& bar = bars_[static_cast<std::size_t>(worst_)];
    return tr("%1 %2: %3").arg(bar.name, worstWords(), significantText(bar.a, errorDigits));
}

// --- where things stand ------------------------------------------------------------------------------------

QRectF LayerChart::plot() const {
    const double axis = tabularWidth(tableFont(), significantText(top_, 2)) + 2 * measure::padding;
    return QRectF(rect()).adjusted(axis, labelRow + measure::padding, -measure::padding, -labelRow);
}

double LayerChart::step() const {
    return bars_.empty() ? 0
                         : std::min(widestBar / barShare, plot().width() / static_cast<double>(bars_.size()));
}

double LayerChart::heightOf(double error, const QRectF& plot) const {
    return std::isinf(error) ? plot.height() : std::min(1.0, error / top_) * plot.height();
}

std::vector<LayerChart::Drawn> LayerChart::drawn(double Bar::*error, const QRectF& plot) const {
    std::vector<Drawn> all;
    const double each = step(), width = std::max(1.0, each * barShare);
    for (std::size_t i = 0; i < bars_.size(); ++i) {
        const double value = bars_[i].*error;
        if (std::isnan(value)) continue;
        const double height = heightOf(value, plot);
        double left = plot.left() + each * (static_cast<double>(i) + 0.5) - width / 2;
        // A pixel's column each where there are more bars than columns: the highest is seen.
        if (each < 1) left = std::floor(left);
        if (each < 1 && !all.empty() && all.back().place.left() == left) {
            if (height <= all.back().place.height()) continue;
            all.pop_back();
        }
        all.push_back({QRectF(left, plot.bottom() - height, width, height), i});
    }
    return all;
}

QRectF LayerChart::placeOf(int tensor) const {
    for (const Drawn& one : drawn(&Bar::a, plot()))
        if (bars_[one.bar].tensor == tensor) return one.place;
    return {};
}

int LayerChart::barAt(double x) const {
    if (bars_.empty() || step() <= 0) return -1;
    const double place = std::floor((x - plot().left()) / step());
    return place < 0 || place >= static_cast<double>(bars_.size()) ? -1 : static_cast<int>(place);
}

// --- painting ----------------------------------------------------------------------------------------------

void LayerChart::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), colour(Token::Surface));
    painter.setFont(tableFont());
    const QRectF inside = plot();
    paintGrid(painter, inside);
    paintBlocks(painter, inside);
    paintBars(painter, inside);
    if (hasB_) paintB(painter, inside);
    paintWorst(painter, inside);
    if (!hasFocus()) return;
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colour(Token::Accent), 1));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

void LayerChart::paintGrid(QPainter& painter, const QRectF& plot) const {
    for (const double part : {0.0, 0.5, 1.0}) {
        const double y = std::round(plot.bottom() - part * plot.height()) + 0.5;
        painter.setPen(QPen(colour(Token::Line), 1));
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
        painter.setPen(colour(Token::Muted));
        drawTabular(painter, QRectF(0, y - 10, plot.left() - measure::padding, 20),
                    part == 0 ? QString("0") : significantText(part * top_, 2));
    }
}

/// A line where another block begins, and its number where there is room.
void LayerChart::paintBlocks(QPainter& painter, const QRectF& plot) const {
    const double each = step();
    double free = plot.left();
    for (std::size_t i = 0; i < bars_.size(); ++i) {
        if (bars_[i].block < 0 || (i > 0 && bars_[i - 1].block == bars_[i].block)) continue;
        const double x = plot.left() + each * static_cast<double>(i);
        if (x < free) continue;
        const QString number = QString::number(bars_[i].block);
        const double width = tabularWidth(painter.font(), number);
        if (i > 0) {
            painter.setPen(QPen(colour(Token::Line), 1));
            const double line = std::floor(x) + 0.5;
            painter.drawLine(QPointF(line, plot.top()), QPointF(line, plot.bottom() + measure::grid));
        }
        painter.setPen(colour(Token::Muted));
        drawTabular(painter, QRectF(x + measure::grid, plot.bottom(), width + 1, labelRow), number,
                    Qt::AlignLeft);
        free = x + width + 2 * measure::padding;
    }
}

void LayerChart::paintBars(QPainter& painter, const QRectF& plot) const {
    const QColor side = barColour(colourA_);
    if (current_ >= 0) {
        const double width = std::max(1.0, step() * barShare),
                     middle = plot.left() + step() * (current_ + 0.5);
        painter.fillRect(QRectF(middle - width / 2 - 2, plot.top(), width + 4, plot.height()),
                         colour(Token::Selected));
    }
    for (const Drawn& one : drawn(&Bar::a, plot))
        painter.fillRect(one.place, static_cast<int>(one.bar) == worst_ ? colour(Token::Bad) : side);
}

void LayerChart::paintB(QPainter& painter, const QRectF& plot) const {
    for (const Drawn& one : drawn(&Bar::b, plot))
        painter.fillRect(QRectF(one.place.left(), one.place.top() - 1, std::max(2.0, one.place.width()), 2),
                         colourB_);
}

void LayerChart::paintWorst(QPainter& painter, const QRectF& plot) const {
    if (worst_ < 0) return;
    const double middle = plot.left() + step() * (worst_ + 0.5);
    const double row = measure::grid + labelRow / 2.0;
    painter.setRenderHint(QPainter::Antialiasing);
    paintWorstMark(painter, {middle, row});
    const QString text =
        painter.fontMetrics().elidedText(worstText(), Qt::ElideMiddle, static_cast<int>(plot.width() / 2));
    const double width = painter.fontMetrics().horizontalAdvance(text), gap = worstMarkWidth;
    const bool right = middle + gap + width < plot.right();
    painter.setPen(colour(Token::Bad));
    painter.drawText(QRectF(right ? middle + gap : middle - gap - width, row - 10, width + 1, 20),
                     Qt::AlignVCenter | Qt::AlignLeft, text);
}

// --- hands -------------------------------------------------------------------------------------------------

bool LayerChart::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const int bar = barAt(help->pos().x());
    if (bar < 0) {
        QToolTip::hideText();
        return true;
    }
    const Bar& one = bars_[static_cast<std::size_t>(bar)];
    QString text = tr("%1: %2").arg(one.name, significantText(one.a, 6));
    if (hasB_) text += '\n' + tr("B: %1").arg(significantText(one.b, 6));
    QToolTip::showText(help->globalPos(), text, this);
    return true;
}

void LayerChart::choose(int bar) {
    if (bar < 0 || bar >= static_cast<int>(bars_.size())) return;
    current_ = bar;
    describe();
    update();
    emit chosen(current());
}

void LayerChart::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) choose(barAt(event->position().x()));
}

void LayerChart::keyPressEvent(QKeyEvent* event) {
    const auto last = static_cast<int>(bars_.size()) - 1;
    switch (event->key()) {
        case Qt::Key_Left:
            return choose(std::max(0, current_ - 1));
        case Qt::Key_Right:
            return choose(std::min(last, current_ + 1));
        case Qt::Key_Home:
            return choose(0);
        case Qt::Key_End:
            return choose(last);
        default:
            QWidget::keyPressEvent(event);
    }
}

void LayerChart::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange) update();
    QWidget::changeEvent(event);
}

}  // namespace ratescope::views
