// image.png: pixels come back, a ledger that explains the file, every level and filter, refusals.

#include "core/media/assets/image_file.h"
#include "plugins/image/nodes.h"
#include "tests/families/image/codec_support.h"
#include "tests/families/image/pictures.h"
#include "tests/families/support.h"

#include <zlib.h>

#include <chrono>
#include <set>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

const NodeEntry& png() {
    static const NodeEntry entry = image::pngNode();
    return entry;
}

Settings settings(int level, const std::string& filter = "adaptive") {
    return {{"level", std::int64_t{level}}, {"filter", filter}};
}

/// The payloads of all IDAT chunks, inflated: a filter type and the filtered samples for each row.
QByteArray filteredRows(std::span<const std::byte> file, std::size_t size) {
    const QByteArray bytes = bytesOf(file);
    QByteArray data;
    for (qsizetype at = 8; at < bytes.size();) {
        qsizetype length = 0;
        for (int i = 0; i < 4; ++i)
            length = length << 8 | static_cast<unsigned char>(bytes[at + i]);
        if (bytes.mid(at + 4, 4) == "IDAT") data += bytes.mid(at + 8, length);
        at += 12 + length;
    }
    QByteArray rows(static_cast<qsizetype>(size), '\0');
    uLongf got = size;
    const int status =
        uncompress(reinterpret_cast<Bytef*>(rows.data()), &got,
                   reinterpret_cast<const Bytef*>(data.constData()), static_cast<uLong>(data.size()));
    return status == Z_OK && got == size ? rows : QByteArray();
}

}  // namespace

class PngTest : public QObject {
    Q_OBJECT

  private slots:
    void pixelsComeBack_data() {
        QTest::addColumn<int>("width");
        QTest::addColumn<bool>("colour");
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("alpha");
        for (const int bits : {1, 2, 4, 8, 16})
            QTest::addRow("grey, %d bits", bits) << 61 << false << bits << false;
        for (const int bits : {8, 16}) {
            QTest::addRow("grey with alpha, %d bits", bits) << 61 << false << bits << true;
            QTest::addRow("RGB, %d bits", bits) << 61 << true << bits << false;
            QTest::addRow("RGB with alpha, %d bits", bits) << 61 << true << bits << true;
        }
        QTest::newRow("one column") << 1 << true << 8 << false;
        QTest::newRow("long rows") << 100'000 << true << 8 << false;
    }
    void pixelsComeBack() {
        QFETCH(int, width);
        QFETCH(bool, colour);
        QFETCH(int, bits);
        QFETCH(bool, alpha);
        const Image image = picture(width, 13, colour ? ColourModel::Rgb : ColourModel::Grey, bits, alpha);
        const auto stream = encode(png(), inputs("image", image));
        QVERIFY(samePixels(imageAt(decode(png(), stream.bytes())), image));
        // And so another reader sees them.
        QVERIFY(samePixels(decodeImage(stream.bytes(), "x"), image));
    }

    void levelsAndFiltersAreTaken() {
        const Image image = picture(93, 71, ColourModel::Rgb);
        const std::size_t row = 1 + 93 * 3;
        std::set<std::vector<std::byte>> files;
        for (const int level : {0, 1, 6, 9}) {
            const auto stream = encode(png(), inputs("image", image), settings(level));
            QVERIFY(samePixels(imageAt(decode(png(), stream.bytes())), image));
            files.insert(stream.bytes());
        }
        QCOMPARE(files.size(), std::size_t{4});
        QVERIFY(bitsOf(encode(png(), inputs("image", image), settings(0)).ledger(), "image-data") >
                8U * 93 * 71 * 3);
        int type = 0;
        for (const char* filter : {"none", "sub", "up", "average", "paeth"}) {
            const auto stream = encode(png(), inputs("image", image), settings(6, filter));
            QVERIFY(samePixels(imageAt(decode(png(), stream.bytes())), image));
            const QByteArray rows = filteredRows(stream.bytes(), row * 71);
            for (qsizetype y = 1; y < 71; ++y)
                QCOMPARE(static_cast<int>(rows[y * static_cast<qsizetype>(row)]), type);
            ++type;
        }
    }

    void defaultsAreThoseOfPngFiles() {
        const Folder folder;
        const Image image = picture(93, 71, ColourModel::Rgb);
        folder.writePng("x.png", image);
        QVERIFY(bytesOf(encode(png(), inputs("image", image)).bytes()) == folder.read("x.png"));
    }

    void ledgerSumsToTheFile() {
        Image image = picture(93, 71, ColourModel::Rgb);
        const auto plain = encode(png(), inputs("image", image));
        QCOMPARE(plain.ledger().bits(), 8 * plain.bytes().size());
        QCOMPARE(bitsOf(plain.ledger(), "header"), 8U * (8 + 12 + 13 + 12));
        image.icc = someProfile();
        image.orientation = 6;
        const auto tagged = encode(png(), inputs("image", image));
        QCOMPARE(tagged.ledger().bits(), 8 * tagged.bytes().size());
        QVERIFY(bitsOf(tagged.ledger(), "icc") > 8 * 100);
        QCOMPARE(bitsOf(tagged.ledger(), "exif"), 8U * (12 + 26));
        for (const char* part : {"header", "image-data"})
            QCOMPARE(bitsOf(tagged.ledger(), part), bitsOf(plain.ledger(), part));
        const Outputs outputs = decode(png(), tagged.bytes());
        QVERIFY(imageAt(outputs).icc == image.icc);
        QCOMPARE(imageAt(outputs).orientation, 6);
    }

    void photographsComeBack() {
        RATESCOPE_NEEDS_SAMPLES();
        for (const auto& [name, image] : photographs()) {
            const auto stream = encode(png(), inputs("image", image), settings(1));
            QVERIFY2(samePixels(imageAt(decode(png(), stream.bytes())), image), qPrintable(name));
        }
    }

    void whatPngCannotHoldIsRefused_data() {
        QTest::addColumn<int>("model");
        QTest::addColumn<int>("bits");
        QTest::addColumn<bool>("alpha");
        const auto row = [](const char* name, ColourModel model, int bits, bool alpha) {
            QTest::newRow(name) << static_cast<int>(model) << bits << alpha;
        };
        row("10 bits", ColourModel::Rgb, 10, false);
        row("4 bits of RGB", ColourModel::Rgb, 4, false);
        row("4 bits with alpha", ColourModel::Grey, 4, true);
        row("3 bits", ColourModel::Grey, 3, false);
        row("CMYK", ColourModel::Cmyk, 8, false);
        row("YCbCr", ColourModel::YCbCr, 8, false);
    }
    void whatPngCannotHoldIsRefused() {
        QFETCH(int, model);
        QFETCH(int, bits);
        QFETCH(bool, alpha);
        const Image image = picture(8, 2, static_cast<ColourModel>(model), bits, alpha);
        const QString error = errorOf([&] { encode(png(), inputs("image", image)); });
        QVERIFY2(error.startsWith("input: ") && error.contains("image.convert"), qPrintable(error));
    }

    void damagedStreamsAreRefused() {
        Image image = picture(93, 71, ColourModel::Rgb);
        image.orientation = 3;
        const auto stream = encode(png(), inputs("image", image));
        QCOMPARE(acceptedCut(png(), stream.bytes()), -1);
        const QByteArray other = pnm(image);
        QVERIFY(errorOf([&] { decode(png(), view(other)); }).contains("not a PNG file"));
    }

    void hugePromisesAreRefusedAtOnce() {
        const auto stream = encode(png(), inputs("image", picture(20, 20, ColourModel::Rgb)));
        for (const char* size : {"\x7f\xff\xff\xff\x7f\xff\xff\xff", "\x00\x00\x3f\xff\x00\x00\x3f\xff"}) {
            QByteArray file = bytesOf(stream.bytes());
            file.replace(16, 8, QByteArray(size, 8));
            const auto crc = crc32(0, reinterpret_cast<const Bytef*>(file.constData()) + 12, 17);
            for (int i = 0; i < 4; ++i)
                file[29 + i] = static_cast<char>(crc >> (24 - 8 * i));
            const auto start = std::chrono::steady_clock::now();
            QVERIFY(errorOf([&] { decode(png(), view(file)); }).startsWith("input: "));
            QVERIFY(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(100));
        }
    }

    void encodingStopsWhenCancelled() {
        const auto node = png().make();
        const auto given = inputs("image", picture(400, 900, ColourModel::Rgb));
        for (const int cancelAt : {1, 2, 20}) {
            TestContext context(cancelAt);
            ByteSink sink;
            const QString error = errorOf([&] {
                dynamic_cast<const CodecNode&>(*node).encode(context, given, complete(png().manifest), sink);
            });
            QVERIFY(error.startsWith("cancelled: "));
            QCOMPARE(context.checks, cancelAt);
            QVERIFY(sink.bytes().empty());
        }
    }
};

QTEST_GUILESS_MAIN(PngTest)
#include "png_test.moc"
