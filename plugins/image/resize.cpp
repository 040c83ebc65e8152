// An image with another number of pixels, by the kernels of OpenCV's imgproc.

#include "core/error.h"
#include "core/media/assets/image_file.h"
#include "plugins/image/nodes.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <memory>

namespace ratescope::media::image {
namespace {

struct Size {
    std::int64_t width = 0, height = 0;
};

std::int64_t scaled(std::int64_t extent, double factor) {
    return std::max<std::int64_t>(1, std::llround(static_cast<double>(extent) * factor));
}

/// An extent left at 0 follows from the other.
Size fittedSize(const Image& image, Size wanted) {
    if (wanted.width == 0 && wanted.height == 0)
        throw Error(ErrorKind::Input, "image.resize was given neither a width nor a height.",
                    "Set one of them, or choose a scale.");
    const double across = static_cast<double>(wanted.width) / static_cast<double>(image.width());
    const double down = static_cast<double>(wanted.height) / static_cast<double>(image.height());
    if (wanted.width == 0) wanted.width = scaled(image.width(), down);
    if (wanted.height == 0) wanted.height = scaled(image.height(), across);
    return wanted;
}

Size targetSize(const Inputs& inputs, const Parameters& parameters) {
    const Image& image = inputs.image("image");
    if (inputs.has("like")) return {inputs.image("like").width(), inputs.image("like").height()};
    if (parameters.text("by") == "size")
        return fittedSize(image, {parameters.integer("width"), parameters.integer("height")});
    const double factor = parameters.real("scale");
    return {scaled(image.width(), factor), scaled(image.height(), factor)};
}

void requirePossible(const Size& size) {
    // OpenCV counts rows and columns in int, and kernels index by them.
    if (size.width < 1 << 28 && size.height < 1 << 28 && size.width <= maxImagePixels / size.height) return;
    throw Error(ErrorKind::Input,
                "The resized image would have " + std::to_string(size.width) + " × " +
                    std::to_string(size.height) + " pixels, more than 2^28.",
                "Choose a smaller scale or size.");
}

int interpolation(const std::string& method) {
    if (method == "nearest") return cv::INTER_NEAREST;
    if (method == "bilinear") return cv::INTER_LINEAR;
    if (method == "bicubic") return cv::INTER_CUBIC;
    if (method == "lanczos") return cv::INTER_LANCZOS4;
    return cv::INTER_AREA;
}

cv::Mat viewOf(const Image& image) {
    const int depth = image.samples.type() == DType::U8 ? CV_8U : CV_16U;
    return {static_cast<int>(image.height()), static_cast<int>(image.width()),
            CV_MAKETYPE(depth, image.channels()), const_cast<std::byte*>(image.samples.bytes().data())};
}

/// Colour times alpha / peak, so that what is transparent does not bleed; or the inverse of it.
void weighByAlpha(cv::Mat& pixels, float peak, bool inverse) {
    const int channels = pixels.channels();
    for (int y = 0; y < pixels.rows; ++y) {
        float* sample = pixels.ptr<float>(y);
        for (int x = 0; x < pixels.cols; ++x, sample += channels) {
            const float alpha = sample[channels - 1] / peak;
            const float weight = !inverse ? alpha : alpha > 0 ? 1 / alpha : 0;
            for (int c = 0; c < channels - 1; ++c)
                sample[c] *= weight;
        }
    }
}

template <typename T>
void store(Context& context, const cv::Mat& pixels, float peak, Array& samples) {
    const std::size_t row =
        static_cast<std::size_t>(pixels.cols) * static_cast<std::size_t>(pixels.channels());
    T* target = samples.writable<T>().data();
    for (int y = 0; y < pixels.rows; ++y, target += row) {
        if (y % 256 == 0) context.check();
        const float* source = pixels.ptr<float>(y);
        for (std::size_t i = 0; i < row; ++i)
            target[i] = static_cast<T>(std::floor(std::clamp(source[i], 0.0F, peak) + 0.5F));
    }
}

Image resized(Context& context, const Image& image, const Size& size, int method) {
    const auto peak = static_cast<float>((1 << image.bitDepth) - 1);
    cv::Mat pixels;
    viewOf(image).convertTo(pixels, CV_32F);
    context.check();
    if (image.alpha) weighByAlpha(pixels, peak, false);
    cv::Mat result;
    cv::resize(pixels, result, cv::Size(static_cast<int>(size.width), static_cast<int>(size.height)), 0, 0,
               method);
    context.check();
    if (image.alpha) weighByAlpha(result, peak, true);
    Image out = image;
    out.samples = Array(image.samples.type(), {size.height, size.width, image.channels()});
    if (image.samples.type() == DType::U8)
        store<std::uint8_t>(context, result, peak, out.samples);
    else
        store<std::uint16_t>(context, result, peak, out.samples);
    return out;
}

class Resize : public TransformNode {
  public:
    Outputs run(Context& context, const Inputs& inputs, const Parameters& parameters) const override {
        const Image& image = inputs.image("image");
        if (image.pixels() == 0)
            throw Error(ErrorKind::Input, "The image has no pixels.", "Take another image.");
        const Size size = targetSize(inputs, parameters);
        requirePossible(size);
        return {{"image", std::make_shared<const Image>(
                              resized(context, image, size, interpolation(parameters.text("method"))))}};
    }
};

graph::Parameter extent(const char* id, const char* label) {
    return {.id = id,
            .label = label,
            .help = "0: as the other extent says, in proportion.",
            .type = graph::ParameterType::Int,
            .unit = "px",
            .defaultValue = std::int64_t{0},
            .minimum = 0,
            .maximum = 1 << 28,
            .visibleIf = graph::VisibleIf{"by", {std::string("size")}}};
}

constexpr const char* resizeManual = R"(Makes an image larger or smaller: by a `scale` (each extent times the
scale, rounded to the nearest integer, at least 1), to a `width` and `height`, or to the size of the image at the
input `like`, so that *reduce, code, enlarge* ends at the original's size whatever that was.

**Methods** are those of OpenCV's imgproc: `nearest`, `bilinear`, `bicubic` (a = −0.75, 4 × 4), `lanczos` (8 × 8),
and `area`, the mean over the area that a new pixel covers. Only `area` averages over more than its own few
neighbours when an image is reduced; the others alias then. When enlarging, `area` is close to `bilinear`.

**Rounding**: samples of 8 or 16 bits are taken to 32-bit floating point, resized, clamped to 0 … 2^n − 1 and
rounded to nearest, halves up. Colour is weighed by alpha while it is resized; where the result is wholly
transparent its colour is 0. The samples are resized as they are coded (not linear light). Profile and orientation
stay; an image that is to be turned upright is to be turned first, with `image.convert`.
)";

graph::Manifest resizeManifest() {
    graph::Manifest manifest;
    manifest.id = "image.resize";
    manifest.title = "Resize";
    manifest.family = "image";
    manifest.summary = "An image with more or fewer pixels";
    manifest.manual = resizeManual;
    manifest.kind = graph::NodeKind::Transform;
    manifest.synonyms = {"scale", "reduce", "enlarge", "downsample", "upsample", "resample", "interpolation"};
    manifest.inputs = {
        {.id = "image", .label = "Image", .type = graph::PortType::Image, .help = "Of any kind."},
        {.id = "like",
         .label = "Size of",
         .type = graph::PortType::Image,
         .required = false,
         .help = "When connected, the result has the size of this image."}};
    manifest.outputs = {
        {.id = "image", .label = "Image", .type = graph::PortType::Image, .help = "Of the new size."}};
    manifest.parameters = {{.id = "by",
                            .label = "By",
                            .help = "Without effect while `like` is connected.",
                            .type = graph::ParameterType::Choice,
                            .defaultValue = std::string("scale"),
                            .choices = {"scale", "size"}},
                           {.id = "scale",
                            .label = "Scale",
                            .help = "What both extents are multiplied by.",
                            .type = graph::ParameterType::Real,
                            .defaultValue = 0.5,
                            .minimum = 1.0 / 1024,
                            .maximum = 1024,
                            .logScale = true,
                            .visibleIf = graph::VisibleIf{"by", {std::string("scale")}}},
                           extent("width", "Width"),
                           extent("height", "Height"),
                           {.id = "method",
                            .label = "Method",
                            .help = "`area` for reducing, `bicubic` or `lanczos` for enlarging.",
                            .type = graph::ParameterType::Choice,
                            .defaultValue = std::string("area"),
                            .choices = {"nearest", "bilinear", "bicubic", "area", "lanczos"}}};
    manifest.tolerance = 1;
    return manifest;
}

}  // namespace

NodeEntry resizeNode() {
    return {
        resizeManifest(), [] { return std::make_unique<Resize>(); }, {{"OpenCV", cv::getVersionString()}}};
}

}  // namespace ratescope::media::image
