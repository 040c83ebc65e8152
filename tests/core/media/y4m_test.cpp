// Y4M and raw YUV: what comes back, what their readers take, and what they refuse.

#include "core/error.h"
#include "core/media/assets/asset.h"
#include "core/media/assets/image_file.h"
#include "core/media/assets/raw_file.h"
#include "tests/core/error_check.h"
#include "tests/core/media/media_values.h"
#include "tests/core/media/picture_files.h"

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

ByteVector contentOf(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return bytesOf(std::string((std::istreambuf_iterator<char>(in)), {}));
}

std::vector<Image> y4mImages() {
    std::vector<Image> images;
    for (const auto& [width, height] : {std::pair{1, 1}, {7, 5}, {16, 10}})
        for (const int depth : {8, 10, 12, 16}) {
            for (const Subsampling subsampling : {Subsampling::C422, Subsampling::C420})
                for (const Siting siting : {Siting::Centre, Siting::Left})
                    images.push_back(makeSubsampled(width, height, subsampling, siting, depth));
            images.push_back(makeImage(width, height, ColourModel::YCbCr, false, depth));
            images.push_back(makeImage(width, height, ColourModel::Grey, false, depth));
        }
    for (std::size_t i = 0; i < images.size(); i += 3) {
        images[i].range = Range::Full;
        if (images[i].model == ColourModel::YCbCr) images[i].matrix = i % 2 ? Matrix::Bt709 : Matrix::Bt601;
    }
    return images;
}

ByteVector y4m(const std::string& tags, std::size_t bytes, const std::string& rest = "") {
    return bytesOf("YUV4MPEG2 " + tags + "\nFRAME\n" + std::string(bytes, '\1') + rest);
}

}  // namespace

class Y4mTest : public QObject {
    Q_OBJECT

  private slots:
    void y4mComesBack() {
        for (const Image& image : y4mImages()) {
            writeAsset(valueOf(image), path("p.y4m"));
            const Value back = readAsset(graph::PortType::Image, path("p.y4m"));
            QVERIFY2(sameImages(*std::get<std::shared_ptr<const Image>>(back), image),
                     contentOf(path("p.y4m")).empty() ? "" : toText(image.subsampling));
        }
    }

    void y4mTagsAreRead_data() {
        QTest::addColumn<QString>("tags");
        QTest::addColumn<int>("bytes");
        QTest::addColumn<int>("subsampling");  // -1 for grey
        QTest::addColumn<int>("depth");
        QTest::addColumn<bool>("left");
        QTest::newRow("nothing said") << "W5 H3" << 27 << 2 << 8 << false;
        QTest::newRow("any order") << "C422 F25:1 H3 W5 Ip A128:117" << 33 << 1 << 8 << true;
        QTest::newRow("420jpeg") << "W5 H3 C420jpeg" << 27 << 2 << 8 << false;
        QTest::newRow("420mpeg2") << "W5 H3 C420mpeg2 XYSCSS=420MPEG2" << 27 << 2 << 8 << true;
        QTest::newRow("420") << "W5 H3 C420" << 27 << 2 << 8 << false;
        QTest::newRow("420p10") << "W5 H3 C420p10 XYSCSS=420P10" << 54 << 2 << 10 << true;
        QTest::newRow("420p10, centre") << "W5 H3 C420p10 XSITING=CENTRE" << 54 << 2 << 10 << false;
        QTest::newRow("centre before 420p10") << "W5 H3 XSITING=CENTRE C420p10" << 54 << 2 << 10 << false;
        QTest::newRow("422p12") << "W5 H3 C422p12" << 66 << 1 << 12 << true;
        QTest::newRow("444") << "W5 H3 C444" << 45 << 0 << 8 << false;
        QTest::newRow("444p16") << "W5 H3  C444p16" << 90 << 0 << 16 << false;
        QTest::newRow("mono") << "W5 H3 Cmono I?" << 15 << -1 << 8 << false;
        QTest::newRow("mono10") << "W5 H3 Cmono10" << 30 << -1 << 10 << false;
    }
    void y4mTagsAreRead() {
        QFETCH(QString, tags);
        QFETCH(int, bytes);
        QFETCH(int, subsampling);
        QFETCH(int, depth);
        QFETCH(bool, left);
        const auto size = static_cast<std::size_t>(bytes);
        const Image image = decode(y4m(tags.toStdString(), size));
        QVERIFY(image.width() == 5 && image.height() == 3 && image.bitDepth == depth);
        QVERIFY(image.model == (subsampling < 0 ? ColourModel::Grey : ColourModel::YCbCr));
        QVERIFY(image.subsampling == static_cast<Subsampling>(std::max(subsampling, 0)));
        QVERIFY(image.siting == (left ? Siting::Left : Siting::Centre));
        QVERIFY(image.range == Range::Limited);
        QVERIFY(image.matrix == (subsampling < 0 ? Matrix::None : Matrix::Bt601));
        QVERIFY(decode(y4m(tags.toStdString() + " XCOLORRANGE=FULL", size)).range == Range::Full);
        QVERIFY(decode(y4m(tags.toStdString(), size, "\nmore")).width() == 5);
        fromParts(toParts(valueOf(image)));
        VERIFY_ERROR(decode(y4m(tags.toStdString(), size - 1)), ErrorKind::Input, "too short");
        VERIFY_ERROR(decode(y4m(tags.toStdString(), size, "FRAME\n")), ErrorKind::Input, "several pictures");
    }

    void planesLieWhereTheyShould() {
        const Image half = decode(bytesOf("YUV4MPEG2 W3 H2 C420mpeg2\nFRAME Ip\nABCDEFuvwx"));
        QVERIFY(std::ranges::equal(half.samples.bytes(), bytesOf("ABCDEF")));
        QVERIFY(std::ranges::equal(half.cb.bytes(), bytesOf("uv")));
        QVERIFY(std::ranges::equal(half.cr.bytes(), bytesOf("wx")));
        const Image whole = decode(bytesOf("YUV4MPEG2 W2 H1 C444\nFRAME\nABuvwx"));
        QVERIFY(std::ranges::equal(whole.samples.bytes(), bytesOf("AuwBvx")));
        const Image deep = decode(bytesOf(std::string_view("YUV4MPEG2 W1 H1 Cmono10\nFRAME\n\xff\x03", 32)));
        QCOMPARE(deep.samples.as<std::uint16_t>()[0], std::uint16_t{1023});
    }

    void damagedY4mIsRefused_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* name, const char* tags, const char* reason) {
            QTest::newRow(name) << QByteArray("YUV4MPEG2 ") + tags + "\nFRAME\n" + QByteArray(200, '\7')
                                << reason;
        };
        row("no size", "C420", "without pixels");
        row("no height", "W5", "without pixels");
        row("size in words", "Wfive H5", "for a number");
        row("negative", "W-5 H5", "for a number");
        row("size of 65 bits", "W36893488147419103233 H5", "for a number");
        row("interlaced", "W2 H2 It", "interlaced");
        row("411", "W4 H2 C411", "colour space 411");
        row("PAL DV", "W4 H2 C420paldv", "colour space 420paldv");
        row("alpha", "W4 H2 C444alpha", "colour space 444alpha");
        row("7 bits", "W4 H2 C420p7", "7 bits");
        row("17 bits", "W4 H2 C420p17", "17 bits");
        row("no depth", "W4 H2 C420p", "colour space 420p");
        row("depth in words", "W4 H2 Cmonoten", "for a number");
        row("another matrix", "W4 H2 XMATRIX=BT2020", "XMATRIX=BT2020");
        row("sample above", "W2 H2 Cmono10", "more than its 10 bits");
        QTest::newRow("no frame") << QByteArray("YUV4MPEG2 W2 H2\nFRIED\n123456") << "without a frame";
        QTest::newRow("no line end") << QByteArray("YUV4MPEG2 W2 H2 ") + QByteArray(2000, 'X') << "truncated";
        QTest::newRow("no frame line") << QByteArray("YUV4MPEG2 W2 H2\nFRAME") << "truncated";
    }
    void damagedY4mIsRefused() {
        QFETCH(QByteArray, file);
        QFETCH(QString, reason);
        const QString refusal = refusalOf([&] { decode(bytesOf(file.toStdString())); });
        QVERIFY2(refusal.startsWith("x ") && refusal.contains(reason), qPrintable(refusal));
    }

    void whatY4mCannotHoldIsRefused() {
        const auto refused = [&](const Image& image, const char* reason) {
            VERIFY_ERROR(writeImage(path("none.y4m"), image), ErrorKind::Input, reason);
        };
        refused(makeImage(3, 2), "grey or YCbCr");
        refused(makeImage(3, 2, ColourModel::Grey, false, 4), "4 bits");
        refused(makeSubsampled(3, 2, Subsampling::C420, Siting::Left, 8, true), "alpha");
        Image image = makeSubsampled(3, 2, Subsampling::C420);
        image.orientation = 2;
        refused(image, "orientation");
        image.orientation = 1;
        image.icc = makeProfile(false);
        refused(image, "profile");
        QVERIFY(!fs::exists(path("none.y4m")));
        VERIFY_ERROR(writeImage(path("p.png"), makeSubsampled(3, 2, Subsampling::C420)), ErrorKind::Input,
                     "grey or RGB");
        VERIFY_ERROR(writeImage(path("p.ppm"), makeSubsampled(3, 2, Subsampling::C420)), ErrorKind::Input,
                     "RGB only");
    }

    void rawPicturesAreAsTheyAreSaidToBe() {
        for (const Image& image : y4mImages()) {
            if (image.bitDepth == 16) continue;
            writeImage(path("p.y4m"), image);
            const ByteVector file = contentOf(path("p.y4m"));
            RawPicture picture{image.width(), image.height()};
            picture.format = {image.model, image.subsampling, image.bitDepth};
            picture.range = image.range;
            picture.siting = image.siting;
            if (image.model == ColourModel::YCbCr) picture.matrix = image.matrix;
            const auto size =
                static_cast<std::ptrdiff_t>(planarBytes(picture.format, image.width(), image.height()));
            const ByteVector planes(file.end() - size, file.end());
            QVERIFY(sameImages(decodeRaw(planes, picture, "x"), image));
        }
    }

    void rawFormatsAreKnownByName() {
        QCOMPARE(rawFormats().size(), std::size_t{12});
        QCOMPARE(rawFormats().front(), std::string("yuv420p"));
        const auto format = rawFormat("yuv422p10le");
        QVERIFY(format && format->subsampling == Subsampling::C422 && format->bitDepth == 10);
        QVERIFY(rawFormat("gray12le")->model == ColourModel::Grey);
        QVERIFY(!rawFormat("nv12") && !rawFormat("") && !rawFormat("yuv420p9le"));
    }

    void rawFilesOfAnotherLengthAreRefused() {
        RawPicture picture{4, 2};
        const auto refused = [&](std::size_t size, const char* reason) {
            VERIFY_ERROR(decodeRaw(ByteVector(size), picture, "x"), ErrorKind::Input, reason);
        };
        QCOMPARE(decodeRaw(ByteVector(12), picture, "x").chromaHeight(), std::int64_t{1});
        refused(11, "x has 11 bytes, and a raw picture of that size takes 12");
        refused(13, "13 bytes");
        refused(36, "holds 3 raw pictures");
        picture.format.bitDepth = 10;
        ByteVector wide(24, std::byte{4});
        VERIFY_ERROR(decodeRaw(wide, picture, "x"), ErrorKind::Input, "more than its 10 bits");
        picture.width = picture.height = INT32_MAX;
        refused(24, "more than the 268435456");
        VERIFY_ERROR(readRaw(path("none.yuv"), picture), ErrorKind::Input, "does not exist");
    }

  private:
    fs::path path(const QString& name) const {
        return fs::path(folder_.path().toStdString()) / name.toStdString();
    }

    QTemporaryDir folder_;
};

QTEST_APPLESS_MAIN(Y4mTest)
#include "y4m_test.moc"
