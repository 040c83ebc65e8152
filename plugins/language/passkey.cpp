// Whether a compressed model still finds a number that stands somewhere in a long text.

#include "core/engine/device/compute_scope.h"
#include "core/engine/device/device.h"
#include "core/engine/llm/llama.h"
#include "core/engine/llm/texts.h"
#include "core/engine/llm/tokenizer.h"
#include "core/error.h"
#include "plugins/language/measured_model.h"
#include "plugins/language/nodes.h"
#include "plugins/language/prompt.h"

#include <algorithm>
#include <memory>
#include <random>
#include <string_view>

namespace ratescope::media::language {
namespace {

constexpr std::int64_t keyDigits = 5, answerTokens = keyDigits + 3;

/// The task's words, as in Mohtashami and Jaggi 2023: filler around the key, and the question.
std::string promptOf(const std::string& key, std::int64_t fillersBefore, std::int64_t fillersAfter) {
    const auto filler = [](std::int64_t count) {
        std::string text;
        for (std::int64_t i = 0; i < count; ++i)
            text +=
                "The grass is green. The sky is blue. The sun is yellow. Here we go. There and back again. ";
        return text;
    };
    return "There is an important info hidden inside a lot of irrelevant text. Find it and memorize it. I "
           "will "
           "quiz you about the important information there.\n" +
           filler(fillersBefore) + "The pass key is " + key + ". Remember it. " + key + " is the pass key. " +
           filler(fillersAfter) + "\nWhat is the pass key? The pass key is";
}

/// As many as fit into so many tokens.
std::int64_t fillersFor(const engine::Tokenizer& tokenizer, std::int64_t length) {
    const auto tokensWith = [&](std::int64_t fillers) {
        return static_cast<std::int64_t>(tokenizer.encode(promptOf("12345", fillers, 0)).size());
    };
    const std::int64_t least = tokensWith(0);
    if (least > length)
        throw Error(ErrorKind::Usage,
                    "The passkey's text has " + std::to_string(least) + " tokens without any filler, and " +
                        std::to_string(length) + " were asked for.",
                    "Set length to more.");
    std::int64_t fillers = (length - least) / std::max<std::int64_t>(1, tokensWith(1) - least);
    while (fillers > 0 && tokensWith(fillers) > length)
        --fillers;
    return fillers;
}

struct Trial {
    std::string key;
    std::int64_t before = 0, after = 0;  ///< fillers
};

/// Keys at even steps from the text's begin to its end; one alone stands in the middle.
std::vector<Trial> trialsOf(std::int64_t count, std::int64_t fillers, std::int64_t seed) {
    std::mt19937_64 random(static_cast<std::uint64_t>(seed));
    std::vector<Trial> trials;
    for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t before = count == 1 ? fillers / 2 : i * fillers / (count - 1);
        trials.push_back({std::to_string(10000 + random() % 90000), before, fillers - before});
    }
    return trials;
}

/// Blanks before it are passed over; a further digit makes it another number.
bool answers(std::string_view said, const std::string& key) {
    said.remove_prefix(std::min(said.find_first_not_of(" \n\t"), said.size()));
    if (!said.starts_with(key)) return false;
    return said.size() == key.size() || said[key.size()] < '0' || said[key.size()] > '9';
}

class Passkey : public MeasureNode {
  public:
    Resources resources(const Parameters&) const override { return modelResources(); }

    Prepared prepare(Context& context, const Inputs& references,
                     const Parameters& parameters) const override {
        context.check();
        const LanguageModel& model = references.languageModel("reference");
        checkBeginning(model, parameters);
        fillersFor(engine::tokenizerOf(model), parameters.integer("length"));  // refuses what is too short
        return {{}, weightCounts(model)};
    }

    Scores score(Context& context, const Prepared&, const Value& candidate,
                 const Parameters& parameters) const override {
        context.check();
        const auto model = modelOf(candidate, "language.passkey");
        checkBeginning(*model, parameters);
        const engine::ComputeScope compute(context.threads());
        const engine::Tokenizer tokenizer = engine::tokenizerOf(*model);
        const engine::Llama decoder(*model);
        const std::int64_t fillers = fillersFor(tokenizer, parameters.integer("length"));
        const std::vector<Trial> trials =
            trialsOf(parameters.integer("keys"), fillers, parameters.integer("seed"));
        std::vector<std::int64_t> numbers, lengths, found;
        std::vector<double> depths;
        for (const Trial& trial : trials) {
            context.progress(static_cast<double>(numbers.size()) / static_cast<double>(trials.size()));
            const auto prompt = tokenizer.encode(promptOf(trial.key, trial.before, trial.after),
                                                 {.beginning = parameters.flag("beginning")});
            const std::string said = tokenizer.decode(
                continuationOf(context, decoder, prompt, answerTokens, model->tokenizer.end));
            numbers.push_back(static_cast<std::int64_t>(numbers.size()));
            depths.push_back(fillers == 0 ? 0.0
                                          : static_cast<double>(trial.before) / static_cast<double>(fillers));
            lengths.push_back(static_cast<std::int64_t>(prompt.size()));
            found.push_back(answers(said, trial.key) ? 1 : 0);
        }
        Scores scores;
        scores.scores = {{"passkey",
                          static_cast<double>(std::count(found.begin(), found.end(), std::int64_t{1})),
                          static_cast<double>(found.size())}};
        scores.samples.emplace();
        scores.samples->columns = {
            {"key", "", numbers}, {"depth", "", depths}, {"length", "token", lengths}, {"found", "", found}};
        return scores;
    }
};

constexpr const char* manual =
    R"(Hides a number of five digits in a text about nothing, and asks for it: the share of keys that the
compressed model gives back, as its most probable tokens after "The pass key is".

`keys` texts are made, each of as many repeated sentences as fit into `length` tokens; the keys stand at even steps from
the begin to the end (`depth` in the samples, 0 to 1). The numbers are drawn from `seed`, so that all models of a study
find the same ones. Lengths beyond the model's context may be asked for: it was not trained for them.

**Denominators**: `weights`, all weights of the original; `searched-weights`, those of the tensors that its source
selects for compression. Samples: each key.
)";

graph::Manifest passkeyManifest() {
    graph::Manifest manifest;
    manifest.id = "language.passkey";
    manifest.title = "Passkey retrieval";
    manifest.family = "language";
    manifest.summary = "Share of numbers that a model finds in long texts";
    manifest.manual = manual;
    manifest.kind = graph::NodeKind::Measure;
    manifest.papers = {{"Mohtashami and Jaggi, Landmark Attention", "https://arxiv.org/abs/2305.16300"}};
    manifest.synonyms = {"LLM", "needle in a haystack", "retrieval", "long context", "pass key"};
    manifest.inputs = {referencePort(), candidatePort()};
    manifest.parameters = {{.id = "length",
                            .label = "Length",
                            .help = "Of each text, at most.",
                            .type = graph::ParameterType::Int,
                            .unit = "tokens",
                            .defaultValue = std::int64_t{1024},
                            .minimum = 64,
                            .maximum = 131072},
                           {.id = "keys",
                            .label = "Keys",
                            .help = "So many texts, each with one key.",
                            .type = graph::ParameterType::Int,
                            .defaultValue = std::int64_t{10},
                            .minimum = 1,
                            .maximum = 10000},
                           {.id = "seed",
                            .label = "Seed",
                            .help = "Says which numbers are drawn.",
                            .type = graph::ParameterType::Int,
                            .defaultValue = std::int64_t{0},
                            .minimum = 0,
                            .maximum = 1e9},
                           beginningParameter("Whether each text begins with that token.")};
    manifest.metrics = {{.id = "passkey",
                         .title = "Passkeys found",
                         .better = graph::Better::Higher,
                         .finish = graph::Finish::Ratio,
                         .pool = graph::Pool::SumThenFinish,
                         .drawUnit = "key",
                         .help = "Share of the keys that the model gives back, digit for digit."}};
    return manifest;
}

}  // namespace

NodeEntry passkeyNode() {
    return {passkeyManifest(),
            [] { return std::make_unique<Passkey>(); },
            {{"LibTorch", engine::libTorchVersion()}}};
}

}  // namespace ratescope::media::language
