#include "views/figure/figure_style.h"

#include "core/error.h"

namespace ratescope::views {
namespace {

FigureStyle sized(double width, double height, double label, double tick) {
    FigureStyle style;
    style.millimetres = {width, height};
    style.labelPoints = label;
    style.tickPoints = tick;
    return style;
}

FigureStyle slide() {
    FigureStyle style = sized(254, 142.875, 18, 15);
    style.linePoints = 2;
    style.axisPoints = 1;
    style.markerPoints = 8;
    return style;
}

}  // namespace

const std::vector<Preset>& presets() {
    // Nature asks for 5 to 7 pt; 7 keeps every text readable at final size.
    static const std::vector<Preset> all = {
        {"ieee-column", "IEEE column, 88.9 mm, 8 pt", sized(88.9, 66, 8, 7)},
        {"ieee-page", "IEEE page, 181.9 mm, 8 pt", sized(181.9, 90, 8, 7)},
        {"nature-column", "Nature column, 89 mm, 7 pt", sized(89, 66, 7, 7)},
        {"nature-page", "Nature page, 183 mm, 7 pt", sized(183, 90, 7, 7)},
        {"elsevier-column", "Elsevier column, 90 mm, 8 pt", sized(90, 66, 8, 7)},
        {"elsevier-page", "Elsevier page, 190 mm, 8 pt", sized(190, 92, 8, 7)},
        {"slide", "Slide 16:9, 254 mm, 18 pt", slide()},
    };
    return all;
}

const FigureStyle& presetStyle(const std::string& name) {
    std::string names;
    for (const Preset& preset : presets()) {
        if (preset.name == name) return preset.style;
        names += (names.empty() ? "" : ", ") + preset.name;
    }
    throw Error(ErrorKind::Usage, "There is no preset \"" + name + "\".", "Presets are " + names + ".");
}

}  // namespace ratescope::views
