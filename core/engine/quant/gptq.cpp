#include "core/engine/quant/gptq.h"

#include "core/error.h"
#include "core/media/quality/half.h"

#include <algorithm>

namespace ratescope::engine {
namespace {

constexpr int mostBits = 16;

std::int64_t groupSizeOf(const GroupSettings& settings, std::int64_t columns) {
    if (settings.grid.bits < 1 || settings.grid.bits > mostBits)
        throw Error(ErrorKind::Usage, "Codes have 1 to 16 bits.", "Set another width.");
    if (settings.groupSize == 0 || settings.groupSize < -1)
        throw Error(ErrorKind::Usage,
                    "A group of " + std::to_string(settings.groupSize) + " weights is none.",
                    "Set the group size to 1 or more, or to −1 for whole rows.");
    return settings.groupSize == -1 ? columns : std::min(settings.groupSize, columns);
}

/// The grids of all rows, group after group, so that a column's lie side by side.
class Grids {
  public:
    Grids(const std::string& name, const GroupSettings& settings, std::int64_t rows, std::int64_t columns)
        : name_(name),
          settings_(settings),
          rows_(rows),
          groupSize_(groupSizeOf(settings, columns)),
          groups_((columns + groupSize_ - 1) / groupSize_),
          scales_(groups_, rows),
          zeros_(groups_, rows) {}

    std::int64_t groupSize() const { return groupSize_; }

    void fit(std::int64_t row, std::int64_t group, std::span<const float> weights) {
        double& scale = scales_.at(group, row);
        double& zero = zeros_.at(group, row);
        if (settings_.grid.hasLevels()) {
            const Levels levels = fitLevels(name_, weights);
            scale = media::halfToFloat(levels.low);
            zero = media::halfToFloat(levels.high);
            return;
        }
        const Grid grid = settings_.searchClip ? searchGrid(name_, weights, settings_.grid)
                                               : fitGrid(name_, weights, settings_.grid);
        scale = media::halfToFloat(grid.scale);
        zero = grid.zero;
    }

    /// A column of rows firstRow … of that group.
    void quantise(std::int64_t firstRow, std::int64_t group, std::span<const float> weights,
                  std::uint16_t* codes, float* values) const {
        const double* scales = scales_.row(group).data() + firstRow;
        const double* zeros = zeros_.row(group).data() + firstRow;
        if (!settings_.grid.hasLevels())
            return quantiseColumn(weights, scales, zeros, settings_.grid.largestCode(), codes, values);
        for (std::size_t i = 0; i < weights.size(); ++i) {
            codes[i] = weights[i] >= (scales[i] + zeros[i]) / 2 ? 1 : 0;
            values[i] = static_cast<float>(codes[i] != 0 ? zeros[i] : scales[i]);
        }
    }

    void store(GroupQuantised& result) const {
        result.groupSize = groupSize_;
        result.scales = Matrix<std::uint16_t>(rows_, groups_);
        result.zeros = Matrix<std::uint16_t>(rows_, groups_);
        for (std::int64_t i = 0; i < rows_; ++i)
            for (std::int64_t g = 0; g < groups_; ++g) {
                const double zero = zeros_.at(g, i);
                result.scales.at(i, g) = half(scales_.at(g, i));
                result.zeros.at(i, g) =
                    settings_.grid.hasLevels() ? half(zero) : static_cast<std::uint16_t>(zero);
            }
    }

  private:
    static std::uint16_t half(double value) { return media::floatToHalf(static_cast<float>(value)); }

    const std::string& name_;
    const GroupSettings& settings_;
    std::int64_t rows_, groupSize_, groups_;
    Matrix<double> scales_, zeros_;  ///< [groups, rows]; at one bit the lower and upper levels
};

void fitAll(Grids& grids, const Matrix<float>& weights) {
    const auto size = static_cast<std::size_t>(grids.groupSize());
    for (std::int64_t i = 0; i < weights.rows; ++i) {
        const auto row = weights.row(i);
        for (std::size_t begin = 0; begin < row.size(); begin += size)
            grids.fit(i, static_cast<std::int64_t>(begin / size),
                      row.subspan(begin, std::min(size, row.size() - begin)));
    }
}

class GptqColumns : public ColumnQuantiser {
  public:
    GptqColumns(Grids& grids, const InverseFactor& factor, const GroupSettings& settings,
                Matrix<std::uint16_t>& codes)
        : grids_(grids), factor_(factor), settings_(settings), codes_(codes) {}

    std::int64_t groupSize() const override { return settings_.staticGroups ? 0 : grids_.groupSize(); }

    void startGroup(const RowTile& tile, std::int64_t first, std::int64_t count) override {
        std::vector<float> group(static_cast<std::size_t>(count));
        for (std::int64_t i = 0; i < tile.rows; ++i) {
            for (std::int64_t j = 0; j < count; ++j)
                group[static_cast<std::size_t>(j)] = tile.column(first + j)[static_cast<std::size_t>(i)];
            grids_.fit(tile.firstRow + i, groupOf(first), group);
        }
    }

    void quantise(const RowTile& tile, std::int64_t column, std::span<float> quantised) override {
        const std::int64_t input = factor_.order[static_cast<std::size_t>(column)];
        std::vector<std::uint16_t> codes(quantised.size());
        grids_.quantise(tile.firstRow, groupOf(column), tile.column(column), codes.data(), quantised.data());
        for (std::int64_t i = 0; i < tile.rows; ++i)
            codes_.at(tile.firstRow + i, input) = codes[static_cast<std::size_t>(i)];
    }

  private:
    std::int64_t groupOf(std::int64_t column) const {
        const bool asTheyLie = settings_.staticGroups || settings_.keepsGroups;
        return (asTheyLie ? factor_.order[static_cast<std::size_t>(column)] : column) / grids_.groupSize();
    }

    Grids& grids_;
    const InverseFactor& factor_;
    const GroupSettings& settings_;
    Matrix<std::uint16_t>& codes_;
};

Matrix<float> withoutDead(Matrix<float> weights, const InverseFactor& factor) {
    for (std::int64_t i = 0; i < weights.rows; ++i)
        for (std::int64_t j = 0; j < weights.columns; ++j)
            if (factor.dead[static_cast<std::size_t>(j)] != 0) weights.at(i, j) = 0;
    return weights;
}

}  // namespace

GroupQuantised roundToNearest(const std::string& name, const Matrix<float>& weights,
                              const GroupSettings& settings) {
    requireFinite(name, weights.values);
    GroupQuantised result;
    Grids grids(name, settings, weights.rows, weights.columns);
    fitAll(grids, weights);
    result.codes = Matrix<std::uint16_t>(weights.rows, weights.columns);
    std::uint16_t* code = result.codes.values.data();
    result.weights = Matrix<float>(weights.rows, weights.columns);
    for (std::int64_t i = 0; i < weights.rows; ++i)
        for (std::int64_t j = 0; j < weights.columns; ++j)
            grids.quantise(i, j / grids.groupSize(), weights.row(i).subspan(static_cast<std::size_t>(j), 1),
                           code++, &result.weights.at(i, j));
    grids.store(result);
    return result;
}

GroupQuantised gptq(const std::string& name, const Matrix<float>& weights, const InverseFactor& factor,
                    const GroupSettings& settings, const media::Execution& execution,
                    std::int64_t lazyColumns) {
    requireFinite(name, weights.values);
    GroupQuantised result;
    Grids grids(name, settings, weights.rows, weights.columns);
    if (settings.staticGroups && weights.columns == factor.size())
        fitAll(grids, withoutDead(weights, factor));
    result.codes = Matrix<std::uint16_t>(weights.rows, weights.columns);
    GptqColumns columns(grids, factor, settings, result.codes);
    ColumnLoopResult loop = runColumnLoop(name, weights, factor, columns, execution, lazyColumns);
    result.weights = std::move(loop.quantised);
    result.loss = loop.loss;
    if (!settings.staticGroups && !settings.keepsGroups && factor.isOrdered()) result.order = factor.order;
    grids.store(result);
    return result;
}

Matrix<float> dequantised(const GroupQuantised& stored, const GridShape& grid) {
    Matrix<float> weights(stored.codes.rows, stored.codes.columns);
    for (std::int64_t i = 0; i < weights.rows; ++i)
        for (std::int64_t place = 0; place < weights.columns; ++place) {
            const std::int64_t input =
                stored.order.empty() ? place : stored.order[static_cast<std::size_t>(place)];
            const std::int64_t group = place / stored.groupSize;
            const std::uint16_t code = stored.codes.at(i, input), scale = stored.scales.at(i, group),
                                zero = stored.zeros.at(i, group);
            weights.at(i, input) = grid.hasLevels()
                                       ? media::halfToFloat(code != 0 ? zero : scale)
                                       : media::halfToFloat(scale) * static_cast<float>(code - zero);
        }
    return weights;
}

std::uint64_t storedBits(const GroupQuantised& stored, const GridShape& grid) {
    const auto bits = static_cast<std::uint64_t>(grid.bits);
    const std::uint64_t weights = stored.codes.values.size(), groups = stored.scales.values.size();
    std::uint64_t groupBits = 16;
    if (grid.hasLevels()) groupBits = 32;
    if (grid.hasZeroPoints()) groupBits += bits;
    const std::uint64_t indexBits = stored.codes.columns > 65536 ? 32 : 16;
    return weights * bits + groups * groupBits + stored.order.size() * indexBits;
}

}  // namespace ratescope::engine
