// image.avif: bytes equal to avifenc's, pixels equal to avifdec's, a ledger that explains the file, refusals.

#include "plugins/image/nodes.h"
#include "tests/families/image/codec_support.h"
#include "tests/families/image/pictures.h"
#include "tests/families/support.h"

#include <chrono>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

const NodeEntry& avif() {
    static const NodeEntry entry = image::avifNode();
    return entry;
}

Settings settings(int quality, int speed = 8, const std::string& subsampling = "4:4:4",
                  const std::string& bits = "as-given") {
    return {{"quality", std::int64_t{quality}},
            {"speed", std::int64_t{speed}},
            {"subsampling", subsampling},
            {"bits", bits}};
}

const Settings eightBits{{"decoded-bits", std::string("8")}};

/// Of an 8-bit image.
QByteArray avifenc(const Settings& chosen, const Image& image) {
    const Folder folder;
    const auto quality = std::get<std::int64_t>(chosen.at("quality"));
    const QString level = QString::number(((100 - quality) * 63 + 50) / 100);
    const std::string bits = std::get<std::string>(chosen.at("bits"));
    const QString format = image.model == ColourModel::Grey                             ? "400"
                           : std::get<std::string>(chosen.at("subsampling")) == "4:2:0" ? "420"
                                                                                        : "444";
    return ran("avifenc", {"--min",
                           "0",
                           "--max",
                           "63",
                           "--minalpha",
                           "0",
                           "--maxalpha",
                           "0",
                           "-a",
                           "color:end-usage=q",
                           "-a",
                           "color:cq-level=" + level,
                           "-c",
                           "aom",
                           "-s",
                           QString::number(std::get<std::int64_t>(chosen.at("speed"))),
                           "-d",
                           bits == "as-given" ? "8" : QString::fromStdString(bits),
                           "-y",
                           format,
                           folder.writePng("in.png", image),
                           "-o",
                           folder.path("out.avif")})
               ? folder.read("out.avif")
               : QByteArray();
}

Image avifdec(std::span<const std::byte> stream) {
    const Folder folder;
    const QString file = folder.write("in.avif", stream);
    return ran("avifdec", {"-d", "8", file, folder.path("out.png")}) ? folder.readImage("out.png") : Image();
}

Image rgbOf(const Image& grey) {
    const auto channels = static_cast<std::size_t>(grey.channels());
    Image image = grey;
    image.model = ColourModel::Rgb;
    image.samples = Array(DType::U8, {grey.height(), grey.width(), grey.channels() + 2});
    const auto from = grey.samples.as<std::uint8_t>();
    const auto to = image.samples.writable<std::uint8_t>();
    for (std::size_t i = 0; i < to.size(); ++i) {
        const std::size_t channel = i % (channels + 2);
        to[i] = from[i / (channels + 2) * channels + (channel < 3 ? 0 : 1)];
    }
    return image;
}

}  // namespace

class AvifTest : public QObject {
    Q_OBJECT

  private slots:
    void manifestIsAsDocumented() {
        std::vector<std::string> ids;
        for (const auto& parameter : avif().manifest.parameters)
            ids.push_back(parameter.id);
        QCOMPARE(ids, (std::vector<std::string>{"quality", "speed", "subsampling", "bits", "decoded-bits"}));
        QVERIFY(avif().manifest.parameter("quality")->movesAlongCurve);
        QVERIFY(avif().manifest.parameter("decoded-bits")->stage == graph::Stage::Decode);
    }

    void bytesEqualAvifenc_data() {
        QTest::addColumn<int>("quality");
        QTest::addColumn<int>("speed");
        QTest::addColumn<QString>("subsampling");
        QTest::addColumn<QString>("bits");
        QTest::addColumn<bool>("grey");
        QTest::addColumn<bool>("alpha");
        const auto row = [](const char* name, int quality, int speed, const char* subsampling = "4:4:4",
                            const char* bits = "as-given", bool grey = false, bool alpha = false) {
            QTest::newRow(name) << quality << speed << subsampling << bits << grey << alpha;
        };
        for (const int quality : {0, 30, 60, 90, 100})
            row(qPrintable(QString("quality %1").arg(quality)), quality, 8);
        row("slow", 50, 3);
        row("fastest", 50, 10);
        row("4:2:0", 50, 8, "4:2:0");
        row("10 bits", 50, 8, "4:4:4", "10");
        row("4:2:0, 10 bits", 50, 8, "4:2:0", "10");
        row("12 bits", 50, 8, "4:4:4", "12");
        row("grey", 50, 8, "4:4:4", "as-given", true);
        row("grey, 10 bits", 50, 8, "4:4:4", "10", true);
        row("alpha", 50, 8, "4:4:4", "as-given", false, true);
        row("alpha, 4:2:0, 10 bits", 50, 8, "4:2:0", "10", false, true);
        row("grey with alpha", 50, 8, "4:4:4", "as-given", true, true);
    }
    void bytesEqualAvifenc() {
        QFETCH(int, quality);
        QFETCH(int, speed);
        QFETCH(QString, subsampling);
        QFETCH(QString, bits);
        QFETCH(bool, grey);
        QFETCH(bool, alpha);
        RATESCOPE_NEEDS_TOOL("avifenc");
        RATESCOPE_NEEDS_TOOL("avifdec");
        const Image image = picture(93, 71, grey ? ColourModel::Grey : ColourModel::Rgb, 8, alpha);
        const Settings chosen = settings(quality, speed, subsampling.toStdString(), bits.toStdString());
        const QByteArray expected = avifenc(chosen, image);
        QVERIFY(!expected.isEmpty());
        const auto stream = encode(avif(), inputs("image", image), chosen);
        QVERIFY(bytesOf(stream.bytes()) == expected);
        const Image decoded = imageAt(decode(avif(), stream.bytes(), eightBits));
        QVERIFY(decoded.model == image.model && decoded.alpha == alpha);
        const Image theirs = avifdec(stream.bytes());
        // avifdec writes grey as RGB but for 8 bits without alpha.
        QVERIFY(samePixels(decoded.model == theirs.model ? decoded : rgbOf(decoded), theirs));
    }

    void photographsAreThoseOfTheTools_data() {
        QTest::addColumn<int>("quality");
        QTest::addColumn<QString>("subsampling");
        QTest::newRow("good") << 80 << "4:4:4";
        QTest::newRow("poor") << 20 << "4:2:0";
    }
    void photographsAreThoseOfTheTools() {
        QFETCH(int, quality);
        QFETCH(QString, subsampling);
        RATESCOPE_NEEDS_TOOL("avifenc");
        RATESCOPE_NEEDS_TOOL("avifdec");
        RATESCOPE_NEEDS_SAMPLES();
        for (const auto& [name, image] : photographs()) {
            const Settings chosen = settings(quality, 9, subsampling.toStdString());
            const auto stream = encode(avif(), inputs("image", image), chosen);
            QVERIFY2(bytesOf(stream.bytes()) == avifenc(chosen, image), qPrintable(name));
            QVERIFY2(samePixels(imageAt(decode(avif(), stream.bytes())), avifdec(stream.bytes())),
                     qPrintable(name));
        }
    }

    void depthIsKept_data() {
        QTest::addColumn<int>("given");
        QTest::addColumn<QString>("bits");
        QTest::addColumn<int>("decoded");
        QTest::newRow("8") << 8 << "as-given" << 8;
        QTest::newRow("10") << 10 << "as-given" << 10;
        QTest::newRow("12") << 12 << "as-given" << 12;
        QTest::newRow("8 in 12") << 8 << "12" << 12;
        QTest::newRow("12 in 8") << 12 << "8" << 8;
    }
    void depthIsKept() {
        QFETCH(int, given);
        QFETCH(QString, bits);
        QFETCH(int, decoded);
        for (const ColourModel model : {ColourModel::Grey, ColourModel::Rgb}) {
            const Image image = picture(64, 48, model, given);
            const auto stream =
                encode(avif(), inputs("image", image), settings(100, 9, "4:4:4", bits.toStdString()));
            const Image back = imageAt(decode(avif(), stream.bytes()));
            QCOMPARE(back.bitDepth, decoded);
            QVERIFY(back.model == model);
            QCOMPARE(imageAt(decode(avif(), stream.bytes(), eightBits)).bitDepth, 8);
            if (decoded < given) continue;
            // Without quantisation only the colour conversion rounds: by a step or two of the input's.
            const auto value = [](const Image& of, std::size_t i) {
                const double sample =
                    of.bitDepth == 8 ? of.samples.as<std::uint8_t>()[i] : of.samples.as<std::uint16_t>()[i];
                return sample / ((1 << of.bitDepth) - 1);
            };
            for (std::size_t i = 0; i < static_cast<std::size_t>(image.samples.size()); ++i)
                QVERIFY(std::abs(value(back, i) - value(image, i)) <= 2.01 / ((1 << given) - 1));
        }
    }

    void opaqueAlphaIsNotStored() {
        Image image = picture(20, 20, ColourModel::Rgb, 8, true);
        const auto samples = image.samples.writable<std::uint8_t>();
        for (std::size_t i = 3; i < samples.size(); i += 4)
            samples[i] = 255;
        QVERIFY(!imageAt(decode(avif(), encode(avif(), inputs("image", image)).bytes())).alpha);
    }

    void alphaIsLossless() {
        const Image image = picture(40, 30, ColourModel::Rgb, 8, true);
        const auto stream = encode(avif(), inputs("image", image), settings(10));
        const Image decoded = imageAt(decode(avif(), stream.bytes()));
        const auto before = image.samples.as<std::uint8_t>(), after = decoded.samples.as<std::uint8_t>();
        for (std::size_t i = 3; i < before.size(); i += 4)
            QCOMPARE(after[i], before[i]);
    }

    void ledgerSumsToTheFile() {
        for (const bool alpha : {false, true}) {
            Image image = picture(93, 71, ColourModel::Rgb, 8, alpha);
            const auto plain = encode(avif(), inputs("image", image), settings(50));
            QCOMPARE(plain.ledger().bits(), 8 * plain.bytes().size());
            QVERIFY(bitsOf(plain.ledger(), "colour") > 0);
            QCOMPARE(bitsOf(plain.ledger(), "alpha") > 0, alpha);
            QVERIFY(bitsOf(plain.ledger(), "header") > 8 * 200 && bitsOf(plain.ledger(), "header") < 8 * 600);
            image.icc = someProfile();
            image.orientation = 6;
            const auto tagged = encode(avif(), inputs("image", image), settings(50));
            QCOMPARE(tagged.ledger().bits(), 8 * tagged.bytes().size());
            QCOMPARE(bitsOf(tagged.ledger(), "icc"), 8 * image.icc.size());
            for (const char* part : {"colour", "alpha"})
                QCOMPARE(bitsOf(tagged.ledger(), part), bitsOf(plain.ledger(), part));
        }
    }

    void profileIsWrittenAsAvifencDoes() {
        RATESCOPE_NEEDS_TOOL("avifenc");
        Image image = picture(93, 71, ColourModel::Rgb);
        image.icc = someProfile();
        const auto stream = encode(avif(), inputs("image", image), settings(50));
        QVERIFY(bytesOf(stream.bytes()) == avifenc(settings(50), image));
    }

    void profileAndOrientationComeBack() {
        Image image = picture(30, 20, ColourModel::Rgb);
        image.icc = someProfile();
        for (int orientation = 1; orientation <= 8; ++orientation) {
            image.orientation = orientation;
            const auto stream = encode(avif(), inputs("image", image), settings(50, 10));
            const Image decoded = imageAt(decode(avif(), stream.bytes()));
            QCOMPARE(decoded.orientation, orientation);
            QCOMPARE(decoded.width(), 30);
            QVERIFY(decoded.icc == image.icc);
        }
    }

    void threadsChangeNothing() {
        const Inputs given = inputs("image", picture(300, 200, ColourModel::Rgb));
        const auto one = encode(avif(), given, settings(50, 6), 1);
        QVERIFY(one.bytes() == encode(avif(), given, settings(50, 6), 2).bytes());
        QVERIFY(samePixels(imageAt(decode(avif(), one.bytes(), {}, 1)),
                           imageAt(decode(avif(), one.bytes(), {}, 2))));
    }

    void smallAndLongPicturesPass() {
        for (const auto& [width, height] : {std::pair{1, 1}, {3, 1}, {1, 3000}, {32768, 2}}) {
            const auto stream = encode(avif(), inputs("image", picture(width, height, ColourModel::Rgb)),
                                       settings(50, 10, "4:2:0"));
            const Outputs outputs = decode(avif(), stream.bytes());
            QCOMPARE(imageAt(outputs).width(), width);
            QCOMPARE(imageAt(outputs).height(), height);
        }
    }

    void whatAvifCannotHoldIsRefused_data() {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("model");
        QTest::addColumn<int>("bits");
        QTest::addColumn<QString>("names");
        const auto row = [](const char* name, int width, ColourModel model, int bits, const char* names) {
            QTest::newRow(name) << width << static_cast<int>(model) << bits << names;
        };
        row("16 bits", 8, ColourModel::Rgb, 16, "image.convert");
        row("4 bits", 8, ColourModel::Grey, 4, "image.convert");
        row("CMYK", 8, ColourModel::Cmyk, 8, "image.convert");
        row("YCbCr", 8, ColourModel::YCbCr, 8, "image.convert");
        row("too wide", 32769, ColourModel::Rgb, 8, "image.resize");
    }
    void whatAvifCannotHoldIsRefused() {
        QFETCH(int, width);
        QFETCH(int, model);
        QFETCH(int, bits);
        QFETCH(QString, names);
        const Image image = picture(width, 2, static_cast<ColourModel>(model), bits);
        const QString error = errorOf([&] { encode(avif(), inputs("image", image)); });
        QVERIFY2(error.startsWith("input: ") && error.contains(names), qPrintable(error));
    }

    void damagedStreamsAreRefused() {
        for (const bool alpha : {false, true}) {
            const auto stream =
                encode(avif(), inputs("image", picture(93, 71, ColourModel::Rgb, 8, alpha)), settings(50));
            QCOMPARE(acceptedCut(avif(), stream.bytes()), -1);
        }
        const QByteArray other = pnm(picture(9, 9, ColourModel::Rgb));
        QVERIFY(errorOf([&] { decode(avif(), view(other)); }).startsWith("input: "));
    }

    void hugePromisesAreRefusedAtOnce() {
        const auto stream =
            encode(avif(), inputs("image", picture(20, 20, ColourModel::Rgb)), settings(50, 10));
        QByteArray file = bytesOf(stream.bytes());
        const qsizetype size = file.indexOf("ispe") + 8;
        QVERIFY(size > 8);
        file.replace(size, 8, QByteArray("\x7f\xff\xff\xff\x7f\xff\xff\xff", 8));
        const auto start = std::chrono::steady_clock::now();
        QVERIFY(errorOf([&] { decode(avif(), view(file)); }).startsWith("input: "));
        QVERIFY(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(100));
    }

    void encodingStopsWhenCancelled() {
        const auto node = avif().make();
        TestContext context(1);
        ByteSink sink;
        const QString error = errorOf([&] {
            dynamic_cast<const CodecNode&>(*node).encode(
                context, inputs("image", picture(40, 90, ColourModel::Rgb)), complete(avif().manifest), sink);
        });
        QVERIFY(error.startsWith("cancelled: "));
        QVERIFY(sink.bytes().empty());
    }
};

QTEST_GUILESS_MAIN(AvifTest)
#include "avif_test.moc"
