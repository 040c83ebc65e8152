#pragma once

// The files that a figure is exported as. A format is told by the end of the file's name.

#include "views/figure/figure_of_study.h"

#include <QString>
#include <vector>

namespace ratescope::views {

struct FigureFormat {
    QString suffix;  ///< "pdf", "table.tex"
    QString title;   ///< "PDF"
};

/// pdf, svg, png, tex (pgfplots), csv (the points), table.tex and table.md (the BD table), caption.txt.
const std::vector<FigureFormat>& figureFormats();

/// A table needs BD numbers, pgfplots needs axes, a plate is pictures.
bool hasFormat(const StudyFigure& figure, const QString& suffix);

/// Equal figures give equal bytes. In any thread. Throws Error(Usage) for another suffix, listing those there are,
/// and for a format that the figure does not have.
QByteArray figureBytes(const StudyFigure& figure, const QString& suffix);

/// figureBytes for the end of the file's name, written as writeWhole does.
void writeFigure(const QString& file, const StudyFigure& figure);

}  // namespace ratescope::views
