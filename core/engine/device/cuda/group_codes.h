#pragma once

// Weights to codes on their groups' grids and back (quant/grid.h), as one thread of a CUDA kernel does it: a weight each.

#include "core/engine/device/cuda/per_thread.h"
#include "core/engine/quant/grid.h"
#include "core/engine/quant/grid_code.h"
#include "core/media/quality/half.h"

#include <cstddef>

namespace ratescope::engine {

/// A matrix whose rows are cut into groups; a row's last group may be shorter. All pointers are of one memory, the
/// device's or the host's.
struct GroupCodes {
    std::size_t rows = 0, columns = 0;
    std::size_t groupSize = 0;       ///< 1 or more
    int largestCode = 0;             ///< at most 65535
    const Grid* grids = nullptr;     ///< [rows, groups of a row]
    float* values = nullptr;         ///< [rows, columns]
    std::uint16_t* codes = nullptr;  ///< [rows, columns]

    RATESCOPE_PER_THREAD std::size_t count() const { return rows * columns; }
    RATESCOPE_PER_THREAD std::size_t groupsOfRow() const { return (columns + groupSize - 1) / groupSize; }
    RATESCOPE_PER_THREAD const Grid& gridOf(std::size_t index) const {
        return grids[index / columns * groupsOfRow() + index % columns / groupSize];
    }
};

/// codes[index] of values[index], as quantise() chooses it.
RATESCOPE_PER_THREAD void encodeOne(const GroupCodes& job, std::size_t index) {
    const Grid& grid = job.gridOf(index);
    const double code =
        codeOnGrid(job.values[index], media::halfToFloat(grid.scale), grid.zero, job.largestCode);
    job.codes[index] = static_cast<std::uint16_t>(static_cast<int>(code));
}

/// values[index] of codes[index]: scale · (code − zero).
RATESCOPE_PER_THREAD void decodeOne(const GroupCodes& job, std::size_t index) {
    const Grid& grid = job.gridOf(index);
    job.values[index] = media::halfToFloat(grid.scale) * static_cast<float>(job.codes[index] - grid.zero);
}

}  // namespace ratescope::engine
