#pragma once

// Weights as codewords of a codebook: what is stored, what it stands for, and the plain methods that choose
// codewords without compensation. Vectors run along the outputs (v consecutive rows of one column, as VPTQ has them)
// or along the inputs (v consecutive columns of a row); the last one of a column or row is padded with zeros.

#include "core/engine/quant/kmeans.h"
#include "core/engine/quant/matrix.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ratescope::engine {

enum class VectorAxis { Outputs, Inputs };

/// Columns of the loop order that share codebooks, vectors along the outputs.
struct VectorColumns {
    std::int64_t columns = 0;               ///< how many
    Matrix<float> codewords;                ///< [k1, v]
    Matrix<float> residual;                 ///< [k2, v], or empty: what is added
    Matrix<std::uint16_t> indices;          ///< [columns, ⌈m/v⌉]
    Matrix<std::uint16_t> residualIndices;  ///< as `indices`, or empty
};

struct VectorStored {
    std::int64_t rows = 0, columns = 0;  ///< m, n
    std::vector<VectorColumns> parts;    ///< in loop order; together all n columns
    std::vector<std::uint16_t> scales,
        biases;                       ///< half precision, by place in the loop; empty: not normalised
    std::vector<std::int64_t> order;  ///< place → input; empty: as they lie
};

/// Ŵ [m, n]: scale·(codeword + residual) + bias, columns as they lie.
Matrix<float> dequantised(const VectorStored& stored);

/// Bits of each field. Indices of a row of vectors and of one part lie end to end, the residual's above the main
/// one's, and are padded to 32-bit words.
struct VectorBits {
    std::uint64_t indices = 0, indexPadding = 0, codebooks = 0, normalisation = 0, permutation = 0;
    std::uint64_t total() const { return indices + indexPadding + codebooks + normalisation + permutation; }
};
VectorBits storedBits(const VectorStored& stored);

/// The vectors of columns [first, first + count) of W, column after column, [count·⌈m/v⌉, v].
Matrix<float> columnVectors(const Matrix<float>& weights, std::int64_t first, std::int64_t count,
                            std::int64_t length);

struct PlainVectorQuantised {
    Matrix<float> codewords;             ///< [k, v], half precision
    std::vector<std::uint16_t> indices;  ///< row after row (Inputs) or column after column (Outputs)
    Matrix<float> weights;               ///< Ŵ [m, n]
    std::uint64_t bits = 0;              ///< of indices and codewords
};

/// One codebook for the matrix by k-means; `columnWeights` (none, or one a column) weigh its vectors along the
/// outputs. Throws as kMeans(), and Error(Usage) for a vector length out of 1 … 16.
PlainVectorQuantised vectorQuantise(const std::string& name, const Matrix<float>& weights, VectorAxis axis,
                                    std::int64_t length, std::span<const double> columnWeights,
                                    const KMeansSettings& settings, const media::Execution& execution = {});

/// A codebook of 2^bits values for each row.
PlainVectorQuantised scalarCodebooks(const std::string& name, const Matrix<float>& weights, int bits,
                                     const KMeansSettings& settings, const media::Execution& execution = {});

}  // namespace ratescope::engine
