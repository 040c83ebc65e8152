#include "core/engine/quant/bitstack.h"

#include "core/engine/quant/grid.h"
#include "core/engine/quant/leading_factors.h"
#include "core/error.h"
#include "core/instruction_set.h"
#include "core/media/quality/half.h"
#include "core/utf8.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace ratescope::engine {
namespace {

constexpr std::int64_t stripRows = 64;   // a multiple of 8, so that a strip's signs begin with a byte
constexpr std::int64_t quarterBit = 64;  // 16 bits a factor, in quarters

std::size_t stripsOf(std::int64_t rows) {
    return static_cast<std::size_t>((rows + stripRows - 1) / stripRows);
}

/// For each bit the sign bit of a float: set where the bit is 0.
RATESCOPE_INLINE void spreadSigns(const std::uint8_t* bits, std::int64_t bytes, std::uint32_t* masks) {
    for (std::int64_t i = 0; i < bytes; ++i)
        for (unsigned bit = 0; bit < 8; ++bit)
            masks[8 * i + bit] = (~static_cast<std::uint32_t>(bits[i]) << bit & 0x80U) << 24;
}

/// product[j] = Σ_r u_r·v_rj, its sign turned over where a mask says so.
RATESCOPE_INLINE void multiplyRow(const float* u, const float* v, std::int64_t rank, std::int64_t columns,
                                  const std::uint32_t* masks, float* product) {
    for (std::int64_t j = 0; j < columns; ++j)
        product[j] = u[0] * v[j];
    for (std::int64_t r = 1; r < rank; ++r)
        for (std::int64_t j = 0; j < columns; ++j)
            product[j] += u[r] * v[r * columns + j];
    if (masks)
        for (std::int64_t j = 0; j < columns; ++j)
            product[j] = std::bit_cast<float>(std::bit_cast<std::uint32_t>(product[j]) ^ masks[j]);
}

RATESCOPE_INLINE void addRow(float* weights, const float* product, float factor, std::int64_t columns) {
    for (std::int64_t j = 0; j < columns; ++j)
        weights[j] += factor * product[j];
}

std::vector<float> floatsOf(std::span<const std::uint16_t> halves) {
    std::vector<float> values(halves.size());
    std::ranges::transform(halves, values.begin(), media::halfToFloat);
    return values;
}

/// Adds factor·S ⊙ (u·v), factor being 1 or −1.
void accumulate(Matrix<float>& weights, const BitstackShape& shape, const BitstackBlock& block, float factor,
                const media::Execution& execution) {
    const std::vector<float> left = floatsOf(block.left), right = floatsOf(block.right);
    const auto spread = compiledFor<&spreadSigns>(execution.instructions);
    const auto multiply = compiledFor<&multiplyRow>(execution.instructions);
    const auto add = compiledFor<&addRow>(execution.instructions);
    const std::int64_t columns = shape.columns;
    execution.forEach(stripsOf(shape.rows), [&](std::size_t strip) {
        const std::int64_t top = static_cast<std::int64_t>(strip) * stripRows;
        const std::int64_t count = std::min(stripRows, shape.rows - top);
        std::vector<float> product(static_cast<std::size_t>(columns));
        std::vector<std::uint32_t> masks;
        if (shape.signs) {
            const std::int64_t bytes = (count * columns + 7) / 8;
            masks.resize(static_cast<std::size_t>(8 * bytes));
            spread(block.signs.data() + top * columns / 8, bytes, masks.data());
        }
        for (std::int64_t row = 0; row < count; ++row) {
            multiply(left.data() + (top + row) * shape.rank, right.data(), shape.rank, columns,
                     shape.signs ? masks.data() + row * columns : nullptr, product.data());
            add(weights.row(top + row).data(), product.data(), factor, columns);
        }
    });
}

double energyOf(const Matrix<float>& matrix) {
    double sum = 0;
    for (std::int64_t i = 0; i < matrix.rows; ++i)
        for (const float value : matrix.row(i))
            sum += static_cast<double>(value) * static_cast<double>(value);
    return sum;
}

std::vector<std::uint8_t> packedSigns(const Matrix<float>& residual) {
    std::vector<std::uint8_t> packed((residual.values.size() + 7) / 8);
    for (std::size_t i = 0; i < residual.values.size(); ++i)
        if (residual.values[i] >= 0) packed[i / 8] |= static_cast<std::uint8_t>(0x80U >> i % 8);
    return packed;
}

Matrix<float> magnitudes(Matrix<float> residual) {
    for (float& value : residual.values)
        value = std::abs(value);
    return residual;
}

[[noreturn]] void refuseLarge(const std::string& name) {
    throw Error(ErrorKind::Input,
                "Tensor " + quote(name) + " holds weights too large for factors of 16-bit floating point.",
                "Mend the file, leave the tensor out, or do not scale.");
}

std::vector<std::uint16_t> halvesOf(const std::string& name, const Matrix<float>& factor,
                                    const std::vector<double>& roots, bool byRow) {
    std::vector<std::uint16_t> halves;
    halves.reserve(factor.values.size());
    for (std::int64_t i = 0; i < factor.rows; ++i)
        for (std::int64_t j = 0; j < factor.columns; ++j) {
            const double root = roots[static_cast<std::size_t>(byRow ? i : j)];
            halves.push_back(media::floatToHalf(static_cast<float>(root * factor.at(i, j))));
            if (!std::isfinite(media::halfToFloat(halves.back()))) refuseLarge(name);
        }
    return halves;
}

BitstackBlock blockOf(const std::string& name, const Matrix<float>& residual, const BitstackShape& shape,
                      std::uint64_t seed, const media::Execution& execution) {
    BitstackBlock block;
    if (shape.signs) block.signs = packedSigns(residual);
    const LeadingFactors factors =
        leadingFactors(shape.signs ? magnitudes(residual) : residual, shape.rank, {.seed = seed}, execution);
    std::vector<double> roots(factors.values.size());
    std::ranges::transform(factors.values, roots.begin(), [](double value) { return std::sqrt(value); });
    block.left = halvesOf(name, factors.left, roots, false);
    block.right = halvesOf(name, factors.right, roots, true);
    return block;
}

void requireUsable(const std::string& name, const Matrix<float>& weights, const BitstackSettings& settings) {
    if (settings.blocks < 1)
        throw Error(ErrorKind::Usage, "A stack of no blocks holds no weights.", "Ask for one block or more.");
    if (settings.rank < 0)
        throw Error(ErrorKind::Usage, "A negative rank makes no magnitudes.", "Ask for a rank of 0 or more.");
    requireFinite(name, weights.values);
    // A weight is at most the product of two halves; far beyond that single precision overflows too.
    constexpr float largest = 4294967296.0F;
    for (const float weight : weights.values)
        if (std::abs(weight) > largest) refuseLarge(name);
}

}  // namespace

BitstackShape bitstackShape(std::int64_t rows, std::int64_t columns, std::int64_t rank, bool signs) {
    const std::int64_t most = std::min(rows, columns);
    // mn/(m + n), rounded down; in floating point, for a hostile stream's sizes would overflow integers.
    const auto harmonic =
        static_cast<std::int64_t>(static_cast<double>(rows) * static_cast<double>(columns) /
                                  (static_cast<double>(rows) + static_cast<double>(columns)));
    if (rank == 0) rank = std::max<std::int64_t>(1, harmonic / quarterBit);
    if (!signs) rank += harmonic / 16;
    return {rows, columns, std::min(rank, most), signs};
}

BitstackStack bitstack(const std::string& name, const Matrix<float>& weights,
                       const BitstackSettings& settings, const media::Execution& execution) {
    requireUsable(name, weights, settings);
    BitstackStack stack{bitstackShape(weights.rows, weights.columns, settings.rank, settings.signs), {}, {}};
    Matrix<float> residual = weights;
    stack.energies.push_back(energyOf(residual));
    for (std::int64_t t = 0; t < settings.blocks; ++t) {
        execution.check();
        stack.blocks.push_back(
            blockOf(name, residual, stack.shape, settings.seed + static_cast<std::uint64_t>(t), execution));
        accumulate(residual, stack.shape, stack.blocks.back(), -1, execution);
        stack.energies.push_back(energyOf(residual));
    }
    return stack;
}

void addBlock(Matrix<float>& weights, const BitstackShape& shape, const BitstackBlock& block,
              const media::Execution& execution) {
    accumulate(weights, shape, block, 1, execution);
}

std::vector<std::int64_t> blockOrder(Matrix<double> scores, std::span<const std::string> names) {
    for (std::int64_t level = scores.rows - 1; level >= 0; --level)
        for (std::int64_t stack = 0; stack < scores.columns; ++stack) {
            if (!std::isnan(scores.at(level, stack))) continue;
            if (level == scores.rows - 1)
                throw Error(ErrorKind::Input,
                            "The model predicts nothing finite with the last block of " +
                                quote(names[static_cast<std::size_t>(stack)]) + ".",
                            "Set sort to energy, or scale to false.");
            scores.at(level, stack) =
                scores.at(level + 1, stack) + *std::ranges::max_element(scores.row(level + 1));
        }
    std::vector<std::int64_t> all;
    for (std::int64_t level = 0; level < scores.rows; ++level) {
        std::vector<std::int64_t> order(static_cast<std::size_t>(scores.columns));
        std::iota(order.begin(), order.end(), 0);
        std::ranges::stable_sort(
            order, [&](std::int64_t a, std::int64_t b) { return scores.at(level, a) < scores.at(level, b); });
        all.insert(all.end(), order.begin(), order.end());
    }
    return all;
}

Matrix<double> energyScores(std::span<const BitstackStack> stacks) {
    if (stacks.empty()) return {};
    const auto levels = static_cast<std::int64_t>(stacks.front().blocks.size()) - 1;
    Matrix<double> scores(levels, static_cast<std::int64_t>(stacks.size()));
    for (std::size_t s = 0; s < stacks.size(); ++s)
        for (std::int64_t level = 0; level < levels; ++level) {
            const auto before = static_cast<std::size_t>(level) + 1;
            const double drop = stacks[s].energies[before] - stacks[s].energies[before + 1];
            scores.at(level, static_cast<std::int64_t>(s)) =
                -drop / static_cast<double>(stacks[s].shape.bytes());
        }
    return scores;
}

}  // namespace ratescope::engine
