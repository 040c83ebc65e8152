// Perplexity of a text under a compressed language model, and how far its predictions have moved from the original's.

#include "plugins/language/perplexity.h"

#include "core/engine/device/compute_scope.h"
#include "core/engine/device/device.h"
#include "core/engine/llm/divergence.h"
#include "core/engine/llm/llama.h"
#include "core/engine/llm/texts.h"
#include "core/error.h"
#include "core/media/node/canonical_hash.h"
#include "core/media/node/model_tensors.h"
#include "core/media/quality/tensor_profile.h"
#include "plugins/language/measured_model.h"
#include "plugins/language/nodes.h"
#include "plugins/language/score_checkpoint.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <numbers>
#include <numeric>
#include <optional>
#include <span>
#include <string_view>

namespace ratescope::media::language {
namespace {

using engine::DivergenceRows;
using engine::Estimate;
using engine::WindowProtocol;

constexpr std::size_t longestWindow = 32768;

/// What stands behind a score: the text's ids under the protocol of the parameters.
struct Reading {
    WindowProtocol protocol;
    std::vector<std::int32_t> ids;
    std::int64_t windows = 0;
    std::optional<double> scoredBytes;  ///< of the text that the predicted tokens cover, where it can be told
    Hash tokenizer;
};

WindowProtocol protocolOf(std::size_t tokens, const Parameters& parameters) {
    const std::string& context = parameters.text("context");
    if (context == wholeText && tokens > longestWindow)
        throw Error(ErrorKind::Usage,
                    "The text has " + std::to_string(tokens) + " tokens, too many for a single window.",
                    "Set context to the length of windows.");
    const std::int64_t length =
        context == wholeText ? static_cast<std::int64_t>(tokens) : std::stoll(context);
    const bool half = parameters.text("protocol") == "half";
    WindowProtocol protocol = half ? engine::halfWindows(length) : engine::wholeWindows(length);
    protocol.metric = (half ? "ppl-half-" : "ppl-window-") + context;
    return protocol;
}

/// SentencePiece puts a blank before a text, which is none of its bytes.
bool putsBlankBefore(const TokenizerData& tokenizer) {
    const bool isSentencePiece = tokenizer.kind == TokenizerKind::SentencePieceBpe ||
                                 tokenizer.kind == TokenizerKind::SentencePieceUnigram;
    return isSentencePiece && tokenizer.addsSpacePrefix;
}

/// A token covers the bytes that it is decoded to wherever the text comes back from its tokens. Where it does not
/// (unknown pieces, blanks that are removed, characters that are composed), nobody can tell from the tokens which bytes
/// each of them stands for.
std::optional<double> scoredBytesOf(const Reading& reading, const engine::Tokenizer& tokenizer,
                                    std::string_view text) {
    const std::size_t first = reading.protocol.beginning ? 1 : 0;
    const auto end = static_cast<std::size_t>(reading.windows * reading.protocol.length);
    const std::string decoded = tokenizer.decode(std::span(reading.ids).subspan(first, end - first));
    const std::size_t blank = putsBlankBefore(tokenizer.data()) && decoded.starts_with(' ') ? 1 : 0;
    if (!text.starts_with(std::string_view(decoded).substr(blank))) return std::nullopt;
    const std::size_t bytes =
        tokenizer.decode(engine::scoredTokens(reading.ids, reading.protocol, reading.windows)).size();
    const bool firstIsScored = static_cast<std::int64_t>(first) >= reading.protocol.firstTarget;
    return static_cast<double>(bytes - (firstIsScored ? blank : 0));
}

Reading readingOf(const LanguageModel& model, std::string_view text, const Parameters& parameters) {
    checkBeginning(model, parameters);
    const engine::Tokenizer tokenizer = engine::tokenizerOf(model);
    const bool beginning = parameters.flag("beginning");
    Reading reading;
    reading.ids = tokenizer.encode(text, {.beginning = beginning});
    reading.protocol = protocolOf(reading.ids.size(), parameters);
    if (beginning) reading.protocol.beginning = model.tokenizer.beginning;
    const std::int64_t most = parameters.integer("chunks");
    reading.windows = engine::windowCount(reading.ids.size(), reading.protocol,
                                          most > 0 ? std::optional(most) : std::nullopt);
    reading.scoredBytes = scoredBytesOf(reading, tokenizer, text);
    reading.tokenizer = tokenizerHash(model.tokenizer);
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

/// What llama-perplexity prints, a row a statistic; then the conditions, of which some are no numbers.
class Summary {
  public:
    void add(const char* statistic, const char* unit, const Estimate& estimate) {
        row(statistic, unit, estimate, "");
    }
    /// Without a standard error.
    void add(const char* statistic, const char* unit, double value) {
        row(statistic, unit, {value, nothing}, "");
    }
    void state(const char* condition, std::string text) {
        row(condition, "", {nothing, nothing}, std::move(text));
    }
    Table table() && {
        Table table;
        table.columns = {{"statistic", "", std::move(statistics_)},
                         {"value", "", std::move(values_)},
                         {"standard error", "", std::move(errors_)},
                         {"unit", "", std::move(units_)},
                         {"text", "", std::move(texts_)}};
        return table;
    }

  private:
    static constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

    void row(const char* statistic, const char* unit, const Estimate& estimate, std::string text) {
        statistics_.emplace_back(statistic);
        units_.emplace_back(unit);
        values_.push_back(estimate.value);
        errors_.push_back(estimate.standardError);
        texts_.push_back(std::move(text));
    }

    std::vector<std::string> statistics_, units_, texts_;
    std::vector<double> values_, errors_;
};

Summary summaryOf(const Reading& reading, std::span<const double> logLikelihoods) {
    Summary summary;
    summary.add("perplexity", "", engine::perplexityOf(logLikelihoods));
    if (!reading.scoredBytes) return summary;
    const Estimate loss = engine::meanOf(logLikelihoods);
    const double tokensPerByte = static_cast<double>(logLikelihoods.size()) / *reading.scoredBytes;
    summary.add("bits per byte", "bit",
                {-loss.value / std::numbers::ln2 * tokensPerByte,
                 loss.standardError / std::numbers::ln2 * tokensPerByte});
    return summary;
}

/// Perplexities that differ in one of these are no two points of one plot.
void addConditions(Summary& summary, const Reading& reading) {
    const auto length = static_cast<double>(reading.protocol.length);
    summary.add("context", "token", length);
    summary.add("stride", "token", length);  // Windows lie side by side.
    summary.state("beginning of sequence", reading.protocol.beginning ? "yes" : "no");
    summary.state("tokenizer", reading.tokenizer.hex());
}

void addDivergence(Summary& summary, const engine::Divergence& all) {
    summary.add("perplexity of the original", "", all.referencePerplexity);
    summary.add("ln of their ratio", "nat", all.logRatio);
    summary.add("divergence, mean", "nat", all.mean);
    summary.add("divergence, median", "nat", all.median);
    summary.add("divergence, 90 %", "nat", all.quantile90);
    summary.add("divergence, 99 %", "nat", all.quantile99);
    summary.add("divergence, 99.9 %", "nat", all.quantile999);
    summary.add("divergence, max", "nat", all.max);
    summary.add("same top token", "", all.sameTop);
    summary.add("change of probability, mean", "", all.probabilityChange);
    summary.add("change of probability, RMS", "", all.probabilityChangeRms);
}

/// Metrics with their standard errors, as if tokens were independent: what llama.cpp prints behind its ±.
void addEstimates(const Reading& reading, std::span<const double> logLikelihoods,
                  const engine::Divergence* moved, Context& context) {
    std::vector<std::string> metrics{reading.protocol.metric};
    std::vector<Estimate> estimates{engine::perplexityOf(logLikelihoods)};
    if (moved) {
        metrics.insert(metrics.end(), {"kld-mean", "same-top-1", "dp-rms"});
        estimates.insert(estimates.end(), {moved->mean, moved->sameTop, moved->probabilityChangeRms});
    }
    std::vector<double> values, errors;
    for (const Estimate& estimate : estimates) {
        values.push_back(estimate.value);
        errors.push_back(estimate.standardError);
    }
    Table table;
    table.schema = "estimates";
    table.columns = {{"metric", "", metrics}, {"value", "", values}, {"standard-error", "", errors}};
    context.table("estimates", std::move(table));
}

class Perplexity : public MeasureNode {
  public:
    Resources resources(const Parameters&) const override { return modelResources(); }

    Prepared prepare(Context& context, const Inputs& references,
                     const Parameters& parameters) const override {
        context.check();
        const LanguageModel& model = references.languageModel("reference");
        const std::string text = engine::joinedTexts(references.all("text"), "language.perplexity predicts");
        readingOf(model, text, parameters);  // refuses what can't be scored, once for all
        return {{{"reference", references.one("reference")}, {"text", engine::corpusOf(text)}},
                weightCounts(model)};
    }

    Scores score(Context& context, const Prepared& prepared, const Value& candidate,
                 const Parameters& parameters) const override {
        context.check();
        const auto model = modelOf(candidate, "language.perplexity");
        const auto& text = *std::get<std::shared_ptr<const TextCorpus>>(prepared.values.at("text"));
        const engine::ComputeScope compute(context.threads());
        const Reading reading = readingOf(*model, text.text(), parameters);
        if (!reading.scoredBytes)
            context.log(
                "The text does not come back from its tokens byte for byte: there are no bits per byte.");
        const engine::Llama decoder(*model);
        return parameters.flag("divergence")
                   ? compared(context, *asLanguageModel(prepared.values.at("reference")), decoder, reading)
                   : scored(context, decoder, reading);
    }

    Value map(Context& context, const Prepared& prepared, const Value& candidate,
              const Parameters&) const override {
        modelOf(candidate, "language.perplexity");  // refuses what is no language model
        return std::make_shared<const TensorSet>(
            tensorProfile(context, *asTensors(prepared.values.at("reference")), *asTensors(candidate)));
    }

  private:
    static Scores basic(const Reading& reading, std::span<const double> logLikelihoods) {
        const double loss = -sumOf(logLikelihoods);
        Scores scores;
        scores.scores.push_back({reading.protocol.metric, loss, static_cast<double>(logLikelihoods.size())});
        if (reading.scoredBytes)
            scores.scores.push_back({"bits-per-byte", loss / std::numbers::ln2, *reading.scoredBytes});
        return scores;
    }

    static Scores scored(Context& context, const engine::Llama& decoder, const Reading& reading) {
        const auto windowDone = [&](const engine::TextScore& soFar, std::int64_t all) {
            if (soFar.windows() % windowsBetween == 0 && soFar.windows() < all)
                saveScore(context, soFar.logLikelihoods);
        };
        const engine::TextScore score = engine::scoreText(
            decoder, reading.ids, reading.protocol, reading.windows, windowDone,
            savedScore(context, reading.protocol.scored()), [&](double share) { context.progress(share); });
        Scores scores = basic(reading, score.logLikelihoods);
        scores.samples = windowTable(reading, score.logLikelihoods, nullptr);
        Summary summary = summaryOf(reading, score.logLikelihoods);
        addConditions(summary, reading);
        context.table("summary", std::move(summary).table());
        addEstimates(reading, score.logLikelihoods, nullptr, context);
        return scores;
    }

    static Scores compared(Context& context, const LanguageModel& reference, const engine::Llama& decoder,
                           const Reading& reading) {
        const engine::Llama original(reference);
        const auto windowDone = [&](const DivergenceRows& soFar, std::int64_t all) {
            const std::int64_t windows =
                static_cast<std::int64_t>(soFar.divergence.size()) / reading.protocol.scored();
            if (windows % windowsBetween == 0 && windows < all) saveRows(context, soFar);
        };
        const DivergenceRows rows = engine::compareOnText(
            original, decoder, reading.ids, reading.protocol, reading.windows, windowDone,
            savedRows(context, reading.protocol.scored()), [&](double share) { context.progress(share); });
        Scores scores = basic(reading, rows.candidateLogLikelihood);
        const engine::Divergence all = engine::summarise(rows);
        const auto count = static_cast<double>(rows.divergence.size());
        const double rms = all.probabilityChangeRms.value;
        scores.scores.push_back({"kld-mean", sumOf(rows.divergence), count});
        scores.scores.push_back({"kld-median", all.median, 1});
        scores.scores.push_back({"kld-90", all.quantile90, 1});
        scores.scores.push_back({"kld-99", all.quantile99, 1});
        scores.scores.push_back({"kld-99-9", all.quantile999, 1});
        scores.scores.push_back({"kld-max", all.max, 1});
        scores.scores.push_back(
            {"same-top-1", static_cast<double>(std::ranges::count(rows.sameTop, true)), count});
        scores.scores.push_back({"dp-rms", rms * rms * count, count});
        scores.samples = windowTable(reading, rows.candidateLogLikelihood, &rows);
        Summary summary = summaryOf(reading, rows.candidateLogLikelihood);
        addDivergence(summary, all);
        addConditions(summary, reading);
        context.table("summary", std::move(summary).table());
        addEstimates(reading, rows.candidateLogLikelihood, &all, context);
        return scores;
    }
};

}  // namespace

NodeEntry perplexityNode() {
    return {perplexityManifest(),
            [] { return std::make_unique<Perplexity>(); },
            {{"LibTorch", engine::libTorchVersion()}}};
}

}  // namespace ratescope::media::language
