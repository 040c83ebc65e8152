#include "core/engine/llm/packed/rope_frequencies.h"

#include "core/error.h"

#include <cmath>
#include <numbers>

namespace ratescope::engine {
namespace {

/// Llama 3.1: short waves stay, long ones are stretched by the factor, those between by a mixture.
double llama3(double frequency, const media::RopeScaling& scaling) {
    const double turns = static_cast<double>(scaling.originalContext) * frequency / (2 * std::numbers::pi);
    if (turns > scaling.highFrequencyFactor) return frequency;
    if (turns < scaling.lowFrequencyFactor) return frequency / scaling.factor;
    const double kept =
        (turns - scaling.lowFrequencyFactor) / (scaling.highFrequencyFactor - scaling.lowFrequencyFactor);
    return (1 - kept) * frequency / scaling.factor + kept * frequency;
}

}  // namespace

std::vector<double> ropeFrequencies(const media::ModelConfig& config) {
    const media::RopeScaling& scaling = config.ropeScaling;
    const auto pairs = static_cast<std::size_t>(config.headSize / 2);
    if (config.headSize % 2 != 0 || (!scaling.divisors.empty() && scaling.divisors.size() != pairs))
        throw Error(ErrorKind::Input, "The model's heads can't be rotated in pairs.",
                    "Fetch the model's files again.");
    std::vector<double> frequencies(pairs);
    for (std::size_t i = 0; i < pairs; ++i) {
        const double exponent = -2.0 * static_cast<double>(i) / static_cast<double>(config.headSize);
        double frequency = std::pow(config.ropeBase, exponent);
        if (!scaling.divisors.empty())
            frequency /= static_cast<double>(scaling.divisors[i]);
        else if (scaling.kind == media::RopeScaling::Kind::Linear)
            frequency /= scaling.factor;
        else if (scaling.kind == media::RopeScaling::Kind::Llama3)
            frequency = llama3(frequency, scaling);
        if (!std::isfinite(frequency))
            throw Error(ErrorKind::Input, "The model's rotary frequencies are no finite numbers.",
                        "Fetch the model's files again.");
        frequencies[i] = frequency;
    }
    return frequencies;
}

}  // namespace ratescope::engine
