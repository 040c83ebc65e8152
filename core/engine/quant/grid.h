#pragma once

// Uniform group quantisation: the grid that a group of weights shares, and the codes on it.
//
// Weights w become ŵ = scale·(code − zero) with codes 0 … 2^b − 1. Asymmetric: scale = (max − min)/(2^b − 1) with
// min ≤ 0 ≤ max, zero = round(−min/scale). Symmetric: scale = 2·max|w|/(2^b − 1), zero = 2^(b−1). One bit: the two
// levels μ ± mean|w − μ|. Scales and levels are half precision and are rounded, scales to no less than 2^−24, before
// codes are chosen, so that both ends agree. Halves round to even. A group of equal weights has |c| as its step, so
// that constants (as far as half precision holds them) and zeros come back exactly.
// Source: GPTQ's quantiser (arXiv 2210.17323), with the constant groups put right.
//
// `tensor` names the weights in errors: Error(Input) for what half precision can't hold.

#include <cstdint>
#include <span>
#include <string>

namespace ratescope::engine {

struct GridShape {
    int bits = 4;  ///< 1 … 16
    bool symmetric = false;

    int largestCode() const { return (1 << bits) - 1; }
    bool hasLevels() const { return bits == 1; }
    bool hasZeroPoints() const { return bits > 1 && !symmetric; }
    int symmetricZero() const { return (1 << bits) / 2; }
};

struct Grid {
    std::uint16_t scale = 0;  ///< half precision, as stored
    int zero = 0;
};

/// The two values of a group at one bit.
struct Levels {
    std::uint16_t low = 0, high = 0;  ///< half precision, as stored
};

/// Throws Error(Input) that names the tensor when a weight is NaN or infinite.
void requireFinite(const std::string& tensor, std::span<const float> weights);
/// The value as half precision. Throws Error(Input) that names the tensor when it is too large for that.
std::uint16_t finiteHalf(const std::string& tensor, double value);

/// The grid of a group whose smallest and largest weights are these.
Grid gridOfRange(const std::string& tensor, double least, double greatest, const GridShape& shape);
/// The grid of a group, of one weight or more.
Grid fitGrid(const std::string& tensor, std::span<const float> group, const GridShape& shape);
/// As fitGrid, of the ranges shrunk by 0, 1, … 79 %, the one with the least Σ|ŵ − w|^2.4.
Grid searchGrid(const std::string& tensor, std::span<const float> group, const GridShape& shape);
Levels fitLevels(const std::string& tensor, std::span<const float> group);

/// codes[i] of group[i]; `bits` at most 8.
void quantise(std::span<const float> group, const Grid& grid, int largestCode, std::uint8_t* codes);
void chooseLevels(std::span<const float> group, const Levels& levels, std::uint8_t* codes);

/// A column of weights, each row on a grid of its own: scales[i] > 0 and zeros[i] as numbers. Gives codes and the
/// values that they stand for, the same as quantise() does.
void quantiseColumn(std::span<const float> weights, const double* scales, const double* zeros,
                    int largestCode, std::uint16_t* codes, float* values);

}  // namespace ratescope::engine
