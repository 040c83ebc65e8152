#pragma once

// Symbols of known kinds for the tests of the entropy coders, the same on every machine.

#include "core/instruction_set.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace ratescope::media {

/// Of variance 1 and mean 0, near to Gaussian: the sum of twelve uniform numbers. No mathematical library in it.
inline double nearGaussian(std::mt19937_64& random) {
    double sum = -6;
    for (int i = 0; i < 12; ++i)
        sum += static_cast<double>(random() >> 11) * 0x1p-53;
    return sum;
}

template <typename Symbol>
std::vector<Symbol> gaussianSymbols(std::size_t count, double middle, double deviation, unsigned seed = 1) {
    constexpr double most = (std::uint64_t{1} << (8 * sizeof(Symbol))) - 1;
    std::mt19937_64 random(seed);
    std::vector<Symbol> symbols(count);
    for (Symbol& symbol : symbols)
        symbol = static_cast<Symbol>(std::clamp(middle + deviation * nearGaussian(random) + 0.5, 0.0, most));
    return symbols;
}

/// Each symbol half as often as the one before, to the power of `slope`.
template <typename Symbol>
std::vector<Symbol> geometricSymbols(std::size_t count, int slope, unsigned seed = 1) {
    std::mt19937_64 random(seed);
    std::vector<Symbol> symbols(count);
    for (Symbol& symbol : symbols)
        symbol = static_cast<Symbol>(std::countl_zero(random() | 1) / slope);
    return symbols;
}

/// 1 once in `rarity` symbols, else 0.
template <typename Symbol>
std::vector<Symbol> rareSymbols(std::size_t count, std::uint64_t rarity, unsigned seed = 1) {
    std::mt19937_64 random(seed);
    std::vector<Symbol> symbols(count);
    for (Symbol& symbol : symbols)
        symbol = random() % rarity == 0 ? 1 : 0;
    return symbols;
}

/// Bytes of the entropy of what occurs.
template <typename Symbol>
double idealBytes(std::span<const Symbol> symbols) {
    std::vector<double> counts(std::size_t{1} << (8 * sizeof(Symbol)));
    for (const Symbol symbol : symbols)
        ++counts[symbol];
    double bits = 0;
    for (const double count : counts)
        if (count > 0) bits += count * std::log2(static_cast<double>(symbols.size()) / count);
    return bits / 8;
}

}  // namespace ratescope::media
