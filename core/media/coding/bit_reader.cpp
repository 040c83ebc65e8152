#include "core/media/coding/bit_reader.h"

#include "core/error.h"

#include <algorithm>
#include <cstring>

namespace ratescope::media {

void BitReader::require(std::uint64_t bits) const {
    if (bits > left())
        throw Error(ErrorKind::Input,
                    "The stream is damaged: it ends " + std::to_string(bits - left()) + " bits too early.",
                    "Encode it again, or fetch the file again.");
}

/// At most 57 bits, so that they lie within the 8 bytes from their first on.
std::uint64_t BitReader::peekAt(std::uint64_t position, int count) const {
    if (count == 0) return 0;
    const std::size_t first = position / 8;
    std::uint64_t word = 0;
    if (first + 8 <= bytes_.size())
        std::memcpy(&word, bytes_.data() + first, 8);
    else
        std::memcpy(&word, bytes_.data() + first, bytes_.size() - first);
    return __builtin_bswap64(word) << (position % 8) >> (64 - count);
}

std::uint64_t BitReader::get(int count) {
    require(static_cast<std::uint64_t>(count));
    const int high = std::max(0, count - 32);
    const std::uint64_t upper = peekAt(position_, high);
    const std::uint64_t lower = peekAt(position_ + high, count - high);
    position_ += count;
    return upper << 32 | lower;
}

template <typename T>
void BitReader::getAll(std::span<T> values, int width) {
    if (width < 0 || width > static_cast<int>(8 * sizeof(T)))
        throw Error(ErrorKind::Internal, "Values were to be unpacked wider than their type.", "");
    if (width > 0 && values.size() > left() / width) require(left() + 1);
    for (T& value : values) {
        value = static_cast<T>(peekAt(position_, width));
        position_ += width;
    }
}

void BitReader::getPacked(std::span<std::uint8_t> values, int width) {
    getAll(values, width);
}

void BitReader::getPacked(std::span<std::uint16_t> values, int width) {
    getAll(values, width);
}

void BitReader::getPacked(std::span<std::uint32_t> values, int width) {
    getAll(values, width);
}

void BitReader::alignToByte() {
    if (get(static_cast<int>((8 - position_ % 8) % 8)) != 0)
        throw Error(ErrorKind::Input, "The stream is damaged: its padding is not zero.",
                    "Encode it again, or fetch the file again.");
}

void BitReader::expectEnd() {
    alignToByte();
    if (left() > 0)
        throw Error(ErrorKind::Input,
                    "The stream is damaged: " + std::to_string(left() / 8) + " bytes too many follow.",
                    "Encode it again, or fetch the file again.");
}

}  // namespace ratescope::media
