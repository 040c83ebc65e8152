#include "core/media/coding/histogram.h"

#include <array>
#include <cstring>

namespace ratescope::media {

std::vector<std::uint32_t> histogramOf(std::span<const std::uint8_t> symbols) {
    // Four counts of each, so that a run of one symbol does not wait for its own last store.
    std::array<std::array<std::uint32_t, 256>, 4> counts{};
    const auto countFour = [&](std::uint64_t symbolsOfFour) {
        ++counts[0][symbolsOfFour & 0xff];
        ++counts[1][symbolsOfFour >> 8 & 0xff];
        ++counts[2][symbolsOfFour >> 16 & 0xff];
        ++counts[3][symbolsOfFour >> 24 & 0xff];
    };
    std::size_t i = 0;
    for (; i + 16 <= symbols.size(); i += 16) {
        // The counting keeps the processor from looking this far ahead itself.
        __builtin_prefetch(symbols.data() + i + 1024);
        std::array<std::uint64_t, 2> words;
        std::memcpy(words.data(), symbols.data() + i, sizeof words);
        countFour(words[0]);
        countFour(words[0] >> 32);
        countFour(words[1]);
        countFour(words[1] >> 32);
    }
    for (; i < symbols.size(); ++i)
        ++counts[0][symbols[i]];
    std::vector<std::uint32_t> sums(256);
    for (std::size_t symbol = 0; symbol < sums.size(); ++symbol)
        sums[symbol] = counts[0][symbol] + counts[1][symbol] + counts[2][symbol] + counts[3][symbol];
    return sums;
}

std::vector<std::uint32_t> histogramOf(std::span<const std::uint16_t> symbols) {
    std::vector<std::uint32_t> counts(std::size_t{1} << 16);
    for (const std::uint16_t symbol : symbols)
        ++counts[symbol];
    return counts;
}

}  // namespace ratescope::media
