// New, open, save, star, recovery, old formats: the document's life in the real window.

#include "core/graph/document_json.h"
#include "core/graph/edit.h"
#include "tests/gui/desktop/desk.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QPushButton>
#include <QStandardPaths>

using namespace ratescope;

namespace {

e2e::Study smallStudy() {
    return e2e::layersStudy("small", 2, 3);
}

}  // namespace

class DocumentLifeTest : public QObject {
    Q_OBJECT
  private slots:
    void theStartPageIsThereWithoutADocument() {
        gui::Desk desk;
        QCOMPARE(desk.window().windowTitle(), QString("Ratescope"));
        desk.act("file.new");
        QCOMPARE(desk.window().windowTitle(), QString("Untitled – Ratescope"));
    }

    void anEditPutsAStarAndSavingTakesIt() {
        gui::Desk desk;
        desk.open(smallStudy());
        QCOMPARE(desk.window().windowTitle(), QString("study.ratescope – Ratescope"));
        desk.session().document.apply(graph::setTitle("layers", "Planes"));
        QCOMPARE(desk.window().windowTitle(), QString("study.ratescope* – Ratescope"));
        desk.act("edit.undo");
        QCOMPARE(desk.window().windowTitle(), QString("study.ratescope – Ratescope"));
        desk.act("edit.redo");
        desk.act("file.save");
        QCOMPARE(desk.window().windowTitle(), QString("study.ratescope – Ratescope"));
        QCOMPARE(graph::readDocument(desk.path("study.ratescope").toStdString()).find("layers")->title,
                 std::string("Planes"));
    }

    void aNewStudyIsSavedByName() {
        gui::Desk desk;
        desk.act("file.new");
        desk.session().document.apply(graph::addNode({"noise", "test.noise"}));
        const std::string id = desk.document().id;
        desk.act("file.save");
        desk.chooseFile("mine");
        QVERIFY(gui::waitFor([&] { return QFile::exists(desk.path("mine.ratescope")); }));
        const graph::Document saved = graph::readDocument(desk.path("mine.ratescope").toStdString());
        QCOMPARE(saved.id, id);
        QCOMPARE(saved.name, std::string("mine"));
        QVERIFY(desk.session().document.history().canUndo());
    }

    void anotherNameMakesAnotherStudy() {
        gui::Desk desk;
        desk.open(smallStudy());
        const std::string id = desk.document().id;
        desk.act("file.save-as");
        desk.chooseFile(desk.path("other.ratescope"));
        QVERIFY(gui::waitFor([&] { return QFile::exists(desk.path("other.ratescope")); }));
        QVERIFY(graph::readDocument(desk.path("other.ratescope").toStdString()).id != id);
        QCOMPARE(graph::readDocument(desk.path("study.ratescope").toStdString()).id, id);
        QVERIFY(desk.session().results.file().endsWith("other.rslib"));
    }

    void editsAreAskedAboutBeforeTheyAreLost() {
        gui::Desk desk;
        desk.open(smallStudy());
        desk.session().document.apply(graph::setTitle("layers", "Planes"));
        desk.act("file.new");
        QVERIFY(desk.question().contains("study.ratescope has edits that are not saved"));
        desk.answer("Back");
        QCOMPARE(desk.document().nodes.size(), std::size_t{3});
        desk.act("file.new");
        desk.answer("Discard edits");
        QVERIFY(gui::waitFor([&] { return desk.document().nodes.empty(); }));
    }

    void aCrashLosesNoEdit() {
        gui::Desk desk;
        desk.open(smallStudy());
        desk.session().document.apply(graph::setTitle("layers", "Planes"));
        // A side file of a process that is gone: this one's, under a number that nobody has.
        const QDir unsaved(QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + "/unsaved");
        QVERIFY(gui::waitFor([&] { return !unsaved.entryList({"*.json"}).isEmpty(); }));
        const QString side = unsaved.filePath(unsaved.entryList({"*.json"}).front());
        QVERIFY(QFile::copy(side, unsaved.filePath("999999999-lost.json")));
        desk.reopen({});
        QVERIFY2(desk.window().messages().text().contains("your last edits of study.ratescope"),
                 qPrintable(desk.window().messages().text()));
        QTest::mouseClick(desk.window().messages().findChild<QPushButton*>(), Qt::LeftButton);
        QVERIFY(gui::waitFor([&] { return desk.document().find("layers") != nullptr; }));
        QCOMPARE(desk.document().find("layers")->title, std::string("Planes"));
        QVERIFY(!desk.session().document.saved());
        QVERIFY(!QFile::exists(unsaved.filePath("999999999-lost.json")));
    }

    void anOldFormatOpensAndSavingKeepsACopy() {
        gui::Desk desk;
        const QString old = desk.path("old.ratescope");
        QVERIFY(QFile::copy(
            qEnvironmentVariable("RATESCOPE_SOURCE") + "/tests/documents/v0-photographs.ratescope", old));
        QFile::setPermissions(old, QFile::ReadOwner | QFile::WriteOwner);
        desk.window().openFile(old);
        QVERIFY(desk.window().messages().text().contains("older format"));
        desk.session().document.apply(graph::setFrames({}));
        desk.act("file.save");
        QVERIFY(QFile::exists(old + ".format-0"));
    }

    void aDamagedFileIsRefusedAndTheOpenOneStays() {
        gui::Desk desk;
        desk.open(smallStudy());
        desk.window().openFile(desk.place().write("bad.ratescope", "{\"ratescope\":\"document\",\"form"));
        QVERIFY(!desk.window().messages().text().isEmpty());
        QCOMPARE(desk.document().nodes.size(), std::size_t{3});
    }

    void recentFilesAreRemembered() {
        gui::Desk desk;
        desk.open(smallStudy(), "a.ratescope");
        desk.open(smallStudy(), "b.ratescope");
        const QStringList recent = desk.session().settings.recentFiles();
        QCOMPARE(QFileInfo(recent.value(0)).fileName(), QString("b.ratescope"));
        QCOMPARE(QFileInfo(recent.value(1)).fileName(), QString("a.ratescope"));
    }
};

RATESCOPE_GUI_TEST_MAIN(DocumentLifeTest)
#include "document_life_test.moc"
