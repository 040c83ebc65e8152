#pragma once

// The decoder of weights.dfloat11; dfloat11.cpp says what its streams hold.

#include "core/media/node/context.h"
#include "core/media/node/stream.h"
#include "core/media/node/value.h"

#include <cstddef>
#include <cstdint>

namespace ratescope::media::weights {

constexpr const char* dfloat11Id = "weights.dfloat11";
constexpr int dfloat11Version = 1;

/// As stored: where codes start.
enum class DFloat11Index : std::uint8_t { Threads, Blocks };
/// As stored: how a tensor is.
enum class TensorCoding : std::uint8_t { Kept, Coded, Raw };

/// Letters of a name that are taken from the one before: few, so that short headers make no long names.
constexpr std::size_t mostSharedName = 127;

/// On the context's threads; the result does not depend on how many. Throws Error(Input) on streams that the encoder
/// does not write.
TensorSet decodeDFloat11(Context& context, ByteSource& source);

}  // namespace ratescope::media::weights
