#pragma once

// What a person wants to see of every tensor of a compressed model: how far it lies from the original, and how its
// values are spread. The map of measures that compare tensors.

#include "core/media/node/context.h"
#include "core/media/node/value.h"

namespace ratescope::media {

inline constexpr const char* tensorProfileSchema = "tensor-profile";
inline constexpr int profileBins = 32;

/// A set of that schema about the n floating-point tensors of the reference, in its order:
///
/// - `weights` I64 [n], `searched` U8 [n] (searched.h);
/// - `error` F64 [n]: ‖ŵ − w‖ / ‖w‖ (Frobenius; infinite where only w is zero, 0 where both are), `largest-error`
///   F64 [n];
/// - `low`, `high` F64 [n]: ends of the histograms, four standard deviations around the reference's mean, or its least
///   and greatest value where those lie nearer;
/// - `reference`, `candidate` U32 [n, 32]: values in each of as many equal bins; what lies outside counts in the first
///   and last, and no count exceeds 2^32 − 1.
///
/// The metadata entry `tensors` is a JSON list of {"name", "shape", "type" in the reference} in that order. Throws as
/// tensorErrors().
TensorSet tensorProfile(Context& context, const TensorSet& reference, const TensorSet& candidate);

}  // namespace ratescope::media
