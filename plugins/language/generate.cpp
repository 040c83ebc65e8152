// A text that a language model goes on with.

#include "core/engine/device/compute_scope.h"
#include "core/engine/device/device.h"
#include "core/engine/llm/llama.h"
#include "core/engine/llm/packed/decoder.h"
#include "core/engine/llm/texts.h"
#include "core/engine/llm/tokenizer.h"
#include "core/error.h"
#include "core/media/assets/text_file.h"
#include "core/utf8.h"
#include "plugins/language/measured_model.h"
#include "plugins/language/nodes.h"
#include "plugins/language/prompt.h"

#include <algorithm>
#include <memory>
#include <optional>

namespace ratescope::media::language {
namespace {

using Ids = std::vector<std::int32_t>;

std::optional<engine::PackedFormat> formatOf(const std::string& weights) {
    if (weights == "packed-4") return engine::PackedFormat::AsymmetricFour;
    if (weights == "packed-8") return engine::PackedFormat::SymmetricEight;
    return std::nullopt;
}

Ids promptIds(const LanguageModel& model, const engine::Tokenizer& tokenizer, const std::string& prompt) {
    if (!isUtf8(prompt))
        throw Error(ErrorKind::Usage, "The prompt is no text in UTF-8.", "Write it in UTF-8.");
    Ids ids = tokenizer.encode(prompt, {.beginning = model.tokenizer.addsBeginning});
    if (ids.empty())
        throw Error(ErrorKind::Usage, "The prompt has no tokens for the model to go on from.",
                    "Give it some text.");
    return ids;
}

/// As continuationOf, over packed weights.
Ids packedContinuation(Context& context, const LanguageModel& model, engine::PackedFormat format,
                       std::span<const std::int32_t> prompt, std::int64_t tokens,
                       const std::function<void(std::int64_t)>& made) {
    engine::Decoder decoder(
        engine::packedWeights(model, format),
        {.positions = static_cast<std::int64_t>(prompt.size()) + tokens, .threads = context.threads()});
    std::span<const float> logits;
    for (; !prompt.empty(); prompt = prompt.subspan(std::min(prompt.size(), decoder.tokensAtOnce))) {
        context.check();
        logits = decoder.decode(prompt.first(std::min(prompt.size(), decoder.tokensAtOnce)));
    }
    Ids ids;
    while (static_cast<std::int64_t>(ids.size()) < tokens) {
        const std::int32_t token = engine::likeliest(logits);
        if (token == model.tokenizer.end) break;
        ids.push_back(token);
        made(static_cast<std::int64_t>(ids.size()));
        if (static_cast<std::int64_t>(ids.size()) < tokens) logits = decoder.decode({&ids.back(), 1});
    }
    return ids;
}

class Generate : public TransformNode {
  public:
    Resources resources(const Parameters&) const override { return modelResources(); }

    Outputs run(Context& context, const Inputs& inputs, const Parameters& parameters) const override {
        context.check();
        const LanguageModel& model = inputs.languageModel("model");
        const engine::ComputeScope compute(context.threads());
        const engine::Tokenizer tokenizer = engine::tokenizerOf(model);
        const std::string& prompt = parameters.text("prompt");
        const Ids ids = promptIds(model, tokenizer, prompt);
        const std::int64_t tokens = parameters.integer("tokens");
        const auto made = [&](std::int64_t count) {
            context.progress(static_cast<double>(count) / static_cast<double>(tokens));
        };
        const auto format = formatOf(parameters.text("weights"));
        const Ids more =
            format ? packedContinuation(context, model, *format, ids, tokens, made)
                   : continuationOf(context, engine::Llama(model), ids, tokens, model.tokenizer.end, made);
        // A last character may have been cut in two.
        return {{"text", engine::corpusOf(repairedUtf8(prompt + tokenizer.decode(more)))}};
    }
};

constexpr const char* manual =
    R"(Lets a model go on with a text: each time with the token that it finds most probable. It ends
after `tokens` tokens, or where the model ends the text by itself. The result begins with the prompt.

The prompt is read as plain text; the model's beginning of sequence comes before it where its tokenizer says so.

`weights` says in what the model computes: `float`, single precision; `packed-4` and `packed-8`, embedding and linear
layers packed in groups of 32 with 4 bits (scale and minimum) or 8 bits (scale) a weight, and activations in 8 bits: the
fast way on a processor. These are other numbers, so the text may be another one.
)";

graph::Manifest generateManifest() {
    graph::Manifest manifest;
    manifest.id = "language.generate";
    manifest.title = "Generate";
    manifest.family = "language";
    manifest.summary = "A text that a language model goes on with";
    manifest.manual = manual;
    manifest.kind = graph::NodeKind::Transform;
    manifest.synonyms = {"LLM", "prompt", "completion", "decode", "greedy", "sample", "text"};
    manifest.inputs = {
        {.id = "model", .label = "Model", .type = graph::PortType::LanguageModel, .help = "A decoder."}};
    manifest.outputs = {{.id = "text",
                         .label = "Text",
                         .type = graph::PortType::TextCorpus,
                         .help = "The prompt and what follows."}};
    manifest.parameters = {{.id = "prompt",
                            .label = "Prompt",
                            .help = "What the model goes on from.",
                            .type = graph::ParameterType::Text,
                            .defaultValue = std::string("Once upon a time")},
                           {.id = "tokens",
                            .label = "Tokens",
                            .help = "So many at most come after the prompt.",
                            .type = graph::ParameterType::Int,
                            .defaultValue = std::int64_t{64},
                            .minimum = 1,
                            .maximum = 32768},
                           {.id = "weights",
                            .label = "Weights",
                            .help = "What the model computes in.",
                            .type = graph::ParameterType::Choice,
                            .defaultValue = std::string("float"),
                            .choices = {"float", "packed-8", "packed-4"}}};
    return manifest;
}

}  // namespace

NodeEntry generateNode() {
    return {generateManifest(),
            [] { return std::make_unique<Generate>(); },
            {{"LibTorch", engine::libTorchVersion()}}};
}

}  // namespace ratescope::media::language
