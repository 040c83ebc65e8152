#pragma once

// Which of several compressed forms each unit (layer, linear) gets, so that the sum of losses is least within a
// budget of bits: the knapsack problem with one choice a unit, solved exactly where its table fits in memory.

#include <cstdint>
#include <functional>
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

/// Dynamic programming over the costs in units of their greatest common divisor; of equal losses the cheaper. Where the
/// table would pass 256 MiB, what an option costs more than its unit's cheapest is rounded up to a coarser step: the
/// budget is kept, of which up to a step a unit is then left, and that goes to the options that win most by it. `check`
/// is called between parts of the work; it may throw to stop. Throws Error(Usage) when a unit has no option or more than
/// 256, when nothing fits the budget, and when a loss is NaN or infinite.
Allocation allocate(const std::vector<std::vector<Option>>& units, std::uint64_t budget,
                    const std::function<void()>& check = {});

}  // namespace ratescope::engine
