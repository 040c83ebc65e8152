#pragma once

// Colour spaces that a PNG describes by numbers (gAMA, cHRM) instead of a profile.

#include <cstddef>
#include <optional>
#include <vector>

namespace ratescope::media {

struct Chromaticity {
    double x = 0, y = 0;
};

struct PngColour {
    std::optional<double> gamma;  ///< exponent of encoding: 0.45455 for gamma 2.2
    bool hasChromaticities = false;
    Chromaticity white, red, green, blue;
};

/// An ICC profile that says the same, so that the samples can stay as they are; empty when the numbers are
/// those of sRGB (gamma within 0.01 of 1/2.2, chromaticities within 0.005). Missing numbers are taken from
/// sRGB. Nothing when no profile can be made of them. Equal input gives equal bytes.
std::optional<std::vector<std::byte>> profileOf(const PngColour& colour, bool grey);

}  // namespace ratescope::media
