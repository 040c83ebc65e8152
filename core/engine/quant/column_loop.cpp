#include "core/engine/quant/column_loop.h"

#include "core/engine/quant/grid.h"
#include "core/error.h"
#include "core/instruction_set.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace ratescope::engine {
namespace {

constexpr std::int64_t usualTileRows = 64;
constexpr std::int64_t laneCount = 16;

using Lanes = float __attribute__((vector_size(4 * laneCount)));

/// Errors of columns from … to − 1 for some columns side by side.
struct Update {
    float* target;         ///< corrections of the first of these columns
    const float* errors;   ///< of the tile's column 0
    const float* factors;  ///< U's column of the first, then the next ones factorStride apart
    std::int64_t factorStride, from, to, stride;
};

/// target[c][r] −= Σ_k U_kc·errors[k][r], in the order of k; multiplied, then subtracted, on every machine.
template <int columns, int lanes>
RATESCOPE_INLINE void subtractErrors(const Update& update) {
    const Update at = update;
    for (std::int64_t row = 0; row < at.stride; row += lanes * laneCount) {
        Lanes held[columns][lanes], errors[lanes];
        for (int c = 0; c < columns; ++c)
            std::memcpy(held[c], at.target + c * at.stride + row, sizeof held[c]);
        for (std::int64_t k = at.from; k < at.to; ++k) {
            std::memcpy(errors, at.errors + k * at.stride + row, sizeof errors);
            for (int c = 0; c < columns; ++c)
                for (int l = 0; l < lanes; ++l)
                    held[c][l] -= at.factors[c * at.factorStride + k] * errors[l];
        }
        for (int c = 0; c < columns; ++c)
            std::memcpy(at.target + c * at.stride + row, held[c], sizeof held[c]);
    }
}

std::vector<RowTile> tilesOf(std::int64_t rows, std::int64_t columns, std::int64_t unit) {
    const std::int64_t tileRows = (usualTileRows + unit - 1) / unit * unit;
    std::vector<RowTile> tiles(static_cast<std::size_t>((rows + tileRows - 1) / tileRows));
    for (std::size_t t = 0; t < tiles.size(); ++t) {
        RowTile& tile = tiles[t];
        tile.firstRow = static_cast<std::int64_t>(t) * tileRows;
        tile.rows = std::min(tileRows, rows - tile.firstRow);
        tile.stride = (tile.rows + usualTileRows - 1) / usualTileRows * usualTileRows;
        tile.weights.assign(static_cast<std::size_t>(tile.stride * columns), 0.0F);
        tile.corrections = tile.weights;
        tile.applied.assign(static_cast<std::size_t>(columns), 0);
    }
    return tiles;
}

class Loop {
  public:
    Loop(const Matrix<float>& weights, const InverseFactor& factor, ColumnQuantiser& quantiser,
         const media::Execution& execution, std::int64_t lazyColumns)
        : weights_(weights),
          factor_(factor),
          quantiser_(quantiser),
          execution_(execution),
          lazyColumns_(lazyColumns),
          tiles_(tilesOf(weights.rows, weights.columns, quantiser.rowUnit())),
          losses_(tiles_.size(), 0.0) {
        result_.quantised = Matrix<float>(weights.rows, weights.columns);
    }

    ColumnLoopResult run() {
        const std::int64_t columns = factor_.size();
        const std::int64_t block = quantiser_.blockSize() > 0 ? quantiser_.blockSize() : columns;
        for (std::int64_t first = 0; first < columns; first += block) {
            const std::int64_t count = std::min(block, columns - first);
            if (quantiser_.blockSize() > 0) {
                execution_.forEach(tiles_.size(),
                                   [&](std::size_t t) { apply(tiles_[t], first, count, first); });
                quantiser_.startBlock(tiles_, first, count);
            }
            execution_.forEach(tiles_.size(), [&](std::size_t t) { runTile(t, first, first + count); });
        }
        result_.loss = std::accumulate(losses_.begin(), losses_.end(), 0.0);
        return std::move(result_);
    }

  private:
    /// Brings `count` columns from `first` on to where all errors before column `due` are applied.
    void apply(RowTile& tile, std::int64_t first, std::int64_t count, std::int64_t due) const {
        static const auto four = compiledFor<&subtractErrors<4, 2>>(bestInstructionSet());
        static const auto one = compiledFor<&subtractErrors<1, 4>>(bestInstructionSet());
        std::int64_t* const applied = tile.applied.data();
        for (std::int64_t j = first; j < first + count;) {
            std::int64_t alike = 1;
            while (alike < 4 && j + alike < first + count && applied[j + alike] == applied[j])
                ++alike;
            const std::int64_t width = alike == 4 ? 4 : 1;
            // Of a diagonal U nothing is to be subtracted.
            if (applied[j] < due && !factor_.isDiagonal())
                (width == 4 ? four : one)({tile.corrections.data() + j * tile.stride, tile.corrections.data(),
                                           factor_.columns.row(j).data(), factor_.size(), applied[j], due,
                                           tile.stride});
            for (std::int64_t c = j; c < j + width; ++c)
                compensate(tile, c);
            std::fill_n(applied + j, width, due);
            j += width;
        }
    }

    /// The weight of row `row` of the tile as it came.
    float original(const RowTile& tile, std::int64_t row, std::int64_t input) const {
        return factor_.dead[static_cast<std::size_t>(input)] != 0 ? 0.0F
                                                                  : weights_.at(tile.firstRow + row, input);
    }

    /// Corrections are summed apart from the weights, whose rounding would drown them.
    void compensate(RowTile& tile, std::int64_t place) const {
        const std::int64_t input = factor_.order[static_cast<std::size_t>(place)];
        const std::int64_t begin = place * tile.stride;
        for (std::int64_t i = 0; i < tile.rows; ++i)
            tile.weights[static_cast<std::size_t>(begin + i)] =
                original(tile, i, input) + tile.corrections[static_cast<std::size_t>(begin + i)];
    }

    void runTile(std::size_t number, std::int64_t begin, std::int64_t end) {
        RowTile& tile = tiles_[number];
        std::vector<float> quantised(static_cast<std::size_t>(tile.rows));
        const std::int64_t group = quantiser_.groupSize();
        for (std::int64_t j = begin; j < end; ++j) {
            if ((j - begin) % lazyColumns_ == 0) {
                execution_.check();
                apply(tile, j, std::min(lazyColumns_, end - j), j);
            }
            if (group > 0 && j % group == 0) {
                const std::int64_t count = std::min(group, factor_.size() - j);
                apply(tile, j, count, j);
                quantiser_.startGroup(tile, j, count);
            }
            apply(tile, j, 1, j);
            quantiser_.quantise(tile, j, quantised);
            losses_[number] += keep(tile, j, quantised);
        }
    }

    /// Puts the column's errors in its place; Σ e².
    double keep(RowTile& tile, std::int64_t place, std::span<const float> quantised) {
        const std::int64_t input = factor_.order[static_cast<std::size_t>(place)];
        const float diagonal = factor_.diagonal(place);
        float* const errors = tile.corrections.data() + place * tile.stride;
        double loss = 0;
        for (std::int64_t i = 0; i < tile.rows; ++i) {
            const float value = quantised[static_cast<std::size_t>(i)];
            result_.quantised.at(tile.firstRow + i, input) = value;
            errors[i] = ((original(tile, i, input) - value) + errors[i]) / diagonal;
            loss += static_cast<double>(errors[i]) * static_cast<double>(errors[i]);
        }
        return loss;
    }

    const Matrix<float>& weights_;
    const InverseFactor& factor_;
    ColumnQuantiser& quantiser_;
    const media::Execution& execution_;
    const std::int64_t lazyColumns_;
    std::vector<RowTile> tiles_;
    std::vector<double> losses_;
    ColumnLoopResult result_;
};

}  // namespace

ColumnLoopResult runColumnLoop(const std::string& name, const Matrix<float>& weights,
                               const InverseFactor& factor, ColumnQuantiser& quantiser,
                               const media::Execution& execution, std::int64_t lazyColumns) {
    if (weights.columns != factor.size())
        throw Error(ErrorKind::Input,
                    "The weights \"" + name + "\" have " + std::to_string(weights.columns) +
                        " inputs, their Hessian has " + std::to_string(factor.size()) + ".",
                    "Calibrate the same model that is compressed.");
    if (lazyColumns < 1)
        throw Error(ErrorKind::Internal, "The column loop was to go in blocks of no columns.", "");
    requireFinite(name, weights.values);
    return Loop(weights, factor, quantiser, execution, lazyColumns).run();
}

}  // namespace ratescope::engine
