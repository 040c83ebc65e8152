#include "core/engine/quant/leading_factors.h"

#include "core/error.h"
#include "core/instruction_set.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>

namespace ratescope::engine {
namespace {

constexpr std::int64_t laneCount = 16;
constexpr std::int64_t stripRows = 64;  ///< of a piece of work, between two questions whether to go on
constexpr int mostSweeps = 60;

using Lanes = float __attribute__((vector_size(4 * laneCount)));

std::size_t stripsOf(std::int64_t rows) {
    return static_cast<std::size_t>((rows + stripRows - 1) / stripRows);
}

/// `rows` rows of A, the next one `stride` on, times sixteen columns that lie side by side.
template <int rows>
RATESCOPE_INLINE void multiplyRows(const float* a, std::int64_t columns, const float* panel, float* out) {
    Lanes sums[rows] = {};
    for (std::int64_t j = 0; j < columns; ++j) {
        Lanes values;
        std::memcpy(&values, panel + j * laneCount, sizeof values);
        for (int r = 0; r < rows; ++r)
            sums[r] += a[r * columns + j] * values;
    }
    std::memcpy(out, sums, sizeof sums);
}

/// A strip of rows [count, columns] times one panel [columns, 16], to [count, 16].
RATESCOPE_INLINE void multiplyStrip(const float* a, std::int64_t count, std::int64_t columns,
                                    const float* panel, float* out) {
    std::int64_t row = 0;
    for (; row + 4 <= count; row += 4)
        multiplyRows<4>(a + row * columns, columns, panel, out + row * laneCount);
    for (; row < count; ++row)
        multiplyRows<1>(a + row * columns, columns, panel, out + row * laneCount);
}

/// Σ a·b in double precision, in sixteen sums.
RATESCOPE_INLINE double dotOf(const float* a, const float* b, std::int64_t count) {
    double sums[laneCount] = {};
    std::int64_t i = 0;
    for (; i + laneCount <= count; i += laneCount)
        for (std::int64_t lane = 0; lane < laneCount; ++lane)
            sums[lane] += static_cast<double>(a[i + lane]) * static_cast<double>(b[i + lane]);
    for (; i < count; ++i)
        sums[0] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    double sum = 0;
    for (const double part : sums)
        sum += part;
    return sum;
}

/// a −= factor·b, rounded once an element.
RATESCOPE_INLINE void subtractScaled(float* a, const float* b, double factor, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i)
        a[i] = static_cast<float>(static_cast<double>(a[i]) - factor * static_cast<double>(b[i]));
}

Matrix<float> transposed(const Matrix<float>& matrix, const media::Execution& execution) {
    Matrix<float> result(matrix.columns, matrix.rows);
    execution.forEach(stripsOf(matrix.rows), [&](std::size_t strip) {
        const std::int64_t top = static_cast<std::int64_t>(strip) * stripRows;
        for (std::int64_t i = 0; i < matrix.columns; ++i)
            for (std::int64_t j = top; j < std::min(top + stripRows, matrix.rows); ++j)
                result.at(i, j) = matrix.at(j, i);
    });
    return result;
}

/// The matrix both ways round, and its products with a few vectors, one a row: [count, n] to [count, m].
class Products {
  public:
    Products(const Matrix<float>& matrix, const media::Execution& execution)
        : matrix_(matrix), transpose_(transposed(matrix, execution)), execution_(execution) {}

    Matrix<float> forward(const Matrix<float>& vectors) const { return product(matrix_, vectors); }
    Matrix<float> backward(const Matrix<float>& vectors) const { return product(transpose_, vectors); }

  private:
    Matrix<float> product(const Matrix<float>& a, const Matrix<float>& vectors) const {
        Matrix<float> result(vectors.rows, a.rows);
        for (std::int64_t first = 0; first < vectors.rows; first += laneCount)
            multiplyPanel(a, vectors, first, std::min(laneCount, vectors.rows - first), result);
        return result;
    }

    void multiplyPanel(const Matrix<float>& a, const Matrix<float>& vectors, std::int64_t first,
                       std::int64_t count, Matrix<float>& result) const {
        Matrix<float> panel(a.columns, laneCount), out(a.rows, laneCount);
        for (std::int64_t lane = 0; lane < count; ++lane)
            for (std::int64_t j = 0; j < a.columns; ++j)
                panel.at(j, lane) = vectors.at(first + lane, j);
        const auto multiply = compiledFor<&multiplyStrip>(execution_.instructions);
        execution_.forEach(static_cast<std::size_t>((a.rows + stripRows - 1) / stripRows),
                           [&](std::size_t strip) {
                               const std::int64_t top = static_cast<std::int64_t>(strip) * stripRows;
                               multiply(a.values.data() + top * a.columns, std::min(stripRows, a.rows - top),
                                        a.columns, panel.values.data(), out.values.data() + top * laneCount);
                           });
        for (std::int64_t lane = 0; lane < count; ++lane)
            for (std::int64_t i = 0; i < a.rows; ++i)
                result.at(first + lane, i) = out.at(i, lane);
    }

    const Matrix<float>& matrix_;
    const Matrix<float> transpose_;
    const media::Execution& execution_;
};

/// Rows of length 1 that are orthogonal to each other (Gram-Schmidt, each row twice); 0 where one hangs on those before.
void orthonormalise(Matrix<float>& rows, const media::Execution& execution) {
    const auto dot = compiledFor<&dotOf>(execution.instructions);
    const auto subtract = compiledFor<&subtractScaled>(execution.instructions);
    constexpr double dependent = 1e-10;  // of the square of a length, in single precision
    for (std::int64_t i = 0; i < rows.rows; ++i) {
        execution.check();
        float* row = rows.row(i).data();
        const double before = dot(row, row, rows.columns);
        for (int pass = 0; pass < 2; ++pass)
            for (std::int64_t j = 0; j < i; ++j)
                subtract(row, rows.row(j).data(), dot(row, rows.row(j).data(), rows.columns), rows.columns);
        const double after = dot(row, row, rows.columns);
        const double scale = after > dependent * before ? 1 / std::sqrt(after) : 0;
        for (float& value : rows.row(i))
            value = static_cast<float>(static_cast<double>(value) * scale);
    }
}

struct Eigenvectors {
    std::vector<double> values;  ///< descending
    Matrix<double> vectors;      ///< one a row
};

/// One Jacobi rotation that makes s_pq 0; the rows of `vectors` turn with it.
void rotate(Matrix<double>& s, Matrix<double>& vectors, std::int64_t p, std::int64_t q) {
    const double theta = (s.at(q, q) - s.at(p, p)) / (2 * s.at(p, q));
    const double t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
    const double c = 1 / std::sqrt(t * t + 1), sine = t * c;
    for (std::int64_t i = 0; i < s.rows; ++i) {
        const double a = s.at(i, p), b = s.at(i, q);
        s.at(i, p) = c * a - sine * b;
        s.at(i, q) = sine * a + c * b;
    }
    for (Matrix<double>* matrix : {&s, &vectors})
        for (std::int64_t i = 0; i < s.rows; ++i) {
            const double a = matrix->at(p, i), b = matrix->at(q, i);
            matrix->at(p, i) = c * a - sine * b;
            matrix->at(q, i) = sine * a + c * b;
        }
}

/// Of a symmetric matrix that has no negative eigenvalue, by Jacobi's rotations row after row.
Eigenvectors eigenvectorsOf(Matrix<double> s, const media::Execution& execution) {
    Matrix<double> vectors(s.rows, s.rows);
    double trace = 0;
    for (std::int64_t i = 0; i < s.rows; ++i) {
        vectors.at(i, i) = 1;
        trace += s.at(i, i);
    }
    bool isDone = false;
    for (int sweep = 0; sweep < mostSweeps && !isDone; ++sweep) {
        isDone = true;
        for (std::int64_t p = 0; p < s.rows; ++p) {
            execution.check();
            for (std::int64_t q = p + 1; q < s.rows; ++q)
                if (std::abs(s.at(p, q)) > 1e-15 * trace) {
                    isDone = false;
                    rotate(s, vectors, p, q);
                }
        }
    }
    std::vector<std::int64_t> order(static_cast<std::size_t>(s.rows));
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, [&](std::int64_t a, std::int64_t b) { return s.at(a, a) > s.at(b, b); });
    Eigenvectors result{{}, Matrix<double>(s.rows, s.rows)};
    for (std::int64_t i = 0; i < s.rows; ++i) {
        const std::int64_t from = order[static_cast<std::size_t>(i)];
        result.values.push_back(std::max(0.0, s.at(from, from)));
        std::ranges::copy(vectors.row(from), result.vectors.row(i).begin());
    }
    return result;
}

Matrix<double> gramOf(const Matrix<float>& rows, const media::Execution& execution) {
    const auto dot = compiledFor<&dotOf>(execution.instructions);
    Matrix<double> gram(rows.rows, rows.rows);
    for (std::int64_t i = 0; i < rows.rows; ++i)
        for (std::int64_t j = 0; j <= i; ++j)
            gram.at(i, j) = gram.at(j, i) = dot(rows.row(i).data(), rows.row(j).data(), rows.columns);
    return gram;
}

/// Σ weights_i · row i, times `scale`.
std::vector<float> combined(const Matrix<float>& rows, std::span<const double> weights, double scale) {
    std::vector<double> sum(static_cast<std::size_t>(rows.columns));
    for (std::int64_t i = 0; i < rows.rows; ++i) {
        const double weight = weights[static_cast<std::size_t>(i)];
        const std::span<const float> row = rows.row(i);
        for (std::size_t j = 0; j < sum.size(); ++j)
            sum[j] += weight * static_cast<double>(row[j]);
    }
    std::vector<float> result(sum.size());
    std::ranges::transform(sum, result.begin(),
                           [&](double value) { return static_cast<float>(value * scale); });
    return result;
}

/// Values in −1 … 1.
Matrix<float> drawn(std::int64_t rows, std::int64_t columns, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    Matrix<float> result(rows, columns);
    for (float& value : result.values)
        value = static_cast<float>(static_cast<double>(random() >> 40) / (1 << 23) - 1);
    return result;
}

}  // namespace

LeadingFactors leadingFactors(const Matrix<float>& matrix, std::int64_t rank,
                              const SubspaceSettings& settings, const media::Execution& execution) {
    const std::int64_t most = std::min(matrix.rows, matrix.columns);
    if (rank < 1 || rank > most)
        throw Error(ErrorKind::Internal,
                    "A rank of " + std::to_string(rank) + " was asked of a matrix of rank " +
                        std::to_string(most) + ".",
                    "");
    const Products products(matrix, execution);
    const std::int64_t width = std::min(most, rank + settings.oversampling);
    Matrix<float> left = products.forward(drawn(width, matrix.columns, settings.seed));
    orthonormalise(left, execution);
    for (int round = 0; round < settings.rounds; ++round) {
        Matrix<float> right = products.backward(left);
        orthonormalise(right, execution);
        left = products.forward(right);
        orthonormalise(left, execution);
    }
    const Matrix<float> image = products.backward(left);  // rows uᵀA
    const Eigenvectors turned = eigenvectorsOf(gramOf(image, execution), execution);

    LeadingFactors result{Matrix<float>(matrix.rows, rank), {}, Matrix<float>(rank, matrix.columns)};
    for (std::int64_t r = 0; r < rank; ++r) {
        const double value = std::sqrt(turned.values[static_cast<std::size_t>(r)]);
        result.values.push_back(value);
        const std::vector<float> u = combined(left, turned.vectors.row(r), 1);
        for (std::int64_t i = 0; i < matrix.rows; ++i)
            result.left.at(i, r) = u[static_cast<std::size_t>(i)];
        std::ranges::copy(combined(image, turned.vectors.row(r), value > 0 ? 1 / value : 0),
                          result.right.row(r).begin());
    }
    return result;
}

}  // namespace ratescope::engine
