#include "core/engine/llm/packed/kernels.h"
#include "core/engine/llm/packed/packed_group.h"
#include "core/media/quality/half.h"

namespace ratescope::engine {
namespace {

constexpr std::size_t tileRows = PackedTiles::rowsOfTile;
constexpr std::size_t groupColumns = PackedTiles::columnsOfGroup;

float quantisedProduct(const PackedTiles& matrix, const std::byte* tile, std::size_t row,
                       const std::int8_t* codes, const ActivationScale* scales) {
    float sum = 0;
    for (std::size_t group = 0; group < matrix.groups; ++group, codes += groupColumns) {
        const PackedGroup weights = takenGroup(matrix, tile, row, group);
        std::int32_t product = -zeroOf(matrix.format) * scales[group].sum;
        for (std::size_t i = 0; i < groupColumns; ++i)
            product += weights.codes[i] * codes[i];
        float term = static_cast<float>(product) * (media::halfToFloat(weights.scale) * scales[group].scale);
        if (matrix.format == PackedFormat::AsymmetricFour)
            term += media::halfToFloat(weights.minimum) * scales[group].scaledSum;
        sum += term;
    }
    return sum;
}

void quantised(const PackedTiles& matrix, const Activations& activations, std::size_t first, std::size_t last,
               float* out) {
    for (std::size_t tile = first; tile < last; ++tile)
        for (std::size_t token = 0; token < activations.tokens(); ++token) {
            const std::size_t from = token * matrix.groups;
            float rows[tileRows];
            for (std::size_t row = 0; row < tileRows; ++row)
                rows[row] =
                    quantisedProduct(matrix, matrix.tiles + tile * matrix.bytesOfTile, row,
                                     activations.codes() + from * groupColumns, activations.scales() + from);
            storeRows(matrix, tile, rows, out + token * matrix.rows);
        }
}

void weightsOf(const PackedTiles& matrix, const std::byte* tile, std::size_t row, std::size_t index,
               float (&weights)[groupColumns]) {
    if (matrix.format == PackedFormat::Float32) {
        const auto* const elements =
            reinterpret_cast<const float*>(tile + index * codeBytesOf(matrix.format));
        for (std::size_t i = 0; i < groupColumns; ++i)
            weights[i] = elements[i * tileRows + row];
        return;
    }
    const PackedGroup group = takenGroup(matrix, tile, row, index);
    const float scale = media::halfToFloat(group.scale), minimum = media::halfToFloat(group.minimum);
    for (std::size_t i = 0; i < groupColumns; ++i) {
        weights[i] = static_cast<float>(group.codes[i] - zeroOf(matrix.format)) * scale;
        if (matrix.format == PackedFormat::AsymmetricFour) weights[i] += minimum;
    }
}

float floatProduct(const PackedTiles& matrix, const std::byte* tile, std::size_t row, const float* values) {
    float sums[floatChains] = {};
    for (std::size_t group = 0; group < matrix.groups; ++group, values += groupColumns) {
        float weights[groupColumns];
        weightsOf(matrix, tile, row, group, weights);
        for (std::size_t i = 0; i < groupColumns; ++i)
            sums[i % floatChains] += weights[i] * values[i];
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

void floats(const PackedTiles& matrix, const Activations& activations, std::size_t first, std::size_t last,
            float* out) {
    for (std::size_t tile = first; tile < last; ++tile)
        for (std::size_t token = 0; token < activations.tokens(); ++token) {
            float rows[tileRows];
            for (std::size_t row = 0; row < tileRows; ++row)
                rows[row] = floatProduct(matrix, matrix.tiles + tile * matrix.bytesOfTile, row,
                                         activations.values() + token * matrix.groups * groupColumns);
            storeRows(matrix, tile, rows, out + token * matrix.rows);
        }
}

}  // namespace

const GemvKernels scalarGemvKernels{quantised, floats};

}  // namespace ratescope::engine
