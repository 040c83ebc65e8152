#include "core/engine/quant/vector_codes.h"

#include "core/engine/quant/factor.h"
#include "core/error.h"
#include "core/media/quality/half.h"

#include <algorithm>

namespace ratescope::engine {
namespace {

constexpr std::int64_t longestVector = 16;
constexpr std::uint64_t halfBits = 16, wordBits = 32;

void requireLength(std::int64_t length) {
    if (length < 1 || length > longestVector)
        throw Error(ErrorKind::Usage, "Vectors of " + std::to_string(length) + " weights are not made.",
                    "Set a length of 1 to 16.");
}

Matrix<float> rowVectors(const Matrix<float>& weights, std::int64_t length) {
    const std::int64_t perRow = (weights.columns + length - 1) / length;
    Matrix<float> vectors(weights.rows * perRow, length);
    for (std::int64_t i = 0; i < weights.rows; ++i)
        std::ranges::copy(weights.row(i), vectors.row(i * perRow).begin());
    return vectors;
}

/// The weights of a column from its codewords; padded rows are dropped.
void restoreColumn(const VectorColumns& part, std::int64_t column, std::span<float> weights) {
    const auto length = static_cast<std::size_t>(part.codewords.columns);
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const auto vector = static_cast<std::int64_t>(i / length),
                   element = static_cast<std::int64_t>(i % length);
        weights[i] = part.codewords.at(part.indices.at(column, vector), element);
        if (part.residual.rows > 0)
            weights[i] += part.residual.at(part.residualIndices.at(column, vector), element);
    }
}

}  // namespace

Matrix<float> columnVectors(const Matrix<float>& weights, std::int64_t first, std::int64_t count,
                            std::int64_t length) {
    const std::int64_t perColumn = (weights.rows + length - 1) / length;
    Matrix<float> vectors(count * perColumn, length);
    for (std::int64_t i = 0; i < weights.rows; ++i)
        for (std::int64_t j = 0; j < count; ++j)
            vectors.at(j * perColumn + i / length, i % length) = weights.at(i, first + j);
    return vectors;
}

Matrix<float> dequantised(const VectorStored& stored) {
    Matrix<float> weights(stored.rows, stored.columns);
    std::vector<float> column(static_cast<std::size_t>(stored.rows));
    std::size_t place = 0;
    for (const VectorColumns& part : stored.parts)
        for (std::int64_t j = 0; j < part.columns; ++j, ++place) {
            restoreColumn(part, j, column);
            const bool isScaled = !stored.scales.empty();
            const float scale = isScaled ? media::halfToFloat(stored.scales[place]) : 1.0F;
            const float bias = isScaled ? media::halfToFloat(stored.biases[place]) : 0.0F;
            const std::int64_t input =
                stored.order.empty() ? static_cast<std::int64_t>(place) : stored.order[place];
            for (std::int64_t i = 0; i < stored.rows; ++i)
                weights.at(i, input) = scale * column[static_cast<std::size_t>(i)] + bias;
        }
    return weights;
}

VectorBits storedBits(const VectorStored& stored) {
    VectorBits bits;
    for (const VectorColumns& part : stored.parts) {
        const bool hasResidual = part.residual.rows > 0;
        const int fieldBits =
            indexBits(part.codewords.rows) + (hasResidual ? indexBits(part.residual.rows) : 0);
        const auto field = static_cast<std::uint64_t>(fieldBits);
        const auto rows = static_cast<std::uint64_t>(part.indices.columns);
        const std::uint64_t rowBits = field * static_cast<std::uint64_t>(part.columns);
        bits.indices += rows * rowBits;
        bits.indexPadding += rows * ((rowBits + wordBits - 1) / wordBits * wordBits - rowBits);
        bits.codebooks += halfBits * (part.codewords.values.size() + part.residual.values.size());
    }
    bits.normalisation = halfBits * (stored.scales.size() + stored.biases.size());
    bits.permutation = stored.order.size() * (stored.columns > 65536 ? 32 : 16);
    return bits;
}

PlainVectorQuantised vectorQuantise(const std::string& name, const Matrix<float>& weights, VectorAxis axis,
                                    std::int64_t length, std::span<const double> columnWeights,
                                    const KMeansSettings& settings, const media::Execution& execution) {
    requireLength(length);
    const bool alongOutputs = axis == VectorAxis::Outputs;
    if (!columnWeights.empty() &&
        (!alongOutputs || static_cast<std::int64_t>(columnWeights.size()) != weights.columns))
        throw Error(ErrorKind::Usage, "Weights of columns go with vectors along the outputs, one a column.",
                    "Leave the weights out.");
    const Matrix<float> vectors =
        alongOutputs ? columnVectors(weights, 0, weights.columns, length) : rowVectors(weights, length);
    std::vector<double> shares;
    if (!columnWeights.empty()) {
        const std::int64_t perColumn = vectors.rows / std::max<std::int64_t>(weights.columns, 1);
        for (const double share : columnWeights)
            shares.insert(shares.end(), static_cast<std::size_t>(perColumn), share);
    }
    const Clustering clusters = kMeans(name, vectors, shares, settings, execution);
    PlainVectorQuantised result;
    result.codewords = halfCodewords(name, clusters.codewords);
    result.indices.resize(clusters.indices.size());
    NearestCodeword(result.codewords).find(vectors.values, result.indices);
    result.weights = Matrix<float>(weights.rows, weights.columns);
    const std::int64_t perLine =
        alongOutputs ? (weights.rows + length - 1) / length : (weights.columns + length - 1) / length;
    for (std::int64_t i = 0; i < weights.rows; ++i)
        for (std::int64_t j = 0; j < weights.columns; ++j) {
            const std::int64_t line = alongOutputs ? j : i, along = alongOutputs ? i : j;
            const auto vector = static_cast<std::size_t>(line * perLine + along / length);
            result.weights.at(i, j) = result.codewords.at(result.indices[vector], along % length);
        }
    result.bits = result.indices.size() * static_cast<std::uint64_t>(indexBits(result.codewords.rows)) +
                  halfBits * result.codewords.values.size();
    return result;
}

PlainVectorQuantised scalarCodebooks(const std::string& name, const Matrix<float>& weights, int bits,
                                     const KMeansSettings& settings, const media::Execution& execution) {
    if (bits < 1 || bits > 8)
        throw Error(ErrorKind::Usage, "A row's codebook has 1 to 8 bits.", "Set another width.");
    KMeansSettings chosen = settings;
    chosen.clusters = std::int64_t{1} << bits;
    PlainVectorQuantised result;
    result.codewords = Matrix<float>(weights.rows, chosen.clusters);
    result.weights = Matrix<float>(weights.rows, weights.columns);
    for (std::int64_t i = 0; i < weights.rows; ++i) {
        Matrix<float> row(1, weights.columns);
        std::ranges::copy(weights.row(i), row.values.begin());
        const auto one = vectorQuantise(name, row, VectorAxis::Inputs, 1, {}, chosen, execution);
        std::ranges::copy(one.codewords.values, result.codewords.row(i).begin());
        std::ranges::copy(one.weights.values, result.weights.row(i).begin());
        result.indices.insert(result.indices.end(), one.indices.begin(), one.indices.end());
    }
    result.bits =
        result.indices.size() * static_cast<std::uint64_t>(bits) + halfBits * result.codewords.values.size();
    return result;
}

}  // namespace ratescope::engine
