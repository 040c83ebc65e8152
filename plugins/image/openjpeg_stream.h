#pragma once

// Files in memory for OpenJPEG, which reads and writes through callbacks.

#include <openjpeg.h>

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace ratescope::media::image {

struct DestroyStream {
    void operator()(opj_stream_t* stream) const { opj_stream_destroy(stream); }
};
using StreamHandle = std::unique_ptr<opj_stream_t, DestroyStream>;

/// What OpenJPEG writes; it goes back to put lengths in. Out of memory it writes nothing more, so that OpenJPEG
/// fails. Must outlive its stream.
class OutputFile {
  public:
    StreamHandle stream();
    std::vector<std::byte> take() { return std::move(bytes_); }

  private:
    bool seek(OPJ_OFF_T position);
    OPJ_SIZE_T write(std::span<const std::byte> bytes);
    bool reach(std::size_t size);

    std::vector<std::byte> bytes_;
    std::size_t position_ = 0;
};

/// The bytes and this must outlive its stream.
class InputFile {
  public:
    explicit InputFile(std::span<const std::byte> bytes) : bytes_(bytes) {}
    StreamHandle stream();

  private:
    bool seek(OPJ_OFF_T position);
    OPJ_SIZE_T read(void* to, OPJ_SIZE_T count);

    std::span<const std::byte> bytes_;
    std::size_t position_ = 0;
};

}  // namespace ratescope::media::image
