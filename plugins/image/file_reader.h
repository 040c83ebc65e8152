#pragma once

// Walks the structure of a file: markers, chunks, boxes.

#include "core/error.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace ratescope::media::image {

/// Reads from the front; the bytes must outlive it. Past the end each throws damaged().
class FileReader {
  public:
    /// `format` stands in messages: "WebP".
    FileReader(std::span<const std::byte> file, std::string format)
        : file_(file), format_(std::move(format)) {}

    bool atEnd() const { return position_ == file_.size(); }
    std::size_t position() const { return position_; }  ///< bytes
    std::size_t left() const { return file_.size() - position_; }

    /// The next 1 … 8 bytes as a number, most or least significant byte first.
    std::uint64_t bigEndian(std::size_t bytes);
    std::uint64_t littleEndian(std::size_t bytes);
    std::span<const std::byte> take(std::uint64_t bytes);
    /// Four characters.
    std::string tag();

    /// Error(Input) that says up to where the file made sense.
    Error damaged() const;

  private:
    std::span<const std::byte> file_;
    std::string format_;
    std::size_t position_ = 0;
};

}  // namespace ratescope::media::image
