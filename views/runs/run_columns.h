#pragma once

// The columns of the table of runs: what each shows, by what it orders, how its numbers are written.

#include "core/store/item_index.h"

#include <QString>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::views {

struct RunColumn {
    enum class Kind {
        Branch,
        State,
        Picture,
        Sweep,
        Quantity,  ///< a rate or metric
        Encode,
        Decode,
        Series,
        Seed,
        Bytes,
        Memory,
        Ended,
        Notes,
    };

    Kind kind = Kind::Branch;
    QString id;     ///< permanent: "branch", "psnr-rgb"; settings and tests name it
    QString title;  ///< "PSNR, RGB"
    QString unit;   ///< "dB"; "" for none
    QString help;   ///< tool tip of the header
    std::optional<graph::Better> better;
    int decimals = 0;
    int width = 96;  ///< at least: a title is never cut at first
    bool isNumber = false;
    bool shownAtFirst = true;
    std::size_t quantity = 0;  ///< of Quantity: place among the ids that are asked for

    /// "PSNR, dB ↑"
    QString header() const;
    store::IndexOrder order(bool descending) const;
};

/// Which rates and metrics a study has.
struct RunQuantities {
    std::vector<std::string> rates;
    std::vector<store::StudyMetric> metrics;

    std::vector<std::string> ids() const;  ///< rates first
};

/// In their first order.
std::vector<RunColumn> runColumns(const RunQuantities& quantities);

/// As a column of this kind shows it; "–" for nothing.
QString numberIn(const RunColumn& column, std::optional<double> value);
/// All its digits, with the unit.
QString fullNumberIn(const RunColumn& column, double value);

}  // namespace ratescope::views
