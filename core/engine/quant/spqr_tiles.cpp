#include "core/engine/quant/spqr_tiles.h"

#include "core/error.h"

#include <algorithm>

namespace ratescope::engine {
namespace {

constexpr std::int64_t side = 16;
constexpr int codeBits = 3, codesBegin = 2 * codeBits, fragmentBegin = codesBegin + side * codeBits;
constexpr std::uint64_t codeMask = 7, fragmentMask = 0xff;

std::int64_t tilesAlong(std::int64_t extent) {
    return (extent + side - 1) / side;
}

std::uint64_t recordOf(const SecondLevel& level) {
    std::uint64_t record = 0;
    for (std::size_t i = 0; i < level.size(); ++i)
        record |= static_cast<std::uint64_t>(level[i]) << 16 * i;
    return record;
}

std::uint64_t wordOf(const SpqrStored& stored, std::int64_t row, std::int64_t group) {
    const std::int64_t inTile = row % side;
    const std::uint64_t record = recordOf(stored.secondLevel.at(row / side, group));
    std::uint64_t word = (record >> 8 * (inTile % 8) & fragmentMask) << fragmentBegin;
    word |= stored.scales.at(row, group) | static_cast<std::uint64_t>(stored.zeros.at(row, group))
                                               << codeBits;
    const std::int64_t end = std::min(stored.codes.columns, (group + 1) * side);
    for (std::int64_t j = group * side; j < end; ++j)
        word |= static_cast<std::uint64_t>(stored.codes.at(row, j)) << (codesBegin + codeBits * (j % side));
    return word;
}

void requireTiles(const SpqrStored& stored) {
    const auto fits = [](const auto& values) {
        return std::all_of(values.begin(), values.end(), [](auto code) { return code <= codeMask; });
    };
    if (stored.groupSize != side || stored.statisticsGroup != side || !fits(stored.codes.values) ||
        !fits(stored.scales.values) || !fits(stored.zeros.values))
        throw Error(ErrorKind::Usage, "Only 3-bit weights in groups of 16 inputs and 16 rows go in tiles.",
                    "Set 3 bits and groups of 16.");
}

}  // namespace

SpqrTiles packTiles(const SpqrStored& stored) {
    requireTiles(stored);
    SpqrTiles tiles{stored.codes.rows, stored.codes.columns, {}};
    for (std::int64_t first = 0; first < tiles.rows; first += side)
        for (std::int64_t group = 0; group < tilesAlong(tiles.columns); ++group)
            for (std::int64_t row = first; row < first + side; ++row) {
                // Padded rows hold the second level too, in case they are the ones that have its bytes.
                const std::uint64_t record = recordOf(stored.secondLevel.at(first / side, group));
                tiles.words.push_back(row < tiles.rows
                                          ? wordOf(stored, row, group)
                                          : (record >> 8 * (row % 8) & fragmentMask) << fragmentBegin);
            }
    return tiles;
}

SpqrStored unpackTiles(const SpqrTiles& tiles) {
    SpqrStored stored;
    stored.groupSize = stored.statisticsGroup = side;
    const std::int64_t groups = tilesAlong(tiles.columns);
    stored.codes = Matrix<std::uint8_t>(tiles.rows, tiles.columns);
    stored.scales = stored.zeros = Matrix<std::uint16_t>(tiles.rows, groups);
    stored.secondLevel = Matrix<SecondLevel>(tilesAlong(tiles.rows), groups);
    stored.rowStarts.assign(static_cast<std::size_t>(tiles.rows) + 1, 0);
    for (std::size_t i = 0; i < tiles.words.size(); ++i) {
        const std::uint64_t word = tiles.words[i];
        const auto number = static_cast<std::int64_t>(i) / side, inTile = static_cast<std::int64_t>(i) % side;
        const std::int64_t group = number % groups, row = number / groups * side + inTile;
        const std::uint64_t fragment = word >> fragmentBegin & fragmentMask;
        if (inTile < 8)
            stored.secondLevel.at(row / side, group)[static_cast<std::size_t>(inTile / 2)] |=
                static_cast<std::uint16_t>(fragment << 8 * (inTile % 2));
        if (row >= tiles.rows) continue;
        stored.scales.at(row, group) = word & codeMask;
        stored.zeros.at(row, group) = word >> codeBits & codeMask;
        for (std::int64_t j = group * side; j < std::min(tiles.columns, (group + 1) * side); ++j)
            stored.codes.at(row, j) =
                static_cast<std::uint8_t>(word >> (codesBegin + codeBits * (j % side)) & codeMask);
    }
    return stored;
}

Matrix<float> dequantisedInOrder(const SpqrTiles& tiles) {
    return dequantisedInOrder(unpackTiles(tiles));
}

}  // namespace ratescope::engine
