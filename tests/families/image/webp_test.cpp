// image.webp: bytes equal to cwebp's, pixels equal to dwebp's, a ledger that explains the file, refusals.

#include "plugins/image/nodes.h"
#include "tests/families/image/codec_support.h"
#include "tests/families/image/pictures.h"
#include "tests/families/support.h"

#include <chrono>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

const NodeEntry& webp() {
    static const NodeEntry entry = image::webpNode();
    return entry;
}

Settings lossy(double quality, int method = 4) {
    return {{"quality", quality}, {"method", std::int64_t{method}}};
}

Settings lossless(double quality = 75, int method = 4) {
    Settings settings = lossy(quality, method);
    settings["lossless"] = true;
    return settings;
}

QStringList arguments(const Settings& settings) {
    QStringList words{"-quiet", "-q", QString::number(std::get<double>(settings.at("quality"))), "-m",
                      QString::number(std::get<std::int64_t>(settings.at("method")))};
    if (settings.contains("lossless"))
        words << "-lossless"
              << "-exact";
    return words;
}

QByteArray cwebp(const Settings& settings, const Image& image) {
    const Folder folder;
    const QString png = folder.writePng("in.png", image);
    return ran("cwebp",
               arguments(settings) + QStringList{"-metadata", "icc", png, "-o", folder.path("out.webp")})
               ? folder.read("out.webp")
               : QByteArray();
}

/// As PAM, since PPM has no alpha.
QByteArray dwebp(std::span<const std::byte> stream, const char* format) {
    const Folder folder;
    const QString file = folder.write("in.webp", stream);
    return ran("dwebp", {"-quiet", format, file, "-o", folder.path("out")}) ? folder.read("out")
                                                                            : QByteArray();
}

Image translucent(int width, int height) {
    return picture(width, height, ColourModel::Rgb, 8, true);
}

QByteArray riff(const QByteArray& chunks) {
    QByteArray file = "RIFF....WEBP" + chunks;
    for (int i = 0; i < 4; ++i)
        file[4 + i] = static_cast<char>((file.size() - 8) >> (8 * i));
    return file;
}

}  // namespace

class WebpTest : public QObject {
    Q_OBJECT

  private slots:
    void manifestIsAsDocumented() {
        std::vector<std::string> ids;
        for (const auto& parameter : webp().manifest.parameters)
            ids.push_back(parameter.id);
        QCOMPARE(ids, (std::vector<std::string>{"quality", "method", "lossless"}));
        QVERIFY(webp().manifest.parameter("quality")->movesAlongCurve);
        QCOMPARE(std::get<double>(webp().manifest.parameter("quality")->defaultValue), 75.0);
    }

    void bytesEqualCwebp_data() {
        QTest::addColumn<double>("quality");
        QTest::addColumn<int>("method");
        QTest::addColumn<bool>("isLossless");
        QTest::addColumn<bool>("alpha");
        for (const double quality : {0.0, 12.5, 50.0, 75.0, 90.0, 100.0})
            QTest::addRow("quality %g", quality) << quality << 4 << false << false;
        QTest::newRow("fastest") << 60.0 << 0 << false << false;
        QTest::newRow("slowest") << 60.0 << 6 << false << false;
        QTest::newRow("alpha") << 40.0 << 4 << false << true;
        QTest::newRow("lossless") << 75.0 << 4 << true << false;
        QTest::newRow("lossless, slowest") << 100.0 << 6 << true << false;
        QTest::newRow("lossless, alpha") << 30.0 << 2 << true << true;
    }
    void bytesEqualCwebp() {
        QFETCH(double, quality);
        QFETCH(int, method);
        QFETCH(bool, isLossless);
        QFETCH(bool, alpha);
        RATESCOPE_NEEDS_TOOL("cwebp");
        const Image image = picture(93, 71, ColourModel::Rgb, 8, alpha);
        const Settings settings = isLossless ? lossless(quality, method) : lossy(quality, method);
        const QByteArray expected = cwebp(settings, image);
        QVERIFY(!expected.isEmpty());
        QVERIFY(bytesOf(encode(webp(), inputs("image", image), settings).bytes()) == expected);
    }

    void photographsAreThoseOfTheTools_data() {
        QTest::addColumn<double>("quality");
        QTest::addColumn<bool>("isLossless");
        for (const double quality : {5.0, 50.0, 95.0})
            QTest::addRow("quality %g", quality) << quality << false;
        QTest::newRow("lossless") << 20.0 << true;
    }
    void photographsAreThoseOfTheTools() {
        QFETCH(double, quality);
        QFETCH(bool, isLossless);
        RATESCOPE_NEEDS_TOOL("cwebp");
        RATESCOPE_NEEDS_TOOL("dwebp");
        RATESCOPE_NEEDS_SAMPLES();
        const Settings settings = isLossless ? lossless(quality) : lossy(quality);
        for (const auto& [name, image] : photographs()) {
            const auto stream = encode(webp(), inputs("image", image), settings);
            QVERIFY2(bytesOf(stream.bytes()) == cwebp(settings, image), qPrintable(name));
            const Outputs outputs = decode(webp(), stream.bytes());
            QVERIFY2(pnm(imageAt(outputs)) == dwebp(stream.bytes(), "-ppm"), qPrintable(name));
            QCOMPARE(samePixels(imageAt(outputs), image), isLossless);
        }
    }

    void losslessGivesThePixelsBack_data() {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("height");
        QTest::addColumn<bool>("alpha");
        QTest::newRow("RGB") << 61 << 33 << false;
        QTest::newRow("alpha") << 61 << 33 << true;
        QTest::newRow("one pixel") << 1 << 1 << false;
        QTest::newRow("one column") << 1 << 16383 << true;
        QTest::newRow("one row") << 16383 << 1 << false;
    }
    void losslessGivesThePixelsBack() {
        QFETCH(int, width);
        QFETCH(int, height);
        QFETCH(bool, alpha);
        const Image image = picture(width, height, ColourModel::Rgb, 8, alpha);
        const auto stream = encode(webp(), inputs("image", image), lossless());
        QVERIFY(samePixels(imageAt(decode(webp(), stream.bytes())), image));
    }

    void alphaIsDecodedAsDwebpDoes() {
        RATESCOPE_NEEDS_TOOL("dwebp");
        const Image image = translucent(50, 40);
        const auto stream = encode(webp(), inputs("image", image), lossy(60));
        const Image decoded = imageAt(decode(webp(), stream.bytes()));
        QVERIFY(decoded.alpha);
        const QByteArray pam = dwebp(stream.bytes(), "-pam");
        QVERIFY(pam.endsWith("ENDHDR\n" + bytesOf(decoded.samples.bytes())));
    }

    void opaqueAlphaIsNotStored() {
        Image image = translucent(20, 20);
        const auto samples = image.samples.writable<std::uint8_t>();
        for (std::size_t i = 3; i < samples.size(); i += 4)
            samples[i] = 255;
        for (const Settings& settings : {lossy(75), lossless()}) {
            const auto stream = encode(webp(), inputs("image", image), settings);
            QVERIFY(!imageAt(decode(webp(), stream.bytes())).alpha);
        }
    }

    void ledgerSumsToTheFile_data() {
        QTest::addColumn<bool>("isLossless");
        QTest::addColumn<bool>("alpha");
        QTest::newRow("lossy") << false << false;
        QTest::newRow("lossy, alpha") << false << true;
        QTest::newRow("lossless") << true << false;
        QTest::newRow("lossless, alpha") << true << true;
    }
    void ledgerSumsToTheFile() {
        QFETCH(bool, isLossless);
        QFETCH(bool, alpha);
        const Settings settings = isLossless ? lossless() : lossy(75);
        Image image = picture(93, 71, ColourModel::Rgb, 8, alpha);
        const auto plain = encode(webp(), inputs("image", image), settings);
        const Ledger& ledger = plain.ledger();
        QCOMPARE(ledger.bits(), 8 * plain.bytes().size());
        QCOMPARE(bitsOf(ledger, "lossless") > 0, isLossless);
        QCOMPARE(bitsOf(ledger, "modes") > 0, !isLossless);
        QCOMPARE(bitsOf(ledger, "coefficients") > 0, !isLossless);
        QCOMPARE(bitsOf(ledger, "alpha") > 0, alpha && !isLossless);
        const std::uint64_t head = isLossless ? 8 + 5 : 8 + 10, extended = 8 + 10;
        QCOMPARE(bitsOf(ledger, "header"), 8 * (12 + head + (alpha && !isLossless ? extended : 0)));

        image.icc.assign(1001, std::byte{42});
        image.orientation = 6;
        const auto tagged = encode(webp(), inputs("image", image), settings);
        QCOMPARE(tagged.ledger().bits(), 8 * tagged.bytes().size());
        QCOMPARE(bitsOf(tagged.ledger(), "icc"), 8U * (8 + 1001));
        QCOMPARE(bitsOf(tagged.ledger(), "exif"), 8U * (8 + 26));
        QCOMPARE(bitsOf(tagged.ledger(), "header"), 8 * (12 + head + extended));
        for (const char* part : {"lossless", "modes", "coefficients", "alpha"})
            QCOMPARE(bitsOf(tagged.ledger(), part), bitsOf(ledger, part));
    }

    void profileIsWrittenAsCwebpDoes() {
        RATESCOPE_NEEDS_TOOL("cwebp");
        for (const bool alpha : {false, true})
            for (const Settings& settings : {lossy(75), lossless()}) {
                Image image = picture(93, 71, ColourModel::Rgb, 8, alpha);
                image.icc = someProfile();
                const auto stream = encode(webp(), inputs("image", image), settings);
                QVERIFY(bytesOf(stream.bytes()) == cwebp(settings, image));
            }
    }

    void profileAndOrientationComeBack() {
        Image image = translucent(30, 20);
        image.icc.assign(300, std::byte{7});
        for (const int orientation : {1, 2, 8})
            for (const Settings& settings : {lossy(75), lossless()}) {
                image.orientation = orientation;
                const auto stream = encode(webp(), inputs("image", image), settings);
                const Outputs outputs = decode(webp(), stream.bytes());
                QCOMPARE(imageAt(outputs).orientation, orientation);
                QVERIFY(imageAt(outputs).icc == image.icc);
                QVERIFY(imageAt(outputs).alpha);
            }
    }

    void threadsChangeNothing() {
        const Image image = translucent(300, 200);
        for (const Settings& settings : {lossy(75), lossless(100, 5)}) {
            const auto one = encode(webp(), inputs("image", image), settings, 1);
            const auto two = encode(webp(), inputs("image", image), settings, 2);
            QVERIFY(one.bytes() == two.bytes());
            QVERIFY(samePixels(imageAt(decode(webp(), one.bytes(), {}, 1)),
                               imageAt(decode(webp(), one.bytes(), {}, 2))));
        }
    }

    void whatWebpCannotHoldIsRefused_data() {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("model");
        QTest::addColumn<int>("bits");
        QTest::addColumn<QString>("names");
        const auto row = [](const char* name, int width, ColourModel model, int bits, const char* names) {
            QTest::newRow(name) << width << static_cast<int>(model) << bits << names;
        };
        row("grey", 8, ColourModel::Grey, 8, "image.convert");
        row("10 bits", 8, ColourModel::Rgb, 10, "image.convert");
        row("CMYK", 8, ColourModel::Cmyk, 8, "image.convert");
        row("YCbCr", 8, ColourModel::YCbCr, 8, "image.convert");
        row("too wide", 16384, ColourModel::Rgb, 8, "image.resize");
    }
    void whatWebpCannotHoldIsRefused() {
        QFETCH(int, width);
        QFETCH(int, model);
        QFETCH(int, bits);
        QFETCH(QString, names);
        const Image image = picture(width, 2, static_cast<ColourModel>(model), bits);
        const QString error = errorOf([&] { encode(webp(), inputs("image", image)); });
        QVERIFY2(error.startsWith("input: ") && error.contains(names), qPrintable(error));
    }

    void damagedStreamsAreRefused() {
        Image image = translucent(93, 71);
        image.orientation = 3;
        for (const Settings& settings : {lossy(75), lossless()}) {
            const auto stream = encode(webp(), inputs("image", image), settings);
            QCOMPARE(acceptedCut(webp(), stream.bytes()), -1);
        }
        const QByteArray other = pnm(picture(9, 9, ColourModel::Rgb));
        QVERIFY(errorOf([&] { decode(webp(), view(other)); }).startsWith("input: "));
    }

    void hugePromisesAreRefusedAtOnce_data() {
        QTest::addColumn<QByteArray>("file");
        const QByteArray canvas("VP8X\x0a\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff", 18);
        // A key frame of 16,383 x 16,383 with a first partition of no bytes.
        const QByteArray frame("VP8 \x0c\0\0\0\x10\0\0\x9d\x01\x2a\xff\x3f\xff\x3f\0\0", 20);
        QTest::newRow("canvas of 2^24 x 2^24") << riff(canvas);
        QTest::newRow("the same before a frame") << riff(canvas + frame);
        QTest::newRow("frame of 16383 x 16383") << riff(frame);
    }
    void hugePromisesAreRefusedAtOnce() {
        QFETCH(QByteArray, file);
        const auto start = std::chrono::steady_clock::now();
        QVERIFY(errorOf([&] { decode(webp(), view(file)); }).startsWith("input: "));
        QVERIFY(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(100));
    }

    void workStopsWhenCancelled() {
        const auto node = webp().make();
        const auto& codec = dynamic_cast<const CodecNode&>(*node);
        const auto given = inputs("image", picture(400, 900, ColourModel::Rgb));
        for (const int cancelAt : {1, 2, 10}) {
            TestContext context(cancelAt);
            ByteSink sink;
            const QString error =
                errorOf([&] { codec.encode(context, given, complete(webp().manifest, lossy(95)), sink); });
            QVERIFY(error.startsWith("cancelled: "));
            QCOMPARE(context.checks, cancelAt);
            QVERIFY(sink.bytes().empty());
        }
        const auto stream = encode(webp(), given);
        TestContext context(2);
        ByteSource source(stream.bytes());
        QVERIFY(errorOf([&] {
                    codec.decode(context, source, {}, complete(webp().manifest));
                }).startsWith("cancelled: "));
    }
};

QTEST_GUILESS_MAIN(WebpTest)
#include "webp_test.moc"
