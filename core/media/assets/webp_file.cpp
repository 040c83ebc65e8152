#include "core/media/assets/exif.h"
#include "core/media/assets/image_formats.h"

#include <webp/decode.h>
#include <webp/demux.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace ratescope::media {
namespace {

struct DeleteDemuxer {
    void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
};
using Demuxer = std::unique_ptr<WebPDemuxer, DeleteDemuxer>;

const std::uint8_t* pointer(std::span<const std::byte> bytes) {
    return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

Error damaged(const std::string& name, VP8StatusCode status) {
    const char* reason = status == VP8_STATUS_NOT_ENOUGH_DATA || status == VP8_STATUS_SUSPENDED
                             ? "is a truncated WebP file"
                             : "is a damaged WebP file";
    return damagedImage(name, reason);
}

WebPBitstreamFeatures featuresOf(std::span<const std::byte> bytes, const std::string& name) {
    WebPBitstreamFeatures features;
    const VP8StatusCode status = WebPGetFeatures(pointer(bytes), bytes.size(), &features);
    if (status == VP8_STATUS_OUT_OF_MEMORY)
        throw Error(ErrorKind::Resource, "No memory is left to read " + name + ".",
                    "Run fewer jobs at once.");
    if (status != VP8_STATUS_OK) throw damaged(name, status);
    checkImageSize(features.width, features.height, name);
    return features;
}

/// The chunk's content, empty if the file has none or does not announce it.
std::vector<std::byte> chunk(const Demuxer& demuxer, const char* fourcc, std::uint32_t flag) {
    std::vector<std::byte> content;
    if (!(WebPDemuxGetI(demuxer.get(), WEBP_FF_FORMAT_FLAGS) & flag)) return content;
    WebPChunkIterator found;
    if (WebPDemuxGetChunk(demuxer.get(), fourcc, 1, &found)) {
        const auto* first = reinterpret_cast<const std::byte*>(found.chunk.bytes);
        content.assign(first, first + found.chunk.size);
    }
    WebPDemuxReleaseChunkIterator(&found);
    return content;
}

/// Some writers put JPEG's "Exif\0\0" before the TIFF structure.
int orientationOf(std::span<const std::byte> exif) {
    static constexpr char prefix[6] = {'E', 'x', 'i', 'f', 0, 0};
    if (exif.size() >= sizeof prefix && std::memcmp(exif.data(), prefix, sizeof prefix) == 0)
        exif = exif.subspan(sizeof prefix);
    return exifOrientation(exif);
}

void decodePixels(std::span<const std::byte> bytes, Image& image, const std::string& name) {
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config))
        throw Error(ErrorKind::Internal, "libwebp is of another version than its headers.", "");
    const auto samples = image.samples.writable<std::uint8_t>();
    config.output.colorspace = image.alpha ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = samples.data();
    config.output.u.RGBA.stride = static_cast<int>(image.width() * image.channels());
    config.output.u.RGBA.size = samples.size();
    const VP8StatusCode status = WebPDecode(pointer(bytes), bytes.size(), &config);
    WebPFreeDecBuffer(&config.output);
    if (status == VP8_STATUS_OUT_OF_MEMORY)
        throw Error(ErrorKind::Resource, "No memory is left to read " + name + ".",
                    "Run fewer jobs at once.");
    if (status != VP8_STATUS_OK) throw damaged(name, status);
}

}  // namespace

ImageSize webpSize(std::span<const std::byte> bytes, const std::string& name) {
    const WebPBitstreamFeatures features = featuresOf(bytes, name);
    return {features.width, features.height};
}

Image decodeWebp(std::span<const std::byte> bytes, const std::string& name) {
    const WebPBitstreamFeatures features = featuresOf(bytes, name);
    if (features.has_animation)
        throw Error(ErrorKind::Input, name + " is an animated WebP file.",
                    "Export the picture that is meant as a still one.");
    const WebPData data{pointer(bytes), bytes.size()};
    const Demuxer demuxer(WebPDemux(&data));
    if (!demuxer) throw damagedImage(name, "is a damaged or truncated WebP file");
    Image image;
    image.alpha = features.has_alpha != 0;
    image.icc = chunk(demuxer, "ICCP", ICCP_FLAG);
    image.orientation = orientationOf(chunk(demuxer, "EXIF", EXIF_FLAG));
    image.samples = Array(DType::U8, {features.height, features.width, image.alpha ? 4 : 3});
    decodePixels(bytes, image, name);
    return image;
}

std::string webpLibraryVersion() {
    const int number = WebPGetDecoderVersion();
    return std::to_string(number >> 16) + "." + std::to_string(number >> 8 & 0xff) + "." +
           std::to_string(number & 0xff);
}

}  // namespace ratescope::media
