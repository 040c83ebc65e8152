#pragma once

// What the commands `figure` and `plate` both do: draw a figure of a library and write it.

#include "core/graph/figure_spec.h"
#include "core/store/library.h"

#include <string>
#include <vector>

namespace ratescope::desktop {

struct DrawOrder {
    std::vector<std::string> outputs;
    std::string caption;  ///< file; "" for none
};

/// Notes go to the standard error. A plate's pictures are decoded by a supervisor. Throws as views::figureOfStudy and
/// views::writeFigure, and what decoding throws.
void drawFigure(const graph::FigureSpec& spec, const store::Library& library, const store::StudyRecord& study,
                const DrawOrder& order);

}  // namespace ratescope::desktop
