// A text as the ids of a model's tokens.

#include "core/engine/llm/texts.h"
#include "core/engine/llm/tokenizer.h"
#include "core/error.h"
#include "plugins/language/nodes.h"

#include <memory>

namespace ratescope::media::language {
namespace {

class Tokenize : public TransformNode {
  public:
    /// Mapped models count as address space.
    Resources resources(const Parameters&) const override { return {.memory = std::uint64_t{4} << 30}; }

    Outputs run(Context& context, const Inputs& inputs, const Parameters& parameters) const override {
        context.check();
        const engine::Tokenizer tokenizer = engine::tokenizerOf(inputs.languageModel("model"));
        const std::string text = engine::joinedTexts(inputs.all("text"), "language.tokenize takes");
        if (text.empty())
            throw Error(ErrorKind::Input, "There is no text to tokenize.",
                        "Connect a text that is not empty.");
        const std::vector<std::int32_t> ids = tokenizer.encode(
            text, {.special = parameters.flag("special"), .beginning = parameters.flag("beginning")});
        context.progress(1);
        Table table;
        table.columns = {{"id", "", std::vector<std::int64_t>(ids.begin(), ids.end())}};
        return {{"tokens", std::make_shared<const Table>(std::move(table))}};
    }
};

constexpr const char* manual =
    R"(Gives the ids of a text's tokens, one a row, as the model's own tokenizer makes them: byte-level
BPE, SentencePiece or WordPiece, id for id those of llama.cpp and of Hugging Face.

Special tokens that stand in the text, such as `<|endoftext|>`, are plain text unless `special` is set. With `beginning`
the first id is the model's beginning of sequence.
)";

graph::Manifest tokenizeManifest() {
    graph::Manifest manifest;
    manifest.id = "language.tokenize";
    manifest.title = "Tokenize";
    manifest.family = "language";
    manifest.summary = "Ids of a text's tokens, by a model's tokenizer";
    manifest.manual = manual;
    manifest.kind = graph::NodeKind::Transform;
    manifest.synonyms = {"tokens", "tokenizer", "BPE", "SentencePiece", "vocabulary", "ids"};
    manifest.inputs = {{.id = "model",
                        .label = "Model",
                        .type = graph::PortType::LanguageModel,
                        .help = "Its tokenizer is used, its weights are not."},
                       {.id = "text",
                        .label = "Text",
                        .type = graph::PortType::TextCorpus,
                        .fanOut = graph::FanOut::All,
                        .help = "Several texts are one, a blank line between them."}};
    manifest.outputs = {{.id = "tokens",
                         .label = "Tokens",
                         .type = graph::PortType::Table,
                         .help = "The column id, one row a token."}};
    manifest.parameters = {{.id = "special",
                            .label = "Special tokens",
                            .help = "Whether special tokens that stand in the text become their ids.",
                            .type = graph::ParameterType::Bool,
                            .defaultValue = false},
                           {.id = "beginning",
                            .label = "Beginning of sequence",
                            .help = "Whether the first id is the model's beginning of sequence.",
                            .type = graph::ParameterType::Bool,
                            .defaultValue = false}};
    return manifest;
}

}  // namespace

NodeEntry tokenizeNode() {
    return {tokenizeManifest(), [] { return std::make_unique<Tokenize>(); }};
}

}  // namespace ratescope::media::language
