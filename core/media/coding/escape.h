#pragma once

// What a table of symbols leaves out. The table gets an escape symbol; behind it comes how far the value lies outside,
// as a number that grows with the distance, in the exponential Golomb code (elias_gamma.h) or in groups of four bits.
//
// A coder of the values lowest … lowest + count − 1 whose table has count + 1 symbols, the last the escape:
//
//     const auto entry = static_cast<std::uint64_t>(value - lowest);   // huge for a value below
//     encoder.encode(table, std::min(entry, count));
//     if (entry >= count) putGroups(encoder, toEscape(value, lowest, count));
//
// Writer and Reader as in elias_gamma.h.

#include "core/media/coding/elias_gamma.h"

#include <bit>
#include <cstdint>

namespace ratescope::media {

/// The nearest value above the range is 0, the nearest below 1, the next above 2, … `value` lies outside of lowest …
/// lowest + count − 1; all of them are within ±2^62.
constexpr std::uint64_t toEscape(std::int64_t value, std::int64_t lowest, std::int64_t count) {
    const bool below = value < lowest;
    const auto beyond = static_cast<std::uint64_t>(below ? lowest - 1 - value : value - lowest - count);
    return beyond << 1 | (below ? 1 : 0);
}
/// The value again; `escape` is below 2^62.
constexpr std::int64_t fromEscape(std::uint64_t escape, std::int64_t lowest, std::int64_t count) {
    const auto beyond = static_cast<std::int64_t>(escape >> 1);
    return (escape & 1) != 0 ? lowest - 1 - beyond : lowest + count + beyond;
}

/// Throws Error(Input): a number in groups has more of them than it needs.
[[noreturn]] void refuseEmptyGroup();

/// How many groups of four bits `value` has; 0 has none.
constexpr int groupsOf(std::uint64_t value) {
    return (static_cast<int>(std::bit_width(value)) + 3) / 4;
}
/// Bits of `value` in groups, with their number before them.
constexpr int groupedBits(std::uint64_t value) {
    return 4 * (groupsOf(value) / 15 + 1 + groupsOf(value));
}

/// The number of groups as a sum of four-bit numbers, of which all but the last are 15; then the groups, the lowest
/// first: the escape of learned image codecs. J. Bégaint et al., "CompressAI", arXiv:2011.03029.
template <typename Writer>
void putGroups(Writer& writer, std::uint64_t value) {
    const int groups = groupsOf(value);
    int left = groups;
    for (; left >= 15; left -= 15)
        writer.put(15, 4);
    writer.put(static_cast<std::uint64_t>(left), 4);
    for (int group = 0; group < groups; ++group)
        writer.put(value >> (4 * group), 4);
}
/// Throws Error(Input) at the end of the stream, on a number above `limit`, and where the highest group is 0.
template <typename Reader>
std::uint64_t getGroups(Reader& reader, std::uint64_t limit) {
    std::uint64_t groups = 0, step = 15;
    while (step == 15) {
        step = reader.get(4);
        groups += step;
        if (groups > 16) refuseNumberAbove(limit);
    }
    std::uint64_t value = 0;
    for (std::uint64_t group = 0; group < groups; ++group)
        value |= reader.get(4) << (4 * group);
    if (value > limit) refuseNumberAbove(limit);
    if (groupsOf(value) != static_cast<int>(groups)) refuseEmptyGroup();
    return value;
}

}  // namespace ratescope::media
