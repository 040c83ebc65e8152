// A document of 500 nodes is dragged and zoomed: how long the window's thread is held up by each event.

#include "tests/gui/graph/graph_window.h"

#include <QElapsedTimer>
#include <QFile>
#include <algorithm>
#include <functional>

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

/// Milliseconds that this thread has waited for a processor.
double waited() {
    QFile file("/proc/thread-self/schedstat");
    if (!file.open(QIODevice::ReadOnly)) return 0;
    return file.readAll().split(' ').value(1).toDouble() / 1e6;
}

/// Milliseconds of each event with the painting that it causes, less those in which other programs had the processor.
class Times {
  public:
    void of(const std::function<void()>& event) {
        const double before = waited();
        QElapsedTimer timer;
        timer.start();
        event();
        QApplication::processEvents();
        const double wall = static_cast<double>(timer.nsecsElapsed()) / 1e6;
        milliseconds_.push_back(wall - (waited() - before));
    }
    double part(double portion) const {
        std::vector<double> sorted = milliseconds_;
        std::sort(sorted.begin(), sorted.end());
        return sorted[static_cast<std::size_t>(portion * static_cast<double>(sorted.size() - 1))];
    }
    QString text() const {
        return QString("median %1 ms, p99 %2 ms, longest %3 ms of %4")
            .arg(part(0.5), 0, 'f', 2)
            .arg(part(0.99), 0, 'f', 2)
            .arg(part(1), 0, 'f', 2)
            .arg(milliseconds_.size());
    }

  private:
    std::vector<double> milliseconds_;
};

}  // namespace

class GraphSpeedTest : public QObject {
    Q_OBJECT
  private slots:
    void initTestCase() {
        window_ = std::make_unique<GraphWindow>(fiveHundredNodes());
        QCOMPARE(window_->session.document.derived().branches.size(), std::size_t{200});
        QApplication::processEvents();
    }
    void cleanupTestCase() { window_.reset(); }

    void zooming_data() {
        QTest::addColumn<double>("from");
        QTest::newRow("from afar") << 0.1;
        QTest::newRow("from half") << 0.5;
        QTest::newRow("from near") << 1.0;
    }
    void zooming() {
        QFETCH(double, from);
        window_->view().setZoom(from);
        window_->view().centerOn(5000, 1200);
        QApplication::processEvents();
        Times times;
        for (int i = 0; i < 120; ++i)
            times.of([&] {
                QWheelEvent wheel({500, 300}, window_->view().viewport()->mapToGlobal(QPointF(500, 300)), {},
                                  {0, i % 24 < 12 ? 60 : -60}, Qt::NoButton, Qt::NoModifier,
                                  Qt::NoScrollPhase, false);
                QApplication::sendEvent(window_->view().viewport(), &wheel);
            });
        judge(times, "zooming");
    }

    void panning() {
        for (const double zoom : {0.1, 0.3, 0.5, 1.0}) {
            window_->view().setZoom(zoom);
            window_->view().centerOn(5000, 1200);
            QApplication::processEvents();
            Times times;
            QTest::mousePress(window_->view().viewport(), Qt::MiddleButton, Qt::NoModifier, {500, 300});
            for (int i = 0; i < 100; ++i)
                times.of([&] {
                    window_->moveTo({500 + (i % 50) * 6, 300 + (i % 40) * 4}, Qt::MiddleButton);
                });
            QTest::mouseRelease(window_->view().viewport(), Qt::MiddleButton, Qt::NoModifier, {500, 300});
            judge(times, qPrintable(QString("panning at %1").arg(zoom)));
        }
    }

    void draggingOneAndAll() {
        for (const bool all : {false, true})
            for (const double zoom : {0.12, 0.5, 1.0}) {
                window_->view().setZoom(zoom);
                window_->view().centerOn(window_->scene().node("jpeg-23")->sceneBox().center());
                QApplication::processEvents();
                if (all)
                    window_->key(Qt::Key_A, Qt::ControlModifier);
                else
                    window_->session.selection.setNodes({});
                const QPoint grip = window_->view().mapFromScene(
                    window_->scene().node("jpeg-23")->sceneBox().center() + QPointF(0, 8));
                Times times;
                window_->press(grip);
                for (int i = 0; i < 60; ++i)
                    times.of([&] { window_->moveTo(grip + QPoint(i * 3, i)); });
                window_->moveTo(grip);
                times.of([&] { window_->release(grip + QPoint(3, 3)); });
                judge(times,
                      qPrintable(QString(all ? "dragging all at %1" : "dragging one at %1").arg(zoom)));
            }
    }

    void editing() {
        window_->view().setZoom(0.5);
        QApplication::processEvents();
        Times times;
        for (int i = 0; i < 30; ++i)
            times.of([&] {
                window_->session.document.apply(
                    graph::setParameter("jpeg-23", "quality", graph::ParameterValue(std::int64_t{i + 1})));
            });
        judge(times, "editing a parameter");
    }

  private:
    /// The machine may be busy with other work: what is asserted is generous, what is printed is looked at.
    static void judge(const Times& times, const char* what) {
        qInfo("%s: %s", what, qPrintable(times.text()));
        QVERIFY2(times.part(0.5) < 50, qPrintable(times.text()));
    }

    std::unique_ptr<GraphWindow> window_;
};

RATESCOPE_GUI_TEST_MAIN(GraphSpeedTest)
#include "graph_speed_test.moc"
