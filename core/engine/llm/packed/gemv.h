#pragma once

// y = W x over packed weights, for one token or a few. Equal bits for every number of threads and every kernel.

#include "core/engine/llm/packed/activations.h"
#include "core/engine/llm/packed/packed_matrix.h"
#include "core/engine/llm/packed/thread_team.h"

#include <span>
#include <vector>

namespace ratescope::engine {

enum class PackedInstructions {
    Scalar,
    Avx2,        ///< and F16C
    Avx512Vnni,  ///< F, BW, DQ, VL and VNNI
};

/// The fastest that processor and operating system have.
PackedInstructions bestPackedInstructions();
/// Those that this machine can run, slowest first.
std::vector<PackedInstructions> usablePackedInstructions();
/// "scalar", "AVX2", "AVX-512 VNNI".
const char* toText(PackedInstructions instructions);

/// One layer's share of a call.
struct LayerProduct {
    const PackedMatrix* matrix;
    std::span<float> out;  ///< [tokens, rows]
};

/// All layers applied to the same activations: with their codes where activations are quantised and weights have codes
/// (as llama.cpp does it), else in single precision with the weights that PackedMatrix::row gives. Throws
/// Error(Internal) where sizes do not fit. The machine must have the instructions.
void multiply(std::span<const LayerProduct> layers, const Activations& activations, ThreadTeam& team,
              PackedInstructions instructions);

}  // namespace ratescope::engine
