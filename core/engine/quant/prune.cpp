#include "core/engine/quant/prune.h"

#include "core/engine/quant/grid.h"
#include "core/error.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

namespace ratescope::engine {
namespace {

void requirePattern(const PrunePattern& pattern) {
    const bool isRun =
        pattern.runLength > 0 && pattern.runZeros >= 0 && pattern.runZeros <= pattern.runLength;
    const bool isShare = pattern.runLength == 0 && pattern.sparsity >= 0 && pattern.sparsity <= 1;
    if (!isRun && !isShare)
        throw Error(ErrorKind::Usage, "There is no such share of weights to prune.",
                    "Set a sparsity of 0 to 1, or N zeros of each M with N at most M.");
}

/// ⌊share·count⌋; the double product may lie a hair below a whole number.
std::size_t shareOf(double share, std::size_t count) {
    const double exact = share * static_cast<double>(count);
    return std::min(count, static_cast<std::size_t>(std::floor(exact * (1 + 1e-12))));
}

std::size_t zerosOfRun(const PrunePattern& pattern, std::size_t length) {
    return static_cast<std::size_t>(pattern.runZeros) * length / static_cast<std::size_t>(pattern.runLength);
}

/// Marks the `zeros` lowest scores; `pruned` is as long as `scores`.
template <typename Mark>
void markLowest(std::span<const double> scores, std::size_t zeros, const Mark& mark) {
    std::vector<std::uint32_t> places(scores.size());
    std::iota(places.begin(), places.end(), 0U);
    const auto border = places.begin() + static_cast<std::ptrdiff_t>(zeros);
    if (zeros < places.size())
        std::nth_element(places.begin(), border, places.end(), [&](std::uint32_t a, std::uint32_t b) {
            return scores[a] != scores[b] ? scores[a] < scores[b] : a < b;
        });
    std::for_each(places.begin(), border, mark);
}

/// Zeroes the lowest of each run of a row; without runs those of the whole row.
void pruneRow(std::span<float> row, std::span<const double> scores, const PrunePattern& pattern) {
    const std::size_t length = pattern.runLength > 0 ? static_cast<std::size_t>(pattern.runLength)
                                                     : std::max<std::size_t>(row.size(), 1);
    for (std::size_t begin = 0; begin < row.size(); begin += length) {
        const std::size_t count = std::min(length, row.size() - begin);
        const std::size_t zeros =
            pattern.runLength > 0 ? zerosOfRun(pattern, count) : shareOf(pattern.sparsity, count);
        markLowest(scores.subspan(begin, count), zeros, [&](std::uint32_t i) { row[begin + i] = 0; });
    }
}

/// Which weights go is decided a block or a run at a time, on what they have become by then.
class PrunedColumns : public ColumnQuantiser {
  public:
    /// How many weights of `count` columns from `first` on go.
    using ZerosOf = std::function<std::size_t(std::int64_t first, std::int64_t count)>;

    /// Blocks of `maskColumns` columns.
    PrunedColumns(const Matrix<float>& weights, const InverseFactor& factor, ZerosOf zerosOf,
                  std::int64_t maskColumns)
        : factor_(factor),
          zerosOf_(std::move(zerosOf)),
          maskColumns_(maskColumns),
          gone_(weights.columns, weights.rows) {}
    PrunedColumns(const Matrix<float>& weights, const InverseFactor& factor, const PrunePattern& runs)
        : factor_(factor), runs_(runs), gone_(weights.columns, weights.rows) {}

    std::int64_t groupSize() const override { return runs_.runLength; }
    std::int64_t blockSize() const override { return maskColumns_; }

    void startBlock(std::span<const RowTile> tiles, std::int64_t first, std::int64_t count) override {
        const std::int64_t rows = gone_.columns;
        std::vector<double> scores(static_cast<std::size_t>(rows * count));
        for (const RowTile& tile : tiles)
            for (std::int64_t i = 0; i < tile.rows; ++i)
                for (std::int64_t j = 0; j < count; ++j)
                    scores[static_cast<std::size_t>((tile.firstRow + i) * count + j)] =
                        score(tile, i, first + j);
        markLowest(scores, zerosOf_(first, count),
                   [&](std::uint32_t i) { gone_.at(first + i % count, i / count) = 1; });
    }

    void startGroup(const RowTile& tile, std::int64_t first, std::int64_t count) override {
        std::vector<double> scores(static_cast<std::size_t>(count));
        for (std::int64_t i = 0; i < tile.rows; ++i) {
            for (std::int64_t j = 0; j < count; ++j)
                scores[static_cast<std::size_t>(j)] = score(tile, i, first + j);
            markLowest(scores, zerosOfRun(runs_, scores.size()),
                       [&](std::uint32_t j) { gone_.at(first + j, tile.firstRow + i) = 1; });
        }
    }

    void quantise(const RowTile& tile, std::int64_t column, std::span<float> quantised) override {
        const auto weights = tile.column(column);
        const auto gone = gone_.row(column).subspan(static_cast<std::size_t>(tile.firstRow));
        for (std::size_t i = 0; i < weights.size(); ++i)
            quantised[i] = gone[i] != 0 ? 0.0F : weights[i];
    }

  private:
    double score(const RowTile& tile, std::int64_t row, std::int64_t column) const {
        const double error = static_cast<double>(tile.column(column)[static_cast<std::size_t>(row)]) /
                             static_cast<double>(factor_.diagonal(column));
        return error * error;
    }

    const InverseFactor& factor_;
    const ZerosOf zerosOf_;
    const PrunePattern runs_;
    const std::int64_t maskColumns_ = 0;
    Matrix<std::uint8_t> gone_;  ///< [n, m], columns in loop order
};

constexpr std::int64_t largestBlock = std::int64_t{1} << 31;  // its places are numbers of 32 bits

void requireMask(const std::string& name, const Matrix<float>& weights, std::int64_t maskColumns) {
    if (maskColumns < 1)
        throw Error(ErrorKind::Usage, "A mask is chosen for one column at a time or more.",
                    "Set its columns to 128.");
    const std::int64_t most = largestBlock / std::max<std::int64_t>(weights.rows, 1);
    if (maskColumns > most)
        throw Error(
            ErrorKind::Usage,
            "The mask of \"" + name + "\" can't be chosen for " + std::to_string(maskColumns) +
                " columns of " + std::to_string(weights.rows) + " rows at a time.",
            (most > 0 ? "Set its columns to " + std::to_string(most) + " or less, or prune" : "Prune") +
                std::string(" it by magnitude or by Wanda."));
}

}  // namespace

Matrix<float> pruneByMagnitude(const std::string& name, Matrix<float> weights, const PrunePattern& pattern) {
    requirePattern(pattern);
    requireFinite(name, weights.values);
    std::vector<double> scores(weights.values.size());
    std::transform(weights.values.begin(), weights.values.end(), scores.begin(),
                   [](float w) { return static_cast<double>(std::abs(w)); });
    if (pattern.runLength == 0) {
        pruneRow(weights.values, scores, pattern);
        return weights;
    }
    const auto columns = static_cast<std::size_t>(weights.columns);
    for (std::int64_t i = 0; i < weights.rows; ++i)
        pruneRow(weights.row(i), std::span(scores).subspan(static_cast<std::size_t>(i) * columns, columns),
                 pattern);
    return weights;
}

Matrix<float> pruneWanda(const std::string& name, Matrix<float> weights, std::span<const double> diagonal,
                         const PrunePattern& pattern) {
    requirePattern(pattern);
    requireFinite(name, weights.values);
    const bool isUsable = static_cast<std::int64_t>(diagonal.size()) == weights.columns &&
                          std::all_of(diagonal.begin(), diagonal.end(),
                                      [](double value) { return value >= 0 && std::isfinite(value); });
    if (!isUsable)
        throw Error(ErrorKind::Input, "The norms of the inputs of \"" + name + "\" don't fit its weights.",
                    "Calibrate the same model that is compressed.");
    std::vector<double> scores(diagonal.size());
    for (std::int64_t i = 0; i < weights.rows; ++i) {
        const auto row = weights.row(i);
        for (std::size_t j = 0; j < row.size(); ++j)
            scores[j] = std::abs(static_cast<double>(row[j])) * std::sqrt(diagonal[j]);
        pruneRow(row, scores, pattern);
    }
    return weights;
}

ColumnLoopResult pruneSparseGpt(const std::string& name, const Matrix<float>& weights,
                                const InverseFactor& factor, const PrunePattern& pattern,
                                const media::Execution& execution, std::int64_t maskColumns) {
    requirePattern(pattern);
    if (pattern.runLength > 0 && factor.isOrdered())
        throw Error(ErrorKind::Usage,
                    "Zeros in each run of inputs can't be chosen in another order of inputs.",
                    "Leave act-order off.");
    requireMask(name, weights, maskColumns);
    if (pattern.runLength > 0) {
        PrunedColumns columns(weights, factor, pattern);
        return runColumnLoop(name, weights, factor, columns, execution);
    }
    const auto zerosOf = [&](std::int64_t /*first*/, std::int64_t count) {
        return shareOf(pattern.sparsity, static_cast<std::size_t>(weights.rows * count));
    };
    PrunedColumns columns(weights, factor, zerosOf, maskColumns);
    return runColumnLoop(name, weights, factor, columns, execution);
}

ColumnLoopResult pruneSparseGptTo(const std::string& name, const Matrix<float>& weights,
                                  const InverseFactor& factor, std::int64_t zeros,
                                  const media::Execution& execution, std::int64_t maskColumns) {
    if (zeros < 0 || zeros > weights.rows * weights.columns)
        throw Error(ErrorKind::Usage,
                    "\"" + name + "\" has not " + std::to_string(zeros) + " weights to prune.",
                    "Ask for as many as it has at most.");
    requireMask(name, weights, maskColumns);
    // Of the first so many columns, rounded down: a block's share is the difference.
    const auto before = [&](std::int64_t columns) { return zeros * columns / weights.columns; };
    const auto zerosOf = [&](std::int64_t first, std::int64_t count) {
        return static_cast<std::size_t>(before(first + count) - before(first));
    };
    PrunedColumns columns(weights, factor, zerosOf, maskColumns);
    return runColumnLoop(name, weights, factor, columns, execution);
}

std::uint64_t sparseBits(const Matrix<float>& weights, int valueBits) {
    const auto all = static_cast<std::uint64_t>(weights.values.size());
    const auto kept =
        all - static_cast<std::uint64_t>(std::count(weights.values.begin(), weights.values.end(), 0.0F));
    const auto value = static_cast<std::uint64_t>(valueBits);
    const std::uint64_t columnBits = weights.columns > 65536 ? 32 : 16;
    const std::uint64_t bitmap = all + value * kept;
    const std::uint64_t rows =
        (value + columnBits) * kept + 32 * (static_cast<std::uint64_t>(weights.rows) + 1);
    return weights.columns > mostRowColumns ? bitmap : std::min(bitmap, rows);
}

std::uint64_t runBits(std::int64_t rows, std::int64_t columns, const PrunePattern& pattern, int valueBits) {
    requirePattern(pattern);
    const auto length = static_cast<std::uint64_t>(std::max<std::int64_t>(pattern.runLength, 1));
    const auto width = static_cast<std::uint64_t>(columns);
    const std::uint64_t rest = width % length;
    const std::uint64_t zeros =
        width / length * zerosOfRun(pattern, length) + (rest > 0 ? zerosOfRun(pattern, rest) : 0);
    const auto placeBits = static_cast<std::uint64_t>(std::bit_width(length - 1));
    return static_cast<std::uint64_t>(rows) * (width - zeros) *
           (static_cast<std::uint64_t>(valueBits) + placeBits);
}

}  // namespace ratescope::engine
