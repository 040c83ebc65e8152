#include "core/media/assets/exif.h"

#include <cstdint>

namespace ratescope::media {
namespace {

constexpr std::uint32_t orientationTag = 0x0112;
constexpr std::uint32_t shortType = 3;
constexpr std::size_t entrySize = 12;

/// Whole numbers of either byte order; past the end they read as 0.
class TiffBytes {
  public:
    explicit TiffBytes(std::span<const std::byte> bytes) : bytes_(bytes) {}

    bool readByteOrder() {
        const std::uint32_t order = number(0, 2);
        bigEndian_ = order == 0x4d4d;
        return (order == 0x4d4d || order == 0x4949) && number(2, 2) == 42;
    }
    std::uint32_t number(std::size_t offset, std::size_t size) const {
        if (offset > bytes_.size() || size > bytes_.size() - offset) return 0;
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < size; ++i) {
            const std::size_t from = bigEndian_ ? i : size - 1 - i;
            value = value << 8 | static_cast<std::uint32_t>(bytes_[offset + from]);
        }
        return value;
    }

  private:
    std::span<const std::byte> bytes_;
    bool bigEndian_ = false;
};

}  // namespace

int exifOrientation(std::span<const std::byte> tiff) {
    TiffBytes bytes(tiff);
    if (!bytes.readByteOrder()) return 1;
    const std::size_t directory = bytes.number(4, 4);
    const std::size_t entries = bytes.number(directory, 2);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = directory + 2 + i * entrySize;
        if (bytes.number(entry, 2) != orientationTag) continue;
        const std::uint32_t value = bytes.number(entry + 8, 2);
        const bool fits = bytes.number(entry + 2, 2) == shortType && bytes.number(entry + 4, 4) == 1;
        return fits && value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
    }
    return 1;
}

std::vector<std::byte> exifWithOrientation(int orientation) {
    const std::uint8_t tiff[] = {'M',  'M',  0, 42, 0, 0, 0, 8,  // byte order, where the directory is
                                 0,    1,                        // one entry
                                 0x01, 0x12, 0, 3,  0, 0, 0, 1, 0, static_cast<std::uint8_t>(orientation),
                                 0,    0,    0, 0,  0, 0};  // no further directory
    const auto bytes = std::as_bytes(std::span(tiff));
    return {bytes.begin(), bytes.end()};
}

}  // namespace ratescope::media
