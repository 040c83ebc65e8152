// The canvas, driven with mouse and keys.

#include "core/graph/edit.h"
#include "tests/gui/graph/graph_window.h"
#include "views/graph/graph_edits.h"
#include "views/graph/minimap.h"
#include "views/graph/node_item.h"

#include <QAbstractItemModelTester>
#include <QListView>
#include <QMenu>
#include <QRegularExpression>

using namespace ratescope;
using gui::fourNodes;
using gui::GraphWindow;
using gui::hasWire;

class GraphTest : public QObject {
    Q_OBJECT
  private slots:
    void aNodeIsAddedBySearch() {
        GraphWindow window;
        const std::string first = window.text();
        const QAbstractItemModelTester tester(window.panel.search().list().model(),
                                              QAbstractItemModelTester::FailureReportingMode::QtTest);
        // By a synonym, by a paper.
        window.add("cjpeg");
        window.add("embedded lossless taubman");
        QVERIFY(window.panel.search().isVisible());
        QCOMPARE(window.document().nodes.size(), std::size_t{1});
        QTest::keyClick(&window.searchField(), Qt::Key_Escape);
        QVERIFY(!window.panel.search().isVisible());
        QVERIFY(window.view().hasFocus());
        window.add("taubman ebcot");
        QCOMPARE(window.document().nodes.size(), std::size_t{2});
        QCOMPARE(window.document().nodes[0].type, std::string("image.jpeg"));
        QCOMPARE(window.document().nodes[1].slug, std::string("jpeg2000"));
        QCOMPARE(window.session.selection.node(), std::string("jpeg2000"));
        window.undoAll();
        QCOMPARE(window.text(), first);
    }

    void arrowsChooseInTheSearch() {
        GraphWindow window;
        window.key(Qt::Key_Tab);
        const QListView& list = window.panel.search().list();
        const int all = list.model()->rowCount();
        QVERIFY(all > 10);
        QTest::keyClicks(&window.searchField(), "image");
        QVERIFY(list.model()->rowCount() < all);
        QTest::keyClick(&window.searchField(), Qt::Key_Down);
        QTest::keyClick(&window.searchField(), Qt::Key_Down);
        QTest::keyClick(&window.searchField(), Qt::Key_Up);
        QCOMPARE(list.currentIndex().row(), 1);
        const QString id = list.currentIndex().data(views::NodeListModel::IdRole).toString();
        QTest::keyClick(&window.searchField(), Qt::Key_Return);
        QCOMPARE(QString::fromStdString(window.document().nodes.at(0).type), id);
    }

    void aDoubleClickAddsWhereItIs() {
        GraphWindow window(fourNodes());
        const QPoint point = window.at(400, 300);
        QTest::mouseDClick(window.view().viewport(), Qt::LeftButton, Qt::NoModifier, point);
        QVERIFY(window.panel.search().isVisible());
        QTest::keyClicks(&window.searchField(), "webp");
        QTest::keyClick(&window.searchField(), Qt::Key_Return);
        const graph::Node* webp = window.document().find("webp");
        QVERIFY(webp);
        QVERIFY(std::abs(webp->x - 400) <= 4 && std::abs(webp->y - 300) <= 4);
    }

    void portsAreConnectedByDragging() {
        GraphWindow window(fourNodes());
        const std::string first = window.text();
        window.drag(window.out("photographs"), window.in("psnr", "reference"));
        window.drag(window.out("jpeg"), window.in("psnr", "candidate"));
        // From the input backwards, too.
        window.drag(window.in("crop"), window.out("photographs"));
        QVERIFY(hasWire(window.document(), "photographs.image", "psnr.reference"));
        QVERIFY(hasWire(window.document(), "jpeg.image", "psnr.candidate"));
        QVERIFY(hasWire(window.document(), "photographs.image", "crop.image"));
        QCOMPARE(window.document().wires.size(), std::size_t{4});
        // A candidate takes several, a reference one.
        window.drag(window.out("crop"), window.in("psnr", "candidate"));
        window.drag(window.out("crop"), window.title("psnr"));
        QCOMPARE(window.document().wires.size(), std::size_t{5});
        window.undoAll();
        QCOMPARE(window.text(), first);
    }

    void aWrongWireIsRefusedWithItsReason() {
        GraphWindow window(fourNodes());
        const std::string first = window.text();
        window.press(window.out("jpeg", "bitstream"));
        window.moveTo(window.at(600, 100));
        QVERIFY(!window.view().bubble().isVisible());
        window.moveTo(window.in("psnr", "reference"));
        QVERIFY(window.view().bubble().isVisible());
        QVERIFY2(window.view().bubble().text().contains("Bitstream"),
                 qPrintable(window.view().bubble().text()));
        window.release(window.in("psnr", "reference"));
        QVERIFY(window.view().bubble().isVisible());
        QCOMPARE(window.text(), first);
        // A cycle.
        window.drag(window.in("crop"), window.out("jpeg"));
        window.drag(window.out("crop"), window.in("crop"));
        QCOMPARE(window.document().wires.size(), std::size_t{2});
        window.drag(window.out("crop"), window.in("jpeg"));
        QCOMPARE(window.document().wires.size(), std::size_t{2});
        QVERIFY2(window.view().bubble().text().contains("cycle"), qPrintable(window.view().bubble().text()));
    }

    void aWireDroppedOnTheCanvasOffersWhatFits() {
        GraphWindow window(fourNodes());
        window.drag(window.out("jpeg", "bitstream"), window.at(620, 330));
        QCOMPARE(window.panel.search().list().model()->rowCount(), 0);
        QTest::keyClick(&window.searchField(), Qt::Key_Escape);
        window.drag(window.out("jpeg"), window.at(620, 330));
        QVERIFY(window.panel.search().isVisible());
        for (int row = 0; row < window.panel.search().list().model()->rowCount(); ++row) {
            const QString id = window.panel.search()
                                   .list()
                                   .model()
                                   ->index(row, 0)
                                   .data(views::NodeListModel::IdRole)
                                   .toString();
            QVERIFY2(!id.startsWith("source."), qPrintable(id));
        }
        QTest::keyClicks(&window.searchField(), "ssim structural");
        QTest::keyClick(&window.searchField(), Qt::Key_Return);
        QVERIFY(window.document().find("ssim"));
        QVERIFY(hasWire(window.document(), "jpeg.image", "ssim.reference"));
        window.session.document.undo();
        QVERIFY(!window.document().find("ssim"));
        QCOMPARE(window.document().wires.size(), std::size_t{1});
    }

    void aWireTakenOffIsDisconnected() {
        GraphWindow window(fourNodes());
        const std::string first = window.text();
        window.drag(window.in("jpeg"), window.at(500, 400));
        QVERIFY(window.document().wires.empty());
        window.session.document.undo();
        QCOMPARE(window.text(), first);
        // To another input it is one step, too.
        window.drag(window.in("jpeg"), window.in("crop"));
        QVERIFY(hasWire(window.document(), "photographs.image", "crop.image"));
        QCOMPARE(window.document().wires.size(), std::size_t{1});
        window.session.document.undo();
        QCOMPARE(window.text(), first);
    }

    void aNodeDroppedOnAWireGoesBetween() {
        GraphWindow window(fourNodes());
        const std::string first = window.text();
        const QPoint middle = window.at(298, 40);
        const QPoint grip = window.title("crop");
        const QPointF centre = window.scene().node("crop")->sceneBox().center();
        window.drag(grip, grip + middle - window.view().mapFromScene(centre));
        QVERIFY(hasWire(window.document(), "photographs.image", "crop.image"));
        QVERIFY(hasWire(window.document(), "crop.image", "jpeg.image"));
        QCOMPARE(window.document().wires.size(), std::size_t{2});
        QCOMPARE(window.session.document.history().position(), std::size_t{1});
        window.session.document.undo();
        QCOMPARE(window.text(), first);
    }

    void theSelectionIsShared() {
        GraphWindow window(fourNodes());
        window.session.selection.setNodes({"jpeg", "psnr"});
        QVERIFY(window.scene().node("jpeg")->isSelected());
        QVERIFY(!window.scene().node("crop")->isSelected());
        // A rubber band.
        window.drag(window.at(-40, 200), window.at(120, 300));
        QCOMPARE(window.session.selection.nodes(), (std::set<std::string>{"crop"}));
        // It means nodes: wires that it crosses are not deleted with them.
        window.drag(window.at(280, -30), window.at(360, 100));
        QCOMPARE(window.session.selection.nodes(), (std::set<std::string>{"jpeg"}));
        QVERIFY(window.scene().selectedWires().empty());
        window.key(Qt::Key_Escape);
        QVERIFY(window.session.selection.nodes().empty());
        QCOMPARE(window.session.document.history().position(), std::size_t{0});
    }

    void aBranchThatIsPointedAtLightsUp() {
        GraphWindow window(gui::documentOf(gui::threeCodecs()));
        window.panel.showAll();
        window.moveTo(window.out("webp"), Qt::NoButton);
        QCOMPARE(window.session.selection.pointedBranch(), std::string("webp"));
        QCOMPARE(window.scene().canvas().pointedBranch, std::string("webp"));
        const views::NodeItem* psnr = window.scene().node("psnr");
        window.moveTo(
            window.view().mapFromScene(psnr->pos() + psnr->geometry().candidates[2].centre + QPointF(40, 0)),
            Qt::NoButton);
        QCOMPARE(window.session.selection.pointedBranch(), std::string("jxl"));
        window.moveTo(QPoint(5, 5), Qt::NoButton);
        QCOMPARE(window.session.selection.pointedBranch(), std::string());
    }

    void branchesKeepTheirColourOnWires() {
        GraphWindow window(gui::documentOf(gui::threeCodecs()));
        const auto& wire = *window.scene().wire({{"jxl", "image"}, {"psnr", "candidate"}});
        QVERIFY(wire.content().branch);
        QCOMPARE(wire.content().branch->style, window.session.styleOfBranch("jxl"));
        QVERIFY(!window.scene().wire({{"srgb", "image"}, {"jxl", "image"}})->content().branch);
        const auto& candidates = window.scene().node("ssim")->content().inputs.at(1).candidates;
        QCOMPARE(candidates.size(), std::size_t{3});
        QCOMPARE(candidates[1].branch->slug, std::string("webp"));
        // Of the anchor's branch it is black: all follow.
        window.session.selection.setAnchorSeries("webp");
        QCOMPARE(window.scene().node("ssim")->content().inputs.at(1).candidates[1].branch->style.colour,
                 curves::Colour{});
    }

    void theKeyboardWalksAndConnects() {
        GraphWindow window(fourNodes());
        window.click(window.title("photographs"));
        window.key(Qt::Key_Right, Qt::ControlModifier);
        QCOMPARE(window.scene().markedPort(), (views::PortEnd{{"photographs", "image"}, true}));
        window.key(Qt::Key_Right, Qt::ControlModifier);
        QCOMPARE(window.scene().markedPort(), (views::PortEnd{{"jpeg", "image"}, false}));
        QCOMPARE(window.session.selection.node(), std::string("jpeg"));
        window.key(Qt::Key_Down, Qt::ControlModifier);
        QCOMPARE(window.scene().markedPort(), (views::PortEnd{{"jpeg", "image"}, true}));
        window.key(Qt::Key_Return);
        auto* menu = window.panel.findChild<QMenu*>("graph-connect");
        QVERIFY(menu && menu->isVisible());
        for (QAction* action : menu->actions())
            if (action->text().contains("candidate")) menu->setActiveAction(action);
        QTest::keyClick(menu, Qt::Key_Return);
        QVERIFY(hasWire(window.document(), "jpeg.image", "psnr.candidate"));
        // Arrows move, merged into one step.
        const std::size_t steps = window.session.document.history().position();
        for (int i = 0; i < 5; ++i)
            window.key(Qt::Key_Down);
        QCOMPARE(window.document().find("jpeg")->y, 20.0);
        QCOMPARE(window.session.document.history().position(), steps + 1);
    }

    void theViewZoomsAboutThePointer() {
        GraphWindow window(fourNodes());
        const QPoint point = window.title("jpeg");
        const QPointF before = window.view().mapToScene(point);
        for (int i = 0; i < 40; ++i) {
            QWheelEvent wheel(point, window.view().viewport()->mapToGlobal(point), {}, {0, 120}, Qt::NoButton,
                              Qt::NoModifier, Qt::NoScrollPhase, false);
            QApplication::sendEvent(window.view().viewport(), &wheel);
        }
        QCOMPARE(window.view().zoom(), 4.0);
        QVERIFY(QLineF(window.view().mapToScene(point), before).length() < 3);
        window.view().setZoom(0.01);
        QCOMPARE(window.view().zoom(), 0.1);
        window.key(Qt::Key_Home);
        QVERIFY(window.view().visibleScene().contains(window.scene().contentRect()));
        window.click(window.title("psnr"));
        window.key(Qt::Key_F);
        QVERIFY(window.view().visibleScene().contains(window.scene().node("psnr")->sceneBox()));
        QVERIFY(!window.view().visibleScene().contains(window.scene().contentRect()));
        // The middle button pans.
        const QPointF centre = window.view().visibleScene().center();
        QTest::mousePress(window.view().viewport(), Qt::MiddleButton, Qt::NoModifier, {300, 300});
        window.moveTo({400, 340}, Qt::MiddleButton);
        QTest::mouseRelease(window.view().viewport(), Qt::MiddleButton, Qt::NoModifier, {400, 340});
        QVERIFY(window.view().visibleScene().center().x() < centre.x() - 50);
    }

    void theMinimapGoesThere() {
        GraphWindow window(fourNodes());
        window.view().setZoom(1);
        auto* minimap = window.panel.findChild<views::Minimap*>();
        QVERIFY(minimap->isVisible());
        const QPointF before = window.view().visibleScene().center();
        QTest::mouseClick(minimap, Qt::LeftButton, Qt::NoModifier, {170, 48});
        QVERIFY(window.view().visibleScene().center().x() > before.x() + 100);
        window.key(Qt::Key_M);
        QVERIFY(!minimap->isVisible());
    }

    void portsTellTheLastValue() {
        const gui::RanStudy study(gui::threeCodecs());
        GraphWindow window;
        gui::open(window.session, study.document(), study.library());
        window.settle();
        const auto tip = [&window](const std::string& node, const std::string& port, bool isOutput) {
            return window.scene().toolTipAt(*window.scene().node(node)->anchorOf({{node, port}, isOutput}));
        };
        QVERIFY(gui::waitFor([&] { return tip("jpeg", "image", true).contains("Last value: "); }));
        static const QRegularExpression coded("Last value: [a-z]+\\.(png|jpg), quality=\\d+: [\\d.]+.kB$"),
            scored("JPEG, [a-z]+\\.(png|jpg), quality=\\d+: PSNR, RGB [\\d.]+ dB");
        QVERIFY2(coded.match(tip("jpeg", "image", true)).hasMatch(), qPrintable(tip("jpeg", "image", true)));
        const QString measured = tip("psnr", "candidate", false);
        QVERIFY2(scored.match(measured).hasMatch(), qPrintable(measured));
        QCOMPARE(measured.count(" dB"), 3);
        QVERIFY(!tip("srgb", "image", true).contains("Last value"));
        QVERIFY(!tip("psnr", "reference", false).contains("Last value"));
        // What an edited node gives is not known yet.
        window.session.document.apply(graph::setParameter("jpeg", "progressive", true));
        QVERIFY(gui::waitFor([&] { return !tip("jpeg", "image", true).contains("Last value"); }));
        QVERIFY(tip("webp", "image", true).contains("Last value"));
    }

    void everyActionIsNamedAndHasAKey() {
        GraphWindow window;
        std::set<QString> names, keys;
        for (const QAction* action : window.panel.actions()) {
            QVERIFY(action->objectName().startsWith("graph."));
            QVERIFY(names.insert(action->objectName()).second);
            QVERIFY2(!action->shortcut().isEmpty(), qPrintable(action->objectName()));
            QVERIFY2(keys.insert(action->shortcut().toString()).second, qPrintable(action->objectName()));
            QVERIFY(!action->toolTip().isEmpty() && !action->text().isEmpty());
        }
        for (const QWidget* button : window.panel.toolRow()->findChildren<QWidget*>())
            if (button->inherits("QToolButton") || button->inherits("QComboBox"))
                QVERIFY(!button->accessibleName().isEmpty());
    }
};

RATESCOPE_GUI_TEST_MAIN(GraphTest)
#include "graph_test.moc"
