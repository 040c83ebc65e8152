// 10,000 points in the panel: what the window's thread does for a wheel, a pointer, a pan, a branch that lights up, and
// for showing them at all.

#include "tests/core/store/sample_study.h"
#include "tests/gui/support.h"
#include "tests/gui/watchdog.h"
#include "views/curves/curves_panel.h"

#include <QMouseEvent>
#include <QWheelEvent>
#include <algorithm>
#include <cstdio>
#include <vector>

using namespace ratescope;
using views::CurvesPanel;

namespace {

constexpr double frame = 16, hardLimit = 50;  // milliseconds

/// What the window's thread was held up by `work` and what follows from it.
gui::Blocks blocksOf(const char* what, const std::function<void()>& work) {
    auto* application = static_cast<gui::WatchedApplication*>(qApp);
    application->start();
    work();
    const gui::Blocks blocks = application->stop();
    std::printf("%s: %s\n", what, qPrintable(blocks.text()));
    return blocks;
}

}  // namespace

class ManyPointsTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        store::SampleShape shape;
        shape.series.clear();
        for (int i = 0; i < 5; ++i)
            shape.series.push_back("jpeg/variant=" + std::to_string(i));
        shape.qualities.clear();
        for (int i = 0; i < 2000; ++i)
            shape.qualities.push_back(i);
        shape.assets = 1;
        store::Library library(folder_.library(), store::Access::Write);
        store::finishedStudy(library, store::sampleItems(shape));
    }

    void nothingBlocks() {
        // As in gui-alive: what the program itself holds up shows in every try, what else the machine does not.
        std::vector<gui::Blocks> all;
        const auto isHeld = [](const gui::Blocks& blocks) {
            return blocks.events == 0 || blocks.p99 >= frame || blocks.max >= hardLimit;
        };
        for (int tries = 0; tries < gui::tries; ++tries) {
            all = measured();
            if (std::none_of(all.begin(), all.end(), isHeld)) return;
        }
        for (const gui::Blocks& blocks : all)
            QVERIFY2(!isHeld(blocks), qPrintable(blocks.text()));
    }

  private:
    std::vector<gui::Blocks> measured() {
        views::Session session(gui::catalogue());
        CurvesPanel panel(session);
        panel.resize(820, 304);
        panel.show();
        if (!QTest::qWaitForWindowExposed(&panel)) qFatal("the panel is not shown");
        views::CurveChoice choice;
        choice.bands = false;
        panel.choose(choice);
        session.results.open(QString::fromStdString(folder_.library().string()),
                             store::sampleStudy().documentId);
        std::vector<gui::Blocks> all;
        all.push_back(blocksOf("showing", [&] {
            gui::waitFor([&] { return panel.shown() && panel.shown()->complete; }, 120'000);
        }));
        if (!panel.shown() || !panel.shown()->complete) qFatal("the curves are not shown");
        std::size_t points = 0;
        for (const curves::PlotSeries& series : panel.plot().spec()->series)
            points += series.points.size();
        if (points != 10'000) qFatal("the panel shows %zu points", points);
        gui::shoot(panel, "curves-many");

        views::CurvePlot& plot = panel.plot();
        const QPointF middle = plot.map().area().center();
        all.push_back(blocksOf("wheel", [&] {
            for (int i = 0; i < 40; ++i) {
                QWheelEvent event(middle, plot.mapToGlobal(middle), {}, {0, i < 20 ? 40 : -40}, Qt::NoButton,
                                  Qt::NoModifier, Qt::NoScrollPhase, false);
                QApplication::sendEvent(&plot, &event);
                QCoreApplication::processEvents();
            }
        }));
        plot.fit();
        all.push_back(blocksOf("hover", [&] {
            for (int i = 0; i < 100; ++i) {
                const QPointF place = middle + QPointF(2 * i - 100, i % 7);
                QMouseEvent event(QEvent::MouseMove, place, plot.mapToGlobal(place), Qt::NoButton,
                                  Qt::NoButton, Qt::NoModifier);
                QApplication::sendEvent(&plot, &event);
                QCoreApplication::processEvents();
            }
        }));
        all.push_back(blocksOf("a branch lights up", [&] {
            for (int i = 0; i < 20; ++i) {
                plot.setFaded(i % 2 ? std::set<std::string>{"jpeg/variant=1", "jpeg/variant=2"}
                                    : std::set<std::string>{});
                QCoreApplication::processEvents();
            }
        }));
        QTest::mousePress(&plot, Qt::MiddleButton, {}, middle.toPoint());
        all.push_back(blocksOf("pan", [&] {
            for (int i = 0; i < 40; ++i) {
                const QPointF place = middle + QPointF(i, i / 2.0);
                QMouseEvent event(QEvent::MouseMove, place, plot.mapToGlobal(place), Qt::NoButton,
                                  Qt::MiddleButton, Qt::NoModifier);
                QApplication::sendEvent(&plot, &event);
                QCoreApplication::processEvents();
            }
        }));
        QTest::mouseRelease(&plot, Qt::MiddleButton, {}, middle.toPoint());
        return all;
    }

    store::SampleFolder folder_;
};

RATESCOPE_GUI_TEST_MAIN(ManyPointsTest)
#include "many_points_test.moc"
