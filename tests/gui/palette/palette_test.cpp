// Finding an action by a few letters, and giving actions other keys, with the keyboard alone and with the mouse.

#include "tests/gui/support.h"
#include "views/palette/command_palette.h"
#include "views/palette/found_actions.h"
#include "views/palette/fuzzy.h"
#include "views/palette/keys_dialog.h"
#include "views/palette/keys_model.h"
#include "views/theme/icon.h"

#include <QAbstractItemModelTester>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMainWindow>
#include <QMenuBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>

using namespace ratescope;
using views::CommandPalette;
using views::FoundActions;
using views::KeysDialog;

class PaletteTest : public QObject {
    Q_OBJECT
  private slots:
    void init() {
        settings_ = std::make_unique<views::Settings>();
        for (const char* name : {"run.start", "run.pause", "file.open"})
            settings_->setKeyOf(name, {});
        actions_.clear();
        window_ = std::make_unique<QMainWindow>();
        window_->resize(1000, 640);
        editor_ = new QLineEdit;
        window_->setCentralWidget(editor_);
        QMenu* file = window_->menuBar()->addMenu("&File");
        add(*file, "file.open", "&Open…", "open", "Ctrl+O", "Choose a study");
        add(*file, "file.save", "&Save", "save", "Ctrl+S", "Write the study to its file");
        QMenu* run = window_->menuBar()->addMenu("&Run");
        add(*run, "run.start", "&Run", "run", "F5", "Make what is missing");
        add(*run, "run.pause", "Pause", "pause", "", "Finish what runs, begin nothing");
        action("run.pause")->setEnabled(false);
        action("run.pause")->setStatusTip("Nothing is running");
        QMenu* docks = window_->menuBar()->addMenu("&View")->addMenu("Docks");
        add(*docks, "view.runs", "Runs", "table", "", "Show or hide the items");
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
        window_->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
        editor_->setFocus();
    }
    void cleanup() { window_.reset(); }

    void lettersInOrderFit_data() {
        QTest::addColumn<QString>("query");
        QTest::addColumn<QString>("better");
        QTest::addColumn<QString>("worse");
        QTest::newRow("begin of words") << "sp"
                                        << "Save plate"
                                        << "Inspector";
        QTest::newRow("in a row") << "run"
                                  << "Run"
                                  << "Rulers on";
        QTest::newRow("begin of the text") << "gr"
                                           << "Graph"
                                           << "Show the graph";
        QTest::newRow("all letters") << "xport"
                                     << "Export"
                                     << "Explore";
    }
    void lettersInOrderFit() {
        QFETCH(QString, query);
        QFETCH(QString, better);
        QFETCH(QString, worse);
        QVERIFY(views::fuzzyScore(query, better));
        QVERIFY(views::fuzzyScore(query, better).value() > views::fuzzyScore(query, worse).value_or(-1));
    }

    void anActionIsDoneByTheKeyboard() {
        auto* palette = opened();
        const QSignalSpy ran(action("run.start"), &QAction::triggered);
        QTest::keyClicks(field(palette), "run");
        QCOMPARE(row(palette, 0).data().toString(), QString("Run"));
        QTest::keyClick(field(palette), Qt::Key_Down);
        QTest::keyClick(field(palette), Qt::Key_Up);
        QTest::keyClick(field(palette), Qt::Key_Return);
        QCOMPARE(ran.count(), 1);
        QVERIFY(gui::waitFor([&] { return !window_->findChild<CommandPalette*>(); }));
        QVERIFY(editor_->hasFocus());
    }

    void itIsFoundByMenuAndToolTip() {
        auto* palette = opened();
        QTest::keyClicks(field(palette), "docks");
        QCOMPARE(row(palette, 0).data().toString(), QString("Runs"));
        QCOMPARE(row(palette, 0).data(FoundActions::MenuRole).toString(), QString("View › Docks"));
        field(palette)->clear();
        QTest::keyClicks(field(palette), "missing");
        QCOMPARE(row(palette, 0).data().toString(), QString("Run"));
        QCOMPARE(row(palette, 0).data(FoundActions::KeyRole).toString(), QString("F5"));
        field(palette)->clear();
        QTest::keyClicks(field(palette), "qqqq");
        QCOMPARE(list(palette)->model()->rowCount(), 0);
        QTest::keyClick(field(palette), Qt::Key_Return);
    }

    void whatCantBeDoneSaysWhy() {
        auto* palette = opened();
        const QSignalSpy paused(action("run.pause"), &QAction::triggered);
        QTest::keyClicks(field(palette), "pause");
        QCOMPARE(row(palette, 0).data(FoundActions::ReasonRole).toString(), QString("Nothing is running"));
        QTest::keyClick(field(palette), Qt::Key_Return);
        QCOMPARE(paused.count(), 0);
        QVERIFY(palette->isVisible());
        field(palette)->clear();
        const int last = list(palette)->model()->rowCount() - 1;
        QCOMPARE(row(palette, last).data().toString(), QString("Pause"));
    }

    void escapeAndAClickElsewhereClose() {
        opened();
        QTest::keyClick(window_->focusWidget(), Qt::Key_Escape);
        QVERIFY(gui::waitFor([&] { return !window_->findChild<CommandPalette*>(); }));
        QVERIFY(editor_->hasFocus());
        opened();
        editor_->setFocus(Qt::MouseFocusReason);
        QVERIFY(gui::waitFor([&] { return !window_->findChild<CommandPalette*>(); }));
        QVERIFY(editor_->hasFocus());
    }

    void aRowIsPressed() {
        auto* palette = opened();
        const QSignalSpy saved(action("file.save"), &QAction::triggered);
        QTest::keyClicks(field(palette), "save");
        QTest::mouseClick(list(palette)->viewport(), Qt::LeftButton, {},
                          list(palette)->visualRect(row(palette, 0)).center());
        QCOMPARE(saved.count(), 1);
    }

    void aKeyIsGivenByPressingIt() {
        KeysDialog dialog(*settings_, actions_, window_.get());
        show(dialog);
        auto* table = dialog.findChild<QTableView*>();
        QTest::keyClicks(dialog.findChild<QLineEdit*>(), "missing");
        QCOMPARE(table->model()->rowCount(), 0);
        dialog.findChild<QLineEdit*>()->setText("run");
        select(*table, "Run");
        press(dialog, "edit");
        auto* editor = table->findChild<QLineEdit*>();
        QVERIFY(editor);
        QTest::keyClick(editor, Qt::Key_R, Qt::ControlModifier);
        QCOMPARE(action("run.start")->shortcut(), QKeySequence("Ctrl+R"));
        QCOMPARE(views::Settings().keyOf("run.start"), QString("Ctrl+R"));
        QVERIFY(action("run.start")->toolTip().endsWith("(Ctrl+R)"));
        QVERIFY(!action("run.start")->toolTip().contains("F5"));
        press(dialog, "reset");
        QCOMPARE(action("run.start")->shortcut(), QKeySequence("F5"));
        QVERIFY(views::Settings().keyOf("run.start").isEmpty());
        QVERIFY(action("run.start")->toolTip().endsWith("(F5)"));
    }

    void aKeyOfAnotherIsRefusedByName() {
        KeysDialog dialog(*settings_, actions_, window_.get());
        show(dialog);
        auto* table = dialog.findChild<QTableView*>();
        select(*table, "Pause");
        QTest::keyClick(table, Qt::Key_Return);
        auto* editor = table->findChild<QLineEdit*>();
        QVERIFY(editor);
        QTest::keyClick(editor, Qt::Key_O, Qt::ControlModifier);
        const auto* trouble = dialog.findChild<QLabel*>("trouble");
        QVERIFY(trouble->isVisible());
        QVERIFY(trouble->text().contains("Open") && trouble->text().contains("Ctrl+O"));
        QVERIFY(action("run.pause")->shortcut().isEmpty());
        gui::shoot(dialog, "keys");
    }

    void allKeysAreReset() {
        KeysDialog dialog(*settings_, actions_, window_.get());
        show(dialog);
        auto* model = dialog.findChild<views::KeysModel*>();
        new QAbstractItemModelTester(model, QAbstractItemModelTester::FailureReportingMode::QtTest, model);
        QVERIFY(model->setKey(0, QKeySequence("Ctrl+1")));
        QVERIFY(model->setKey(2, QKeySequence("Ctrl+O")));
        // Its own key is another's now.
        QVERIFY(!model->reset(0));
        press(dialog, "resetAll");
        QCOMPARE(action("file.open")->shortcut(), QKeySequence("Ctrl+O"));
        QCOMPARE(action("run.start")->shortcut(), QKeySequence("F5"));
        QVERIFY(views::Settings().keyOf("run.start").isEmpty());
    }

    void pictures() {
        auto* palette = opened();
        new QAbstractItemModelTester(list(palette)->model(),
                                     QAbstractItemModelTester::FailureReportingMode::QtTest, palette);
        gui::shoot(*window_, "palette");
        QTest::keyClicks(field(palette), "ru");
        gui::shoot(*window_, "palette-search");
    }

  private:
    void add(QMenu& menu, const char* name, const QString& text, const char* icon, const QString& key,
             const QString& toolTip) {
        QAction* made = menu.addAction(views::icon(icon), text);
        made->setObjectName(name);
        made->setShortcut(QKeySequence(key));
        made->setToolTip(key.isEmpty() ? toolTip : toolTip + " (" + key + ")");
        actions_ += made;
    }
    QAction* action(const QString& name) const {
        for (QAction* action : actions_)
            if (action->objectName() == name) return action;
        return nullptr;
    }
    CommandPalette* opened() {
        auto* palette = new CommandPalette(actions_, window_.get());
        palette->open();
        return palette;
    }
    static void show(KeysDialog& dialog) {
        dialog.show();
        QVERIFY(QTest::qWaitForWindowExposed(&dialog));
    }
    static void press(const KeysDialog& dialog, const char* name) {
        QTest::mouseClick(dialog.findChild<QPushButton*>(name), Qt::LeftButton);
    }
    static void select(QTableView& table, const QString& name) {
        for (int row = 0; row < table.model()->rowCount(); ++row)
            if (table.model()->index(row, 0).data().toString() == name) table.selectRow(row);
    }
    static QLineEdit* field(const QWidget* palette) { return palette->findChild<QLineEdit*>(); }
    static QListView* list(const QWidget* palette) { return palette->findChild<QListView*>(); }
    static QModelIndex row(const QWidget* palette, int row) { return list(palette)->model()->index(row, 0); }

    std::unique_ptr<views::Settings> settings_;
    std::unique_ptr<QMainWindow> window_;
    QList<QAction*> actions_;
    QLineEdit* editor_ = nullptr;
};

RATESCOPE_GUI_TEST_MAIN(PaletteTest)
#include "palette_test.moc"
