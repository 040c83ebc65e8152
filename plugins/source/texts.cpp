// Text files, one corpus each.

#include "core/media/assets/text_file.h"
#include "plugins/source/nodes.h"

#include <memory>

namespace ratescope::media::source {
namespace {

class Texts : public SourceNode {
  public:
    Outputs load(Context& context, const Parameters&, const std::filesystem::path& file,
                 std::int64_t) const override {
        context.check();
        return {{"text", std::make_shared<const TextCorpus>(readText(file))}};
    }
};

constexpr const char* manual =
    R"(Reads text files for calibration and for measuring language models. Each file is one corpus and
one asset, named after it; its bytes stay as they are, line ends and a byte order mark too. Text that is not UTF-8 is
refused, naming the first byte that is not.

`files` takes several patterns, separated by `;` or line feeds; a folder stands for the `.txt` and `.raw` files in it.
Paths are relative to the document, or begin with a named root: `${RATESCOPE_DATA}/text/wikitext-2/wiki.test.raw`.

`table` joins a table to the files by their names: its columns stand beside the items, and `bd --by COLUMN` compares
by group.
)";

graph::Manifest manifestOfTexts() {
    graph::Manifest manifest;
    manifest.id = "source.text";
    manifest.title = "Text";
    manifest.family = "source";
    manifest.summary = "Text from files";
    manifest.manual = manual;
    manifest.kind = graph::NodeKind::Source;
    manifest.synonyms = {"corpus", "WikiText", "calibration", "document", "open", "load"};
    manifest.outputs = {{.id = "text",
                         .label = "Text",
                         .type = graph::PortType::TextCorpus,
                         .help = "The text of one file."}};
    manifest.parameters = {{.id = "files",
                            .label = "Files",
                            .help = "Patterns or folders, separated by semicolons.",
                            .type = graph::ParameterType::File,
                            .defaultValue = std::string("*.txt"),
                            .entersKey = false}};
    manifest.assets = {.by = graph::AssetRule::By::Files, .parameter = "files", .extensions = {"txt", "raw"}};
    graph::joinTables(manifest);
    return manifest;
}

}  // namespace

NodeEntry textNode() {
    return {manifestOfTexts(), [] { return std::make_unique<Texts>(); }};
}

}  // namespace ratescope::media::source
