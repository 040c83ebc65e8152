#pragma once

// Fields of a binary file from outside, little-endian, each checked against what is left before it is taken.

#include "core/error.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace ratescope::media {

static_assert(std::endian::native == std::endian::little, "fields are taken as they lie");

class ByteReader {
  public:
    /// `format` and `name` stand in messages: "NAME is no sound FORMAT: …". The bytes must outlive the reader.
    ByteReader(std::span<const std::byte> bytes, std::string format, std::string name)
        : bytes_(bytes), format_(std::move(format)), name_(std::move(name)) {}

    /// Throws Error(Input) past the end, as all below.
    template <typename T>
    T number() {
        T value;
        std::memcpy(&value, raw(sizeof value).data(), sizeof value);
        return value;
    }
    std::span<const std::byte> raw(std::uint64_t count) {
        if (count > left()) throw damaged("it ends too early");
        position_ += count;
        return bytes_.subspan(position_ - count, count);
    }
    std::string_view text(std::uint64_t count) {
        const auto bytes = raw(count);
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }

    std::size_t position() const { return position_; }
    std::size_t left() const { return bytes_.size() - position_; }
    Error damaged(const std::string& reason) const {
        return Error(ErrorKind::Input, name_ + " is no sound " + format_ + ": " + reason + ".",
                     "Fetch or export it again.");
    }

  private:
    std::span<const std::byte> bytes_;
    std::size_t position_ = 0;
    std::string format_, name_;
};

}  // namespace ratescope::media
