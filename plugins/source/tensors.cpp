// Tensor files, one asset each.

#include "core/media/assets/tensor_file.h"
#include "plugins/source/nodes.h"

#include <memory>

namespace ratescope::media::source {
namespace {

class Tensors : public SourceNode {
  public:
    Outputs load(Context& context, const Parameters&, const std::filesystem::path& file,
                 std::int64_t) const override {
        context.check();
        return {{"tensors", std::make_shared<const TensorSet>(readTensors(file))}};
    }
};

constexpr const char* tensorsManual =
    R"(Reads weights of a network, one asset a file, named after it: safetensors
files; several of them by their index (`model.safetensors.index.json`), as one set; and what PyTorch's `torch.save`
wrote (`.pth`, `.th`, `.pt`, `.ckpt`). Files are mapped, not copied, and headers are checked before anything is read:
sizes, offsets, names and types.

PyTorch's pickles are read as data: tensors in dictionaries and lists, whose keys are joined by dots
(`state_dict.conv1.weight`). A pickle that asks for anything else is refused, naming it; nothing is executed.

`files` takes several patterns, separated by `;` or line feeds; a folder stands for the tensor files in it.
Paths are relative to the document, or begin with a named root: `${RATESCOPE_DATA}/models/**/*.safetensors`.

Tensors come in the order of the file with the types they have. NaN and infinities are data like any other here;
a codec that can't hold them refuses them.

`table` joins a table to the files by their names: its columns stand beside the items, and `bd --by COLUMN` compares
by group.
)";

graph::Manifest tensorsManifest() {
    graph::Manifest manifest;
    manifest.id = "source.tensors";
    manifest.title = "Tensors";
    manifest.family = "source";
    manifest.summary = "Weights from safetensors and PyTorch files";
    manifest.manual = tensorsManual;
    manifest.kind = graph::NodeKind::Source;
    manifest.papers = {{"safetensors, the format", "https://github.com/huggingface/safetensors"}};
    manifest.synonyms = {"weights", "model",      "network", "safetensors", "PyTorch",
                         "pth",     "checkpoint", "open",    "load"};
    manifest.outputs = {{.id = "tensors",
                         .label = "Tensors",
                         .type = graph::PortType::TensorSet,
                         .help = "The tensors of one file."}};
    manifest.parameters = {{.id = "files",
                            .label = "Files",
                            .help = "Patterns or folders, separated by semicolons.",
                            .type = graph::ParameterType::File,
                            .defaultValue = std::string("*.safetensors"),
                            .entersKey = false}};
    manifest.assets = {.by = graph::AssetRule::By::Files,
                       .parameter = "files",
                       .extensions = {"safetensors", "pth", "th", "pt", "ckpt"}};
    manifest.assets.companions = {{"json", {"*.safetensors"}}};
    graph::joinTables(manifest);
    return manifest;
}

}  // namespace

NodeEntry tensorsNode() {
    return {tensorsManifest(), [] { return std::make_unique<Tensors>(); }};
}

}  // namespace ratescope::media::source
