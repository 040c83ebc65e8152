// The reader of TIFF: what it gives of each kind, and what it refuses.

#include "core/error.h"
#include "core/media/assets/image_file.h"
#include "core/media/assets/image_sniff.h"
#include "tests/core/error_check.h"
#include "tests/core/media/media_values.h"
#include "tests/core/media/picture_files.h"
#include "tests/core/media/tiff_files.h"

#include <QtTest>

using namespace ratescope;
using namespace ratescope::media;

namespace {

Image decode(const ByteVector& bytes) {
    return decodeImage(bytes, "x");
}

}  // namespace

class TiffTest : public QObject {
    Q_OBJECT

  private slots:
    void tiffSamplesComeBack_data() {
        QTest::addColumn<int>("compression");
        QTest::addColumn<bool>("planar");
        QTest::addColumn<int>("tile");
        for (const auto& [name, compression] : {std::pair{"plain", tiff::none},
                                                {"LZW", tiff::lzw},
                                                {"Deflate", tiff::deflate},
                                                {"PackBits", tiff::packBits},
                                                {"Zstandard", tiff::zstd}})
            for (const bool planar : {false, true})
                for (const int tile : {0, 16})
                    QTest::addRow("%s%s%s", name, planar ? ", planar" : "", tile ? ", tiled" : "")
                        << int{compression} << planar << tile;
    }
    void tiffSamplesComeBack() {
        QFETCH(int, compression);
        QFETCH(bool, planar);
        QFETCH(int, tile);
        for (const ColourModel model : {ColourModel::Grey, ColourModel::Rgb, ColourModel::Cmyk})
            for (const bool alpha : {false, true})
                for (const int depth : {8, 16})
                    for (const auto& [width, height] : {std::pair{1, 1}, {1, 300}, {300, 1}, {35, 21}}) {
                        const Image image = makeImage(width, height, model, alpha, depth);
                        TiffPlan plan = tiffPlanOf(image);
                        plan.compression = static_cast<std::uint16_t>(compression);
                        plan.planar = planar;
                        plan.tile = static_cast<std::uint32_t>(tile);
                        if (compression == tiff::lzw || compression == tiff::deflate) plan.predictor = 2;
                        const char* mode = width == 1 ? "wb" : height == 1 ? "wl8" : "wl";
                        QVERIFY(sameImages(decode(makeTiff({plan}, mode)), image));
                    }
    }

    void packedTiffIsGreyOfItsDepth_data() {
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("compression");
        QTest::addColumn<int>("tile");
        for (const int bits : {1, 2, 4})
            for (const int compression : {1, int{tiff::lzw}})
                for (const int tile : {0, 16})
                    QTest::addRow("%d bits, %d, %d", bits, compression, tile) << bits << compression << tile;
        for (const int compression : {2, 3, 4})
            QTest::addRow("fax %d", compression) << 1 << compression << 0;
    }
    void packedTiffIsGreyOfItsDepth() {
        QFETCH(int, bits);
        QFETCH(int, compression);
        QFETCH(int, tile);
        TiffPlan plan = tiffPlanOf(makeImage(37, 11, ColourModel::Grey));
        plan.bits = static_cast<std::uint16_t>(bits);
        plan.compression = static_cast<std::uint16_t>(compression);
        plan.tile = static_cast<std::uint32_t>(tile);
        const std::size_t rowBytes = (37 * plan.bits + 7u) / 8;
        for (const int photometric : {0, 1}) {
            plan.photometric = static_cast<std::uint16_t>(photometric);
            const Image image = decode(makeTiff({plan}));
            QVERIFY(image.model == ColourModel::Grey && image.bitDepth == bits);
            for (std::size_t y = 0; y < 11; ++y)
                for (std::size_t x = 0; x < 37; ++x) {
                    const auto byte = static_cast<unsigned>(plan.samples[y * rowBytes + x * plan.bits / 8]);
                    unsigned stored = byte >> (8 - plan.bits - x * plan.bits % 8) & ((1u << bits) - 1);
                    if (photometric == 0) stored = (1u << bits) - 1 - stored;
                    QCOMPARE(unsigned{image.samples.as<std::uint8_t>()[y * 37 + x]}, stored);
                }
        }
    }

    void whiteIsZeroIsTurnedRound() {
        for (const int depth : {8, 16}) {
            const Image image = makeImage(5, 4, ColourModel::Grey, true, depth);
            TiffPlan plan = tiffPlanOf(image);
            plan.photometric = 0;
            const Image back = decode(makeTiff({plan}));
            for (std::size_t i = 0; i < 40; ++i) {
                const int before =
                    depth == 8 ? image.samples.as<std::uint8_t>()[i] : image.samples.as<std::uint16_t>()[i];
                const int after =
                    depth == 8 ? back.samples.as<std::uint8_t>()[i] : back.samples.as<std::uint16_t>()[i];
                QCOMPARE(after, i % 2 == 0 ? (1 << depth) - 1 - before : before);
            }
        }
    }

    void tiffPalettesAreExpanded_data() {
        QTest::addColumn<int>("factor");
        QTest::addColumn<int>("depth");
        QTest::newRow("times 257") << 257 << 8;
        QTest::newRow("times 256") << 256 << 8;
        QTest::newRow("as they are") << 1 << 8;
        QTest::newRow("of 16 bits") << 251 << 16;
    }
    void tiffPalettesAreExpanded() {
        QFETCH(int, factor);
        QFETCH(int, depth);
        for (const std::uint16_t bits : {std::uint16_t{4}, std::uint16_t{8}}) {
            TiffPlan plan = tiffPlanOf(makeImage(8, 3, ColourModel::Grey));
            plan.bits = bits;
            plan.photometric = 3;
            for (std::size_t c = 0; c < 3; ++c)
                for (unsigned i = 0; i < 1u << bits; ++i)
                    plan.map[c].push_back(
                        static_cast<std::uint16_t>((i * 7 + c * 50) % 256 * static_cast<unsigned>(factor)));
            const Image image = decode(makeTiff({plan}));
            QVERIFY(image.model == ColourModel::Rgb && image.bitDepth == depth);
            const std::size_t first = bits == 8 ? static_cast<std::size_t>(plan.samples[0])
                                                : static_cast<std::size_t>(plan.samples[0]) >> 4;
            for (std::size_t c = 0; c < 3; ++c) {
                const int found =
                    depth == 8 ? image.samples.as<std::uint8_t>()[c] : image.samples.as<std::uint16_t>()[c];
                const int stored = plan.map[c][first];
                QCOMPARE(found, depth == 16 || factor == 1 ? stored : stored / factor);
            }
        }
    }

    void jpegInTiffIsNear() {
        const Image image = makeSmooth(48, 32);
        TiffPlan plan = tiffPlanOf(image);
        plan.compression = tiff::jpeg;
        plan.rowsPerStrip = 16;
        for (const std::uint16_t photometric : {std::uint16_t{2}, std::uint16_t{6}}) {
            plan.photometric = photometric;
            const Image back = decode(makeTiff({plan}));
            QVERIFY(back.model == ColourModel::Rgb);
            QVERIFY(greatestDifference(back, image) <= 8);
        }
    }

    void tiffKeepsProfileAndOrientation() {
        TiffPlan plan = tiffPlanOf(makeSmooth(9, 5));
        plan.profile = makeProfile(false);
        for (std::uint16_t orientation = 1; orientation <= 8; ++orientation) {
            plan.orientation = orientation;
            const Image image = decode(makeTiff({plan}));
            QVERIFY(image.icc == plan.profile);
            QCOMPARE(image.orientation, int{orientation});
        }
    }

    void previewsBesideATiffPictureArePassedOver() {
        const Image image = makeImage(9, 5);
        TiffPlan picture = tiffPlanOf(image), preview = tiffPlanOf(makeImage(3, 2)), page = picture;
        preview.kind = 1;
        page.kind = 2;
        QVERIFY(sameImages(decode(makeTiff({picture, preview})), image));
        QVERIFY(sameImages(decode(makeTiff({preview, picture})), image));
        QCOMPARE(imageSize(makeTiff({preview, page}), "x").width, std::int64_t{9});
        VERIFY_ERROR(decode(makeTiff({picture, page})), ErrorKind::Input, "several pages");
        VERIFY_ERROR(decode(makeTiff({preview})), ErrorKind::Input, "without a picture");
        VERIFY_ERROR(decode(makeTiff(std::vector<TiffPlan>(120, preview))), ErrorKind::Input,
                     "more than 100 pages");
    }

    void unusualTiffIsRefused_data() {
        QTest::addColumn<int>("index");
        const auto all = unusual();
        for (std::size_t i = 0; i < all.size(); ++i)
            QTest::addRow("%s, %d", all[i].first, static_cast<int>(i)) << static_cast<int>(i);
    }
    void unusualTiffIsRefused() {
        QFETCH(int, index);
        const auto [reason, plan] = unusual().at(static_cast<std::size_t>(index));
        const QString refusal = refusalOf([&, &file = plan] { decode(makeTiff({file})); });
        QVERIFY2(refusal.startsWith("x is a TIFF") && refusal.contains(reason), qPrintable(refusal));
    }

  private:
    /// What is refused, and the words that say why.
    static std::vector<std::pair<const char*, TiffPlan>> unusual() {
        const TiffPlan rgb = tiffPlanOf(makeImage(8, 3)),
                       rgba = tiffPlanOf(makeImage(8, 3, ColourModel::Rgb, true));
        const TiffPlan cmyk = tiffPlanOf(makeImage(8, 3, ColourModel::Cmyk));
        const auto with = [](TiffPlan plan, auto change) {
            change(plan);
            return plan;
        };
        const auto wide = with(cmyk, [](TiffPlan& plan) {
            plan.bits = 32;
            plan.channels = plan.photometric = 1;
        });
        return {
            {"floating-point", with(wide, [](TiffPlan& plan) { plan.sampleFormat = 3; })},
            {"signed", with(rgb, [](TiffPlan& plan) { plan.sampleFormat = 2; })},
            {"32 bits", wide},
            {"12 bits", with(tiffPlanOf(makeImage(8, 3, ColourModel::Grey, false, 16)),
                             [](TiffPlan& plan) { plan.bits = 12; })},
            {"premultiplied", with(rgba, [](TiffPlan& plan) { plan.extra = {1}; })},
            {"unknown meaning", with(rgba, [](TiffPlan& plan) { plan.extra = {0}; })},
            {"unknown meaning", with(rgba, [](TiffPlan& plan) { plan.extra = {}; })},
            {"2 channels beside", with(cmyk,
                                       [](TiffPlan& plan) {
                                           plan.photometric = 0;
                                           plan.channels = 3;
                                           plan.extra = {2, 2};
                                       })},
            {"colour space", with(rgb, [](TiffPlan& plan) { plan.photometric = 8; })},
            {"of YCbCr", with(rgb, [](TiffPlan& plan) { plan.photometric = 6; })},
            {"compression 34925", with(rgb, [](TiffPlan& plan) { plan.compression = 34925; })},  // LZMA
            {"inks", with(cmyk, [](TiffPlan& plan) { plan.inkSet = 2; })},
        };
    }
};

QTEST_APPLESS_MAIN(TiffTest)
#include "tiff_test.moc"
