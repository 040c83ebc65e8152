#include "plugins/language/measured_model.h"
#include "plugins/language/perplexity.h"

namespace ratescope::media::language {
namespace {

constexpr const char* lengths[] = {"128", "256", "512", "1024", "2048", "4096", wholeText};

constexpr const char* perplexityManual =
    R"(How well a language model predicts a text after compression: the exponential of the mean
loss (−ln p, in nats) of the predicted tokens. Tensors compute in single precision.

**Protocols** never stand on one plot; the metric's name says which one it is:

- `half` → `ppl-half-L`, as llama.cpp's `llama-perplexity`: windows of L tokens side by side, of which the tokens of the
  second half are predicted (255 of 512);
- `window` → `ppl-window-L`: all but the first token of each window are predicted, as papers do.

The text is tokenised once, special pieces in it as plain text; what is left behind the last window is not used. With
`beginning` the model's beginning of sequence comes before the text and takes the place of each window's first token, as
in llama.cpp. The context `text` makes one window of the whole text, which may have up to 32768 tokens: for short texts.
`chunks` takes the first windows only; 0 takes all. Text that calibrates a codec must not be measured on.

`bits-per-byte` is the same loss for each byte of the predicted text: it compares over tokenizers. It is left out, and
the log says so, where the text does not come back from its tokens byte for byte: where there are unknown tokens, or the
tokenizer has changed the text. Nobody can tell then which bytes the predicted tokens stand for.

With `divergence` the original runs beside it, window by window, which doubles the time: `kld-mean` is the mean
Kullback-Leibler divergence from the original's predictions (nats a token), `kld-median`, `kld-90`, `kld-99`, `kld-99-9`
and `kld-max` its quantiles over the tokens, `same-top-1` the share of tokens where both find the same one most probable,
`dp-rms` the root mean square change of the right token's probability. The table `summary` has all that
`llama-perplexity` prints, with its standard errors, and under which conditions: context, stride, whether a beginning of
sequence was put in, and the SHA-256 of the tokenizer. The table `estimates` has the standard errors of the metrics by
their ids, tokens taken as independent. The **map** holds of each tensor its relative error and histograms of original and
compressed: what the tab Model shows.

**Denominators**: `weights`, all weights of the original; `searched-weights`, those of the tensors that its source
selects for compression. Samples: loss and divergence of each window.
)";

std::vector<graph::Metric> metrics() {
    std::vector<graph::Metric> all;
    for (const std::string length : lengths) {
        const std::string windows = length == wholeText ? "the text" : "windows of " + length + " tokens";
        all.push_back({.id = "ppl-half-" + length,
                       .title = "Perplexity (second half of " + length + ")",
                       .better = graph::Better::Lower,
                       .finish = graph::Finish::ExpRatio,
                       .pool = graph::Pool::SumThenFinish,
                       .drawUnit = "window",
                       .help = "exp(Σ loss / tokens) over the second half of " + windows + "."});
        all.push_back({.id = "ppl-window-" + length,
                       .title = length == wholeText ? "Perplexity (whole text)"
                                                    : "Perplexity (windows of " + length + ")",
                       .better = graph::Better::Lower,
                       .finish = graph::Finish::ExpRatio,
                       .pool = graph::Pool::SumThenFinish,
                       .drawUnit = "window",
                       .help = "exp(Σ loss / tokens) over all but the first token of " + windows + "."});
    }
    all.push_back({.id = "bits-per-byte",
                   .title = "Bits per byte of text",
                   .unit = "bit",
                   .better = graph::Better::Lower,
                   .finish = graph::Finish::Ratio,
                   .pool = graph::Pool::SumThenFinish,
                   .drawUnit = "window",
                   .help = "Σ loss / ln 2 / bytes of the text that is predicted."});
    all.push_back({.id = "kld-mean",
                   .title = "Divergence from the original",
                   .unit = "nat",
                   .better = graph::Better::Lower,
                   .finish = graph::Finish::Ratio,
                   .pool = graph::Pool::SumThenFinish,
                   .drawUnit = "window",
                   .help = "Mean Kullback-Leibler divergence of the next token's distribution."});
    const std::pair<const char*, const char*> quantiles[] = {{"kld-median", "median"},
                                                             {"kld-90", "90 %"},
                                                             {"kld-99", "99 %"},
                                                             {"kld-99-9", "99.9 %"},
                                                             {"kld-max", "max"}};
    for (const auto& [id, name] : quantiles)
        all.push_back({.id = id,
                       .title = std::string("Divergence from the original, ") + name,
                       .unit = "nat",
                       .better = graph::Better::Lower,
                       .finish = graph::Finish::Ratio,
                       .pool = graph::Pool::NotPoolable,
                       .drawUnit = "item",
                       .help = "Of the divergences of all predicted tokens."});
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
    return {{.id = "protocol",
             .label = "Protocol",
             .help = "Which tokens of a window are predicted.",
             .type = graph::ParameterType::Choice,
             .defaultValue = std::string("half"),
             .choices = {"half", "window"}},
            {.id = "context",
             .label = "Context",
             .help = "Tokens of a window, or the whole text as one.",
             .type = graph::ParameterType::Choice,
             .defaultValue = std::string("512"),
             .choices = {std::begin(lengths), std::end(lengths)}},
            {.id = "chunks",
             .label = "Windows",
             .help = "So many windows from the start of the text; 0 takes all.",
             .type = graph::ParameterType::Int,
             .defaultValue = std::int64_t{0},
             .minimum = 0,
             .maximum = 1e6},
            beginningParameter("Whether the text and each window begin with that token."),
            {.id = "divergence",
             .label = "Divergence",
             .help = "Also how far predictions moved from the original's: doubles the time.",
             .type = graph::ParameterType::Bool,
             .defaultValue = false},
            seenTextParameter()};
}

}  // namespace

graph::Manifest perplexityManifest() {
    graph::Manifest manifest;
    manifest.id = "language.perplexity";
    manifest.version = 3;
    manifest.title = "Perplexity";
    manifest.family = "language";
    manifest.summary = "Perplexity and divergence of language models";
    manifest.manual = perplexityManual;
    manifest.kind = graph::NodeKind::Measure;
    manifest.papers = {
        {"llama.cpp, perplexity", "https://github.com/ggml-org/llama.cpp/tree/master/tools/perplexity"}};
    manifest.synonyms = {"PPL",           "LLM",  "KL divergence", "KLD",
                         "bits per byte", "loss", "cross-entropy", "WikiText"};
    manifest.inputs = {referencePort(),
                       {.id = "text",
                        .label = "Text",
                        .type = graph::PortType::TextCorpus,
                        .fanOut = graph::FanOut::All,
                        .help = "What is predicted; several texts are one, a blank line between them."},
                       candidatePort()};
    manifest.parameters = parameters();
    manifest.metrics = metrics();
    manifest.tolerance = 1e-4;
    manifest.hasMap = true;
    return manifest;
}

}  // namespace ratescope::media::language
