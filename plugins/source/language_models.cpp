// Language models, one asset a file.

#include "core/error.h"
#include "core/media/assets/language_model_file.h"
#include "core/media/quality/searched.h"
#include "core/utf8.h"
#include "plugins/source/nodes.h"

#include <memory>

namespace ratescope::media::source {
namespace {

class LanguageModels : public SourceNode {
  public:
    /// Mapped files count as address space, which is what a worker's limit is on.
    Resources resources(const Parameters&) const override { return {.memory = std::uint64_t{4} << 30}; }
    Outputs load(Context& context, const Parameters& parameters, const std::filesystem::path& file,
                 std::int64_t) const override {
        context.check();
        auto model = std::make_shared<LanguageModel>(readLanguageModel(file));
        model->searched = parameters.text("searched");
        if (countWeights(*model).searched == 0)
            throw Error(
                ErrorKind::Usage,
                "No matrix of this model has a name that " + quote(model->searched) + " takes.",
                "Set searched to patterns of tensor names, such as " + quote(LanguageModel().searched) + ".");
        return {{"model", std::shared_ptr<const LanguageModel>(std::move(model))}};
    }
};

constexpr const char* manual =
    R"(Reads language models with their tokenizers, told apart by content:

- **GGUF** (`.gguf`, versions 2 and 3): architectures llama and qwen2; tensors F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1,
  Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, which stay in their blocks;
- **Hugging Face folders**, named by their `config.json`: llama, mistral, qwen2 and bert, weights in
  `model.safetensors` or in several files with an index, `tokenizer.json` or `tokenizer.model` beside it;
- **llama2.c** (`.bin`), with `tokN.bin` (N pieces) or `tokenizer.bin` beside it.

Files are mapped, not copied. Each is one asset, named after it; other files that it needs enter the key too.
`files` takes several patterns, separated by `;` or line feeds; a folder stands for the `.gguf` and `.bin` files in it,
so a Hugging Face folder is named as `FOLDER/config.json`. Models that `scripts/setup --models` fetches lie in
`~/.cache/ratescope/models`.

**Which weights are to be compressed** `searched` says for all codecs and measures behind this source: patterns of names,
separated by `;`, `*` for any characters; a pattern after `!` takes out again what those before it took. Only matrices
are taken. By default they are the linear layers of the blocks, without embeddings and head. All else is kept in 16 bits.

**Weights of 4 bits in groups of 32** (Q4_0, Q4_1) come back unchanged from a codec that uses the same grid: the
uncompressed model is then no reference for it. Compare at other widths and groups, or with a model of full precision.

A model with NaN or infinities, with tensors of other names or shapes than its configuration gives, or of another
architecture is refused.

`table` joins a table to the files by their names: its columns stand beside the items, and `bd --by COLUMN` compares
by group.
)";

graph::Manifest manifestOfModels() {
    graph::Manifest manifest;
    manifest.id = "source.language-model";
    manifest.version = 2;
    manifest.title = "Language model";
    manifest.family = "source";
    manifest.summary = "Language models from GGUF, Hugging Face and llama2.c files";
    manifest.manual = manual;
    manifest.kind = graph::NodeKind::Source;
    manifest.papers = {{"GGUF, the format", "https://github.com/ggml-org/ggml/blob/master/docs/gguf.md"}};
    manifest.synonyms = {"LLM",   "transformer", "weights", "GGUF", "Hugging Face", "llama",
                         "model", "checkpoint",  "BERT",    "open", "load"};
    manifest.outputs = {{.id = "model",
                         .label = "Model",
                         .type = graph::PortType::LanguageModel,
                         .help = "Configuration, tokenizer and tensors."}};
    manifest.parameters = {{.id = "files",
                            .label = "Files",
                            .help = "Patterns or folders, separated by semicolons.",
                            .type = graph::ParameterType::File,
                            .defaultValue = std::string("*.gguf"),
                            .entersKey = false},
                           {.id = "searched",
                            .label = "To be compressed",
                            .help = "Patterns of the names of matrices that codecs compress and rates count.",
                            .type = graph::ParameterType::Text,
                            .defaultValue = LanguageModel().searched}};
    manifest.assets = {
        .by = graph::AssetRule::By::Files, .parameter = "files", .extensions = {"gguf", "bin"}};
    manifest.assets.companions = {
        {"json", {"tokenizer.json", "tokenizer.model", "*.safetensors.index.json", "*.safetensors"}},
        {"bin", {"tok*.bin"}}};
    graph::joinTables(manifest);
    return manifest;
}

}  // namespace

NodeEntry languageModelNode() {
    return {manifestOfModels(), [] { return std::make_unique<LanguageModels>(); }};
}

}  // namespace ratescope::media::source
