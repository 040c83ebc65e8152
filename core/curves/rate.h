#pragma once

// Rates: an item's bits, divided by a named count of what they stand for. Counts come from the measure's
// reference, not from the codec's input, so that reduce → code → enlarge still divides by the original
// pixels.

#include "core/curves/statistic.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ratescope::curves {

/// Where a number comes from. An estimate never stands among measured numbers.
enum class Evidence { Measured, Estimated, Modelled, Imported };

/// "measured", "estimated", "modelled", "imported".
const char* toText(Evidence evidence);
/// Inverse of toText(Evidence); nothing for another text.
std::optional<Evidence> evidenceFromText(std::string_view text);

/// One of the closed set of rates.
struct Rate {
    const char* id;         ///< "bpp"
    const char* axisTitle;  ///< "Rate (bit per pixel)"
    const char* unit;       ///< "bpp"
    const char* count;      ///< the count that divides: "pixels"; "" for none
    bool searchedOnly;      ///< only the bits that belong to searched tensors
    double bitsPerUnit;     ///< 8 for bytes, else 1
};

/// bpp, bpw-all, bpw-searched, bytes, bits, in this order.
std::span<const Rate> allRates();

/// What stands for a rate in a request: "bpp", or "bpp@psnr-2" for the counts of the measure node psnr-2,
/// when the references of a study's measures differ.
struct RateId {
    const Rate* rate = nullptr;
    std::string node;  ///< "" for the measure that gives the other axis
};

/// Nothing if `id` does not begin with the id of a rate.
std::optional<RateId> findRate(std::string_view id);

/// What the store keeps of an item's size.
struct ItemBits {
    double bits = 0;          ///< 8 × the bytes of its stream
    double searchedBits = 0;  ///< of these, the ledger's bits that belong to searched tensors
    std::map<std::string, std::uint64_t> counts;  ///< "pixels", "weights", "searched-weights", … as reported
};

/// The rate of an item as a statistic (bits, count), to be finished by Ratio. Nothing if the count was not
/// reported.
std::optional<Statistic> rateOf(const Rate& rate, const ItemBits& item);

}  // namespace ratescope::curves
