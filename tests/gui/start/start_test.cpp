// The start page as a person uses it: examples by one press, recent files, what is dropped.

#include "tests/gui/support.h"
#include "views/controls/drop_zone.h"
#include "views/start/start_page.h"

#include <QDir>
#include <QFile>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QToolButton>

using namespace ratescope;
using views::StartPage;

class StartTest : public QObject {
    Q_OBJECT
  private slots:
    void init() {
        session_ = std::make_unique<views::Session>(gui::catalogue());
        for (const QString& file : session_->settings.recentFiles())
            session_->settings.removeRecentFile(file);
        session_->settings.addRecentFile("/nowhere/lost.ratescope");
        session_->settings.addRecentFile(examples() + "/image-codecs.ratescope");
        page_ = std::make_unique<StartPage>(*session_);
        page_->resize(1280, 720);
        page_->show();
        QVERIFY(QTest::qWaitForWindowExposed(page_.get()));
        page_->activateWindow();
        QVERIFY(gui::waitFor([&] { return shown("run") >= 4 && shown("file") == 2; }));
    }
    void cleanup() {
        page_.reset();
        session_.reset();
    }

    void examplesShowTitleAndNotes() {
        QStringList said;
        for (const auto* label : page_->findChildren<QLabel*>())
            said += label->text();
        QVERIFY(said.contains("Five codecs of still images"));
        QVERIFY(!said.filter("Four photographs through JPEG").isEmpty());
        QCOMPARE(buttons("run").size(), QDir(examples()).entryList({"*.ratescope"}, QDir::Files).size());
    }

    void onePressRunsAnExample() {
        const QSignalSpy asked(page_.get(), &StartPage::exampleAsked);
        QTest::mouseClick(buttons("run")[0], Qt::LeftButton);
        QTest::mouseClick(buttons("show")[0], Qt::LeftButton);
        QCOMPARE(asked.count(), 2);
        QVERIFY(QFile::exists(asked[0][0].toString()));
        QVERIFY(asked[0][1].toBool());
        QCOMPARE(asked[1][0], asked[0][0]);
        QVERIFY(!asked[1][1].toBool());
    }

    void everythingIsReachedByTheKeyboard() {
        const QSignalSpy asked(page_.get(), &StartPage::exampleAsked);
        const QSignalSpy fresh(page_.get(), &StartPage::newAsked);
        page_->findChild<QPushButton*>("new")->setFocus();
        QTest::keyClick(page_->focusWidget(), Qt::Key_Space);
        QCOMPARE(fresh.count(), 1);
        QVERIFY(QTest::qWaitForWindowActive(page_.get()));
        for (int i = 0; i < 40 && page_->focusWidget()->objectName() != "run"; ++i)
            QTest::keyClick(page_->focusWidget(), Qt::Key_Tab);
        QCOMPARE(page_->focusWidget()->objectName(), QString("run"));
        QTest::keyClick(page_->focusWidget(), Qt::Key_Space);
        QCOMPARE(asked.count(), 1);
        // From top to bottom: the examples, the recent files, the drop zone.
        QStringList reached;
        for (; page_->focusWidget()->objectName() != "new" && reached.size() < 40;
             QTest::keyClick(page_->focusWidget(), Qt::Key_Tab))
            reached += page_->focusWidget()->objectName();
        const auto examples = static_cast<int>(buttons("run").size());
        QStringList expected;
        for (int i = 0; i < examples; ++i)
            expected += {"run", "show"};
        expected += {"file", "remove", "remove", "drop"};
        QCOMPARE(reached, expected);
    }

    void recentFilesOpenAndLostOnesAreGrey() {
        const QSignalSpy asked(page_.get(), &StartPage::openAsked);
        const QSignalSpy dialog(page_.get(), &StartPage::openDialogAsked);
        const auto files = buttons("file");
        QVERIFY(files[0]->isEnabled());
        QVERIFY(!files[1]->isEnabled());
        QTest::mouseClick(files[0], Qt::LeftButton);
        QCOMPARE(asked.count(), 1);
        QVERIFY(asked[0][0].toString().endsWith("/image-codecs.ratescope"));
        QTest::mouseClick(page_->findChild<QPushButton*>("open"), Qt::LeftButton);
        QCOMPARE(dialog.count(), 1);
    }

    void aLostFileIsTakenOffTheList() {
        auto removers = page_->findChildren<QToolButton*>("remove");
        QCOMPARE(removers.size(), 2);
        QVERIFY(removers[1]->accessibleName().contains("lost.ratescope"));
        QTest::mouseClick(removers[1], Qt::LeftButton);
        QCOMPARE(session_->settings.recentFiles().size(), 1);
        QVERIFY(gui::waitFor([&] { return buttons("file").size() == 1; }));
    }

    void whatIsDroppedIsOpenedOrPassedOn() {
        const QSignalSpy opened(page_.get(), &StartPage::openAsked);
        const QSignalSpy dropped(page_.get(), &StartPage::filesDropped);
        auto* zone = page_->findChild<views::DropZone*>();
        emit zone->filesDropped({"/a/study.ratescope"});
        emit zone->filesDropped({"/a/1.png", "/a/2.png"});
        QCOMPARE(opened.count(), 1);
        QCOMPARE(opened[0][0].toString(), QString("/a/study.ratescope"));
        QCOMPARE(dropped.count(), 1);
        QCOMPARE(dropped[0][0].toStringList().size(), 2);
    }

    void aDamagedExampleIsLeftOut() {
        const QTemporaryDir folder;
        QFile file(folder.filePath("broken.ratescope"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{");
        file.close();
        QVERIFY(QFile::copy(examples() + "/tensors.ratescope", folder.filePath("tensors.ratescope")));
        const auto studies = views::exampleStudies(folder.path());
        QCOMPARE(studies.size(), std::size_t{1});
        QCOMPARE(studies[0].title, QString("Weights through round-to-nearest"));
    }

    void pictures() {
        gui::shoot(*page_, "start");
        page_->resize(760, 480);
        gui::shoot(*page_, "start-small");
    }

  private:
    static QString examples() { return qEnvironmentVariable("RATESCOPE_SOURCE") + "/resources/examples"; }
    QList<QPushButton*> buttons(const QString& name) const { return page_->findChildren<QPushButton*>(name); }

    int shown(const QString& name) const {
        int count = 0;
        for (const auto* button : buttons(name))
            count += button->isVisible();
        return count;
    }

    std::unique_ptr<views::Session> session_;
    std::unique_ptr<StartPage> page_;
};

RATESCOPE_GUI_TEST_MAIN(StartTest)
#include "start_test.moc"
