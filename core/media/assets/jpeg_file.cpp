#include "core/media/assets/exif.h"
#include "core/media/assets/image_formats.h"

#include <jerror.h>
#include <jpeglib.h>

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace ratescope::media {
namespace {

/// Ordinary progressive files have about ten scans; thousands only serve to keep a reader busy.
constexpr int maxScans = 500;
/// A Huffman-coded block takes at least one bit; arithmetic coding goes far below, but no picture worth
/// reading does.
constexpr std::uint64_t maxPixelsPerByte = 8 * 64;
constexpr std::uint64_t maxPixelsPerByteArithmetic = 1 << 15;

/// libjpeg reports errors by longjmp, so the functions below that set the jump hold no objects of their own:
/// all state lives here.
struct JpegReader {
    jpeg_decompress_struct info{};
    jpeg_error_mgr errors{};
    jpeg_progress_mgr progress{};
    std::jmp_buf jump;
    char message[JMSG_LENGTH_MAX] = "";
    JOCTET* profile = nullptr;
    unsigned profileSize = 0;

    JpegReader() {
        info.err = jpeg_std_error(&errors);
        errors.error_exit = onError;
        errors.emit_message = onMessage;
        progress.progress_monitor = onProgress;
        info.client_data = this;
    }
    ~JpegReader() {
        jpeg_destroy_decompress(&info);
        std::free(profile);
    }
    JpegReader(const JpegReader&) = delete;
    JpegReader& operator=(const JpegReader&) = delete;

    [[noreturn]] static void onError(j_common_ptr common) {
        auto* self = static_cast<JpegReader*>(common->client_data);
        common->err->format_message(common, self->message);
        std::longjmp(self->jump, 1);
    }
    /// Warnings that mean lost or guessed pixels are errors; the rest leaves the pixels as they were coded.
    static void onMessage(j_common_ptr common, int level) {
        if (level >= 0) return;
        const int code = common->err->msg_code;
        if (code != JWRN_EXTRANEOUS_DATA && code != JWRN_ADOBE_XFORM && code != JWRN_TOO_MUCH_DATA)
            onError(common);
    }
    static void onProgress(j_common_ptr common) {
        auto* self = static_cast<JpegReader*>(common->client_data);
        if (self->info.input_scan_number <= maxScans) return;
        std::strcpy(self->message, "it has more than 500 scans");
        std::longjmp(self->jump, 1);
    }
};

bool readHeader(JpegReader& reader, const unsigned char* bytes, unsigned long size) {
    if (setjmp(reader.jump)) return false;
    jpeg_create_decompress(&reader.info);
    reader.info.progress = &reader.progress;
    jpeg_mem_src(&reader.info, bytes, size);
    jpeg_save_markers(&reader.info, JPEG_APP0 + 1, 0xffff);
    jpeg_save_markers(&reader.info, JPEG_APP0 + 2, 0xffff);
    jpeg_read_header(&reader.info, TRUE);
    jpeg_read_icc_profile(&reader.info, &reader.profile, &reader.profileSize);
    return true;
}

bool readRows(JpegReader& reader, JSAMPROW samples, std::size_t rowBytes) {
    if (setjmp(reader.jump)) return false;
    reader.info.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&reader.info);
    while (reader.info.output_scanline < reader.info.output_height) {
        JSAMPROW row = samples + reader.info.output_scanline * rowBytes;
        jpeg_read_scanlines(&reader.info, &row, 1);
    }
    jpeg_finish_decompress(&reader.info);
    return true;
}

[[noreturn]] void throwDamaged(const JpegReader& reader, const std::string& name) {
    const int code = reader.errors.msg_code;
    if (code == JERR_BAD_PRECISION || code == JERR_SOF_UNSUPPORTED)
        throw Error(ErrorKind::Input,
                    name + " is a JPEG of a kind that is not read (" + reader.message + ").",
                    "Export it as an 8-bit baseline or progressive JPEG, or as PNG.");
    throw damagedImage(name, std::string("is a damaged or truncated JPEG (") + reader.message + ")");
}

/// Sets the output's colour space, and returns the model that it makes.
ColourModel chooseModel(JpegReader& reader, const std::string& name) {
    switch (reader.info.jpeg_color_space) {
        case JCS_GRAYSCALE:
            reader.info.out_color_space = JCS_GRAYSCALE;
            return ColourModel::Grey;
        case JCS_RGB:
        case JCS_YCbCr:
            reader.info.out_color_space = JCS_RGB;
            return ColourModel::Rgb;
        case JCS_CMYK:
        case JCS_YCCK:
            reader.info.out_color_space = JCS_CMYK;
            return ColourModel::Cmyk;
        default:
            throw Error(ErrorKind::Input,
                        name + " is a JPEG with " + std::to_string(reader.info.num_components) +
                            " components of unknown meaning.",
                        "Export it as grey, RGB or CMYK.");
    }
}

int readOrientation(const JpegReader& reader) {
    static constexpr char signature[6] = {'E', 'x', 'i', 'f', 0, 0};
    for (jpeg_saved_marker_ptr marker = reader.info.marker_list; marker; marker = marker->next) {
        if (marker->marker != JPEG_APP0 + 1 || marker->data_length < sizeof signature) continue;
        if (std::memcmp(marker->data, signature, sizeof signature) != 0) continue;
        return exifOrientation(
            std::as_bytes(std::span(marker->data, marker->data_length)).subspan(sizeof signature));
    }
    return 1;
}

}  // namespace

Image decodeJpeg(std::span<const std::byte> bytes, const std::string& name) {
    const auto reader = std::make_unique<JpegReader>();
    jpeg_decompress_struct& info = reader->info;
    if (!readHeader(*reader, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()))
        throwDamaged(*reader, name);
    checkImageSize(info.image_width, info.image_height, name);
    const std::uint64_t pixels = std::uint64_t{info.image_width} * info.image_height;
    if (pixels > bytes.size() * (info.arith_code ? maxPixelsPerByteArithmetic : maxPixelsPerByte))
        throw damagedImage(name, "is a truncated JPEG: it is too short for its size");
    Image image;
    image.model = chooseModel(*reader, name);
    image.orientation = readOrientation(*reader);
    const auto* profile = reinterpret_cast<const std::byte*>(reader->profile);
    image.icc.assign(profile, profile + reader->profileSize);
    const int channels = image.model == ColourModel::Grey ? 1 : image.model == ColourModel::Rgb ? 3 : 4;
    image.samples = Array(DType::U8, {info.image_height, info.image_width, channels});
    const auto samples = image.samples.writable<std::uint8_t>();
    if (!readRows(*reader, samples.data(), std::size_t{info.image_width} * static_cast<unsigned>(channels)))
        throwDamaged(*reader, name);
    if (image.model == ColourModel::Cmyk && info.saw_Adobe_marker)
        for (std::uint8_t& sample : samples)
            sample = static_cast<std::uint8_t>(255 - sample);
    return image;
}

std::string jpegLibraryVersion() {
    // MMmmmppp: libjpeg has no call that says what is loaded.
    constexpr int number = LIBJPEG_TURBO_VERSION_NUMBER;
    return std::to_string(number / 1'000'000) + "." + std::to_string(number / 1000 % 1000) + "." +
           std::to_string(number % 1000);
}

}  // namespace ratescope::media
