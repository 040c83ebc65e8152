#include "core/engine/quant/spqr.h"

#include "core/engine/quant/grid.h"
#include "core/engine/quant/spqr_statistics.h"
#include "core/error.h"
#include "core/media/quality/half.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ratescope::engine {
namespace {

void requireSettings(const SpqrSettings& settings) {
    const auto within = [](auto value, auto least, auto most) { return value >= least && value <= most; };
    const bool isTwoLevel = within(settings.scaleBits, 2, 8) && within(settings.zeroBits, 2, 8) &&
                            within(settings.statisticsGroup, 8, 64);
    const bool isOneLevel = settings.scaleBits == 0 && settings.zeroBits == 0;
    if (!within(settings.bits, 2, 8) || !within(settings.groupSize, 8, 128) || !(isTwoLevel || isOneLevel) ||
        !(settings.threshold >= 0))
        throw Error(
            ErrorKind::Usage, "There is no such setting of SpQR.",
            "Set 2 to 8 bits, groups of 8 to 128 inputs and 8 to 64 rows, and a threshold of 0 or more.");
}

/// Of the weights of one column, dead or not; of one row the square stands for the variance.
double varianceOf(const Matrix<float>& weights, std::int64_t column) {
    double sum = 0, squares = 0;
    for (std::int64_t i = 0; i < weights.rows; ++i)
        sum += weights.at(i, column);
    const auto count = static_cast<double>(weights.rows);
    if (weights.rows == 1) return sum * sum;
    for (std::int64_t i = 0; i < weights.rows; ++i)
        squares += std::pow(weights.at(i, column) - sum / count, 2);
    return squares / (count - 1);
}

/// T, the loss above which a weight is an outlier.
double outlierLoss(const Matrix<float>& weights, const InverseFactor& factor, double threshold) {
    if (std::isinf(threshold)) return threshold;
    double sum = 0;
    for (std::int64_t place = 0; place < factor.size(); ++place) {
        const std::int64_t input = factor.order[static_cast<std::size_t>(place)];
        if (factor.dead[static_cast<std::size_t>(input)] != 0) continue;
        sum += varianceOf(weights, input) / std::pow(factor.diagonal(place), 2);
    }
    return threshold * sum / static_cast<double>(factor.size());
}

struct Outlier {
    std::uint32_t column;
    std::uint16_t value;
};

class SpqrColumns : public ColumnQuantiser {
  public:
    SpqrColumns(const std::string& name, const Matrix<float>& weights, const InverseFactor& factor,
                const SpqrSettings& settings)
        : name_(name),
          factor_(factor),
          settings_(settings),
          outlierLoss_(outlierLoss(weights, factor, settings.threshold)),
          outliers_(static_cast<std::size_t>(weights.rows)),
          grids_(static_cast<std::size_t>(weights.rows)) {
        const std::int64_t groups = (weights.columns + settings.groupSize - 1) / settings.groupSize;
        stored_.groupSize = settings.groupSize;
        stored_.statisticsGroup = settings.scaleBits > 0 ? settings.statisticsGroup : 0;
        stored_.codes = Matrix<std::uint8_t>(weights.rows, weights.columns);
        stored_.scales = stored_.zeros = Matrix<std::uint16_t>(weights.rows, groups);
        if (stored_.statisticsGroup > 0)
            stored_.secondLevel = Matrix<SecondLevel>(
                (weights.rows + stored_.statisticsGroup - 1) / stored_.statisticsGroup, groups);
    }

    std::int64_t rowUnit() const override { return std::max<std::int64_t>(stored_.statisticsGroup, 1); }
    std::int64_t groupSize() const override { return settings_.groupSize; }

    void startGroup(const RowTile& tile, std::int64_t first, std::int64_t count) override {
        const std::int64_t group = first / settings_.groupSize;
        std::vector<float> weights(static_cast<std::size_t>(count)), diagonal(weights.size());
        for (std::int64_t j = 0; j < count; ++j)
            diagonal[static_cast<std::size_t>(j)] = factor_.diagonal(first + j);
        std::vector<double> scales(static_cast<std::size_t>(tile.rows)), zeros(scales.size());
        for (std::int64_t i = 0; i < tile.rows; ++i) {
            for (std::int64_t j = 0; j < count; ++j)
                weights[static_cast<std::size_t>(j)] = tile.column(first + j)[static_cast<std::size_t>(i)];
            const double limit =
                settings_.leaveOneOut ? outlierLoss_ : std::numeric_limits<double>::infinity();
            const RealGrid grid = fitWithoutOutliers(weights, diagonal, limit, largestCode());
            scales[static_cast<std::size_t>(i)] = grid.scale;
            zeros[static_cast<std::size_t>(i)] = grid.zero;
        }
        storeStatistics(tile.firstRow, group, scales, zeros);
        for (std::int64_t i = tile.firstRow; i < tile.firstRow + tile.rows; ++i)
            grids_[static_cast<std::size_t>(i)] = storedGrid(stored_, i, group);
    }

    void quantise(const RowTile& tile, std::int64_t column, std::span<float> quantised) override {
        const auto weights = tile.column(column);
        const double diagonal = factor_.diagonal(column);
        for (std::size_t i = 0; i < weights.size(); ++i) {
            const auto row = static_cast<std::size_t>(tile.firstRow) + i;
            const RealGrid& grid = grids_[row];
            int code = codeOn(grid, weights[i], largestCode());
            auto value = static_cast<float>(grid.scale * (code - grid.zero));
            const double error = (static_cast<double>(weights[i]) - static_cast<double>(value)) / diagonal;
            if (error * error > outlierLoss_) {
                const std::uint16_t half = finiteHalf(name_, weights[i]);
                outliers_[row].push_back({static_cast<std::uint32_t>(column), half});
                value = media::halfToFloat(half);
                code = codeOn(grid, 0, largestCode());
            }
            stored_.codes.at(static_cast<std::int64_t>(row), column) = static_cast<std::uint8_t>(code);
            quantised[i] = value;
        }
    }

    SpqrStored finish() {
        stored_.rowStarts.push_back(0);
        for (const std::vector<Outlier>& row : outliers_) {
            for (const Outlier& outlier : row) {
                stored_.outlierColumns.push_back(outlier.column);
                stored_.outlierValues.push_back(outlier.value);
            }
            stored_.rowStarts.push_back(static_cast<std::uint32_t>(stored_.outlierValues.size()));
        }
        if (factor_.isOrdered()) stored_.order = factor_.order;
        return std::move(stored_);
    }

  private:
    int largestCode() const { return (1 << settings_.bits) - 1; }

    void storeStatistics(std::int64_t firstRow, std::int64_t group, std::span<const double> scales,
                         std::span<const double> zeros) {
        const auto run = static_cast<std::size_t>(std::max<std::int64_t>(stored_.statisticsGroup, 1));
        std::vector<std::uint16_t> scaleCodes(run), zeroCodes(run);
        for (std::size_t begin = 0; begin < scales.size(); begin += run) {
            const std::size_t count = std::min(run, scales.size() - begin);
            const std::int64_t row = firstRow + static_cast<std::int64_t>(begin);
            if (stored_.statisticsGroup > 0) {
                const auto first = quantiseStatistics(name_, scales.subspan(begin, count),
                                                      settings_.scaleBits, scaleCodes.data());
                const auto second = quantiseStatistics(name_, zeros.subspan(begin, count), settings_.zeroBits,
                                                       zeroCodes.data());
                stored_.secondLevel.at(row / stored_.statisticsGroup, group) = {first.step, first.zero,
                                                                                second.step, second.zero};
            } else {
                const RealGrid grid = withStorableStep({scales[begin], zeros[begin]});
                scaleCodes[0] = finiteHalf(name_, grid.scale);
                zeroCodes[0] = finiteHalf(name_, grid.zero);
            }
            for (std::size_t i = 0; i < count; ++i) {
                stored_.scales.at(row + static_cast<std::int64_t>(i), group) = scaleCodes[i];
                stored_.zeros.at(row + static_cast<std::int64_t>(i), group) = zeroCodes[i];
            }
        }
    }

    const std::string& name_;
    const InverseFactor& factor_;
    const SpqrSettings& settings_;
    const double outlierLoss_;
    std::vector<std::vector<Outlier>> outliers_;  ///< by row
    std::vector<RealGrid> grids_;                 ///< by row, of the group at work
    SpqrStored stored_;
};

}  // namespace

SpqrQuantised spqr(const std::string& name, const Matrix<float>& weights, const InverseFactor& factor,
                   const SpqrSettings& settings, const media::Execution& execution) {
    requireSettings(settings);
    requireFinite(name, weights.values);
    if (weights.columns != factor.size() || weights.values.size() > std::numeric_limits<std::uint32_t>::max())
        throw Error(ErrorKind::Input,
                    "The weights \"" + name + "\" don't fit their Hessian, or are too many.",
                    "Calibrate the same model that is compressed.");
    SpqrColumns columns(name, weights, factor, settings);
    ColumnLoopResult loop = runColumnLoop(name, weights, factor, columns, execution);
    return {columns.finish(), std::move(loop.quantised), loop.loss};
}

Matrix<float> dequantisedInOrder(const SpqrStored& stored) {
    Matrix<float> weights(stored.codes.rows, stored.codes.columns);
    for (std::int64_t i = 0; i < weights.rows; ++i) {
        for (std::int64_t j = 0; j < weights.columns; j += stored.groupSize) {
            const RealGrid grid = storedGrid(stored, i, j / stored.groupSize);
            for (std::int64_t l = j; l < std::min(j + stored.groupSize, weights.columns); ++l)
                weights.at(i, l) = static_cast<float>(grid.scale * (stored.codes.at(i, l) - grid.zero));
        }
        for (std::uint32_t o = stored.rowStarts[static_cast<std::size_t>(i)];
             o < stored.rowStarts[static_cast<std::size_t>(i) + 1]; ++o)
            weights.at(i, stored.outlierColumns[o]) = media::halfToFloat(stored.outlierValues[o]);
    }
    return weights;
}

Matrix<float> dequantised(const SpqrStored& stored) {
    Matrix<float> weights = dequantisedInOrder(stored);
    return stored.order.empty() ? weights : restored(weights, stored.order);
}

SpqrBits storedBits(const SpqrStored& stored, const SpqrSettings& settings) {
    const std::uint64_t columnBits = stored.codes.columns > 65536 ? 32 : 16;
    const std::uint64_t statistics = settings.scaleBits > 0 ? settings.scaleBits + settings.zeroBits : 32;
    SpqrBits bits;
    bits.codes = stored.codes.values.size() * static_cast<std::uint64_t>(settings.bits);
    bits.statistics = stored.scales.values.size() * statistics;
    bits.secondLevel = stored.secondLevel.values.size() * 64;
    bits.outliers = stored.outlierValues.size() * (16 + columnBits);
    bits.rowStarts = stored.rowStarts.size() * 32;
    bits.permutation = stored.order.size() * columnBits;
    return bits;
}

}  // namespace ratescope::engine
