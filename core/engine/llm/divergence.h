#pragma once

// How far a model has moved from the one that it was made of, by their predictions of the same text: Kullback-Leibler
// divergence, agreement and change of probability, as llama.cpp's --kl-divergence reports them. Reference and candidate
// run side by side, window by window: their logits of a whole text would fill a disk.

#include "core/engine/llm/perplexity.h"

#include <ATen/core/Tensor.h>

namespace ratescope::engine {

/// One predicted token a row, in the order of the text. Nats.
struct DivergenceRows {
    std::vector<double> divergence;  ///< Σ p·ln(p/q) over the vocabulary, p the reference's probabilities
    std::vector<double> referenceLogLikelihood, candidateLogLikelihood;
    std::vector<bool> sameTop;  ///< both find the same token most probable

    void add(const DivergenceRows& more);
};

/// Of logits [n, vocabulary] of both and targets I64 [n], in double precision. Throws Error(Input) where a logit is not
/// finite or a target is outside the vocabulary, Error(Internal) where the shapes differ.
DivergenceRows divergenceOf(const at::Tensor& reference, const at::Tensor& candidate,
                            const at::Tensor& targets);

struct Divergence {
    Estimate mean;  ///< nats
    double median = 0, quantile90 = 0, quantile99 = 0, quantile999 = 0, max = 0;
    Estimate sameTop;               ///< fraction of the tokens
    Estimate probabilityChange;     ///< Δp: candidate's probability of the right token less the reference's
    Estimate probabilityChangeRms;  ///< root of the mean of Δp², its error to first order
    Estimate referencePerplexity, candidatePerplexity;
    Estimate logRatio;  ///< ln(candidate's perplexity / reference's), token by token
};

/// Quantiles between two values are interpolated linearly, as in llama.cpp and NumPy. Throws Error(Internal) for no
/// rows.
Divergence summarise(const DivergenceRows& rows);

/// Called when a window is done, with the rows so far; may throw to stop.
using WindowCompared = std::function<void(const DivergenceRows& soFar, std::int64_t windowsOfAll)>;

/// The first `most` windows of a text, or all; `known` are the rows of its first windows where an earlier call has come
/// so far. Throws what scoreText throws, and Error(Input) for vocabularies of different sizes.
DivergenceRows compareOnText(const Llama& reference, const Llama& candidate,
                             std::span<const std::int32_t> ids, const WindowProtocol& protocol,
                             std::optional<std::int64_t> most = {}, const WindowCompared& done = {},
                             DivergenceRows known = {}, const ShareDone& shareDone = {});

}  // namespace ratescope::engine
