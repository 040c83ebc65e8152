#pragma once

// How the graph is drawn: its measures, and the hues of port types and kinds of nodes, which no other panel has.

#include "core/graph/manifest.h"
#include "views/theme/tokens.h"

#include <QChar>
#include <QColor>
#include <QString>

namespace ratescope::views {

/// One muted hue each; a letter stands in the port beside it.
QColor portColour(graph::PortType type, Look look = currentLook());
QChar portLetter(graph::PortType type);
/// "Image", "TensorSet of the schema kv-cache".
QString portTypeText(const graph::Port& port);

/// Of the stripe at a node's title and of its place in the minimap.
QColor kindColour(graph::NodeKind kind, Look look = currentLook());
/// "source", "codec", … and the icon that stands for it.
QString kindText(graph::NodeKind kind);
QString kindIcon(graph::NodeKind kind);

/// Device-independent pixels at 100 %.
namespace node_size {
inline constexpr double width = 256, title = 24, stripe = 4, portRow = 20, glyph = 12, halo = 2, inset = 15,
                        chip = 18, chipPadding = 7, chipGap = 4, detail = 16, progress = 2, gap = 12,
                        dots = 16, snap = 4, frameTitle = 36, titleLeft = 12, countsRight = 29;
}  // namespace node_size

/// Below these zooms texts, then wires' curves and ports, are left out: they could not be read.
inline constexpr double leastTextZoom = 0.42, leastDetailZoom = 0.25;

}  // namespace ratescope::views
