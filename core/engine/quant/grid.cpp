#include "core/engine/quant/grid.h"

#include "core/engine/quant/grid_code.h"
#include "core/error.h"
#include "core/instruction_set.h"
#include "core/media/quality/half.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace ratescope::engine {
namespace {

using media::halfToFloat;

constexpr double smallestScale = 0x1p-24;  // the smallest positive half: scales must not underflow to zero
constexpr int clipSteps = 80;
constexpr double clipExponent = 2.4;

[[noreturn]] void refuse(const std::string& tensor, const std::string& what) {
    throw Error(ErrorKind::Input, "Tensor \"" + tensor + "\" " + what + ".",
                "Mend the file, or leave the tensor out.");
}

struct Column {
    const float* weights;
    const double* scales;
    const double* zeros;
    std::uint16_t* codes;
    float* values;
};

RATESCOPE_INLINE void quantiseRows(const Column& column, double largestCode, std::size_t count) {
    const Column at = column;
    for (std::size_t i = 0; i < count; ++i) {
        const double code = codeOnGrid(at.weights[i], at.scales[i], at.zeros[i], largestCode);
        at.codes[i] = static_cast<std::uint16_t>(static_cast<int>(code));
        at.values[i] = static_cast<float>(at.scales[i]) * static_cast<float>(code - at.zeros[i]);
    }
}

double clippingLoss(std::span<const float> group, const Grid& grid, double largestCode) {
    const double scale = halfToFloat(grid.scale);
    double loss = 0;
    for (const float weight : group) {
        const double restored = scale * (codeOnGrid(weight, scale, grid.zero, largestCode) - grid.zero);
        loss += std::pow(std::abs(restored - weight), clipExponent);
    }
    return loss;
}

}  // namespace

void requireFinite(const std::string& tensor, std::span<const float> weights) {
    if (!std::all_of(weights.begin(), weights.end(), [](float w) { return std::isfinite(w); }))
        refuse(tensor, "holds NaN or infinite weights");
}

std::uint16_t finiteHalf(const std::string& tensor, double value) {
    const std::uint16_t half = media::floatToHalf(static_cast<float>(value));
    if (!std::isfinite(halfToFloat(half)))
        refuse(tensor, "holds weights too large for 16-bit floating point");
    return half;
}

Grid gridOfRange(const std::string& tensor, double least, double greatest, const GridShape& shape) {
    const double low = std::min(0.0, least), high = std::max(0.0, greatest);
    const double largest = std::max(-low, high);
    const int top = shape.largestCode();
    double scale = shape.symmetric ? 2 * largest / top : (high - low) / top;
    if (least == greatest) scale = largest > 0 ? largest : 1;
    Grid grid;
    grid.scale = finiteHalf(tensor, std::max(scale, smallestScale));
    if (shape.symmetric)
        grid.zero = shape.symmetricZero();
    else
        grid.zero = static_cast<int>(codeOnGrid(-low, halfToFloat(grid.scale), 0, top));
    return grid;
}

Grid fitGrid(const std::string& tensor, std::span<const float> group, const GridShape& shape) {
    const auto [least, greatest] = std::minmax_element(group.begin(), group.end());
    return gridOfRange(tensor, *least, *greatest, shape);
}

Grid searchGrid(const std::string& tensor, std::span<const float> group, const GridShape& shape) {
    const auto [least, greatest] = std::minmax_element(group.begin(), group.end());
    Grid best = gridOfRange(tensor, *least, *greatest, shape);
    if (*least == *greatest) return best;
    double bestLoss = std::numeric_limits<double>::infinity();
    for (int step = 0; step < clipSteps; ++step) {
        const double kept = 1 - step / 100.0;
        const Grid grid = gridOfRange(tensor, kept * *least, kept * *greatest, shape);
        const double loss = clippingLoss(group, grid, shape.largestCode());
        if (loss < bestLoss) {
            best = grid;
            bestLoss = loss;
        }
    }
    return best;
}

Levels fitLevels(const std::string& tensor, std::span<const float> group) {
    const auto count = static_cast<double>(group.size());
    const double mean = std::accumulate(group.begin(), group.end(), 0.0) / count;
    const double spread = std::accumulate(group.begin(), group.end(), 0.0,
                                          [&](double sum, float w) { return sum + std::abs(w - mean); }) /
                          count;
    return {finiteHalf(tensor, mean - spread), finiteHalf(tensor, mean + spread)};
}

void quantise(std::span<const float> group, const Grid& grid, int largestCode, std::uint8_t* codes) {
    const double scale = halfToFloat(grid.scale);
    for (std::size_t i = 0; i < group.size(); ++i)
        codes[i] = static_cast<std::uint8_t>(codeOnGrid(group[i], scale, grid.zero, largestCode));
}

void chooseLevels(std::span<const float> group, const Levels& levels, std::uint8_t* codes) {
    const double middle =
        (static_cast<double>(halfToFloat(levels.low)) + static_cast<double>(halfToFloat(levels.high))) / 2;
    for (std::size_t i = 0; i < group.size(); ++i)
        codes[i] = group[i] >= middle ? 1 : 0;
}

void quantiseColumn(std::span<const float> weights, const double* scales, const double* zeros,
                    int largestCode, std::uint16_t* codes, float* values) {
    static const auto run = compiledFor<&quantiseRows>(bestInstructionSet());
    run({weights.data(), scales, zeros, codes, values}, largestCode, weights.size());
}

}  // namespace ratescope::engine
