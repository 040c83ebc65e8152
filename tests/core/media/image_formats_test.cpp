// The reader of WebP; and that the readers of all formats refuse files that are cut or say that they are monsters.

#include "core/error.h"
#include "core/media/assets/exif.h"
#include "core/media/assets/image_file.h"
#include "core/media/assets/image_sniff.h"
#include "core/media/assets/raw_file.h"
#include "tests/core/error_check.h"
#include "tests/core/media/media_values.h"
#include "tests/core/media/picture_files.h"
#include "tests/core/media/tiff_files.h"
#include "tests/core/media/webp_files.h"

#include <QtTest>
#include <algorithm>

using namespace ratescope;
using namespace ratescope::media;

namespace {

Image decode(const ByteVector& bytes) {
    return decodeImage(bytes, "x");
}

struct File {
    const char* name;
    ByteVector bytes;
};

/// A small good file of each format and of the kinds within it that are read by ways of their own.
std::vector<File> goodFiles() {
    const Image rgb = makeSmooth(19, 29), grey = makeImage(19, 13, ColourModel::Grey, false, 16);
    std::vector<File> files;
    WebpPlan extended{makeWebp(rgb), 19, 29};
    extended.flags = 0x28;
    extended.profile = makeProfile(false);
    extended.exif = exifWithOrientation(3);
    files.push_back({"WebP, lossless", makeWebp(rgb)});
    files.push_back({"WebP, lossy", makeWebp(rgb, 60)});
    files.push_back({"WebP, lossy with alpha", makeWebp(makeSmooth(19, 13, true), 60)});
    files.push_back({"WebP, extended", makeExtendedWebp(extended)});
    for (const auto& [name, compression] : {std::pair{"TIFF, plain", tiff::none},
                                            {"TIFF, LZW", tiff::lzw},
                                            {"TIFF, Deflate", tiff::deflate},
                                            {"TIFF, PackBits", tiff::packBits},
                                            {"TIFF, Zstandard", tiff::zstd},
                                            {"TIFF, JPEG", tiff::jpeg}}) {
        TiffPlan plan = tiffPlanOf(rgb);
        plan.compression = compression;
        plan.rowsPerStrip = 16;
        if (compression == tiff::jpeg) plan.photometric = 6;
        files.push_back({name, makeTiff({plan})});
    }
    TiffPlan tiled = tiffPlanOf(grey);
    tiled.tile = 16;
    files.push_back({"TIFF, tiles", makeTiff({tiled}, "wb")});
    TiffPlan fax = tiffPlanOf(makeImage(40, 30, ColourModel::Grey));
    fax.bits = 1;
    fax.compression = tiff::fax4;
    files.push_back({"TIFF, fax", makeTiff({fax})});
    return files;
}

/// A picture of ones.
ByteVector y4m(const std::string& tags, std::size_t bytes) {
    return bytesOf("YUV4MPEG2 " + tags + "\nFRAME\n" + std::string(bytes, '\1'));
}

}  // namespace

class ImageFormatsTest : public QObject {
    Q_OBJECT

  private slots:
    void formatsAreKnownByTheirFirstBytes() {
        QVERIFY(imageFormatOf(makeWebp(makeSmooth(3, 2))) == ImageFormat::Webp);
        QVERIFY(imageFormatOf(bytesOf(std::string_view("RIFF\4\0\0\0WAVE", 12))) == ImageFormat::Unknown);
        for (const char* mode : {"wl", "wb", "wl8", "wb8"})
            QVERIFY2(imageFormatOf(makeTiff({tiffPlanOf(makeSmooth(3, 2))}, mode)) == ImageFormat::Tiff,
                     mode);
        QVERIFY(imageFormatOf(y4m("W2 H2", 6)) == ImageFormat::Y4m);
        QVERIFY(imageFormatOf(bytesOf("YUV4MPEG")) == ImageFormat::Unknown);
        for (const File& file : goodFiles()) {
            const Image image = decode(file.bytes);
            const ImageSize size = imageSize(file.bytes, "x");
            QVERIFY2(size.width == image.width() && size.height == image.height(), file.name);
        }
    }

    void losslessWebpComesBack() {
        for (const auto& [width, height] : {std::pair{1, 1}, {33, 17}, {16383, 1}, {1, 16383}})
            for (const bool alpha : {false, true}) {
                Image image = makeImage(width, height, ColourModel::Rgb, alpha);
                // The encoder is free in the colour of what can't be seen, and takes full alpha for none.
                if (alpha)
                    for (std::size_t i = 3; i < static_cast<std::size_t>(image.samples.size()); i += 4)
                        image.samples.writable<std::uint8_t>()[i] = static_cast<std::uint8_t>(1 + i % 250);
                QVERIFY(sameImages(decode(makeWebp(image)), image));
            }
    }

    void lossyWebpIsNear() {
        for (const bool alpha : {false, true}) {
            const Image image = makeSmooth(40, 30, alpha);
            const Image back = decode(makeWebp(image, 95));
            QVERIFY(back.alpha == alpha && back.samples.shape() == image.samples.shape());
            QVERIFY(greatestDifference(back, image) <= 12);
        }
    }

    void webpKeepsProfileAndOrientation() {
        WebpPlan plan{makeWebp(makeSmooth(9, 5)), 9, 5};
        plan.profile = makeProfile(false);
        plan.exif = exifWithOrientation(6);
        plan.flags = 0x28;
        Image image = decode(makeExtendedWebp(plan));
        QVERIFY(image.icc == plan.profile);
        QCOMPARE(image.orientation, 6);
        QVERIFY(greatestDifference(image, makeSmooth(9, 5)) == 0);
        ByteVector prefixed = bytesOf(std::string_view("Exif\0\0", 6));
        prefixed.insert(prefixed.end(), plan.exif.begin(), plan.exif.end());
        plan.exif = prefixed;
        QCOMPARE(decode(makeExtendedWebp(plan)).orientation, 6);
        plan.flags = 0;  // what the file does not announce does not count
        image = decode(makeExtendedWebp(plan));
        QVERIFY(image.icc.empty() && image.orientation == 1);
    }

    void animatedWebpIsRefused() {
        WebpPlan plan{makeWebp(makeSmooth(9, 5)), 9, 5};
        plan.flags = 0x02;
        plan.animated = true;
        VERIFY_ERROR(decode(makeExtendedWebp(plan)), ErrorKind::Input, "x is an animated WebP");
    }

    /// 2^31 − 1 pixels a side, or the most that the format can say.
    void monstersAreRefusedByEveryReader() {
        const auto refused = [](const ByteVector& file, const char* reason) {
            VERIFY_ERROR(decode(file), ErrorKind::Input, reason);
            VERIFY_ERROR(imageSize(file, "x"), ErrorKind::Input, reason);
        };
        constexpr std::uint32_t most = INT32_MAX;
        PngPlan png;
        png.rows = ByteVector(3);
        png.width = png.height = most;
        VERIFY_ERROR(decode(makePng(png)), ErrorKind::Input, "x ");
        VERIFY_ERROR(imageSize(makePng(png), "x"), ErrorKind::Input, "more than");
        JpegPlan jpegPlan;
        jpegPlan.samples = ByteVector(3);
        ByteVector jpegFile = makeJpeg(jpegPlan);
        const ByteVector frame = bytesOf(std::string_view("\xff\xc0\x00\x11\x08", 5));
        const auto at = std::search(jpegFile.begin(), jpegFile.end(), frame.begin(), frame.end());
        QVERIFY(at != jpegFile.end());
        std::fill(at + 5, at + 9, std::byte{0xfd});
        VERIFY_ERROR(decode(jpegFile), ErrorKind::Input, "x ");
        VERIFY_ERROR(imageSize(jpegFile, "x"), ErrorKind::Input, "more than");
        VERIFY_ERROR(imageSize(bytesOf("P6 2147483647 2147483647 255 abc"), "x"), ErrorKind::Input,
                     "more than");
        VERIFY_ERROR(decode(bytesOf("P6 2147483647 2147483647 255 abc")), ErrorKind::Input, "too large");
        refused(y4m("W2147483647 H2147483647 C444p16", 100), "more than");
        refused(y4m("W2147483648 H1", 100), "for a number");

        WebpPlan webp{makeWebp(makeSmooth(9, 5)), 1 << 24, 1 << 24};
        VERIFY_ERROR(decode(makeExtendedWebp(webp)), ErrorKind::Input, "x ");
        webp.flags = 0x02;
        webp.animated = true;
        VERIFY_ERROR(decode(makeExtendedWebp(webp)), ErrorKind::Input, "x ");

        for (const char* mode : {"wl", "wl8"})
            for (const std::uint16_t compression : {tiff::none, tiff::deflate}) {
                TiffPlan tiff = tiffPlanOf(makeImage(7, 5));
                tiff.compression = compression;
                ByteVector file = makeTiff({tiff}, mode);
                patchTiff(file, most, most);
                refused(file, "x ");
                patchTiff(file, 1 << 14, 1 << 14);
                VERIFY_ERROR(decode(file), ErrorKind::Input, "x ");
            }
        RawPicture raw{most, most};
        VERIFY_ERROR(decodeRaw(ByteVector(12), raw, "x"), ErrorKind::Input, "more than");
    }

    void filesCutAnywhereAreRefused() {
        std::vector<File> files = goodFiles();
        files.push_back({"Y4M", y4m("W6 H4 C420p10", 72)});
        for (const File& file : files) {
            decode(file.bytes);
            for (std::size_t cut = 0; cut < file.bytes.size(); ++cut) {
                const QString refusal = refusalOf([&] {
                    decode(ByteVector(file.bytes.begin(),
                                      file.bytes.begin() + static_cast<std::ptrdiff_t>(cut)));
                });
                QVERIFY2(refusal.startsWith("x "), qPrintable(QString("%1 cut at %2 of %3: %4")
                                                                  .arg(file.name)
                                                                  .arg(cut)
                                                                  .arg(file.bytes.size())
                                                                  .arg(refusal)));
            }
        }
    }

  private:
    /// Entries 256 and 257 of the first directory (little-endian) to another size.
    static void patchTiff(ByteVector& file, std::uint32_t width, std::uint32_t height) {
        int patched = 0;
        for (std::size_t i = 0; i + 12 < file.size(); ++i) {
            const auto byte = [&](std::size_t k) { return static_cast<unsigned>(file[i + k]); };
            const unsigned tag = byte(0) | byte(1) << 8, type = byte(2) | byte(3) << 8;
            if ((tag != 256 && tag != 257) || (type != 3 && type != 4) || byte(4) != 1) continue;
            const std::size_t value = file[2] == std::byte{43} ? 12 : 8;
            const std::uint32_t number = tag == 256 ? width : height;
            file[i + 2] = std::byte{4};
            for (std::size_t k = 0; k < 4; ++k)
                file[i + value + k] = static_cast<std::byte>(number >> 8 * k);
            ++patched;
        }
        QVERIFY(patched == 2);
    }
};

QTEST_APPLESS_MAIN(ImageFormatsTest)
#include "image_formats_test.moc"
