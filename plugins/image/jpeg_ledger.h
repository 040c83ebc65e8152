#pragma once

// Where the bits of a JPEG file go, read off its markers (ITU-T T.81, annex B).

#include "core/media/coding/ledger.h"

#include <cstddef>
#include <span>

namespace ratescope::media::image {

/// Parts "header" (SOI, APP0, SOF, SOS, DRI, EOI and other segments), "quantisation-tables" (DQT),
/// "huffman-tables" (DHT), "exif" (APP1), "icc" (APP2) and "scan-data" (entropy-coded segments with their
/// stuffing and restart markers); marker and length count with their segment. Sums to 8 × the file's bytes.
/// Throws Error(Input) on bytes that are not a whole JPEG file.
Ledger jpegLedger(std::span<const std::byte> file);

}  // namespace ratescope::media::image
