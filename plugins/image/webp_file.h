#pragma once

// The RIFF container of a WebP file (RFC 9649).

#include "core/media/coding/ledger.h"
#include "core/media/node/value.h"

#include <cstddef>
#include <span>
#include <vector>

namespace ratescope::media::image {

struct WebpFile {
    /// Parts "header" (RIFF, VP8X, the frame's own header), "modes" (VP8's first partition), "coefficients" (its
    /// token partitions), "lossless" (VP8L), "alpha" (ALPH), "icc", "exif", "other" and "padding"; a chunk's
    /// head counts with it, those of VP8 and VP8L with "header". Sums to 8 × the file's bytes.
    Ledger ledger;
    std::span<const std::byte> icc, exif;  ///< within the file; empty when there is none
};

/// Throws Error(Input) on bytes that are not a whole WebP file.
WebpFile readWebpFile(std::span<const std::byte> file);

/// The encoder's file with the image's profile and orientation, if it has any (as an extended file: VP8X, ICCP,
/// EXIF); `file` has no chunks of these kinds.
std::vector<std::byte> webpWithMetadata(std::vector<std::byte> file, const Image& image);

}  // namespace ratescope::media::image
