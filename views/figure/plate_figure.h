#pragma once

// A figure of kind Plate: which reconstructions of the study it shows, and its pictures once they are read.

#include "core/graph/figure_spec.h"
#include "core/store/compared.h"
#include "views/figure/plate_painter.h"

#include <QImage>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::views {

struct FigurePlate {
    std::string asset;                       ///< also where the spec says none
    std::vector<std::string> assets;         ///< that have the metric, by name
    std::vector<store::ComparedItem> items;  ///< one a series
    std::optional<Plate> drawn;              ///< once there are pictures
};

/// Without pictures. Throws Error(Usage) for what the library does not have, Error(Input) while nothing is finished.
FigurePlate plateOfStudy(const graph::FigureSpec& spec, const store::Library& library, store::StudyId study);

/// "coffee.png, 160 × 120 pixels at 200, 120: the original, and …"
std::string captionOf(const FigurePlate& plate, const graph::FigureSpec& spec);

/// The picture of an item's "reference" or "candidate"; may throw Error.
using PictureOf = std::function<QImage(store::ItemId item, const std::string& port)>;

/// The plate with its pictures, as `ratescope plate` makes it. Throws as makePlate.
Plate drawnPlate(const FigurePlate& plate, const graph::FigureSpec& spec, const PictureOf& pictureOf);

}  // namespace ratescope::views
