#include "core/curves/points_table.h"

#include "core/curves/text.h"
#include "core/error.h"

#include <algorithm>
#include <cmath>

namespace ratescope::curves {
namespace {

constexpr const char* none = "\u2014";
constexpr int significantDigits = 4, mostDecimals = 5;

/// A point of the first quantity, and the points of all quantities that belong to it.
struct Row {
    const Curve* curve = nullptr;
    std::vector<const Point*> points;  ///< one each quantity; null where it has none
};

const Point* pointLike(const std::vector<Curve>& curves, const Curve& curve, const Point& point) {
    for (const Curve& other : curves) {
        if (other.series != curve.series || other.group != curve.group) continue;
        for (const Point& candidate : other.points)
            if (candidate.values == point.values) return &candidate;
    }
    return nullptr;
}

std::vector<Row> rowsOf(std::span<const std::vector<Curve>> curves) {
    std::vector<Row> rows;
    for (const Curve& curve : curves.front())
        for (const Point& point : curve.points) {
            Row row{&curve, {&point}};
            for (const std::vector<Curve>& other : curves.subspan(1))
                row.points.push_back(curve.imported() ? nullptr : pointLike(other, curve, point));
            rows.push_back(std::move(row));
        }
    return rows;
}

void requireSharedRate(std::span<const std::vector<Curve>> curves) {
    if (curves.empty() || curves.front().empty())
        throw Error(ErrorKind::Usage, "There is no series to show.", "Run the study first.");
    for (const std::vector<Curve>& ofQuantity : curves)
        for (const Curve& curve : ofQuantity)
            if (curve.x.id != curves.front().front().x.id)
                throw Error(ErrorKind::Usage,
                            "The quantities have different axes: " + curves.front().front().x.id + " and " +
                                curve.x.id + ".",
                            "Name one for all of them with --x.");
}

/// The id says colour space and pooling in few letters: "psnr-rgb (dB)", "time-encode (s)", "bpp".
std::string headerOf(const Quantity& quantity) {
    return quantity.unit.empty() || quantity.unit == quantity.id ? quantity.id
                                                                 : quantity.id + " (" + quantity.unit + ")";
}

std::string settingOf(const Point& point) {
    std::string text;
    for (const auto& [name, value] : point.values)
        text += (text.empty() ? "" : ", ") + name.substr(name.find('.') + 1) + "=" + value;
    return text;
}

/// "quality=25.3 (19 … 40)".
std::string foundText(const Curve& curve, const Point& point) {
    if (!point.reached) return none;
    const auto brief = [](double value) { return shortest(std::round(value * 100) / 100); };
    return curve.reaches.substr(curve.reaches.find('.') + 1) + "=" + brief(point.reached->mean) + " (" +
           brief(point.reached->least) + " \u2026 " + brief(point.reached->greatest) + ")";
}

std::string countText(const Row& row) {
    std::size_t least = row.points.front()->n, most = least;
    for (const Point* point : row.points)
        if (point) {
            least = std::min(least, point->n);
            most = std::max(most, point->n);
        }
    if (most == 0) return none;  // published points
    return least == most ? std::to_string(most) : std::to_string(least) + "\u2013" + std::to_string(most);
}

std::vector<std::string> numberColumn(const std::vector<std::optional<double>>& values) {
    double smallest = 0;
    for (const std::optional<double>& value : values) {
        const double size = value && std::isfinite(*value) ? std::abs(*value) : 0;
        if (size > 0 && (smallest == 0 || size < smallest)) smallest = size;
    }
    const int digits =
        smallest > 0 ? significantDigits - 1 - static_cast<int>(std::floor(std::log10(smallest))) : 0;
    std::vector<std::string> cells;
    for (const std::optional<double>& value : values)
        cells.push_back(value ? fixed(*value, std::clamp(digits, 0, mostDecimals)) : none);
    return cells;
}

}  // namespace

std::vector<std::vector<std::string>> cellsOfPoints(std::span<const std::vector<Curve>> curves) {
    requireSharedRate(curves);
    const std::vector<Row> rows = rowsOf(curves);
    const bool anyReached = std::any_of(rows.begin(), rows.end(),
                                        [](const Row& row) { return row.points[0]->reached.has_value(); });
    std::vector<std::vector<std::string>> cells{{"Series", "Setting"}};
    for (const Row& row : rows)
        cells.push_back({row.curve->title, settingOf(*row.points[0])});
    const auto addColumn = [&](const std::string& title, auto&& cellOf) {
        cells[0].push_back(title);
        for (std::size_t i = 0; i < rows.size(); ++i)
            cells[i + 1].push_back(cellOf(i));
    };
    if (anyReached) {
        addColumn("Found", [&](std::size_t i) { return foundText(*rows[i].curve, *rows[i].points[0]); });
        addColumn("Missed", [&](std::size_t i) {
            const auto& reached = rows[i].points[0]->reached;
            return reached ? std::to_string(reached->outside) : std::string(none);
        });
    }
    const auto addNumbers = [&](const std::string& title, auto&& valueOf) {
        std::vector<std::optional<double>> values;
        for (const Row& row : rows)
            values.push_back(valueOf(row));
        const std::vector<std::string> column = numberColumn(values);
        addColumn(title, [&](std::size_t i) { return column[i]; });
    };
    addNumbers(headerOf(curves.front().front().x),
               [](const Row& row) { return std::optional<double>(row.points[0]->x); });
    for (std::size_t y = 0; y < curves.size(); ++y)
        addNumbers(curves[y].empty() ? "" : headerOf(curves[y].front().y), [y](const Row& row) {
            return row.points[y] ? std::optional<double>(row.points[y]->y) : std::nullopt;
        });
    addColumn("n", [&](std::size_t i) { return countText(rows[i]); });
    return cells;
}

}  // namespace ratescope::curves
