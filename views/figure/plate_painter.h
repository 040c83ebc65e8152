#pragma once

// The comparison plate: the same crop of one picture from several branches, rate and metric under each.

#include "core/curves/series_style.h"
#include "views/figure/figure_style.h"

#include <QImage>
#include <QRect>
#include <optional>
#include <string>
#include <vector>

class QPainter;

namespace ratescope::views {

struct PlateCell {
    QImage picture;                       ///< the crop, one pixel of it a square of the print
    std::string title;                    ///< "Original", or the series' title
    std::vector<std::string> lines;       ///< below: "0.53 bpp", "32.41 dB"
    std::optional<curves::Colour> frame;  ///< of the branch; none for the original
};

struct Plate {
    std::vector<PlateCell> cells;  ///< row by row
    int columns = 0;               ///< 0: as square as the page allows
    QImage overview;               ///< the whole original, small; may be null
    QRectF crop;                   ///< of the crop within it, 0 … 1
};

/// The height in millimetres that the plate needs at the style's width.
double plateHeight(const Plate& plate, const FigureStyle& style);

/// Paints the plate at the top of a white page, in the units of page.h. The overview, when there is one, stands as an inset
/// in the first cell, with the crop's outline.
void paintPlate(QPainter& painter, const Plate& plate, const FigureStyle& style);

}  // namespace ratescope::views
