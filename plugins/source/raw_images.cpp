// Raw YUV pictures, one asset each. A source of its own, and not parameters of source.images: what a raw file does not
// say enters the key, and would change those of all other pictures.

#include "core/error.h"
#include "core/media/assets/raw_file.h"
#include "plugins/source/nodes.h"

#include <memory>

namespace ratescope::media::source {
namespace {

RawPicture pictureOf(const Parameters& parameters) {
    RawPicture picture;
    picture.width = parameters.integer("width");
    picture.height = parameters.integer("height");
    const std::optional<PlanarFormat> format = rawFormat(parameters.text("pixel-format"));
    if (!format) throw Error(ErrorKind::Internal, "A choice of pixel-format is no raw format.", "");
    picture.format = *format;
    picture.matrix = parameters.text("matrix") == "BT.709" ? Matrix::Bt709 : Matrix::Bt601;
    picture.range = parameters.text("range") == "full" ? Range::Full : Range::Limited;
    picture.siting = parameters.text("siting") == "left" ? Siting::Left : Siting::Centre;
    return picture;
}

class RawImages : public SourceNode {
  public:
    Outputs load(Context& context, const Parameters& parameters, const std::filesystem::path& file,
                 std::int64_t) const override {
        context.check();
        return {{"image", std::make_shared<const Image>(readRaw(file, pictureOf(parameters)))}};
    }
};

graph::Parameter extent(const char* id, const char* label, std::int64_t defaultValue) {
    return {.id = id,
            .label = label,
            .help = "Of each picture.",
            .type = graph::ParameterType::Int,
            .unit = "px",
            .defaultValue = defaultValue,
            .minimum = 1,
            .maximum = 1 << 28};
}

graph::Parameter choice(const char* id, const char* label, std::vector<std::string> choices,
                        const char* help) {
    return {.id = id,
            .label = label,
            .help = help,
            .type = graph::ParameterType::Choice,
            .defaultValue = choices.front(),
            .choices = choices};
}

std::vector<graph::Parameter> rawParameters() {
    graph::Parameter matrix =
        choice("matrix", "Matrix", {"BT.709", "BT.601"},
               "BT.709: high definition. BT.601: standard definition. Grey pictures have none.");
    std::vector<graph::ParameterValue> withChroma, subsampled;
    for (const std::string& name : rawFormats()) {
        if (rawFormat(name)->model == ColourModel::Grey) continue;
        withChroma.emplace_back(name);
        if (rawFormat(name)->subsampling != Subsampling::C444) subsampled.emplace_back(name);
    }
    matrix.visibleIf = graph::VisibleIf{"pixel-format", withChroma};
    graph::Parameter siting =
        choice("siting", "Place of chroma", {"left", "centre"},
               "Across, a chroma sample lies on the left one of its two luma samples, as in "
               "H.26x, or between them, as in JPEG.");
    siting.visibleIf = graph::VisibleIf{"pixel-format", subsampled};
    return {{.id = "files",
             .label = "Files",
             .help = "Patterns or folders, separated by semicolons.",
             .type = graph::ParameterType::File,
             .defaultValue = std::string("*.yuv"),
             .entersKey = false},
            extent("width", "Width", 352),
            extent("height", "Height", 288),
            choice("pixel-format", "Pixel format", rawFormats(),
                   "ffmpeg's names: planes Y, Cb, Cr; above 8 bits two bytes a sample, little-endian."),
            matrix,
            choice("range", "Range", {"limited", "full"},
                   "Limited: luma 16 … 235, chroma 16 … 240 at 8 bits. Full: 0 … 2^n − 1."),
            siting};
}

constexpr const char* rawManual =
    R"(Reads raw YUV files, which hold the planes Y, Cb, Cr one after the other and
nothing else: size, pixel format, matrix, range and place of chroma are those that the parameters say. Each file is
one picture and one asset, named after it; files of another size need a node of their own.

`files` takes several patterns, separated by `;` or line feeds; a folder stands for the `.yuv` files in it. Paths are
relative to the document, or begin with a named root.

A file whose length is not that of one picture is refused, so that a wrong width is not taken for a skewed picture. So
are several pictures in a file: video comes in a later version. Samples come as they are stored, subsampled chroma
too; most codecs and measures want RGB or 4:4:4, which `image.convert` makes.

**Y4M** files say what they are: `source.images` reads them.
)";

graph::Manifest rawManifest() {
    graph::Manifest manifest;
    manifest.id = "source.raw-images";
    manifest.title = "Raw pictures";
    manifest.family = "source";
    manifest.summary = "Pictures from raw YUV files";
    manifest.manual = rawManual;
    manifest.kind = graph::NodeKind::Source;
    manifest.synonyms = {"YUV", "raw", "planar", "yuv420p", "I420", "open", "load"};
    manifest.outputs = {
        {.id = "image", .label = "Image", .type = graph::PortType::Image, .help = "One picture."}};
    manifest.parameters = rawParameters();
    manifest.assets = {.by = graph::AssetRule::By::Files, .parameter = "files", .extensions = {"yuv"}};
    return manifest;
}

}  // namespace

NodeEntry rawImagesNode() {
    return {rawManifest(), [] { return std::make_unique<RawImages>(); }};
}

}  // namespace ratescope::media::source
