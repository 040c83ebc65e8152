// The rules of docs/architecture.md that no compiler checks: includes, what each binary links, length of
// files, no loose ends.

#include "tests/house/include_rules.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QRegularExpression>
#include <QTest>
#include <stdexcept>

using namespace ratescope::house;

namespace {

constexpr qsizetype mostLines = 600;

/// What a plugin on the engine may not link: CUDA's half of LibTorch is loaded, when a device asks for it.
const QString notOnEngine = "Qt|torch_(?!cpu\\b)|c10_|cuda|cudart|cublas";

QDir root() {
    return QDir(qEnvironmentVariable("RATESCOPE_SOURCE"));
}

QString contents(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        throw std::runtime_error(qPrintable(path + " cannot be read"));
    }
    return QString::fromUtf8(file.readAll());
}

/// Files under these folders, as paths relative to the root of the tree.
QStringList filesUnder(const QStringList& folders, const QStringList& patterns) {
    QStringList files;
    for (const QString& folder : folders) {
        QDirIterator walk(root().filePath(folder), patterns, QDir::Files | QDir::Hidden,
                          QDirIterator::Subdirectories);
        while (walk.hasNext()) {
            files += root().relativeFilePath(walk.next());
        }
    }
    files.sort();
    return files;
}

QStringList sources() {
    return filesUnder({"core", "plugins", "views", "app", "tests"}, {"*.h", "*.cpp", "*.cu"});
}

QStringList textThatIsKeptTidy() {
    return sources() + filesUnder({"core", "plugins", "views", "app", "tests"}, {"CMakeLists.txt", "*.py"}) +
           filesUnder({"cmake", "scripts", ".ci"}, {"*"}) +
           QStringList{"CMakeLists.txt", "README.md", "CONTRIBUTING.md"};
}

QStringList looseEnds(const QString& text) {
    // Put together here, so that this file keeps the rule itself.
    static const QRegularExpression pattern(QString("\\b(%1|%2|%3)\\b")
                                                .arg("TO"
                                                     "DO",
                                                     "FIX"
                                                     "ME",
                                                     "X"
                                                     "XX"));
    QStringList found;
    for (auto matches = pattern.globalMatch(text); matches.hasNext();) {
        found += matches.next().captured();
    }
    return found;
}

qsizetype lineCount(const QString& text) {
    return text.count('\n');
}

/// The libraries that an ELF file asks the loader for (DT_NEEDED).
QStringList neededLibraries(const QString& binary) {
    QProcess readelf;
    readelf.start("readelf", {"--dynamic", "--wide", binary});
    if (!readelf.waitForFinished() || readelf.exitCode() != 0) {
        throw std::runtime_error(qPrintable("readelf could not read " + binary));
    }
    static const QRegularExpression entry("\\(NEEDED\\).*\\[(.+)\\]");
    QStringList libraries;
    for (auto matches = entry.globalMatch(QString::fromLocal8Bit(readelf.readAllStandardOutput()));
         matches.hasNext();) {
        libraries += matches.next().captured(1);
    }
    return libraries;
}

QStringList linkViolations(const QStringList& libraries, const QString& forbidden) {
    const QRegularExpression pattern("^lib(" + forbidden + ")");
    static const QRegularExpression otherOpenCv("^libopencv_(?!core\\b|imgproc\\b)");
    QStringList violations;
    for (const QString& library : libraries) {
        if (pattern.match(library).hasMatch() || otherOpenCv.match(library).hasMatch()) {
            violations += library;
        }
    }
    return violations;
}

}  // namespace

class HouseRules : public QObject {
    Q_OBJECT

  private slots:
    void includesKeepTheRules() {
        QStringList violations;
        const QStringList files = sources();
        QVERIFY2(files.size() > 20, "the tree was not found: RATESCOPE_SOURCE must name its root");
        for (const QString& file : files) {
            violations += includeViolations(file, contents(root().filePath(file)));
        }
        QVERIFY2(violations.isEmpty(), qPrintable('\n' + violations.join('\n')));
    }

    void includeRulesFindViolations_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("line");
        QTest::addColumn<bool>("allowed");
        const auto row = [](const char* path, const char* line, bool allowed) {
            QTest::addRow("%s %s", path, line) << QString(path) << QString(line) << allowed;
        };
        row("core/graph/a.cpp", "#include <QString>", false);
        row("core/graph/a.cpp", "#include <QtCore/QString>", false);
        row("core/graph/a.cpp", "#include <torch/torch.h>", false);
        row("core/graph/a.cpp", "#include <sqlite3.h>", false);
        row("core/graph/a.cpp", "#include \"core/media/node/node.h\"", false);
        row("core/graph/a.cpp", "#include \"views/figure/painter.h\"", false);
        row("core/graph/a.cpp", "#include \"edit.h\"", false);
        row("core/graph/a.cpp", "#include <boost/asio.hpp>", false);
        row("core/graph/a.cpp", "  #  include <vector>", true);
        row("core/graph/a.cpp", "#include \"core/graph/edit.h\"", true);
        row("core/graph/a.h", "#include <nlohmann/json.hpp>", false);
        row("core/graph/a.h", "#include <nlohmann/json_fwd.hpp>", true);
        row("core/store/a.cpp", "#include <sqlite3.h>", true);
        row("core/media/quality/a.cpp", "#include <opencv2/imgproc.hpp>", true);
        row("core/media/quality/a.cpp", "#include <opencv2/imgcodecs.hpp>", false);
        row("core/media/quality/a.cpp", "#include <jpeglib.h>", false);
        row("core/media/assets/a.cpp", "#include <jpeglib.h>", true);
        row("core/media/assets/a.cpp", "#include <tiffio.h>", true);
        row("core/media/assets/a.cpp", "#include <webp/decode.h>", true);
        row("core/media/node/a.cpp", "#include <webp/decode.h>", false);
        row("core/media/assets/a.cpp", "#include \"core/engine/quant/a.h\"", false);
        row("core/engine/quant/a.cpp", "#include <ATen/ATen.h>", true);
        row("core/engine/quant/a.cpp", "#include \"core/media/node/node.h\"", true);
        row("core/engine/quant/a.cpp", "#include \"plugins/weights/a.h\"", false);
        row("core/engine/quant/a.h", "#include <ATen/core/Tensor.h>", true);
        row("core/engine/quant/a.h", "#include <ATen/ATen.h>", false);
        row("core/engine/quant/a.h", "#include <torch/torch.h>", false);
        row("core/media/node/a.cpp", "#include <c10/core/Device.h>", false);
        row("plugins/weights/a.cpp", "#include <ATen/ATen.h>", true);
        row("plugins/weights/a.cpp", "#include \"core/engine/quant/a.h\"", true);
        row("plugins/image/a.cpp", "#include <ATen/ATen.h>", false);
        row("plugins/image/a.cpp", "#include \"core/engine/quant/a.h\"", false);
        row("app/worker/main.cpp", "#include <ATen/ATen.h>", false);
        row("core/engine/llm/tokenizer/a.cpp", "#include <unicode/uchar.h>", true);
        row("core/engine/llm/tokenizer/a.cpp", "#include <ATen/ATen.h>", false);
        row("core/engine/llm/a.cpp", "#include <unicode/uchar.h>", false);
        row("core/engine/llm/packed/a.cpp", "#include \"core/engine/llm/packed/b.h\"", true);
        row("core/engine/llm/packed/a.cpp", "#include <ATen/ATen.h>", false);
        row("core/engine/llm/packed/a.cpp", "#include \"core/engine/tensor.h\"", false);
        row("core/engine/device/cuda/a.cu", "#include <cuda_runtime.h>", true);
        row("core/engine/device/cuda/a.cu", "#include \"core/engine/llm/packed/b.h\"", true);
        row("core/engine/device/cuda/a.cpp", "#include <ATen/ATen.h>", false);
        row("core/engine/device/cuda/a.cpp", "#include \"core/engine/tensor.h\"", false);
        row("core/engine/device/a.cpp", "#include <cuda_runtime.h>", false);
        row("plugins/image/a.cpp", "#include \"core/media/node/node.h\"", true);
        row("plugins/image/a.cpp", "#include \"plugins/image/b.h\"", true);
        row("plugins/image/a.cpp", "#include <webp/encode.h>", true);
        row("plugins/image/a.cpp", "#include <jxl/decode_cxx.h>", true);
        row("plugins/image/a.cpp", "#include <avif/avif.h>", true);
        row("plugins/image/a.cpp", "#include <openjpeg.h>", true);
        row("core/media/quality/a.cpp", "#include <webp/encode.h>", false);
        row("plugins/image/a.cpp", "#include \"plugins/weights/b.h\"", false);
        row("plugins/image/a.cpp", "#include \"app/cli/b.h\"", false);
        row("plugins/image/a.cpp", "#include \"views/curves/b.h\"", false);
        row("plugins/image/a.cpp", "#include <QImage>", false);
        row("views/curves/a.cpp", "#include \"core/curves/bd.h\"", true);
        row("views/curves/a.cpp", "#include \"core/media/node/value.h\"", false);
        row("views/curves/a.cpp", "#include \"plugins/image/b.h\"", false);
        row("app/cli/main.cpp", "#include <QCoreApplication>", false);
        row("app/cli/main.cpp", "#include \"core/media/node/plugin.h\"", false);
        row("app/cli/main.cpp", "#include \"core/run/planner.h\"", true);
        row("app/worker/main.cpp", "#include \"core/media/node/plugin.h\"", true);
        row("app/worker/main.cpp", "#include \"views/curves/b.h\"", false);
        row("app/desktop/main.cpp", "#include \"views/curves/b.h\"", true);
        row("app/desktop/main.cpp", "#include <opencv2/core.hpp>", false);
        row("core/media/coding/a.cpp", "#include <htscodecs/rANS_static4x16.h>", false);
        row("tests/bench/a.cpp", "#include <htscodecs/rANS_static4x16.h>", true);
        row("extras/a.cpp", "#include <vector>", false);
    }
    void includeRulesFindViolations() {
        QFETCH(QString, path);
        QFETCH(QString, line);
        QFETCH(bool, allowed);
        QCOMPARE(includeViolations(path, "#pragma once\n" + line + "\nint a;\n").isEmpty(), allowed);
    }

    void binariesLinkOnlyWhatTheyMay_data() {
        QTest::addColumn<QString>("binary");
        QTest::addColumn<QString>("forbidden");
        const QString noDesktop = "Qt|torch|c10";
        const QStringList onEngine{"ratescope-plugin-language", "ratescope-plugin-weights-calibrated"};
        // A line a target: its name, and where the build puts it (nothing if this build has no such target).
        for (const QString& line : contents(HOUSE_BINARIES).split('\n', Qt::SkipEmptyParts)) {
            const QString target = line.section('=', 0, 0);
            const QString forbidden = target == "ratescope-cli"    ? noDesktop + "|opencv"
                                      : target == "ratescope"      ? "torch|c10|opencv"
                                      : target == "ratescope-cuda" ? noDesktop + "|opencv|cuda(?!rt\\b)"
                                      : onEngine.contains(target)  ? notOnEngine
                                                                   : noDesktop;
            QTest::addRow("%s", qPrintable(target)) << line.section('=', 1) << forbidden;
        }
    }
    void binariesLinkOnlyWhatTheyMay() {
        QFETCH(QString, binary);
        QFETCH(QString, forbidden);
        if (binary.isEmpty()) {
            QSKIP("skipped: this build has no such target");
        }
        QVERIFY2(QFileInfo::exists(binary), qPrintable(binary + " is in the build but was not built"));
        const QStringList libraries = neededLibraries(binary);
        QVERIFY2(!libraries.filter("libc.so").isEmpty(), "readelf printed nothing that was understood");
        const QStringList violations = linkViolations(libraries, forbidden);
        QVERIFY2(violations.isEmpty(), qPrintable(violations.join(' ')));
    }

    void everyPluginIsListed() {
        const QString listed = contents(HOUSE_BINARIES);
        const QDir plugins(qEnvironmentVariable("RATESCOPE_BUILD") + "/plugins");
        for (const QString& name : plugins.entryList({"*.so"}, QDir::Files)) {
            QVERIFY2(listed.contains('/' + name + '\n'),
                     qPrintable(name + " is missing in the list of tests/house/CMakeLists.txt"));
        }
    }

    void linkRulesFindViolations() {
        const QStringList self = neededLibraries(QCoreApplication::applicationFilePath());
        QCOMPARE(linkViolations(self, "Qt6Core"), self.filter("libQt6Core"));
        QVERIFY(!self.filter("libQt6Core").isEmpty());
        QCOMPARE(linkViolations(
                     {"libopencv_core.so.406", "libopencv_imgproc.so.406", "libopencv_highgui.so.406"}, "Qt"),
                 QStringList{"libopencv_highgui.so.406"});
        QCOMPARE(linkViolations({"libopencv_core.so.406"}, "Qt|opencv"),
                 QStringList{"libopencv_core.so.406"});
        QCOMPARE(linkViolations({"libtorch_cpu.so", "libc10.so", "libc.so.6"}, "torch|c10"),
                 (QStringList{"libtorch_cpu.so", "libc10.so"}));
        QCOMPARE(linkViolations({"libtorch_cpu.so", "libc10.so", "libtorch_cuda.so", "libc10_cuda.so"},
                                notOnEngine),
                 (QStringList{"libtorch_cuda.so", "libc10_cuda.so"}));
    }

    void filesCanBeReadInASitting() {
        QStringList tooLong;
        for (const QString& file : textThatIsKeptTidy()) {
            const qsizetype lines = lineCount(contents(root().filePath(file)));
            if (lines > mostLines) {
                tooLong += QString("%1: %2 lines").arg(file).arg(lines);
            }
        }
        QVERIFY2(tooLong.isEmpty(), qPrintable('\n' + tooLong.join('\n')));
        QCOMPARE(lineCount("a\nb\n"), 2);
    }

    void noLooseEnds() {
        QStringList found;
        for (const QString& file : textThatIsKeptTidy()) {
            for (const QString& word : looseEnds(contents(root().filePath(file)))) {
                found += file + ": " + word;
            }
        }
        QVERIFY2(found.isEmpty(), qPrintable('\n' + found.join('\n')));
        QCOMPARE(looseEnds(QString("// TO"
                                   "DO: later; mktemp samples.XXXXXX"))
                     .size(),
                 1);
    }
};

QTEST_GUILESS_MAIN(HouseRules)
#include "house_rules.moc"
