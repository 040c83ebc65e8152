#pragma once

// A figure as LaTeX source for pgfplots: the same limits, ticks, colours, markers and dashes as the
// painter's.

#include "core/curves/plot_spec.h"

#include <string>

namespace ratescope::curves {

struct PgfplotsOptions {
    double widthMm = 88.9;  ///< of the axis with its labels
    double heightMm = 66;
    bool wholeDocument = true;  ///< compiles as it is with pdfLaTeX; otherwise the picture alone, for \input
};

/// The picture, and below it the BD table if there is one. Caption and notes stand in comments. Needs the
/// packages pgfplots (1.16 or newer), textcomp and, for the table, booktabs; titles must be in scripts that
/// the document's fonts have.
std::string pgfplotsOf(const PlotSpec& spec, const PgfplotsOptions& options = {});

}  // namespace ratescope::curves
