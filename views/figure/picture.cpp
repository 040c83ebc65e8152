#include "views/figure/picture.h"

#include "core/buffer/value_file.h"
#include "core/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace ratescope::views {
namespace {

Error unshown(const std::filesystem::path& file, const std::string& what) {
    return Error(ErrorKind::Input, file.string() + " can't be shown: " + what + ".",
                 "Add an image.convert node to RGB before the output.");
}

struct Samples {
    Array array;
    double scale;  ///< to 0 … 255

    double at(std::size_t index) const {
        return scale * (array.type() == DType::U8 ? array.as<std::uint8_t>()[index]
                                                  : array.as<std::uint16_t>()[index]);
    }
};

}  // namespace

QImage readPicture(const std::filesystem::path& valueFile) {
    const ValueParts parts = mapValueFile(valueFile);
    const auto found = std::find_if(parts.arrays.begin(), parts.arrays.end(),
                                    [](const auto& one) { return one.name == "samples"; });
    if (parts.type != "Image" || found == parts.arrays.end() || found->array.shape().size() != 3)
        throw unshown(valueFile, "it is no picture");
    const nlohmann::json fields = nlohmann::json::parse(parts.fields);
    const std::string model = fields.at("model").get<std::string>();
    if (model != "grey" && model != "rgb") throw unshown(valueFile, "its colour model is " + model);
    const bool alpha = fields.at("alpha").get<bool>();
    const int depth = fields.at("bitDepth").get<int>();
    const Samples samples{found->array, 255.0 / (std::pow(2.0, depth) - 1)};
    const auto height = static_cast<int>(found->array.shape()[0]),
               width = static_cast<int>(found->array.shape()[1]);
    const auto channels = static_cast<std::size_t>(found->array.shape()[2]);
    const std::size_t colours = channels - (alpha ? 1 : 0);

    QImage image(width, height, QImage::Format_RGB32);
    for (int y = 0; y < height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < width; ++x) {
            const std::size_t pixel = (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                                       static_cast<std::size_t>(x)) *
                                      channels;
            const double cover = alpha ? samples.at(pixel + channels - 1) / 255 : 1;
            const auto channel = [&](std::size_t index) {
                const double value = samples.at(pixel + std::min(index, colours - 1));
                return static_cast<int>(std::lround(cover * value + (1 - cover) * 255));
            };
            line[x] = qRgb(channel(0), channel(1), channel(2));
        }
    }
    return image;
}

}  // namespace ratescope::views
