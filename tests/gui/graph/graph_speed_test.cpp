// A document of 500 nodes is dragged and zoomed: how long the window's thread is held up by each event.

#include "tests/gui/graph/graph_window.h"
#include "tests/gui/watchdog.h"

#include <cstdio>

using namespace ratescope;
using gui::GraphWindow;

namespace {

/// 100 groups of source → convert → JPEG and WebP → PSNR, ten a row.
graph::Document fiveHundredNodes() {
    std::vector<std::tuple<std::string, std::string, double, double>> nodes;
    for (int group = 0; group < 100; ++group) {
        const std::string number = std::to_string(group);
        const double x = (group % 10) * 1400, y = (group / 10) * 340;
        nodes.emplace_back("images-" + number, "source.images", x, y);
        nodes.emplace_back("convert-" + number, "image.convert", x + 300, y);
        nodes.emplace_back("jpeg-" + number, "image.jpeg", x + 620, y);
        nodes.emplace_back("webp-" + number, "image.webp", x + 620, y + 150);
        nodes.emplace_back("psnr-" + number, "measure.psnr", x + 960, y);
    }
    graph::Document document = gui::nodesAt(nodes);
    for (int group = 0; group < 100; ++group) {
        const std::string number = std::to_string(group);
        const auto wire = [&](const std::string& from, const std::string& to, const std::string& port) {
            document.wires.push_back({{from + number, "image"}, {to + number, port}});
        };
        document.find("images-" + number)->parameters["files"] = graph::ParameterValue(std::string("*.png"));
        wire("images-", "convert-", "image");
        wire("convert-", "jpeg-", "image");
        wire("convert-", "webp-", "image");
        wire("convert-", "psnr-", "reference");
        wire("jpeg-", "psnr-", "candidate");
        wire("webp-", "psnr-", "candidate");
        document.sweeps.push_back({{{"jpeg-" + number, "quality", {}}},
                                   {{std::int64_t{10}}, {std::int64_t{50}}, {std::int64_t{90}}}});
    }
    return document;
}

}  // namespace

class GraphSpeedTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        window_ = std::make_unique<GraphWindow>(fiveHundredNodes());
        QCOMPARE(window_->session.document.derived().branches.size(), std::size_t{200});
    }
    void cleanupTestCase() { window_.reset(); }

    void zooming() {
        for (const double zoom : {0.1, 0.5, 1.0}) {
            show(zoom);
            watched().start();
            for (int i = 0; i < 120; ++i) {
                QWheelEvent wheel({500, 300}, window_->view().viewport()->mapToGlobal(QPointF(500, 300)), {},
                                  {0, i % 24 < 12 ? 60 : -60}, Qt::NoButton, Qt::NoModifier,
                                  Qt::NoScrollPhase, false);
                QApplication::sendEvent(window_->view().viewport(), &wheel);
                QApplication::processEvents();
            }
            judge(QString("zooming from %1").arg(zoom));
        }
    }

    void panning() {
        for (const double zoom : {0.1, 0.3, 0.5, 1.0}) {
            show(zoom);
            watched().start();
            QTest::mousePress(window_->view().viewport(), Qt::MiddleButton, Qt::NoModifier, {500, 300});
            for (int i = 0; i < 100; ++i) {
                window_->moveTo({500 + (i % 50) * 6, 300 + (i % 40) * 4}, Qt::MiddleButton);
                QApplication::processEvents();
            }
            QTest::mouseRelease(window_->view().viewport(), Qt::MiddleButton, Qt::NoModifier, {500, 300});
            judge(QString("panning at %1").arg(zoom));
        }
    }

    void draggingOneAndAll() {
        for (const bool all : {false, true})
            for (const double zoom : {0.12, 0.3, 0.5, 1.0}) {
                show(zoom);
                window_->key(Qt::Key_Escape);
                if (all) window_->key(Qt::Key_A, Qt::ControlModifier);
                const QPoint grip = window_->view().mapFromScene(
                    window_->scene().node("jpeg-23")->sceneBox().center() + QPointF(0, 8));
                watched().start();
                window_->press(grip);
                for (int i = 0; i < 60; ++i) {
                    window_->moveTo(grip + QPoint(i * 3, i));
                    QApplication::processEvents();
                }
                window_->moveTo(grip + QPoint(3, 3));
                window_->release(grip + QPoint(3, 3));
                QApplication::processEvents();
                judge(QString(all ? "dragging all at %1" : "dragging one at %1").arg(zoom));
            }
    }

    void selectingAll() {
        show(0.12);
        watched().start();
        for (int i = 0; i < 10; ++i) {
            window_->key(Qt::Key_A, Qt::ControlModifier);
            QApplication::processEvents();
            window_->key(Qt::Key_Escape);
            QApplication::processEvents();
        }
        judge("selecting all and none");
    }

    void editing() {
        show(0.5);
        window_->session.selection.setNodes({"jpeg-23"});
        watched().start();
        for (int i = 0; i < 30; ++i) {
            window_->key(Qt::Key_B);
            window_->settle();
        }
        judge("bypassing a node and back");
    }

  private:
    static gui::WatchedApplication& watched() { return *static_cast<gui::WatchedApplication*>(qApp); }

    void show(double zoom) {
        window_->view().setZoom(zoom);
        window_->view().centerOn(window_->scene().node("jpeg-23")->sceneBox().center());
        QApplication::processEvents();
    }

    /// The bound is wide of what is printed, for machines that are busy or slow.
    static void judge(const QString& what) {
        const gui::Blocks blocks = watched().stop();
        std::printf("%s: %s\n", qPrintable(what), qPrintable(blocks.text()));
        QVERIFY2(blocks.p99 < 50, qPrintable(what + ": " + blocks.text()));
    }

    std::unique_ptr<GraphWindow> window_;
};

RATESCOPE_GUI_TEST_MAIN(GraphSpeedTest)
#include "graph_speed_test.moc"
