// Picture files, one asset each.

#include "core/media/assets/image_file.h"
#include "plugins/source/nodes.h"

#include <memory>

namespace ratescope::media::source {
namespace {

class Images : public SourceNode {
  public:
    Outputs load(Context& context, const Parameters&, const std::filesystem::path& file,
                 std::int64_t) const override {
        context.check();
        return {{"image", std::make_shared<const Image>(readImage(file))}};
    }
};

constexpr const char* imagesManual =
    R"(Reads PNG, JPEG, PGM and PPM files, told apart by their content. Each file is
one asset, named after it.

`files` takes several patterns, separated by `;` or line feeds. `*`, `?` and `[a-z]` match within a name, `**` any
number of folders; a folder stands for the pictures in it. Paths are relative to the document, or begin with a named
root: `${RATESCOPE_DATA}/images/kodak/*.png`.

Samples come as they are stored: 8 or 16 bits, grey, RGB or CMYK, alpha, ICC profile and EXIF orientation are kept
as fields. Nothing is converted; that is what `image.convert` is for.
)";

graph::Manifest imagesManifest() {
    graph::Manifest manifest;
    manifest.id = "source.images";
    manifest.title = "Images";
    manifest.family = "source";
    manifest.summary = "Photographs and pictures from files";
    manifest.manual = imagesManual;
    manifest.kind = graph::NodeKind::Source;
    manifest.synonyms = {"photographs", "pictures", "open", "load", "PNG", "JPEG", "PPM", "PGM"};
    manifest.outputs = {
        {.id = "image", .label = "Image", .type = graph::PortType::Image, .help = "One picture."}};
    manifest.parameters = {{.id = "files",
                            .label = "Files",
                            .help = "Patterns or folders, separated by semicolons.",
                            .type = graph::ParameterType::File,
                            .defaultValue = std::string("${RATESCOPE_SAMPLES}"),
                            .entersKey = false}};
    manifest.assets = {.by = graph::AssetRule::By::Files,
                       .parameter = "files",
                       .extensions = {"png", "jpg", "jpeg", "ppm", "pgm", "pnm"}};
    return manifest;
}

}  // namespace

NodeEntry imagesNode() {
    return {imagesManifest(), [] { return std::make_unique<Images>(); }, imageLibraries()};
}

}  // namespace ratescope::media::source
