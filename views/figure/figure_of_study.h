#pragma once

// A document's figure made from the library's results: the one way from a spec to what is painted, for `ratescope
// figure` and the Figure tab alike, so that both give the same bytes. Needs no window; any thread.

#include "core/curves/plot_spec.h"
#include "core/graph/catalogue.h"
#include "core/graph/figure_spec.h"
#include "core/store/library.h"
#include "views/figure/figure_style.h"
#include "views/figure/page.h"
#include "views/figure/plate_figure.h"

#include <string>
#include <vector>

class QPainter;

namespace ratescope::views {

/// A series that the study has for the figure's axes, shown or not.
struct FigureSeries {
    std::string series, title;
    curves::SeriesStyle style;
    std::size_t points = 0;
    bool imported = false;
};

struct StudyFigure {
    graph::FigureSpec spec;
    curves::PlotSpec plot;
    FigureStyle style;  ///< with the height that it comes to
    Provenance provenance;
    std::vector<FigureSeries> available;
    std::string anchor;                   ///< the series that the spec's "" stands for, too
    std::string xId, yId;                 ///< of the axes, also where the spec says none
    std::string pointsCsv;                ///< of the series that are shown
    std::vector<std::string> references;  ///< "[1] …", of the methods that are shown
    std::string caption;                  ///< the plot's, what the methods are, the references below
    std::optional<FigurePlate> plate;     ///< of a plate, which has no plot
};

/// The preset's style with what the spec says otherwise; the height without a BD table. Throws Error(Usage) for an
/// unknown preset.
FigureStyle styleOf(const graph::FigureSpec& spec);

/// Throws Error(Usage) for what the library does not have (metric, rate, series, column), naming what there is;
/// Error(Input) while nothing is finished. A plate has no pictures yet: see withPictures.
StudyFigure figureOfStudy(const graph::FigureSpec& spec, const store::Library& library,
                          const store::StudyRecord& study, const graph::Catalogue& catalogue);

/// A plate with its pictures and the height that they come to. Throws as makePlate, and what `pictureOf` throws.
StudyFigure withPictures(StudyFigure figure, const PictureOf& pictureOf);

/// Paints it on a white page of its style's size, in the units of page.h. Throws Error(Usage) when the page is too
/// small for its texts, and for a plate without pictures.
void paintFigure(QPainter& painter, const StudyFigure& figure);

/// What a reader of the print needs: series that differ without colour, and texts of a size to read.
struct Legibility {
    double leastPoints = 0;  ///< the smallest text
    /// Titles of two series with the same marker and dash; empty where all are told apart.
    std::string like, unlike;
};
Legibility legibilityOf(const StudyFigure& figure);

}  // namespace ratescope::views
