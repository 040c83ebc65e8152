#include "core/media/coding/symbol_tables.h"

#include "core/error.h"
#include "core/media/coding/code_length.h"
#include "core/media/coding/rans_coder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

namespace ratescope::media {
namespace {

/// An entry that no slot reaches, and the mark of a symbol that does not occur.
constexpr std::uint32_t beyondSlots = 0xffff;
constexpr Interval absentEntry = 0xffff0000;

constexpr std::size_t symbolsAtOnce = 64 * ransStates;

}  // namespace

SymbolTables::SymbolTables(int bits) : bits_(bits) {
    if (bits < FrequencyTable::fewestBits || bits > mostBits)
        throw Error(ErrorKind::Internal,
                    "Symbol tables of 2^" + std::to_string(bits) + " slots were asked for.", "");
}

std::size_t SymbolTables::add(std::span<const std::uint32_t> frequencies) {
    const std::uint64_t sum = std::accumulate(frequencies.begin(), frequencies.end(), std::uint64_t{0});
    if (sum != std::uint64_t{1} << bits_ || frequencies.size() > std::size_t{1} << mostBits)
        throw Error(ErrorKind::Internal, "The frequencies of a symbol table do not sum to its slots.", "");
    const std::size_t padded = std::bit_ceil(frequencies.size());
    const int steps = std::countr_zero(padded);
    steps_ = std::max(steps_, steps);
    places_.push_back(static_cast<std::uint32_t>(entries_.size() << 4 | static_cast<unsigned>(steps)));
    std::uint32_t first = 0;
    for (const std::uint32_t frequency : frequencies) {
        entries_.push_back(frequency > 0 ? makeInterval(frequency, first) : absentEntry | first);
        first += frequency;
    }
    entries_.insert(entries_.end(), padded - frequencies.size(), absentEntry | beyondSlots);
    return places_.size() - 1;
}

Interval SymbolTables::checkedInterval(std::size_t table, std::size_t symbol) const {
    if (table < places_.size() && symbol < std::size_t{1} << (places_[table] & 15)) {
        const Interval found = interval(table, symbol);
        if (found < absentEntry) return found;
    }
    throw Error(ErrorKind::Internal,
                "The symbol " + std::to_string(symbol) + " does not occur in the table " +
                    std::to_string(table) + ".",
                "");
}

std::vector<std::byte> SymbolTables::encode(std::span<const std::uint16_t> symbols,
                                            std::span<const std::uint32_t> tables, InstructionSet set) const {
    if (symbols.size() != tables.size())
        throw Error(ErrorKind::Internal, "There are not as many tables as symbols.", "");
    std::vector<Interval> intervals(symbols.size());
    for (std::size_t i = 0; i < symbols.size(); ++i)
        intervals[i] = checkedInterval(tables[i], symbols[i]);
    RansEncoder encoder(set);
    encoder.start(bits_, ransStatesFor(estimatedBits(intervals, bits_)), intervals.size());
    encoder.push(intervals, 0);
    std::vector<std::byte> stream;
    encoder.finish(stream);
    return stream;
}

void SymbolTables::decode(std::span<const std::byte> stream, std::span<const std::uint32_t> tables,
                          std::span<std::uint16_t> symbols, InstructionSet set) const {
    if (symbols.size() != tables.size())
        throw Error(ErrorKind::Internal, "There are not as many tables as symbols.", "");
    RansDecoder decoder(stream, set);
    std::array<std::uint32_t, symbolsAtOnce> places;
    IndexedDecoding here = decoding();
    here.places = places.data();
    for (std::size_t start = 0; start < symbols.size(); start += symbolsAtOnce) {
        const std::size_t count = std::min(symbolsAtOnce, symbols.size() - start);
        for (std::size_t i = 0; i < count; ++i)
            places[i] = places_.at(tables[start + i]);
        decoder.decode(here, symbols.subspan(start, count));
    }
    decoder.expectEnd();
}

std::vector<float> SymbolTables::codeLengths(std::span<const std::uint16_t> symbols,
                                             std::span<const std::uint32_t> tables) const {
    std::vector<float> lengths(symbols.size());
    for (std::size_t i = 0; i < symbols.size(); ++i)
        lengths[i] = static_cast<float>(bits_ - log2Of(frequencyOf(checkedInterval(tables[i], symbols[i]))));
    return lengths;
}

double estimatedBits(std::span<const Interval> intervals, int bits) {
    const std::size_t step = intervals.size() / 4096 | 1;
    double sum = 0;
    for (std::size_t i = 0; i < intervals.size(); i += step)
        sum += bits - log2Of(frequencyOf(intervals[i]));
    return sum * static_cast<double>(step);
}

}  // namespace ratescope::media
