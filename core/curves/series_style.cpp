#include "core/curves/series_style.h"

namespace ratescope::curves {
namespace {

// Okabe and Ito's palette without its yellow, which is too light for thin lines on white.
constexpr std::array<Colour, 7> colours = {{
    {0x00, 0x00, 0x00},  // black
    {0xE6, 0x9F, 0x00},  // orange
    {0x56, 0xB4, 0xE9},  // sky blue
    {0x00, 0x9E, 0x73},  // bluish green
    {0x00, 0x72, 0xB2},  // blue
    {0xD5, 0x5E, 0x00},  // vermillion
    {0xCC, 0x79, 0xA7},  // reddish purple
}};
constexpr Colour grey{0x80, 0x80, 0x80};

constexpr std::array<Marker, 7> markers = {Marker::Circle,  Marker::Square,       Marker::TriangleUp,
                                           Marker::Diamond, Marker::TriangleDown, Marker::Pentagon,
                                           Marker::Star};

// Numbers without a common factor of markers and dashes, so that 7 × 6 pairs differ.
const std::array<std::vector<double>, 6> dashes = {{
    {},
    {4, 1.7},
    {4.6, 1.7, 1.1, 1.7},
    {1.4, 1.4},
    {7, 1.7},
    {4.6, 1.7, 1.1, 1.7, 1.1, 1.7},
}};
const std::array<std::vector<double>, 3> importedDashes = {{{2.9, 2.3}, {5.7, 2.3}, {1.1, 2.3}}};

}  // namespace

std::string Colour::hex() const {
    constexpr const char* digits = "0123456789ABCDEF";
    std::string text;
    for (const std::uint8_t part : {red, green, blue}) {
        text += digits[part >> 4];
        text += digits[part & 15];
    }
    return text;
}

SeriesStyle seriesStyle(std::size_t branch, std::size_t series) {
    return {colours[branch % colours.size()], markers[series % markers.size()],
            dashes[series % dashes.size()]};
}

SeriesStyle importedStyle(std::size_t index) {
    const std::size_t round = index / importedDashes.size();
    const Marker marker = round == 0 ? Marker::None : markers[(round - 1) % markers.size()];
    return {grey, marker, importedDashes[index % importedDashes.size()]};
}

std::size_t orderAfterAnchor(std::size_t index, std::size_t anchorIndex) {
    if (index == anchorIndex) return 0;
    return index < anchorIndex ? index + 1 : index;
}

}  // namespace ratescope::curves
