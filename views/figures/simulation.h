#pragma once

// How a print looks to others: without one kind of cone, and from a grey printer.

#include <QImage>
#include <QString>
#include <vector>

namespace ratescope::views {

enum class Sight { Deuteranopia, Protanopia, Tritanopia, Grey };

/// "Deuteranopia", translated.
QString titleOf(Sight sight);
/// "deuteranopia": for settings.
QString idOf(Sight sight);
/// Those without one kind of cone, in the order in which they are offered.
const std::vector<Sight>& colourBlindSights();

/// The matrices for severity 1.0 of Machado, Oliveira, Fernandes, "A Physiologically-based Model for Simulation of Color
/// Vision Deficiency", IEEE Trans. Visualization and Computer Graphics 15(6), 2009, table 1, in linear light of sRGB
/// (IEC 61966-2-1); grey by the luminance of ITU-R BT.709.
QRgb simulated(QRgb colour, Sight sight);
/// Opaque picture in, Format_RGB32 out, with the ratio of its device pixels. In any thread.
QImage simulated(const QImage& picture, Sight sight);

}  // namespace ratescope::views
