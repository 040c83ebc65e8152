// Pictures of the graph, to be looked at; export; the states of nodes of a study that has run.

#include "core/error.h"
#include "tests/gui/graph/graph_window.h"
#include "views/graph/graph_outline.h"
#include "views/graph/outline_model.h"

#include <QAbstractItemModelTester>
#include <QHBoxLayout>
#include <QImage>
#include <QMenu>
#include <QTemporaryDir>
#include <QTreeView>

using namespace ratescope;
using gui::GraphWindow;

class GraphShotsTest : public QObject {
    Q_OBJECT
  private slots:
    void aStudyThatHasRun() {
        const gui::RanStudy study(gui::threeCodecs());
        GraphWindow window;
        gui::open(window.session, study.document(), study.library());
        QVERIFY(gui::waitFor([&] { return window.scene().node("jpeg")->content().counts == "20 of 20"; }));
        QCOMPARE(window.scene().node("psnr")->content().counts, QString("60 of 60"));
        QCOMPARE(window.scene().node("jxl")->content().state, views::RunState::Done);
        QCOMPARE(window.scene().node("photographs")->content().state, views::RunState::Done);
        QCOMPARE(window.scene().node("photographs")->content().details, QString("4 files"));
        QCOMPARE(window.scene().node("jpeg")->content().chips.at(0).text, QString("quality 10…90 · 5 runs"));
        std::vector<graph::Frame> frames{
            {"Codecs under test", "Near their slowest settings, one thread each", 616, -56, 304, 500}};
        window.session.document.apply(graph::setFrames(frames));
        window.session.document.apply(graph::setParameter("jpeg", "progressive", true));
        window.session.document.apply(
            graph::setParameter("webp", "method", graph::ParameterValue(std::int64_t{6})));
        window.settle();
        window.panel.resize(1300, 640);
        window.panel.showAll();
        window.session.selection.setNodes({"jpeg"});
        gui::shoot(window.panel, "graph-study");
        window.session.selection.pointAtBranch("webp");
        gui::shoot(window.panel, "graph-pointed");
        QWidget tools;
        auto* row = new QHBoxLayout(&tools);
        row->setContentsMargins(0, 0, 0, 0);
        row->addWidget(window.panel.toolRow());
        window.panel.toolRow()->show();
        tools.resize(tools.sizeHint());
        gui::shoot(tools, "graph-tools");
        window.view().setZoom(0.35);
        gui::shoot(window.panel, "graph-far");
    }

    void theEmptyState() {
        GraphWindow window;
        gui::shoot(window.panel, "graph-empty");
        window.key(Qt::Key_Tab);
        QTest::keyClicks(&window.searchField(), "image");
        gui::shoot(window.panel, "graph-search");
    }

    void everyState() {
        GraphWindow window(gui::nodesAt({{"photographs", "source.images", 0, 0},
                                         {"not-installed", "image.of-another-program", 0, 200},
                                         {"jpeg", "image.jpeg", 340, 0},
                                         {"webp", "image.webp", 340, 150},
                                         {"psnr", "measure.psnr", 680, 0}}));
        window.session.document.apply(graph::setBypassed("webp", true));
        window.settle();
        QCOMPARE(window.scene().node("psnr")->content().state, views::RunState::NeedsInput);
        QVERIFY(!window.scene().node("psnr")->content().complaint.isEmpty());
        QCOMPARE(window.scene().node("webp")->content().state, views::RunState::Bypassed);
        window.panel.showAll();
        gui::shoot(window.panel, "graph-states");
        // Every glyph, as a run would bring them.
        int place = 0;
        for (const auto state : {views::RunState::Idle, views::RunState::Waiting, views::RunState::Running,
                                 views::RunState::Done, views::RunState::FromCache, views::RunState::Failed,
                                 views::RunState::Cancelled, views::RunState::Interrupted,
                                 views::RunState::Bypassed, views::RunState::NeedsInput}) {
            views::NodeContent content = window.scene().node("jpeg")->content();
            content.state = state;
            content.title = views::wordOf(state);
            content.counts = "1,026 of 1,440";
            content.complaint.clear();
            if (state == views::RunState::Failed)
                content.complaint = "cjpeg has ended with code 1: the picture is larger than it takes.";
            if (state == views::RunState::Running) content.progress = 0.7;
            content.chips = {{"quality 5…95 · 10 runs", true},
                             {"subsampling 4:2:0, 4:4:4 · 2 runs", true},
                             {"smoothing 0…100 · 3 runs", true},
                             {"a", true},
                             {"b", true}};
            content.details = "4:2:0 · progressive";
            auto* item = new views::NodeItem(window.scene().canvas());
            window.scene().addItem(item);
            item->setContent(content);
            item->setPos((place % 5) * 280, 400 + (place / 5) * 230);
            ++place;
        }
        window.view().setZoom(0.75);
        window.panel.resize(1300, 640);
        window.view().centerOn(690, 560);
        gui::shoot(window.panel, "graph-glyphs");
    }

    void aRefusal() {
        GraphWindow window(gui::nodesAt({{"jpeg", "image.jpeg", 0, 0}, {"psnr", "measure.psnr", 400, 20}}));
        window.panel.showAll();
        window.press(window.out("jpeg", "bitstream"));
        window.moveTo(window.at(330, 60));
        window.moveTo(window.in("psnr", "candidate"));
        gui::shoot(window.panel, "graph-refused");
        window.release(window.in("psnr", "candidate"));
        window.session.selection.setNodes({"jpeg"});
        window.trigger("graph.add-frame");
        gui::shoot(window.panel, "graph-frame-editor");
    }

    void theWholeGraphIsExported() {
        const QTemporaryDir folder;
        GraphWindow window(gui::documentOf(gui::threeCodecs()));
        window.view().setZoom(0.1);
        window.session.selection.setNodes({"jpeg"});
        const QString svg = folder.filePath("graph.svg"), png = folder.filePath("graph.png");
        window.panel.exportGraph(svg);
        window.panel.exportGraph(png);
        QFile file(svg);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll();
        QVERIFY(text.contains("JPEG XL") && text.contains("quality"));
        const QImage image(png);
        QCOMPARE(image.width(), static_cast<int>((window.scene().contentRect().width() + 32) * 2));
        QCOMPARE(image.pixelColor(2, 2), QColor(Qt::white));
        QVERIFY(image.save(qEnvironmentVariable("RATESCOPE_BUILD") + "/shots/graph-export.png"));
        QVERIFY_EXCEPTION_THROWN(window.panel.exportGraph(folder.filePath("graph.pdf")), Error);
        QVERIFY_EXCEPTION_THROWN(window.panel.exportGraph("/nowhere/graph.png"), Error);
    }

    void theOutlineIsWalkedAndEdited() {
        views::Session session(gui::catalogue());
        views::GraphOutline outline(session);
        const QAbstractItemModelTester tester(&outline.model(),
                                              QAbstractItemModelTester::FailureReportingMode::QtTest);
        session.document.replace(gui::documentOf(gui::threeCodecs()), {}, true);
        const std::string first = graph::toText(session.document.document());
        outline.resize(360, 420);
        outline.show();
        outline.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&outline));
        QTreeView& tree = outline.tree();
        QCOMPARE(outline.model().rowCount(), 7);
        tree.setFocus();
        tree.setCurrentIndex(outline.model().index(0, 0));
        QTest::keyClick(&tree, Qt::Key_Down);
        QTest::keyClick(&tree, Qt::Key_Down);
        QCOMPARE(session.selection.node(), std::string("jpeg"));
        // Into the node, its output, its connection.
        QTest::keyClick(&tree, Qt::Key_Right);
        QTest::keyClick(&tree, Qt::Key_Down);
        QTest::keyClick(&tree, Qt::Key_Down);
        QCOMPARE(outline.model().portOf(tree.currentIndex()), (views::PortEnd{{"jpeg", "image"}, true}));
        QTest::keyClick(&tree, Qt::Key_Right);
        gui::shoot(outline, "graph-outline");
        QTest::keyClick(&tree, Qt::Key_Down);
        const auto wire = outline.model().wireOf(tree.currentIndex());
        QVERIFY(wire);
        QCOMPARE(wire->to.text(), std::string("psnr.candidate"));
        QTest::keyClick(&tree, Qt::Key_Delete);
        QCOMPARE(session.document.document().wires.size(), std::size_t{11});
        // What was open stays open; the port connects again by its menu.
        tree.setCurrentIndex(outline.model().index(1, 0, outline.model().index(2, 0)));
        QTest::keyClick(&tree, Qt::Key_Return);
        auto* menu = outline.findChild<QMenu*>("outline-menu");
        QVERIFY(menu);
        QMenu* targets = menu->actions().constFirst()->menu();
        QVERIFY(targets && !targets->actions().isEmpty());
        for (QAction* action : targets->actions())
            if (action->text().contains("psnr") && action->text().contains("candidate")) action->trigger();
        menu->close();
        QCOMPARE(session.document.document().wires.size(), std::size_t{12});
        session.selection.setNodes({"ssim"});
        QCOMPARE(outline.model().nodeOf(tree.selectionModel()->selectedRows().constFirst()),
                 std::string("ssim"));
        tree.setCurrentIndex(outline.model().index(6, 0));
        QTest::keyClick(&tree, Qt::Key_Delete);
        QCOMPARE(outline.model().rowCount(), 6);
        while (session.document.history().canUndo())
            session.document.undo();
        QCOMPARE(graph::toText(session.document.document()), first);
    }
};

RATESCOPE_GUI_TEST_MAIN(GraphShotsTest)
#include "graph_shots_test.moc"
