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

Image cropped(Context& context, const Image& image, const Rectangle& r) {
    Image out = image;
    out.samples = Array(image.samples.type(), {r.height, r.width, image.channels()});
    const std::size_t pixel = sizeOf(image.samples.type()) * static_cast<std::size_t>(image.channels());
    const std::size_t row = pixel * static_cast<std::size_t>(r.width);
    const std::byte* source = image.samples.bytes().data();
    std::byte* target = out.samples.writableBytes().data();
    for (std::int64_t y = 0; y < r.height; ++y) {
        if (y % 256 == 0) context.progress(static_cast<double>(y) / static_cast<double>(r.height));
        const auto first = static_cast<std::size_t>((r.y + y) * image.width() + r.x);
        std::memcpy(target + row * static_cast<std::size_t>(y), source + pixel * first, row);
    }
    return out;
}

class Crop : public TransformNode {
  public:
    Outputs run(Context& context, const Inputs& inputs, const Parameters& parameters) const override {
        const Image& image = inputs.image("image");
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
        "upright first, with `image.convert`. A rectangle that reaches beyond the image is refused.\n";
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
