#include "core/graph/named_roots.h"
#include "tests/core/graph/said.h"

#include <unistd.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

using namespace ratescope::graph;

class TestNamedRoots : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    PathBase base_;

    void make(const char* name) {
        const QString path = folder_.filePath(name);
        QVERIFY(QDir().mkpath(QFileInfo(path).path()));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
    }

    /// "name=path below the folder", joined by blanks; or the error.
    QString filesOf(const std::string& patterns,
                    const std::vector<std::string>& extensions = {"png", "jpg"}) {
        QStringList list;
        const QString error = errorOf([&] {
            for (const AssetFile& asset : assetFiles(patterns, extensions, base_)) {
                const QString path = QDir(folder_.path()).relativeFilePath(shown(asset.file.string()));
                list << (path.endsWith("/" + shown(asset.name)) || path == shown(asset.name)
                             ? path
                             : shown(asset.name) + "=" + path);
                if (!asset.file.is_absolute()) list << "relative";
            }
        });
        return error.isEmpty() ? list.join(" ") : error;
    }

  private slots:
    void initTestCase() {
        qunsetenv("RATESCOPE_DATA");
        for (const char* name :
             {"study/photos/b.png", "study/photos/a.PNG", "study/photos/c.jpg", "study/photos/notes.txt",
              "study/photos/.hidden.png", "study/photos/deep/d.png", "study/photos/deep/er/e.png",
              "study/photos/.git/x.png", "data/kodak/kodim01.png", "data/kodak/kodim02.png",
              "data/kodak/kodim10.png", "study/one/x.png", "study/two/x.png", "study/two/y.png",
              "study/three/one/x.png", "study/texts/readme.txt", "study/odd [1]/z[2].png",
              "study/odd [1]/z2.png"})
            make(name);
        QVERIFY(QDir().mkpath(folder_.filePath("study/empty")));
        base_.folder = folder_.filePath("study").toStdString();
        base_.roots = {{"RATESCOPE_DATA", folder_.filePath("data").toStdString()}, {"RATESCOPE_SAMPLES", ""}};
    }

    void patterns_data() {
        QTest::addColumn<QString>("patterns");
        QTest::addColumn<QString>("files");
        const auto row = [](const char* patterns, const char* files) {
            QTest::newRow(patterns) << QString(patterns) << QString(files);
        };
        row("photos/b.png", "study/photos/b.png");
        row("photos/notes.txt", "study/photos/notes.txt");
        row("./photos/../photos/b.png", "study/photos/b.png");
        row("photos", "study/photos/a.PNG study/photos/b.png study/photos/c.jpg");
        row("photos/", "study/photos/a.PNG study/photos/b.png study/photos/c.jpg");
        row("photos/*", "study/photos/a.PNG study/photos/b.png study/photos/c.jpg");
        row("photos/*.png", "study/photos/b.png");
        row("photos/*.*", "study/photos/a.PNG study/photos/b.png study/photos/c.jpg study/photos/notes.txt");
        row("photos/.*.png", "study/photos/.hidden.png");
        row("photos/[ac].*", "study/photos/a.PNG study/photos/c.jpg");
        row("photos/[!a].png", "study/photos/b.png");
        row("photos/?.jpg", "study/photos/c.jpg");
        row("photos/**/*.png", "study/photos/b.png study/photos/deep/d.png study/photos/deep/er/e.png");
        row("photos/**",
            "study/photos/a.PNG study/photos/b.png study/photos/c.jpg study/photos/deep/d.png "
            "study/photos/deep/er/e.png");
        row("*/deep/*.png", "study/photos/deep/d.png");
        row("photos/b.png;photos/c.jpg", "study/photos/b.png study/photos/c.jpg");
        row(" photos/c.jpg ;\n photos/b.png\r\n;", "study/photos/b.png study/photos/c.jpg");
        row("photos/b.png;photos", "study/photos/a.PNG study/photos/b.png study/photos/c.jpg");
        row("${RATESCOPE_DATA}/kodak/kodim0?.png", "data/kodak/kodim01.png data/kodak/kodim02.png");
        row("${RATESCOPE_DATA}/kodak",
            "data/kodak/kodim01.png data/kodak/kodim02.png data/kodak/kodim10.png");
        row("one;two", "study/one/x.png study/two/x.png study/two/y.png");
        row("odd [1]/z[2].png", "study/odd [1]/z[2].png");
        row("odd [1]/z?.png", "study/odd [1]/z2.png");
    }

    void patterns() {
        QFETCH(QString, patterns);
        QTEST(filesOf(patterns.toStdString()), "files");
    }

    void namesAreUnique() {
        const auto names = [&](const std::string& patterns) {
            QStringList list;
            for (const AssetFile& asset : assetFiles(patterns, {"png"}, base_))
                list << shown(asset.name);
            return list;
        };
        QCOMPARE(names("two"), QStringList({"x.png", "y.png"}));
        QCOMPARE(names("one;two"), QStringList({"one/x.png", "two/x.png", "y.png"}));
        QCOMPARE(names("one;three/one;two"),
                 QStringList({"study/one/x.png", "three/one/x.png", "two/x.png", "y.png"}));
    }

    void errors_data() {
        QTest::addColumn<QString>("patterns");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* patterns, const char* message) {
            QTest::newRow(patterns) << QString(patterns) << QString(message);
        };
        row("", "usage: No file is named.");
        row(" ; ", "usage: No file is named.");
        row("photos/none.png", "input: \"photos/none.png\" does not exist (looked for ");
        row("nowhere/*.png", "input: No file matches \"nowhere/*.png\" (looked for ");
        row("photos/*.webp", "input: No file matches \"photos/*.webp\" (looked for ");
        row("texts/*", "input: No file matches \"texts/*\" (looked for ");
        row("*o/deep", "input: No file matches");
        row("empty", "input: The folder ");
        row("texts", "input: The folder ");
        row("photos/b.png;photos/none.png", "input: \"photos/none.png\" does not exist");
        row("${RATESCOPE_DTA}/x.png",
            "input: The path \"${RATESCOPE_DTA}/x.png\" begins with an unknown root, ${RATESCOPE_DTA}. Roots "
            "there are: "
            "${RATESCOPE_DATA}, ${RATESCOPE_SAMPLES}.");
        row("${RATESCOPE_SAMPLES}/x.png",
            "input: The path \"${RATESCOPE_SAMPLES}/x.png\" needs the variable RATESCOPE_SAMPLES, which is "
            "not set. Set it to "
            "the folder of the data: export RATESCOPE_SAMPLES=");
        row("${RATESCOPE_DATA", "input: The path \"${RATESCOPE_DATA\" has no } after its root.");
    }

    void errors() {
        QFETCH(QString, patterns);
        QFETCH(QString, message);
        const QString error = filesOf(patterns.toStdString());
        QVERIFY2(error.startsWith(message), qPrintable(error));
    }

    void theEnvironmentGoesFirst() {
        qputenv("RATESCOPE_DATA", folder_.filePath("study/photos").toLocal8Bit());
        QCOMPARE(filesOf("${RATESCOPE_DATA}/b.png"), QString("study/photos/b.png"));
        qputenv("RATESCOPE_DATA", "/no/such/folder");
        const QString error = filesOf("${RATESCOPE_DATA}/*.png");
        QVERIFY2(error.contains("needs the folder /no/such/folder, which does not exist. Set the variable") &&
                     error.contains("export RATESCOPE_DATA="),
                 qPrintable(error));
        qunsetenv("RATESCOPE_DATA");
    }

    void pathsNeedNotExist() {
        QCOMPARE(shown(resolvePath("a/../b.bin", base_).string()), folder_.filePath("study/b.bin"));
        QCOMPARE(shown(resolvePath("${RATESCOPE_DATA}//b.bin", base_).string()),
                 folder_.filePath("data/b.bin"));
        QCOMPARE(shown(resolvePath("/abs/b.bin", base_).string()), QString("/abs/b.bin"));
        QVERIFY(errorOf([&] { resolvePath(std::string("a\0b", 3), base_); }).startsWith("input: "));
    }

    void companionsLieBesideTheirAsset() {
        for (const char* file : {"model/config.json", "model/model-1.bin", "model/model-2.bin",
                                 "model/tokenizer.json", "model/note.txt", "model/.x.bin"})
            make(file);
        AssetRule rule;
        rule.companions = {{"json", {"*.bin", "tokenizer.json"}}, {"bin", {"none"}}};
        const std::filesystem::path folder = folder_.filePath("model").toStdString();
        std::string names;
        for (const auto& file : companionFiles(folder / "config.json", rule))
            names += file.filename().string() + " ";
        QCOMPARE(names, std::string("model-1.bin model-2.bin tokenizer.json "));
        QVERIFY(companionFiles(folder / "model-1.bin", rule).empty());
    }

    void linksInACircleComeToAnEnd() {
        make("circle/a/x.png");
        QVERIFY(QFile::link(folder_.filePath("circle"), folder_.filePath("circle/a/back")));
        base_.folder = folder_.filePath("circle").toStdString();
        QCOMPARE(filesOf("**/*.png"), QString("circle/a/x.png"));
        base_.folder = folder_.filePath("study").toStdString();
    }

    void unreadableIsSaid() {
        if (::geteuid() == 0) QSKIP("skipped: the superuser may read everything");
        make("locked/x.png");
        QFile::setPermissions(folder_.filePath("locked/x.png"), {});
        QVERIFY(filesOf("../locked/x.png").contains("locked/x.png can't be read: Permission denied."));
        QFile::setPermissions(folder_.filePath("locked"), {});
        QVERIFY(filesOf("../locked/*.png").contains("locked/*.png can't be read: Permission denied."));
        QVERIFY(filesOf("../locked/x.png").contains("can't be read: Permission denied."));
        QFile::setPermissions(folder_.filePath("locked"),
                              QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }
};

QTEST_GUILESS_MAIN(TestNamedRoots)
#include "test_named_roots.moc"
