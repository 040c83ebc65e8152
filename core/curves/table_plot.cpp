#include "core/curves/table_plot.h"

#include "core/curves/legend.h"
#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ratescope::curves {
namespace {

using Numbers = std::vector<double>;
using Texts = std::vector<std::string>;

struct Sorted {
    std::vector<const TableColumn*> numbers;
    const Texts* texts = nullptr;
    std::size_t rows = 0;
};

const Numbers& numbersIn(const TableColumn& column) {
    return std::get<Numbers>(column.cells);
}

std::string titleOfColumn(const TableColumn& column) {
    return column.unit.empty() ? column.name : column.name + " (" + column.unit + ")";
}

Sorted sorted(const PlotTable& table, std::size_t numbersNeeded, bool textsNeeded) {
    const auto refuse = [&](const std::string& what, const std::string& remedy) {
        throw Error(ErrorKind::Input, "The table \"" + table.title + "\" " + what, remedy);
    };
    Sorted result;
    bool first = true;
    for (const TableColumn& column : table.columns) {
        const std::size_t rows = std::visit([](const auto& cells) { return cells.size(); }, column.cells);
        if (!first && rows != result.rows)
            refuse("has columns of different lengths.", "Make the table again.");
        result.rows = rows;
        first = false;
        if (const Texts* texts = std::get_if<Texts>(&column.cells)) {
            if (result.texts == nullptr) result.texts = texts;
        } else {
            result.numbers.push_back(&column);
        }
    }
    if (result.rows == 0) refuse("has no rows.", "Run the node that makes it.");
    if (result.numbers.size() < numbersNeeded)
        refuse("has too few columns of numbers for this view.", "Choose another view.");
    if (textsNeeded && result.texts == nullptr)
        refuse("has no column of texts to name its rows.", "Choose another view.");
    return result;
}

void requireFew(std::size_t series) {
    if (series > mostSeries)
        throw Error(ErrorKind::Input,
                    "The table has " + std::to_string(series) + " columns to draw; more than " +
                        std::to_string(mostSeries) + " can't be told apart.",
                    "Show it as a heat map, or choose columns.");
}

void noteLeftOut(PlotSpec& spec, const std::string& name, std::size_t count) {
    if (count > 0)
        spec.notes.push_back(name + ": " + std::to_string(count) + (count == 1 ? " cell" : " cells") +
                             " without a finite number not drawn.");
}

PlotSeries frameOf(const TableColumn& column, std::size_t index) {
    PlotSeries series;
    series.series = column.name;
    series.title = titleOfColumn(column);
    series.style = seriesStyle(index, index);
    return series;
}

void setTicks(PlotSpec& spec, bool yFromZero) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    Interval x{inf, -inf}, y{inf, -inf};
    if (yFromZero) y = {0, 0};
    for (const PlotSeries& series : spec.series)
        for (const PlotPoint& point : series.points) {
            x = {std::min(x.low, point.x), std::max(x.high, point.x)};
            y = {std::min(y.low, point.y), std::max(y.high, point.y)};
        }
    if (x.low > x.high)
        throw Error(ErrorKind::Input, "No cell of the table \"" + spec.title + "\" can be drawn.",
                    "Choose other columns.");
    spec.x.ticks = niceTicks(x.low, x.high, Scale::Linear);
    spec.y.ticks = niceTicks(y.low, y.high, Scale::Linear);
}

// The y axis is named only where all series share the name or the unit.
void nameYAxis(PlotSpec& spec, const std::vector<const TableColumn*>& columns, std::size_t first) {
    const bool single = columns.size() == first + 1;
    const bool oneUnit =
        std::all_of(columns.begin() + static_cast<std::ptrdiff_t>(first), columns.end(),
                    [&](const TableColumn* column) { return column->unit == columns[first]->unit; });
    spec.y.title = single ? titleOfColumn(*columns[first]) : oneUnit ? columns[first]->unit : "";
    spec.legend.shown = !single;
}

PlotSpec linesOrScatter(const PlotTable& table, PlotView view) {
    const Sorted columns = sorted(table, 2, false);
    requireFew(columns.numbers.size() - 1);
    PlotSpec spec;
    spec.x.title = titleOfColumn(*columns.numbers.front());
    const Numbers& x = numbersIn(*columns.numbers.front());
    for (std::size_t c = 1; c < columns.numbers.size(); ++c) {
        PlotSeries series = frameOf(*columns.numbers[c], c - 1);
        const Numbers& y = numbersIn(*columns.numbers[c]);
        for (std::size_t r = 0; r < columns.rows; ++r)
            if (std::isfinite(x[r]) && std::isfinite(y[r])) {
                PlotPoint point{
                    .x = x[r], .y = y[r], .interval = {}, .incomplete = false, .n = 0, .label = {}};
                if (columns.texts != nullptr) point.label = (*columns.texts)[r];
                series.points.push_back(std::move(point));
            }
        noteLeftOut(spec, columns.numbers[c]->name, columns.rows - series.points.size());
        std::stable_sort(series.points.begin(), series.points.end(),
                         [](const PlotPoint& a, const PlotPoint& b) { return a.x < b.x; });
        if (view == PlotView::Line)
            for (const PlotPoint& point : series.points)
                series.line.push_back({point.x, point.y});
        spec.series.push_back(std::move(series));
    }
    spec.title = table.title;
    setTicks(spec, false);
    nameYAxis(spec, columns.numbers, 1);
    return spec;
}

PlotSpec bars(const PlotTable& table) {
    const Sorted columns = sorted(table, 1, true);
    requireFew(columns.numbers.size());
    PlotSpec spec;
    spec.title = table.title;
    spec.categories = *columns.texts;
    for (std::size_t c = 0; c < columns.numbers.size(); ++c) {
        PlotSeries series = frameOf(*columns.numbers[c], c);
        const Numbers& values = numbersIn(*columns.numbers[c]);
        for (std::size_t r = 0; r < columns.rows; ++r)
            if (std::isfinite(values[r]))
                series.points.push_back({.x = static_cast<double>(r),
                                         .y = values[r],
                                         .interval = {},
                                         .incomplete = false,
                                         .n = 0,
                                         .label = spec.categories[r]});
        noteLeftOut(spec, columns.numbers[c]->name, columns.rows - series.points.size());
        spec.series.push_back(std::move(series));
    }
    setTicks(spec, true);
    spec.x.ticks = {-0.5, static_cast<double>(columns.rows) - 0.5, {}, {}};
    for (std::size_t r = 0; r < columns.rows; ++r)
        spec.x.ticks.major.push_back({static_cast<double>(r), spec.categories[r]});
    nameYAxis(spec, columns.numbers, 0);
    return spec;
}

PlotSpec heatMap(const PlotTable& table) {
    const Sorted columns = sorted(table, 1, true);
    PlotSpec spec;
    spec.title = table.title;
    HeatMap map;
    map.rows = *columns.texts;
    map.unit = columns.numbers.front()->unit;
    map.low = std::numeric_limits<double>::infinity();
    map.high = -map.low;
    std::size_t leftOut = 0;
    for (const TableColumn* column : columns.numbers) {
        if (column->unit != map.unit)
            throw Error(ErrorKind::Input,
                        "The columns of the table \"" + table.title + "\" have different units.",
                        "A heat map has one colour scale: choose columns of one unit.");
        map.columns.push_back(column->name);
    }
    for (std::size_t r = 0; r < columns.rows; ++r)
        for (const TableColumn* column : columns.numbers) {
            double value = numbersIn(*column)[r];
            if (std::isfinite(value)) {
                map.low = std::min(map.low, value);
                map.high = std::max(map.high, value);
            } else {
                value = std::numeric_limits<double>::quiet_NaN();
                ++leftOut;
            }
            map.values.push_back(value);
        }
    if (map.low > map.high)
        throw Error(ErrorKind::Input, "No cell of the table \"" + table.title + "\" can be drawn.",
                    "Choose other columns.");
    noteLeftOut(spec, table.title, leftOut);
    spec.legend.shown = false;
    spec.grid = false;
    spec.heatMap = std::move(map);
    return spec;
}

}  // namespace

PlotSpec makeTablePlot(const PlotTable& table, PlotView view) {
    PlotSpec spec = view == PlotView::HeatMap ? heatMap(table)
                    : view == PlotView::Bars  ? bars(table)
                                              : linesOrScatter(table, view);
    spec.view = view;
    if (spec.legend.shown) spec.legend.corner = freeCorner(spec);
    spec.caption = table.title;
    for (const std::string& note : spec.notes)
        spec.caption += (spec.caption.empty() ? "" : " ") + note;
    return spec;
}

}  // namespace ratescope::curves
