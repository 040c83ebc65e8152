// image.jpeg2000: bytes equal to opj_compress's, pixels equal to opj_decompress's, layers that are cut off, lossless
// at every depth, refusals.

#include "plugins/image/nodes.h"
#include "tests/families/image/codec_support.h"
#include "tests/families/image/pictures.h"
#include "tests/families/support.h"

#include <chrono>
#include <cmath>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

const NodeEntry& jp2() {
    static const NodeEntry entry = image::jpeg2000Node();
    return entry;
}

Settings byQuality(double quality, int layers = 1) {
    return {{"quality", quality}, {"layers", std::int64_t{layers}}};
}

Settings byRate(double rate, int layers = 1) {
    return {{"target", std::string("rate")}, {"rate", rate}, {"layers", std::int64_t{layers}}};
}

Settings lossless(int layers = 1) {
    return {{"target", std::string("everything")}, {"reversible", true}, {"layers", std::int64_t{layers}}};
}

QByteArray opjCompress(const Image& image, const QStringList& arguments) {
    const Folder folder;
    const QStringList files{"-i", folder.writePng("in.png", image), "-o", folder.path("out.jp2")};
    return ran("opj_compress", files + arguments) ? folder.read("out.jp2") : QByteArray();
}

Image opjDecompress(std::span<const std::byte> stream, const QStringList& arguments = {}) {
    const Folder folder;
    const QStringList files{"-i", folder.write("in.jp2", stream), "-o", folder.path("out.png")};
    return ran("opj_decompress", files + arguments) ? folder.readImage("out.png") : Image();
}

std::vector<std::byte> firstLayers(std::span<const std::byte> stream, int kept) {
    TestContext context;
    ByteSource source(stream);
    ByteSink sink;
    const auto node = jp2().make();
    dynamic_cast<const CodecNode&>(*node).extract(
        context, source, complete(jp2().manifest, {{"layers-kept", std::int64_t{kept}}}), sink);
    if (sink.ledger().bits() != 8 * sink.bytes().size()) throw Error(ErrorKind::Internal, "Ledger.", "");
    return sink.bytes();
}

double psnr(const Image& a, const Image& b) {
    const auto x = a.samples.as<std::uint8_t>(), y = b.samples.as<std::uint8_t>();
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        sum += (x[i] - y[i]) * (x[i] - y[i]);
    return 10 * std::log10(255.0 * 255.0 * static_cast<double>(x.size()) / sum);
}

}  // namespace

class Jpeg2000Test : public QObject {
    Q_OBJECT

  private slots:
    void manifestIsAsDocumented() {
        std::vector<std::string> ids;
        for (const auto& parameter : jp2().manifest.parameters)
            ids.push_back(parameter.id);
        QCOMPARE(ids, (std::vector<std::string>{"target", "quality", "rate", "reversible", "layers",
                                                "layers-kept"}));
        QVERIFY(jp2().manifest.parameter("quality")->movesAlongCurve);
        QVERIFY(jp2().manifest.parameter("layers-kept")->stage == graph::Stage::Extract);
    }

    void bytesEqualOpjCompress_data() {
        QTest::addColumn<Settings>("settings");
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("grey");
        QTest::addColumn<bool>("alpha");
        const auto row = [](const char* name, Settings settings, const QStringList& arguments, int bits = 8,
                            bool grey = false, bool alpha = false) {
            QTest::newRow(name) << settings << arguments << bits << grey << alpha;
        };
        for (const int quality : {20, 30, 40, 55})
            row(qPrintable(QString("%1 dB").arg(quality)), byQuality(quality),
                {"-I", "-q", QString::number(quality)});
        row("1 bpp", byRate(1), {"-I", "-r", "24"});
        row("2 bpp, grey", byRate(2), {"-I", "-r", "4"}, 8, true);
        row("1 bpp, alpha", byRate(1), {"-I", "-r", "32"}, 8, false, true);
        row("4 bpp, 16 bits", byRate(4), {"-I", "-r", "12"}, 16);
        row("lossless", lossless(), {});
        row("lossless, alpha", lossless(), {}, 8, false, true);
        row("lossless, grey with alpha", lossless(), {}, 8, true, true);
        row("lossless, grey, 16 bits", lossless(), {}, 16, true);
        Settings reversible = byQuality(35);
        reversible["reversible"] = true;
        row("reversible, 35 dB", reversible, {"-q", "35"});
        row("three layers", byQuality(40, 3), {"-I", "-q", "34,37,40", "-PLT"});
        row("three layers by rate", byRate(2, 3), {"-I", "-r", "48,24,12", "-PLT"});
        row("four lossless layers", lossless(4), {"-r", "16,8,4,0", "-PLT"});
    }
    void bytesEqualOpjCompress() {
        QFETCH(Settings, settings);
        QFETCH(QStringList, arguments);
        QFETCH(int, bits);
        QFETCH(bool, grey);
        QFETCH(bool, alpha);
        RATESCOPE_NEEDS_TOOL("opj_compress");
        const Image image = picture(93, 71, grey ? ColourModel::Grey : ColourModel::Rgb, bits, alpha);
        const QByteArray expected = opjCompress(image, arguments);
        QVERIFY(!expected.isEmpty());
        QVERIFY(bytesOf(encode(jp2(), inputs("image", image), settings).bytes()) == expected);
    }

    void photographsAreThoseOfTheTools_data() {
        QTest::addColumn<Settings>("settings");
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("32 dB") << byQuality(32) << QStringList{"-I", "-q", "32"};
        QTest::newRow("0.25 bpp") << byRate(0.25) << QStringList{"-I", "-r", "96"};
        QTest::newRow("lossless") << lossless() << QStringList{};
    }
    void photographsAreThoseOfTheTools() {
        QFETCH(Settings, settings);
        QFETCH(QStringList, arguments);
        RATESCOPE_NEEDS_TOOL("opj_compress");
        RATESCOPE_NEEDS_TOOL("opj_decompress");
        RATESCOPE_NEEDS_SAMPLES();
        for (auto [name, image] : photographs()) {
            image.icc.clear();  // opj_compress does not carry it on.
            const auto stream = encode(jp2(), inputs("image", image), settings);
            QVERIFY2(bytesOf(stream.bytes()) == opjCompress(image, arguments), qPrintable(name));
            const Image decoded = imageAt(decode(jp2(), stream.bytes()));
            QVERIFY2(samePixels(decoded, opjDecompress(stream.bytes())), qPrintable(name));
            QCOMPARE(samePixels(decoded, image), arguments.isEmpty());
            const double rate =
                8.0 * static_cast<double>(stream.bytes().size()) / static_cast<double>(image.pixels());
            if (arguments.contains("-r")) QVERIFY(rate > 0.24 && rate < 0.26);
            if (arguments.contains("-q")) QVERIFY(std::abs(psnr(decoded, image) - 32) < 2);
        }
    }

    void losslessGivesTheSamplesBack_data() {
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("grey");
        QTest::addColumn<bool>("alpha");
        for (const int bits : {1, 3, 8, 10, 12, 16})
            QTest::addRow("RGB, %d bits", bits) << bits << false << false;
        QTest::newRow("grey") << 8 << true << false;
        QTest::newRow("grey with alpha, 10 bits") << 10 << true << true;
        QTest::newRow("alpha, 16 bits") << 16 << false << true;
    }
    void losslessGivesTheSamplesBack() {
        QFETCH(int, bits);
        QFETCH(bool, grey);
        QFETCH(bool, alpha);
        for (const auto& [width, height] : {std::pair{61, 33}, {1, 1}, {1, 3000}, {40000, 1}}) {
            const Image image =
                picture(width, height, grey ? ColourModel::Grey : ColourModel::Rgb, bits, alpha);
            const auto stream = encode(jp2(), inputs("image", image), lossless());
            QVERIFY(samePixels(imageAt(decode(jp2(), stream.bytes())), image));
            QCOMPARE(stream.ledger().bits(), 8 * stream.bytes().size());
        }
    }

    void firstLayersAreCutOff_data() {
        QTest::addColumn<Settings>("settings");
        QTest::addColumn<int>("layers");
        QTest::addColumn<bool>("grey");
        QTest::newRow("quality") << byQuality(46, 6) << 6 << false;
        QTest::newRow("rate") << byRate(3, 5) << 5 << true;
        QTest::newRow("lossless") << lossless(4) << 4 << false;
    }
    void firstLayersAreCutOff() {
        QFETCH(Settings, settings);
        QFETCH(int, layers);
        QFETCH(bool, grey);
        RATESCOPE_NEEDS_TOOL("opj_decompress");
        Image image = picture(233, 171, grey ? ColourModel::Grey : ColourModel::Rgb);
        image.orientation = 6;
        const auto whole = encode(jp2(), inputs("image", image), settings);
        QVERIFY(bitsOf(whole.ledger(), "packet-lengths") > 0);
        QVERIFY(firstLayers(whole.bytes(), 0) == whole.bytes());
        QVERIFY(firstLayers(whole.bytes(), layers) == whole.bytes());
        QVERIFY(firstLayers(whole.bytes(), 32) == whole.bytes());
        std::size_t before = 0;
        double quality = 0;
        for (int kept = 1; kept < layers; ++kept) {
            const std::vector<std::byte> cut = firstLayers(whole.bytes(), kept);
            QVERIFY(cut.size() > before && cut.size() < whole.bytes().size());
            before = cut.size();
            const Image decoded = imageAt(decode(jp2(), cut));
            QCOMPARE(decoded.orientation, 6);
            // As the whole stream decoded up to that layer, and as another decoder reads the cut one.
            QVERIFY(samePixels(decoded, opjDecompress(whole.bytes(), {"-l", QString::number(kept)})));
            QVERIFY(samePixels(decoded, opjDecompress(cut)));
            QVERIFY(psnr(decoded, image) > quality);
            quality = psnr(decoded, image);
            // Cut again, it is the same as cut at once.
            if (kept > 1) QVERIFY(firstLayers(cut, kept - 1) == firstLayers(whole.bytes(), kept - 1));
        }
    }

    void layersThatCannotBeDroppedAreRefused() {
        RATESCOPE_NEEDS_TOOL("opj_compress");
        const Image image = picture(93, 71, ColourModel::Rgb);
        for (const QStringList& arguments : {QStringList{"-r", "20,10,5"},
                                             {"-r", "20,10,5", "-p", "RLCP", "-PLT"},
                                             {"-r", "20,10,5", "-t", "64,64", "-PLT"}}) {
            const QByteArray stream = opjCompress(image, arguments);
            QVERIFY(samePixels(imageAt(decode(jp2(), view(stream))), opjDecompress(view(stream))));
            const QString error = errorOf([&] { firstLayers(view(stream), 2); });
            QVERIFY2(error.startsWith("input: ") && error.contains("can't be dropped"), qPrintable(error));
        }
        const QString error = errorOf([&] { encode(jp2(), inputs("image", image), byQuality(20, 10)); });
        QVERIFY2(error.startsWith("usage: "), qPrintable(error));
    }

    void ledgerSumsToTheFile() {
        Image image = picture(93, 71, ColourModel::Rgb);
        for (const int layers : {1, 3}) {
            image.icc.clear();
            image.orientation = 1;
            const auto plain = encode(jp2(), inputs("image", image), byQuality(40, layers));
            QCOMPARE(plain.ledger().bits(), 8 * plain.bytes().size());
            QCOMPARE(bitsOf(plain.ledger(), "packet-lengths") > 0, layers > 1);
            image.icc = someProfile();
            image.orientation = 6;
            const auto tagged = encode(jp2(), inputs("image", image), byQuality(40, layers));
            QCOMPARE(tagged.ledger().bits(), 8 * tagged.bytes().size());
            QCOMPARE(bitsOf(tagged.ledger(), "icc"), 8 * image.icc.size());
            QCOMPARE(bitsOf(tagged.ledger(), "exif"), 8U * (8 + 16 + 26));
            // The enumerated colour space took four bytes.
            QCOMPARE(bitsOf(tagged.ledger(), "header"), bitsOf(plain.ledger(), "header") - 8 * 4);
            QCOMPARE(bitsOf(tagged.ledger(), "packets"), bitsOf(plain.ledger(), "packets"));
        }
    }

    void profileAndOrientationComeBack() {
        RATESCOPE_NEEDS_TOOL("opj_decompress");
        Image image = picture(30, 20, ColourModel::Rgb, 8, true);
        image.icc = someProfile();
        for (const int orientation : {1, 2, 8}) {
            image.orientation = orientation;
            const auto stream = encode(jp2(), inputs("image", image), lossless());
            const Image decoded = imageAt(decode(jp2(), stream.bytes()));
            QCOMPARE(decoded.orientation, orientation);
            QVERIFY(decoded.icc == image.icc);
            QVERIFY(samePixels(decoded, image));
            QVERIFY(!opjDecompress(stream.bytes()).samples.empty());
        }
    }

    void threadsChangeNothing() {
        const Image image = picture(600, 400, ColourModel::Rgb);
        for (const Settings& settings : {byQuality(40, 3), lossless()}) {
            const auto one = encode(jp2(), inputs("image", image), settings, 1);
            const auto two = encode(jp2(), inputs("image", image), settings, 2);
            QVERIFY(one.bytes() == two.bytes());
            QVERIFY(samePixels(imageAt(decode(jp2(), one.bytes(), {}, 1)),
                               imageAt(decode(jp2(), one.bytes(), {}, 2))));
        }
    }

    void whatItDoesNotTakeIsRefused_data() {
        QTest::addColumn<int>("model");
        QTest::newRow("CMYK") << static_cast<int>(ColourModel::Cmyk);
        QTest::newRow("YCbCr") << static_cast<int>(ColourModel::YCbCr);
    }
    void whatItDoesNotTakeIsRefused() {
        QFETCH(int, model);
        const Image image = picture(8, 2, static_cast<ColourModel>(model));
        const QString error = errorOf([&] { encode(jp2(), inputs("image", image)); });
        QVERIFY2(error.startsWith("input: ") && error.contains("image.convert"), qPrintable(error));
    }

    void damagedStreamsAreRefused() {
        Image image = picture(93, 71, ColourModel::Rgb);
        image.orientation = 3;
        for (const Settings& settings : {byQuality(40), byRate(2, 3), lossless()}) {
            const auto stream = encode(jp2(), inputs("image", image), settings);
            QCOMPARE(acceptedCut(jp2(), stream.bytes()), -1);
            // Cut within the box of the codestream, whose length says "to the end": OpenJPEG alone would make do.
            QByteArray open = bytesOf(stream.bytes());
            const qsizetype box = open.indexOf("jp2c") - 4;
            open.replace(box, 4, QByteArray(4, '\0'));
            QCOMPARE(acceptedCut(jp2(), view(open)), -1);
        }
        const QByteArray other = pnm(picture(9, 9, ColourModel::Rgb));
        QVERIFY(errorOf([&] { decode(jp2(), view(other)); }).startsWith("input: "));
    }

    /// Found by fuzzing: its bytes were counted twice.
    void aTilePartWithoutPacketsIsRefused() {
        const auto stream = encode(jp2(), inputs("image", picture(20, 20, ColourModel::Rgb)), byQuality(40));
        QByteArray file = bytesOf(stream.bytes());
        file.replace(file.indexOf("\xff\x51"), 2,
                     "\xff\x90");  // the size of the picture as a tile part's start
        const QString error = errorOf([&] { firstLayers(view(file), 1); });
        QVERIFY2(error.startsWith("input: "), qPrintable(error));
    }

    void hugePromisesAreRefusedAtOnce() {
        const auto stream = encode(jp2(), inputs("image", picture(20, 20, ColourModel::Rgb)));
        const QByteArray huge("\x7f\xff\xff\xff\x7f\xff\xff\xff", 8);
        QByteArray file = bytesOf(stream.bytes());
        file.replace(file.indexOf("ihdr") + 4, 8, huge);
        const qsizetype size = file.indexOf("\xff\x51") + 6;
        file.replace(size, 8, huge);
        file.replace(size + 16, 8, huge);  // One tile.
        const auto start = std::chrono::steady_clock::now();
        const QString error = errorOf([&] { decode(jp2(), view(file)); });
        QVERIFY2(error.startsWith("input: ") && error.contains("2^28"), qPrintable(error));
        QVERIFY(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(100));
    }

    void encodingStopsWhenCancelled() {
        const auto node = jp2().make();
        TestContext context(1);
        ByteSink sink;
        const QString error = errorOf([&] {
            dynamic_cast<const CodecNode&>(*node).encode(
                context, inputs("image", picture(40, 90, ColourModel::Rgb)), complete(jp2().manifest), sink);
        });
        QVERIFY(error.startsWith("cancelled: "));
        QVERIFY(sink.bytes().empty());
    }
};

QTEST_GUILESS_MAIN(Jpeg2000Test)
#include "jpeg2000_test.moc"
