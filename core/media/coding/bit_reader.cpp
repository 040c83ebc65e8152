#include "core/media/coding/bit_reader.h"

#include "core/error.h"
#include "core/media/coding/damaged.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace ratescope::media {

void BitReader::refuseEarlyEnd(std::uint64_t bits) const {
    throw damaged("it ends " + std::to_string(bits - left()) + " bits too early");
}

/// The last bytes, and zeros after them.
std::uint64_t BitReader::wordAtEnd(std::size_t first) const {
    std::uint64_t word = 0;
    if (first < bytes_.size()) std::memcpy(&word, bytes_.data() + first, bytes_.size() - first);
    return __builtin_bswap64(word);
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
    if (get(static_cast<int>((8 - position_ % 8) % 8)) != 0) throw damaged("its padding is not zero");
}

void BitReader::expectEnd() {
    alignToByte();
    if (left() > 0) throw damaged(std::to_string(left() / 8) + " bytes too many follow");
}

}  // namespace ratescope::media
