// Edits of several nodes, the clipboard, frames, drops; all of them undone.

#include "views/graph/graph_edits.h"

#include "core/graph/edit.h"
#include "tests/gui/graph/graph_window.h"
#include "views/session/node_mime.h"

#include <QClipboard>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>

using namespace ratescope;
using gui::fourNodes;
using gui::GraphWindow;
using gui::hasWire;

class GraphEditsTest : public QObject {
    Q_OBJECT
  private slots:
    void deletingTakesTheWiresAlong() {
        GraphWindow window(fourNodes());
        const std::string first = window.text();
        window.click(window.title("jpeg"));
        window.click(window.title("crop"), Qt::ControlModifier);
        QCOMPARE(window.session.selection.nodes().size(), std::size_t{2});
        window.key(Qt::Key_Delete);
        QCOMPARE(window.document().nodes.size(), std::size_t{2});
        QVERIFY(window.document().wires.empty());
        QCOMPARE(window.session.document.history().position(), std::size_t{1});
        window.session.document.undo();
        QCOMPARE(window.text(), first);
        // A wire alone.
        window.click(window.at(298, window.scene().node("jpeg")->anchorOf({{"jpeg", "image"}, false})->y()));
        window.key(Qt::Key_Delete);
        QCOMPARE(window.document().nodes.size(), std::size_t{4});
        QVERIFY(window.document().wires.empty());
    }

    void nodesArePastedIntoAnotherDocument() {
        const graph::Document study = gui::documentOf(gui::threeCodecs());
        GraphWindow from(study);
        from.key(Qt::Key_A, Qt::ControlModifier);
        from.key(Qt::Key_C, Qt::ControlModifier);
        QVERIFY(QApplication::clipboard()->mimeData()->hasFormat(views::nodesMimeType));
        GraphWindow to;
        const std::string empty = to.text();
        to.key(Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(to.document().nodes.size(), study.nodes.size());
        QCOMPARE(to.document().wires, study.wires);
        QCOMPARE(to.document().sweeps, study.sweeps);
        to.settle();
        QCOMPARE(to.session.document.derived().branches.size(), std::size_t{3});
        // Once more: under free names, with sweeps of its own.
        to.key(Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(to.document().nodes.size(), 2 * study.nodes.size());
        QVERIFY(to.document().find("jpeg-2"));
        QVERIFY(hasWire(to.document(), "srgb-2.image", "jpeg-2.image"));
        QCOMPARE(to.document().sweeps.size(), 2 * study.sweeps.size());
        to.settle();
        QCOMPARE(to.session.document.derived().branches.size(), std::size_t{6});
        QCOMPARE(to.session.document.history().position(), std::size_t{2});
        to.undoAll();
        QCOMPARE(to.text(), empty);
    }

    void duplicatesAndCutsAreOneStepEach() {
        GraphWindow window(fourNodes());
        const std::string first = window.text();
        window.click(window.title("photographs"));
        window.click(window.title("jpeg"), Qt::ShiftModifier);
        window.key(Qt::Key_D, Qt::ControlModifier);
        QVERIFY(hasWire(window.document(), "images.image", "jpeg-2.image") ||
                hasWire(window.document(), "photographs-2.image", "jpeg-2.image"));
        QCOMPARE(window.session.selection.nodes().size(), std::size_t{2});
        window.key(Qt::Key_X, Qt::ControlModifier);
        QCOMPARE(window.document().nodes.size(), std::size_t{4});
        window.key(Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(window.document().nodes.size(), std::size_t{6});
        QCOMPARE(window.session.document.history().position(), std::size_t{3});
        window.undoAll();
        QCOMPARE(window.text(), first);
    }

    void whatIsNoNodesIsNotPasted() {
        GraphWindow window(fourNodes());
        auto* data = new QMimeData;
        data->setData(views::nodesMimeType, "{\"nodes\": 3}");
        QApplication::clipboard()->setMimeData(data);
        window.key(Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(window.session.document.history().position(), std::size_t{0});
    }

    void framesAreReachedByKeys() {
        GraphWindow window(fourNodes());
        const graph::Node jpeg = *window.document().find("jpeg");
        const std::vector<graph::Frame> frames{{"first", "", 0, -400, 120, 90},
                                               {"second", "", jpeg.x - 16, jpeg.y - 48, 600, 600}};
        window.session.document.apply(graph::setFrames(frames));
        window.view().setFocus();
        window.key(Qt::Key_F2, Qt::ShiftModifier);
        window.key(Qt::Key_F2, Qt::ShiftModifier);
        // It takes the node along, as under the mouse.
        window.key(Qt::Key_Down, Qt::ShiftModifier);
        QCOMPARE(window.document().frames[0].y, frames[0].y);
        QVERIFY(window.document().frames[1].y > frames[1].y);
        QCOMPARE(window.document().find("jpeg")->y - jpeg.y, window.document().frames[1].y - frames[1].y);
        // Round to the first.
        window.key(Qt::Key_F2, Qt::ShiftModifier);
        window.key(Qt::Key_F2);
        auto* title = window.panel.findChild<QLineEdit*>("frame-title");
        QVERIFY(title && title->isVisible());
        QCOMPARE(title->text(), QString("first"));
        QTest::keyClick(title, Qt::Key_Escape);
        window.key(Qt::Key_Delete);
        QCOMPARE(window.document().frames.size(), std::size_t{1});
        QCOMPARE(window.document().frames[0].title, std::string("second"));
    }

    void aFrameHoldsItsNodes() {
        GraphWindow window(fourNodes());
        const std::string first = window.text();
        window.click(window.title("jpeg"));
        window.key(Qt::Key_G, Qt::ControlModifier);
        auto* title = window.panel.findChild<QLineEdit*>("frame-title");
        QVERIFY(title && title->isVisible());
        QTest::keyClicks(title, "Codecs under test");
        auto* comment = window.panel.findChild<QPlainTextEdit*>("frame-comment");
        QTest::keyClicks(comment, "One thread each");
        QTest::mouseClick(window.panel.findChild<QPushButton*>("frame-set"), Qt::LeftButton);
        QCOMPARE(window.document().frames.size(), std::size_t{1});
        QCOMPARE(window.document().frames[0].title, std::string("Codecs under test"));
        QCOMPARE(window.document().frames[0].text, std::string("One thread each"));
        // Moved by its title it takes the node along, in one step.
        const graph::Frame frame = window.document().frames[0];
        const graph::Node node = *window.document().find("jpeg");
        const std::size_t steps = window.session.document.history().position();
        const QPoint grip = window.at(frame.x + 40, frame.y + 12);
        window.drag(grip, grip + QPoint(40, 80));
        QCOMPARE(window.document().frames[0].x, frame.x + 40);
        QCOMPARE(window.document().find("jpeg")->y, node.y + 80);
        QCOMPARE(window.session.document.history().position(), steps + 1);
        // A double click edits it.
        const graph::Frame moved = window.document().frames[0];
        QTest::mouseDClick(window.view().viewport(), Qt::LeftButton, Qt::NoModifier,
                           window.at(moved.x + 40, moved.y + 12));
        QVERIFY(title->isVisible());
        QTest::keyClick(title, Qt::Key_Escape);
        window.click(window.at(moved.x + 40, moved.y + 12));
        window.key(Qt::Key_Delete);
        QVERIFY(window.document().frames.empty());
        QCOMPARE(window.document().nodes.size(), std::size_t{4});
        window.undoAll();
        QCOMPARE(window.text(), first);
    }

    void nodesAreAlignedAndSpread() {
        GraphWindow window(fourNodes());
        window.key(Qt::Key_A, Qt::ControlModifier);
        window.trigger("graph.align-left");
        for (const graph::Node& node : window.document().nodes)
            QCOMPARE(node.x, 0.0);
        window.trigger("graph.distribute-down");
        const views::NodeRects rects = window.scene().rectsOf(window.scene().selectedNodes());
        for (const auto& [slug, rect] : rects)
            for (const auto& [other, second] : rects)
                QVERIFY2(slug == other || !rect.intersects(second), qPrintable(QString::fromStdString(slug)));
        QCOMPARE(window.session.document.history().position(), std::size_t{2});
    }

    void aBypassedNodeSaysSo() {
        GraphWindow window(fourNodes());
        window.click(window.title("jpeg"));
        window.key(Qt::Key_B);
        QVERIFY(window.document().find("jpeg")->bypassed);
        QCOMPARE(window.scene().node("jpeg")->content().state, views::RunState::Bypassed);
        window.key(Qt::Key_B);
        QVERIFY(!window.document().find("jpeg")->bypassed);
        // A source can't be.
        window.click(window.title("photographs"));
        window.key(Qt::Key_B);
        QVERIFY(!window.document().find("photographs")->bypassed);
    }

    void filesBecomeSources() {
        QTemporaryDir folder;
        const auto touch = [&](const QString& name) {
            QFile file(folder.filePath(name));
            if (!file.open(QIODevice::WriteOnly)) qFatal("no file");
            return folder.filePath(name);
        };
        const QStringList files{touch("a.png"), touch("b.JPG"), touch("w.safetensors"), touch("x.unknown"),
                                touch("study.ratescope")};
        GraphWindow window;
        const std::string first = window.text();
        QSignalSpy opened(&window.panel, &views::GraphPanel::openAsked);
        QMimeData data;
        QList<QUrl> urls;
        for (const QString& file : files)
            urls += QUrl::fromLocalFile(file);
        data.setUrls(urls);
        QDragEnterEvent enter(QPoint(300, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(window.view().viewport(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(300, 200), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(window.view().viewport(), &drop);
        QCOMPARE(window.document().nodes.size(), std::size_t{2});
        const graph::Node& images = window.document().nodes[0];
        QCOMPARE(images.type, std::string("source.images"));
        const std::string both =
            std::get<std::string>(std::get<graph::ParameterValue>(images.parameters.at("files")));
        QCOMPARE(both, (files[0] + ";" + files[1]).toStdString());
        QCOMPARE(window.document().nodes[1].type, std::string("source.tensors"));
        QCOMPARE(opened.count(), 1);
        QCOMPARE(opened[0][0].toString(), files[4]);
        QVERIFY(window.view().bubble().text().contains("x.unknown"));
        window.session.document.undo();
        QCOMPARE(window.text(), first);
    }

    void aNodeFromThePaletteIsDroppedOnAWire() {
        GraphWindow window(fourNodes());
        QMimeData data;
        data.setData(views::nodeMime, "image.crop");
        const QPoint middle =
            window.at(298, window.scene().node("jpeg")->anchorOf({{"jpeg", "image"}, false})->y());
        QDragEnterEvent enter(middle, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(window.view().viewport(), &enter);
        QDropEvent drop(QPointF(middle), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(window.view().viewport(), &drop);
        QVERIFY(hasWire(window.document(), "photographs.image", "crop-2.image"));
        QVERIFY(hasWire(window.document(), "crop-2.image", "jpeg.image"));
    }

    void twentyMixedEditsAreUndoneAndRedone() {
        GraphWindow window(fourNodes());
        std::vector<std::string> states{window.text()};
        const auto done = [&] {
            if (window.text() != states.back()) states.push_back(window.text());
        };
        window.drag(window.out("photographs"), window.in("psnr", "reference")), done();
        window.drag(window.out("jpeg"), window.in("psnr", "candidate")), done();
        window.add("webp"), done();
        window.drag(window.title("webp"), window.at(400, 330)), done();
        window.drag(window.out("photographs"), window.in("webp")), done();
        window.drag(window.out("webp"), window.in("psnr", "candidate")), done();
        window.session.document.apply(graph::setParameter("jpeg", "progressive", true)), done();
        window.session.document.apply(graph::setSweeps(
            {{{{"jpeg", "quality", {}}}, {{std::int64_t{10}}, {std::int64_t{50}}, {std::int64_t{90}}}}})),
            done();
        window.click(window.title("jpeg")), window.key(Qt::Key_D, Qt::ControlModifier), done();
        window.key(Qt::Key_Delete), done();
        window.click(window.title("crop")), window.key(Qt::Key_B), done();
        window.session.document.apply(graph::setTitle("webp", "WebP, lossy")), done();
        window.session.document.apply(graph::renameNode("psnr", "quality")), done();
        window.key(Qt::Key_A, Qt::ControlModifier), window.trigger("graph.align-top"), done();
        window.trigger("graph.distribute-across"), done();
        window.trigger("graph.add-frame"),
            QTest::keyClick(window.panel.findChild<QLineEdit*>("frame-title"), Qt::Key_Escape), done();
        window.view().showAll();
        window.key(Qt::Key_Escape);
        window.drag(window.in("webp"),
                    window.view().mapFromScene(window.view().visibleScene().topLeft()) + QPoint(9, 9)),
            done();
        window.click(window.title("quality")), window.key(Qt::Key_Right, Qt::ShiftModifier), done();
        window.key(Qt::Key_A, Qt::ControlModifier), window.key(Qt::Key_C, Qt::ControlModifier),
            window.key(Qt::Key_V, Qt::ControlModifier), done();
        window.session.document.apply(graph::setStudy({0, 1}, 2, 300, true)), done();
        window.session.document.apply(graph::resetParameter("jpeg", "progressive")), done();
        QVERIFY2(states.size() > 20, qPrintable(QString::number(states.size())));
        for (std::size_t i = states.size() - 1; i-- > 0;) {
            window.session.document.undo();
            QCOMPARE(window.text(), states[i]);
        }
        QVERIFY(!window.session.document.history().canUndo());
        QVERIFY(window.session.document.saved());
        for (std::size_t i = 1; i < states.size(); ++i) {
            window.session.document.redo();
            QCOMPARE(window.text(), states[i]);
        }
    }
};

RATESCOPE_GUI_TEST_MAIN(GraphEditsTest)
#include "graph_edits_test.moc"
