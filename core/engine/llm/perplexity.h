#pragma once

// Perplexity of a text under a model: exp of the mean of −log p(token | what stands before it).

#include "core/engine/llm/window_protocol.h"

#include <functional>
#include <span>
#include <vector>

namespace ratescope::engine {

class Llama;

/// What a text's tokens were worth to a model.
struct TextScore {
    WindowProtocol protocol;
    std::vector<double> logLikelihoods;  ///< nats, of each predicted token, window after window

    std::int64_t windows() const {
        return static_cast<std::int64_t>(logLikelihoods.size()) / protocol.scored();
    }
};

/// Called when a window is done, with the score so far; may throw to stop.
using WindowDone = std::function<void(const TextScore& soFar, std::int64_t windowsOfAll)>;
/// Called after each of a model's blocks with the share of all windows that is done, 0 … 1; may throw to stop.
using ShareDone = std::function<void(double share)>;

/// Scores the first `most` windows of a text, or all. `known` are the log-likelihoods of its first windows where an
/// earlier call has come so far: bit for bit the same result where their number divides by sixteen, and windows are of
/// 128 tokens or more. Throws what windowCount, Llama::hidden and logLikelihoods throw.
TextScore scoreText(const Llama& model, std::span<const std::int32_t> ids, const WindowProtocol& protocol,
                    std::optional<std::int64_t> most = {}, const WindowDone& done = {},
                    std::vector<double> known = {}, const ShareDone& shareDone = {});

/// A number with its standard error.
struct Estimate {
    double value = 0, standardError = 0;
};

/// Mean and its standard error, of values taken as independent; 0 error for a single one. Throws Error(Internal) for
/// none.
Estimate meanOf(std::span<const double> values);

/// With the standard error that llama.cpp prints: the mean's, times the perplexity. Throws Error(Internal) for no
/// values.
Estimate perplexityOf(std::span<const double> logLikelihoods);
/// The perplexity of the first window, of the first two, and so on, as llama.cpp prints it while it runs.
std::vector<double> runningPerplexity(const TextScore& score);
/// Bits that the predicted tokens cost, for each of the `bytes` bytes of their text: comparable across tokenizers.
/// Throws Error(Input) for no bytes.
double bitsPerByte(const TextScore& score, std::size_t bytes);

}  // namespace ratescope::engine
