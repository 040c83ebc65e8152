// What a program says of the sources that it was built of (cmake/WriteBuildInfo.cmake).

#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

namespace {

/// A checkout with one commit.
class Checkout {
  public:
    Checkout() {
        QDir(folder_.path()).mkpath("core");
        write("core/known.h", "// as it was\n");
        git({"init", "-q"});
        git({"add", "."});
        git({"-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "-q", "-m", "First"});
    }

    void write(const QString& name, const QByteArray& text) const {
        QFile file(folder_.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size()) qFatal("cannot write");
    }

    /// The file that a build would compile.
    QString built() const {
        const QString output = folder_.filePath("build_info.cpp");
        run("cmake",
            {"-DSOURCE_DIR=" + folder_.path(), "-DOUTPUT=" + output, "-DVERSION=1.2.3", "-DCOMPILER=C", "-P",
             qEnvironmentVariable("RATESCOPE_SOURCE") + "/cmake/WriteBuildInfo.cmake"});
        QFile file(output);
        if (!file.open(QIODevice::ReadOnly)) qFatal("nothing was written");
        return QString::fromUtf8(file.readAll());
    }

  private:
    void git(const QStringList& arguments) const {
        run("git", QStringList{"-C", folder_.path()} + arguments);
    }
    static void run(const QString& program, const QStringList& arguments) {
        if (QProcess::execute(program, arguments) != 0) qFatal("%s failed", qPrintable(program));
    }

    QTemporaryDir folder_;
};

QString patchIn(const QString& built) {
    static const QRegularExpression byte("'\\\\x(..)'");
    QByteArray hex;
    for (auto match = byte.globalMatch(built); match.hasNext();)
        hex += match.next().captured(1).toLatin1();
    return QString::fromLatin1(QByteArray::fromHex(hex));
}

}  // namespace

class BuildInfoTest : public QObject {
    Q_OBJECT
  private slots:
    void aCommitHasNoPatch() {
        const QString built = Checkout().built();
        QVERIFY(built.contains("\"1.2.3\""));
        QVERIFY(built.contains(", false, "));
        QCOMPARE(patchIn(built), QString());
    }

    void aPatchHasChangesAndNewFiles() {
        const Checkout checkout;
        checkout.write("core/known.h", "// as it is; [now]\n");
        checkout.write("core/new one.h", "// not known yet; \"quoted\"\n");
        const QString built = checkout.built(), patch = patchIn(built);
        QVERIFY(built.contains(", true, "));
        QVERIFY2(patch.contains("-// as it was\n+// as it is; [now]\n"), qPrintable(patch));
        QVERIFY2(patch.contains("+++ b/core/new one.h"), qPrintable(patch));
        QVERIFY2(patch.contains("+// not known yet; \"quoted\"\n"), qPrintable(patch));
    }

    void aLongPatchIsNamedByItsHash() {
        const Checkout checkout;
        checkout.write("core/known.h", QByteArray(300'000, 'x'));
        const QString patch = patchIn(checkout.built());
        QVERIFY(patch.size() < 200);
        static const QRegularExpression hash("SHA-256 is [0-9a-f]{64}");
        QVERIFY2(patch.contains(hash), qPrintable(patch));
    }
};

QTEST_GUILESS_MAIN(BuildInfoTest)
#include "build_info_test.moc"
