#pragma once

// The form in which weights, Hessians and codes are worked on: rows one after the other, owned, no sharing.
// A linear's weights are W [m outputs, n inputs], its activations X [tokens, n], y = X·Wᵀ, its Hessian H [n, n].

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace ratescope::engine {

template <typename T>
struct Matrix {
    std::int64_t rows = 0, columns = 0;
    std::vector<T> values;

    Matrix() = default;
    Matrix(std::int64_t rowCount, std::int64_t columnCount, T value = {})
        : rows(rowCount),
          columns(columnCount),
          values(static_cast<std::size_t>(rowCount * columnCount), value) {}

    T& at(std::int64_t row, std::int64_t column) { return values[index(row, column)]; }
    const T& at(std::int64_t row, std::int64_t column) const { return values[index(row, column)]; }
    std::span<T> row(std::int64_t number) {
        return {values.data() + index(number, 0), static_cast<std::size_t>(columns)};
    }
    std::span<const T> row(std::int64_t number) const {
        return {values.data() + index(number, 0), static_cast<std::size_t>(columns)};
    }
    bool operator==(const Matrix&) const = default;

  private:
    std::size_t index(std::int64_t row, std::int64_t column) const {
        return static_cast<std::size_t>(row * columns + column);
    }
};

/// The values at (0, 0), (1, 1), …
template <typename T>
std::vector<T> diagonalOf(const Matrix<T>& matrix) {
    std::vector<T> diagonal;
    for (std::int64_t i = 0; i < std::min(matrix.rows, matrix.columns); ++i)
        diagonal.push_back(matrix.at(i, i));
    return diagonal;
}

}  // namespace ratescope::engine
