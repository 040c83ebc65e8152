#include "core/media/coding/bit_writer.h"

#include "core/error.h"

#include <cstring>

namespace ratescope::media {

BitWriter::BitWriter(const std::string& part, bool searched) {
    addPart(part, searched);
}

std::size_t BitWriter::addPart(const std::string& name, bool searched) {
    for (std::size_t i = 0; i < parts_.size(); ++i)
        if (parts_[i].name == name && parts_[i].searched == searched) return i;
    parts_.push_back({name, 0, searched});
    return parts_.size() - 1;
}

void BitWriter::use(std::size_t part) {
    parts_.at(part_).bits += bits() - counted_;
    counted_ = bits();
    part_ = part;
}

void BitWriter::flushWord() {
    filled_ -= 32;
    const std::uint32_t word = __builtin_bswap32(static_cast<std::uint32_t>(held_ >> filled_));
    const std::size_t size = bytes_.size();
    bytes_.resize(size + 4);
    std::memcpy(bytes_.data() + size, &word, 4);
}

template <typename T>
void BitWriter::putAll(std::span<const T> values, int width) {
    if (width < 0 || width > static_cast<int>(8 * sizeof(T)))
        throw Error(ErrorKind::Internal, "Values were to be packed wider than their type.", "");
    if (width == 0) return;
    // All words that will come are made room for at once, so that the loop only stores.
    const std::uint64_t total = static_cast<unsigned>(filled_) + std::uint64_t{values.size()} * width;
    std::size_t size = bytes_.size();
    bytes_.resize(size + total / 32 * 4);
    std::byte* out = bytes_.data() + size;
    const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
    std::uint64_t held = held_;
    int filled = filled_;
    for (const T value : values) {
        held = held << width | (value & mask);
        filled += width;
        if (filled < 32) continue;
        filled -= 32;
        const std::uint32_t word = __builtin_bswap32(static_cast<std::uint32_t>(held >> filled));
        std::memcpy(out, &word, 4);
        out += 4;
    }
    held_ = held;
    filled_ = filled;
}

void BitWriter::putPacked(std::span<const std::uint8_t> values, int width) {
    putAll(values, width);
}

void BitWriter::putPacked(std::span<const std::uint16_t> values, int width) {
    putAll(values, width);
}

void BitWriter::putPacked(std::span<const std::uint32_t> values, int width) {
    putAll(values, width);
}

void BitWriter::alignToByte() {
    const int missing = (8 - filled_ % 8) % 8;
    if (missing == 0) return;
    const std::size_t part = part_;
    use(addPart("padding"));
    put(0, missing);
    use(part);
}

LedgeredBytes BitWriter::finish() {
    alignToByte();
    return take();
}

LedgeredBytes BitWriter::take() {
    use(part_);
    LedgeredBytes result{std::move(bytes_), {}};
    for (; filled_ > 0; filled_ -= 8)
        result.bytes.push_back(
            static_cast<std::byte>(filled_ >= 8 ? held_ >> (filled_ - 8) : held_ << (8 - filled_)));
    for (Part& part : parts_) {
        if (part.bits > 0) result.ledger.add(part.name, part.bits, part.searched);
        part.bits = 0;
    }
    bytes_.clear();
    held_ = counted_ = 0;
    filled_ = 0;
    return result;
}

void BitWriter::append(const LedgeredBytes& taken) {
    const std::uint64_t count = taken.ledger.bits();
    if (taken.bytes.size() != count / 8 + (count % 8 > 0 ? 1 : 0))
        throw Error(ErrorKind::Internal,
                    "A ledger of " + std::to_string(count) + " bits came with " +
                        std::to_string(taken.bytes.size()) + " bytes.",
                    "");
    use(part_);
    putPacked({reinterpret_cast<const std::uint8_t*>(taken.bytes.data()), count / 8}, 8);
    if (const int rest = static_cast<int>(count % 8); rest > 0)
        put(std::to_integer<std::uint64_t>(taken.bytes.back()) >> (8 - rest), rest);
    for (const Part& part : taken.ledger.parts)
        parts_[addPart(part.name, part.searched)].bits += part.bits;
    counted_ = bits();
}

}  // namespace ratescope::media
