#pragma once

// The colour, marker and dash of a series, the same wherever it is shown: plot, wire, table row, figure.
// Colours are those of Okabe and Ito; in grey print and for colour-blind eyes marker and dash alone tell the
// series apart.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ratescope::curves {

struct Colour {
    std::uint8_t red = 0, green = 0, blue = 0;

    bool operator==(const Colour&) const = default;
    /// "E69F00".
    std::string hex() const;
};

enum class Marker { Circle, Square, TriangleUp, Diamond, TriangleDown, Pentagon, Star, None };

struct SeriesStyle {
    Colour colour;
    Marker marker = Marker::Circle;
    std::vector<double> dash;  ///< lengths of strokes and gaps in line widths; empty for a solid line

    bool operator==(const SeriesStyle&) const = default;
};

/// Above this number of series a plot asks to choose.
inline constexpr std::size_t mostSeries = 14;

/// The style of a measured series. `branch` counts branches from 0, the anchor's, which is black; after the
/// seventh colours repeat. `series` counts series over the whole document: each has a pair of marker and dash
/// of its own.
SeriesStyle seriesStyle(std::size_t branch, std::size_t series);

/// Imported curves: grey and dashed, `index` counts them; the first three without markers, the others with
/// one.
SeriesStyle importedStyle(std::size_t index);

/// Order of a branch or series for seriesStyle: 0 for the anchor's, the others in document order after it.
std::size_t orderAfterAnchor(std::size_t index, std::size_t anchorIndex);

}  // namespace ratescope::curves
