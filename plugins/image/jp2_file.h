#pragma once

// The file and the codestream of JPEG 2000 (ISO/IEC 15444-1, annexes A, B and I).

#include "core/media/coding/ledger.h"
#include "core/media/node/value.h"

#include <cstddef>
#include <span>
#include <vector>

namespace ratescope::media::image {

struct Jp2File {
    /// Parts "header" (boxes, marker segments), "icc" (the profile), "exif" (its uuid box), "packet-lengths" (PLT)
    /// and "packets" (packet headers and bodies). Sums to 8 × the file's bytes.
    Ledger ledger;
    std::span<const std::byte> icc, exif;  ///< within the file; empty when there is none
};

/// Throws Error(Input) on bytes that are not a whole JP2 file.
Jp2File readJp2File(std::span<const std::byte> file);

/// The encoder's file with the image's profile, if it has one, in place of the enumerated colour space, and its
/// orientation, if it is not upright, in a uuid box ("JpgTiffExif->JP2").
std::vector<std::byte> jp2WithMetadata(std::vector<std::byte> file, const Image& image);

/// The file with its first `kept` quality layers alone: the packets of the others are dropped, and the layer
/// count (COD), the length of the tile part (SOT), the packet lengths (PLT) and that of the codestream's box
/// are put right. Nothing is decoded. All layers are kept when there are no more. The file must have one tile in
/// one part, LRCP progression (so that first layers come first) and, if it has several layers, packet lengths;
/// else Error(Input).
std::vector<std::byte> withFirstLayers(std::span<const std::byte> file, std::size_t kept);

}  // namespace ratescope::media::image
