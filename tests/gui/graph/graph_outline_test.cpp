// The outline: the graph by keyboard alone.

#include "views/graph/graph_outline.h"

#include "core/graph/document_json.h"
#include "tests/gui/support.h"
#include "views/graph/outline_model.h"

#include <QAbstractItemModelTester>
#include <QMenu>
#include <QTreeView>

using namespace ratescope;

class GraphOutlineTest : public QObject {
    Q_OBJECT
  private slots:
    void theOutlineIsWalkedAndEdited() {
        views::Session session(gui::catalogue());
        views::GraphOutline outline(session);
        const QAbstractItemModelTester tester(&outline.model(),
                                              QAbstractItemModelTester::FailureReportingMode::QtTest);
        session.document.replace(graph::documentFromJson(gui::threeCodecs().document), {}, true);
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

RATESCOPE_GUI_TEST_MAIN(GraphOutlineTest)
#include "graph_outline_test.moc"
