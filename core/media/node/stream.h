#pragma once

// Where a codec writes its stream, and where it reads it from.

#include "core/media/coding/ledger.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace ratescope::media {

/// Takes the bytes of one stream and the ledger that explains them.
class ByteSink {
  public:
    /// Makes room for so many bytes more, for those who know how long the stream will be: growing takes as much again.
    void reserve(std::size_t bytes) { bytes_.reserve(bytes_.size() + bytes); }
    /// Appends bytes that belong to the part `part`.
    void write(const std::string& part, std::span<const std::byte> bytes, bool searched = false);
    /// Appends bytes whose parts are given apart: the ledger's bits must be 8 × bytes.size(), else
    /// Error(Internal).
    void write(std::span<const std::byte> bytes, const Ledger& ledger);
    /// Notes what both ends hold.
    void share(const std::string& key, std::uint64_t bits);

    const std::vector<std::byte>& bytes() const { return bytes_; }
    const Ledger& ledger() const { return ledger_; }

  private:
    std::vector<std::byte> bytes_;
    Ledger ledger_;
};

/// A whole stream in memory or mapped, with a reading position. Reading past the end throws Error(Input).
class ByteSource {
  public:
    explicit ByteSource(std::span<const std::byte> bytes, std::shared_ptr<const void> owner = nullptr)
        : bytes_(bytes), owner_(std::move(owner)) {}

    std::span<const std::byte> all() const { return bytes_; }
    std::size_t position() const { return position_; }
    std::size_t left() const { return bytes_.size() - position_; }
    std::span<const std::byte> read(std::size_t count);

  private:
    std::span<const std::byte> bytes_;
    std::shared_ptr<const void> owner_;
    std::size_t position_ = 0;
};

}  // namespace ratescope::media
