#include "core/curves/bd.h"

#include "core/curves/text.h"
#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ratescope::curves {
namespace {

using graph::Better;

// A checked curve, by rising rate.
struct Prepared {
    std::string name;
    std::vector<double> rate, logRate, quality;
    std::size_t dropped = 0, repeated = 0;
    Better direction = Better::Higher;

    std::size_t size() const { return rate.size(); }
};

std::string quoted(const std::string& name) {
    return "\"" + name + "\"";
}

[[noreturn]] void refuse(const std::string& what, const std::string& remedy) {
    throw Error(ErrorKind::Input, what, remedy);
}

std::vector<RatePoint> finitePoints(const RdCurve& curve, std::size_t& dropped) {
    std::vector<RatePoint> points;
    for (const RatePoint& point : curve.points) {
        if (std::isnan(point.rate) || std::isnan(point.quality))
            refuse("The curve " + quoted(curve.name) + " has a point that is not a number.",
                   "Remove the point, or mend what it was made of.");
        if (!(point.rate > 0) || std::isinf(point.rate))
            refuse("The curve " + quoted(curve.name) + " has a point with the rate " + shortest(point.rate) +
                       ", which has no logarithm.",
                   "Remove the point, or mend its rate.");
        if (std::isinf(point.quality))
            ++dropped;
        else
            points.push_back(point);
    }
    std::sort(points.begin(), points.end(), [](const RatePoint& a, const RatePoint& b) {
        return a.rate != b.rate ? a.rate < b.rate : a.quality < b.quality;
    });
    return points;
}

void requireMonotone(const Prepared& curve) {
    const std::string remedy = "Compare the convex hull of its points, or leave points out.";
    const double sign = curve.direction == Better::Higher ? 1 : -1;
    for (std::size_t i = 0; i + 1 < curve.size(); ++i) {
        const double q0 = curve.quality[i], q1 = curve.quality[i + 1];
        if (curve.rate[i] == curve.rate[i + 1])
            refuse("The curve " + quoted(curve.name) + " has two qualities, " + shortest(q0) + " and " +
                       shortest(q1) + ", at the rate " + shortest(curve.rate[i]) + ".",
                   remedy);
        if (sign * (q1 - q0) > 0) continue;
        const std::string change = q0 == q1  ? "stays at " + shortest(q0)
                                   : q1 > q0 ? "rises from " + shortest(q0) + " to " + shortest(q1)
                                             : "falls from " + shortest(q0) + " to " + shortest(q1);
        refuse("The quality of " + quoted(curve.name) + " " + change + " between the rates " +
                   shortest(curve.rate[i]) + " and " + shortest(curve.rate[i + 1]) +
                   ": a BD number needs a curve that " + (sign > 0 ? "rises" : "falls") + " throughout.",
               remedy);
    }
}

Prepared prepare(const RdCurve& curve, std::optional<Better> better) {
    Prepared prepared;
    prepared.name = curve.name;
    std::vector<RatePoint> points = finitePoints(curve, prepared.dropped);
    const auto end = std::unique(points.begin(), points.end());
    prepared.repeated = static_cast<std::size_t>(points.end() - end);
    points.erase(end, points.end());
    if (points.size() < 2)
        refuse(
            "The curve " + quoted(curve.name) + " has " +
                (points.empty() ? "no finite point." : "one finite point: a BD number needs two at least."),
            "Sweep more values of the parameter that moves along the curve.");
    for (const RatePoint& point : points) {
        prepared.rate.push_back(point.rate);
        prepared.logRate.push_back(std::log10(point.rate));
        prepared.quality.push_back(point.quality);
    }
    prepared.direction =
        better ? *better : (points.back().quality > points.front().quality ? Better::Higher : Better::Lower);
    requireMonotone(prepared);
    return prepared;
}

// log10 rate as a function of quality, which must rise for the interpolant.
PiecewiseCubic logRateOfQuality(const Prepared& curve, BdMethod method) {
    std::vector<double> quality = curve.quality, logRate = curve.logRate;
    if (curve.direction == Better::Lower) {
        std::reverse(quality.begin(), quality.end());
        std::reverse(logRate.begin(), logRate.end());
    }
    return interpolate(method, quality, logRate);
}

// What two ranges share, and as which part of their union.
struct Shared {
    double low = 0, high = 0, part = 0;

    explicit operator bool() const { return high > low; }
};

Shared sharedRange(double lowA, double highA, double lowB, double highB) {
    Shared shared{std::max(lowA, lowB), std::min(highA, highB), 0};
    if (shared) shared.part = (shared.high - shared.low) / (std::max(highA, highB) - std::min(lowA, lowB));
    return shared;
}

double meanDifference(const PiecewiseCubic& anchor, const PiecewiseCubic& test, const Shared& range) {
    return (test.integral(range.low, range.high) - anchor.integral(range.low, range.high)) /
           (range.high - range.low);
}

double percentOf(double log10Difference) {
    return 100 * std::expm1(log10Difference * std::numbers::ln10);
}

/// An overlap below advisedOverlap, which it stays when it is rounded.
std::string lowPercentText(double overlap) {
    return fixed(std::min(100 * overlap, 100 * advisedOverlap - 0.1), 1) + " %";
}

void warnOfPoints(const Prepared& curve, BdMethod method, std::vector<std::string>& warnings) {
    if (curve.dropped > 0)
        warnings.push_back(std::to_string(curve.dropped) + (curve.dropped == 1 ? " point" : " points") +
                           " of " + quoted(curve.name) + " with infinite quality left out.");
    if (curve.repeated > 0)
        warnings.push_back(std::to_string(curve.repeated) + " repeated " +
                           (curve.repeated == 1 ? "point" : "points") + " of " + quoted(curve.name) +
                           " taken once.");
    if (curve.size() >= advisedPoints) return;
    std::string text =
        quoted(curve.name) + " has " + std::to_string(curve.size()) + " points; four or more are advised";
    if (curve.size() == 2)
        text += ", and two make a straight line";
    else if (method == BdMethod::Cubic)
        text += ", and three make a parabola instead of a cubic";
    warnings.push_back(text + ".");
}

void warnOfOverlap(const BdResult& result, std::vector<std::string>& warnings) {
    if (!result.ratePercent)
        warnings.push_back("No overlap in quality, so there is no BD-rate.");
    else if (result.overlap < advisedOverlap)
        warnings.push_back("The overlap in quality is " + lowPercentText(result.overlap) + " only.");
    if (!result.quality)
        warnings.push_back("No overlap in rate, so there is no BD-quality.");
    else if (result.rateOverlap < advisedOverlap)
        warnings.push_back("The overlap in rate is " + lowPercentText(result.rateOverlap) + " only.");
}

}  // namespace

double shownOverlap(double overlap) {
    const double rounded = std::round(overlap * 100) / 100;
    return overlap < advisedOverlap ? std::min(rounded, advisedOverlap - 0.01) : rounded;
}

BdResult bjontegaardDelta(const RdCurve& anchorCurve, const RdCurve& testCurve, BdMethod method,
                          std::optional<Better> better) {
    const Prepared anchor = prepare(anchorCurve, better);
    const Prepared test = prepare(testCurve, better ? better : anchor.direction);

    BdResult result;
    result.method = method;
    result.anchorPoints = anchor.size();
    result.testPoints = test.size();
    result.dropped = anchor.dropped + test.dropped;

    const PiecewiseCubic anchorRate = logRateOfQuality(anchor, method),
                         testRate = logRateOfQuality(test, method);
    const Shared quality = sharedRange(anchorRate.low(), anchorRate.high(), testRate.low(), testRate.high());
    const PiecewiseCubic anchorQuality = interpolate(method, anchor.logRate, anchor.quality);
    const PiecewiseCubic testQuality = interpolate(method, test.logRate, test.quality);
    const Shared logRate =
        sharedRange(anchorQuality.low(), anchorQuality.high(), testQuality.low(), testQuality.high());
    if (!quality && !logRate)
        refuse("The curves " + quoted(anchor.name) + " and " + quoted(test.name) +
                   " overlap neither in quality nor in rate, so there is no BD number.",
               "Sweep both until their ranges of quality meet.");

    result.overlap = quality.part;
    result.rateOverlap = logRate.part;
    if (quality) {
        result.ratePercent = percentOf(meanDifference(anchorRate, testRate, quality));
        result.qualityRange = Interval{quality.low, quality.high};
    }
    if (logRate) {
        result.quality = meanDifference(anchorQuality, testQuality, logRate);
        result.rateRange = Interval{std::max(anchor.rate.front(), test.rate.front()),
                                    std::min(anchor.rate.back(), test.rate.back())};
    }
    warnOfPoints(anchor, method, result.warnings);
    warnOfPoints(test, method, result.warnings);
    warnOfOverlap(result, result.warnings);
    return result;
}

std::vector<RelativeDifference> relativeDifference(const RdCurve& anchorCurve, const RdCurve& testCurve,
                                                   BdMethod method, std::size_t samples,
                                                   std::optional<Better> better) {
    const Prepared anchor = prepare(anchorCurve, better);
    const Prepared test = prepare(testCurve, better ? better : anchor.direction);
    const PiecewiseCubic anchorRate = logRateOfQuality(anchor, method),
                         testRate = logRateOfQuality(test, method);
    const Shared range = sharedRange(anchorRate.low(), anchorRate.high(), testRate.low(), testRate.high());
    if (!range)
        refuse(
            "The curves " + quoted(anchor.name) + " and " + quoted(test.name) + " do not overlap in quality.",
            "Sweep both until their ranges of quality meet.");
    std::vector<RelativeDifference> differences;
    for (std::size_t i = 0; i < samples; ++i) {
        const double part = static_cast<double>(i) / static_cast<double>(samples - 1);
        const double quality = range.low + part * (range.high - range.low);
        differences.push_back({quality, percentOf(testRate.at(quality) - anchorRate.at(quality))});
    }
    return differences;
}

std::vector<RatePoint> sampledInterpolant(const RdCurve& curve, BdMethod method, std::size_t samples) {
    const Prepared prepared = prepare(curve, {});
    const PiecewiseCubic logRate = logRateOfQuality(prepared, method);
    const std::vector<double>& quality = prepared.quality;
    const std::size_t pieces = quality.size() - 1;
    const std::size_t inPiece = std::max<std::size_t>(1, (samples + pieces - 2) / pieces);
    std::vector<RatePoint> points;
    const auto add = [&](double at) { points.push_back({std::pow(10.0, logRate.at(at)), at}); };
    for (std::size_t piece = 0; piece < pieces; ++piece) {
        const double from = quality[piece], to = quality[piece + 1];
        for (std::size_t i = 0; i < inPiece; ++i) {
            const double part = static_cast<double>(i) / static_cast<double>(inPiece);
            add(from + part * (to - from));
        }
    }
    add(quality.back());
    return points;
}

}  // namespace ratescope::curves
