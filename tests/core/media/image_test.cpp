#include "core/hash.h"
#include "core/media/assets/asset.h"
#include "core/media/assets/exif.h"
#include "core/media/assets/image_file.h"
#include "core/media/assets/image_sniff.h"
#include "core/media/assets/png_colour.h"
#include "tests/core/error_check.h"
#include "tests/core/media/media_values.h"
#include "tests/core/media/picture_files.h"
#include "tests/core/test_data.h"

#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <fstream>

using namespace ratescope;
using namespace ratescope::media;
namespace fs = std::filesystem;

namespace {

Image decode(const ByteVector& bytes) {
    return decodeImage(bytes, "x");
}

ByteVector bytesFrom(std::initializer_list<int> values) {
    ByteVector bytes;
    for (const int value : values)
        bytes.push_back(static_cast<std::byte>(value));
    return bytes;
}

std::vector<int> samplesOf(const Image& image) {
    std::vector<int> samples;
    for (std::size_t i = 0; i < static_cast<std::size_t>(image.samples.size()); ++i)
        samples.push_back(image.samples.type() == DType::U8 ? image.samples.as<std::uint8_t>()[i]
                                                            : image.samples.as<std::uint16_t>()[i]);
    return samples;
}

/// One colour all over, so that a JPEG keeps it within a unit or two.
JpegPlan flatJpeg(JpegKind kind, std::initializer_list<int> pixel, int width = 24, int height = 16) {
    JpegPlan plan;
    plan.width = width;
    plan.height = height;
    plan.kind = kind;
    for (int i = 0; i < width * height; ++i)
        for (const int value : pixel)
            plan.samples.push_back(static_cast<std::byte>(value));
    return plan;
}

bool nearPixel(const Image& image, std::initializer_list<int> pixel) {
    const auto samples = samplesOf(image);
    for (std::size_t i = 0; i < samples.size(); ++i)
        if (std::abs(samples[i] - pixel.begin()[i % pixel.size()]) > 2) return false;
    return samples.size() % pixel.size() == 0;
}

}  // namespace

class ImageTest : public QObject {
    Q_OBJECT

  private slots:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void picturesComeBack_data() {
        QTest::addColumn<QString>("extension");
        QTest::addColumn<int>("model");
        QTest::addColumn<bool>("alpha");
        QTest::addColumn<int>("depth");
        for (const int depth : {1, 2, 4, 8, 16})
            QTest::addRow("png grey %d", depth) << "png" << 0 << false << depth;
        for (const int depth : {8, 16}) {
            QTest::addRow("png grey+alpha %d", depth) << "png" << 0 << true << depth;
            QTest::addRow("png rgb %d", depth) << "png" << 1 << false << depth;
            QTest::addRow("png rgb+alpha %d", depth) << "png" << 1 << true << depth;
        }
        for (int depth = 1; depth <= 16; ++depth) {
            QTest::addRow("pgm %d", depth) << "pgm" << 0 << false << depth;
            QTest::addRow("ppm %d", depth) << "PPM" << 1 << false << depth;
        }
    }
    void picturesComeBack() {
        QFETCH(QString, extension);
        QFETCH(int, model);
        QFETCH(bool, alpha);
        QFETCH(int, depth);
        for (const auto& [width, height] : {std::pair{1, 1}, {1, 20000}, {20000, 1}, {33, 17}}) {
            const Image image = makeImage(width, height, static_cast<ColourModel>(model), alpha, depth);
            writeAsset(valueOf(image), path("p." + extension));
            const Value back = readAsset(graph::PortType::Image, path("p." + extension));
            QVERIFY(sameImages(*std::get<std::shared_ptr<const Image>>(back), image));
            const ImageSize size = imageSize(path("p." + extension));
            QVERIFY(size.width == width && size.height == height);
        }
        QCOMPARE(std::distance(fs::directory_iterator(path("")), fs::directory_iterator()), 1);
    }

    void profileAndOrientationStayInPng() {
        for (const bool grey : {false, true}) {
            Image image = makeImage(9, 4, grey ? ColourModel::Grey : ColourModel::Rgb);
            image.icc = makeProfile(grey);
            image.orientation = 7;
            writeImage(path("p.png"), image);
            QVERIFY(sameImages(readImage(path("p.png")), image));
        }
    }

    void formatsAreKnownByContent() {
        writeImage(path("p.png"), makeImage(3, 2));
        fs::rename(path("p.png"), path("p.jpg"));
        QVERIFY(sameImages(readImage(path("p.jpg")), makeImage(3, 2)));
        QVERIFY(imageFormatOf(bytesOf("P6\n")) == ImageFormat::Pnm);
        QVERIFY(imageFormatOf(bytesOf("P4\n")) == ImageFormat::Unknown);
        QVERIFY(imageFormatOf(bytesOf("\xff\xd8\xff\xe0")) == ImageFormat::Jpeg);
        QVERIFY(imageFormatOf({}) == ImageFormat::Unknown);
    }

    void palettesAreExpanded() {
        PngPlan plan;
        plan.width = 4;
        plan.depth = 2;
        plan.colourType = 3;
        plan.rows = bytesFrom({0b00011011});
        plan.chunks = {{"PLTE", bytesFrom({255, 0, 0, 0, 255, 0, 0, 0, 255, 1, 2, 3})}};
        const Image rgb = decode(makePng(plan));
        QVERIFY(rgb.model == ColourModel::Rgb && !rgb.alpha && rgb.bitDepth == 8);
        QCOMPARE(samplesOf(rgb), (std::vector<int>{255, 0, 0, 0, 255, 0, 0, 0, 255, 1, 2, 3}));
        plan.chunks.push_back({"tRNS", bytesFrom({0, 128})});
        const Image rgba = decode(makePng(plan));
        QVERIFY(rgba.alpha);
        QCOMPARE(samplesOf(rgba),
                 (std::vector<int>{255, 0, 0, 0, 0, 255, 0, 128, 0, 0, 255, 255, 1, 2, 3, 255}));
    }

    void transparentColoursBecomeAlpha() {
        PngPlan plan;
        plan.width = 2;
        plan.colourType = 2;
        plan.rows = bytesFrom({1, 2, 3, 4, 5, 6});
        plan.chunks = {{"tRNS", bytesFrom({0, 4, 0, 5, 0, 6})}};
        QCOMPARE(samplesOf(decode(makePng(plan))), (std::vector<int>{1, 2, 3, 255, 4, 5, 6, 0}));
        plan.depth = 2;
        plan.colourType = 0;
        plan.rows = bytesFrom({0b01100000});
        plan.chunks = {{"tRNS", bytesFrom({0, 2})}};
        const Image grey = decode(makePng(plan));
        QVERIFY(grey.model == ColourModel::Grey && grey.alpha && grey.bitDepth == 8);
        QCOMPARE(samplesOf(grey), (std::vector<int>{85, 255, 170, 0}));
    }

    void interlacedPngIsRead() {
        PngPlan plan;
        plan.width = plan.height = 2;
        plan.colourType = 0;
        plan.interlaced = true;
        // Adam7 of 2 x 2: passes 1, 6 and 7 have one row each, each after its filter byte.
        plan.filtered = bytesFrom({0, 10, 0, 20, 0, 30, 40});
        QCOMPARE(samplesOf(decode(makePng(plan))), (std::vector<int>{10, 20, 30, 40}));
    }

    void colourSpacesOfPng_data() {
        QTest::addColumn<int>("gamma");  // × 100000; 0 for none
        QTest::addColumn<bool>("wide");  // primaries other than sRGB's
        QTest::addColumn<bool>("srgb");
        QTest::addColumn<bool>("profile");
        QTest::newRow("nothing said") << 0 << false << false << false;
        QTest::newRow("gamma 1/2.2") << 45455 << false << false << false;
        QTest::newRow("gamma 0.45") << 45000 << false << false << false;
        QTest::newRow("linear") << 100000 << false << false << true;
        QTest::newRow("wide primaries") << 45455 << true << false << true;
        QTest::newRow("primaries without gamma") << 0 << true << false << true;
        QTest::newRow("sRGB overrules") << 45455 << false << true << false;
    }
    void colourSpacesOfPng() {
        QFETCH(int, gamma);
        QFETCH(bool, wide);
        QFETCH(bool, srgb);
        QFETCH(bool, profile);
        PngPlan plan;
        plan.rows = bytesFrom({1, 2, 3});
        if (gamma) plan.chunks.push_back({"gAMA", bigEndian({static_cast<std::uint32_t>(gamma)})});
        if (wide)
            plan.chunks.push_back(
                {"cHRM", bigEndian({31270, 32900, 70800, 29200, 17000, 79700, 13100, 4600})});
        if (srgb) plan.chunks.push_back({"sRGB", bytesFrom({0})});
        const Image image = decode(makePng(plan));
        QCOMPARE(!image.icc.empty(), profile);
        QCOMPARE(samplesOf(image), (std::vector<int>{1, 2, 3}));
        QVERIFY(sameImages(image, decode(makePng(plan))));
        if (!profile) return;
        writeImage(path("p.png"), image);
        QVERIFY(readImage(path("p.png")).icc == image.icc);
    }

    void greyGammaBecomesAGreyProfile() {
        PngPlan plan;
        plan.colourType = 0;
        plan.rows = bytesFrom({7});
        plan.chunks = {{"gAMA", bigEndian({100000})}};
        const Image image = decode(makePng(plan));
        QVERIFY(image.icc.size() > 128);
        QVERIFY(std::memcmp(image.icc.data() + 16, "GRAY", 4) == 0);
    }

    void embeddedProfilesAreKept() {
        PngPlan plan;
        plan.rows = bytesFrom({1, 2, 3});
        plan.chunks = {profileChunk(makeProfile(false))};
        QVERIFY(decode(makePng(plan)).icc == makeProfile(false));
        plan.chunks = {profileChunk(bytesFrom({1, 2, 3}))};
        VERIFY_ERROR(decode(makePng(plan)), ErrorKind::Input, "profile");
        plan.chunks = {profileChunk(makeProfile(true))};  // a grey profile of an RGB picture
        VERIFY_ERROR(decode(makePng(plan)), ErrorKind::Input, "profile");
    }

    void orientationIsRead() {
        for (int orientation = 1; orientation <= 8; ++orientation) {
            PngPlan plan;
            plan.rows = bytesFrom({1, 2, 3});
            plan.chunks = {{"eXIf", exifWithOrientation(orientation)}};
            QCOMPARE(decode(makePng(plan)).orientation, orientation);
            plan.chunksAfter.swap(plan.chunks);
            QCOMPARE(decode(makePng(plan)).orientation, orientation);
            JpegPlan jpeg = flatJpeg(JpegKind::YCbCr, {9, 99, 199});
            jpeg.exif = exifWithOrientation(orientation);
            QCOMPARE(decode(makeJpeg(jpeg)).orientation, orientation);
        }
    }

    void strangeExifMeansUpright() {
        QCOMPARE(exifOrientation({}), 1);
        QCOMPARE(exifOrientation(exifWithOrientation(0)), 1);
        QCOMPARE(exifOrientation(exifWithOrientation(9)), 1);
        const ByteVector littleEndian =
            bytesFrom({'I', 'I', 42, 0, 8, 0,    0,    0, 2, 0, 0x0f, 0x01, 2, 0, 1, 0, 0,
                       0,   0,   0,  0, 0, 0x12, 0x01, 3, 0, 1, 0,    0,    0, 6, 0, 0, 0});
        QCOMPARE(exifOrientation(littleEndian), 6);
        for (std::size_t cut = 0; cut < littleEndian.size(); ++cut)
            exifOrientation(std::span(littleEndian).first(cut));
        ByteVector far = littleEndian;
        for (std::size_t i = 4; i < 8; ++i)
            far[i] = std::byte{0xff};
        QCOMPARE(exifOrientation(far), 1);
    }

    void jpegColoursAreRead_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<bool>("progressive");
        for (int kind = 0; kind < 6; ++kind)
            for (const bool progressive : {false, true})
                QTest::addRow("%d %d", kind, progressive) << kind << progressive;
    }
    void jpegColoursAreRead() {
        QFETCH(int, kind);
        QFETCH(bool, progressive);
        const auto made = [&](std::initializer_list<int> pixel) {
            JpegPlan plan = flatJpeg(static_cast<JpegKind>(kind), pixel);
            plan.progressive = progressive;
            return decode(makeJpeg(plan));
        };
        switch (static_cast<JpegKind>(kind)) {
            case JpegKind::Grey: {
                const Image image = made({77});
                QVERIFY(image.model == ColourModel::Grey && nearPixel(image, {77}));
                return;
            }
            case JpegKind::YCbCr:
            case JpegKind::Rgb: {
                const Image image = made({200, 100, 50});
                QVERIFY(image.model == ColourModel::Rgb && nearPixel(image, {200, 100, 50}));
                return;
            }
            case JpegKind::Cmyk: {
                const Image image = made({10, 60, 120, 240});
                QVERIFY(image.model == ColourModel::Cmyk && nearPixel(image, {10, 60, 120, 240}));
                return;
            }
            default: {  // what Adobe stores is turned round
                const Image image = made({10, 60, 120, 240});
                QVERIFY(image.model == ColourModel::Cmyk && nearPixel(image, {245, 195, 135, 15}));
            }
        }
    }

    void jpegProfilesMayTakeSeveralSegments() {
        JpegPlan plan = flatJpeg(JpegKind::YCbCr, {1, 2, 3});
        plan.profile = makeProfile(false, 200000);
        const ByteVector file = makeJpeg(plan);
        QVERIFY(decode(file).icc == plan.profile);
        // A missing segment: the second one is renamed to a comment.
        ByteVector broken = file;
        const ByteVector name = bytesOf(std::string_view("ICC_PROFILE\0\x02", 13));
        const auto at = std::search(broken.begin(), broken.end(), name.begin(), name.end());
        QVERIFY(at != broken.end());
        *(at - 3) = std::byte{0xfe};
        VERIFY_ERROR(decode(broken), ErrorKind::Input, "JPEG");
    }

    void cutJpegsAreRefused() {
        for (const bool progressive : {false, true}) {
            JpegPlan plan;
            plan.width = 40;
            plan.height = 40;
            plan.progressive = progressive;
            const Image noise = makeImage(40, 40);
            plan.samples.assign(noise.samples.bytes().begin(), noise.samples.bytes().end());
            const ByteVector file = makeJpeg(plan);
            decode(file);
            for (std::size_t cut = 0; cut < file.size(); ++cut)
                VERIFY_ERROR(
                    decode(ByteVector(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(cut))),
                    ErrorKind::Input, "x ");
        }
    }

    void cutAndFlippedPngsAreRefused() {
        writeImage(path("p.png"), makeImage(40, 40));
        std::ifstream in(path("p.png"), std::ios::binary);
        const std::string text((std::istreambuf_iterator<char>(in)), {});
        const ByteVector file = bytesOf(text);
        for (std::size_t cut = 0; cut < file.size(); ++cut)
            VERIFY_ERROR(decode(ByteVector(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(cut))),
                         ErrorKind::Input, "x ");
        for (std::size_t i = 0; i < file.size(); i += 7) {
            ByteVector flipped = file;
            flipped[i] ^= std::byte{0x10};
            VERIFY_ERROR(decode(flipped), ErrorKind::Input, "x ");
        }
    }

    void bombsAreRefusedBeforeMemoryIsAskedFor() {
        PngPlan plan;
        plan.rows = bytesFrom({1, 2, 3});
        plan.width = plan.height = 16385;
        VERIFY_ERROR(decode(makePng(plan)), ErrorKind::Input, "16385 x 16385 pixels, more than");
        VERIFY_ERROR(imageSize(makePng(plan), "x"), ErrorKind::Input, "more than");
        plan.width = plan.height = 16000;
        VERIFY_ERROR(decode(makePng(plan)), ErrorKind::Input, "too short");
        plan.width = 0;
        plan.rows.clear();
        VERIFY_ERROR(decode(makePng(plan)), ErrorKind::Input, "x ");
        ByteVector jpeg = makeJpeg(flatJpeg(JpegKind::YCbCr, {1, 2, 3}));
        const ByteVector frame = bytesFrom({0xff, 0xc0, 0x00, 0x11, 0x08});
        const auto at = std::search(jpeg.begin(), jpeg.end(), frame.begin(), frame.end());
        QVERIFY(at != jpeg.end());
        std::ranges::copy(bytesFrom({0x3e, 0x80, 0x3e, 0x80}), at + 5);
        VERIFY_ERROR(decode(jpeg), ErrorKind::Input, "too short");
        std::ranges::copy(bytesFrom({0xff, 0xff, 0xff, 0xff}), at + 5);
        VERIFY_ERROR(decode(jpeg), ErrorKind::Input, "x ");
        VERIFY_ERROR(decode(bytesOf("P6 100000 100000 255 ")), ErrorKind::Input, "more than");
        VERIFY_ERROR(decode(bytesOf("P6 16000 16000 255 ")), ErrorKind::Input, "truncated");
        VERIFY_ERROR(decode(bytesOf("P3 16000 16000 255 ")), ErrorKind::Input, "truncated");
    }

    void manyScansAreRefused() {
        JpegPlan plan = flatJpeg(JpegKind::Grey, {50});
        plan.progressive = true;
        const ByteVector file = makeJpeg(plan);
        // The last scan of the file again and again, before the end marker.
        auto last = file.end();
        for (auto at = file.begin(); at + 1 != file.end(); ++at)
            if (at[0] == std::byte{0xff} && at[1] == std::byte{0xda}) last = at;
        ByteVector bomb(file.begin(), file.end() - 2);
        for (int i = 0; i < 600; ++i)
            bomb.insert(bomb.end(), last, file.end() - 2);
        bomb.insert(bomb.end(), file.end() - 2, file.end());
        VERIFY_ERROR(decode(bomb), ErrorKind::Input, "x ");
    }

    void pnmTextIsRead() {
        const Image plain = decode(bytesOf("P2 # grey\n#size\n3 1\n# max\n15\n0 7\n15\n"));
        QVERIFY(plain.model == ColourModel::Grey && plain.bitDepth == 4);
        QCOMPARE(samplesOf(plain), (std::vector<int>{0, 7, 15}));
        QCOMPARE(samplesOf(decode(bytesOf("P3 1 1 65535 1 2 65535"))), (std::vector<int>{1, 2, 65535}));
        QCOMPARE(samplesOf(decode(bytesOf(std::string_view("P5 2 1 1023 \x03\xff\x00\x01", 16)))),
                 (std::vector<int>{1023, 1}));
        QCOMPARE(imageSize(bytesOf("P5#a\n 12\t#b\n 34 255 "), "x").height, std::int64_t{34});
    }

    void damagedPnmIsRefused_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("reason");
        QTest::newRow("no size") << QByteArray("P5\n") << "truncated";
        QTest::newRow("size in words") << QByteArray("P5 two 1 255 ab") << "numbers";
        QTest::newRow("no height") << QByteArray("P5 1 0 255 a") << "without pixels";
        QTest::newRow("negative") << QByteArray("P5 -1 1 255 a") << "numbers";
        QTest::newRow("size of 65 bits") << QByteArray("P5 36893488147419103233 1 255 a") << "too large";
        QTest::newRow("odd maxval") << QByteArray("P5 1 1 100 a") << "maxval of 2^n - 1";
        QTest::newRow("maxval 0") << QByteArray("P5 1 1 0 a") << "no whole number of bits";
        QTest::newRow("maxval too large") << QByteArray("P5 1 1 131071 aaa") << "no whole number of bits";
        QTest::newRow("short raster") << QByteArray("P6 2 1 255 abcde") << "truncated";
        QTest::newRow("short text") << QByteArray("P2 2 1 255 10     ") << "truncated";
        QTest::newRow("sample above") << QByteArray("P5 1 1 15 a") << "above its maxval";
        QTest::newRow("text above") << QByteArray("P2 1 1 15 16") << "above its maxval";
        QTest::newRow("bitmap") << QByteArray("P1 1 1 1") << "known format";
    }
    void damagedPnmIsRefused() {
        QFETCH(QByteArray, file);
        QFETCH(QString, reason);
        try {
            decode(bytesOf(file.toStdString()));
            QFAIL("nothing was thrown");
        } catch (const Error& error) {
            QVERIFY(error.kind() == ErrorKind::Input);
            const std::string all = std::string(error.what()) + " " + error.remedy();
            QVERIFY2(all.find(reason.toStdString()) != std::string::npos, all.c_str());
        }
    }

    void filesThatAreNoPicturesAreToldApart() {
        VERIFY_ERROR(readImage(path("none.png")), ErrorKind::Input, "does not exist");
        VERIFY_ERROR(readImage(path("")), ErrorKind::Input, "folder");
        std::ofstream(path("empty.png")).close();
        VERIFY_ERROR(readImage(path("empty.png")), ErrorKind::Input, "is empty");
        std::ofstream(path("text.png")) << "hello, this is text";
        VERIFY_ERROR(readImage(path("text.png")), ErrorKind::Input, "known format");
        VERIFY_ERROR(imageSize(path("text.png")), ErrorKind::Input, "known format");
    }

    void whatAFormatCannotHoldIsRefused_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<int>("model");
        QTest::addColumn<bool>("alpha");
        QTest::addColumn<int>("depth");
        QTest::newRow("cmyk png") << "p.png" << 3 << false << 8;
        QTest::newRow("ycbcr png") << "p.png" << 2 << false << 8;
        QTest::newRow("10 bit png") << "p.png" << 1 << false << 10;
        QTest::newRow("4 bit rgb png") << "p.png" << 1 << false << 4;
        QTest::newRow("4 bit grey+alpha png") << "p.png" << 0 << true << 4;
        QTest::newRow("alpha ppm") << "p.ppm" << 1 << true << 8;
        QTest::newRow("grey ppm") << "p.ppm" << 0 << false << 8;
        QTest::newRow("rgb pgm") << "p.pgm" << 1 << false << 8;
        QTest::newRow("cmyk ppm") << "p.ppm" << 3 << false << 8;
    }
    void whatAFormatCannotHoldIsRefused() {
        QFETCH(QString, name);
        QFETCH(int, model);
        QFETCH(bool, alpha);
        QFETCH(int, depth);
        try {
            writeImage(path(name), makeImage(3, 3, static_cast<ColourModel>(model), alpha, depth));
            QFAIL("nothing was thrown");
        } catch (const Error& error) {
            QVERIFY(error.kind() == ErrorKind::Input);
            QVERIFY2(error.remedy().find("image.convert") != std::string::npos, error.what());
        }
        QVERIFY(fs::is_empty(path("")));
    }

    void whatPnmCannotHoldIsRefused() {
        Image image = makeImage(2, 2);
        image.icc = makeProfile(false);
        VERIFY_ERROR(writeImage(path("p.ppm"), image), ErrorKind::Input, "profile");
        image.icc.clear();
        image.orientation = 3;
        VERIFY_ERROR(writeImage(path("p.ppm"), image), ErrorKind::Input, "orientation");
        VERIFY_ERROR(writeImage(path("p.tiff"), image), ErrorKind::Usage, "p.tiff");
        VERIFY_ERROR(writeImage(path("no/p.png"), image), ErrorKind::Resource, "No such");
        QVERIFY(fs::is_empty(path("")));
    }

    /// Pixels as Pillow decodes them (SHA-256 of the raw RGB bytes).
    void realPicturesAreReadExactly_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QByteArray>("hash");
        QTest::newRow("kodim01") << "images/kodak/kodim01.png"
                                 << QByteArray(
                                        "a00210743353594464ac67e680a41710f484444ca5f9dfddeb570de25c428273");
        QTest::newRow("kodim04") << "images/kodak/kodim04.png"
                                 << QByteArray(
                                        "e88e788fca00e6c723bb66ff45edb8cb56091ee284dcb73e3909834f2c96eeb6");
        QTest::newRow("kodim23") << "images/kodak/kodim23.png"
                                 << QByteArray(
                                        "81992a83592267e69125666f3e3e04c1819529b4c4c1e55fde0a6a741bac4219");
        QTest::newRow("goldfish") << "images/labelled/n01443537_goldfish.jpg"
                                  << QByteArray(
                                         "e8560946526240795495c9b740eca369b95b7a2379d00e4f08bf6cf8f46747dc");
    }
    void realPicturesAreReadExactly() {
        QFETCH(QString, file);
        QFETCH(QByteArray, hash);
        const fs::path picture = dataFolder() / file.toStdString();
        REQUIRE_DATA(picture);
        const Image image = readImage(picture);
        QCOMPARE(QByteArray::fromStdString(sha256(image.samples.bytes()).hex()), hash);
        QVERIFY(image.icc.empty());
        const ImageSize size = imageSize(picture);
        QVERIFY(size.width == image.width() && size.height == image.height());
    }

    void allRealPicturesAreRead() {
        const fs::path folder = dataFolder() / "images/labelled";
        REQUIRE_DATA(folder);
        int count = 0;
        for (const auto& entry : fs::directory_iterator(folder)) {
            if (entry.path().extension() != ".jpg") continue;
            readImage(entry.path());
            ++count;
        }
        QVERIFY(count >= 200);
    }

  private:
    fs::path path(const QString& name) const {
        return fs::path(folder_->path().toStdString()) / name.toStdString();
    }

    std::unique_ptr<QTemporaryDir> folder_;
};

QTEST_APPLESS_MAIN(ImageTest)
#include "image_test.moc"
