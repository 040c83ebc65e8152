#include "core/media/coding/fields.h"

#include "core/media/coding/damaged.h"

#include <bit>
#include <cstring>

static_assert(std::endian::native == std::endian::little, "fields are little-endian");

namespace ratescope::media {

void FieldWriter::u8(std::uint8_t value) {
    bytes_.push_back(std::byte{value});
}

void FieldWriter::u32(std::uint32_t value) {
    raw(std::as_bytes(std::span(&value, 1)));
}

void FieldWriter::varint(std::uint64_t value) {
    while (value >= 0x80) {
        u8(static_cast<std::uint8_t>(value | 0x80));
        value >>= 7;
    }
    u8(static_cast<std::uint8_t>(value));
}

void FieldWriter::signedVarint(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    varint(bits << 1 ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

void FieldWriter::f32(float value) {
    raw(std::as_bytes(std::span(&value, 1)));
}

void FieldWriter::f64(double value) {
    raw(std::as_bytes(std::span(&value, 1)));
}

void FieldWriter::text(std::string_view value) {
    varint(value.size());
    raw(std::as_bytes(std::span(value)));
}

void FieldWriter::raw(std::span<const std::byte> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

std::uint8_t FieldReader::u8() {
    return static_cast<std::uint8_t>(raw(1)[0]);
}

std::uint32_t FieldReader::u32() {
    std::uint32_t value;
    std::memcpy(&value, raw(sizeof value).data(), sizeof value);
    return value;
}

std::uint64_t FieldReader::varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        const std::uint64_t byte = u8();
        const std::uint64_t digits = byte & 0x7f;
        if (shift == 63 && digits > 1) break;
        value |= digits << shift;
        if (byte < 0x80) {
            if (digits == 0 && shift > 0) throw damaged("a number is written with superfluous bytes");
            return value;
        }
    }
    throw damaged("a number has more than 64 bits");
}

std::int64_t FieldReader::signedVarint() {
    const std::uint64_t bits = varint();
    return static_cast<std::int64_t>(bits >> 1 ^ (~(bits & 1) + 1));
}

std::uint64_t FieldReader::varintUpTo(std::uint64_t limit) {
    const std::uint64_t value = varint();
    if (value > limit)
        throw damaged("it holds the number " + std::to_string(value) + " where at most " +
                      std::to_string(limit) + " is possible");
    return value;
}

float FieldReader::f32() {
    float value;
    std::memcpy(&value, raw(sizeof value).data(), sizeof value);
    return value;
}

double FieldReader::f64() {
    double value;
    std::memcpy(&value, raw(sizeof value).data(), sizeof value);
    return value;
}

std::string FieldReader::text() {
    const auto bytes = raw(varint());
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const std::byte> FieldReader::raw(std::size_t count) {
    if (count > left()) throw damaged("it ends too early");
    const auto bytes = bytes_.subspan(position_, count);
    position_ += count;
    return bytes;
}

}  // namespace ratescope::media
