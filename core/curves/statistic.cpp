#include "core/curves/statistic.h"

#include "core/curves/text.h"
#include "core/error.h"

#include <cmath>
#include <string>

namespace ratescope::curves {
namespace {

double ratioOf(graph::Finish how, double s0, double s1) {
    const bool needsNonNegative = how == graph::Finish::SqrtRatio || how == graph::Finish::MinusDbRatio;
    if (!std::isfinite(s0) || !std::isfinite(s1) || s1 <= 0 || (needsNonNegative && s0 < 0))
        throw Error(ErrorKind::Input,
                    "The statistic (" + shortest(s0) + ", " + shortest(s1) + ") has no value.",
                    "Look at the measure that reported it, and measure the item again.");
    return s0 / s1;
}

Pooled meanOfValues(graph::Finish how, std::span<const Statistic> items) {
    Pooled pooled;
    double sum = 0;
    double infinite = 0;
    for (const Statistic& item : items) {
        const double value = finish(how, item.s0, item.s1);
        if (std::isinf(value)) {
            infinite = value;
            ++pooled.dropped;
        } else {
            sum += value;
            ++pooled.n;
        }
    }
    pooled.value = pooled.n > 0 ? sum / static_cast<double>(pooled.n) : infinite;
    return pooled;
}

}  // namespace

double finish(graph::Finish how, double s0, double s1) {
    const double ratio = ratioOf(how, s0, s1);
    switch (how) {
        case graph::Finish::Ratio:
            return ratio;
        case graph::Finish::ExpRatio:
            return std::exp(ratio);
        case graph::Finish::SqrtRatio:
            return std::sqrt(ratio);
        case graph::Finish::MinusDbRatio:
            return -10.0 * std::log10(ratio);
    }
    throw Error(ErrorKind::Internal, "A metric has an unknown way to finish its statistic.", "");
}

Pooled pool(graph::Finish how, graph::Pool pooling, std::span<const Statistic> items) {
    if (items.empty())
        throw Error(ErrorKind::Input, "There is no item to pool.", "Measure at least one item.");
    if (items.size() > 1 && pooling == graph::Pool::NotPoolable)
        throw Error(ErrorKind::Usage, "This metric has no value over several items.",
                    "Show it for one item at a time.");
    if (pooling != graph::Pool::SumThenFinish) return meanOfValues(how, items);
    Statistic sum{0, 0};
    for (const Statistic& item : items) {
        ratioOf(how, item.s0, item.s1);
        sum.s0 += item.s0;
        sum.s1 += item.s1;
    }
    return {finish(how, sum.s0, sum.s1), items.size(), 0};
}

}  // namespace ratescope::curves
