#include "tests/e2e/unusual_pictures.h"

#include "core/media/assets/image_file.h"
#include "tests/core/media/media_values.h"
#include "tests/core/media/picture_files.h"

#include <QTemporaryDir>
#include <functional>

namespace e2e {
namespace {

using namespace ratescope::media;

QByteArray fileOf(const ByteVector& bytes) {
    return QByteArray(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()));
}

ByteVector rawBytes(const QByteArray& bytes) {
    return bytesOf({bytes.constData(), static_cast<std::size_t>(bytes.size())});
}

/// Slow waves, so that a lossy codec keeps them well.
Image smooth(std::int64_t width, std::int64_t height, ColourModel model = ColourModel::Rgb, int depth = 8,
             bool alpha = false) {
    Image image = makeImage(width, height, model, alpha, depth);
    const int channels = image.channels();
    const auto fill = [&](auto samples) {
        for (std::size_t i = 0; i < samples.size(); ++i) {
            const auto pixel = static_cast<std::int64_t>(i) / channels;
            const std::int64_t wave =
                std::abs((pixel % width + pixel / width) % 64 - 32) * ((1 << depth) - 1) / 32;
            samples[i] = static_cast<std::decay_t<decltype(samples[i])>>(wave);
        }
    };
    if (depth <= 8)
        fill(image.samples.writable<std::uint8_t>());
    else
        fill(image.samples.writable<std::uint16_t>());
    return image;
}

/// As the project's own writer makes it, which the readers' tests hold against others.
QByteArray written(const Image& image, const char* extension) {
    const QTemporaryDir folder;
    const QString file = folder.filePath(QString("picture.") + extension);
    writeImage(file.toStdString(), image);
    QFile stream(file);
    return stream.open(QIODevice::ReadOnly) ? stream.readAll() : QByteArray();
}

PngPlan pngPlan(int colourType, int depth, const QByteArray& rows, std::uint32_t width,
                std::uint32_t height = 1) {
    PngPlan plan;
    plan.width = width;
    plan.height = height;
    plan.depth = depth;
    plan.colourType = colourType;
    plan.rows = rawBytes(rows);
    return plan;
}

QByteArray pngWith(const std::vector<PngChunk>& chunks, const std::vector<PngChunk>& after = {}) {
    PngPlan plan = pngPlan(2, 8, QByteArray(8 * 8 * 3, '\x60'), 8, 8);
    plan.chunks = chunks;
    plan.chunksAfter = after;
    return fileOf(makePng(plan));
}

JpegPlan jpegPlan(JpegKind kind) {
    JpegPlan plan;
    plan.width = plan.height = 16;
    plan.kind = kind;
    plan.samples.assign(16 * 16 * 4, std::byte{90});
    return plan;
}

QByteArray jpeg(JpegKind kind, const std::function<void(JpegPlan&)>& change = {}) {
    JpegPlan plan = jpegPlan(kind);
    if (change) change(plan);
    return fileOf(makeJpeg(plan));
}

QByteArray replaced(QByteArray file, const QByteArray& before, const QByteArray& after) {
    const qsizetype at = file.indexOf(before);
    if (at < 0) throw std::runtime_error("nothing to replace in a picture");
    return file.replace(at, before.size(), after);
}

/// A TIFF structure with the one tag orientation.
ByteVector exif(int orientation) {
    QByteArray tiff = QByteArray::fromHex("4d4d002a00000008000101120003000000010000000000000000");
    tiff[19] = static_cast<char>(orientation);
    return rawBytes(tiff);
}

const QByteArray frameHeader = QByteArray::fromHex("ffc0001108");  // baseline, 3 components, 8 bits

/// The last scan 600 times.
QByteArray manyScans() {
    const QByteArray file = jpeg(JpegKind::Grey, [](JpegPlan& plan) { plan.progressive = true; });
    const QByteArray end = file.right(2), scan = file.mid(file.lastIndexOf("\xff\xda")).chopped(2);
    return file.chopped(2) + scan.repeated(600) + end;
}

using Pictures = QList<UnusualPicture>;

const QByteArrayList taken;
const QByteArrayList convert = {"image.convert"};

Pictures sizes() {
    const QByteArray row = "1×1, 1×20000, 20000×1";
    return {{row, "one-pixel.png", written(smooth(1, 1), "png"), taken, taken},
            {row, "tall.png", written(smooth(1, 20000), "png"), taken, taken},
            {row, "wide.ppm", written(smooth(20000, 1), "ppm"), taken, taken},
            {row, "too-wide.png", written(smooth(65501, 1), "png"), {"65500", "image.crop"}, taken}};
}

Pictures depths() {
    const QByteArray grey = "grey, 8 bit (PNG, JPEG, PGM)",
                     few = "grey, 1, 2, 4 bit (PNG); maxval 2^n − 1 (PGM, PPM)",
                     deep = "16 bit (PNG, TIFF, PGM, PPM)", odd = "maxval other than 2^n − 1 (PGM, PPM)";
    const auto greyOf = [](int depth) { return smooth(24, 16, ColourModel::Grey, depth); };
    return {{grey, "grey.png", written(greyOf(8), "png"), taken, taken},
            {grey, "grey.pgm", written(greyOf(8), "pgm"), taken, taken},
            {grey, "grey.jpg", jpeg(JpegKind::Grey), taken, taken},
            {few, "grey-1.png", written(greyOf(1), "png"), convert, taken},
            {few, "grey-4.png", written(greyOf(4), "png"), convert, taken},
            {few, "grey-10.pgm", written(greyOf(10), "pgm"), convert, taken},
            {few, "rgb-5.ppm", written(smooth(24, 16, ColourModel::Rgb, 5), "ppm"), convert, taken},
            {deep, "grey-16.pgm", written(greyOf(16), "pgm"), convert, taken},
            {deep, "rgb-16.png", written(smooth(24, 16, ColourModel::Rgb, 16), "png"), convert, taken},
            {odd, "maxval-100.pgm", "P5 2 1 100 ab", {"maxval", "255"}, {"maxval", "255"}}};
}

Pictures transparency() {
    const QByteArray palette = "palette (PNG, 1 to 8 bit)",
                     colour = "one transparent colour (PNG tRNS of grey or RGB)";
    PngPlan indexed = pngPlan(3, 2, QByteArray(1, '\x1b'), 4);
    indexed.chunks = {{"PLTE", rawBytes(QByteArray::fromHex("606060707070808080909090"))}};
    PngPlan transparent = indexed;
    transparent.chunks.push_back({"tRNS", rawBytes(QByteArray::fromHex("00ff"))});
    return {{"alpha (PNG)", "alpha.png", written(smooth(24, 16, ColourModel::Rgb, 8, true), "png"), convert,
             convert},
            {palette, "palette.png", fileOf(makePng(indexed)), taken, taken},
            {palette, "transparent-palette.png", fileOf(makePng(transparent)), convert, convert},
            {colour, "transparent-colour.png", pngWith({{"tRNS", rawBytes(QByteArray(6, '\0'))}}), convert,
             convert}};
}

Pictures kindsOfPng() {
    const QByteArray row = "interlaced (PNG), animated (APNG)";
    PngPlan interlaced = pngPlan(0, 8, {}, 2, 2);
    interlaced.interlaced = true;
    interlaced.filtered = rawBytes(QByteArray::fromHex("0060006100626362").left(7));
    return {
        {row, "interlaced.png", fileOf(makePng(interlaced)), taken, taken},
        {row, "animated.png",
         pngWith({{"acTL", bigEndian({1, 0})},
                  {"fcTL",
                   rawBytes(QByteArray::fromHex("00000000000000080000000800000000000000000001000a0000"))}}),
         taken, taken}};
}

Pictures colourSpaces() {
    const QByteArray profile = "ICC profile (PNG iCCP, JPEG APP2 in any number of segments)",
                     damaged = "damaged or missing part of a profile",
                     plain = "sRGB chunk (PNG), or nothing said",
                     gamma = "gAMA, cHRM (PNG) without iCCP and sRGB";
    const QByteArray segments =
        jpeg(JpegKind::YCbCr, [](JpegPlan& plan) { plan.profile = makeProfile(false, 200'000); });
    const QByteArray second("\xe2\xff\xffICC_PROFILE\0\x02", 16);
    return {{profile, "profile.png", pngWith({profileChunk(makeProfile(false))}), taken, taken},
            {profile, "profile.jpg", segments, taken, taken},
            {damaged,
             "damaged-profile.png",
             pngWith({profileChunk(bytesOf("no profile"))}),
             {"profile"},
             {"profile"}},
            {damaged,
             "missing-segment.jpg",
             replaced(segments, second, QByteArray("\xfe") + second.mid(1)),
             {"missing-segment.jpg"},
             {"missing-segment.jpg"}},
            {plain, "srgb.png", pngWith({{"sRGB", bytesOf(std::string_view("\0", 1))}}), taken, taken},
            {gamma, "gamma.png", pngWith({{"gAMA", bigEndian({45455})}}), taken, taken},
            {gamma, "linear.png", pngWith({{"gAMA", bigEndian({100'000})}}), taken, taken}};
}

Pictures orientations() {
    const QByteArray row = "EXIF orientation 2 … 8 (JPEG APP1, PNG eXIf)";
    return {{row, "turned.png", pngWith({{"eXIf", exif(6)}}), taken, taken},
            {row, "turned.jpg", jpeg(JpegKind::YCbCr, [](JpegPlan& plan) { plan.exif = exif(3); }), taken,
             taken}};
}

Pictures kindsOfJpeg() {
    const QByteArray coded = "JPEG in YCbCr, any subsampling, baseline or progressive",
                     inks = "JPEG in CMYK or YCCK",
                     other = "JPEG of 12 bits, lossless or hierarchical, or with 2 components";
    const QByteArray sound = jpeg(JpegKind::YCbCr);
    const QByteArrayList exportIt = {"Export it as an 8-bit"};
    return {{coded, "baseline.jpg", sound, taken, taken},
            {coded, "progressive.jpg", jpeg(JpegKind::YCbCr, [](JpegPlan& plan) { plan.progressive = true; }),
             taken, taken},
            {"JPEG in RGB (Adobe transform 0)", "rgb.jpg", jpeg(JpegKind::Rgb), taken, taken},
            {inks, "cmyk.jpg", jpeg(JpegKind::AdobeCmyk), convert, convert},
            {inks, "ycck.jpg", jpeg(JpegKind::AdobeYcck), convert, convert},
            {other, "twelve-bits.jpg", replaced(sound, frameHeader, QByteArray::fromHex("ffc100110c")),
             exportIt, exportIt},
            {other, "lossless.jpg", replaced(sound, frameHeader, QByteArray::fromHex("ffc3001108")), exportIt,
             exportIt},
            {"JPEG with more than 500 scans", "scans.jpg", manyScans(), {"scans"}, {"scans"}},
            {"JPEG with stray bytes between its segments", "stray.jpg",
             replaced(sound, frameHeader, "xyz" + frameHeader), taken, taken}};
}

Pictures damages() {
    const QByteArray cut = "truncated or corrupt entropy-coded data, wrong CRC in any chunk",
                     tail = "bytes after the end of a picture", unknown = "PBM (P1, P4), PAM, GIF, BMP, …";
    const QByteArray png = written(smooth(24, 16), "png"), sound = jpeg(JpegKind::YCbCr);
    const QByteArrayList formats = {"PNG, JPEG, WebP, TIFF, PGM, PPM or Y4M"};
    QByteArray flipped = png;
    flipped[flipped.size() - 20] = static_cast<char>(flipped[flipped.size() - 20] ^ 1);
    return {{cut, "cut.jpg", sound.chopped(20), {"truncated"}, {"truncated"}},
            {cut, "wrong-crc.png", flipped, {"damaged"}, {"damaged"}},
            {tail, "tail.png", png + "behind", taken, taken},
            {tail, "tail.jpg", sound + "behind", taken, taken},
            {unknown, "bitmap.pbm", "P4 8 1 \xaa", formats, formats},
            {unknown, "map.pam", "P7\nWIDTH 1\nHEIGHT 1\nDEPTH 1\nMAXVAL 255\nENDHDR\na", formats, formats},
            {unknown, "picture.gif", "GIF89a\x01", formats, formats},
            {unknown, "picture.bmp", "BM\x3a", formats, formats},
            {cut, "cut.tif", QByteArray("II*\0\x08\0\0\0", 8), {"cut.tif"}, {"cut.tif"}},
            {cut, "cut.webp", "RIFF....WEBPVP8 ", {"cut.webp"}, {"cut.webp"}}};
}

}  // namespace

QList<UnusualPicture> unusualPictures() {
    return sizes() + depths() + transparency() + kindsOfPng() + colourSpaces() + orientations() +
           kindsOfJpeg() + damages();
}

}  // namespace e2e
