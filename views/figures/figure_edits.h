#pragma once

// Changes of the document's list of figures, each one step of the history.

#include "views/session/open_document.h"

#include <QString>

namespace ratescope::views {

/// `wanted` made a slug that no figure of the document has: "rd-psnr", "rd-psnr-2".
std::string freeFigureName(const graph::Document& document, const std::string& wanted);

/// Adds it after the others, under a free name like its own; returns the name.
std::string addFigure(OpenDocument& document, graph::FigureSpec figure, const QString& title);
/// Replaces the figure of this name. `merging` with the edit before, while something is typed or dragged.
void changeFigure(OpenDocument& document, const std::string& name, const graph::FigureSpec& figure,
                  const QString& title, bool merging);
void removeFigure(OpenDocument& document, const std::string& name, const QString& title);

}  // namespace ratescope::views
