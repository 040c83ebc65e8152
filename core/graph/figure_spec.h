#pragma once

// A figure as its document keeps it: what is drawn of the study's results, and how it prints. views/figure draws it;
// empty and missing fields mean what the preset or the data say.

#include <optional>
#include <string>
#include <vector>

namespace ratescope::graph {

enum class FigureKind {
    Curves,    ///< y over x
    Relative,  ///< rate difference over quality, against the anchor
    Table,     ///< the BD table alone
    Plate,     ///< reconstructions of one asset side by side, rate and metric under each
};

/// "curves", "relative", "table", "plate".
const char* toText(FigureKind);

enum class LegendPlace { Auto, TopLeft, TopRight, BottomLeft, BottomRight, None };

/// "auto", "top-left", …, "none".
const char* toText(LegendPlace);

struct FigureLimits {
    double low = 0, high = 1;

    bool operator==(const FigureLimits&) const = default;
};

/// Of a plate, in pixels of the original.
struct FigureCrop {
    int x = 0, y = 0, width = 0, height = 0;

    bool operator==(const FigureCrop&) const = default;
};

struct FigureSpec {
    std::string name;  ///< unique in the document; [a-z0-9-]+; its files are named by it
    FigureKind kind = FigureKind::Curves;
    std::string x;                    ///< rate, metric, parameter or time; "" for the measure's own rate
    std::string y;                    ///< metric
    std::vector<std::string> series;  ///< slugs of those shown; none: all
    std::string anchor;               ///< series; "" for the first

    std::string preset = "ieee-column";
    std::optional<double> widthMm, heightMm;  ///< a height that is not given grows with the BD table
    std::optional<double> labelPoints, tickPoints, linePoints;
    int dpi = 600;  ///< of PNG

    bool logX = false, logY = false;
    std::optional<FigureLimits> xLimits, yLimits;

    std::string method = "pchip", averaging = "per-item";  ///< of BD numbers, as core/curves names them
    bool hull = false;                                     ///< BD numbers of convex hulls
    std::string by;  ///< column of joined tables: its groups in the BD table; "" for none

    bool bands = true, grid = true, bdTable = false;
    LegendPlace legend = LegendPlace::Auto;
    std::string title;    ///< above the plot
    std::string dataset;  ///< "Kodak": in legend and caption

    std::string asset;               ///< of a plate; "" for the first
    std::optional<FigureCrop> crop;  ///< of a plate; none: the whole picture
    std::optional<double>
        rate;         ///< of a plate: each series' reconstruction nearest to it; none: a middle one
    int columns = 0;  ///< of a plate: pictures in a row; 0: as the page allows

    bool operator==(const FigureSpec&) const = default;
};

}  // namespace ratescope::graph
