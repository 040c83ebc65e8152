#include "tests/families/weights/dfloat11_reference.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace ratescope::media::test {
namespace {

std::uint8_t bitAt(std::span<const std::byte> bytes, std::size_t position) {
    if (position / 8 >= bytes.size()) return 0;
    return std::to_integer<std::uint8_t>(bytes[position / 8]) >> (7 - position % 8) & 1;
}

std::uint8_t byteAt(std::span<const std::byte> bytes, std::size_t position) {
    unsigned value = 0;
    for (std::size_t i = 0; i < 8; ++i)
        value = value << 1 | bitAt(bytes, position + i);
    return static_cast<std::uint8_t>(value);
}

/// Calls `visit` with each exponent whose code starts in the chunk.
void decodeChunk(const Dfloat11Group& group, std::size_t chunk,
                 const std::function<void(std::uint8_t)>& visit) {
    const auto tables = group.tables;
    const std::size_t tableCount = tables.size() / 256 - 1;
    std::size_t position = 64 * chunk + group.gaps.at(chunk);
    while (position < 64 * (chunk + 1)) {
        std::size_t table = 0, looked = position;
        std::uint8_t value = 0;
        for (;;) {
            value = std::to_integer<std::uint8_t>(tables[256 * table + byteAt(group.exponents, looked)]);
            if (value < 240) break;
            table = 256U - value;
            looked += 8;
            if (table >= tableCount) throw std::runtime_error("a pointer to no table");
        }
        const auto length = std::to_integer<std::size_t>(tables[256 * tableCount + value]);
        if (length == 0) return;  // padding
        visit(value);
        position += length;
    }
}

}  // namespace

std::vector<std::uint8_t> decodeAsKernel(const Dfloat11Group& group) {
    std::vector<std::uint8_t> exponents(group.positions.back());
    const std::size_t blocks = group.positions.size() - 1;
    for (std::size_t block = 0; block < blocks; ++block) {
        std::vector<std::size_t> counts(group.chunksOfBlock);
        for (std::size_t thread = 0; thread < group.chunksOfBlock; ++thread)
            decodeChunk(group, block * group.chunksOfBlock + thread, [&](std::uint8_t) { ++counts[thread]; });
        std::vector<std::size_t> places(group.chunksOfBlock);
        std::exclusive_scan(counts.begin(), counts.end(), places.begin(),
                            std::size_t{group.positions[block]});
        for (std::size_t thread = 0; thread < group.chunksOfBlock; ++thread)
            decodeChunk(group, block * group.chunksOfBlock + thread, [&](std::uint8_t exponent) {
                const std::size_t place = places[thread]++;
                if (place < group.positions[block + 1]) exponents.at(place) = exponent;
            });
    }
    return exponents;
}

std::vector<std::uint8_t> decodeByTree(std::span<const std::byte> exponents, std::size_t weights,
                                       std::span<const std::uint8_t> lengths) {
    // Leaves by (length, symbol) in canonical order; the code as a text of bits.
    std::vector<std::pair<int, std::size_t>> order;
    for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol)
        if (lengths[symbol] > 0) order.emplace_back(lengths[symbol], symbol);
    std::ranges::sort(order);
    std::map<std::vector<bool>, std::size_t> leaves;
    std::vector<bool> code;
    for (const auto& [length, symbol] : order) {
        if (!code.empty()) {
            auto bit = code.rbegin();
            for (; bit != code.rend() && *bit; ++bit)
                *bit = false;
            if (bit != code.rend()) *bit = true;
        }
        code.resize(static_cast<std::size_t>(length), false);
        leaves[code] = symbol;
    }
    std::vector<std::uint8_t> result;
    std::vector<bool> read;
    for (std::size_t position = 0; result.size() < weights; ++position) {
        read.push_back(bitAt(exponents, position) != 0);
        const auto leaf = leaves.find(read);
        if (leaf == leaves.end()) continue;
        result.push_back(static_cast<std::uint8_t>(leaf->second));
        read.clear();
    }
    return result;
}

}  // namespace ratescope::media::test
