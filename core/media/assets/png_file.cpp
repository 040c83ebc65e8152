#include "core/media/assets/exif.h"
#include "core/media/assets/image_formats.h"
#include "core/media/assets/png_colour.h"

#include <png.h>

#include <csetjmp>
#include <cstring>

namespace ratescope::media {
namespace {

constexpr png_uint_32 maxExtent = 1u << 28;
/// Deflate expands no byte to more than this (RFC 1951: 258 bytes from two bits, and a little slack).
constexpr std::uint64_t maxExpansion = 1100;

/// libpng reports errors by longjmp, so the functions below that set the jump hold no objects of their own:
/// all state lives here.
struct PngReader {
    png_structp png = nullptr;
    png_infop info = nullptr;
    std::span<const std::byte> left;
    char message[200] = "";
    bool profileDropped = false;

    explicit PngReader(std::span<const std::byte> bytes) : left(bytes) {
        png = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, onError, onWarning);
        if (png) info = png_create_info_struct(png);
    }
    ~PngReader() { png_destroy_read_struct(&png, &info, nullptr); }
    PngReader(const PngReader&) = delete;
    PngReader& operator=(const PngReader&) = delete;

    [[noreturn]] static void onError(png_structp png, png_const_charp text) {
        auto* self = static_cast<PngReader*>(png_get_error_ptr(png));
        std::strncpy(self->message, text, sizeof self->message - 1);
        png_longjmp(png, 1);
    }
    static void onWarning(png_structp png, png_const_charp text) {
        auto* self = static_cast<PngReader*>(png_get_error_ptr(png));
        if (std::strncmp(text, "iCCP", 4) == 0) self->profileDropped = true;
    }
    static void onRead(png_structp png, png_bytep out, std::size_t count) {
        auto* self = static_cast<PngReader*>(png_get_io_ptr(png));
        if (count > self->left.size()) png_error(png, "the file ends too early");
        std::memcpy(out, self->left.data(), count);
        self->left = self->left.subspan(count);
    }
};

bool readHeader(PngReader& reader) {
    if (setjmp(png_jmpbuf(reader.png))) return false;
    png_set_user_limits(reader.png, maxExtent, maxExtent);
    png_set_crc_action(reader.png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_set_option(reader.png, PNG_SKIP_sRGB_CHECK_PROFILE, PNG_OPTION_ON);
    png_set_read_fn(reader.png, &reader, PngReader::onRead);
    png_read_info(reader.png, reader.info);
    return true;
}

/// After this rows are grey, grey + alpha, RGB or RGBA in one byte, or two in the machine's order, a sample.
bool chooseForm(PngReader& reader) {
    if (setjmp(png_jmpbuf(reader.png))) return false;
    png_structp png = reader.png;
    if (png_get_color_type(png, reader.info) == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
    if (png_get_valid(png, reader.info, PNG_INFO_tRNS)) png_set_tRNS_to_alpha(png);
    png_set_packing(png);
    png_set_swap(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, reader.info);
    return true;
}

bool readRows(PngReader& reader, png_bytepp rows) {
    if (setjmp(png_jmpbuf(reader.png))) return false;
    png_read_image(reader.png, rows);
    png_read_end(reader.png, reader.info);
    return true;
}

[[noreturn]] void throwDamaged(const PngReader& reader, const std::string& name) {
    throw damagedImage(name, std::string("is a damaged or truncated PNG (") + reader.message + ")");
}

Chromaticity point(png_fixed_point x, png_fixed_point y) {
    return {x / 100000.0, y / 100000.0};
}

std::vector<std::byte> readProfile(const PngReader& reader, const std::string& name, bool grey) {
    png_charp title = nullptr;
    int compression = 0;
    png_bytep profile = nullptr;
    png_uint_32 size = 0;
    if (png_get_iCCP(reader.png, reader.info, &title, &compression, &profile, &size)) {
        const auto* first = reinterpret_cast<const std::byte*>(profile);
        return {first, first + size};
    }
    if (reader.profileDropped) throw damagedImage(name, "has a damaged colour profile");
    if (png_get_valid(reader.png, reader.info, PNG_INFO_sRGB)) return {};
    PngColour colour;
    png_fixed_point gamma = 0, wx, wy, rx, ry, gx, gy, bx, by;
    if (png_get_gAMA_fixed(reader.png, reader.info, &gamma)) colour.gamma = gamma / 100000.0;
    if (png_get_cHRM_fixed(reader.png, reader.info, &wx, &wy, &rx, &ry, &gx, &gy, &bx, &by)) {
        colour.hasChromaticities = true;
        colour.white = point(wx, wy);
        colour.red = point(rx, ry);
        colour.green = point(gx, gy);
        colour.blue = point(bx, by);
    }
    const auto made = profileOf(colour, grey);
    if (!made) throw damagedImage(name, "has gAMA or cHRM values that describe no colour space");
    return *made;
}

int readOrientation(const PngReader& reader) {
    png_uint_32 size = 0;
    png_bytep exif = nullptr;
    if (!png_get_eXIf_1(reader.png, reader.info, &size, &exif)) return 1;
    return exifOrientation(std::as_bytes(std::span(exif, size)));
}

/// What the file must at least hold for its size, before memory is asked for.
void checkPlausible(const PngReader& reader, std::size_t fileSize, const std::string& name) {
    const std::uint64_t width = png_get_image_width(reader.png, reader.info);
    const std::uint64_t height = png_get_image_height(reader.png, reader.info);
    checkImageSize(static_cast<std::int64_t>(width), static_cast<std::int64_t>(height), name);
    const std::uint64_t bits =
        std::uint64_t{png_get_bit_depth(reader.png, reader.info)} * png_get_channels(reader.png, reader.info);
    if (width * height / 8 * bits > maxExpansion * fileSize)
        throw damagedImage(name, "is a truncated PNG: it is too short for its size");
}

Image emptyImage(const PngReader& reader, int storedDepth) {
    Image image;
    const int type = png_get_color_type(reader.png, reader.info);
    image.model = (type & PNG_COLOR_MASK_COLOR) ? ColourModel::Rgb : ColourModel::Grey;
    image.alpha = (type & PNG_COLOR_MASK_ALPHA) != 0;
    // Packed grey keeps its depth; with a transparent colour libpng has expanded it to 8 bits.
    const bool packedGrey = image.model == ColourModel::Grey && !image.alpha && storedDepth < 8;
    image.bitDepth = packedGrey ? storedDepth : png_get_bit_depth(reader.png, reader.info);
    image.samples =
        Array(image.bitDepth <= 8 ? DType::U8 : DType::U16,
              {png_get_image_height(reader.png, reader.info), png_get_image_width(reader.png, reader.info),
               png_get_channels(reader.png, reader.info)});
    return image;
}

struct PngWriter {
    png_structp png = nullptr;
    png_infop info = nullptr;
    std::vector<std::byte> out;
    char message[200] = "";

    PngWriter() {
        png = png_create_write_struct(PNG_LIBPNG_VER_STRING, this, onError, onWarning);
        if (png) info = png_create_info_struct(png);
    }
    ~PngWriter() { png_destroy_write_struct(&png, &info); }
    PngWriter(const PngWriter&) = delete;
    PngWriter& operator=(const PngWriter&) = delete;

    [[noreturn]] static void onError(png_structp png, png_const_charp text) {
        auto* self = static_cast<PngWriter*>(png_get_error_ptr(png));
        std::strncpy(self->message, text, sizeof self->message - 1);
        png_longjmp(png, 1);
    }
    static void onWarning(png_structp, png_const_charp) {}
    static void onWrite(png_structp png, png_bytep bytes, std::size_t count) {
        auto* self = static_cast<PngWriter*>(png_get_io_ptr(png));
        if (!self->append(std::as_bytes(std::span(bytes, count)))) png_error(png, "no memory is left");
    }
    static void onFlush(png_structp) {}

    bool append(std::span<const std::byte> bytes) {
        try {
            out.insert(out.end(), bytes.begin(), bytes.end());
            return true;
        } catch (const std::bad_alloc&) {
            return false;
        }
    }
};

bool writeAll(PngWriter& writer, const Image& image, std::vector<std::byte>& exif, png_bytepp rows) {
    if (setjmp(png_jmpbuf(writer.png))) return false;
    const int colour = (image.model == ColourModel::Rgb ? PNG_COLOR_MASK_COLOR : 0) |
                       (image.alpha ? PNG_COLOR_MASK_ALPHA : 0);
    png_set_write_fn(writer.png, &writer, PngWriter::onWrite, PngWriter::onFlush);
    png_set_user_limits(writer.png, maxExtent, maxExtent);
    png_set_IHDR(writer.png, writer.info, static_cast<png_uint_32>(image.width()),
                 static_cast<png_uint_32>(image.height()), image.bitDepth, colour, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (!image.icc.empty())
        png_set_iCCP(writer.png, writer.info, "icc", PNG_COMPRESSION_TYPE_BASE,
                     reinterpret_cast<png_const_bytep>(image.icc.data()),
                     static_cast<png_uint_32>(image.icc.size()));
    if (image.orientation != 1)
        png_set_eXIf_1(writer.png, writer.info, static_cast<png_uint_32>(exif.size()),
                       reinterpret_cast<png_bytep>(exif.data()));
    png_write_info(writer.png, writer.info);
    png_set_packing(writer.png);
    png_set_swap(writer.png);
    png_write_image(writer.png, rows);
    png_write_end(writer.png, writer.info);
    return true;
}

void checkHoldable(const Image& image, const std::string& name) {
    if (image.model != ColourModel::Grey && image.model != ColourModel::Rgb)
        throw unfitImage(name, "is a PNG, which holds grey or RGB only");
    const int depth = image.bitDepth;
    const bool packedGrey =
        image.model == ColourModel::Grey && !image.alpha && (depth == 1 || depth == 2 || depth == 4);
    if (depth != 8 && depth != 16 && !packedGrey)
        throw unfitImage(name,
                         "is a PNG, which can't hold such samples of " + std::to_string(depth) + " bits");
}

}  // namespace

Image decodePng(std::span<const std::byte> bytes, const std::string& name) {
    PngReader reader(bytes);
    if (!reader.info) throw Error(ErrorKind::Resource, "No memory is left to read " + name + ".", "");
    if (!readHeader(reader)) throwDamaged(reader, name);
    checkPlausible(reader, bytes.size(), name);
    const int storedDepth = png_get_bit_depth(reader.png, reader.info);
    if (!chooseForm(reader)) throwDamaged(reader, name);
    Image image = emptyImage(reader, storedDepth);
    const auto samples = image.samples.writableBytes();
    const std::size_t rowBytes = samples.size() / static_cast<std::size_t>(image.height());
    if (png_get_rowbytes(reader.png, reader.info) != rowBytes)
        throw Error(ErrorKind::Internal, "libpng gives rows of another length for " + name + ".", "");
    std::vector<png_bytep> rows;
    for (std::size_t y = 0; y < static_cast<std::size_t>(image.height()); ++y)
        rows.push_back(reinterpret_cast<png_bytep>(samples.data() + y * rowBytes));
    if (!readRows(reader, rows.data())) throwDamaged(reader, name);
    image.icc = readProfile(reader, name, image.model == ColourModel::Grey);
    image.orientation = readOrientation(reader);
    return image;
}

std::vector<std::byte> encodePng(const Image& image, const std::string& name) {
    checkHoldable(image, name);
    PngWriter writer;
    if (!writer.info) throw Error(ErrorKind::Resource, "No memory is left to write " + name + ".", "");
    // libpng's writer takes rows that are not const, and does not write to them.
    auto* first = const_cast<std::byte*>(image.samples.bytes().data());
    const std::size_t rowBytes = image.samples.byteSize() / static_cast<std::size_t>(image.height());
    std::vector<png_bytep> rows;
    for (std::size_t y = 0; y < static_cast<std::size_t>(image.height()); ++y)
        rows.push_back(reinterpret_cast<png_bytep>(first + y * rowBytes));
    std::vector<std::byte> exif = exifWithOrientation(image.orientation);
    if (!writeAll(writer, image, exif, rows.data()))
        throw Error(ErrorKind::Input, name + " can't be written: " + writer.message + ".",
                    "Convert the picture with image.convert, for instance without its profile.");
    return std::move(writer.out);
}

std::string pngLibraryVersion() {
    return png_get_libpng_ver(nullptr);
}

}  // namespace ratescope::media
