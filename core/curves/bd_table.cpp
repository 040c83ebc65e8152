#include "core/curves/bd_table.h"

#include "core/curves/csv.h"
#include "core/curves/text.h"
#include "core/error.h"

#include <algorithm>
#include <cmath>

namespace ratescope::curves {
namespace {

constexpr const char* none = "\u2013";
constexpr const char* dagger = "\u2020";

using Cells = std::vector<std::vector<std::string>>;

// Decimals that show three significant digits of the greatest value.
int decimalsFor(double greatest, int least) {
    if (!(greatest > 0)) return 2;
    return std::clamp(2 - static_cast<int>(std::floor(std::log10(greatest))), least, 6);
}

std::string levelText(const BdTable& table) {
    return shortest(std::round(table.bootstrap.level * 1000) / 10) + " %";
}

BdTableRow rowOf(const BdComparison& comparison, const BdMean& mean, const std::string& title) {
    BdTableRow row;
    row.series = comparison.test;
    row.title = title;
    row.averaging = comparison.averaging;
    row.ratePercent = mean.ratePercent;
    row.quality = mean.quality;
    row.rateInterval = mean.rateInterval;
    row.n = comparison.averaging == BdAveraging::PerItem ? mean.rateItems : comparison.n;
    return row;
}

BdTableRow groupRow(const BdComparison& comparison, const GroupBd& group) {
    const std::string& column = comparison.options.groupedBy;
    BdTableRow row =
        rowOf(comparison, group.mean,
              comparison.testTitle + " \u00b7 " + (column.empty() ? "" : column + "=") + group.group);
    row.group = group.group;
    if (row.ratePercent) row.overlap = group.overlap;
    if (comparison.averaging == BdAveraging::MeanCurve) row.n = group.n;
    return row;
}

BdTable frame(std::span<const BdComparison> comparisons) {
    if (comparisons.empty())
        throw Error(ErrorKind::Usage, "There is nothing to compare with the anchor.", "Add another series.");
    const BdComparison& first = comparisons.front();
    for (const BdComparison& other : comparisons)
        if (other.anchor != first.anchor || other.options.method != first.options.method ||
            other.options.averaging != first.options.averaging || other.qualityId != first.qualityId ||
            other.rateId != first.rateId || other.options.hull != first.options.hull)
            throw Error(ErrorKind::Usage, "The comparisons differ in anchor, method or metric.",
                        "Make one table for each of them.");
    return {.anchor = first.anchor,
            .anchorTitle = first.anchorTitle,
            .rateId = first.rateId,
            .qualityTitle = first.qualityTitle,
            .qualityUnit = first.qualityUnit,
            .method = first.options.method,
            .averaging = first.options.averaging,
            .hull = first.options.hull,
            .groupedBy = first.options.groups.empty() ? "" : first.options.groupedBy,
            .bootstrap = first.options.bootstrap,
            .rows = {}};
}

double greatestOf(const BdTable& table, std::optional<double> BdTableRow::*number) {
    double greatest = 0;
    for (const BdTableRow& row : table.rows)
        if (row.*number) greatest = std::max(greatest, std::abs(*(row.*number)));
    return greatest;
}

std::string averagingText(const BdTable& table) {
    if (table.averaging == BdAveraging::MeanCurve) return "of the mean curves";
    const bool anyMeanCurve = std::any_of(table.rows.begin(), table.rows.end(), [](const BdTableRow& row) {
        return row.averaging == BdAveraging::MeanCurve;
    });
    return std::string("per item and then the mean") +
           (anyMeanCurve ? "; with published points, which have no items, of the mean curves" : "");
}

bool isLow(const BdTableRow& row) {
    return row.overlap && *row.overlap < advisedOverlap;
}

std::string overlapText(const BdTableRow& row) {
    if (!row.overlap) return none;
    return fixed(shownOverlap(*row.overlap), 2) + (isLow(row) ? dagger : "");
}

std::string numberOrNone(const std::optional<double>& number, int decimals) {
    return number ? fixed(*number, decimals) : none;
}

std::vector<std::size_t> columnWidths(const Cells& cells) {
    std::vector<std::size_t> widths(cells.front().size(), 0);
    for (const std::vector<std::string>& row : cells)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], displayWidth(row[i]));
    return widths;
}

// Negative numbers in math mode, so that they get a true minus.
std::string latexCell(const std::string& cell) {
    std::string text;
    std::string escaped = latexEscaped(cell);
    for (std::size_t i = 0; i < escaped.size(); ++i) {
        const bool isMinus = escaped[i] == '-' && i + 1 < escaped.size() &&
                             std::isdigit(static_cast<unsigned char>(escaped[i + 1])) &&
                             (i == 0 || escaped[i - 1] == ' ');
        text += isMinus ? "$-$" : std::string(1, escaped[i]);
    }
    return text;
}

}  // namespace

BdTable makeBdTable(std::span<const BdComparison> comparisons) {
    BdTable table = frame(comparisons);
    for (const BdComparison& comparison : comparisons) {
        BdTableRow row = rowOf(comparison, comparison.mean, comparison.testTitle);
        if (row.ratePercent) row.overlap = comparison.overlap;
        row.warnings = comparison.warnings;
        table.rows.push_back(std::move(row));
        for (const GroupBd& group : comparison.groups)
            table.rows.push_back(groupRow(comparison, group));
    }
    return table;
}

Cells cellsOf(const BdTable& table) {
    const std::string metric = table.qualityTitle.substr(0, table.qualityTitle.find(','));
    Cells cells = {{"Anchor: " + table.anchorTitle, "BD-rate (%)", levelText(table) + " interval",
                    "BD-" + metric + (table.qualityUnit.empty() ? "" : " (" + table.qualityUnit + ")"),
                    "Overlap", "n"}};
    const int rateDecimals = decimalsFor(greatestOf(table, &BdTableRow::ratePercent), 1);
    const int qualityDecimals = decimalsFor(greatestOf(table, &BdTableRow::quality), 2);
    for (const BdTableRow& row : table.rows) {
        const std::string interval = row.rateInterval
                                         ? fixed(row.rateInterval->low, rateDecimals) + " \u2026 " +
                                               fixed(row.rateInterval->high, rateDecimals)
                                         : none;
        cells.push_back({row.title, numberOrNone(row.ratePercent, rateDecimals), interval,
                         numberOrNone(row.quality, qualityDecimals), overlapText(row),
                         row.n > 0 ? std::to_string(row.n) : none});
    }
    return cells;
}

std::vector<std::string> notesOf(const BdTable& table) {
    std::vector<std::string> notes;
    notes.push_back("BD by " + std::string(titleOf(table.method)) + " over log10 of the rate (" +
                    table.rateId + "), anchor " + table.anchorTitle + ", " + averagingText(table) +
                    (table.hull ? ", on convex hulls." : "."));
    const auto any = [&](auto&& has) { return std::any_of(table.rows.begin(), table.rows.end(), has); };
    if (any([](const BdTableRow& row) { return row.rateInterval.has_value(); }))
        notes.push_back("Interval: bootstrap over items, " + std::to_string(table.bootstrap.resamples) +
                        " resamples, seed " + std::to_string(table.bootstrap.seed) + ".");
    if (any(isLow)) notes.push_back(std::string(dagger) + " Overlap in quality below 0.75.");
    for (const BdTableRow& row : table.rows)
        for (const std::string& warning : row.warnings)
            notes.push_back(row.title + ": " + warning);
    return notes;
}

std::string textOf(const BdTable& table) {
    const Cells cells = cellsOf(table);
    const std::vector<std::size_t> widths = columnWidths(cells);
    const bool daggers = std::any_of(table.rows.begin(), table.rows.end(), isLow);
    constexpr std::size_t overlapColumn = 4;
    std::string text;
    for (std::size_t r = 0; r < cells.size(); ++r) {
        std::string line;
        for (std::size_t i = 0; i < cells[r].size(); ++i) {
            std::string cell = cells[r][i];
            if (daggers && i == overlapColumn && r > 0 && !cell.ends_with(dagger)) cell += ' ';
            const std::string blanks(widths[i] - std::min(widths[i], displayWidth(cell)), ' ');
            line += (i == 0 ? cell + blanks : "  " + blanks + cell);
        }
        text += line + "\n";
    }
    for (const std::string& note : notesOf(table))
        text += note + "\n";
    return text;
}

std::string markdownOf(const BdTable& table) {
    const Cells cells = cellsOf(table);
    std::string text;
    for (std::size_t r = 0; r < cells.size(); ++r) {
        text += "|";
        for (const std::string& cell : cells[r])
            text += " " + markdownEscaped(cell) + " |";
        text += "\n";
        if (r == 0) text += "| --- | ---: | ---: | ---: | ---: | ---: |\n";
    }
    for (const std::string& note : notesOf(table))
        text += "\n" + markdownEscaped(note) + "\n";
    return text;
}

std::string latexOf(const BdTable& table) {
    const Cells cells = cellsOf(table);
    std::string text = "% Needs \\usepackage{booktabs}.\n\\begin{tabular}{lrrrrr}\n\\toprule\n";
    for (std::size_t r = 0; r < cells.size(); ++r) {
        for (std::size_t i = 0; i < cells[r].size(); ++i)
            text += (i > 0 ? " & " : "") + latexCell(cells[r][i]);
        text += " \\\\\n";
        if (r == 0) text += "\\midrule\n";
    }
    text += "\\bottomrule\n\\end{tabular}\n";
    for (const std::string& note : notesOf(table))
        text += "\n\\noindent{\\footnotesize " + latexEscaped(note) + "}\n";
    return text;
}

std::string csvOf(const BdTable& table) {
    std::string text =
        "series,title,anchor,method,averaging,hull,rate,metric,bd_rate_percent,bd_rate_low,bd_rate_high,bd_"
        "quality,"
        "overlap,n";
    const bool groups = std::any_of(table.rows.begin(), table.rows.end(),
                                    [](const BdTableRow& row) { return !row.group.empty(); });
    text += groups ? ",group\r\n" : "\r\n";
    const auto number = [](const std::optional<double>& value) {
        return value ? shortest(*value) : std::string();
    };
    for (const BdTableRow& row : table.rows) {
        const std::optional<Interval>& interval = row.rateInterval;
        std::vector<std::string> fields = {row.series,
                                           row.title,
                                           table.anchor,
                                           toText(table.method),
                                           toText(row.averaging),
                                           table.hull ? "true" : "false",
                                           table.rateId,
                                           table.qualityTitle,
                                           number(row.ratePercent),
                                           interval ? shortest(interval->low) : "",
                                           interval ? shortest(interval->high) : "",
                                           number(row.quality),
                                           number(row.overlap),
                                           std::to_string(row.n)};
        if (groups) fields.push_back(row.group);
        for (std::size_t i = 0; i < fields.size(); ++i)
            text += (i > 0 ? "," : "") + csvField(fields[i]);
        text += "\r\n";
    }
    return text;
}

}  // namespace ratescope::curves
