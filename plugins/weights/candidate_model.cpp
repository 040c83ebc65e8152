#include "plugins/weights/candidate_model.h"

#include "core/engine/llm/divergence.h"
#include "core/engine/llm/log_likelihood.h"
#include "core/error.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace ratescope::media::weights {
namespace {

/// Sequences go through the model together up to so many tokens: enough to keep the products large.
constexpr std::int64_t tokensTogether = 1024;
/// Logits that are there at once, of each of the two models.
constexpr std::int64_t logitsTogether = std::int64_t{1} << 21;

bool isFinite(const at::Tensor& values) {
    return at::isfinite(values).all().item<bool>();
}

}  // namespace

CandidateModel::CandidateModel(engine::Llama model, at::Tensor sequences, std::size_t units, Put put,
                               Settings settings)
    : dense_(model),
      model_(std::move(model)),
      sequences_(std::move(sequences)),
      put_(std::move(put)),
      settings_(std::move(settings)),
      levels_(units, -1),
      denseRows_(static_cast<std::size_t>(sequences_.size(0))) {
    const std::int64_t vocabulary = dense_.config().vocabulary;
    if (settings_.kind == FitnessKind::TopDivergence && (settings_.top < 1 || settings_.top > vocabulary))
        throw Error(ErrorKind::Usage,
                    "The divergence was to be over " + std::to_string(settings_.top) + " ids of " +
                        std::to_string(vocabulary) + ".",
                    "Set top to 1 … " + std::to_string(vocabulary) + ".");
}

void CandidateModel::load(const engine::Candidate& candidate) {
    for (std::size_t unit = 0; unit < levels_.size(); ++unit) {
        if (levels_[unit] == candidate.at(unit)) continue;
        put_(model_, unit, candidate[unit]);
        levels_[unit] = candidate[unit];
    }
}

double CandidateModel::fitness(const engine::Candidate& candidate, const engine::Minibatch& batch) {
    load(candidate);
    double sum = 0;
    std::int64_t positions = 0;
    const std::int64_t together = std::max<std::int64_t>(1, tokensTogether / sequences_.size(1));
    for (std::size_t first = 0; first < batch.size();) {
        // Parts of equal length, one after the other; one of a single token predicts nothing.
        std::vector<std::int64_t> sequences;
        const std::int64_t tokens = batch[first].tokens;
        for (; first < batch.size() && batch[first].tokens == tokens &&
               static_cast<std::int64_t>(sequences.size()) < together;
             ++first)
            sequences.push_back(batch[first].sequence);
        if (tokens < 2) continue;
        check();
        sum += sumOver(sequences, tokens);
        positions += static_cast<std::int64_t>(sequences.size()) * (tokens - 1);
    }
    if (positions == 0) throw Error(ErrorKind::Internal, "A candidate was to be scored on no text.", "");
    const double mean = sum / static_cast<double>(positions);
    return settings_.kind == FitnessKind::Perplexity ? std::exp(mean) : mean;
}

/// A pass of a thousand tokens through a large model takes seconds: it may stop behind each block.
at::Tensor CandidateModel::hidden(const engine::Llama& model, const at::Tensor& ids) const {
    return model.hidden(ids, 0, [this](double) { check(); });
}

double CandidateModel::sumOver(const std::vector<std::int64_t>& sequences, std::int64_t tokens) {
    const at::Tensor ids = sequences_.index_select(0, at::tensor(sequences)).narrow(1, 0, tokens);
    const at::Tensor rows = model_.normed(hidden(model_, ids.narrow(1, 0, tokens - 1)));
    if (!isFinite(rows)) return std::numeric_limits<double>::infinity();
    const std::int64_t vocabulary = dense_.config().vocabulary;
    const std::int64_t step = std::max<std::int64_t>(1, logitsTogether / vocabulary);
    double sum = 0;
    for (std::size_t i = 0; i < sequences.size(); ++i) {
        const auto number = static_cast<std::int64_t>(i);
        const at::Tensor targets = ids[number].narrow(0, 1, tokens - 1);
        for (std::int64_t first = 0; first < tokens - 1; first += step) {
            check();
            const std::int64_t count = std::min(step, tokens - 1 - first);
            sum += sumOfRows(denseRows(sequences[i]).narrow(0, first, count),
                             rows[number].narrow(0, first, count), targets.narrow(0, first, count));
        }
    }
    return sum;
}

/// Of what both heads read, [n, hidden], and the ids that came, I64 [n].
double CandidateModel::sumOfRows(const at::Tensor& ours, const at::Tensor& theirs,
                                 const at::Tensor& targets) const {
    const at::Tensor candidate = at::linear(theirs, model_.weights().head);
    if (!isFinite(candidate)) return std::numeric_limits<double>::infinity();
    if (settings_.kind == FitnessKind::Perplexity)
        return -engine::logLikelihoods(candidate, targets).sum().item<double>();
    const at::Tensor dense = at::linear(ours, dense_.weights().head);
    engine::DivergenceRows rows;
    if (settings_.kind == FitnessKind::Divergence) {
        rows = engine::divergenceOf(dense, candidate, targets);
    } else {
        const at::Tensor top = std::get<1>(dense.topk(settings_.top, 1));
        rows = engine::divergenceOf(dense.gather(1, top), candidate.gather(1, top), at::zeros_like(targets));
    }
    return std::accumulate(rows.divergence.begin(), rows.divergence.end(), 0.0);
}

const at::Tensor& CandidateModel::denseRows(std::int64_t sequence) {
    at::Tensor& rows = denseRows_.at(static_cast<std::size_t>(sequence));
    if (rows.defined()) return rows;
    const at::Tensor read = sequences_.narrow(0, sequence, 1).narrow(1, 0, sequences_.size(1) - 1);
    rows = dense_.normed(hidden(dense_, read))[0];
    if (!isFinite(rows))
        throw Error(ErrorKind::Input,
                    "The model's predictions of the calibration text are not finite numbers.",
                    "Its weights are damaged: use another file.");
    return rows;
}

}  // namespace ratescope::media::weights
