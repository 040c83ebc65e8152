#pragma once

// Figures of curves: quality against rate, and the relative rate difference over quality.

#include "core/curves/compare.h"
#include "core/curves/plot_spec.h"

#include <optional>
#include <span>
#include <string>

namespace ratescope::curves {

/// How the points of a series are joined. Markers always stand on the points themselves.
enum class LineKind {
    /// What BD-rate integrates: log10 of the rate as a function of quality. Straight where there is none, and on a
    /// logarithmic axis of quality: BD's cubics are of the quality itself, and over decades, as perplexities have, they
    /// would bulge between points and cross where no data does.
    Interpolant,
    Straight,
    None,
};

struct RdPlotOptions {
    std::string title = {};
    std::string dataset = {};  ///< "Kodak": in the legend's title and in the caption
    std::string anchor = {};   ///< slug; "" makes the first series black
    LineKind line = LineKind::Interpolant;
    BdMethod method = BdMethod::Pchip;
    Scale xScale = Scale::Linear, yScale = Scale::Linear;
    std::optional<Interval> xLimits = {}, yLimits = {};  ///< otherwise from the data
    bool bands = true;
    bool grid = true;
    bool legend = true;
    std::optional<Corner> corner = {};  ///< of the legend; otherwise where it covers least
    bool bdTable = false;
    BootstrapOptions bootstrap = {};  ///< what withBands() was called with: stands in the caption
};

/// The figure of curves that share both axes; intervals come with the curves (withBands), BD numbers with
/// `comparisons` (compareWithAnchor; may be empty). Points that are infinite or have no place on a log axis
/// are left out and noted. Throws Error(Usage) for no curve, for more than mostSeries, for different axes and
/// for an unknown anchor; Error(Input) if no finite point is left.
PlotSpec makeRdPlot(std::span<const Curve> curves, std::span<const BdComparison> comparisons,
                    const RdPlotOptions& options = {});

/// The RCD plot: rate difference in per cent (x) over quality (y) of mean curves against the anchor's. Curves
/// without overlap or a monotone course are noted and left out. Throws as makeRdPlot; the anchor must be
/// named.
PlotSpec makeRcdPlot(std::span<const Curve> curves, const RdPlotOptions& options);

}  // namespace ratescope::curves
