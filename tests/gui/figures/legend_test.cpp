// Where a figure's legend stands: in a free corner, where its reader has put it, or above a plot that is full.

#include "core/curves/legend.h"

#include "core/curves/rd_plot.h"
#include "tests/core/curves/sample_curves.h"
#include "tests/gui/support.h"
#include "views/figure/legend_painter.h"
#include "views/figure/page.h"
#include "views/figure/plot_painter.h"

#include <QImage>
#include <QPainter>

using namespace ratescope;
using curves::Corner;

namespace {

/// Lines from corner to corner, and longer names than any corner holds.
curves::PlotSpec fullPlot(std::optional<Corner> corner = {}) {
    std::vector<curves::Curve> all{sample::published({{1, 10}, {2, 20}, {3, 30}, {4, 40}, {5, 50}}),
                                   sample::published({{1, 50}, {2, 40}, {3, 30}, {4, 20}, {5, 10}})};
    for (curves::Curve& curve : all)
        curve.title = "A codec · of a setting that takes long to say";
    return makeRdPlot(all, {}, {.corner = corner});
}

const QRectF box(0, 0, 75 * views::unitsPerMillimetre, 50 * views::unitsPerMillimetre);

}  // namespace

class LegendTest : public QObject {
    Q_OBJECT

  private slots:
    void aFreeCornerIsTaken() {
        const curves::PlotSpec spec = makeRdPlot(sample::curves(), {}, {});
        const views::LegendLayout layout = views::layLegend(spec, box, {});
        QVERIFY(layout.corner == Corner::BottomRight);
        QCOMPARE(layout.above(), 0.0);
        QVERIFY(layout.size.width() < box.width() && layout.size.height() < box.height());
    }

    void aFullPlotHasItAbove() {
        const views::LegendLayout layout = views::layLegend(fullPlot(), box, {});
        QVERIFY(!layout.corner);
        QVERIFY(layout.above() > 0 && layout.above() < box.height() / 3);
        QVERIFY(layout.size.width() <= box.width());
        // Short names stand side by side.
        curves::PlotSpec brief = fullPlot();
        for (curves::PlotSeries& series : brief.series)
            series.title = "A codec";
        brief.series.insert(brief.series.end(), 6, brief.series.front());
        const views::LegendLayout wide = views::layLegend(brief, box, {});
        QVERIFY(!wide.corner && wide.columns > 1);
        QVERIFY(wide.above() < layout.above() * 2);
    }

    void aChosenCornerIsKept() {
        const views::LegendLayout layout = views::layLegend(fullPlot(Corner::TopLeft), box, {});
        QVERIFY(layout.corner == Corner::TopLeft);
    }

    /// Above the plot, and the plot below it: where the legend was, there is now data.
    void thePlotGivesWay() {
        const auto painted = [](const curves::PlotSpec& spec) {
            QImage image(1778, 1320, QImage::Format_RGB32);
            QPainter painter(&image);
            painter.scale(image.width() / (88.9 * views::unitsPerMillimetre),
                          image.height() / (66.0 * views::unitsPerMillimetre));
            views::paintPlot(painter, spec, {});
            return image;
        };
        // The frame's upper edge: the first dark row in a column that holds nothing else.
        const auto frameOf = [](const QImage& image) {
            const int x = image.width() * 97 / 100;
            for (int y = 0; y < image.height(); ++y)
                if (qGray(image.pixel(x - 20, y)) < 100) return y;
            return -1;
        };
        const QImage above = painted(fullPlot()), covered = painted(fullPlot(Corner::BottomLeft));
        QVERIFY(frameOf(covered) > 0);
        QVERIFY2(frameOf(above) > frameOf(covered) + 60, qPrintable(QString::number(frameOf(above))));
    }

    void aSmallPlotKeepsItsRoom() {
        curves::PlotSpec many = fullPlot();
        many.series.insert(many.series.end(), 9, many.series.front());
        const QRectF low(0, 0, box.width(), box.height() / 2);
        QVERIFY(views::layLegend(many, low, {}).corner);
    }
};

RATESCOPE_GUI_TEST_MAIN(LegendTest)
#include "legend_test.moc"
