#include "core/engine/llm/divergence.h"

#include "core/engine/llm/ids.h"
#include "core/engine/llm/llama.h"
#include "core/error.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace ratescope::engine {
namespace {

/// Logits of so many rows are there at once: 2 × 25 MB in double precision for a vocabulary of 49,152.
constexpr std::int64_t rowsAtOnce = 64;

std::vector<double> toVector(const at::Tensor& values) {
    const at::Tensor flat = values.to(at::kCPU, at::kDouble).contiguous();
    const double* first = flat.const_data_ptr<double>();
    return {first, first + flat.numel()};
}

at::Tensor logProbabilities(const at::Tensor& logits) {
    at::Tensor values = at::log_softmax(logits, -1, at::kDouble);
    if (!at::isfinite(values).all().item<bool>())
        throw Error(ErrorKind::Input, "A model's logits are not finite numbers.",
                    "Its weights are damaged, or compressed beyond use.");
    return values;
}

/// Between the two values around the place q·(n − 1) of the sorted ones.
double quantile(const std::vector<double>& sorted, double q) {
    const double place = q * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const double share = place - static_cast<double>(below);
    const double above = sorted[std::min(below + 1, sorted.size() - 1)];
    return sorted[below] + share * (above - sorted[below]);
}

/// d√x = dx / 2√x, as llama.cpp has it.
Estimate rootOf(const Estimate& mean) {
    const double root = std::sqrt(mean.value);
    return {root, root > 0 ? mean.standardError / (2 * root) : 0};
}

template <typename T>
void append(std::vector<T>& to, const std::vector<T>& more) {
    to.insert(to.end(), more.begin(), more.end());
}

/// What a model's head reads of the positions that predict, [scored, hidden].
at::Tensor predictingRows(const Llama& model, const at::Tensor& window, const WindowProtocol& protocol,
                          const ShareDone& shareDone) {
    const at::Tensor read = window.slice(0, 0, protocol.length - 1).unsqueeze(0);
    return model.hidden(read, protocol.firstTarget - 1, shareDone)[0];
}

DivergenceRows compareOnWindow(const Llama& reference, const Llama& candidate, const at::Tensor& window,
                               const WindowProtocol& protocol, const ShareDone& shareDone) {
    const at::Tensor ours =
        predictingRows(reference, window, protocol, [&](double share) { shareDone(share / 2); });
    const at::Tensor theirs =
        predictingRows(candidate, window, protocol, [&](double share) { shareDone((1 + share) / 2); });
    const at::Tensor targets = window.slice(0, protocol.firstTarget);
    DivergenceRows rows;
    for (std::int64_t first = 0; first < protocol.scored(); first += rowsAtOnce) {
        const std::int64_t end = std::min(first + rowsAtOnce, protocol.scored());
        rows.add(divergenceOf(reference.logits(ours.slice(0, first, end)),
                              candidate.logits(theirs.slice(0, first, end)), targets.slice(0, first, end)));
    }
    return rows;
}

}  // namespace

void DivergenceRows::add(const DivergenceRows& more) {
    append(divergence, more.divergence);
    append(referenceLogLikelihood, more.referenceLogLikelihood);
    append(candidateLogLikelihood, more.candidateLogLikelihood);
    append(sameTop, more.sameTop);
}

DivergenceRows divergenceOf(const at::Tensor& reference, const at::Tensor& candidate,
                            const at::Tensor& targets) {
    if (reference.sizes() != candidate.sizes() || reference.size(0) != targets.size(0))
        throw Error(ErrorKind::Internal, "Logits of different shapes were to be compared.", "");
    checkIds(targets, reference.size(1));
    const at::Tensor ours = logProbabilities(reference);
    const at::Tensor theirs = logProbabilities(candidate.to(reference.device()));
    const at::Tensor picked = targets.to(ours.device()).unsqueeze(1);
    DivergenceRows rows;
    rows.divergence = toVector(ours.exp().mul_(ours.sub(theirs)).sum(-1));
    rows.referenceLogLikelihood = toVector(ours.gather(1, picked));
    rows.candidateLogLikelihood = toVector(theirs.gather(1, picked));
    for (const double same : toVector(ours.argmax(-1).eq(theirs.argmax(-1))))
        rows.sameTop.push_back(same != 0);
    return rows;
}

Divergence summarise(const DivergenceRows& rows) {
    Divergence result;
    result.mean = meanOf(rows.divergence);
    std::vector<double> sorted = rows.divergence;
    std::sort(sorted.begin(), sorted.end());
    result.median = quantile(sorted, 0.5);
    result.quantile90 = quantile(sorted, 0.9);
    result.quantile99 = quantile(sorted, 0.99);
    result.quantile999 = quantile(sorted, 0.999);
    result.max = sorted.back();
    std::vector<double> same(rows.sameTop.begin(), rows.sameTop.end()), change, squares, ratio;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const double ours = rows.referenceLogLikelihood[i], theirs = rows.candidateLogLikelihood[i];
        change.push_back(std::exp(theirs) - std::exp(ours));
        squares.push_back(change.back() * change.back());
        ratio.push_back(ours - theirs);
    }
    result.sameTop = meanOf(same);
    result.probabilityChange = meanOf(change);
    result.probabilityChangeRms = rootOf(meanOf(squares));
    result.logRatio = meanOf(ratio);
    result.referencePerplexity = perplexityOf(rows.referenceLogLikelihood);
    result.candidatePerplexity = perplexityOf(rows.candidateLogLikelihood);
    return result;
}

DivergenceRows compareOnText(const Llama& reference, const Llama& candidate,
                             std::span<const std::int32_t> ids, const WindowProtocol& protocol,
                             std::optional<std::int64_t> most, const WindowCompared& done,
                             DivergenceRows known, const ShareDone& shareDone) {
    if (reference.config().vocabulary != candidate.config().vocabulary)
        throw Error(ErrorKind::Input, "The two models have vocabularies of different sizes.",
                    "Compare a model with one that was made of it.");
    const std::int64_t all = windowCount(ids.size(), protocol, most);
    DivergenceRows rows = std::move(known);
    for (auto window = static_cast<std::int64_t>(rows.divergence.size()) / protocol.scored(); window < all;
         ++window) {
        const at::Tensor tokens = idTensor(windowOf(ids, protocol, window));
        rows.add(compareOnWindow(reference, candidate, tokens, protocol, [&](double share) {
            if (shareDone) shareDone((static_cast<double>(window) + share) / static_cast<double>(all));
        }));
        if (done) done(rows, all);
    }
    return rows;
}

}  // namespace ratescope::engine
