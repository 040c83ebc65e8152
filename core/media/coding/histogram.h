#pragma once

// How often each symbol occurs.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ratescope::media {

/// Counts by symbol, 256 and 65,536 of them. An array has fewer than 2^32 symbols.
std::vector<std::uint32_t> histogramOf(std::span<const std::uint8_t> symbols);
std::vector<std::uint32_t> histogramOf(std::span<const std::uint16_t> symbols);

}  // namespace ratescope::media
