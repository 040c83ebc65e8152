// A rectangle out of an image.

#include "core/error.h"
#include "plugins/image/nodes.h"

#include <cstring>
#include <memory>

namespace ratescope::media::image {
namespace {

struct Rectangle {
    std::int64_t x, y, width, height;
};

void requireInside(const Rectangle& r, const Image& image) {
    // Compared by subtraction: a sum could overflow.
    if (r.x <= image.width() && r.width <= image.width() - r.x && r.y <= image.height() &&
        r.height <= image.height() - r.y)
        return;
    throw Error(ErrorKind::Input,
                "The rectangle of " + std::to_string(r.width) + " × " + std::to_string(r.height) + " at " +
                    std::to_string(r.x) + ", " + std::to_string(r.y) + " reaches beyond the image of " +
                    std::to_string(image.width()) + " × " + std::to_string(image.height()) + ".",
                "Choose x, y, width and height inside it.");
}

/// Of an array [height, width] or [height, width, channels].
Array cut(Context& context, const Array& from, const Rectangle& r) {
    Shape shape = from.shape();
    shape[0] = r.height;
    shape[1] = r.width;
    Array to(from.type(), shape);
    const std::size_t row = to.byteSize() / static_cast<std::size_t>(r.height);
    const std::size_t pixel = row / static_cast<std::size_t>(r.width);
    const std::byte* source = from.bytes().data();
    std::byte* target = to.writableBytes().data();
    for (std::int64_t y = 0; y < r.height; ++y) {
        if (y % 256 == 0) context.progress(static_cast<double>(y) / static_cast<double>(r.height));
        const auto first = static_cast<std::size_t>((r.y + y) * from.shape()[1] + r.x);
        std::memcpy(target + row * static_cast<std::size_t>(y), source + pixel * first, row);
    }
    return to;
}

Rectangle inChroma(const Image& image, const Rectangle& r) {
    const int across = image.chromaStepAcross(), down = image.chromaStepDown();
    if (r.x % across != 0 || r.y % down != 0)
        throw Error(ErrorKind::Input,
                    std::string("The rectangle begins between two samples of the image's ") +
                        toText(image.subsampling) + " chroma.",
                    "Choose an even x (4:2:0: and y), or put image.convert before it, with 4:4:4.");
    return {r.x / across, r.y / down, (r.width + across - 1) / across, (r.height + down - 1) / down};
}

Image cropped(Context& context, const Image& image, const Rectangle& r) {
    Image out = image;
    if (image.subsampled()) {
        const Rectangle chroma = inChroma(image, r);
        out.cb = cut(context, image.cb, chroma);
        out.cr = cut(context, image.cr, chroma);
    }
    out.samples = cut(context, image.samples, r);
    return out;
}

class Crop : public TransformNode {
  public:
    Outputs run(Context& context, const Inputs& inputs, const Parameters& parameters) const override {
        const Image& image = inputs.anyImage("image");
        const Rectangle rectangle{parameters.integer("x"), parameters.integer("y"),
                                  parameters.integer("width"), parameters.integer("height")};
        requireInside(rectangle, image);
        return {{"image", std::make_shared<const Image>(cropped(context, image, rectangle))}};
    }
};

graph::Parameter extent(const char* id, const char* label, const char* help, std::int64_t defaultValue,
                        double minimum) {
    return {.id = id,
            .label = label,
            .help = help,
            .type = graph::ParameterType::Int,
            .unit = "px",
            .defaultValue = defaultValue,
            .minimum = minimum,
            .maximum = 1 << 28};
}

graph::Manifest cropManifest() {
    graph::Manifest manifest;
    manifest.id = "image.crop";
    manifest.title = "Crop";
    manifest.family = "image";
    manifest.summary = "A rectangle out of an image";
    manifest.manual =
        "Takes the rectangle of `width` × `height` pixels whose upper left corner lies at (`x`, `y`). "
        "Samples "
        "are copied as they are; colour, depth, profile and orientation stay.\n\n"
        "Coordinates are those of the stored pixels. A photograph that carries an orientation is to be "
        "turned "
        "upright first, with `image.convert`. A rectangle that reaches beyond the image is refused.\n\n"
        "**Subsampled chroma** (4:2:2, 4:2:0) is cut with its luma: `x`, and with 4:2:0 `y`, has to be even, "
        "else "
        "the "
        "rectangle is refused. Width and height may be odd; the last chroma sample then also stands for a "
        "pixel that "
        "was cut off.\n";
    manifest.kind = graph::NodeKind::Transform;
    manifest.synonyms = {"cut", "region", "patch", "tile"};
    manifest.inputs = {
        {.id = "image", .label = "Image", .type = graph::PortType::Image, .help = "Of any kind."}};
    manifest.outputs = {
        {.id = "image", .label = "Image", .type = graph::PortType::Image, .help = "The rectangle."}};
    manifest.parameters = {extent("x", "Left", "Stored columns to the left of the rectangle.", 0, 0),
                           extent("y", "Top", "Stored rows above the rectangle.", 0, 0),
                           extent("width", "Width", "Of the rectangle.", 256, 1),
                           extent("height", "Height", "Of the rectangle.", 256, 1)};
    return manifest;
}

}  // namespace

NodeEntry cropNode() {
    return {cropManifest(), [] { return std::make_unique<Crop>(); }};
}

}  // namespace ratescope::media::image
