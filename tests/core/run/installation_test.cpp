// Where the programs find what the installation brings along.

#include "core/run/installation.h"

#include <QObject>
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>

using namespace ratescope;
namespace fs = std::filesystem;

class InstallationTest : public QObject {
    Q_OBJECT
  private slots:
    void examplesOfTheSourceTree() {
        const auto folder = run::examplesFolder();
        QVERIFY(folder);
        QVERIFY(fs::exists(*folder / "image-codecs.ratescope"));
    }

    void installedExamplesGoFirst() {
        const QTemporaryDir place;
        const fs::path root = place.path().toStdString();
        fs::create_directories(root / "a/b/bin");
        QVERIFY(!run::examplesFolder(root / "a/b/bin"));
        fs::create_directories(root / "resources/examples");
        QCOMPARE(run::examplesFolder(root / "a/b/bin").value(), fs::canonical(root / "resources/examples"));
        fs::create_directories(root / "a/b/share/ratescope/examples");
        QCOMPARE(run::examplesFolder(root / "a/b/bin").value(),
                 fs::canonical(root / "a/b/share/ratescope/examples"));
    }
};

QTEST_APPLESS_MAIN(InstallationTest)
#include "installation_test.moc"
