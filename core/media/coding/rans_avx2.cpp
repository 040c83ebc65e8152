#include "core/media/coding/rans_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstring>

// The loops of rans_kernels.h for AVX2: eight vectors of eight states.

namespace ratescope::media {
namespace {

#define FOR_AVX2 RATESCOPE_FOR_AVX2
#define INLINE_AVX2 RATESCOPE_FOR_AVX2 RATESCOPE_INLINE

constexpr std::size_t width = 8;

/// Orders of bytes for pshufb, by which of eight states give or take a word.
using WordOrders = std::array<std::array<std::uint8_t, 16>, 256>;

constexpr std::uint8_t zeroByte = 0x80;

/// The next words to the states that take one, zero to the others.
constexpr WordOrders makeTaking() {
    WordOrders orders{};
    for (unsigned mask = 0; mask < 256; ++mask)
        for (unsigned lane = 0, word = 0; lane < width; ++lane) {
            const bool takes = (mask >> lane & 1) != 0;
            orders[mask][2 * lane] = takes ? static_cast<std::uint8_t>(2 * word) : zeroByte;
            orders[mask][2 * lane + 1] = takes ? static_cast<std::uint8_t>(2 * word + 1) : zeroByte;
            word += takes ? 1 : 0;
        }
    return orders;
}

/// The words of the states that give one, in order, to the upper end.
constexpr WordOrders makeGiving() {
    WordOrders orders{};
    for (unsigned mask = 0; mask < 256; ++mask) {
        orders[mask].fill(zeroByte);
        for (unsigned lane = width, place = width; lane-- > 0;) {
            if ((mask >> lane & 1) == 0) continue;
            --place;
            orders[mask][2 * place] = static_cast<std::uint8_t>(2 * lane);
            orders[mask][2 * place + 1] = static_cast<std::uint8_t>(2 * lane + 1);
        }
    }
    return orders;
}

alignas(16) constexpr WordOrders taking = makeTaking();
alignas(16) constexpr WordOrders giving = makeGiving();

INLINE_AVX2 __m256i loaded(const void* place) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(place));
}

INLINE_AVX2 void stored(void* place, __m256i value) {
    _mm256_storeu_si256(static_cast<__m256i*>(place), value);
}

INLINE_AVX2 __m256i lookedUp(__m256i index, const void* table) {
    return _mm256_i32gather_epi32(static_cast<const int*>(table), index, 4);
}

INLINE_AVX2 unsigned bitsOf(__m256i mask) {
    return static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(mask)));
}

INLINE_AVX2 __m128i orderOf(const WordOrders& orders, unsigned mask) {
    return _mm_load_si128(reinterpret_cast<const __m128i*>(orders[mask].data()));
}

/// ⌊state / frequency⌋ or 1 less. The state as a float is shrunk by more than the three roundings can add; the
/// quotient has at most 21 bits (FrequencyTable::fewestBits).
INLINE_AVX2 __m256i quotientOf(__m256i state, __m256i frequency) {
    const __m256 upper = _mm256_cvtepi32_ps(_mm256_srli_epi32(state, 16));
    const __m256 lower = _mm256_cvtepi32_ps(_mm256_and_si256(state, _mm256_set1_epi32(0xffff)));
    const __m256 whole = _mm256_add_ps(_mm256_mul_ps(upper, _mm256_set1_ps(0x1p16F)), lower);
    const __m256 less = _mm256_mul_ps(whole, _mm256_set1_ps(1 - 0x1p-22F));
    return _mm256_cvttps_epi32(_mm256_div_ps(less, _mm256_cvtepi32_ps(frequency)));
}

INLINE_AVX2 __m256i pushed(__m256i state, __m256i interval, int bits, std::uint16_t*& end) {
    const __m256i first = _mm256_and_si256(interval, _mm256_set1_epi32(0xffff));
    const __m256i frequency = _mm256_add_epi32(_mm256_srli_epi32(interval, 16), _mm256_set1_epi32(1));
    const __m256i top = _mm256_srlv_epi32(state, _mm256_set1_epi32(32 - bits));
    const __m256i kept = _mm256_cmpgt_epi32(frequency, top);
    const unsigned full = ~bitsOf(kept) & 0xff;
    const __m256i lower = _mm256_and_si256(state, _mm256_set1_epi32(0xffff));
    const __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(lower), _mm256_extracti128_si256(lower, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(end - width), _mm_shuffle_epi8(words, orderOf(giving, full)));
    end -= __builtin_popcount(full);
    state = _mm256_blendv_epi8(_mm256_srli_epi32(state, 16), state, kept);

    const __m256i quotient = quotientOf(state, frequency);
    const __m256i rest = _mm256_sub_epi32(state, _mm256_mullo_epi32(quotient, frequency));
    const __m256i fits = _mm256_cmpgt_epi32(frequency, rest);
    const __m256i onceMore =
        _mm256_andnot_si256(fits, _mm256_sub_epi32(_mm256_set1_epi32(1 << bits), frequency));
    return _mm256_add_epi32(_mm256_add_epi32(_mm256_sllv_epi32(quotient, _mm256_set1_epi32(bits)), onceMore),
                            _mm256_add_epi32(rest, first));
}

FOR_AVX2 std::uint16_t* encode(const Interval* intervals, std::size_t rows, int bits, RansStates& states,
                               std::uint16_t* end) {
    for (std::size_t i = rows * ransStates; i > 0;) {
        i -= width;
        std::uint32_t* const eight = &states[i % ransStates];
        stored(eight, pushed(loaded(eight), loaded(intervals + i), bits, end));
    }
    return end;
}

FOR_AVX2 std::uint16_t* encodeBytes(const std::uint8_t* symbols, std::size_t rows,
                                    const ByteEncoding& encoding, RansStates& states, std::uint16_t* end) {
    // Looked up ahead: a gather waits for the address of every earlier store, which here the data decide.
    constexpr std::size_t rowsAtOnce = 32;
    alignas(32) std::array<Interval, rowsAtOnce * ransStates> intervals;
    while (rows > 0) {
        const std::size_t count = (rows - 1) % rowsAtOnce + 1;
        rows -= count;
        const std::uint8_t* const here = symbols + rows * ransStates;
        for (std::size_t i = 0; i < count * ransStates; i += width) {
            const __m256i index =
                _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(here + i)));
            stored(&intervals[i], lookedUp(index, encoding.intervals.data()));
        }
        end = encode(intervals.data(), count, encoding.bits, states, end);
    }
    return end;
}

/// States below 2^16 take a word each, in order.
INLINE_AVX2 __m256i refilled(__m256i state, const std::byte*& next) {
    const __m256i empty = _mm256_cmpeq_epi32(_mm256_srli_epi32(state, 16), _mm256_setzero_si256());
    const unsigned mask = bitsOf(empty);
    const __m128i words =
        _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(next)), orderOf(taking, mask));
    next += 2 * __builtin_popcount(mask);
    return _mm256_or_si256(_mm256_blendv_epi8(state, _mm256_slli_epi32(state, 16), empty),
                           _mm256_cvtepu16_epi32(words));
}

/// Of a number of bits, as vectors. Values here, not references: a store of symbols might change what is referred to.
struct Slots {
    __m256i bits;
    __m256i mask;

    INLINE_AVX2 explicit Slots(int count)
        : bits(_mm256_set1_epi32(count)), mask(_mm256_set1_epi32((1 << count) - 1)) {}

    INLINE_AVX2 __m256i of(__m256i state) const { return _mm256_and_si256(state, mask); }
    /// frequency · ⌊state / 2^bits⌋ + within
    INLINE_AVX2 __m256i popped(__m256i state, __m256i frequency, __m256i within) const {
        return _mm256_add_epi32(_mm256_mullo_epi32(frequency, _mm256_srlv_epi32(state, bits)), within);
    }
    INLINE_AVX2 __m256i popped(__m256i state, __m256i interval) const {
        const __m256i frequency = _mm256_add_epi32(_mm256_srli_epi32(interval, 16), _mm256_set1_epi32(1));
        const __m256i first = _mm256_and_si256(interval, _mm256_set1_epi32(0xffff));
        return popped(state, frequency, _mm256_sub_epi32(of(state), first));
    }
};

/// One vector's lookups: gives the symbol and takes it off the state.
struct FromPacked {
    Slots slots;
    const void* table;

    INLINE_AVX2 explicit FromPacked(const StaticDecoding& decoding)
        : slots(decoding.bits), table(decoding.packed.data()) {}

    INLINE_AVX2 __m256i operator()(__m256i& state, std::size_t) const {
        const __m256i entry = lookedUp(slots.of(state), table);
        const __m256i within = _mm256_and_si256(_mm256_srli_epi32(entry, 8), _mm256_set1_epi32(0xfff));
        state = slots.popped(state, _mm256_srli_epi32(entry, 20), within);
        return _mm256_and_si256(entry, _mm256_set1_epi32(0xff));
    }
};

struct FromSymbols {
    Slots slots;
    const void* symbols;
    const void* intervals;

    INLINE_AVX2 explicit FromSymbols(const StaticDecoding& decoding)
        : slots(decoding.bits), symbols(decoding.symbols.data()), intervals(decoding.intervals.data()) {}

    INLINE_AVX2 __m256i operator()(__m256i& state, std::size_t) const {
        const __m256i slot = slots.of(state);
        const __m256i symbol = _mm256_and_si256(
            _mm256_i32gather_epi32(static_cast<const int*>(symbols), slot, 2), _mm256_set1_epi32(0xffff));
        state = slots.popped(state, lookedUp(symbol, intervals));
        return symbol;
    }
};

/// A binary search in each symbol's own table; a table with fewer entries than the largest has its last steps idle.
struct FromTables {
    Slots slots;
    int steps;
    const void* entries;
    const std::uint32_t* places;

    INLINE_AVX2 explicit FromTables(const IndexedDecoding& decoding)
        : slots(decoding.bits), steps(decoding.steps), entries(decoding.entries), places(decoding.places) {}

    INLINE_AVX2 __m256i operator()(__m256i& state, std::size_t i) const {
        const __m256i slot = slots.of(state);
        const __m256i place = loaded(places + i);
        const __m256i start = _mm256_srli_epi32(place, 4);
        const __m256i size =
            _mm256_sllv_epi32(_mm256_set1_epi32(1), _mm256_and_si256(place, _mm256_set1_epi32(15)));
        __m256i half = _mm256_srli_epi32(size, 1);
        __m256i found = start;
        for (int step = 0; step < steps; ++step) {
            const __m256i middle = _mm256_add_epi32(found, half);
            const __m256i first = _mm256_and_si256(lookedUp(middle, entries), _mm256_set1_epi32(0xffff));
            found = _mm256_blendv_epi8(middle, found, _mm256_cmpgt_epi32(first, slot));
            half = _mm256_srli_epi32(half, 1);
        }
        state = slots.popped(state, lookedUp(found, entries));
        return _mm256_sub_epi32(found, start);
    }
};

/// Four vectors of symbols as bytes or as shorts.
template <typename Symbol>
struct Packed;

template <>
struct Packed<std::uint8_t> {
    __m256i all;

    INLINE_AVX2 Packed(__m256i a, __m256i b, __m256i c, __m256i d)
        : all(_mm256_packus_epi16(_mm256_packus_epi32(a, b), _mm256_packus_epi32(c, d))) {}

    INLINE_AVX2 void storeTo(std::uint8_t* symbols) const {
        stored(symbols, _mm256_permutevar8x32_epi32(all, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7)));
    }
};

template <>
struct Packed<std::uint16_t> {
    __m256i lower, upper;

    INLINE_AVX2 Packed(__m256i a, __m256i b, __m256i c, __m256i d)
        : lower(_mm256_packus_epi32(a, b)), upper(_mm256_packus_epi32(c, d)) {}

    INLINE_AVX2 void storeTo(std::uint16_t* symbols) const {
        stored(symbols, _mm256_permute4x64_epi64(lower, 0xd8));
        stored(symbols + 16, _mm256_permute4x64_epi64(upper, 0xd8));
    }
};

/// 32 of the states.
struct HalfRow {
    __m256i a, b, c, d;

    INLINE_AVX2 explicit HalfRow(const std::uint32_t* states)
        : a(loaded(states)), b(loaded(states + 8)), c(loaded(states + 16)), d(loaded(states + 24)) {}

    template <typename Symbol, typename From>
    INLINE_AVX2 Packed<Symbol> take(const From& from, std::size_t i) {
        const __m256i first = from(a, i), second = from(b, i + 8);
        const __m256i third = from(c, i + 16), fourth = from(d, i + 24);
        return {first, second, third, fourth};
    }

    INLINE_AVX2 void refill(const std::byte*& next) {
        a = refilled(a, next);
        b = refilled(b, next);
        c = refilled(c, next);
        d = refilled(d, next);
    }

    INLINE_AVX2 void storeTo(std::uint32_t* states) const {
        stored(states, a);
        stored(states + 8, b);
        stored(states + 16, c);
        stored(states + 24, d);
    }
};

template <typename From, typename Decoding, typename Symbol>
FOR_AVX2 std::size_t decodeRows(const Decoding& decoding, RansStates& states, RansWords& words,
                                Symbol* symbols, std::size_t rows) {
    const From from(decoding);
    const std::byte* next = words.next;
    HalfRow lower(&states[0]), upper(&states[32]);
    std::size_t row = 0;
    for (; row < rows && RansWords{next, words.end}.holdRow(); ++row) {
        // Stores come last: a gather waits for all that came before it.
        const std::size_t i = row * ransStates;
        const auto lowerSymbols = lower.template take<Symbol>(from, i);
        const auto upperSymbols = upper.template take<Symbol>(from, i + 32);
        lower.refill(next);
        upper.refill(next);
        lowerSymbols.storeTo(symbols + i);
        upperSymbols.storeTo(symbols + i + 32);
    }
    lower.storeTo(&states[0]);
    upper.storeTo(&states[32]);
    words.next = next;
    return row;
}

std::size_t decodeBytes(const StaticDecoding& decoding, RansStates& states, RansWords& words,
                        std::uint8_t* symbols, std::size_t rows) {
    if (!decoding.packed.empty()) return decodeRows<FromPacked>(decoding, states, words, symbols, rows);
    return decodeRows<FromSymbols>(decoding, states, words, symbols, rows);
}

std::size_t decodeShorts(const StaticDecoding& decoding, RansStates& states, RansWords& words,
                         std::uint16_t* symbols, std::size_t rows) {
    return decodeRows<FromSymbols>(decoding, states, words, symbols, rows);
}

std::size_t decodeIndexed(const IndexedDecoding& decoding, RansStates& states, RansWords& words,
                          std::uint16_t* symbols, std::size_t rows) {
    return decodeRows<FromTables>(decoding, states, words, symbols, rows);
}

}  // namespace

const RansKernels ransAvx2Kernels{encode, encodeBytes, decodeBytes, decodeShorts, decodeIndexed};

}  // namespace ratescope::media
#endif
