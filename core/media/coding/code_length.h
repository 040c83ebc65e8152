#pragma once

// How many bits a symbol costs, and the ledger of symbols that share a stream. Computed without the mathematical
// library, so that every machine chooses the same tables and writes the same streams.

#include "core/media/coding/ledger.h"

#include <cstdint>
#include <span>
#include <string>

namespace ratescope::media {

/// log2 of 1 … 2^32 − 1, within 2e-8. The same on every machine.
double log2Of(std::uint32_t value);

/// Bits of symbols that occur `counts` times, coded at their entropy: Σ count · log2(total / count).
double entropyBits(std::span<const std::uint32_t> counts);

/// What one kind of symbols in a shared stream costs by its code lengths.
struct PartLength {
    std::string name;
    double bits = 0;
    bool searched = false;
};

/// The ledger of a stream of `totalBits`: each part gets its length, rounded; the rest is the part "coder". Where the
/// lengths exceed the total by a rounding, the last parts get less. `searched` says whose the rest is.
Ledger ledgerByCodeLength(std::span<const PartLength> parts, std::uint64_t totalBits, bool searched = false);

}  // namespace ratescope::media
