#pragma once

// SpQR (arXiv 2306.03078): small groups whose scales and zeros are quantised in turn, and the weights that lose most
// stored apart in half precision; one pass of the error-compensated column loop.
//
// Stored in loop order: codes, first-level codes of scales and zeros for each row and group of `groupSize` columns,
// second-level (scale, zero) of the scales and of the zeros for each `statisticsGroup` rows of a group, outliers as
// rows of (column, half). w = ŝ·(code − ẑ) with ŝ = ss·(cs − sz) and ẑ = zs·(cz − zz); an outlier replaces that. ŝ is no
// less than 2^−24, but for ss·(cs − sz) = 0: that is a group of zeros.

#include "core/engine/quant/column_loop.h"
#include "core/engine/quant/matrix.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace ratescope::engine {

struct SpqrSettings {
    int bits = 3;                       ///< 2 … 8
    std::int64_t groupSize = 16;        ///< β1, 8 … 128
    int scaleBits = 3, zeroBits = 3;    ///< 2 … 8; both 0: half-precision statistics, no second level
    std::int64_t statisticsGroup = 16;  ///< β2, 8 … 64
    double threshold = 0.2;             ///< τ ≥ 0; infinite: no outliers
    bool leaveOneOut = true;            ///< fit groups without the weights that spoil them
};

/// ss, sz, zs, zz as half precision.
using SecondLevel = std::array<std::uint16_t, 4>;

struct SpqrStored {
    std::int64_t groupSize = 0, statisticsGroup = 0;  ///< statisticsGroup 0: no second level
    Matrix<std::uint8_t> codes;                       ///< [m, n] in loop order; 0 ≤ code < 2^bits
    Matrix<std::uint16_t> scales, zeros;              ///< [m, groups] first-level codes, or half precision
    Matrix<SecondLevel> secondLevel;                  ///< [⌈m/β2⌉, groups], or empty
    std::vector<std::uint32_t> rowStarts;             ///< [m + 1] into the outliers
    std::vector<std::uint32_t> outlierColumns;        ///< in loop order, increasing within a row
    std::vector<std::uint16_t> outlierValues;         ///< half precision
    std::vector<std::int64_t> order;                  ///< place → input; empty: as they lie
};

struct SpqrQuantised {
    SpqrStored stored;
    Matrix<float> weights;  ///< Ŵ [m, n], columns as they lie
    double loss = 0;        ///< Σ e², after outliers are set right
};

/// Throws as runColumnLoop(), and Error(Usage) for settings out of range.
SpqrQuantised spqr(const std::string& name, const Matrix<float>& weights, const InverseFactor& factor,
                   const SpqrSettings& settings, const media::Execution& execution = {});

/// Ŵ [m, n] from what is stored, columns as they lie.
Matrix<float> dequantised(const SpqrStored& stored);
/// The same in loop order, for a caller that puts its inputs in that order instead.
Matrix<float> dequantisedInOrder(const SpqrStored& stored);

/// Bits of each field; a column or an input takes 16 bits, or 32 where there are more than 65536.
struct SpqrBits {
    std::uint64_t codes = 0, statistics = 0, secondLevel = 0, outliers = 0, rowStarts = 0, permutation = 0;
    std::uint64_t total() const {
        return codes + statistics + secondLevel + outliers + rowStarts + permutation;
    }
};
SpqrBits storedBits(const SpqrStored& stored, const SpqrSettings& settings);

}  // namespace ratescope::engine
