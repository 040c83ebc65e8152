#pragma once

// How two metrics go together over items: Pearson's r, Spearman's rho, Kendall's tau-b, with intervals.

#include "core/curves/bootstrap.h"
#include "core/curves/interval.h"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace ratescope::curves {

enum class CorrelationKind {
    Pearson,   ///< product moment
    Spearman,  ///< Pearson of the ranks; ties have their mean rank
    KendallB,  ///< tau-b: concordant minus discordant pairs, corrected for ties in either
};

/// "pearson", "spearman", "kendall".
const char* toText(CorrelationKind kind);

struct Correlation {
    double value = 0;
    std::size_t n = 0;
    std::optional<Interval> interval;
};

/// The coefficient of paired values, −1 … 1. Kendall by Knight's algorithm (1966), n log n.
/// Throws Error(Input) for different lengths, fewer than two pairs, values that are not finite, and values
/// that are all equal (there is no correlation with a constant).
double correlation(CorrelationKind kind, std::span<const double> x, std::span<const double> y);

/// With an interval from the bootstrap over pairs; none where it says nothing (n < 3, or many resamples
/// without a value).
Correlation bootstrappedCorrelation(CorrelationKind kind, std::span<const double> x,
                                    std::span<const double> y, const BootstrapOptions& options);

/// Pearson's r with the interval of Fisher's z transform (normal, standard error 1/√(n − 3)); none for n < 4
/// and for |r| = 1.
Correlation pearsonWithFisherInterval(std::span<const double> x, std::span<const double> y, double level);

/// Ranks from 1; equal values share the mean of their ranks.
std::vector<double> ranks(std::span<const double> values);

}  // namespace ratescope::curves
