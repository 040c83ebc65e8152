// Perplexity of a text under a compressed language model, and how far its predictions have moved from the original's.

#include "core/engine/device/compute_scope.h"
#include "core/engine/device/device.h"
#include "core/engine/llm/divergence.h"
#include "core/engine/llm/llama.h"
#include "core/engine/llm/tokenizer.h"
#include "core/error.h"
#include "core/media/assets/text_file.h"
#include "core/media/node/model_tensors.h"
#include "core/media/quality/searched.h"
#include "plugins/language/nodes.h"
#include "plugins/language/texts.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <numeric>

namespace ratescope::media::language {
namespace {

using engine::DivergenceRows;
using engine::WindowProtocol;

constexpr std::int64_t contexts[] = {128, 256, 512, 1024, 2048, 4096};

Value corpusOf(std::string text) {
    const auto owner = std::make_shared<const std::string>(std::move(text));
    return std::make_shared<const TextCorpus>(
        decodeText(std::as_bytes(std::span(*owner)), owner, "the text"));
}

/// What stands behind a score: the text's ids under the protocol of the parameters.
struct Reading {
    WindowProtocol protocol;
    std::vector<std::int32_t> ids;
    std::int64_t windows = 0;
    double scoredBytes = 0;  ///< of the text of all predicted tokens
};

Reading readingOf(const LanguageModel& model, std::string_view text, const Parameters& parameters) {
    const engine::Tokenizer tokenizer = tokenizerOf(model);
    Reading reading;
    const std::int64_t context = std::stoll(parameters.text("context"));
    reading.protocol =
        parameters.text("protocol") == "half" ? engine::halfWindows(context) : engine::wholeWindows(context);
    if (parameters.flag("beginning")) {
        if (!model.tokenizer.beginning)
            throw Error(ErrorKind::Usage, "This model's tokenizer has no beginning of sequence.",
                        "Set beginning to false.");
        reading.protocol.beginning = model.tokenizer.beginning;
    }
    reading.ids = tokenizer.encode(text);
    const std::int64_t most = parameters.integer("chunks");
    reading.windows = engine::windowCount(reading.ids.size(), reading.protocol,
                                          most > 0 ? std::optional(most) : std::nullopt);
    reading.scoredBytes = static_cast<double>(
        tokenizer.decode(engine::scoredTokens(reading.ids, reading.protocol, reading.windows)).size());
    return reading;
}

double sumOf(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0);
}

/// One row a window: what the bootstrap draws, and what a plot over the text shows.
Table windowTable(const Reading& reading, std::span<const double> logLikelihoods,
                  const DivergenceRows* moved) {
    const auto scored = static_cast<std::size_t>(reading.protocol.scored());
    std::vector<std::int64_t> windows, tokens;
    std::vector<double> losses, divergences;
    for (std::size_t begin = 0; begin < logLikelihoods.size(); begin += scored) {
        windows.push_back(static_cast<std::int64_t>(begin / scored));
        tokens.push_back(reading.protocol.scored());
        losses.push_back(-sumOf(logLikelihoods.subspan(begin, scored)));
        if (moved) divergences.push_back(sumOf(std::span(moved->divergence).subspan(begin, scored)));
    }
    Table table;
    table.columns = {{"window", "", windows}, {"tokens", "", tokens}, {"loss", "nat", losses}};
    if (moved) table.columns.push_back({"divergence", "nat", divergences});
    return table;
}

void addQuantiles(const DivergenceRows& rows, Context& context) {
    const engine::Divergence all = engine::summarise(rows);
    Table table;
    table.columns = {
        {"statistic", "", std::vector<std::string>{"mean", "median", "90 %", "99 %", "99.9 %", "max"}},
        {"divergence", "nat",
         std::vector<double>{all.mean.value, all.median, all.quantile90, all.quantile99, all.quantile999,
                             all.max}}};
    context.table("divergence", std::move(table));
}

class Perplexity : public MeasureNode {
  public:
    /// Both models in single precision, and LibTorch's own address space.
    Resources resources(const Parameters&) const override { return {.memory = std::uint64_t{6} << 30}; }

    Prepared prepare(Context& context, const Inputs& references,
                     const Parameters& parameters) const override {
        context.check();
        const LanguageModel& model = references.languageModel("reference");
        const std::string text = joinedTexts(references.all("text"), "language.perplexity predicts");
        readingOf(model, text, parameters);  // refuses what can't be scored, once for all
        const WeightCounts counts = countWeights(model);
        return {{{"reference", references.one("reference")}, {"text", corpusOf(text)}},
                {{"weights", counts.weights}, {"searched-weights", counts.searched}}};
    }

    Scores score(Context& context, const Prepared& prepared, const Value& candidate,
                 const Parameters& parameters) const override {
        context.check();
        const auto model = asLanguageModel(candidate);
        if (!model)
            throw Error(ErrorKind::Input, "language.perplexity measures language models.",
                        "Connect a language model, or what a codec made of one.");
        const auto& text = *std::get<std::shared_ptr<const TextCorpus>>(prepared.values.at("text"));
        const engine::ComputeScope compute(context.threads());
        const Reading reading = readingOf(*model, text.text(), parameters);
        const engine::Llama decoder(*model);
        const auto done = [&](std::int64_t windows) {
            context.progress(static_cast<double>(windows) / static_cast<double>(reading.windows));
        };
        return parameters.flag("divergence")
                   ? compared(context, *asLanguageModel(prepared.values.at("reference")), decoder, reading,
                              done)
                   : scored(decoder, reading, done);
    }

  private:
    static Scores basic(const Reading& reading, std::span<const double> logLikelihoods) {
        const double loss = -sumOf(logLikelihoods);
        Scores scores;
        scores.scores.push_back({reading.protocol.metric, loss, static_cast<double>(logLikelihoods.size())});
        scores.scores.push_back({"bits-per-byte", loss / std::numbers::ln2, reading.scoredBytes});
        return scores;
    }

    template <typename Done>
    static Scores scored(const engine::Llama& decoder, const Reading& reading, const Done& done) {
        const engine::TextScore score =
            engine::scoreText(decoder, reading.ids, reading.protocol, reading.windows,
                              [&](const engine::TextScore& soFar, std::int64_t) { done(soFar.windows()); });
        Scores scores = basic(reading, score.logLikelihoods);
        scores.samples = windowTable(reading, score.logLikelihoods, nullptr);
        return scores;
    }

    template <typename Done>
    static Scores compared(Context& context, const LanguageModel& reference, const engine::Llama& decoder,
                           const Reading& reading, const Done& done) {
        const engine::Llama original(reference);
        const DivergenceRows rows = engine::compareOnText(
            original, decoder, reading.ids, reading.protocol, reading.windows,
            [&](const DivergenceRows& soFar, std::int64_t) {
                done(static_cast<std::int64_t>(soFar.divergence.size()) / reading.protocol.scored());
            });
        Scores scores = basic(reading, rows.candidateLogLikelihood);
        const auto count = static_cast<double>(rows.divergence.size());
        double squares = 0;
        for (std::size_t i = 0; i < rows.divergence.size(); ++i) {
            const double change =
                std::exp(rows.candidateLogLikelihood[i]) - std::exp(rows.referenceLogLikelihood[i]);
            squares += change * change;
        }
        scores.scores.push_back({"kld-mean", sumOf(rows.divergence), count});
        scores.scores.push_back(
            {"same-top-1", static_cast<double>(std::ranges::count(rows.sameTop, true)), count});
        scores.scores.push_back({"dp-rms", squares, count});
        scores.samples = windowTable(reading, rows.candidateLogLikelihood, &rows);
        addQuantiles(rows, context);
        return scores;
    }
};

constexpr const char* perplexityManual =
    R"(How well a language model predicts a text after compression: the exponential of the mean
loss (−ln p, in nats) of the predicted tokens. Tensors compute in single precision.

**Protocols** never stand on one plot; the metric's name says which one it is:

- `half` → `ppl-half-L`, as llama.cpp's `llama-perplexity`: windows of L tokens side by side, of which the tokens of the
  second half are predicted (255 of 512);
- `window` → `ppl-window-L`: all but the first token of each window are predicted, as papers do.

The text is tokenised once, special pieces in it as plain text; what is left behind the last window is not used. With
`beginning` each window's first token is the model's beginning of sequence. `chunks` takes the first windows only; 0
takes all. Text that calibrates a codec must not be measured on.

`bits-per-byte` is the same loss for each byte of the predicted text: it compares over tokenizers.

With `divergence` the original runs beside it, window by window, which doubles the time: `kld-mean` is the mean
Kullback-Leibler divergence from the original's predictions (nats a token), `same-top-1` the share of tokens where both
find the same one most probable, `dp-rms` the root mean square change of the right token's probability. Median,
quantiles and the largest divergence stand in the table `divergence`.

**Denominators**: `weights`, all weights of the original; `searched-weights`, those of the tensors that its source
selects for compression. Samples: loss and divergence of each window.
)";

std::vector<graph::Metric> metrics() {
    std::vector<graph::Metric> all;
    for (const std::int64_t context : contexts) {
        const std::string length = std::to_string(context);
        all.push_back(
            {.id = "ppl-half-" + length,
             .title = "Perplexity (second half of " + length + ")",
             .better = graph::Better::Lower,
             .finish = graph::Finish::ExpRatio,
             .pool = graph::Pool::SumThenFinish,
             .drawUnit = "window",
             .help = "exp(Σ loss / tokens) over the second halves of windows of " + length + " tokens."});
        all.push_back({.id = "ppl-window-" + length,
                       .title = "Perplexity (windows of " + length + ")",
                       .better = graph::Better::Lower,
                       .finish = graph::Finish::ExpRatio,
                       .pool = graph::Pool::SumThenFinish,
                       .drawUnit = "window",
                       .help = "exp(Σ loss / tokens) over all but the first token of windows of " + length +
                               " tokens."});
    }
    all.push_back({.id = "bits-per-byte",
                   .title = "Bits per byte of text",
                   .unit = "bit",
                   .better = graph::Better::Lower,
                   .finish = graph::Finish::Ratio,
                   .pool = graph::Pool::SumThenFinish,
                   .drawUnit = "window",
                   .help = "Σ loss / ln 2 / bytes of the predicted tokens."});
    all.push_back({.id = "kld-mean",
                   .title = "Divergence from the original",
                   .unit = "nat",
                   .better = graph::Better::Lower,
                   .finish = graph::Finish::Ratio,
                   .pool = graph::Pool::SumThenFinish,
                   .drawUnit = "window",
                   .help = "Mean Kullback-Leibler divergence of the next token's distribution."});
    all.push_back({.id = "same-top-1",
                   .title = "Same most probable token",
                   .better = graph::Better::Higher,
                   .finish = graph::Finish::Ratio,
                   .pool = graph::Pool::SumThenFinish,
                   .drawUnit = "window",
                   .help = "Share of the tokens where original and candidate agree."});
    all.push_back({.id = "dp-rms",
                   .title = "Change of probability (RMS)",
                   .better = graph::Better::Lower,
                   .finish = graph::Finish::SqrtRatio,
                   .pool = graph::Pool::SumThenFinish,
                   .drawUnit = "window",
                   .help = "√(mean of (q − p)²) of the right token's probability."});
    return all;
}

std::vector<graph::Parameter> parameters() {
    std::vector<std::string> lengths;
    for (const std::int64_t context : contexts)
        lengths.push_back(std::to_string(context));
    return {{.id = "protocol",
             .label = "Protocol",
             .help = "Which tokens of a window are predicted.",
             .type = graph::ParameterType::Choice,
             .defaultValue = std::string("half"),
             .choices = {"half", "window"}},
            {.id = "context",
             .label = "Context",
             .help = "Tokens of a window.",
             .type = graph::ParameterType::Choice,
             .defaultValue = std::string("512"),
             .choices = lengths},
            {.id = "chunks",
             .label = "Windows",
             .help = "So many windows from the start of the text; 0 takes all.",
             .type = graph::ParameterType::Int,
             .defaultValue = std::int64_t{0},
             .minimum = 0,
             .maximum = 1e6},
            {.id = "beginning",
             .label = "Beginning of sequence",
             .help = "Whether each window begins with that token.",
             .type = graph::ParameterType::Bool,
             .defaultValue = false},
            {.id = "divergence",
             .label = "Divergence",
             .help = "Also how far predictions moved from the original's: doubles the time.",
             .type = graph::ParameterType::Bool,
             .defaultValue = false}};
}

graph::Manifest perplexityManifest() {
    graph::Manifest manifest;
    manifest.id = "language.perplexity";
    manifest.title = "Perplexity";
    manifest.family = "language";
    manifest.summary = "Perplexity and divergence of language models";
    manifest.manual = perplexityManual;
    manifest.kind = graph::NodeKind::Measure;
    manifest.papers = {
        {"llama.cpp, perplexity", "https://github.com/ggml-org/llama.cpp/tree/master/tools/perplexity"}};
    manifest.synonyms = {"PPL",           "LLM",  "KL divergence", "KLD",
                         "bits per byte", "loss", "cross-entropy", "WikiText"};
    manifest.inputs = {{.id = "reference",
                        .label = "Original",
                        .type = graph::PortType::LanguageModel,
                        .role = graph::PortRole::Reference,
                        .help = "The model before compression."},
                       {.id = "text",
                        .label = "Text",
                        .type = graph::PortType::TextCorpus,
                        .fanOut = graph::FanOut::All,
                        .help = "What is predicted; several texts are one, a blank line between them."},
                       {.id = "candidate",
                        .label = "Compressed",
                        .type = graph::PortType::LanguageModel,
                        .role = graph::PortRole::Candidate,
                        .help = "The model that came back from the codec."}};
    manifest.parameters = parameters();
    manifest.metrics = metrics();
    manifest.tolerance = 1e-4;
    return manifest;
}

}  // namespace

NodeEntry perplexityNode() {
    return {perplexityManifest(),
            [] { return std::make_unique<Perplexity>(); },
            {{"LibTorch", engine::libTorchVersion()}}};
}

}  // namespace ratescope::media::language
