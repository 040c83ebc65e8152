#pragma once

// The stream of weights.fwsvd, and how it is read: without LibTorch.
//
// A container. Header: tensors as in tensor_list.h. Sections, of the searched tensors that are not empty, one after the
// other: ranks (16 bits; 0: the matrix as it is); output factors (halves, [outputs, rank]); input factors (halves,
// [rank, inputs]); dense (matrices as they are, stored as kept tensors are); and kept.

#include "core/media/node/context.h"
#include "core/media/node/stream.h"
#include "core/media/node/value.h"

#include <cstdint>

namespace ratescope::media::weights {

inline constexpr const char* fwsvdId = "weights.fwsvd";
inline constexpr int fwsvdVersion = 2;
inline constexpr std::int64_t largestStoredRank = 65535;

/// Throws Error(Input) for what is damaged, Error(Resource) where there is no memory for what its factors multiply to,
/// which may be much larger than the stream.
TensorSet decodeFwsvd(Context& context, ByteSource& source);

}  // namespace ratescope::media::weights
