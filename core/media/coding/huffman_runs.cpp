#include "core/media/coding/huffman_runs.h"

#include "core/instruction_set.h"
#include "core/media/coding/damaged.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace ratescope::media {
namespace {

constexpr int tableBits = 12;
constexpr std::uint64_t mostInEntry = 6;
constexpr int lengthShift = 48, numberShift = 56;
constexpr std::uint64_t symbolMask = (std::uint64_t{1} << lengthShift) - 1;

constexpr std::size_t lanes = 4;
/// A step of a lane: 64 bits are loaded, of which 57 at least are new, and this many look-ups made.
constexpr std::size_t lookUps = 4;
constexpr std::size_t bytesTaken = 7;                       // at most, of a step: 7 + 4 · 12 bits
constexpr std::size_t symbolsMade = lookUps * mostInEntry;  // at most
constexpr std::size_t wordSize = sizeof(std::uint64_t);     // loaded and stored at once

/// A run that is being decoded.
struct Lane {
    const std::byte* next = nullptr;  ///< with bits that are not used up
    std::uint64_t used = 0;           ///< bits of *next, below 8
    std::uint8_t* out = nullptr;
    HuffmanRun* run = nullptr;

    std::size_t wanted() const {
        return run->symbols.size() - static_cast<std::size_t>(out - run->symbols.data());
    }
};

/// Takes the steps, unless a lane stands before a code that the table does not hold. Its look-ups then move nothing.
template <std::size_t count>
void takeSteps(Lane* states, const std::uint64_t* table, std::size_t steps) {
    // Apart, so that they stay in registers.
    std::array<const std::byte*, count> next;
    std::array<std::uint8_t*, count> out;
    std::array<std::uint64_t, count> used, window, entry{};
    for (std::size_t i = 0; i < count; ++i) {
        next[i] = states[i].next;
        out[i] = states[i].out;
        used[i] = states[i].used;
    }
    for (bool stuck = false; steps > 0 && !stuck; --steps) {
#pragma GCC unroll 4
        for (std::size_t i = 0; i < count; ++i) {
            std::memcpy(&window[i], next[i], wordSize);
            if constexpr (std::endian::native == std::endian::little)
                window[i] = __builtin_bswap64(window[i]);
            window[i] <<= used[i];
        }
#pragma GCC unroll 4
        for (std::size_t j = 0; j < lookUps; ++j) {
#pragma GCC unroll 4
            for (std::size_t i = 0; i < count; ++i) {
                entry[i] = table[window[i] >> (64 - tableBits)];
                std::memcpy(out[i], &entry[i], wordSize);
                const std::uint64_t length = entry[i] >> lengthShift & 63;
                window[i] <<= length;
                used[i] += length;
                out[i] += entry[i] >> numberShift;
            }
        }
#pragma GCC unroll 4
        for (std::size_t i = 0; i < count; ++i) {
            next[i] += used[i] / 8;
            used[i] %= 8;
            stuck |= entry[i] == 0;
        }
    }
    for (std::size_t i = 0; i < count; ++i) {
        states[i].next = next[i];
        states[i].out = out[i];
        states[i].used = used[i];
    }
}

using StepTaker = void (*)(Lane*, const std::uint64_t*, std::size_t);
/// By the number of lanes less one. Plain code: sets of vector instructions bring nothing here (measured).
constexpr std::array<StepTaker, lanes> stepTakers = {takeSteps<1>, takeSteps<2>, takeSteps<3>, takeSteps<4>};

/// How many steps a lane can take without reading or writing beyond its ends, whatever the codes are.
std::size_t sureSteps(const Lane& lane, const std::byte* streamEnd) {
    const auto bytes = static_cast<std::size_t>(streamEnd - lane.next);
    const std::size_t symbols = lane.wanted();
    if (bytes < wordSize || symbols < symbolsMade + wordSize) return 0;
    return std::min((bytes - wordSize) / bytesTaken + 1, (symbols - wordSize) / symbolsMade);
}

/// Entries of all windows of a number of bits, from those of fewer: behind a code of l bits stands what a window of l
/// bits less holds. Where that has no room for one more symbol, the code stands alone (`own`).
RATESCOPE_INLINE void addCode(std::uint64_t own, const std::uint64_t* rest, std::uint64_t* entries,
                              std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t behind = rest[i] >> numberShift == mostInEntry ? 0 : rest[i];
        entries[i] = own + (behind & ~symbolMask) + (behind << 8 & symbolMask);
    }
}

std::vector<std::uint64_t> tableOf(const HuffmanCode& code) {
    std::vector<std::pair<std::size_t, int>> symbols;
    const std::size_t bytes = std::min<std::size_t>(code.lengths().size(), 256);
    for (std::size_t symbol = 0; symbol < bytes; ++symbol)
        if (const int length = code.lengths()[symbol]; length > 0 && length <= tableBits)
            symbols.emplace_back(symbol, length);
    // All windows of k bits stand from 2^k on.
    std::vector<std::uint64_t> entries(std::size_t{2} << tableBits);
    const auto add = compiledFor<&addCode>(bestInstructionSet());
    for (int bits = 1; bits <= tableBits; ++bits)
        for (const auto& [symbol, length] : symbols) {
            if (length > bits) continue;
            const std::size_t windows = std::size_t{1} << (bits - length);
            const std::size_t first = (std::size_t{1} << bits) + code.code(symbol) * windows;
            const std::uint64_t own =
                std::uint64_t{1} << numberShift | static_cast<std::uint64_t>(length) << lengthShift | symbol;
            add(own, entries.data() + windows, entries.data() + first, windows);
        }
    return {entries.begin() + (std::ptrdiff_t{1} << tableBits), entries.end()};
}

}  // namespace

HuffmanRunDecoder::HuffmanRunDecoder(const HuffmanCode& code) : single_(code), table_(tableOf(code)) {}

void HuffmanRunDecoder::decode(std::span<const std::byte> stream, std::span<HuffmanRun> runs) const {
    const std::byte* const streamEnd = stream.data() + stream.size();
    const auto positionOf = [&](const Lane& lane) {
        return 8 * static_cast<std::uint64_t>(lane.next - stream.data()) + lane.used;
    };
    const auto takeSingly = [&](Lane& lane, std::size_t count) {
        BitReader reader({lane.next, streamEnd});
        reader.skip(static_cast<int>(lane.used));
        for (; count > 0; --count) {
            const std::uint16_t symbol = single_.get(reader);
            if (symbol > 255) throw damaged("its end symbol comes before its end");
            *lane.out++ = static_cast<std::uint8_t>(symbol);
        }
        lane.next += reader.position() / 8;
        lane.used = reader.position() % 8;
    };
    std::array<Lane, lanes> active;
    std::size_t count = 0, nextRun = 0;
    for (;;) {
        for (; count < lanes && nextRun < runs.size(); ++count) {
            HuffmanRun& run = runs[nextRun++];
            if (run.begin > 8 * std::uint64_t{stream.size()}) throw damaged("a run begins behind its end");
            active[count] = {stream.data() + run.begin / 8, run.begin % 8, run.symbols.data(), &run};
        }
        if (count == 0) return;
        std::size_t steps = SIZE_MAX;
        for (std::size_t i = 0; i < count; ++i)
            steps = std::min(steps, sureSteps(active[i], streamEnd));
        if (steps > 0) stepTakers[count - 1](active.data(), table_.data(), steps);
        for (std::size_t i = count; i-- > 0;) {
            Lane& lane = active[i];
            if (sureSteps(lane, streamEnd) > 0) {
                // Perhaps it is stuck; a symbol more does no harm.
                takeSingly(lane, 1);
                continue;
            }
            takeSingly(lane, lane.wanted());
            lane.run->end = positionOf(lane);
            lane = active[--count];
        }
    }
}

}  // namespace ratescope::media
