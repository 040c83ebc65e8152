#include "core/engine/llm/perplexity.h"

#include "core/engine/llm/ids.h"
#include "core/engine/llm/llama.h"
#include "core/engine/llm/log_likelihood.h"
#include "core/error.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace ratescope::engine {
namespace {

/// Windows of no more than so many tokens in all go through the model together: enough to make little of what a product
/// does once for each of a layer's weights.
constexpr std::int64_t tokensTogether = 2048;

/// [windows · length], as the runtime reads them.
std::vector<std::int32_t> windowsOf(std::span<const std::int32_t> ids, const WindowProtocol& protocol,
                                    std::int64_t first, std::int64_t count) {
    std::vector<std::int32_t> together;
    for (std::int64_t window = first; window < first + count; ++window) {
        const std::vector<std::int32_t> tokens = windowOf(ids, protocol, window);
        together.insert(together.end(), tokens.begin(), tokens.end());
    }
    return together;
}

/// [windows, length] to F64 [windows · scored]. A window's last token is only a target.
at::Tensor scoreWindows(const Llama& model, const at::Tensor& windows, const WindowProtocol& protocol,
                        const ShareDone& done) {
    const at::Tensor read = windows.slice(1, 0, protocol.length - 1);
    const at::Tensor states = model.hidden(read, protocol.firstTarget - 1, done);
    const at::Tensor targets = windows.slice(1, protocol.firstTarget).flatten();
    return logLikelihoods(model.normed(states).flatten(0, 1), model.weights().head, targets);
}

}  // namespace

TextScore scoreText(const Llama& model, std::span<const std::int32_t> ids, const WindowProtocol& protocol,
                    std::optional<std::int64_t> most, const WindowDone& done, std::vector<double> known,
                    const ShareDone& shareDone) {
    const std::int64_t all = windowCount(ids.size(), protocol, most);
    const std::int64_t together = std::max<std::int64_t>(1, tokensTogether / protocol.length);
    TextScore score{protocol, std::move(known)};
    for (std::int64_t first = score.windows(); first < all; first += together) {
        const std::int64_t count = std::min(together, all - first);
        const std::vector<std::int32_t> tokens = windowsOf(ids, protocol, first, count);
        const auto ofTheseDone = [&](double share) {
            const double windows = static_cast<double>(first) + share * static_cast<double>(count);
            if (shareDone) shareDone(windows / static_cast<double>(all));
        };
        const at::Tensor scores =
            scoreWindows(model, idTensor(tokens).view({count, protocol.length}), protocol, ofTheseDone).cpu();
        const double* values = scores.const_data_ptr<double>();
        for (std::int64_t window = 0; window < count; ++window) {
            score.logLikelihoods.insert(score.logLikelihoods.end(), values, values + protocol.scored());
            values += protocol.scored();
            if (done) done(score, all);
        }
    }
    return score;
}

Estimate meanOf(std::span<const double> values) {
    if (values.empty()) throw Error(ErrorKind::Internal, "A mean of no values was asked for.", "");
    const auto count = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    if (values.size() == 1) return {mean, 0};
    double squares = 0;
    for (const double value : values)
        squares += (value - mean) * (value - mean);
    return {mean, std::sqrt(squares / count / (count - 1))};
}

Estimate perplexityOf(std::span<const double> logLikelihoods) {
    const Estimate mean = meanOf(logLikelihoods);
    const double perplexity = std::exp(-mean.value);
    return {perplexity, perplexity * mean.standardError};
}

std::vector<double> runningPerplexity(const TextScore& score) {
    std::vector<double> running;
    const auto scored = static_cast<std::size_t>(score.protocol.scored());
    double sum = 0;
    for (std::size_t i = 0; i < score.logLikelihoods.size(); ++i) {
        sum += score.logLikelihoods[i];
        if ((i + 1) % scored == 0) running.push_back(std::exp(-sum / static_cast<double>(i + 1)));
    }
    return running;
}

double bitsPerByte(const TextScore& score, std::size_t bytes) {
    if (bytes == 0)
        throw Error(ErrorKind::Input, "The predicted tokens stand for no bytes of text.",
                    "Use the tokenizer that belongs to the model.");
    const double nats = -std::accumulate(score.logLikelihoods.begin(), score.logLikelihoods.end(), 0.0);
    return nats / std::numbers::ln2 / static_cast<double>(bytes);
}

}  // namespace ratescope::engine
