#include "plugins/image/encodable.h"

#include "core/error.h"
#include "core/media/assets/image_file.h"

#include <algorithm>

namespace ratescope::media::image {
namespace {

void refuse(const std::string& what, const std::string& remedy) {
    throw Error(ErrorKind::Input, what, remedy);
}

/// "8, 10 or 12", "1 to 16"
std::string listOf(const std::vector<int>& depths) {
    if (depths.size() > 3 && depths.back() - depths.front() == static_cast<int>(depths.size()) - 1)
        return std::to_string(depths.front()) + " to " + std::to_string(depths.back());
    std::string text;
    for (std::size_t i = 0; i < depths.size(); ++i) {
        if (i > 0) text += i + 1 < depths.size() ? ", " : " or ";
        text += std::to_string(depths[i]);
    }
    return text;
}

void requireColours(const Image& image, const Encodable& takes) {
    if (image.alpha && !takes.alpha)
        refuse(takes.format + " has no alpha channel.",
               "Put image.convert before it, with alpha over a ground.");
    if (image.model == ColourModel::Grey && !takes.grey)
        refuse(takes.format + " has no grey pictures.",
               "Put image.convert before it, with the colour model RGB.");
    if (image.model != ColourModel::Grey && image.model != ColourModel::Rgb)
        refuse(takes.node + (takes.grey ? " takes grey and RGB images." : " takes RGB images."),
               "Put image.convert before it, with the colour model RGB.");
    if (image.range != Range::Full)
        refuse(takes.format + " stores samples of full range, the image has limited range.",
               "Put image.convert before it, with the colour model RGB.");
}

void requireSize(const Image& image, const Encodable& takes) {
    if (image.pixels() == 0) refuse("The image has no pixels.", "Take another image.");
    if (image.pixels() > maxImagePixels)
        refuse("The image has more than 2^28 pixels.", "Put image.crop or image.resize before it.");
    if (image.width() > takes.extent || image.height() > takes.extent)
        refuse(takes.node + " goes up to " + std::to_string(takes.extent) + " pixels a side, the image has " +
                   std::to_string(image.width()) + " × " + std::to_string(image.height()) + ".",
               "Put image.crop or image.resize before it.");
}

}  // namespace

void requireEncodable(const Image& image, const Encodable& takes) {
    requireColours(image, takes);
    if (std::ranges::find(takes.depths, image.bitDepth) == takes.depths.end())
        refuse(takes.node + " takes " + listOf(takes.depths) + " bits a sample, the image has " +
                   std::to_string(image.bitDepth) + ".",
               "Put image.convert before it, with 8 bits.");
    requireSize(image, takes);
}

}  // namespace ratescope::media::image
