#include "core/curves/pgfplots.h"

#include "core/curves/text.h"

#include <array>
#include <cmath>
#include <set>

namespace ratescope::curves {
namespace {

constexpr double linePt = 0.9;
constexpr double markPt = 1.4;
constexpr double bandOpacity = 0.12;

std::string colourName(const Colour& colour) {
    return "rs" + colour.hex();
}

std::string coordinate(double x, double y) {
    return "(" + shortest(x) + "," + shortest(y) + ")";
}

// Braces keep commas and brackets of a text from ending an option.
std::string braced(const std::string& text) {
    return "{" + latexEscaped(text) + "}";
}

std::string dashOf(const SeriesStyle& style) {
    if (style.dash.empty()) return "solid";
    std::string text = "dash pattern=";
    for (std::size_t i = 0; i < style.dash.size(); ++i)
        text += (i > 0 ? " " : "") + std::string(i % 2 == 0 ? "on " : "off ") +
                fixed(style.dash[i] * linePt, 2) + "pt";
    return text;
}

std::string markOf(const SeriesStyle& style, bool hollow) {
    constexpr std::array<const char*, 8> marks = {"*",         "square*",   "triangle*", "diamond*",
                                                  "triangle*", "pentagon*", "star",      "none"};
    std::string text = "mark=" + std::string(marks[static_cast<std::size_t>(style.marker)]) +
                       ", mark size=" + fixed(markPt, 1) + "pt, mark options={solid";
    if (style.marker == Marker::TriangleDown) text += ", rotate=180";
    if (hollow) text += ", fill=white";
    return text + "}";
}

std::string ticksOf(const char* axis, const Ticks& ticks) {
    std::string values, labels;
    for (const Tick& tick : ticks.major) {
        values += (values.empty() ? "" : ",") + shortest(tick.value);
        labels += (labels.empty() ? "" : ",") + braced(tick.label);
    }
    std::string text =
        std::string("  ") + axis + "tick={" + values + "}, " + axis + "ticklabels={" + labels + "},\n";
    if (ticks.minor.empty()) return text;
    std::string minor;
    for (const double value : ticks.minor)
        minor += (minor.empty() ? "" : ",") + shortest(value);
    return text + "  minor " + axis + "tick={" + minor + "},\n";
}

std::string axisOptions(const char* axis, const Axis& what) {
    std::string text;
    const std::string name = axis;
    if (what.scale == Scale::Log) text += "  " + name + "mode=log,\n";
    text += "  " + name + "min=" + shortest(what.ticks.low) + ", " + name +
            "max=" + shortest(what.ticks.high) + ",\n";
    text += "  " + name + "label=" + braced(what.title) + ",\n";
    return text + ticksOf(axis, what.ticks);
}

std::string legendPosition(Corner corner) {
    constexpr std::array<const char*, 4> names = {"north west", "north east", "south west", "south east"};
    return names[static_cast<std::size_t>(corner)];
}

// Legend title as "Kodak, $n$ = 24".
std::string legendTitleLatex(const std::string& title) {
    std::string text = latexEscaped(title);
    const std::size_t at = text.rfind("n = ");
    if (at != std::string::npos && (at == 0 || text[at - 1] == ' ')) text.replace(at, 1, "$n$");
    return text;
}

// The empty image before the title is as wide as those of the entries.
std::string legendTitleEntry(const PlotSpec& spec) {
    if (!spec.legend.shown || spec.legend.title.empty()) return {};
    return "\\addlegendimage{empty legend}\n\\addlegendentry{\\hspace*{-0.6cm}" +
           legendTitleLatex(spec.legend.title) + "}\n";
}

std::string legendOfCurves(const PlotSpec& spec) {
    if (!spec.legend.shown) return {};
    std::string text = legendTitleEntry(spec);
    for (const PlotSeries& series : spec.series) {
        text += "\\addlegendimage{" + colourName(series.style.colour) + ", line width=" + fixed(linePt, 1) +
                "pt, " + (series.line.empty() ? "only marks" : dashOf(series.style)) + ", " +
                (series.points.empty() ? "mark=none" : markOf(series.style, false)) + "}\n";
        text += "\\addlegendentry" + braced(series.title) + "\n";
    }
    return text;
}

std::string bandPlot(const PlotSeries& series) {
    if (series.band.empty()) return {};
    std::string text = "\\addplot[draw=none, mark=none, fill=" + colourName(series.style.colour) +
                       ", fill opacity=" + fixed(bandOpacity, 2) + ", forget plot] coordinates {";
    for (const BandPoint& point : series.band)
        text += coordinate(point.x, point.high);
    for (auto point = series.band.rbegin(); point != series.band.rend(); ++point)
        text += coordinate(point->x, point->low);
    return text + "} -- cycle;\n";
}

std::string linePlot(const PlotSeries& series) {
    if (series.line.empty()) return {};
    std::string text = "\\addplot[" + colourName(series.style.colour) + ", line width=" + fixed(linePt, 1) +
                       "pt, " + dashOf(series.style) + ", mark=none, forget plot] coordinates {";
    for (const RatePoint& point : series.line)
        text += coordinate(point.rate, point.quality);
    return text + "};\n";
}

std::string markPlot(const PlotSeries& series, bool incomplete) {
    std::string coordinates;
    for (const PlotPoint& point : series.points)
        if (point.incomplete == incomplete) coordinates += coordinate(point.x, point.y);
    if (coordinates.empty() || series.style.marker == Marker::None) return {};
    return "\\addplot[" + colourName(series.style.colour) + ", only marks, " +
           markOf(series.style, incomplete) + ", forget plot] coordinates {" + coordinates + "};\n";
}

std::string barPlots(const PlotSpec& spec) {
    std::string text;
    for (const PlotSeries& series : spec.series) {
        text +=
            "\\addplot[draw=none, fill=" + colourName(series.style.colour) + ", area legend] coordinates {";
        for (const PlotPoint& point : series.points)
            text += coordinate(point.x, point.y);
        text += "};\n";
        if (spec.legend.shown) text += "\\addlegendentry" + braced(series.title) + "\n";
    }
    return text;
}

std::string labelList(const std::vector<std::string>& labels) {
    std::string text;
    for (const std::string& label : labels)
        text += (text.empty() ? "" : ",") + braced(label);
    return text;
}

std::string heatMapAxis(const HeatMap& map) {
    std::string text =
        "\\begin{axis}[\n  enlargelimits=false, axis on top, y dir=reverse, colorbar, colormap/viridis,\n";
    text += "  point meta min=" + shortest(map.low) +
            ", point meta max=" + shortest(map.high == map.low ? map.low + 1 : map.high) + ",\n";
    text += "  xtick={0,...," + std::to_string(map.columns.size() - 1) + "}, xticklabels={" +
            labelList(map.columns) + "},\n";
    text += "  ytick={0,...," + std::to_string(map.rows.size() - 1) + "}, yticklabels={" +
            labelList(map.rows) + "},\n";
    text += "  colorbar style={ylabel=" + braced(map.unit) + "}]\n";
    text += "\\addplot[matrix plot*, mesh/cols=" + std::to_string(map.columns.size()) +
            ", point meta=explicit] coordinates {\n";
    for (std::size_t i = 0; i < map.values.size(); ++i) {
        const std::size_t column = i % map.columns.size(), row = i / map.columns.size();
        text += coordinate(static_cast<double>(column), static_cast<double>(row)) + " [" +
                shortest(map.values[i]) + "]\n";
    }
    return text + "};\n\\end{axis}\n";
}

std::string curveAxis(const PlotSpec& spec, const PgfplotsOptions& options) {
    std::string text = "\\begin{axis}[\n  width=" + fixed(options.widthMm, 1) +
                       "mm, height=" + fixed(options.heightMm, 1) + "mm,\n";
    if (!spec.title.empty()) text += "  title=" + braced(spec.title) + ",\n";
    text += axisOptions("x", spec.x) + axisOptions("y", spec.y);
    if (spec.view == PlotView::Bars)
        text += "  ybar, bar width=" + fixed(0.8 / static_cast<double>(spec.series.size()), 3) +
                ", bar shift auto,\n";
    if (spec.grid) text += "  grid=major, major grid style={black!12, line width=0.3pt},\n";
    text +=
        "  tick align=outside, tick pos=left, axis line style={line width=0.5pt}, clip marker paths=true,\n";
    text += "  legend pos=" + legendPosition(spec.legend.corner) +
            ", legend cell align=left, legend style={font=\\footnotesize, draw=black!20},\n";
    text += "  label style={font=\\small}, tick label style={font=\\footnotesize}]\n";
    if (spec.view == PlotView::Bars) return text + legendTitleEntry(spec) + barPlots(spec) + "\\end{axis}\n";
    text += legendOfCurves(spec);
    for (const PlotSeries& series : spec.series)
        text += bandPlot(series);
    for (auto series = spec.series.rbegin(); series != spec.series.rend(); ++series)
        text += linePlot(*series) + markPlot(*series, false) + markPlot(*series, true);
    return text + "\\end{axis}\n";
}

std::string comment(const std::string& text) {
    std::string lines = "% ";
    for (const char c : text)
        lines += c == '\n' || c == '\r' ? std::string("\n% ") : std::string(1, c);
    return lines + "\n";
}

std::string colourDefinitions(const PlotSpec& spec) {
    std::set<std::string> hexes;
    for (const PlotSeries& series : spec.series)
        hexes.insert(series.style.colour.hex());
    std::string text;
    for (const std::string& hex : hexes)
        text += "\\definecolor{rs" + hex + "}{HTML}{" + hex + "}\n";
    return text;
}

}  // namespace

std::string pgfplotsOf(const PlotSpec& spec, const PgfplotsOptions& options) {
    std::string body = colourDefinitions(spec) + "\\begin{tikzpicture}\n";
    body += spec.heatMap ? heatMapAxis(*spec.heatMap) : curveAxis(spec, options);
    body += "\\end{tikzpicture}\n";
    if (spec.bdTable) body += "\n\\medskip\n" + latexOf(*spec.bdTable);
    const std::string head = comment(spec.caption.empty() ? "A figure of Ratescope." : spec.caption);
    if (!options.wholeDocument)
        return head + "% Needs \\usepackage{pgfplots,textcomp,booktabs} and \\pgfplotsset{compat=1.16}.\n" +
               body;
    return head +
           "\\documentclass{article}\n\\usepackage[utf8]{inputenc}\n\\usepackage[T1]{fontenc}\n\\usepackage{"
           "textcomp}\n"
           "\\usepackage{booktabs}\n\\usepackage{pgfplots}\n\\pgfplotsset{compat=1.16}\n\\pagestyle{empty}\n"
           "\\begin{document}\n\\noindent\n" +
           body + "\\end{document}\n";
}

}  // namespace ratescope::curves
