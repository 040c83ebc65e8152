#pragma once

// Bjøntegaard deltas of two rate-quality curves (G. Bjøntegaard, VCEG-M33; JCTVC-L1100): the mean difference
// in rate at equal quality, and in quality at equal rate, over the part that both curves cover. Overlap as in
// the package bjontegaard 1.3.0 (Herglotz et al., arXiv:2202.12565).

#include "core/curves/curve.h"
#include "core/curves/interpolant.h"
#include "core/curves/interval.h"
#include "core/graph/manifest.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ratescope::curves {

/// Below this overlap a number stands for too little of the curves, and is marked.
inline constexpr double advisedOverlap = 0.75;
/// The overlap rounded to the two decimals that tables and captions show; one below advisedOverlap stays below
/// it, so that no mark stands beside a 0.75.
double shownOverlap(double overlap);
/// Fewer points than this are handled, and said.
inline constexpr std::size_t advisedPoints = 4;

/// Points in any order, with the name that messages use.
struct RdCurve {
    std::string name;
    std::vector<RatePoint> points;
};

struct BdResult {
    BdMethod method = BdMethod::Pchip;
    std::optional<double>
        ratePercent;  ///< −4.4: the test needs 4.4 % less rate; nothing without overlap in quality
    std::optional<double> quality;  ///< in the metric's unit, test − anchor; nothing without overlap in rate
    double overlap = 0;             ///< shared part of the joint range of quality, 0 … 1
    double rateOverlap = 0;         ///< the same of log10 rate
    std::optional<Interval> qualityRange;          ///< what ratePercent is averaged over
    std::optional<Interval> rateRange;             ///< what quality is averaged over
    std::size_t anchorPoints = 0, testPoints = 0;  ///< used
    std::size_t dropped = 0;                       ///< infinite points left out, of both curves
    std::vector<std::string> warnings;             ///< sentences
};

/// Compares `test` with `anchor`. Rates are positive, in any unit that both share; log10 of the rate is
/// integrated. Points of infinite quality are left out and counted; a point that is there twice is taken
/// once. `better` says which way quality must go as rate rises; without it, the way of the anchor is taken.
/// Throws Error(Input), naming the curve, for: NaN, a rate that is not positive and finite, fewer than two
/// different finite points, a curve whose quality does not go strictly one way as rate rises (its hull does:
/// hull.h), and two curves that overlap neither in quality nor in rate.
BdResult bjontegaardDelta(const RdCurve& anchor, const RdCurve& test, BdMethod method = BdMethod::Pchip,
                          std::optional<graph::Better> better = {});

/// A point of the RCD plot: the rate difference at one quality.
struct RelativeDifference {
    double quality = 0;
    double ratePercent = 0;
};

/// The relative curve difference whose log-domain mean is the BD-rate, at `samples` ≥ 2 evenly spaced
/// qualities of the overlap, ends included. Throws as bjontegaardDelta, and Error(Input) without overlap in
/// quality.
std::vector<RelativeDifference> relativeDifference(const RdCurve& anchor, const RdCurve& test,
                                                   BdMethod method, std::size_t samples,
                                                   std::optional<graph::Better> better = {});

/// The interpolant of `curve`, what BD-rate integrates, in at least `samples` places: all of the curve's points, and as
/// many between each two of them. By rising quality. Throws as bjontegaardDelta for the curve.
std::vector<RatePoint> sampledInterpolant(const RdCurve& curve, BdMethod method, std::size_t samples);

}  // namespace ratescope::curves
