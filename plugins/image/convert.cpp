// Colour model, depth, alpha, profile and orientation of an image: the one place where a study changes them.

#include "core/error.h"
#include "plugins/image/convert_colour.h"
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

YCbCrForm wantedForm(const Parameters& parameters) {
    YCbCrForm form;
    if (parameters.text("matrix") == "BT.709") form.matrix = Matrix::Bt709;
    if (parameters.text("range") == "limited") form.range = Range::Limited;
    for (const Subsampling subsampling : {Subsampling::C422, Subsampling::C420})
        if (parameters.text("subsampling") == toText(subsampling)) form.subsampling = subsampling;
    if (form.subsampling != Subsampling::C444 && parameters.text("siting") == "left")
        form.siting = Siting::Left;
    return form;
}

/// Whether the image already is as the parameters want its colours.
bool hasWantedModel(const Image& image, const Parameters& parameters) {
    const std::string& model = parameters.text("model");
    if (model == "keep") return true;
    if (model == "YCbCr") return image.model == ColourModel::YCbCr && formOf(image) == wantedForm(parameters);
    const ColourModel wanted = model == "Grey" ? ColourModel::Grey : ColourModel::Rgb;
    return image.model == wanted && image.range == Range::Full;
}

/// With the matrix and range that the parameters say the samples really have.
Image takenAs(Image image, const Parameters& parameters) {
    const std::string& stated = parameters.text("take-as");
    if (stated == "stated" || (image.model != ColourModel::YCbCr && image.model != ColourModel::Grey))
        return image;
    image.range = stated.ends_with("limited") ? Range::Limited : Range::Full;
    if (image.model == ColourModel::YCbCr)
        image.matrix = stated.starts_with("BT.709") ? Matrix::Bt709 : Matrix::Bt601;
    return image;
}

/// Upright, if asked for.
Image turned(Context& context, Image image, const Parameters& parameters) {
    if (image.orientation == 1 || !parameters.flag("upright")) return image;
    if (image.subsampled())
        throw Error(ErrorKind::Input,
                    std::string("An image with ") + toText(image.subsampling) +
                        " chroma can't be turned upright: its chroma would lie in other places.",
                    "Set the colour model of image.convert to RGB, or upright to false.");
    return upright(context, image);
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
Image withModel(Context& context, Image image, const Parameters& parameters, int depth) {
    if (hasWantedModel(image, parameters)) return image;
    const std::string& model = parameters.text("model");
    if (model == "Grey" && image.model == ColourModel::Rgb) return rgbToGrey(context, image);
    if (image.model == ColourModel::Grey) image = greyToRgb(context, image);
    return model == "RGB" ? image : rgbToYCbCr(context, image, wantedForm(parameters), depth);
}

/// Whether a matrix is all that lies between the image and what is wanted, so that samples are rounded once.
bool needsMatrixAlone(const Image& image, const Parameters& parameters, int depth) {
    const bool wantsMatrix = parameters.text("model") == "RGB" || parameters.text("model") == "YCbCr";
    const bool hasMatrix =
        image.model == ColourModel::YCbCr || (image.model == ColourModel::Rgb && image.range == Range::Full);
    const bool alphaStays = !image.alpha || parameters.text("alpha") == "keep";
    return wantsMatrix && hasMatrix && alphaStays && image.icc.empty() && image.bitDepth >= 8 && depth >= 8 &&
           !hasWantedModel(image, parameters);
}

Image withMatrix(Context& context, const Image& image, const Parameters& parameters, int depth) {
    if (parameters.text("model") == "RGB") return yCbCrToRgb(context, image, depth);
    const YCbCrForm form = wantedForm(parameters);
    return image.model == ColourModel::Rgb ? rgbToYCbCr(context, image, form, depth)
                                           : yCbCrToYCbCr(context, image, form, depth);
}

/// YCbCr is luma already where grey is wanted, and no colour counts any more.
Image withoutMatrix(Context& context, const Image& image, const Parameters& parameters) {
    const bool isGrey = parameters.text("model") == "Grey" && image.matrix == Matrix::Bt601 &&
                        (image.icc.empty() || parameters.text("profile") == "drop");
    return isGrey ? lumaAlone(context, image) : yCbCrToRgb(context, image, image.bitDepth);
}

Image withEveryStep(Context& context, const Image& original, const Parameters& parameters, int depth) {
    const int working = original.bitDepth == 8 && depth == 8 ? 8 : 16;
    Image image = withDepth(context, original, working);
    if (!hasWantedModel(image, parameters)) {
        if (image.model == ColourModel::YCbCr) image = withoutMatrix(context, image, parameters);
        image = withFullRange(context, image);
    }
    image = withProfileSettled(context, std::move(image), parameters);
    if (image.model == ColourModel::Cmyk && !hasWantedModel(image, parameters))
        image = cmykToRgbWithoutProfile(context, image);
    image = withAlphaSettled(context, std::move(image), parameters);
    image = withModel(context, std::move(image), parameters, depth);
    return withDepth(context, image, depth);
}

Image converted(Context& context, const Image& original, const Parameters& parameters) {
    Image image = takenAs(original, parameters);
    const std::string& bits = parameters.text("bits");
    const int depth = bits == "keep" ? image.bitDepth : std::stoi(bits);
    if (!image.subsampled()) image = turned(context, std::move(image), parameters);
    image = needsMatrixAlone(image, parameters, depth) ? withMatrix(context, image, parameters, depth)
                                                       : withEveryStep(context, image, parameters, depth);
    return turned(context, std::move(image), parameters);
}

class Convert : public TransformNode {
  public:
    Outputs run(Context& context, const Inputs& inputs, const Parameters& parameters) const override {
        context.check();
        return {{"image",
                 std::make_shared<const Image>(converted(context, inputs.anyImage("image"), parameters))}};
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
    const graph::VisibleIf yCbCr{"model", {std::string("YCbCr")}};
    graph::Parameter matrix = choice("matrix", "Matrix", {"BT.601", "BT.709"},
                                     "BT.601: JPEG and standard definition. BT.709: high definition.");
    matrix.visibleIf = yCbCr;
    graph::Parameter range =
        choice("range", "Range", {"full", "limited"},
               "Full: 0 … 2^n − 1, as in JFIF. Limited: luma 16 … 235, chroma 16 … 240 at "
               "8 bits.");
    range.visibleIf = yCbCr;
    graph::Parameter subsampling =
        choice("subsampling", "Chroma subsampling", {"4:4:4", "4:2:2", "4:2:0"},
               "4:2:0 halves Cb and Cr both ways, 4:2:2 across only, 4:4:4 not at all.");
    subsampling.visibleIf = yCbCr;
    graph::Parameter siting =
        choice("siting", "Place of chroma", {"left", "centre"},
               "Across, a chroma sample lies on the left one of its two luma samples, as in "
               "H.26x, or between them, as in JPEG.");
    siting.visibleIf = graph::VisibleIf{"subsampling", {std::string("4:2:2"), std::string("4:2:0")}};
    graph::Parameter intent = choice("intent", "Rendering intent", {"relative", "perceptual"},
                                     "Relative colorimetric with black point compensation, or perceptual.");
    intent.visibleIf = graph::VisibleIf{"profile", {std::string("to-srgb")}};
    return {
        choice("model", "Colour model", {"keep", "Grey", "RGB", "YCbCr"},
               "Keep: YCbCr keeps matrix, range and subsampling too."),
        matrix,
        range,
        subsampling,
        siting,
        choice("bits", "Bits a sample", {"keep", "8", "10", "12", "16"},
               "v·(2^m − 1)/(2^n − 1), of limited range v·2^(m − n), rounded to nearest."),
        {.id = "take-as",
         .label = "Take YCbCr as",
         .help = "Matrix and range of the input where its file says nothing or says it wrong (Y4M has no "
                 "matrix). "
                 "Grey: the range alone. Other images: no effect.",
         .type = graph::ParameterType::Choice,
         .defaultValue = std::string("stated"),
         .choices = {"stated", "BT.601 full", "BT.601 limited", "BT.709 full", "BT.709 limited"},
         .advanced = true},
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

**Order**: orientation, YCbCr to RGB, profile, CMYK to RGB, alpha, colour model, depth. All steps work on 8 bits
when the image has 8 and keeps them, else on 16; each rounds to nearest, halves up. Samples are taken as they are
coded, not in linear light. Where only a matrix lies between, from RGB to YCbCr, back, or from one YCbCr to another,
all is computed in double and rounded once.

**YCbCr** of n bits, with Kr, Kg, Kb = 0.299, 0.587, 0.114 (BT.601) or 0.2126, 0.7152, 0.0722 (BT.709) and R, G, B
in 0 … 1: Y = Kr R + Kg G + Kb B, Cb = (B − Y)/(2 − 2 Kb), Cr = (R − Y)/(2 − 2 Kr). Full range stores (2^n − 1)·Y and
2^(n−1) + (2^n − 1)·C; limited range 2^(n−8)·(16 + 219 Y) and 2^(n−8)·(128 + 224 C). One YCbCr becomes another of the
same matrix without passing through RGB; else values outside 0 … 1 are kept on the way.

**Chroma** across: at the `centre`, a new sample is the mean of its two, and is brought back as 3/4 of the nearer and
1/4 of the farther one; at the `left`, it is (1 2 1)/4 about its own place, and is brought back as it is there and as
the mean of two between. Down (4:2:0) it is always as at the centre. At the borders the last sample is repeated; odd
sizes are rounded up. Chroma that stays in its places is not resampled.

**Grey** is BT.601 luma, 0.299 R + 0.587 G + 0.114 B; of YCbCr of BT.601 it is Y itself. Grey and RGB of limited range
are stretched to full range, 16 … 235 to 0 … 255 at 8 bits, wherever the model is not kept.

**CMYK** becomes RGB through its profile; without one by R = (1 − C)(1 − K), G and B alike, which is a convention and
no measurement. A CMYK image that keeps its model keeps its profile too.

**Profiles** are converted by Little CMS, without its table shortcuts, relative colorimetric with black point
compensation or perceptual. Grey becomes grey on sRGB's curve. An image without a profile is sRGB already. A kept
profile that would not fit a new colour model is refused.

**Alpha** over a ground: (a·colour + (peak − a)·ground)/peak, as browsers do; under a grey image the ground is its
luma.

**Orientation**: subsampled chroma can't be turned as it is; such an image is refused unless it becomes RGB, grey or
4:4:4.
)";

graph::Manifest convertManifest() {
    graph::Manifest manifest;
    manifest.id = "image.convert";
    manifest.version = 2;
    manifest.title = "Convert";
    manifest.family = "image";
    manifest.summary = "Colour model, depth, alpha, profile and orientation";
    manifest.manual = convertManual;
    manifest.kind = graph::NodeKind::Transform;
    manifest.papers = {
        {"Rec. ITU-R BT.601-7", "https://www.itu.int/rec/R-REC-BT.601"},
        {"Rec. ITU-R BT.709-6", "https://www.itu.int/rec/R-REC-BT.709"},
        {"ICC.1:2022, Image technology colour management", "https://www.color.org/icc1v44.pdf"}};
    manifest.synonyms = {
        "colour space",      "color", "greyscale", "grayscale", "bit depth", "YUV",    "ICC",   "rotate",
        "flatten",           "EXIF",  "CMYK",      "sRGB",      "BT.709",    "BT.601", "4:2:0", "4:2:2",
        "chroma subsampling"};
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
