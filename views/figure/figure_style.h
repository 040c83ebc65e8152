#pragma once

// Sizes of a printed figure: what journals ask for, in millimetres and points.

#include <QSizeF>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::views {

struct FigureStyle {
    QSizeF millimetres{88.9, 66};
    double labelPoints = 8;  ///< axis titles, legend, table
    double tickPoints = 7;   ///< tick labels, notes
    double linePoints = 0.9;
    double axisPoints = 0.5;
    double markerPoints = 3.6;  ///< diameter
};

struct Preset {
    std::string name;   ///< "ieee-column"
    std::string title;  ///< "IEEE column, 88.9 mm, 8 pt"
    FigureStyle style;
};

/// ieee-column, ieee-page, nature-column, nature-page, elsevier-column, elsevier-page, slide.
const std::vector<Preset>& presets();

/// Throws Error(Usage) that lists the names.
const FigureStyle& presetStyle(const std::string& name);

}  // namespace ratescope::views
