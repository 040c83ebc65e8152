#pragma once

// Which of several compressed forms each unit (layer, linear) gets, so that the sum of losses is least within a
// budget of bits: the knapsack problem with one choice a unit, solved exactly.

#include <cstdint>
#include <vector>

namespace ratescope::engine {

struct Option {
    std::uint64_t cost = 0;  ///< bits
    double loss = 0;         ///< adds up over units
};

struct Allocation {
    std::vector<std::size_t> choices;  ///< by unit, the number of its option
    std::uint64_t cost = 0;
    double loss = 0;
};

/// Dynamic programming over the costs in units of their greatest common divisor; of equal losses the cheaper. Throws
/// Error(Usage) when a unit has no option, when nothing fits the budget, when a loss is NaN or infinite, and when the
/// costs are so fine that the table would pass 2^28 entries (round them then).
Allocation allocate(const std::vector<std::vector<Option>>& units, std::uint64_t budget);

}  // namespace ratescope::engine
