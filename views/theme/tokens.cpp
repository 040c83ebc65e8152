#include "views/theme/tokens.h"

#include "views/theme/style.h"

#include <array>
#include <cmath>

namespace ratescope::views {
namespace {

struct TokenPair {
    QRgb light, dark;
};

/// In the order of Token.
constexpr std::array<TokenPair, 13> pairs{{
    {0xFFF6F7F9, 0xFF1B1D21},
    {0xFFFFFFFF, 0xFF23262B},
    {0xFFEEF0F3, 0xFF2C3037},
    {0xFFD5D9DF, 0xFF3A3F47},
    {0xFF1C2026, 0xFFE6E8EB},
    {0xFF5C6570, 0xFF9AA3AE},
    {0xFF1F6FD0, 0xFF5AA2F5},
    {0xFFE3EDF9, 0xFF2B3A4F},
    {0xFF1B7F4B, 0xFF58C48A},
    {0xFF9A6700, 0xFFE0B24A},
    {0xFFB3261E, 0xFFF2827A},
    {0xFFECEFF3, 0xFF17191C},
    {0xFF808080, 0xFF303030},
}};

/// Relative luminance below which a colour is hard to tell from the dark surface.
constexpr double leastLuminance = 0.3;

/// WCAG 2.2, relative luminance.
double luminance(const QColor& colour) {
    const auto linear = [](double part) {
        return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
           0.0722 * linear(colour.blueF());
}

}  // namespace

QColor colour(Token token, Look look) {
    const TokenPair& pair = pairs[static_cast<std::size_t>(token)];
    return QColor::fromRgb(look == Look::Light ? pair.light : pair.dark);
}

QColor seriesColour(const curves::Colour& printed, Look look) {
    const QColor colour(printed.red, printed.green, printed.blue);
    if (look == Look::Light) return colour;
    // Black, the anchor's colour, is turned into the text's: there is no black line on a dark ground.
    if (colour.lightnessF() < 0.1) return ratescope::views::colour(Token::Text, look);
    // Mixed with white rather than made more saturated, so that no series shouts.
    QColor lightened = colour;
    for (int step = 0; luminance(lightened) < leastLuminance; ++step) {
        const auto mix = [step](int part) { return part + (255 - part) * step / 20; };
        lightened = QColor(mix(colour.red()), mix(colour.green()), mix(colour.blue()));
    }
    return lightened;
}

}  // namespace ratescope::views
