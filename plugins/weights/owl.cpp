#include "plugins/weights/owl.h"

#include "core/error.h"
#include "plugins/weights/sub_blocks.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <numeric>

namespace ratescope::media::weights {
namespace {

/// Of one tensor.
std::vector<float> scoresOf(const Tensor& tensor, const Calibration& calibration) {
    const CalibratedTensor calibrated = calibration.calibrated(tensor);
    const std::vector<double> strengths = inputStrengths(calibrated);
    const std::vector<float>& weights = calibrated.weights.values;
    std::vector<float> scores(weights.size());
    for (std::size_t i = 0; i < scores.size(); ++i)
        scores[i] = std::abs(weights[i]) * static_cast<float>(std::sqrt(strengths[i % strengths.size()]));
    return scores;
}

double outlierShare(const std::vector<float>& scores, double threshold) {
    const double mean =
        std::accumulate(scores.begin(), scores.end(), 0.0) / static_cast<double>(scores.size());
    const auto count = std::ranges::count_if(
        scores, [&](float score) { return static_cast<double>(score) > threshold * mean; });
    return static_cast<double>(count) / static_cast<double>(scores.size());
}

}  // namespace

std::vector<double> owlSparsities(const std::vector<const Tensor*>& tensors, const Calibration& calibration,
                                  const OwlSettings& settings) {
    std::map<std::size_t, std::vector<float>> scores;  // by block
    std::vector<std::size_t> blocks;
    for (const Tensor* const tensor : tensors) {
        const auto half = subBlockOf(tensor->name);
        if (!half)
            throw Error(ErrorKind::Input, "The tensor \"" + tensor->name + "\" belongs to no block.",
                        "Choose another allocation.");
        blocks.push_back(half->block);
        std::vector<float>& all = scores[half->block];
        const std::vector<float> more = scoresOf(*tensor, calibration);
        all.insert(all.end(), more.begin(), more.end());
    }
    std::map<std::size_t, double> shares;
    for (const auto& [block, all] : scores)
        shares[block] = outlierShare(all, settings.threshold);
    const auto byShare = [](const auto& a, const auto& b) { return a.second < b.second; };
    const auto [least, most] = std::ranges::minmax_element(shares, byShare);
    const double low = least->second, high = most->second;
    double mean = 0;
    for (auto& [block, share] : shares) {
        share = high > low ? 2 * settings.range * (share - low) / (high - low) : 0;
        mean += share / static_cast<double>(shares.size());
    }
    std::vector<double> sparsities;
    for (const std::size_t block : blocks)
        sparsities.push_back(std::clamp(settings.sparsity + mean - shares.at(block), 0.0, 1.0));
    return sparsities;
}

}  // namespace ratescope::media::weights
