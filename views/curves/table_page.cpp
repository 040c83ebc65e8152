#include "views/curves/table_page.h"

#include "core/error.h"
#include "views/curves/pixel_ratio.h"
#include "views/figure/page.h"
#include "views/figure/plot_painter.h"

#include <QPainter>

namespace ratescope::views {
namespace {

constexpr double pixelsPerInch = 96, millimetresPerInch = 25.4;

}  // namespace

TablePage::TablePage(QWidget* parent) : QWidget(parent) {
    setObjectName("tablePage");
    setAccessibleName(tr("Plot of the table"));
    setFocusPolicy(Qt::StrongFocus);
}

void TablePage::showSpec(curves::PlotSpec spec) {
    setAccessibleDescription(QString::fromStdString(spec.caption));
    spec_ = std::move(spec);
    page_ = {};
    update();
}

void TablePage::resizeEvent(QResizeEvent*) {
    page_ = {};
}

void TablePage::paintPage(double ratio) {
    page_ = QPixmap(size() * ratio);
    page_.setDevicePixelRatio(ratio);
    page_.fill(Qt::white);
    QPainter painter(&page_);
    // Cells meet without seams.
    painter.setRenderHint(QPainter::Antialiasing, !spec_->heatMap);
    FigureStyle style;
    style.millimetres = QSizeF(size()) / pixelsPerInch * millimetresPerInch;
    const double unit = pixelsPerInch / (72 * unitsPerPoint);
    try {
        painter.scale(unit, unit);
        paintPlot(painter, *spec_, style);
    } catch (const Error&) {
        painter.resetTransform();
        page_.fill(Qt::white);
        painter.setPen(Qt::black);
        painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap,
                         tr("The panel is too small for this table. Make it larger."));
    }
}

void TablePage::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), Qt::white);
    if (!spec_) return;
    const double ratio = pixelRatioOf(painter);
    if (page_.isNull() || page_.devicePixelRatioF() != ratio) paintPage(ratio);
    painter.drawPixmap(0, 0, page_);
}

}  // namespace ratescope::views
