#include "core/media/coding/code_length.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace ratescope::media {
namespace {

constexpr int gridBits = 12;
constexpr std::size_t gridSize = std::size_t{1} << gridBits;

/// log2 of 1 ≤ mantissa ≤ 2, a binary digit a squaring.
double log2BySquaring(double mantissa) {
    double result = 0;
    for (double digit = 0.5; digit > 0x1p-40; digit /= 2) {
        mantissa *= mantissa;
        if (mantissa < 2) continue;
        mantissa /= 2;
        result += digit;
    }
    return result;
}

/// log2(1 + i / 4096) for i = 0 … 4096.
std::array<double, gridSize + 1> makeGrid() {
    std::array<double, gridSize + 1> grid{};
    for (std::size_t i = 0; i < gridSize; ++i)
        grid[i] = log2BySquaring(1 + static_cast<double>(i) / static_cast<double>(gridSize));
    grid[gridSize] = 1;
    return grid;
}

}  // namespace

double log2Of(std::uint32_t value) {
    static const auto grid = makeGrid();
    const int exponent = std::bit_width(value | 1) - 1;
    const std::uint32_t mantissa = value << (31 - exponent) << 1;  // its 32 binary places
    const std::size_t cell = mantissa >> (32 - gridBits);
    const double within = static_cast<double>(mantissa << gridBits) * 0x1p-32;
    return exponent + grid[cell] + within * (grid[cell + 1] - grid[cell]);
}

double entropyBits(std::span<const std::uint32_t> counts) {
    double total = 0, sum = 0;
    for (const std::uint32_t count : counts) {
        if (count == 0) continue;
        total += count;
        sum += count * log2Of(count);
    }
    if (total == 0) return 0;
    // A total of more than 32 bits is halved until it has fewer.
    int halvings = 0;
    while (std::ldexp(total, -halvings) >= 0x1p32)
        ++halvings;
    return total * (log2Of(static_cast<std::uint32_t>(std::ldexp(total, -halvings))) + halvings) - sum;
}

Ledger ledgerByCodeLength(std::span<const PartLength> parts, std::uint64_t totalBits, bool searched) {
    Ledger ledger;
    std::uint64_t left = totalBits;
    for (const PartLength& part : parts) {
        const auto bits = std::min(left, static_cast<std::uint64_t>(std::floor(part.bits + 0.5)));
        left -= bits;
        if (bits > 0) ledger.add(part.name, bits, part.searched);
    }
    if (left > 0) ledger.add("coder", left, searched);
    return ledger;
}

}  // namespace ratescope::media
