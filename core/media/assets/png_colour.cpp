#include "core/media/assets/png_colour.h"

#include <lcms2.h>

#include <cmath>
#include <cstring>
#include <memory>

namespace ratescope::media {
namespace {

constexpr double sRgbGamma = 1 / 2.2;
constexpr Chromaticity sRgbWhite{0.3127, 0.3290}, sRgbRed{0.64, 0.33}, sRgbGreen{0.30, 0.60},
    sRgbBlue{0.15, 0.06};

bool near(const Chromaticity& a, const Chromaticity& b) {
    return std::abs(a.x - b.x) < 0.005 && std::abs(a.y - b.y) < 0.005;
}

struct FreeCurve {
    void operator()(cmsToneCurve* curve) const { cmsFreeToneCurve(curve); }
};
struct CloseProfile {
    void operator()(void* profile) const { cmsCloseProfile(profile); }
};
using Curve = std::unique_ptr<cmsToneCurve, FreeCurve>;
using Profile = std::unique_ptr<void, CloseProfile>;

Curve curveOf(const PngColour& colour) {
    if (colour.gamma) return Curve(cmsBuildGamma(nullptr, 1 / *colour.gamma));
    const double sRgb[] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
    return Curve(cmsBuildParametricToneCurve(nullptr, 4, sRgb));
}

cmsCIExyY xyY(const Chromaticity& point) {
    return {point.x, point.y, 1};
}

Profile makeProfile(const PngColour& colour, bool grey) {
    const Curve curve = curveOf(colour);
    if (!curve) return nullptr;
    const cmsCIExyY white = xyY(colour.hasChromaticities ? colour.white : sRgbWhite);
    if (grey) return Profile(cmsCreateGrayProfile(&white, curve.get()));
    const cmsCIExyYTRIPLE primaries =
        colour.hasChromaticities ? cmsCIExyYTRIPLE{xyY(colour.red), xyY(colour.green), xyY(colour.blue)}
                                 : cmsCIExyYTRIPLE{xyY(sRgbRed), xyY(sRgbGreen), xyY(sRgbBlue)};
    cmsToneCurve* curves[] = {curve.get(), curve.get(), curve.get()};
    return Profile(cmsCreateRGBProfile(&white, &primaries, curves));
}

/// The time of making stands in an ICC header at bytes 24 … 35; a fixed one keeps the bytes equal.
void fixTime(std::vector<std::byte>& profile) {
    static constexpr unsigned char newYear2000[12] = {0x07, 0xd0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0};
    std::memcpy(profile.data() + 24, newYear2000, sizeof newYear2000);
}

}  // namespace

std::optional<std::vector<std::byte>> profileOf(const PngColour& colour, bool grey) {
    const bool usualGamma = !colour.gamma || std::abs(*colour.gamma - sRgbGamma) < 0.01;
    const bool usualPrimaries = !colour.hasChromaticities || grey ||
                                (near(colour.white, sRgbWhite) && near(colour.red, sRgbRed) &&
                                 near(colour.green, sRgbGreen) && near(colour.blue, sRgbBlue));
    if (usualGamma && usualPrimaries) return std::vector<std::byte>{};
    if (colour.gamma && !(*colour.gamma > 1e-3)) return std::nullopt;
    const Profile profile = makeProfile(colour, grey);
    cmsUInt32Number size = 0;
    if (!profile || !cmsSaveProfileToMem(profile.get(), nullptr, &size) || size < 128) return std::nullopt;
    std::vector<std::byte> bytes(size);
    if (!cmsSaveProfileToMem(profile.get(), bytes.data(), &size)) return std::nullopt;
    fixTime(bytes);
    return bytes;
}

}  // namespace ratescope::media
