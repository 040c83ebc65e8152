#include "core/media/coding/rans_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstring>

// The loops of rans_kernels.h for AVX-512 (F, BW, DQ, VL): four vectors of 16 states.

namespace ratescope::media {
namespace {

#define FOR_AVX512 RATESCOPE_FOR_AVX512
#define INLINE_AVX512 RATESCOPE_FOR_AVX512 RATESCOPE_INLINE

constexpr int vectors = 4;
constexpr std::size_t width = 16;

INLINE_AVX512 __m512i loaded(const void* place) {
    return _mm512_loadu_si512(place);
}

/// `table[index]` of 32-bit numbers.
INLINE_AVX512 __m512i lookedUp(__m512i index, const void* table) {
    return _mm512_i32gather_epi32(index, table, 4);
}

/// The numbers of `state` that are at the first symbol's turn put out; writes 32 bytes below `end`.
INLINE_AVX512 __m512i drained(__m512i state, __mmask16 full, std::uint16_t*& end) {
    // Words to be put out move to the lower elements, then up so that the last one lies at the end.
    const int count = __builtin_popcount(full);
    const __m512i upwards = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i order = _mm512_add_epi32(upwards, _mm512_set1_epi32(count));
    const __m512i words = _mm512_permutexvar_epi32(order, _mm512_maskz_compress_epi32(full, state));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(end - width), _mm512_cvtepi32_epi16(words));
    end -= count;
    return _mm512_mask_srli_epi32(state, full, state, 16);
}

/// Pushes 16 symbols. The quotient is one of single precision, rounded down, and at most 1 too small because it has
/// no more than 21 bits (FrequencyTable::fewestBits).
INLINE_AVX512 __m512i pushed(__m512i state, __m512i interval, int bits, std::uint16_t*& end) {
    const __m512i first = _mm512_and_si512(interval, _mm512_set1_epi32(0xffff));
    const __m512i frequency = _mm512_add_epi32(_mm512_srli_epi32(interval, 16), _mm512_set1_epi32(1));
    const __m512i top = _mm512_srlv_epi32(state, _mm512_set1_epi32(32 - bits));
    state = drained(state, _mm512_cmpge_epu32_mask(top, frequency), end);
    constexpr int down = _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC;
    const __m512i quotient = _mm512_cvttps_epi32(
        _mm512_div_round_ps(_mm512_cvt_roundepu32_ps(state, down), _mm512_cvtepi32_ps(frequency), down));
    const __m512i rest = _mm512_sub_epi32(state, _mm512_mullo_epi32(quotient, frequency));
    const __m512i slots = _mm512_set1_epi32(1 << bits);
    const __m512i next =
        _mm512_add_epi32(_mm512_sllv_epi32(quotient, _mm512_set1_epi32(bits)), _mm512_add_epi32(rest, first));
    return _mm512_mask_add_epi32(next, _mm512_cmpge_epu32_mask(rest, frequency), next,
                                 _mm512_sub_epi32(slots, frequency));
}

FOR_AVX512 std::uint16_t* encode(const Interval* intervals, std::size_t rows, int bits, RansStates& states,
                                 std::uint16_t* end) {
    __m512i a = loaded(&states[0]), b = loaded(&states[16]), c = loaded(&states[32]), d = loaded(&states[48]);
    for (std::size_t row = rows; row-- > 0;) {
        const Interval* const here = intervals + row * ransStates;
        d = pushed(d, loaded(here + 48), bits, end);
        c = pushed(c, loaded(here + 32), bits, end);
        b = pushed(b, loaded(here + 16), bits, end);
        a = pushed(a, loaded(here), bits, end);
    }
    _mm512_storeu_si512(&states[0], a);
    _mm512_storeu_si512(&states[16], b);
    _mm512_storeu_si512(&states[32], c);
    _mm512_storeu_si512(&states[48], d);
    return end;
}

FOR_AVX512 std::uint16_t* encodeBytes(const std::uint8_t* symbols, std::size_t rows,
                                      const ByteEncoding& encoding, RansStates& states, std::uint16_t* end) {
    // Looked up ahead: a gather waits for the address of every earlier store, which here the data decide.
    constexpr std::size_t rowsAtOnce = 32;
    alignas(64) std::array<Interval, rowsAtOnce * ransStates> intervals;
    while (rows > 0) {
        const std::size_t count = (rows - 1) % rowsAtOnce + 1;
        rows -= count;
        const std::uint8_t* const here = symbols + rows * ransStates;
        for (std::size_t i = 0; i < count * ransStates; i += width) {
            const __m512i index =
                _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(here + i)));
            _mm512_store_si512(&intervals[i], lookedUp(index, encoding.intervals.data()));
        }
        end = encode(intervals.data(), count, encoding.bits, states, end);
    }
    return end;
}

/// States below 2^16 take a word each, in order.
INLINE_AVX512 __m512i refilled(__m512i state, const std::byte*& next) {
    const __mmask16 empty = _mm512_cmplt_epu32_mask(state, _mm512_set1_epi32(ransLeastState));
    const __m512i words = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(next)));
    next += 2 * __builtin_popcount(empty);
    return _mm512_or_si512(_mm512_mask_slli_epi32(state, empty, state, 16),
                           _mm512_maskz_expand_epi32(empty, words));
}

/// Of a number of bits, as vectors. Values here, not references: a store of symbols might change what is referred to.
struct Slots {
    __m512i bits;
    __m512i mask;

    INLINE_AVX512 explicit Slots(int count)
        : bits(_mm512_set1_epi32(count)), mask(_mm512_set1_epi32((1 << count) - 1)) {}

    INLINE_AVX512 __m512i of(__m512i state) const { return _mm512_and_si512(state, mask); }
    /// frequency · ⌊state / 2^bits⌋ + within
    INLINE_AVX512 __m512i popped(__m512i state, __m512i frequency, __m512i within) const {
        return _mm512_add_epi32(_mm512_mullo_epi32(frequency, _mm512_srlv_epi32(state, bits)), within);
    }
    INLINE_AVX512 __m512i popped(__m512i state, __m512i interval) const {
        const __m512i frequency = _mm512_add_epi32(_mm512_srli_epi32(interval, 16), _mm512_set1_epi32(1));
        const __m512i first = _mm512_and_si512(interval, _mm512_set1_epi32(0xffff));
        return popped(state, frequency, _mm512_sub_epi32(of(state), first));
    }
};

/// One vector's lookups: gives the symbol and takes it off the state.
struct FromPacked {
    Slots slots;
    const void* table;

    INLINE_AVX512 explicit FromPacked(const StaticDecoding& decoding)
        : slots(decoding.bits), table(decoding.packed.data()) {}

    INLINE_AVX512 __m512i operator()(__m512i& state, std::size_t) const {
        const __m512i entry = lookedUp(slots.of(state), table);
        const __m512i within = _mm512_and_si512(_mm512_srli_epi32(entry, 8), _mm512_set1_epi32(0xfff));
        state = slots.popped(state, _mm512_srli_epi32(entry, 20), within);
        return _mm512_and_si512(entry, _mm512_set1_epi32(0xff));
    }
};

struct FromSymbols {
    Slots slots;
    const void* symbols;
    const void* intervals;

    INLINE_AVX512 explicit FromSymbols(const StaticDecoding& decoding)
        : slots(decoding.bits), symbols(decoding.symbols.data()), intervals(decoding.intervals.data()) {}

    INLINE_AVX512 __m512i operator()(__m512i& state, std::size_t) const {
        const __m512i slot = slots.of(state);
        const __m512i symbol =
            _mm512_and_si512(_mm512_i32gather_epi32(slot, symbols, 2), _mm512_set1_epi32(0xffff));
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

    INLINE_AVX512 explicit FromTables(const IndexedDecoding& decoding)
        : slots(decoding.bits), steps(decoding.steps), entries(decoding.entries), places(decoding.places) {}

    INLINE_AVX512 __m512i operator()(__m512i& state, std::size_t i) const {
        const __m512i slot = slots.of(state);
        const __m512i place = loaded(places + i);
        const __m512i start = _mm512_srli_epi32(place, 4);
        const __m512i size =
            _mm512_sllv_epi32(_mm512_set1_epi32(1), _mm512_and_si512(place, _mm512_set1_epi32(15)));
        __m512i half = _mm512_srli_epi32(size, 1);
        __m512i found = start;
        for (int step = 0; step < steps; ++step) {
            const __m512i middle = _mm512_add_epi32(found, half);
            const __m512i first = _mm512_and_si512(lookedUp(middle, entries), _mm512_set1_epi32(0xffff));
            found = _mm512_mask_mov_epi32(found, _mm512_cmple_epu32_mask(first, slot), middle);
            half = _mm512_srli_epi32(half, 1);
        }
        state = slots.popped(state, lookedUp(found, entries));
        return _mm512_sub_epi32(found, start);
    }
};

INLINE_AVX512 void store(std::uint8_t* symbols, const __m512i (&four)[vectors]) {
    const __m512i bytes =
        _mm512_packus_epi16(_mm512_packus_epi32(four[0], four[1]), _mm512_packus_epi32(four[2], four[3]));
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    _mm512_storeu_si512(symbols, _mm512_permutexvar_epi32(order, bytes));
}

INLINE_AVX512 void store(std::uint16_t* symbols, const __m512i (&four)[vectors]) {
    for (std::size_t i = 0; i < vectors; ++i)
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(symbols + width * i), _mm512_cvtepi32_epi16(four[i]));
}

template <typename From, typename Decoding, typename Symbol>
FOR_AVX512 std::size_t decodeRows(const Decoding& decoding, RansStates& states, RansWords& words,
                                  Symbol* symbols, std::size_t rows) {
    const From from(decoding);
    const std::byte* next = words.next;
    __m512i a = loaded(&states[0]), b = loaded(&states[16]), c = loaded(&states[32]), d = loaded(&states[48]);
    std::size_t row = 0;
    for (; row < rows && RansWords{next, words.end}.holdRow(); ++row) {
        const std::size_t i = row * ransStates;
        const __m512i four[vectors] = {from(a, i), from(b, i + 16), from(c, i + 32), from(d, i + 48)};
        a = refilled(a, next);
        b = refilled(b, next);
        c = refilled(c, next);
        d = refilled(d, next);
        store(symbols + i, four);
    }
    _mm512_storeu_si512(&states[0], a);
    _mm512_storeu_si512(&states[16], b);
    _mm512_storeu_si512(&states[32], c);
    _mm512_storeu_si512(&states[48], d);
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

const RansKernels ransAvx512Kernels{encode, encodeBytes, decodeBytes, decodeShorts, decodeIndexed};

}  // namespace ratescope::media
#endif
