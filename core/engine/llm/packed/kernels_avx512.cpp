#include "core/engine/llm/packed/kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

// The loops of kernels.h for AVX-512 with VNNI: a vector's 16 lanes are the 16 rows of a tile, so that nothing is ever
// added across lanes. VPDPBUSD adds four columns at once: codes without sign, activations with.

namespace ratescope::engine {
namespace {

#define FOR_VNNI [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]]
#define INLINE_VNNI FOR_VNNI [[gnu::always_inline]] inline

constexpr std::size_t groupColumns = PackedTiles::columnsOfGroup;
constexpr std::size_t vectors = 8;  // of a group, four columns each
/// Bytes from what is read to what is fetched: the processor itself does not look beyond a page of 4 KiB.
constexpr std::size_t ahead = 2048;
constexpr int mostTokens = 4;  // at a time, so that what they add up to stays in registers

INLINE_VNNI __m512 halvesAt(const std::byte* place) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(place)));
}

/// Four columns of activations, the same for all rows.
INLINE_VNNI __m512i fourOf(const std::int8_t* codes) {
    std::int32_t four;
    std::memcpy(&four, codes, sizeof four);
    return _mm512_set1_epi32(four);
}

struct GroupOfTile {
    __m512i codes[vectors];
    __m512 scale, minimum;
};

template <PackedFormat format>
INLINE_VNNI void load(const PackedTiles& matrix, const std::byte* tile, std::size_t index,
                      GroupOfTile& group) {
    const std::byte* const codes = tile + matrix.codesAt + index * codeBytesOf(format);
    const std::byte* const scales = tile + index * scaleBytesOf(format);
    for (std::size_t line = 0; line < codeBytesOf(format); line += 64)
        _mm_prefetch(reinterpret_cast<const char*>(codes + ahead + line), _MM_HINT_T0);
    group.scale = halvesAt(scales);
    if constexpr (format == PackedFormat::AsymmetricFour) group.minimum = halvesAt(scales + 32);
    if constexpr (format == PackedFormat::SymmetricEight) {
        for (std::size_t k = 0; k < vectors; ++k)
            group.codes[k] = _mm512_load_si512(codes + 64 * k);
    } else {
        const __m512i lower = _mm512_set1_epi8(15);
        for (std::size_t k = 0; k < vectors / 2; ++k) {
            const __m512i both = _mm512_load_si512(codes + 64 * k);
            group.codes[k] = _mm512_and_si512(both, lower);
            group.codes[k + vectors / 2] = _mm512_and_si512(_mm512_srli_epi16(both, 4), lower);
        }
    }
}

template <PackedFormat format>
INLINE_VNNI __m512 term(const GroupOfTile& group, const std::int8_t* codes, const ActivationScale& scale) {
    __m512i even = _mm512_set1_epi32(-zeroOf(format) * scale.sum);
    __m512i odd = _mm512_setzero_si512();
    for (std::size_t k = 0; k < vectors; k += 2) {
        even = _mm512_dpbusd_epi32(even, group.codes[k], fourOf(codes + 4 * k));
        odd = _mm512_dpbusd_epi32(odd, group.codes[k + 1], fourOf(codes + 4 * k + 4));
    }
    const __m512 product = _mm512_cvtepi32_ps(_mm512_add_epi32(even, odd));
    const __m512 scaled = _mm512_mul_ps(product, _mm512_mul_ps(group.scale, _mm512_set1_ps(scale.scale)));
    if constexpr (format != PackedFormat::AsymmetricFour) return scaled;
    return _mm512_add_ps(scaled, _mm512_mul_ps(group.minimum, _mm512_set1_ps(scale.scaledSum)));
}

template <PackedFormat format, int tokens>
FOR_VNNI void quantisedTile(const PackedTiles& matrix, std::size_t tile, const std::int8_t* codes,
                            const ActivationScale* scales, float* out) {
    const std::byte* const place = matrix.tiles + tile * matrix.bytesOfTile;
    __m512 sums[tokens];
    for (int token = 0; token < tokens; ++token)
        sums[token] = _mm512_setzero_ps();
    for (std::size_t index = 0; index < matrix.groups; ++index) {
        GroupOfTile group;
        load<format>(matrix, place, index, group);
        for (std::size_t token = 0; token < tokens; ++token) {
            const std::size_t at = token * matrix.groups + index;
            sums[token] =
                _mm512_add_ps(sums[token], term<format>(group, codes + at * groupColumns, scales[at]));
        }
    }
    for (std::size_t token = 0; token < tokens; ++token) {
        alignas(64) float rows[PackedTiles::rowsOfTile];
        _mm512_store_ps(rows, sums[token]);
        storeRows(matrix, tile, rows, out + token * matrix.rows);
    }
}

template <PackedFormat format>
void quantisedTiles(const PackedTiles& matrix, const Activations& activations, std::size_t first,
                    std::size_t last, float* out) {
    constexpr decltype(&quantisedTile<format, 1>) byTokens[mostTokens] = {
        quantisedTile<format, 1>, quantisedTile<format, 2>, quantisedTile<format, 3>,
        quantisedTile<format, 4>};
    for (std::size_t tile = first; tile < last; ++tile)
        for (std::size_t token = 0; token < activations.tokens(); token += mostTokens) {
            const std::size_t left = activations.tokens() - token;
            byTokens[(left < mostTokens ? left : mostTokens) - 1](
                matrix, tile, activations.codes() + token * matrix.groups * groupColumns,
                activations.scales() + token * matrix.groups, out + token * matrix.rows);
        }
}

void quantised(const PackedTiles& matrix, const Activations& activations, std::size_t first, std::size_t last,
               float* out) {
    if (matrix.format == PackedFormat::SymmetricFour)
        quantisedTiles<PackedFormat::SymmetricFour>(matrix, activations, first, last, out);
    else if (matrix.format == PackedFormat::AsymmetricFour)
        quantisedTiles<PackedFormat::AsymmetricFour>(matrix, activations, first, last, out);
    else
        quantisedTiles<PackedFormat::SymmetricEight>(matrix, activations, first, last, out);
}

/// Column j of the four that a vector's lanes hold.
template <PackedFormat format>
INLINE_VNNI __m512 weightsOf(const GroupOfTile& group, std::size_t k, int j) {
    const __m512i code =
        _mm512_and_si512(_mm512_srl_epi32(group.codes[k], _mm_cvtsi32_si128(8 * j)), _mm512_set1_epi32(255));
    const __m512 centred = _mm512_cvtepi32_ps(_mm512_sub_epi32(code, _mm512_set1_epi32(zeroOf(format))));
    const __m512 scaled = _mm512_mul_ps(centred, group.scale);
    if constexpr (format == PackedFormat::AsymmetricFour) return _mm512_add_ps(scaled, group.minimum);
    return scaled;
}

INLINE_VNNI void addProduct(__m512& sum, __m512 weights, float value) {
    sum = _mm512_add_ps(sum, _mm512_mul_ps(weights, _mm512_set1_ps(value)));
}

template <PackedFormat format>
INLINE_VNNI void addGroup(const PackedTiles& matrix, const std::byte* tile, std::size_t index,
                          const float* values, __m512 (&sums)[floatChains]) {
    if constexpr (format == PackedFormat::Float32) {
        const auto* elements = reinterpret_cast<const float*>(tile + index * codeBytesOf(format));
        for (std::size_t i = 0; i < groupColumns; ++i)
            addProduct(sums[i % floatChains], _mm512_load_ps(elements + 16 * i), values[i]);
    } else {
        GroupOfTile group;
        load<format>(matrix, tile, index, group);
        for (std::size_t k = 0; k < vectors; ++k)
            for (int j = 0; j < 4; ++j)
                addProduct(sums[j], weightsOf<format>(group, k, j),
                           values[4 * k + static_cast<std::size_t>(j)]);
    }
}

template <PackedFormat format>
FOR_VNNI void floatTile(const PackedTiles& matrix, std::size_t tile, const float* values, float* out) {
    __m512 sums[floatChains] = {_mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps(),
                                _mm512_setzero_ps()};
    for (std::size_t index = 0; index < matrix.groups; ++index)
        addGroup<format>(matrix, matrix.tiles + tile * matrix.bytesOfTile, index,
                         values + index * groupColumns, sums);
    alignas(64) float rows[PackedTiles::rowsOfTile];
    _mm512_store_ps(rows, _mm512_add_ps(_mm512_add_ps(sums[0], sums[1]), _mm512_add_ps(sums[2], sums[3])));
    storeRows(matrix, tile, rows, out);
}

void floats(const PackedTiles& matrix, const Activations& activations, std::size_t first, std::size_t last,
            float* out) {
    constexpr FloatTile byFormat[] = {
        floatTile<PackedFormat::Float32>, floatTile<PackedFormat::SymmetricFour>,
        floatTile<PackedFormat::AsymmetricFour>, floatTile<PackedFormat::SymmetricEight>};
    floatTiles(byFormat, matrix, activations, first, last, out);
}

}  // namespace

const GemvKernels avx512GemvKernels{quantised, floats};

}  // namespace ratescope::engine
#endif
