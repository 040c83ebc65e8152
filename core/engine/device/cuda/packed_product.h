#pragma once

// y = W x over packed weights and quantised activations, as one thread of a CUDA kernel does it. The bits are those of
// llm/packed/kernels.h: integer products are exact, and a row's groups are added in order.

#include "core/engine/device/cuda/per_thread.h"
#include "core/engine/llm/packed/activations.h"
#include "core/engine/llm/packed/packed_matrix.h"
#include "core/media/quality/half.h"

namespace ratescope::engine {

/// All pointers are of one memory, the device's or the host's, and lie on 4 bytes.
struct PackedProduct {
    PackedTiles matrix;                       ///< of a format with codes
    std::size_t tokens = 0;                   ///< 1 or more
    const std::int8_t* codes = nullptr;       ///< [tokens, groups · 32], as Activations has them
    const ActivationScale* scales = nullptr;  ///< [tokens, groups]
    float* out = nullptr;                     ///< [tokens, rows]

    /// One a tile and token.
    std::size_t blocks() const { return matrix.count() * tokens; }
};

/// A block makes the terms of 16 groups at once, a thread each, then adds them up, a thread a row:
///     for (first = 0; first < groups; first += groupsAtOnce) { putTerm(first, terms); <all> addTerms(first, terms); <all> }
///     store();
/// where <all> waits for all threads of the block, which share `terms`: [groupsAtOnce, rowsOfTile].
class ProductThread {
  public:
    static constexpr std::size_t groupsAtOnce = 16;
    static constexpr std::size_t threadsOfBlock = groupsAtOnce * PackedTiles::rowsOfTile;

    RATESCOPE_PER_THREAD ProductThread(const PackedProduct& product, std::size_t block, std::size_t thread)
        : tile_(block / product.tokens),
          token_(block % product.tokens),
          row_(thread % PackedTiles::rowsOfTile),
          lane_(thread / PackedTiles::rowsOfTile) {}

    RATESCOPE_PER_THREAD void putTerm(const PackedProduct& product, std::size_t first, float* terms) const {
        const std::size_t group = first + lane_;
        if (group < product.matrix.groups)
            terms[lane_ * PackedTiles::rowsOfTile + row_] = term(product, group);
    }

    RATESCOPE_PER_THREAD void addTerms(const PackedProduct& product, std::size_t first, const float* terms) {
        if (lane_ > 0) return;
        for (std::size_t lane = 0; lane < groupsAtOnce && first + lane < product.matrix.groups; ++lane)
            sum_ += terms[lane * PackedTiles::rowsOfTile + row_];
    }

    RATESCOPE_PER_THREAD void store(const PackedProduct& product) const {
        const std::size_t row = tile_ * PackedTiles::rowsOfTile + row_;
        if (lane_ == 0 && row < product.matrix.rows) product.out[token_ * product.matrix.rows + row] = sum_;
    }

  private:
    /// Of four codes in a word, unsigned, and four of activations.
    static RATESCOPE_PER_THREAD std::int32_t dot(std::uint32_t weights, std::uint32_t activations) {
        std::int32_t sum = 0;
        for (int bit = 0; bit < 32; bit += 8)
            sum += static_cast<std::int32_t>(weights >> bit & 255) *
                   static_cast<std::int8_t>(activations >> bit & 255);
        return sum;
    }

    RATESCOPE_PER_THREAD std::int32_t codedProduct(const PackedProduct& product, std::size_t group) const {
        constexpr std::size_t wordsOfVector = PackedTiles::rowsOfTile;
        constexpr std::size_t vectors = PackedTiles::columnsOfGroup / 4;
        constexpr std::uint32_t lowerHalves = 0x0f0f0f0f;
        const PackedTiles& matrix = product.matrix;
        const std::size_t at = token_ * matrix.groups + group;
        const auto* const words =
            reinterpret_cast<const std::uint32_t*>(matrix.tiles + tile_ * matrix.bytesOfTile +
                                                   matrix.codesAt + group * codeBytesOf(matrix.format)) +
            row_;
        const auto* const codes =
            reinterpret_cast<const std::uint32_t*>(product.codes + at * PackedTiles::columnsOfGroup);
        std::int32_t sum = -zeroOf(matrix.format) * product.scales[at].sum;
        if (matrix.format == PackedFormat::SymmetricEight) {
            for (std::size_t k = 0; k < vectors; ++k)
                sum += dot(words[k * wordsOfVector], codes[k]);
            return sum;
        }
        for (std::size_t k = 0; k < vectors / 2; ++k) {
            const std::uint32_t both = words[k * wordsOfVector];
            sum += dot(both & lowerHalves, codes[k]) + dot(both >> 4 & lowerHalves, codes[k + vectors / 2]);
        }
        return sum;
    }

    RATESCOPE_PER_THREAD float term(const PackedProduct& product, std::size_t group) const {
        const PackedTiles& matrix = product.matrix;
        const ActivationScale& activation = product.scales[token_ * matrix.groups + group];
        const auto* const scales =
            reinterpret_cast<const std::uint16_t*>(matrix.tiles + tile_ * matrix.bytesOfTile +
                                                   group * scaleBytesOf(matrix.format)) +
            row_;
        float value = static_cast<float>(codedProduct(product, group)) *
                      (media::halfToFloat(scales[0]) * activation.scale);
        if (matrix.format == PackedFormat::AsymmetricFour)
            value += media::halfToFloat(scales[PackedTiles::rowsOfTile]) * activation.scaledSum;
        return value;
    }

    std::size_t tile_, token_, row_, lane_;
    float sum_ = 0;
};

}  // namespace ratescope::engine
