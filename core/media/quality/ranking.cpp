#include "core/media/quality/ranking.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace ratescope::media {
namespace {

double gain(std::span<const std::int64_t> grades, std::size_t depth) {
    double sum = 0;
    for (std::size_t rank = 0; rank < std::min(depth, grades.size()); ++rank)
        if (grades[rank] > 0)
            sum += static_cast<double>(grades[rank]) / std::log2(static_cast<double>(rank) + 2);
    return sum;
}

}  // namespace

std::vector<std::size_t> bestRanked(std::span<const float> scores, std::size_t depth) {
    if (std::any_of(scores.begin(), scores.end(), [](float score) { return std::isnan(score); }))
        throw Error(ErrorKind::Input, "A document's score is not a number.",
                    "The model's weights are damaged: compress it less, or look for NaN in its tensors.");
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const std::size_t kept = std::min(depth, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                      [&](std::size_t a, std::size_t b) {
                          return scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
                      });
    order.resize(kept);
    return order;
}

double normalisedGain(std::span<const std::int64_t> ranked, std::span<const std::int64_t> judged,
                      std::size_t depth) {
    std::vector<std::int64_t> best(judged.begin(), judged.end());
    std::sort(best.begin(), best.end(), std::greater<>());
    const double most = gain(best, depth);
    if (most <= 0)
        throw Error(ErrorKind::Input, "A query has no document that answers it.",
                    "Leave queries without a judgement above 0 out.");
    return gain(ranked, depth) / most;
}

}  // namespace ratescope::media
