#include "core/media/assets/image_sniff.h"

#include "core/buffer/mapped_file.h"
#include "core/media/assets/image_formats.h"

#include <algorithm>
#include <cstring>

namespace ratescope::media {
namespace {

bool beginsWith(std::span<const std::byte> bytes, std::string_view text) {
    return bytes.size() >= text.size() && std::memcmp(bytes.data(), text.data(), text.size()) == 0;
}

constexpr std::string_view pngSignature = "\x89PNG\r\n\x1a\n";
/// Either byte order, then 42, or 43 for BigTIFF.
constexpr std::string_view tiffSignatures[] = {{"II*\0", 4}, {"MM\0*", 4}, {"II+\0", 4}, {"MM\0+", 4}};

/// Past the end it throws, so that each reader below stays short.
std::uint32_t bigEndian(std::span<const std::byte> bytes, std::size_t offset, std::size_t size,
                        const std::string& name) {
    if (offset > bytes.size() || size > bytes.size() - offset)
        throw damagedImage(name, "ends before the size of its picture");
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = value << 8 | static_cast<std::uint32_t>(bytes[offset + i]);
    return value;
}

ImageSize pngSize(std::span<const std::byte> bytes, const std::string& name) {
    return {bigEndian(bytes, 16, 4, name), bigEndian(bytes, 20, 4, name)};
}

bool isFrameHeader(std::uint32_t marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

ImageSize jpegSize(std::span<const std::byte> bytes, const std::string& name) {
    std::size_t position = 2;
    while (true) {
        if (bigEndian(bytes, position, 1, name) != 0xff) throw damagedImage(name, "is a damaged JPEG");
        const std::uint32_t marker = bigEndian(bytes, position + 1, 1, name);
        if (marker == 0xff) {  // fill byte
            ++position;
            continue;
        }
        if (isFrameHeader(marker))
            return {bigEndian(bytes, position + 7, 2, name), bigEndian(bytes, position + 5, 2, name)};
        const std::uint32_t length = bigEndian(bytes, position + 2, 2, name);
        if (length < 2 || marker == 0xd9 || marker == 0xda) throw damagedImage(name, "is a damaged JPEG");
        position += 2 + length;
    }
}

/// Whitespace and comments (# … end of line) skipped, then a number.
std::int64_t pnmNumber(std::span<const std::byte> bytes, std::size_t& position, const std::string& name) {
    const auto at = [&] { return static_cast<char>(bigEndian(bytes, position, 1, name)); };
    while (at() == '#' || at() == ' ' || (at() >= '\t' && at() <= '\r')) {
        if (at() == '#')
            while (at() != '\n')
                ++position;
        ++position;
    }
    std::int64_t value = -1;
    for (; at() >= '0' && at() <= '9'; ++position) {
        value = 10 * std::max<std::int64_t>(value, 0) + (at() - '0');
        if (value > INT32_MAX) break;
    }
    if (value < 0) throw damagedImage(name, "has no size in its PNM header");
    return value;
}

}  // namespace

ImageFormat imageFormatOf(std::span<const std::byte> bytes) {
    if (beginsWith(bytes, pngSignature)) return ImageFormat::Png;
    if (beginsWith(bytes, "\xff\xd8\xff")) return ImageFormat::Jpeg;
    if (beginsWith(bytes, "RIFF") && bytes.size() >= 12 && beginsWith(bytes.subspan(8), "WEBP"))
        return ImageFormat::Webp;
    for (const std::string_view signature : tiffSignatures)
        if (beginsWith(bytes, signature)) return ImageFormat::Tiff;
    if (beginsWith(bytes, "YUV4MPEG2 ")) return ImageFormat::Y4m;
    if (bytes.size() > 2 && bytes[0] == std::byte{'P'}) {
        const bool known = std::strchr("2356", static_cast<char>(bytes[1])) && bytes[1] != std::byte{0};
        const char after = static_cast<char>(bytes[2]);
        if (known && (after == ' ' || after == '#' || (after >= '\t' && after <= '\r')))
            return ImageFormat::Pnm;
    }
    return ImageFormat::Unknown;
}

ImageSize imageSize(std::span<const std::byte> bytes, const std::string& name) {
    ImageSize size;
    switch (imageFormatOf(bytes)) {
        case ImageFormat::Png:
            size = pngSize(bytes, name);
            break;
        case ImageFormat::Jpeg:
            size = jpegSize(bytes, name);
            break;
        case ImageFormat::Pnm: {
            std::size_t position = 2;
            size.width = pnmNumber(bytes, position, name);
            size.height = pnmNumber(bytes, position, name);
            break;
        }
        case ImageFormat::Webp:
            size = webpSize(bytes, name);
            break;
        case ImageFormat::Tiff:
            size = tiffSize(bytes, name);
            break;
        case ImageFormat::Y4m:
            size = y4mSize(bytes, name);
            break;
        case ImageFormat::Unknown:
            throw unknownImage(name);
    }
    checkImageSize(size.width, size.height, name);
    return size;
}

ImageSize imageSize(const std::filesystem::path& file) {
    const MappedFile mapped = mapFile(file);
    return imageSize(mapped.bytes, file.string());
}

}  // namespace ratescope::media
