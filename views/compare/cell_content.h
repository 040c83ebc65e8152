#pragma once

// What one cell shows, and says below it.

#include "core/curves/series_style.h"
#include "views/compare/layer.h"

#include <QString>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::views {

/// A number in the caption: "23.65" "dB PSNR".
struct CaptionFigure {
    QString number, unit;

    bool operator==(const CaptionFigure&) const = default;
};

struct CaptionText {
    std::optional<curves::SeriesStyle> mark;  ///< none for the original
    QString title, detail;                    ///< "JPEG", "quality 10"
    std::vector<CaptionFigure> figures;

    bool operator==(const CaptionText&) const = default;
};

struct CellContent {
    CaptionText caption;
    std::string branch;          ///< "" for the original
    Layer layer;                 ///< without a picture while it is on its way
    std::optional<Layer> right;  ///< of a wipe: what lies right of the divider
    CaptionText rightCaption;    ///< of a wipe
    QString failure, remedy;     ///< why there is no picture

    bool operator==(const CellContent&) const = default;
};

}  // namespace ratescope::views
