// image.jxl: bytes equal to cjxl's, pixels equal to djxl's, lossless at every depth, refusals.

#include "plugins/image/nodes.h"
#include "tests/families/image/codec_support.h"
#include "tests/families/image/pictures.h"
#include "tests/families/support.h"

#include <chrono>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

const NodeEntry& jxl() {
    static const NodeEntry entry = image::jxlNode();
    return entry;
}

Settings lossy(double distance, int effort = 7) {
    return {{"distance", distance}, {"effort", std::int64_t{effort}}};
}

Settings lossless(int effort = 3) {
    return {{"lossless", true}, {"effort", std::int64_t{effort}}};
}

QByteArray cjxl(const Settings& settings, const Image& image) {
    const Folder folder;
    const QString file = folder.write("in.pam", view(pnm(image)));
    const double distance = settings.contains("lossless") ? 0 : std::get<double>(settings.at("distance"));
    return ran("cjxl",
               {"--quiet", "--num_threads=0", "-d", QString::number(distance), "-e",
                QString::number(std::get<std::int64_t>(settings.at("effort"))), file, folder.path("out.jxl")})
               ? folder.read("out.jxl")
               : QByteArray();
}

Image djxl(std::span<const std::byte> stream) {
    const Folder folder;
    const QString file = folder.write("in.jxl", stream);
    return ran("djxl", {"--quiet", "--num_threads=0", file, folder.path("out.png")})
               ? folder.readImage("out.png")
               : Image();
}

}  // namespace

class JxlTest : public QObject {
    Q_OBJECT

  private slots:
    void manifestIsAsDocumented() {
        std::vector<std::string> ids;
        for (const auto& parameter : jxl().manifest.parameters)
            ids.push_back(parameter.id);
        QCOMPARE(ids, (std::vector<std::string>{"distance", "effort", "lossless"}));
        QVERIFY(jxl().manifest.parameter("distance")->movesAlongCurve);
        QCOMPARE(std::get<double>(jxl().manifest.parameter("distance")->defaultValue), 1.0);
    }

    void bytesEqualCjxl_data() {
        QTest::addColumn<double>("distance");  // 0: lossless
        QTest::addColumn<int>("effort");
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("grey");
        QTest::addColumn<bool>("alpha");
        const auto row = [](const char* name, double distance, int effort, int bits = 8, bool grey = false,
                            bool alpha = false) {
            QTest::newRow(name) << distance << effort << bits << grey << alpha;
        };
        row("0.5", 0.5, 7);
        row("1", 1, 7);
        row("4", 4, 7);
        row("15", 15, 7);
        row("effort 3", 1, 3);
        row("effort 8", 1, 8);
        row("grey", 2, 7, 8, true);
        row("alpha", 2, 7, 8, false, true);
        row("16 bits", 2, 7, 16);
        row("lossless", 0, 7);
        row("lossless, effort 1", 0, 1);
        row("lossless, grey, 16 bits", 0, 7, 16, true);
        row("lossless, alpha", 0, 4, 8, false, true);
    }
    void bytesEqualCjxl() {
        QFETCH(double, distance);
        QFETCH(int, effort);
        QFETCH(int, bits);
        QFETCH(bool, grey);
        QFETCH(bool, alpha);
        RATESCOPE_NEEDS_TOOL("cjxl");
        const Image image = picture(93, 71, grey ? ColourModel::Grey : ColourModel::Rgb, bits, alpha);
        const Settings settings = distance > 0 ? lossy(distance, effort) : lossless(effort);
        const QByteArray expected = cjxl(settings, image);
        QVERIFY(!expected.isEmpty());
        QVERIFY(bytesOf(encode(jxl(), inputs("image", image), settings).bytes()) == expected);
    }

    void photographsAreThoseOfTheTools_data() {
        QTest::addColumn<double>("distance");
        QTest::newRow("good") << 1.0;
        QTest::newRow("poor") << 8.0;
        QTest::newRow("lossless") << 0.0;
    }
    void photographsAreThoseOfTheTools() {
        QFETCH(double, distance);
        RATESCOPE_NEEDS_TOOL("cjxl");
        RATESCOPE_NEEDS_TOOL("djxl");
        RATESCOPE_NEEDS_SAMPLES();
        const Settings settings = distance > 0 ? lossy(distance, 5) : lossless(2);
        for (auto [name, image] : photographs()) {
            image.icc.clear();  // A PPM has none.
            const auto stream = encode(jxl(), inputs("image", image), settings);
            QVERIFY2(bytesOf(stream.bytes()) == cjxl(settings, image), qPrintable(name));
            const Image decoded = imageAt(decode(jxl(), stream.bytes()));
            QVERIFY2(samePixels(decoded, djxl(stream.bytes())), qPrintable(name));
            QCOMPARE(samePixels(decoded, image), distance == 0);
        }
    }

    void losslessGivesTheSamplesBack_data() {
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("grey");
        QTest::addColumn<bool>("alpha");
        for (const int bits : {1, 2, 5, 8, 10, 12, 13, 16})
            QTest::addRow("RGB, %d bits", bits) << bits << false << false;
        QTest::newRow("grey") << 8 << true << false;
        QTest::newRow("grey with alpha, 10 bits") << 10 << true << true;
        QTest::newRow("alpha") << 8 << false << true;
        QTest::newRow("alpha, 16 bits") << 16 << false << true;
    }
    void losslessGivesTheSamplesBack() {
        QFETCH(int, bits);
        QFETCH(bool, grey);
        QFETCH(bool, alpha);
        for (const auto& [width, height] : {std::pair{61, 33}, {1, 1}, {1, 3000}}) {
            const Image image =
                picture(width, height, grey ? ColourModel::Grey : ColourModel::Rgb, bits, alpha);
            const auto stream = encode(jxl(), inputs("image", image), lossless());
            QVERIFY(samePixels(imageAt(decode(jxl(), stream.bytes())), image));
            QCOMPARE(stream.ledger().bits(), 8 * stream.bytes().size());
            QCOMPARE(bitsOf(stream.ledger(), "header") > 0, bits > 12);
        }
    }

    void lossyKeepsTheDepth_data() {
        QTest::addColumn<int>("bits");
        for (const int bits : {5, 8, 10, 12, 16})
            QTest::addRow("%d bits", bits) << bits;
    }
    void lossyKeepsTheDepth() {
        QFETCH(int, bits);
        const Image image = picture(64, 48, ColourModel::Grey, bits);
        const auto stream = encode(jxl(), inputs("image", image), lossy(0.1, 4));
        const Image decoded = imageAt(decode(jxl(), stream.bytes()));
        QCOMPARE(decoded.bitDepth, bits);
        QVERIFY(decoded.model == ColourModel::Grey);
        QCOMPARE(decoded.samples.shape(), image.samples.shape());
    }

    void orientationComesBack() {
        Image image = picture(30, 20, ColourModel::Rgb);
        for (const int orientation : {1, 2, 6, 8})
            for (const Settings& settings : {lossy(1, 3), lossless()}) {
                image.orientation = orientation;
                const auto stream = encode(jxl(), inputs("image", image), settings);
                const Image decoded = imageAt(decode(jxl(), stream.bytes()));
                QCOMPARE(decoded.orientation, orientation);
                QCOMPARE(decoded.width(), 30);
            }
    }

    void profilesComeBack() {
        Image image = picture(30, 20, ColourModel::Rgb);
        const auto profileAfter = [&](const Settings& settings) {
            return imageAt(decode(jxl(), encode(jxl(), inputs("image", image), settings).bytes())).icc;
        };
        for (const auto& profile : {someProfile(), oddProfile(), sRgbProfile()}) {
            image.icc = profile;
            QVERIFY(profileAfter(lossless()) == profile);
        }
        // Lossy, by the numbers that the format has for it: sRGB's are no profile.
        QVERIFY(profileAfter(lossy(1, 3)).empty());
        image.icc = someProfile();
        QVERIFY(!profileAfter(lossy(1, 3)).empty());
    }

    void lossyRefusesProfilesThatItWouldLose() {
        Image image = picture(30, 20, ColourModel::Rgb);
        image.icc = oddProfile();
        const QString error = errorOf([&] { encode(jxl(), inputs("image", image), lossy(1, 3)); });
        QVERIFY2(error.startsWith("input: ") && error.contains("image.convert"), qPrintable(error));
    }

    void brokenProfilesAreRefused() {
        Image image = picture(30, 20, ColourModel::Rgb);
        image.icc.assign(300, std::byte{7});
        const QString error = errorOf([&] { encode(jxl(), inputs("image", image), lossless()); });
        QVERIFY2(error.startsWith("input: ") && error.contains("image.convert"), qPrintable(error));
    }

    void threadsChangeNothing() {
        const Image image = picture(600, 300, ColourModel::Rgb);
        for (const Settings& settings : {lossy(1, 5), lossless()}) {
            const auto one = encode(jxl(), inputs("image", image), settings, 1);
            const auto two = encode(jxl(), inputs("image", image), settings, 2);
            QVERIFY(one.bytes() == two.bytes());
            QVERIFY(samePixels(imageAt(decode(jxl(), one.bytes(), {}, 1)),
                               imageAt(decode(jxl(), one.bytes(), {}, 2))));
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
        const QString error = errorOf([&] { encode(jxl(), inputs("image", image)); });
        QVERIFY2(error.startsWith("input: ") && error.contains("image.convert"), qPrintable(error));
    }

    void damagedStreamsAreRefused() {
        for (const int bits : {8, 16})  // A bare codestream, and a container.
            for (const Settings& settings : {lossy(1, 3), lossless()}) {
                const Image image = picture(300, 200, ColourModel::Rgb, bits);
                const auto stream = encode(jxl(), inputs("image", image), settings);
                QCOMPARE(acceptedCut(jxl(), stream.bytes()), -1);
            }
        const QByteArray other = pnm(picture(9, 9, ColourModel::Rgb));
        QVERIFY(errorOf([&] { decode(jxl(), view(other)); }).startsWith("input: "));
    }

    void hugePromisesAreRefusedAtOnce() {
        // The size header's longest form: 30 bits for each side (18181-1, D.2), the rest as it comes.
        QByteArray file("\xff\x0a", 2);
        file += QByteArray("\xfe\xff\xff\xff\xfb\xff\xff\xff\xff\xff", 10) + QByteArray(40, '\0');
        const auto start = std::chrono::steady_clock::now();
        const QString error = errorOf([&] { decode(jxl(), view(file)); });
        QVERIFY2(error.startsWith("input: ") && error.contains("2^28"), qPrintable(error));
        QVERIFY(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(200));
    }

    void encodingStopsWhenCancelled() {
        const auto node = jxl().make();
        TestContext context(1);
        ByteSink sink;
        const QString error = errorOf([&] {
            dynamic_cast<const CodecNode&>(*node).encode(
                context, inputs("image", picture(40, 90, ColourModel::Rgb)), complete(jxl().manifest), sink);
        });
        QVERIFY(error.startsWith("cancelled: "));
        QVERIFY(sink.bytes().empty());
    }
};

QTEST_GUILESS_MAIN(JxlTest)
#include "jxl_test.moc"
