#include "core/media/assets/map_file.h"

#include "core/error.h"
#include "core/media/assets/asset.h"
#include "core/media/assets/extension.h"
#include "core/media/assets/image_file.h"
#include "core/media/assets/safetensors_file.h"
#include "core/media/quality/half.h"
#include "core/media/quality/searched.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace ratescope::media {
namespace {

struct Plane {
    std::int64_t height = 0, width = 0;
    std::vector<float> values;
};

template <typename T>
std::vector<float> channelMeans(std::span<const T> samples, std::size_t channels) {
    std::vector<float> means(samples.size() / channels);
    for (std::size_t i = 0; i < means.size(); ++i) {
        double sum = 0;
        for (std::size_t c = 0; c < channels; ++c)
            sum += static_cast<double>(samples[channels * i + c]);
        means[i] = static_cast<float>(sum / static_cast<double>(channels));
    }
    return means;
}

std::optional<Plane> planeOf(const Array& array) {
    const Shape& shape = array.shape();
    if (array.empty() || shape.size() < 2 || shape.size() > 3) return std::nullopt;
    const auto channels = static_cast<std::size_t>(shape.size() == 3 ? shape[2] : 1);
    Plane plane{shape[0], shape[1], {}};
    if (array.type() == DType::U8)
        plane.values = channelMeans(array.as<std::uint8_t>(), channels);
    else if (array.type() == DType::U16)
        plane.values = channelMeans(array.as<std::uint16_t>(), channels);
    else if (isFloatingPoint(array.type()))
        plane.values = channelMeans(toFloat32(array).as<float>(), channels);
    else
        return std::nullopt;
    return plane;
}

std::optional<Plane> planeOf(const Value& map) {
    if (const auto* image = std::get_if<std::shared_ptr<const Image>>(&map))
        return planeOf((*image)->samples);
    const auto* set = std::get_if<std::shared_ptr<const TensorSet>>(&map);
    if (!set || (*set)->tensors.size() != 1) return std::nullopt;
    return planeOf((*set)->tensors.front().array);
}

MapRange rangeOf(const Plane& plane) {
    MapRange range;
    for (const float value : plane.values) {
        if (!std::isfinite(value)) continue;
        range.low = std::min(range.low, static_cast<double>(value));
        range.high = std::max(range.high, static_cast<double>(value));
    }
    return range;
}

Image pictureOf(const Plane& plane, const std::string& name) {
    const MapRange range = rangeOf(plane);
    const double scale = range.high > range.low ? 255 / (range.high - range.low) : 0;
    Image picture;
    picture.model = ColourModel::Grey;
    picture.samples = Array(DType::U8, {plane.height, plane.width, 1});
    const auto samples = picture.samples.writable<std::uint8_t>();
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (!std::isfinite(plane.values[i]))
            throw Error(ErrorKind::Input,
                        "The map of " + name + " holds NaN or infinities, which have no grey.",
                        "End the file's name with .safetensors to see where.");
        samples[i] = static_cast<std::uint8_t>(std::lround((plane.values[i] - range.low) * scale));
    }
    return picture;
}

void writePicture(const Value& map, const std::filesystem::path& file) {
    const std::optional<Plane> plane = planeOf(map);
    if (!plane)
        throw Error(ErrorKind::Usage, file.string() + " can't show this map: it has not one value a pixel.",
                    "End the file's name with .safetensors.");
    writeImage(file, pictureOf(*plane, file.string()));
}

void writeTensors(const Value& map, const std::filesystem::path& file) {
    const auto* image = std::get_if<std::shared_ptr<const Image>>(&map);
    if (!image) return writeAsset(map, file);
    TensorSet set;
    set.tensors = {{"map", (*image)->samples}};
    writeSafetensors(file, set);
}

}  // namespace

std::optional<MapRange> mapRange(const Value& map) {
    const std::optional<Plane> plane = planeOf(map);
    return plane ? std::optional(rangeOf(*plane)) : std::nullopt;
}

void writeMap(const Value& map, const std::filesystem::path& file) {
    const std::string extension = extensionOf(file);
    if (extension == "png") return writePicture(map, file);
    if (extension == "safetensors") return writeTensors(map, file);
    throw Error(ErrorKind::Usage, file.string() + " does not end as a map that can be written.",
                "End it with .png for a picture, or .safetensors for the numbers.");
}

}  // namespace ratescope::media
