#pragma once

// The CUDA kernels' twins: loops over blocks and threads on the CPU, of the very functions that a thread of the device
// runs. They are there to be compared with, not to be fast: llm/packed and quant have the loops for that.

#include "core/engine/device/cuda/group_codes.h"
#include "core/engine/device/cuda/packed_product.h"

#include <span>

namespace ratescope::engine {

/// The matrix's layout. Throws Error(Internal) where it is of plain elements, which have no codes.
PackedTiles layoutWithCodes(const PackedMatrix& matrix);

/// Of the layout's tiles, `columns` wide, with the host's activations and results: `out` is [tokens, rows]. Throws
/// Error(Internal) where sizes do not fit or activations are not quantised.
PackedProduct productOf(const PackedTiles& layout, std::size_t columns, const Activations& activations,
                        std::span<float> out);

/// Pointers are of the host's memory.
void multiplyByTwin(const PackedProduct& product);
void encodeByTwin(const GroupCodes& job);
void decodeByTwin(const GroupCodes& job);

}  // namespace ratescope::engine
