#pragma once

// How stored statistics become numbers. A measure stores for each item a sufficient statistic (s0, s1); what
// a curve shows is made from it here, when it is asked for, and never by running a node again.

#include "core/graph/manifest.h"

#include <cstddef>
#include <span>

namespace ratescope::curves {

/// What a measure stores of one item for one metric. A plain value v is (v, 1); a rate is (bits, count).
struct Statistic {
    double s0 = 0;
    double s1 = 1;

    bool operator==(const Statistic&) const = default;
};

/// The value of a statistic:
///   Ratio         s0/s1                  (means, rates)
///   ExpRatio      exp(s0/s1)             (perplexity from nats and tokens)
///   SqrtRatio     sqrt(s0/s1)            (root mean square error)
///   MinusDbRatio  −10·log10(s0/s1)       (PSNR from MSE/peak² and 1)
/// An error of 0 in MinusDbRatio is +infinity, and a perplexity beyond the doubles is too: they stay
/// infinite, and whoever draws or averages them leaves them out visibly. Throws Error(Input) when s0 or s1 is
/// not finite, s1 is not positive, or s0 is negative where its logarithm or root is taken.
double finish(graph::Finish how, double s0, double s1);

/// One number for several items, and how many of them are in it.
struct Pooled {
    double value = 0;
    std::size_t n = 0;        ///< items in the value
    std::size_t dropped = 0;  ///< items left out because their value is infinite
};

/// Pools items in the given order, so that equal input gives equal bits.
/// MeanOfValues: mean of the finite values, infinite ones counted in `dropped`; if all are infinite, the
/// value is infinite and n is 0. SumThenFinish: sums s0 and s1, then finishes; drops nothing. NotPoolable:
/// one item only. Throws Error(Input) for no items, Error(Usage) for several items of what is not poolable,
/// and what finish() throws.
Pooled pool(graph::Finish how, graph::Pool pooling, std::span<const Statistic> items);

}  // namespace ratescope::curves
