#pragma once

// Compact byte-wise fields: headers of streams. Varints are LEB128 (seven bits a byte, least significant
// first, high bit set on all but the last); signed ones are zigzag-coded first. Fixed-width numbers are
// little-endian.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ratescope::media {

class FieldWriter {
  public:
    void u8(std::uint8_t value);
    void u32(std::uint32_t value);
    void varint(std::uint64_t value);
    void signedVarint(std::int64_t value);
    void f32(float value);
    void f64(double value);
    /// Length as varint, then the bytes.
    void text(std::string_view value);
    /// The bytes alone; the reader must know how many.
    void raw(std::span<const std::byte> bytes);

    const std::vector<std::byte>& bytes() const { return bytes_; }

  private:
    std::vector<std::byte> bytes_;
};

/// Reads what a FieldWriter wrote; the bytes must outlive it. Each throws Error(Input) past the end, and on a
/// varint of more than 64 bits or with superfluous bytes.
class FieldReader {
  public:
    explicit FieldReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    std::uint8_t u8();
    std::uint32_t u32();
    std::uint64_t varint();
    std::int64_t signedVarint();
    /// A varint that must lie in 0 … limit; else Error(Input). For counts that memory will be asked for.
    std::uint64_t varintUpTo(std::uint64_t limit);
    float f32();
    double f64();
    /// Length is checked against what is left before anything is allocated.
    std::string text();
    std::span<const std::byte> raw(std::size_t count);

    std::size_t position() const { return position_; }
    std::size_t left() const { return bytes_.size() - position_; }

  private:
    std::span<const std::byte> bytes_;
    std::size_t position_ = 0;
};

}  // namespace ratescope::media
