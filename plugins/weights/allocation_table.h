#pragma once

// What a search gives and a codec takes: how each unit of a model is to be compressed, as a table.

#include "core/media/node/value.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ratescope::media::weights {

/// The schema of such tables. Columns: `unit` (text), `bits`, `left-out` or `zeros` (integer), and, for people, `weights` and
/// `stored` (bits that the unit takes).
inline constexpr const char* allocationSchema = "allocation";

enum class AllocationKind {
    Bits,     ///< a unit is a tensor, the value the width of its codes
    LeftOut,  ///< a unit is one half of a block (sub_blocks.h), left out where the value is 1
    Sparsity  ///< a unit is a tensor, the value the number of its weights that are pruned
};

struct AllocatedUnit {
    std::string unit;
    std::int64_t value = 0;
    std::uint64_t weights = 0, storedBits = 0;
};

Table allocationTable(AllocationKind kind, const std::vector<AllocatedUnit>& units);

struct UnitAllocation {
    AllocationKind kind = AllocationKind::Bits;
    std::map<std::string, std::int64_t> of;  ///< by unit
};
/// Throws Error(Input) for a table of other columns or without rows, for a unit that comes twice, and for values outside
/// of 2 … 6 bits, 0 and 1, or no number of weights.
UnitAllocation allocationFrom(const Table& table);

}  // namespace ratescope::media::weights
