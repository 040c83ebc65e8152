#pragma once

// From a Hessian to what the column loop needs: dead inputs, damping, the order of the columns, and the upper factor
// of the inverse. Source: arXiv 2210.17323, section 3.3.

#include "core/engine/quant/matrix.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ratescope::engine {

struct FactorSettings {
    double damping = 0.01;  ///< δ, of the mean of H's diagonal
    bool actOrder =
        false;  ///< columns by descending diagonal of H (equal ones as they lie), else as they lie
    /// Above 0, without actOrder: so many neighbours stay together. The groups go by their largest diagonal, the columns
    /// of each by theirs; a shorter last group stays last. Source: arXiv 2505.14638, group-aware reordering.
    std::int64_t groupSize = 0;
};

/// U, upper triangular, with (H + δ·mean(diag H)·I)⁻¹ = UᵀU, rows and columns of H in `order`.
struct InverseFactor {
    std::vector<std::int64_t> order;  ///< the input at each place of the loop
    std::vector<std::uint8_t> dead;  ///< by input: 1 where H_jj = 0; its H_jj is taken as 1, its weights as 0
    double damping = 0;  ///< δ that was used: 10, 100, … times the one asked for where that failed
    std::vector<float> diagonals;  ///< U_jj by place
    /// [n, n]: row j holds column j of U, that is U_kj for k ≤ j, then zeros. Empty where U is diagonal.
    Matrix<float> columns;

    std::int64_t size() const { return static_cast<std::int64_t>(order.size()); }
    float diagonal(std::int64_t place) const { return diagonals[static_cast<std::size_t>(place)]; }
    bool isDiagonal() const { return columns.rows == 0; }
    /// Whether `order` is not just 0, 1, 2, …
    bool isOrdered() const { return !std::is_sorted(order.begin(), order.end()); }
};

/// Throws Error(Input), naming the linear, when H is empty, not square, has NaN, infinite or negative diagonal
/// entries, or stays indefinite at every damping; Error(Usage) when δ is not positive.
InverseFactor factorInverse(const std::string& name, const Matrix<double>& hessian,
                            const FactorSettings& settings);

/// The same for inputs that are independent, by the `diagonal` H_jj of their H alone: a tensor of very many inputs has
/// no matrix [n, n] then. Bit for bit the U of factorInverse(). Throws as that does.
InverseFactor factorIndependent(const std::string& name, std::span<const double> diagonal,
                                const FactorSettings& settings);

/// The matrix whose inverse was factored: dead inputs mended, damped by factor.damping, in its order.
Matrix<double> dampedHessian(const Matrix<double>& hessian, const InverseFactor& factor);

/// Columns in the factor's order, and back.
template <typename T>
Matrix<T> ordered(const Matrix<T>& matrix, const std::vector<std::int64_t>& order) {
    Matrix<T> result(matrix.rows, matrix.columns);
    for (std::int64_t i = 0; i < matrix.rows; ++i)
        for (std::int64_t j = 0; j < matrix.columns; ++j)
            result.at(i, j) = matrix.at(i, order[static_cast<std::size_t>(j)]);
    return result;
}
template <typename T>
Matrix<T> restored(const Matrix<T>& matrix, const std::vector<std::int64_t>& order) {
    Matrix<T> result(matrix.rows, matrix.columns);
    for (std::int64_t i = 0; i < matrix.rows; ++i)
        for (std::int64_t j = 0; j < matrix.columns; ++j)
            result.at(i, order[static_cast<std::size_t>(j)]) = matrix.at(i, j);
    return result;
}

}  // namespace ratescope::engine
