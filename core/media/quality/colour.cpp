#include "core/media/quality/colour.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>

namespace ratescope::media {
namespace {

/// Scales and offsets of one depth and range: stored = scale × (value / peak) + offset.
struct Scale {
    double peak, luma, lumaOffset, chroma, chromaOffset;
};

Scale scaleOf(int bitDepth, Range range) {
    const double peak = (1 << bitDepth) - 1;
    const double step = 1 << (bitDepth - 8);
    if (range == Range::Full) return {peak, peak, 0, peak, 128 * step};
    return {peak, 219 * step, 16 * step, 224 * step, 128 * step};
}

void checkDepth(const Image& image, bool fits, const char* wanted) {
    if (!fits || image.bitDepth < 8 || image.bitDepth > 16)
        throw Error(ErrorKind::Input,
                    std::string("A picture that is not ") + wanted +
                        " of 8 to 16 bits can't be converted between RGB and YCbCr.",
                    "Convert it with image.convert first.");
}

template <typename T>
T rounded(double value, double peak) {
    return static_cast<T>(std::clamp(std::round(value), 0.0, peak));
}

template <typename T>
void toYCbCr(std::span<const T> in, std::span<T> out, std::size_t channels, const Scale& scale) {
    for (std::size_t i = 0; i < in.size(); i += channels) {
        const double red = in[i], green = in[i + 1], blue = in[i + 2];
        const double luma = (299 * red + 587 * green + 114 * blue) / 1000;
        const double cb = (886 * blue - 299 * red - 587 * green) / 1772;
        const double cr = (701 * red - 587 * green - 114 * blue) / 1402;
        out[i] = rounded<T>(scale.lumaOffset + scale.luma / scale.peak * luma, scale.peak);
        out[i + 1] = rounded<T>(scale.chromaOffset + scale.chroma / scale.peak * cb, scale.peak);
        out[i + 2] = rounded<T>(scale.chromaOffset + scale.chroma / scale.peak * cr, scale.peak);
        if (channels == 4) out[i + 3] = in[i + 3];
    }
}

template <typename T>
void toRgb(std::span<const T> in, std::span<T> out, std::size_t channels, const Scale& scale) {
    for (std::size_t i = 0; i < in.size(); i += channels) {
        const double luma = (in[i] - scale.lumaOffset) * (scale.peak / scale.luma);
        const double cb = (in[i + 1] - scale.chromaOffset) * (scale.peak / scale.chroma);
        const double cr = (in[i + 2] - scale.chromaOffset) * (scale.peak / scale.chroma);
        const double red = luma + 1.402 * cr, blue = luma + 1.772 * cb;
        out[i] = rounded<T>(red, scale.peak);
        out[i + 1] = rounded<T>((1000 * luma - 299 * red - 114 * blue) / 587, scale.peak);
        out[i + 2] = rounded<T>(blue, scale.peak);
        if (channels == 4) out[i + 3] = in[i + 3];
    }
}

}  // namespace

Image rgbToYCbCr(const Image& image, Range range) {
    checkDepth(image, image.model == ColourModel::Rgb, "RGB");
    Image result = image;
    result.model = ColourModel::YCbCr;
    result.matrix = Matrix::Bt601;
    result.range = range;
    result.samples = Array(image.samples.type(), image.samples.shape());
    const Scale scale = scaleOf(image.bitDepth, range);
    const auto channels = static_cast<std::size_t>(image.channels());
    if (image.samples.type() == DType::U8)
        toYCbCr(image.samples.as<std::uint8_t>(), result.samples.writable<std::uint8_t>(), channels, scale);
    else
        toYCbCr(image.samples.as<std::uint16_t>(), result.samples.writable<std::uint16_t>(), channels, scale);
    return result;
}

Image yCbCrToRgb(const Image& image) {
    checkDepth(image, image.model == ColourModel::YCbCr && image.matrix == Matrix::Bt601, "YCbCr of BT.601");
    Image result = image;
    result.model = ColourModel::Rgb;
    result.matrix = Matrix::None;
    result.range = Range::Full;
    result.samples = Array(image.samples.type(), image.samples.shape());
    const Scale scale = scaleOf(image.bitDepth, image.range);
    const auto channels = static_cast<std::size_t>(image.channels());
    if (image.samples.type() == DType::U8)
        toRgb(image.samples.as<std::uint8_t>(), result.samples.writable<std::uint8_t>(), channels, scale);
    else
        toRgb(image.samples.as<std::uint16_t>(), result.samples.writable<std::uint16_t>(), channels, scale);
    return result;
}

}  // namespace ratescope::media
