#pragma once

// Weights on grids of their groups, for the tests of the CUDA kernels and of their twins.

#include "core/engine/device/cuda/group_codes.h"

#include <cstdint>
#include <vector>

namespace ratescope::engine {

struct GroupSample {
    GridShape shape;
    std::size_t rows, columns, groupSize;
    std::vector<Grid> grids;
    std::vector<float> values;
    std::vector<std::uint16_t> codes;

    GroupCodes job();
};

/// Of each width from 2 to 8 bits and of 16, symmetric and not: rows that groups do not divide, weights that lie half-way
/// between codes and far beyond the grid, constant groups, groups of zeros, scales as small as half precision has.
std::vector<GroupSample> groupSamples();

}  // namespace ratescope::engine
