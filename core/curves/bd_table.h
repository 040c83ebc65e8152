#pragma once

// The table of BD numbers, for terminal, figure, Markdown and LaTeX. Every form names method, averaging,
// anchor, overlap and n.

#include "core/curves/compare.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ratescope::curves {

struct BdTableRow {
    std::string series, title;
    std::string group;                             ///< "" for all items
    BdAveraging averaging = BdAveraging::PerItem;  ///< as done: published curves compare by mean curve only
    std::optional<double> ratePercent, quality;
    std::optional<Interval> rateInterval;
    std::optional<double> overlap;  ///< in quality; marked † below advisedOverlap
    std::size_t n = 0;  ///< items in the BD-rate's mean; 0 where mean curves of imported points are compared
    std::vector<std::string> warnings;
};

struct BdTable {
    std::string anchor, anchorTitle;
    std::string rateId;
    std::string qualityTitle, qualityUnit;
    BdMethod method = BdMethod::Pchip;
    BdAveraging averaging = BdAveraging::PerItem;  ///< as asked for
    bool hull = false;
    std::string groupedBy;  ///< column; "" where there are no groups
    BootstrapOptions bootstrap;
    std::vector<BdTableRow> rows;
};

/// Comparisons with one anchor, one method and one averaging, in their order; behind each, one row for each of its
/// groups, titled "JPEG · COLUMN=GROUP". Throws Error(Usage) for none, and for comparisons that do not go together.
BdTable makeBdTable(std::span<const BdComparison> comparisons);

/// The table as cells: the first row is the header ("Anchor: JPEG", "BD-rate (%)", "95 % interval", "BD-PSNR
/// (dB)", "Overlap", "n"). Three significant digits of the greatest number of a column, the same decimals
/// down the column. "–" stands where there is no number. ASCII minus; the figure puts a true one.
std::vector<std::vector<std::string>> cellsOf(const BdTable& table);

/// What stands below the table: method, averaging, interval, the dagger if there is one, and the warnings of
/// rows.
std::vector<std::string> notesOf(const BdTable& table);

/// Aligned with blanks, for a terminal.
std::string textOf(const BdTable& table);
std::string markdownOf(const BdTable& table);
/// A tabular; needs \usepackage{booktabs}.
std::string latexOf(const BdTable& table);
/// RFC 4180; one row a series, numbers in full precision, method, averaging and anchor in every row; with groups,
/// a column `group` at the end, empty for all items.
std::string csvOf(const BdTable& table);

}  // namespace ratescope::curves
