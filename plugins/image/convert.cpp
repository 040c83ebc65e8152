// Colour model, depth, alpha, profile and orientation of an image: the one place where a study changes them.

#include "core/error.h"
#include "core/media/quality/colour.h"
#include "plugins/image/convert_icc.h"
#include "plugins/image/convert_steps.h"
#include "plugins/image/nodes.h"

#include <charconv>
#include <memory>
#include <utility>

namespace ratescope::media::image {
namespace {

std::array<int, 3> groundColour(const std::string& text) {
    std::array<int, 3> colour{};
    bool good = text.size() == 7 && text[0] == '#';
    for (std::size_t c = 0; good && c < 3; ++c) {
        const char* first = text.data() + 1 + 2 * c;
        const auto [end, error] = std::from_chars(first, first + 2, colour[c], 16);
        good = error == std::errc() && end == first + 2 && *first != '-';
    }
    if (good) return colour;
    throw Error(ErrorKind::Usage, "\"" + text + "\" is not a ground colour.",
                "Write it as #rrggbb, for instance #ffffff.");
}

Range rangeOf(const Parameters& parameters) {
    return parameters.text("range") == "limited" ? Range::Limited : Range::Full;
}

/// Whether the image already is as the parameters want its colours.
bool hasWantedModel(const Image& image, const Parameters& parameters) {
    const std::string& model = parameters.text("model");
    if (model == "keep") return true;
    if (model == "Grey") return image.model == ColourModel::Grey;
    if (model == "RGB") return image.model == ColourModel::Rgb;
    return image.model == ColourModel::YCbCr && image.range == rangeOf(parameters);
}

Image withProfileSettled(Context& context, Image image, const Parameters& parameters) {
    const std::string& profile = parameters.text("profile");
    const bool staysCmyk = image.model == ColourModel::Cmyk && parameters.text("model") == "keep";
    if (image.icc.empty() || (profile == "to-srgb" && staysCmyk)) return image;
    if (profile == "to-srgb")
        return toSrgb(context, image,
                      parameters.text("intent") == "perceptual" ? Intent::Perceptual : Intent::Relative);
    if (profile == "drop")
        image.icc.clear();
    else if (!hasWantedModel(image, parameters))
        throw Error(ErrorKind::Input, "The image's ICC profile would not fit another colour model.",
                    "Set the profile of image.convert to to-srgb or drop.");
    return image;
}

Image withAlphaSettled(Context& context, Image image, const Parameters& parameters) {
    const std::string& alpha = parameters.text("alpha");
    if (!image.alpha || alpha == "keep") return image;
    if (alpha == "drop") return withoutAlpha(context, image);
    return overGround(context, image, groundColour(parameters.text("ground")));
}

/// From grey or RGB.
Image withModel(Context& context, Image image, const Parameters& parameters) {
    if (hasWantedModel(image, parameters)) return image;
    const std::string& model = parameters.text("model");
    if (model == "Grey") return rgbToGrey(context, image);
    if (image.model == ColourModel::Grey) image = greyToRgb(context, image);
    return model == "RGB" ? image : rgbToYCbCr(image, rangeOf(parameters));
}

Image converted(Context& context, const Image& original, const Parameters& parameters) {
    const std::string& bits = parameters.text("bits");
    const int depth = bits == "keep" ? original.bitDepth : bits == "8" ? 8 : 16;
    const int working = original.bitDepth == 8 && depth == 8 ? 8 : 16;
    Image image = withDepth(context, original, working);
    if (image.model == ColourModel::YCbCr && !hasWantedModel(image, parameters)) image = yCbCrToRgb(image);
    image = withProfileSettled(context, std::move(image), parameters);
    if (image.model == ColourModel::Cmyk && !hasWantedModel(image, parameters))
        image = cmykToRgbWithoutProfile(context, image);
    image = withAlphaSettled(context, std::move(image), parameters);
    image = withModel(context, std::move(image), parameters);
    image = withDepth(context, image, depth);
    return parameters.flag("upright") ? upright(context, image) : image;
}

class Convert : public TransformNode {
  public:
    Outputs run(Context& context, const Inputs& inputs, const Parameters& parameters) const override {
        context.check();
        return {
            {"image", std::make_shared<const Image>(converted(context, inputs.image("image"), parameters))}};
    }
};

graph::Parameter choice(const char* id, const char* label, std::vector<std::string> choices,
                        const char* help) {
    return {.id = id,
            .label = label,
            .help = help,
            .type = graph::ParameterType::Choice,
            .defaultValue = choices.front(),
            .choices = choices};
}

std::vector<graph::Parameter> convertParameters() {
    graph::Parameter range =
        choice("range", "Range", {"full", "limited"},
               "Full: 0 … 2^n − 1, as in JFIF. Limited: luma 16 … 235, chroma 16 … 240 at "
               "8 bits.");
    range.visibleIf = graph::VisibleIf{"model", {std::string("YCbCr")}};
    graph::Parameter intent = choice("intent", "Rendering intent", {"relative", "perceptual"},
                                     "Relative colorimetric with black point compensation, or perceptual.");
    intent.visibleIf = graph::VisibleIf{"profile", {std::string("to-srgb")}};
    return {
        choice("model", "Colour model", {"keep", "Grey", "RGB", "YCbCr"}, "YCbCr is BT.601, 4:4:4."),
        range,
        choice("bits", "Bits a sample", {"keep", "8", "16"}, "v·(2^m − 1)/(2^n − 1), rounded to nearest."),
        choice("alpha", "Alpha", {"keep", "over-ground", "drop"},
               "Over a ground: the picture as seen on that colour. Drop: the colours alone."),
        {.id = "ground",
         .label = "Ground colour",
         .help = "#rrggbb, in sRGB.",
         .type = graph::ParameterType::Text,
         .defaultValue = std::string("#ffffff"),
         .visibleIf = graph::VisibleIf{"alpha", {std::string("over-ground")}}},
        choice("profile", "ICC profile", {"to-srgb", "keep", "drop"},
               "To sRGB: colours are converted. Keep: the profile goes on with the image. Drop: samples are "
               "taken as sRGB."),
        intent,
        {.id = "upright",
         .label = "Turn upright",
         .help = "Applies the EXIF orientation that the image carries.",
         .type = graph::ParameterType::Bool,
         .defaultValue = true}};
}

constexpr const char* convertManual =
    R"(Changes colour model, depth, alpha, profile and orientation, each as its
parameter says; no codec does so silently. With the defaults an image becomes what a viewer shows: in sRGB and
upright.

**Order**: YCbCr to RGB, profile, CMYK to RGB, alpha, colour model, depth, orientation. All steps work on 8 bits
when the image has 8 and keeps them, else on 16; each rounds to nearest, halves up. Samples are taken as they are
coded, not in linear light.

**Colour**: grey is BT.601 luma, 0.299 R + 0.587 G + 0.114 B. YCbCr is BT.601, 4:4:4, of full or limited range.
CMYK becomes RGB through its profile; without one by R = (1 − C)(1 − K), G and B alike, which is a convention and
no measurement. A CMYK image that keeps its model keeps its profile too.

**Profiles** are converted by Little CMS, without its table shortcuts, relative colorimetric with black point
compensation or perceptual. Grey becomes grey on sRGB's curve. An image without a profile is sRGB already. A kept
profile that would not fit a new colour model is refused.

**Alpha** over a ground: (a·colour + (peak − a)·ground)/peak, as browsers do; under a grey image the ground is its
luma.
)";

graph::Manifest convertManifest() {
    graph::Manifest manifest;
    manifest.id = "image.convert";
    manifest.title = "Convert";
    manifest.family = "image";
    manifest.summary = "Colour model, depth, alpha, profile and orientation";
    manifest.manual = convertManual;
    manifest.kind = graph::NodeKind::Transform;
    manifest.papers = {
        {"Rec. ITU-R BT.601-7", "https://www.itu.int/rec/R-REC-BT.601"},
        {"ICC.1:2022, Image technology colour management", "https://www.color.org/icc1v44.pdf"}};
    manifest.synonyms = {"colour space", "color",  "greyscale", "grayscale", "bit depth", "YUV",
                         "ICC",          "rotate", "flatten",   "EXIF",      "CMYK",      "sRGB"};
    manifest.inputs = {
        {.id = "image", .label = "Image", .type = graph::PortType::Image, .help = "Of any kind."}};
    manifest.outputs = {
        {.id = "image", .label = "Image", .type = graph::PortType::Image, .help = "As the parameters say."}};
    manifest.parameters = convertParameters();
    manifest.tolerance = 1;
    return manifest;
}

}  // namespace

NodeEntry convertNode() {
    return {
        convertManifest(), [] { return std::make_unique<Convert>(); }, {{"Little CMS", iccLibraryVersion()}}};
}

}  // namespace ratescope::media::image
