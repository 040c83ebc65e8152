#include "core/engine/quant/awq.h"

#include "core/error.h"
#include "core/media/quality/half.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ratescope::engine {
namespace {

constexpr int alphaSteps = 20, clipSteps = 10;
constexpr double smallestInputScale = 1e-4;
constexpr std::uint16_t smallestHalf = 1;  // nothing is divided by zero

/// Halves; infinite where one is too large.
std::vector<float> inputScales(std::span<const float> magnitudes, double alpha) {
    std::vector<double> scales;
    for (const float magnitude : magnitudes)
        scales.push_back(std::max(std::pow(static_cast<double>(magnitude), alpha), smallestInputScale));
    const auto [least, greatest] = std::minmax_element(scales.begin(), scales.end());
    const double middle = std::sqrt(*least * *greatest);
    std::vector<float> result;
    for (const double scale : scales)
        result.push_back(media::halfToFloat(
            std::max(smallestHalf, media::floatToHalf(static_cast<float>(scale / middle)))));
    return result;
}

Matrix<float> scaledColumns(Matrix<float> weights, std::span<const float> scales) {
    for (std::int64_t i = 0; i < weights.rows; ++i)
        std::transform(weights.row(i).begin(), weights.row(i).end(), scales.begin(), weights.row(i).begin(),
                       std::multiplies<>());
    return weights;
}

Matrix<float> unscaledColumns(Matrix<float> weights, std::span<const float> scales) {
    for (std::int64_t i = 0; i < weights.rows; ++i)
        std::transform(weights.row(i).begin(), weights.row(i).end(), scales.begin(), weights.row(i).begin(),
                       std::divides<>());
    return weights;
}

/// What errors δ of the group of inputs from `first` on lose.
using GroupError = std::function<double(std::span<const float> errors, std::int64_t first)>;

/// δᵀ·H·δ.
double groupError(std::span<const float> errors, const Matrix<double>& hessian, std::int64_t first) {
    double sum = 0;
    for (std::size_t i = 0; i < errors.size(); ++i) {
        const double* row = hessian.row(first + static_cast<std::int64_t>(i)).data() + first;
        double product = 0;
        for (std::size_t j = 0; j < errors.size(); ++j)
            product += row[j] * static_cast<double>(errors[j]);
        sum += product * static_cast<double>(errors[i]);
    }
    return sum;
}

/// Limits the group to the share of its range that loses least.
void clipGroup(const std::string& name, std::span<float> group, const GroupError& errorOf, std::int64_t first,
               const GroupSettings& settings) {
    float range = 0;
    for (const float weight : group)
        range = std::max(range, std::abs(weight));
    GroupSettings whole = settings;
    whole.groupSize = -1;
    Matrix<float> limited(1, static_cast<std::int64_t>(group.size())), best;
    std::vector<float> errors(group.size());
    double least = std::numeric_limits<double>::infinity();
    for (int step = 0; step < clipSteps; ++step) {
        const float limit = range * (1 - static_cast<float>(step) / 20);
        std::transform(group.begin(), group.end(), limited.values.begin(),
                       [limit](float weight) { return std::clamp(weight, -limit, limit); });
        const Matrix<float> restored = roundToNearest(name, limited, whole).weights;
        std::transform(restored.values.begin(), restored.values.end(), group.begin(), errors.begin(),
                       std::minus<>());
        const double error = errorOf(errors, first);
        if (error >= least) continue;
        least = error;
        best = limited;
    }
    if (best.rows > 0) std::ranges::copy(best.values, group.begin());
}

void requireInputs(const std::string& name, bool fits) {
    if (!fits)
        throw Error(ErrorKind::Input, "The calibration of \"" + name + "\" doesn't fit its weights.",
                    "Calibrate the same model that is compressed.");
}

Matrix<float> clippedBy(const std::string& name, Matrix<float> weights, const GroupError& errorOf,
                        const GroupSettings& settings, const media::Execution& execution) {
    requireFinite(name, weights.values);
    const std::int64_t size =
        settings.groupSize == -1 ? std::max<std::int64_t>(weights.columns, 1) : settings.groupSize;
    if (size < 1)
        throw Error(ErrorKind::Usage, "A group of " + std::to_string(size) + " weights is none.",
                    "Set the group size to 1 or more, or to −1 for whole rows.");
    execution.forEach(static_cast<std::size_t>(weights.rows), [&](std::size_t i) {
        const auto row = weights.row(static_cast<std::int64_t>(i));
        for (std::int64_t first = 0; first < weights.columns; first += size)
            clipGroup(name,
                      row.subspan(static_cast<std::size_t>(first),
                                  static_cast<std::size_t>(std::min(size, weights.columns - first))),
                      errorOf, first, settings);
    });
    return weights;
}

AwqQuantised quantisedScaled(const AwqLinear& linear, const AwqScale& scale, const Matrix<float>& scaled,
                             const AwqSettings& settings) {
    AwqQuantised result;
    result.stored = roundToNearest(linear.name, scaled, settings.groups);
    result.inputScales = scale.inputScales;
    result.weights = unscaledColumns(result.stored.weights, scale.inputScales);
    return result;
}

void requireScales(const AwqLinear& linear, const AwqScale& scale) {
    requireInputs(linear.name, static_cast<std::int64_t>(scale.inputScales.size()) == linear.weights.columns);
}

}  // namespace

AwqScale searchAwqScale(const std::vector<AwqLinear>& linears, std::span<const float> meanMagnitudes,
                        const GroupSettings& settings, const ParentLoss& loss) {
    if (linears.empty()) throw Error(ErrorKind::Internal, "A scale was to be found for no linear.", "");
    for (const AwqLinear& linear : linears)
        requireInputs(linear.name,
                      !meanMagnitudes.empty() &&
                          linear.weights.columns == static_cast<std::int64_t>(meanMagnitudes.size()) &&
                          std::all_of(meanMagnitudes.begin(), meanMagnitudes.end(),
                                      [](float value) { return value >= 0 && std::isfinite(value); }));
    AwqScale best;
    best.loss = std::numeric_limits<double>::infinity();
    for (int step = 0; step < alphaSteps; ++step) {
        const double alpha = step / static_cast<double>(alphaSteps);
        const std::vector<float> scales = inputScales(meanMagnitudes, alpha);
        if (!std::all_of(scales.begin(), scales.end(), [](float scale) { return std::isfinite(scale); }))
            continue;
        std::vector<Matrix<float>> restored;
        for (const AwqLinear& linear : linears)
            restored.push_back(unscaledColumns(
                roundToNearest(linear.name, scaledColumns(linear.weights, scales), settings).weights,
                scales));
        const double value = loss(restored);
        if (value < best.loss) best = {alpha, scales, value};
    }
    if (best.inputScales.empty())
        throw Error(ErrorKind::Input,
                    "No scale of the inputs of \"" + linears[0].name + "\" gives a finite error.",
                    "Calibrate with a model and a text that work.");
    return best;
}

Matrix<float> clipped(const std::string& name, Matrix<float> weights, const Matrix<double>& hessian,
                      const GroupSettings& settings, const media::Execution& execution) {
    requireInputs(name, hessian.rows == weights.columns && hessian.columns == weights.columns);
    const GroupError errorOf = [&](std::span<const float> errors, std::int64_t first) {
        return groupError(errors, hessian, first);
    };
    return clippedBy(name, std::move(weights), errorOf, settings, execution);
}

AwqQuantised awq(const AwqLinear& linear, const AwqScale& scale, const Matrix<double>& hessian,
                 const AwqSettings& settings, const media::Execution& execution) {
    requireScales(linear, scale);
    Matrix<float> scaled = scaledColumns(linear.weights, scale.inputScales);
    if (settings.clip) {
        // The scaled weights read inputs that are divided by t.
        Matrix<double> divided = hessian;
        for (std::int64_t i = 0; i < divided.rows; ++i)
            for (std::int64_t j = 0; j < divided.columns; ++j)
                divided.at(i, j) /= static_cast<double>(scale.inputScales[static_cast<std::size_t>(i)]) *
                                    static_cast<double>(scale.inputScales[static_cast<std::size_t>(j)]);
        scaled = clipped(linear.name, std::move(scaled), divided, settings.groups, execution);
    }
    return quantisedScaled(linear, scale, scaled, settings);
}

AwqQuantised awq(const AwqLinear& linear, const AwqScale& scale, const AwqSettings& settings,
                 const media::Execution& execution) {
    requireScales(linear, scale);
    Matrix<float> scaled = scaledColumns(linear.weights, scale.inputScales);
    const GroupError errorOf = [&](std::span<const float> errors, std::int64_t first) {
        double sum = 0;
        for (std::size_t i = 0; i < errors.size(); ++i) {
            const double inputScale = scale.inputScales[static_cast<std::size_t>(first) + i];
            const double error = errors[i];
            sum += 1 / (inputScale * inputScale) * error * error;
        }
        return sum;
    };
    if (settings.clip)
        scaled = clippedBy(linear.name, std::move(scaled), errorOf, settings.groups, execution);
    return quantisedScaled(linear, scale, scaled, settings);
}

}  // namespace ratescope::engine
