#include "views/curves/curve_plots.h"

#include "core/curves/hull.h"
#include "core/curves/legend.h"
#include "core/curves/rd_plot.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ratescope::views {
namespace {

using curves::Curve;

std::vector<Curve> shownCurves(const CurveAnswer& answer) {
    std::vector<Curve> shown;
    for (std::size_t i = 0; i < answer.curves.size(); ++i) {
        const bool hidden = answer.question.choice.hidden.contains(answer.curves[i].series);
        // Relative curves have no zero without the anchor.
        if (!hidden || (answer.question.choice.relative && i == answer.anchor))
            shown.push_back(answer.curves[i]);
    }
    return shown;
}

curves::RdPlotOptions optionsOf(const CurveAnswer& answer, std::span<const Curve> shown) {
    const CurveChoice& choice = answer.question.choice;
    curves::RdPlotOptions options;
    options.method = choice.method;
    options.xScale = choice.logarithmic ? curves::Scale::Log : curves::Scale::Linear;
    const std::string& anchor = answer.curves[answer.anchor].series;
    const bool anchorShown =
        std::any_of(shown.begin(), shown.end(), [&](const Curve& curve) { return curve.series == anchor; });
    if (anchorShown) options.anchor = anchor;
    return options;
}

std::vector<std::size_t> plottedOf(const Curve& curve, const curves::RdPlotOptions& options) {
    std::vector<std::size_t> plotted;
    for (std::size_t i = 0; i < curve.points.size(); ++i) {
        const curves::Point& point = curve.points[i];
        if (std::isfinite(point.x) && std::isfinite(point.y) &&
            (options.xScale == curves::Scale::Linear || point.x > 0))
            plotted.push_back(i);
    }
    return plotted;
}

/// Lines and bands through the points of the convex hulls; the others stay as markers.
void drawHulls(curves::PlotSpec& spec, std::vector<Curve> shown, const curves::RdPlotOptions& options) {
    for (Curve& curve : shown)
        curve =
            withPoints(curve, convexHull(meanPoints(curve), curve.y.better.value_or(graph::Better::Higher)));
    curves::PlotSpec hulls = makeRdPlot(shown, {}, options);
    for (std::size_t i = 0; i < spec.series.size(); ++i) {
        spec.series[i].line = std::move(hulls.series[i].line);
        spec.series[i].band = std::move(hulls.series[i].band);
    }
}

/// A logarithmic axis ends a little beyond the points: its next tick may be a third of the plot away.
void tighten(curves::Axis& x, const curves::PlotSpec& spec) {
    constexpr double room = 0.05;
    double low = std::numeric_limits<double>::infinity(), high = 0;
    for (const curves::PlotSeries& series : spec.series)
        for (const curves::PlotPoint& point : series.points) {
            low = std::min(low, point.x);
            high = std::max(high, point.x);
        }
    if (x.scale != curves::Scale::Log || !(low < high)) return;
    const double margin = std::pow(high / low, room);
    x.ticks = curves::ticksWithin(low / margin, high * margin, curves::Scale::Log);
}

curves::PlotSpec absolutePlot(const CurveAnswer& answer, std::span<const Curve> shown) {
    curves::RdPlotOptions options = optionsOf(answer, shown);
    // The limits are those of the points, so that bands that come later move no axis.
    options.bands = false;
    curves::PlotSpec bare = makeRdPlot(shown, {}, options);
    tighten(bare.x, bare);
    bare.legend.corner = freeCorner(bare);
    if (!answer.question.choice.bands && !answer.question.choice.hull) return bare;
    options.bands = answer.question.choice.bands;
    curves::PlotSpec spec = makeRdPlot(shown, {}, options);
    spec.x.ticks = bare.x.ticks;
    spec.y.ticks = bare.y.ticks;
    spec.legend = bare.legend;
    if (answer.question.choice.hull) drawHulls(spec, {shown.begin(), shown.end()}, options);
    return spec;
}

}  // namespace

Curve withoutSamples(const Curve& curve) {
    Curve light = curve;
    for (curves::Point& point : light.points)
        point.samples = {};
    return light;
}

void makePlot(CurveAnswer& answer) {
    const std::vector<Curve> shown = shownCurves(answer);
    try {
        if (answer.question.choice.relative)
            answer.spec = makeRcdPlot(shown, optionsOf(answer, shown));
        else
            answer.spec = absolutePlot(answer, shown);
    } catch (const Error& error) {
        answer.plotFailure = std::string(error.what()) + " " + error.remedy();
        return;
    }
    const curves::RdPlotOptions options = optionsOf(answer, shown);
    answer.plotted.resize(answer.spec->series.size());
    if (answer.question.choice.relative) return;
    for (std::size_t i = 0; i < answer.spec->series.size(); ++i)
        for (const Curve& curve : shown)
            if (curve.series == answer.spec->series[i].series) answer.plotted[i] = plottedOf(curve, options);
}

}  // namespace ratescope::views
