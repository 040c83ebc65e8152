#include "core/media/assets/raw_file.h"

#include "core/buffer/mapped_file.h"
#include "core/media/assets/image_formats.h"

namespace ratescope::media {
namespace {

struct RawKind {
    const char* name;
    ColourModel model;
    Subsampling subsampling;
};

constexpr RawKind kinds[] = {{"yuv420p", ColourModel::YCbCr, Subsampling::C420},
                             {"yuv422p", ColourModel::YCbCr, Subsampling::C422},
                             {"yuv444p", ColourModel::YCbCr, Subsampling::C444},
                             {"gray", ColourModel::Grey, Subsampling::C444}};
constexpr int depths[] = {8, 10, 12};

std::string nameOf(const RawKind& kind, int bitDepth) {
    return bitDepth == 8 ? kind.name : kind.name + std::to_string(bitDepth) + "le";
}

}  // namespace

std::vector<std::string> rawFormats() {
    std::vector<std::string> names;
    for (const RawKind& kind : kinds)
        for (const int bitDepth : depths)
            names.push_back(nameOf(kind, bitDepth));
    return names;
}

std::optional<PlanarFormat> rawFormat(const std::string& pixelFormat) {
    for (const RawKind& kind : kinds)
        for (const int bitDepth : depths)
            if (nameOf(kind, bitDepth) == pixelFormat)
                return PlanarFormat{kind.model, kind.subsampling, bitDepth};
    return std::nullopt;
}

Image decodeRaw(std::span<const std::byte> bytes, const RawPicture& picture, const std::string& name) {
    checkImageSize(picture.width, picture.height, name);
    const std::uint64_t needed = planarBytes(picture.format, picture.width, picture.height);
    if (bytes.size() > needed && bytes.size() % needed == 0)
        throw Error(ErrorKind::Input,
                    name + " holds " + std::to_string(bytes.size() / needed) +
                        " raw pictures of that size; video comes in a later version.",
                    "Take its pictures apart, one a file.");
    if (bytes.size() != needed)
        throw Error(ErrorKind::Input,
                    name + " has " + std::to_string(bytes.size()) +
                        " bytes, and a raw picture of that size takes " + std::to_string(needed) + ".",
                    "Correct width, height or pixel format.");
    Image image = readPlanes(bytes, picture.format, picture.width, picture.height, name);
    image.range = picture.range;
    if (image.model == ColourModel::YCbCr) image.matrix = picture.matrix;
    if (image.subsampled()) image.siting = picture.siting;
    return image;
}

Image readRaw(const std::filesystem::path& file, const RawPicture& picture) {
    const MappedFile mapped = mapFile(file);
    return decodeRaw(mapped.bytes, picture, file.string());
}

}  // namespace ratescope::media
