#include "core/engine/llm/packed/kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

// The loops of kernels.h for AVX2: a vector's 8 lanes are one half of a tile's rows. VPMADDUBSW adds two products of
// codes without sign and activations with in 16 bits: of 4-bit codes, all eight vectors of a group stay within
// 8 · 2 · 15 · 127 = 30,480; of 8-bit codes the signs go to the activations, and two products stay within 32,512.

namespace ratescope::engine {
namespace {

#define FOR_AVX2 [[gnu::target("avx2,f16c")]]
#define INLINE_AVX2 FOR_AVX2 [[gnu::always_inline]] inline

constexpr std::size_t groupColumns = PackedTiles::columnsOfGroup;
constexpr std::size_t vectors = 8;  // of a group, four columns each
constexpr std::size_t width = 8;    // rows of a half

INLINE_AVX2 __m256 halvesAt(const std::byte* place) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(place)));
}

INLINE_AVX2 __m256i vectorAt(const std::byte* place) {
    return _mm256_load_si256(reinterpret_cast<const __m256i*>(place));
}

/// Four columns of activations, the same for all rows.
INLINE_AVX2 __m256i fourOf(const std::int8_t* codes) {
    std::int32_t four;
    std::memcpy(&four, codes, sizeof four);
    return _mm256_set1_epi32(four);
}

struct GroupOfHalf {
    __m256i codes[vectors];  ///< without sign, 0 … 15, or with sign, −128 … 127
    __m256 scale, minimum;
};

template <PackedFormat format>
INLINE_AVX2 void load(const PackedTiles& matrix, const std::byte* tile, std::size_t index, std::size_t half,
                      GroupOfHalf& group) {
    const std::byte* const codes = tile + matrix.codesAt + index * codeBytesOf(format) + 32 * half;
    const std::byte* const scales = tile + index * scaleBytesOf(format) + 16 * half;
    group.scale = halvesAt(scales);
    if constexpr (format == PackedFormat::AsymmetricFour) group.minimum = halvesAt(scales + 32);
    if constexpr (format == PackedFormat::SymmetricEight) {
        for (std::size_t k = 0; k < vectors; ++k)
            group.codes[k] = _mm256_xor_si256(vectorAt(codes + 64 * k), _mm256_set1_epi8(-128));
    } else {
        const __m256i lower = _mm256_set1_epi8(15);
        for (std::size_t k = 0; k < vectors / 2; ++k) {
            const __m256i both = vectorAt(codes + 64 * k);
            group.codes[k] = _mm256_and_si256(both, lower);
            group.codes[k + vectors / 2] = _mm256_and_si256(_mm256_srli_epi16(both, 4), lower);
        }
    }
}

INLINE_AVX2 __m256i productOfFour(const GroupOfHalf& group, const std::int8_t* codes, std::int32_t start) {
    __m256i pairs = _mm256_setzero_si256();
    for (std::size_t k = 0; k < vectors; ++k)
        pairs = _mm256_add_epi16(pairs, _mm256_maddubs_epi16(group.codes[k], fourOf(codes + 4 * k)));
    return _mm256_add_epi32(_mm256_madd_epi16(pairs, _mm256_set1_epi16(1)), _mm256_set1_epi32(start));
}

INLINE_AVX2 __m256i productOfEight(const GroupOfHalf& group, const std::int8_t* codes) {
    __m256i sum = _mm256_setzero_si256();
    for (std::size_t k = 0; k < vectors; ++k) {
        const __m256i weights = group.codes[k];
        const __m256i pairs =
            _mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(fourOf(codes + 4 * k), weights));
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
    }
    return sum;
}

template <PackedFormat format>
INLINE_AVX2 __m256 term(const GroupOfHalf& group, const std::int8_t* codes, const ActivationScale& scale) {
    __m256i whole;
    if constexpr (format == PackedFormat::SymmetricEight)
        whole = productOfEight(group, codes);
    else
        whole = productOfFour(group, codes, -zeroOf(format) * scale.sum);
    const __m256 scaled =
        _mm256_mul_ps(_mm256_cvtepi32_ps(whole), _mm256_mul_ps(group.scale, _mm256_set1_ps(scale.scale)));
    if constexpr (format != PackedFormat::AsymmetricFour) return scaled;
    return _mm256_add_ps(scaled, _mm256_mul_ps(group.minimum, _mm256_set1_ps(scale.scaledSum)));
}

template <PackedFormat format>
FOR_AVX2 void quantisedTile(const PackedTiles& matrix, std::size_t tile, const std::int8_t* codes,
                            const ActivationScale* scales, float* out) {
    const std::byte* const place = matrix.tiles + tile * matrix.bytesOfTile;
    __m256 lower = _mm256_setzero_ps(), upper = _mm256_setzero_ps();
    for (std::size_t index = 0; index < matrix.groups; ++index, codes += groupColumns) {
        GroupOfHalf group;
        load<format>(matrix, place, index, 0, group);
        lower = _mm256_add_ps(lower, term<format>(group, codes, scales[index]));
        load<format>(matrix, place, index, 1, group);
        upper = _mm256_add_ps(upper, term<format>(group, codes, scales[index]));
    }
    float rows[PackedTiles::rowsOfTile];
    _mm256_storeu_ps(rows, lower);
    _mm256_storeu_ps(rows + width, upper);
    storeRows(matrix, tile, rows, out);
}

/// Column j of the four that a vector's lanes hold.
template <PackedFormat format>
INLINE_AVX2 __m256 weightsOf(const GroupOfHalf& group, std::size_t k, int j) {
    // Up, then down with the sign: only codes of 8 bits have one here.
    const __m256i high = _mm256_sll_epi32(group.codes[k], _mm_cvtsi32_si128(24 - 8 * j));
    const __m256i code = _mm256_srai_epi32(high, 24);
    constexpr int zero = format == PackedFormat::SymmetricEight ? 0 : zeroOf(format);
    const __m256 scaled =
        _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_sub_epi32(code, _mm256_set1_epi32(zero))), group.scale);
    if constexpr (format == PackedFormat::AsymmetricFour) return _mm256_add_ps(scaled, group.minimum);
    return scaled;
}

INLINE_AVX2 void addProduct(__m256& sum, __m256 weights, float value) {
    sum = _mm256_add_ps(sum, _mm256_mul_ps(weights, _mm256_set1_ps(value)));
}

template <PackedFormat format>
INLINE_AVX2 void addGroup(const PackedTiles& matrix, const std::byte* tile, std::size_t index,
                          std::size_t half, const float* values, __m256 (&sums)[floatChains]) {
    if constexpr (format == PackedFormat::Float32) {
        const auto* elements = reinterpret_cast<const float*>(tile + index * codeBytesOf(format));
        for (std::size_t i = 0; i < groupColumns; ++i)
            addProduct(sums[i % floatChains], _mm256_load_ps(elements + 16 * i + width * half), values[i]);
    } else {
        GroupOfHalf group;
        load<format>(matrix, tile, index, half, group);
        for (std::size_t k = 0; k < vectors; ++k)
            for (int j = 0; j < 4; ++j)
                addProduct(sums[j], weightsOf<format>(group, k, j),
                           values[4 * k + static_cast<std::size_t>(j)]);
    }
}

template <PackedFormat format>
FOR_AVX2 void floatTile(const PackedTiles& matrix, std::size_t tile, const float* values, float* out) {
    float rows[PackedTiles::rowsOfTile];
    for (std::size_t half = 0; half < 2; ++half) {
        __m256 sums[floatChains] = {_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(),
                                    _mm256_setzero_ps()};
        for (std::size_t index = 0; index < matrix.groups; ++index)
            addGroup<format>(matrix, matrix.tiles + tile * matrix.bytesOfTile, index, half,
                             values + index * groupColumns, sums);
        _mm256_storeu_ps(rows + width * half,
                         _mm256_add_ps(_mm256_add_ps(sums[0], sums[1]), _mm256_add_ps(sums[2], sums[3])));
    }
    storeRows(matrix, tile, rows, out);
}

void quantised(const PackedTiles& matrix, const Activations& activations, std::size_t first, std::size_t last,
               float* out) {
    const auto kernel =
        matrix.format == PackedFormat::SymmetricFour    ? quantisedTile<PackedFormat::SymmetricFour>
        : matrix.format == PackedFormat::AsymmetricFour ? quantisedTile<PackedFormat::AsymmetricFour>
                                                        : quantisedTile<PackedFormat::SymmetricEight>;
    for (std::size_t tile = first; tile < last; ++tile)
        for (std::size_t token = 0; token < activations.tokens(); ++token)
            kernel(matrix, tile, activations.codes() + token * matrix.groups * groupColumns,
                   activations.scales() + token * matrix.groups, out + token * matrix.rows);
}

void floats(const PackedTiles& matrix, const Activations& activations, std::size_t first, std::size_t last,
            float* out) {
    constexpr FloatTile byFormat[] = {
        floatTile<PackedFormat::Float32>, floatTile<PackedFormat::SymmetricFour>,
        floatTile<PackedFormat::AsymmetricFour>, floatTile<PackedFormat::SymmetricEight>};
    floatTiles(byFormat, matrix, activations, first, last, out);
}

}  // namespace

const GemvKernels avx2GemvKernels{quantised, floats};

}  // namespace ratescope::engine
#endif
