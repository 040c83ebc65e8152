#pragma once

// Round-to-nearest as the specification writes it, group by group in double precision: what the codec's output is
// held against.

#include <cstdint>
#include <vector>

namespace ratescope::media::test {

/// The group's weights after quantisation and back. Equal weights: see the manual of weights.rtn.
std::vector<double> roundToNearest(const std::vector<float>& group, int bits, bool symmetric);

/// `weights` as a matrix of `columns`, in groups of `groupSize` (−1: rows).
std::vector<double> roundToNearest(const std::vector<float>& weights, std::int64_t columns, int bits,
                                   std::int64_t groupSize, bool symmetric);

}  // namespace ratescope::media::test
