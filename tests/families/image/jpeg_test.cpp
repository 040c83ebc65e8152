// image.jpeg: bytes equal to cjpeg's, a ledger that explains the file, published rates, refusals.

#include "core/hash.h"
#include "core/media/assets/image_file.h"
#include "plugins/image/nodes.h"
#include "tests/families/image/codec_support.h"
#include "tests/families/image/pictures.h"
#include "tests/families/support.h"

#include <jpeglib.h>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <cstdio>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

const NodeEntry& jpeg() {
    static const NodeEntry entry = image::jpegNode();
    return entry;
}

Settings settings(int quality, const std::string& subsampling = "4:2:0", bool optimise = false,
                  bool progressive = false) {
    return {{"quality", std::int64_t{quality}},
            {"subsampling", subsampling},
            {"optimise", optimise},
            {"progressive", progressive}};
}

QByteArray cjpeg(const QStringList& arguments, const Image& image) {
    QProcess process;
    process.start("cjpeg", arguments);
    process.write(pnm(image));
    process.closeWriteChannel();
    return process.waitForFinished() && process.exitCode() == 0 ? process.readAllStandardOutput()
                                                                : QByteArray();
}

/// Photograph-like enough that all frequencies are in it.
Image rough(ColourModel model) {
    return picture(93, 71, model);
}

}  // namespace

class JpegTest : public QObject {
    Q_OBJECT

  private slots:
    void manifestIsAsDocumented() {
        std::vector<std::string> ids;
        for (const auto& parameter : jpeg().manifest.parameters)
            ids.push_back(parameter.id);
        QCOMPARE(ids, (std::vector<std::string>{"quality", "optimise", "progressive", "subsampling"}));
        QVERIFY(jpeg().manifest.parameter("quality")->movesAlongCurve);
        QCOMPARE(std::get<std::int64_t>(jpeg().manifest.parameter("quality")->defaultValue), 75);
    }

    void bytesEqualCjpeg_data() {
        QTest::addColumn<bool>("grey");
        QTest::addColumn<int>("quality");
        QTest::addColumn<QString>("subsampling");
        QTest::addColumn<bool>("optimise");
        QTest::addColumn<bool>("progressive");
        for (const int quality : {1, 10, 50, 75, 95, 100})
            QTest::addRow("default %d", quality) << false << quality << "4:2:0" << false << false;
        QTest::addRow("4:2:2") << false << 60 << "4:2:2" << false << false;
        QTest::addRow("4:4:4") << false << 60 << "4:4:4" << false << false;
        QTest::addRow("optimised") << false << 30 << "4:2:0" << true << false;
        QTest::addRow("progressive") << false << 80 << "4:4:4" << false << true;
        QTest::addRow("grey") << true << 75 << "4:2:0" << false << false;
        QTest::addRow("grey, no effect of subsampling") << true << 75 << "4:4:4" << false << false;
    }
    void bytesEqualCjpeg() {
        QFETCH(bool, grey);
        QFETCH(int, quality);
        QFETCH(QString, subsampling);
        QFETCH(bool, optimise);
        QFETCH(bool, progressive);
        RATESCOPE_NEEDS_TOOL("cjpeg");
        const Image image = rough(grey ? ColourModel::Grey : ColourModel::Rgb);
        QStringList arguments{"-baseline", "-quality", QString::number(quality)};
        if (!grey)
            arguments << "-sample"
                      << (subsampling == "4:2:0"   ? "2x2"
                          : subsampling == "4:2:2" ? "2x1"
                                                   : "1x1");
        if (optimise) arguments << "-optimize";
        if (progressive) arguments << "-progressive";
        const QByteArray expected = cjpeg(arguments, image);
        QVERIFY(!expected.isEmpty());
        const auto stream = encode(jpeg(), inputs("image", image),
                                   settings(quality, subsampling.toStdString(), optimise, progressive));
        QVERIFY(bytesOf(stream.bytes()) == expected);
    }

    void bytesAreThoseOfTheNamedLibrary_data() {
        QTest::addColumn<int>("quality");
        QTest::addColumn<QString>("hash");
        QTest::newRow("5") << 5 << "4b7a65b8ca49d1877d1110c1668301f8fbf5dd1e5bba61cea3da65c46b1f2fba";
        QTest::newRow("75") << 75 << "002158af66555e14cec7c7a3715c2e864e74530ea0a29056fd2f6b1f19004a73";
        QTest::newRow("95") << 95 << "0236bb58becc8f9d78f374bfa4934c38945183d3616036d24356e37879f62e03";
    }
    void bytesAreThoseOfTheNamedLibrary() {
        QFETCH(int, quality);
        QFETCH(QString, hash);
        if (LIBJPEG_TURBO_VERSION_NUMBER != 2001005) QSKIP("skipped: hashes are of libjpeg-turbo 2.1.5");
        const auto stream = encode(jpeg(), inputs("image", rough(ColourModel::Rgb)), settings(quality));
        QCOMPARE(QString::fromStdString(sha256(stream.bytes()).hex()), hash);
    }

    void ledgerSumsToTheFile_data() {
        QTest::addColumn<bool>("optimise");
        QTest::addColumn<bool>("progressive");
        QTest::newRow("baseline") << false << false;
        QTest::newRow("optimised") << true << false;
        QTest::newRow("progressive") << false << true;
    }
    void ledgerSumsToTheFile() {
        QFETCH(bool, optimise);
        QFETCH(bool, progressive);
        Image image = rough(ColourModel::Rgb);
        const auto plain =
            encode(jpeg(), inputs("image", image), settings(75, "4:2:0", optimise, progressive));
        QCOMPARE(plain.ledger().bits(), 8 * plain.bytes().size());
        QCOMPARE(bitsOf(plain.ledger(), "exif") + bitsOf(plain.ledger(), "icc"), 0U);
        QCOMPARE(bitsOf(plain.ledger(), "quantisation-tables"), 2U * 8 * (2 + 2 + 65));
        if (!optimise && !progressive)
            QCOMPARE(bitsOf(plain.ledger(), "huffman-tables"), 8U * (4 * (2 + 2 + 17) + 2 * 12 + 2 * 162));

        image.icc.assign(100'000, std::byte{42});
        image.orientation = 6;
        const auto tagged =
            encode(jpeg(), inputs("image", image), settings(75, "4:2:0", optimise, progressive));
        QCOMPARE(tagged.ledger().bits(), 8 * tagged.bytes().size());
        QCOMPARE(bitsOf(tagged.ledger(), "exif"), 8U * (2 + 2 + 32));
        QCOMPARE(bitsOf(tagged.ledger(), "icc"), 8U * (100'000 + 2 * (2 + 2 + 14)));
        QCOMPARE(bitsOf(tagged.ledger(), "scan-data"), bitsOf(plain.ledger(), "scan-data"));
        QCOMPARE(bitsOf(tagged.ledger(), "header"), bitsOf(plain.ledger(), "header"));
    }

    void decodedPictureIsDjpegs() {
        RATESCOPE_NEEDS_TOOL("djpeg");
        const auto stream = encode(jpeg(), inputs("image", rough(ColourModel::Rgb)), settings(40));
        QProcess process;
        process.start("djpeg", {"-pnm"});
        process.write(bytesOf(stream.bytes()));
        process.closeWriteChannel();
        QVERIFY(process.waitForFinished());
        QVERIFY(process.readAllStandardOutput() == pnm(imageAt(decode(jpeg(), stream.bytes()))));
    }

    void profileAndOrientationComeBack() {
        Image image = rough(ColourModel::Grey);
        for (int i = 0; i < 300; ++i)
            image.icc.push_back(static_cast<std::byte>(i));
        for (const int orientation : {1, 2, 8}) {
            image.orientation = orientation;
            const auto stream = encode(jpeg(), inputs("image", image));
            const Outputs outputs = decode(jpeg(), stream.bytes());
            QCOMPARE(imageAt(outputs).orientation, orientation);
            QVERIFY(imageAt(outputs).icc == image.icc);
            QVERIFY(imageAt(outputs).model == ColourModel::Grey);
        }
    }

    void smallAndLongPicturesPass_data() {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::newRow("1 x 1") << 1 << 1;
        QTest::newRow("1 x 20000") << 1 << 20000;
        QTest::newRow("65500 x 1") << 65500 << 1;
    }
    void smallAndLongPicturesPass() {
        QFETCH(int, width);
        QFETCH(int, height);
        const auto stream = encode(jpeg(), inputs("image", picture(width, height, ColourModel::Rgb)));
        const Outputs outputs = decode(jpeg(), stream.bytes());
        QCOMPARE(imageAt(outputs).width(), width);
        QCOMPARE(imageAt(outputs).height(), height);
    }

    void whatJpegCannotHoldIsRefused_data() {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("model");
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("alpha");
        QTest::addColumn<QString>("names");
        const auto row = [](const char* name, int width, ColourModel model, int bits, bool alpha,
                            const char* names) {
            QTest::newRow(name) << width << static_cast<int>(model) << bits << alpha << names;
        };
        row("16 bits", 8, ColourModel::Rgb, 16, false, "image.convert");
        row("4 bits", 8, ColourModel::Grey, 4, false, "image.convert");
        row("alpha", 8, ColourModel::Rgb, 8, true, "image.convert");
        row("CMYK", 8, ColourModel::Cmyk, 8, false, "image.convert");
        row("YCbCr", 8, ColourModel::YCbCr, 8, false, "image.convert");
        row("too wide", 65501, ColourModel::Grey, 8, false, "image.crop");
    }
    void whatJpegCannotHoldIsRefused() {
        QFETCH(int, width);
        QFETCH(int, model);
        QFETCH(int, bits);
        QFETCH(bool, alpha);
        QFETCH(QString, names);
        const Image image = picture(width, 2, static_cast<ColourModel>(model), bits, alpha);
        const QString error = errorOf([&] { encode(jpeg(), inputs("image", image)); });
        QVERIFY2(error.startsWith("input: ") && error.contains(names), qPrintable(error));
    }

    void damagedStreamsAreRefused() {
        const auto stream =
            encode(jpeg(), inputs("image", rough(ColourModel::Rgb)), settings(75, "4:2:0", false, true));
        const std::span<const std::byte> whole(stream.bytes());
        for (std::size_t size = 0; size + 2 < whole.size(); size += whole.size() / 23)
            QVERIFY(errorOf([&] { decode(jpeg(), whole.first(size)); }).startsWith("input: "));
        const QByteArray other = pnm(rough(ColourModel::Rgb));
        QVERIFY(errorOf([&] { decode(jpeg(), view(other)); }).contains("not a JPEG file"));
    }

    void encodingStopsWhenCancelled() {
        const auto node = jpeg().make();
        const auto given = inputs("image", picture(400, 3000, ColourModel::Rgb));
        for (const int cancelAt : {1, 20, 200}) {
            TestContext context(cancelAt);
            ByteSink sink;
            const QString error = errorOf([&] {
                dynamic_cast<const CodecNode&>(*node).encode(
                    context, given, complete(jpeg().manifest, settings(95, "4:4:4", true, false)), sink);
            });
            QVERIFY(error.startsWith("cancelled: "));
            QCOMPARE(context.checks, cancelAt);
            QVERIFY(sink.bytes().empty());
        }
    }

    void kodakRatesArePublishedOnes() {
        RATESCOPE_NEEDS_DATA();
        QFile file(QString::fromStdString(dataFolder() / "reference/compressai-kodak/jpeg.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonArray published = QJsonDocument::fromJson(file.readAll())["results"]["bpp"].toArray();
        QCOMPARE(published.size(), 19);
        std::vector<double> bpp(19, 0);
        for (int picture = 1; picture <= 24; ++picture) {
            const auto name =
                QString("images/kodak/kodim%1.png").arg(picture, 2, 10, QChar('0')).toStdString();
            const Image image = readImage(dataFolder() / name);
            const Inputs given = inputs("image", image);
            for (std::size_t i = 0; i < bpp.size(); ++i) {
                const auto stream = encode(jpeg(), given, settings(5 * (static_cast<int>(i) + 1)));
                bpp[i] += 8.0 * static_cast<double>(stream.bytes().size()) /
                          static_cast<double>(image.pixels()) / 24;
            }
        }
        double worst = 0;
        for (qsizetype i = 0; i < published.size(); ++i)
            worst = std::max(worst, std::abs(bpp[static_cast<std::size_t>(i)] / published[i].toDouble() - 1));
        qInfo("largest deviation of mean bpp: %.5f %%", 100 * worst);
        QVERIFY(worst < 0.003);
    }
};

QTEST_GUILESS_MAIN(JpegTest)
#include "jpeg_test.moc"
