#include "core/media/coding/rans_kernels.h"

#include <cstring>

namespace ratescope::media {
namespace {

std::uint32_t wordAt(const std::byte* place) {
    std::uint16_t word;
    std::memcpy(&word, place, sizeof word);
    return word;
}

// The two choices below depend on the data and are guessed wrong every third time when they are branches; g++ makes
// branches of whatever C++ says, so that x86-64 is told in its own words.

/// A state that fell below 2^16 takes the next word.
RATESCOPE_INLINE std::uint32_t refilled(std::uint32_t state, const std::byte*& next) {
    std::uint32_t full = state << 16 | wordAt(next);
    const std::byte* after = next + 2;
#if defined(__x86_64__)
    asm("cmpl $65536, %0\n\tcmovbl %2, %0\n\tcmovbq %3, %1"
        : "+&r"(state), "+&r"(next)
        : "r"(full), "r"(after)
        : "cc");
#else
    next = state < ransLeastState ? after : next;
    state = state < ransLeastState ? full : state;
#endif
    return state;
}

/// A state above `limit` puts its lower half out.
RATESCOPE_INLINE std::uint32_t drained(std::uint32_t state, std::uint32_t limit, std::uint16_t*& end) {
    std::uint32_t half = state >> 16;
    std::uint16_t* before = end - 1;
    *before = static_cast<std::uint16_t>(state);
#if defined(__x86_64__)
    asm("cmpl %4, %0\n\tcmoval %2, %0\n\tcmovaq %3, %1"
        : "+&r"(state), "+&r"(end)
        : "r"(half), "r"(before), "r"(limit)
        : "cc");
#else
    end = state > limit ? before : end;
    state = state > limit ? half : state;
#endif
    return state;
}

std::uint16_t* encode(const Interval* intervals, std::size_t rows, int bits, RansStates& states,
                      std::uint16_t* end) {
    for (std::size_t i = rows * ransStates; i-- > 0;) {
        const std::uint32_t frequency = frequencyOf(intervals[i]);
        const auto limit = static_cast<std::uint32_t>((std::uint64_t{frequency} << (32 - bits)) - 1);
        const std::uint32_t state = drained(states[i % ransStates], limit, end);
        states[i % ransStates] = (state / frequency << bits) + state % frequency + firstSlotOf(intervals[i]);
    }
    return end;
}

/// g++ unrolls only loops that it can do away with.
constexpr std::ptrdiff_t unrolled = 16;

RATESCOPE_INLINE std::uint32_t pushed(std::uint32_t state, const ByteStep& step) {
    __extension__ using Wide = unsigned __int128;
    const auto quotient = static_cast<std::uint32_t>(static_cast<Wide>(state) * step.reciprocal >> 64);
    return state + quotient * step.factor + step.added;
}

std::uint16_t* encodeBytes(const std::uint8_t* symbols, std::size_t rows, const ByteEncoding& encoding,
                           RansStates& states, std::uint16_t* end) {
    for (std::size_t row = rows; row-- > 0;) {
        for (std::size_t group = ransStates; group > 0; group -= unrolled) {
            const std::uint8_t* const here = symbols + row * ransStates + group;
            std::uint32_t* const state = states.data() + group;
#pragma GCC unroll 16
            for (std::ptrdiff_t i = -1; i >= -unrolled; --i) {
                const ByteStep& step = encoding.steps[here[i]];
                state[i] = pushed(drained(state[i], step.limit, end), step);
            }
        }
    }
    return end;
}

/// The number of bits as a constant: shifts by a variable are slow before BMI2.
template <int bits>
std::size_t decodePacked(const StaticDecoding& decoding, RansStates& states, RansWords& words,
                         std::uint8_t* symbols, std::size_t rows) {
    const std::uint32_t* const table = decoding.packed.data();
    constexpr std::uint32_t mask = (std::uint32_t{1} << bits) - 1;
    const std::byte* next = words.next;
    std::size_t row = 0;
    for (; row < rows && RansWords{next, words.end}.holdRow(); ++row, symbols += ransStates) {
        for (std::size_t group = 0; group < ransStates; group += unrolled) {
#pragma GCC unroll 16
            for (std::ptrdiff_t i = 0; i < unrolled; ++i) {
                const std::uint32_t state = states[group + i];
                const std::uint32_t entry = table[state & mask];
                symbols[group + i] = static_cast<std::uint8_t>(entry);
                states[group + i] = refilled((entry >> 20) * (state >> bits) + (entry >> 8 & 0xfff), next);
            }
        }
    }
    words.next = next;
    return row;
}

/// `find(slot, i)` gives the interval of the symbol i and stores the symbol.
template <typename Find>
RATESCOPE_INLINE std::size_t decodeRows(int bits, RansStates& states, RansWords& words, std::size_t rows,
                                        Find find) {
    const std::uint32_t mask = (std::uint32_t{1} << bits) - 1;
    const std::byte* next = words.next;
    std::size_t row = 0;
    for (; row < rows && RansWords{next, words.end}.holdRow(); ++row)
        for (std::size_t lane = 0; lane < ransStates; ++lane) {
            const std::uint32_t state = states[lane];
            const Interval interval = find(state & mask, row * ransStates + lane);
            states[lane] = refilled(
                frequencyOf(interval) * (state >> bits) + (state & mask) - firstSlotOf(interval), next);
        }
    words.next = next;
    return row;
}

template <typename Symbol>
std::size_t decodeStatic(const StaticDecoding& decoding, RansStates& states, RansWords& words,
                         Symbol* symbols, std::size_t rows) {
    return decodeRows(decoding.bits, states, words, rows, [&](std::uint32_t slot, std::size_t i) {
        const std::uint16_t symbol = decoding.symbols[slot];
        symbols[i] = static_cast<Symbol>(symbol);
        return decoding.intervals[symbol];
    });
}

std::size_t decodeBytes(const StaticDecoding& decoding, RansStates& states, RansWords& words,
                        std::uint8_t* symbols, std::size_t rows) {
    if (!decoding.packed.empty()) {
        static_assert(FrequencyTable::fewestBits == 11 && StaticDecoding::mostPackedBits == 14);
        if (decoding.bits == 11) return decodePacked<11>(decoding, states, words, symbols, rows);
        if (decoding.bits == 12) return decodePacked<12>(decoding, states, words, symbols, rows);
        if (decoding.bits == 13) return decodePacked<13>(decoding, states, words, symbols, rows);
        return decodePacked<14>(decoding, states, words, symbols, rows);
    }
    return decodeStatic(decoding, states, words, symbols, rows);
}

std::size_t decodeIndexed(const IndexedDecoding& decoding, RansStates& states, RansWords& words,
                          std::uint16_t* symbols, std::size_t rows) {
    return decodeRows(decoding.bits, states, words, rows, [&](std::uint32_t slot, std::size_t i) {
        const std::uint32_t place = decoding.places[i];
        const Interval* found = decoding.entries + (place >> 4);
        for (std::size_t half = (std::size_t{1} << (place & 15)) / 2; half > 0; half /= 2)
            found += firstSlotOf(found[half]) <= slot ? half : 0;
        symbols[i] = static_cast<std::uint16_t>(found - (decoding.entries + (place >> 4)));
        return *found;
    });
}

}  // namespace

const RansKernels ransScalarKernels{encode, encodeBytes, decodeBytes, decodeStatic<std::uint16_t>,
                                    decodeIndexed};

const RansKernels& ransKernels(InstructionSet set) {
#if defined(__x86_64__)
    if (set == InstructionSet::Avx512) return ransAvx512Kernels;
    if (set == InstructionSet::Avx2) return ransAvx2Kernels;
#else
    static_cast<void>(set);
#endif
    return ransScalarKernels;
}

}  // namespace ratescope::media
