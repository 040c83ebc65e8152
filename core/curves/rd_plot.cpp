#include "core/curves/rd_plot.h"

#include "core/curves/caption.h"
#include "core/curves/legend.h"
#include "core/curves/text.h"
#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ratescope::curves {
namespace {

constexpr std::size_t lineSamples = 200;
constexpr double zeroIsNear = 0.3;  // a rate axis whose data begin below this part of their end begins at 0

std::string counted(std::size_t count, const char* one, const char* many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::size_t anchorIndex(std::span<const Curve> curves, const std::string& slug) {
    if (slug.empty()) return 0;
    for (std::size_t i = 0; i < curves.size(); ++i)
        if (curves[i].series == slug) return i;
    throw Error(ErrorKind::Usage, "There is no series \"" + slug + "\" in the plot.",
                "Choose the anchor among the plotted series.");
}

void requirePlottable(std::span<const Curve> curves) {
    if (curves.empty())
        throw Error(ErrorKind::Usage, "There is no series to plot.",
                    "Run the study, or show one of its series.");
    if (curves.size() > mostSeries)
        throw Error(ErrorKind::Usage,
                    "The plot has " + std::to_string(curves.size()) + " series; more than " +
                        std::to_string(mostSeries) + " can't be told apart.",
                    "Choose " + std::to_string(mostSeries) + " series or fewer.");
    for (const Curve& curve : curves)
        if (curve.x.id != curves.front().x.id || curve.y.id != curves.front().y.id)
            throw Error(ErrorKind::Usage, "The series of the plot have different axes.",
                        "Plot series of the same rate and the same metric.");
}

// Anchor, then the study's other series, then imported ones.
std::vector<std::size_t> drawingOrder(std::span<const Curve> curves, std::size_t anchor) {
    std::vector<std::size_t> order = {anchor};
    for (const bool imported : {false, true})
        for (std::size_t i = 0; i < curves.size(); ++i)
            if (i != anchor && curves[i].imported() == imported) order.push_back(i);
    return order;
}

std::string labelOf(const Point& point) {
    std::string label;
    for (const auto& [name, value] : point.values)
        label += (label.empty() ? "" : ", ") + name.substr(name.find('.') + 1) + "=" + value;
    return label;
}

bool hasPlace(const Point& point, const RdPlotOptions& options) {
    return (options.xScale == Scale::Linear || point.x > 0) &&
           (options.yScale == Scale::Linear || point.y > 0);
}

void addPoints(const Curve& curve, const RdPlotOptions& options, PlotSeries& series,
               std::vector<std::string>& notes) {
    std::size_t infinite = 0, offScale = 0, leftOut = 0;
    for (const Point& point : curve.points) {
        if (!std::isfinite(point.x) || !std::isfinite(point.y)) {
            ++infinite;
            continue;
        }
        leftOut += point.dropped;
        if (!hasPlace(point, options)) {
            ++offScale;
            continue;
        }
        series.points.push_back({point.x, point.y, options.bands ? point.interval : std::nullopt,
                                 point.incomplete(), point.n, labelOf(point)});
    }
    if (infinite > 0)
        notes.push_back(curve.title + ": " + counted(infinite, "point", "points") + " of infinite " +
                        curve.y.title + " not drawn.");
    if (offScale > 0)
        notes.push_back(curve.title + ": " + counted(offScale, "point", "points") +
                        " not above 0 not drawn on a logarithmic axis.");
    if (leftOut > 0)
        notes.push_back(curve.title + ": " + counted(leftOut, "item", "items") + " of infinite " +
                        curve.y.title + " left out of the means.");
}

std::vector<RatePoint> straightLine(const PlotSeries& series) {
    std::vector<RatePoint> line;
    for (const PlotPoint& point : series.points)
        line.push_back({point.x, point.y});
    return line;
}

void addLine(const Curve& curve, const RdPlotOptions& options, PlotSeries& series,
             std::vector<std::string>& notes) {
    if (options.line == LineKind::None || series.points.size() < 2) return;
    series.line = straightLine(series);
    const bool isRateQuality = curve.x.kind == Quantity::Kind::Rate && curve.y.kind == Quantity::Kind::Metric;
    if (options.line == LineKind::Straight || !isRateQuality || options.yScale == Scale::Log) return;
    try {
        series.line = sampledInterpolant({curve.title, series.line}, options.method, lineSamples);
    } catch (const Error&) {
        notes.push_back(curve.title + " is not monotone: its points are joined by straight lines.");
    }
}

// Half widths of the band over x, joined as smoothly as the curve itself.
class BandWidth {
  public:
    BandWidth(const std::vector<PlotPoint>& points, bool smooth) : log_(smooth) {
        std::vector<double> x, below, above;
        for (const PlotPoint& point : points) {
            if (!point.interval || (log_ && point.x <= 0)) continue;
            const double position = log_ ? std::log10(point.x) : point.x;
            if (!x.empty() && position <= x.back()) continue;
            x.push_back(position);
            below.push_back(std::max(0.0, point.y - point.interval->low));
            above.push_back(std::max(0.0, point.interval->high - point.y));
        }
        if (x.size() < 2) return;
        below_ = interpolate(BdMethod::Pchip, x, below);
        above_ = interpolate(BdMethod::Pchip, x, above);
    }

    std::optional<BandPoint> around(const RatePoint& point) const {
        if (!below_) return std::nullopt;
        const double position = log_ ? std::log10(point.rate) : point.rate;
        const double room = 1e-9 * (below_->high() - below_->low());
        if (position < below_->low() - room || position > below_->high() + room) return std::nullopt;
        return BandPoint{point.rate, point.quality - below_->at(position),
                         point.quality + above_->at(position)};
    }

  private:
    bool log_;
    std::optional<PiecewiseCubic> below_, above_;
};

void addBand(PlotSeries& series) {
    const std::vector<RatePoint> line = series.line.empty() ? straightLine(series) : series.line;
    const bool interpolated = series.line.size() > series.points.size();
    if (interpolated) {
        const BandWidth width(series.points, true);
        for (const RatePoint& point : line)
            if (const std::optional<BandPoint> corner = width.around(point)) series.band.push_back(*corner);
        return;
    }
    for (const PlotPoint& point : series.points)
        if (point.interval) series.band.push_back({point.x, point.interval->low, point.interval->high});
    if (series.band.size() < 2) series.band.clear();
}

struct Range {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();

    void add(double value) {
        low = std::min(low, value);
        high = std::max(high, value);
    }
};

Ticks ticksFor(Range range, Scale scale, const std::optional<Interval>& limits) {
    return limits ? ticksWithin(limits->low, limits->high, scale) : niceTicks(range.low, range.high, scale);
}

void setAxes(PlotSpec& spec, const Quantity& xQuantity, const RdPlotOptions& options) {
    Range x, y;
    for (const PlotSeries& series : spec.series) {
        for (const PlotPoint& point : series.points) {
            x.add(point.x);
            y.add(point.y);
        }
        for (const BandPoint& point : series.band) {
            if (options.yScale == Scale::Log && point.low <= 0) continue;
            y.add(point.low);
            y.add(point.high);
        }
    }
    if (x.low > x.high)
        throw Error(ErrorKind::Input, "No series has a point that can be drawn.",
                    "Run the study, or choose other axes.");
    const bool startsAtZero = xQuantity.kind != Quantity::Kind::Parameter &&
                              options.xScale == Scale::Linear && x.low > 0 && x.low <= zeroIsNear * x.high;
    if (startsAtZero) x.low = 0;
    spec.x.ticks = ticksFor(x, options.xScale, options.xLimits);
    spec.y.ticks = ticksFor(y, options.yScale, options.yLimits);
}

Axis axisOf(const Quantity& quantity, Scale scale) {
    return {.title = quantity.axisTitle, .scale = scale, .ticks = {}, .better = quantity.better};
}

Legend legendOf(const PlotSpec& spec, std::span<const Curve> curves, const RdPlotOptions& options) {
    return {options.legend, legendTitle(curves, options.dataset),
            options.corner ? *options.corner : freeCorner(spec), options.corner.has_value()};
}

PlotSeries frameOf(const Curve& curve, const Curve& anchor, bool isAnchor, std::size_t& imported) {
    PlotSeries series;
    series.series = curve.series;
    series.title = curve.title;
    if (curve.imported() && !isAnchor) {
        series.role = SeriesRole::Imported;
        series.style = importedStyle(imported++);
        return series;
    }
    series.role = isAnchor ? SeriesRole::Anchor : SeriesRole::Own;
    series.style = seriesStyle(orderAfterAnchor(curve.branchIndex, anchor.branchIndex),
                               orderAfterAnchor(curve.seriesIndex, anchor.seriesIndex));
    return series;
}

}  // namespace

PlotSpec makeRdPlot(std::span<const Curve> curves, std::span<const BdComparison> comparisons,
                    const RdPlotOptions& options) {
    requirePlottable(curves);
    const std::size_t anchor = anchorIndex(curves, options.anchor);
    PlotSpec spec;
    spec.title = options.title;
    spec.grid = options.grid;
    spec.x = axisOf(curves.front().x, options.xScale);
    spec.y = axisOf(curves.front().y, options.yScale);
    std::size_t imported = 0;
    for (const std::size_t index : drawingOrder(curves, anchor)) {
        const bool isAnchor = index == anchor && !options.anchor.empty();
        PlotSeries series = frameOf(curves[index], curves[anchor], isAnchor, imported);
        addPoints(curves[index], options, series, spec.notes);
        addLine(curves[index], options, series, spec.notes);
        addBand(series);
        spec.series.push_back(std::move(series));
    }
    setAxes(spec, curves.front().x, options);
    spec.legend = legendOf(spec, curves, options);
    if (options.bdTable && !comparisons.empty()) spec.bdTable = makeBdTable(comparisons);
    spec.caption = composeCaption(curves, comparisons, options.dataset, options.bootstrap, spec.notes);
    return spec;
}

PlotSpec makeRcdPlot(std::span<const Curve> curves, const RdPlotOptions& options) {
    requirePlottable(curves);
    if (options.anchor.empty())
        throw Error(ErrorKind::Usage, "A plot of relative rate differences needs an anchor.",
                    "Name one of the series.");
    const std::size_t anchorAt = anchorIndex(curves, options.anchor);
    const Curve& anchor = curves[anchorAt];
    const RdCurve anchorPoints{anchor.title, meanPoints(anchor)};
    PlotSpec spec;
    spec.title = options.title;
    spec.grid = options.grid;
    spec.x = {
        .title = "Rate difference (%)", .scale = Scale::Linear, .ticks = {}, .better = graph::Better::Lower};
    spec.y = axisOf(anchor.y, options.yScale);
    Range x, y;
    x.add(0);
    std::size_t imported = 0;
    for (const std::size_t index : drawingOrder(curves, anchorAt)) {
        PlotSeries series = frameOf(curves[index], anchor, index == anchorAt, imported);
        if (index != anchorAt) {
            try {
                for (const RelativeDifference& difference :
                     relativeDifference(anchorPoints, {curves[index].title, meanPoints(curves[index])},
                                        options.method, lineSamples, anchor.y.better))
                    series.line.push_back({difference.ratePercent, difference.quality});
            } catch (const Error& error) {
                spec.notes.push_back(curves[index].title + ": " + error.what());
                continue;
            }
        }
        for (const RatePoint& point : series.line) {
            x.add(point.rate);
            y.add(point.quality);
        }
        spec.series.push_back(std::move(series));
    }
    if (y.low > y.high)
        throw Error(ErrorKind::Input,
                    "No series can be compared with \"" + anchor.title + "\". " + spec.notes.front(),
                    "Sweep the series until their ranges of quality meet.");
    spec.x.ticks = ticksFor(x, Scale::Linear, options.xLimits);
    spec.y.ticks = ticksFor(y, options.yScale, options.yLimits);
    spec.series.front().line = {{0, spec.y.ticks.low}, {0, spec.y.ticks.high}};
    spec.legend = legendOf(spec, curves, options);
    spec.caption = "Rate difference at equal quality, of mean curves by " +
                   std::string(titleOf(options.method)) + ", against the anchor " + anchor.title + ".";
    for (const std::string& note : spec.notes)
        spec.caption += " " + note;
    return spec;
}

}  // namespace ratescope::curves
