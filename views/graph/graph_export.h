#pragma once

// The whole graph as a picture for a paper or a page: SVG, or PNG at twice the size; light colours whatever the look.

#include <QString>

namespace ratescope::views {

class GraphScene;

/// By the file's ending. Throws Error(Usage) for another ending, Error(Resource) where it can't be written.
void exportGraph(GraphScene& scene, const QString& file);

}  // namespace ratescope::views
