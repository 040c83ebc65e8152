#include "core/media/assets/planar.h"

#include "core/media/assets/image_formats.h"

#include <bit>
#include <cstring>

static_assert(std::endian::native == std::endian::little, "planes are copied as they are");

namespace ratescope::media {
namespace {

DType typeOf(int bitDepth) {
    return bitDepth <= 8 ? DType::U8 : DType::U16;
}

/// An image of the format whose arrays are made.
Image blank(const PlanarFormat& format, std::int64_t width, std::int64_t height) {
    Image image;
    image.model = format.model;
    image.bitDepth = format.bitDepth;
    const bool grey = format.model == ColourModel::Grey;
    image.subsampling = grey ? Subsampling::C444 : format.subsampling;
    const DType type = typeOf(format.bitDepth);
    image.samples = Array(type, {height, width, grey || image.subsampled() ? 1 : 3});
    if (!image.subsampled()) return image;
    image.cb = Array(type, {image.chromaHeight(), image.chromaWidth()});
    image.cr = Array(type, {image.chromaHeight(), image.chromaWidth()});
    return image;
}

template <typename T>
void interleave(std::span<const std::byte> planes, std::span<T> samples) {
    const std::size_t pixels = samples.size() / 3;
    for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t i = 0; i < pixels; ++i)
            std::memcpy(&samples[3 * i + c], planes.data() + (c * pixels + i) * sizeof(T), sizeof(T));
}

template <typename T>
void separate(std::span<const T> samples, std::byte* planes) {
    for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t i = c; i < samples.size(); i += 3, planes += sizeof(T))
            std::memcpy(planes, &samples[i], sizeof(T));
}

std::span<const std::byte> copyPlane(std::span<const std::byte> bytes, Array& plane) {
    std::memcpy(plane.writableBytes().data(), bytes.data(), plane.byteSize());
    return bytes.subspan(plane.byteSize());
}

void checkDepth(const Array& samples, int bitDepth, const std::string& name) {
    if (samples.type() == DType::U8) return;
    bool above = false;
    for (const std::uint16_t sample : samples.as<std::uint16_t>())
        above |= sample >> bitDepth != 0;
    if (above)
        throw damagedImage(name, "has a sample of more than its " + std::to_string(bitDepth) + " bits");
}

}  // namespace

std::uint64_t planarBytes(const PlanarFormat& format, std::int64_t width, std::int64_t height) {
    std::uint64_t samples = static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height);
    if (format.model != ColourModel::Grey) {
        const bool across = format.subsampling != Subsampling::C444;
        const bool down = format.subsampling == Subsampling::C420;
        const auto columns = static_cast<std::uint64_t>(across ? width / 2 + width % 2 : width);
        const auto rows = static_cast<std::uint64_t>(down ? height / 2 + height % 2 : height);
        samples += 2 * columns * rows;
    }
    return samples * sizeOf(typeOf(format.bitDepth));
}

Image readPlanes(std::span<const std::byte> bytes, const PlanarFormat& format, std::int64_t width,
                 std::int64_t height, const std::string& name) {
    checkImageSize(width, height, name);
    const std::uint64_t needed = planarBytes(format, width, height);
    if (bytes.size() < needed)
        throw damagedImage(name, "is too short for its size: its picture takes " + std::to_string(needed) +
                                     " bytes, and there are " + std::to_string(bytes.size()));
    Image image = blank(format, width, height);
    if (image.channels() == 1)
        bytes = copyPlane(bytes, image.samples);
    else if (image.samples.type() == DType::U8)
        interleave(bytes, image.samples.writable<std::uint8_t>());
    else
        interleave(bytes, image.samples.writable<std::uint16_t>());
    if (image.subsampled()) copyPlane(copyPlane(bytes, image.cb), image.cr);
    for (const Array* plane : {&image.samples, &image.cb, &image.cr})
        checkDepth(*plane, image.bitDepth, name);
    return image;
}

void appendPlanes(std::vector<std::byte>& out, const Image& image) {
    if (image.channels() == 3) {
        const std::size_t begin = out.size();
        out.resize(begin + image.samples.byteSize());
        if (image.samples.type() == DType::U8)
            separate(image.samples.as<std::uint8_t>(), out.data() + begin);
        else
            separate(image.samples.as<std::uint16_t>(), out.data() + begin);
        return;
    }
    out.reserve(out.size() + image.samples.byteSize() + 2 * image.cb.byteSize());
    for (const Array* plane : {&image.samples, &image.cb, &image.cr})
        out.insert(out.end(), plane->bytes().begin(), plane->bytes().end());
}

}  // namespace ratescope::media
