#include "core/media/coding/symbol_model.h"

#include "core/error.h"
#include "core/media/coding/code_length.h"
#include "core/media/coding/damaged.h"
#include "core/media/coding/escape.h"
#include "core/media/coding/fields.h"
#include "core/media/coding/rans_coder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

namespace ratescope::media {
namespace {

constexpr int slotBits = 15;
constexpr double slots = 1 << slotBits;

constexpr int stepsPerOctave = 8;
constexpr int leastOctave = -5;  ///< scales below 2^−5 count as 2^−5
constexpr int coarseOctave = 4;  ///< from 2^4 on, lower bits are split off
constexpr int lastOctave = 31;   ///< larger scales count as this
constexpr float leastScale = 0x1p-5F;
constexpr int mantissaBits = 20;  ///< of a float below the three that choose the step
constexpr std::uint32_t leastKey = (127 + leastOctave) * stepsPerOctave;

constexpr float largestMean = 0x1p30F;

/// Beyond it no escaped distance of two 32-bit numbers lies.
constexpr std::uint64_t mostEscaped = std::uint64_t{1} << 35;

constexpr std::size_t locatedAtOnce = 16 * ransStates;

/// To the nearest integer, ties to even, for |value| < 2^31: adding it lets the integer stand in the lower bits.
double nearest(double value) {
    constexpr double magic = 0x1.8p52;
    return value + magic - magic;
}

Error badModel(const std::string& what) {
    return Error(ErrorKind::Input, "A symbol's model is impossible: " + what + ".",
                 "Look at where means and scales come from.");
}

/// The first is the escape's. Each symbol gets a slot at least; what rounding leaves goes to those around the peak.
std::vector<std::uint32_t> frequenciesOf(std::span<const double> probabilities, std::size_t peak) {
    std::vector<std::uint32_t> frequencies;
    auto left = static_cast<std::int64_t>(slots);
    for (const double probability : probabilities) {
        // No mathematical library, so that every machine makes the same tables.
        const auto rounded = static_cast<std::uint32_t>(probability * slots + 0.5);  // NOLINT(*-roundings)
        frequencies.push_back(std::max<std::uint32_t>(1, rounded));
        left -= frequencies.back();
    }
    const std::size_t symbols = frequencies.size() - 1;
    for (std::size_t turn = 0; left != 0; ++turn) {
        const std::size_t away = (turn % symbols + 1) / 2;
        const std::size_t at = turn % 2 == 0 ? peak + away : peak - away;
        if (at < 1 || at > symbols || (left < 0 && frequencies[at] == 1)) continue;
        frequencies[at] += left > 0 ? 1 : -1;
        left += left > 0 ? -1 : 1;
    }
    return frequencies;
}

}  // namespace

SymbolModel::SymbolModel(ModelShape shape) : tables_(slotBits) {
    addLevels(Distribution(shape));
}

void SymbolModel::addLevels(const Distribution& distribution) {
    std::array<std::uint32_t, stepsPerOctave> coarse{};
    for (int octave = leastOctave; octave <= lastOctave; ++octave)
        for (int step = 0; step < stepsPerOctave; ++step) {
            const auto firstTable = static_cast<std::uint32_t>(ranges_.size());
            const double inOctave = 1 + (step + 0.5) / stepsPerOctave;
            const int halvings = coarseOctave - 1 - octave;
            if (halvings >= 0) {
                const double fractions = static_cast<double>(1 << halvings);
                levels_.push_back({fractions, 0, firstTable, 0});
                for (int fraction = 0; fraction <= fractions / 2; ++fraction)
                    addTable(distribution, inOctave * 8 / fractions, fraction / fractions);
                continue;
            }
            // One set of tables for all these octaves. The mean lies between two blocks of 2^shift numbers.
            if (octave == coarseOctave) {
                coarse[static_cast<std::size_t>(step)] = firstTable;
                addTable(distribution, inOctave * 8, -0.5);
            }
            levels_.push_back({0, 0.5, coarse[static_cast<std::size_t>(step)], -halvings});
        }
}

/// Of all symbols that have half a slot or more.
void SymbolModel::addTable(const Distribution& distribution, double scale, double mean) {
    const auto probability = [&](int symbol) {
        return distribution.between((symbol - 0.5 - mean) / scale, (symbol + 0.5 - mean) / scale);
    };
    std::vector<double> probabilities{0};
    int lowest = 0;
    while (probability(lowest - 1) >= 0.5 / slots)
        --lowest;
    double inside = 0;
    for (int symbol = lowest;; ++symbol) {
        const double here = probability(symbol);
        if (symbol > 0 && here < 0.5 / slots) break;
        probabilities.push_back(here);
        inside += here;
    }
    probabilities[0] = 1 - inside;
    const std::size_t table = tables_.add(frequenciesOf(probabilities, static_cast<std::size_t>(1 - lowest)));
    ranges_.push_back({tables_.place(table), static_cast<std::int16_t>(lowest),
                       static_cast<std::uint16_t>(probabilities.size() - 1)});
}

SymbolModel::Located SymbolModel::locate(float mean, float scale) const {
    if (!(scale >= 0 && scale <= std::numeric_limits<float>::max()))
        throw badModel("its scale is " + std::to_string(scale));
    if (!(mean > -largestMean && mean < largestMean)) throw badModel("its mean is " + std::to_string(mean));
    const std::uint32_t key = std::bit_cast<std::uint32_t>(std::max(scale, leastScale)) >> mantissaBits;
    const Level& level = levels_[std::min<std::size_t>(key - leastKey, levels_.size() - 1)];
    const double centre = nearest(mean + level.added);
    const double fraction = nearest((mean - centre) * level.fractions);
    Located located;
    located.sign = fraction < 0 ? -1 : 1;
    located.table =
        level.firstTable + static_cast<std::uint32_t>(located.sign * static_cast<std::int32_t>(fraction));
    located.centre = static_cast<std::int32_t>(centre);
    located.shift = level.shift;
    return located;
}

SymbolModel::Placed SymbolModel::place(std::int32_t symbol, const Located& located) const {
    const std::int64_t distance = located.sign * (std::int64_t{symbol} - located.centre);
    const Range& range = ranges_[located.table];
    Placed placed;
    placed.coded = distance >> located.shift;
    placed.lower = static_cast<std::uint64_t>(distance & ((std::int64_t{1} << located.shift) - 1));
    const auto entry = static_cast<std::uint64_t>(placed.coded - range.lowest);
    placed.entry = entry < range.count ? static_cast<std::uint16_t>(entry + 1) : 0;
    return placed;
}

namespace {

void requireEqualSizes(std::size_t symbols, std::size_t means, std::size_t scales) {
    if (symbols != means || symbols != scales)
        throw Error(ErrorKind::Internal, "There are not as many means and scales as symbols.", "");
}

}  // namespace

std::vector<std::byte> SymbolModel::encode(std::span<const std::int32_t> symbols,
                                           std::span<const float> means, std::span<const float> scales,
                                           InstructionSet set) const {
    requireEqualSizes(symbols.size(), means.size(), scales.size());
    std::vector<Interval> intervals(symbols.size());
    BitWriter aside("aside");
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        const Located located = locate(means[i], scales[i]);
        const Placed placed = place(symbols[i], located);
        intervals[i] = tables_.interval(located.table, placed.entry);
        if (placed.entry == 0)
            putExpGolomb(aside,
                         toEscape(placed.coded, ranges_[located.table].lowest, ranges_[located.table].count),
                         0);
        if (located.shift > 0) aside.put(placed.lower, located.shift);
    }
    RansEncoder encoder(set);
    encoder.start(slotBits, ransStatesFor(estimatedBits(intervals, slotBits)), intervals.size());
    encoder.push(intervals, 0);
    FieldWriter length;
    length.varint(encoder.bytes());
    std::vector<std::byte> stream = length.bytes();
    encoder.finish(stream);
    const std::vector<std::byte> rest = aside.finish().bytes;
    stream.insert(stream.end(), rest.begin(), rest.end());
    return stream;
}

void SymbolModel::decode(std::span<const std::byte> stream, std::span<const float> means,
                         std::span<const float> scales, std::span<std::int32_t> symbols,
                         InstructionSet set) const {
    requireEqualSizes(symbols.size(), means.size(), scales.size());
    FieldReader fields(stream);
    RansDecoder decoder(fields.raw(fields.varintUpTo(stream.size())), set);
    BitReader aside(fields.raw(fields.left()));
    std::array<Located, locatedAtOnce> located;
    std::array<std::uint32_t, locatedAtOnce> places;
    std::array<std::uint16_t, locatedAtOnce> entries;
    IndexedDecoding decoding = tables_.decoding();
    decoding.places = places.data();
    for (std::size_t start = 0; start < symbols.size(); start += locatedAtOnce) {
        const std::size_t count = std::min(locatedAtOnce, symbols.size() - start);
        for (std::size_t i = 0; i < count; ++i) {
            located[i] = locate(means[start + i], scales[start + i]);
            places[i] = ranges_[located[i].table].place;
        }
        decoder.decode(decoding, std::span(entries).first(count));
        for (std::size_t i = 0; i < count; ++i) {
            const Range& range = ranges_[located[i].table];
            std::int64_t coded = std::int64_t{range.lowest} + entries[i] - 1;
            if (entries[i] == 0)
                coded = fromEscape(getExpGolomb(aside, 0, mostEscaped), range.lowest, range.count);
            std::int64_t distance = coded;
            if (located[i].shift > 0)
                distance = coded * (std::int64_t{1} << located[i].shift) +
                           static_cast<std::int64_t>(aside.get(located[i].shift));
            const std::int64_t symbol = located[i].centre + located[i].sign * distance;
            if (symbol != static_cast<std::int32_t>(symbol)) throw damaged("a symbol has more than 32 bits");
            symbols[start + i] = static_cast<std::int32_t>(symbol);
        }
    }
    decoder.expectEnd();
    aside.expectEnd();
}

std::vector<float> SymbolModel::codeLengths(std::span<const std::int32_t> symbols,
                                            std::span<const float> means,
                                            std::span<const float> scales) const {
    requireEqualSizes(symbols.size(), means.size(), scales.size());
    std::vector<float> lengths(symbols.size());
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        const Located located = locate(means[i], scales[i]);
        const Placed placed = place(symbols[i], located);
        double bits =
            slotBits - log2Of(frequencyOf(tables_.interval(located.table, placed.entry))) + located.shift;
        if (placed.entry == 0) {
            const Range& range = ranges_[located.table];
            bits += expGolombBits(toEscape(placed.coded, range.lowest, range.count), 0);
        }
        lengths[i] = static_cast<float>(bits);
    }
    return lengths;
}

}  // namespace ratescope::media
