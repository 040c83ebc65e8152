#pragma once

// A TIFF file in memory, opened by libtiff, and which of its pages is the picture.

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

struct tiff;

namespace ratescope::media {

class TiffPages {
  public:
    /// Throws Error(Input) for what is no TIFF. Both are kept by reference.
    TiffPages(std::span<const std::byte> bytes, const std::string& name);
    ~TiffPages();
    TiffPages(const TiffPages&) = delete;
    TiffPages& operator=(const TiffPages&) = delete;

    /// Goes to the only page that is neither a preview (reduced resolution) nor a mask. Throws Error(Input) when there
    /// are several or none, or one is damaged.
    void choosePicture();

    ::tiff* tiff() const { return tiff_; }
    /// From now on a warning is a complaint too: while pixels are decoded it means that some were guessed.
    void forbidWarnings() { warningsCount_ = true; }
    bool complained() const { return !complaint_.empty(); }
    /// "<name> is a damaged or truncated TIFF (<what libtiff said>)".
    [[noreturn]] void throwDamaged() const;

  private:
    struct Callbacks;  ///< libtiff's door to the members

    void note(const char* format, va_list arguments);
    bool isPicture() const;

    std::span<const std::byte> bytes_;
    const std::string& name_;
    std::uint64_t position_ = 0;
    bool warningsCount_ = false;
    std::string complaint_;
    ::tiff* tiff_ = nullptr;
};

}  // namespace ratescope::media
