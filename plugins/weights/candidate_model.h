#pragma once

// How good a compressed form of a language model is, asked again and again: the model as a search changes it, unit by
// unit, beside the model as it was.

#include "core/engine/llm/llama.h"
#include "core/engine/quant/evolution.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ratescope::media::weights {

enum class FitnessKind {
    Divergence,     ///< mean of KL(p of the model as it was ‖ p), over the vocabulary
    TopDivergence,  ///< over the ids that were most probable, both renormalised
    Perplexity
};

class CandidateModel {
  public:
    /// Puts a unit of the model at a level.
    using Put = std::function<void(engine::Llama& model, std::size_t unit, int level)>;

    struct Settings {
        FitnessKind kind = FitnessKind::Divergence;
        std::int64_t top = 512;       ///< ids that count, of TopDivergence
        std::function<void()> check;  ///< called between parts of the work; may throw to stop
    };

    /// `sequences`: I64 [S, T], T ≥ 2. Throws Error(Usage) where `top` is greater than the vocabulary.
    CandidateModel(engine::Llama model, at::Tensor sequences, std::size_t units, Put put, Settings settings);

    /// Changes the units whose level differs from the present one.
    void load(const engine::Candidate& candidate);
    const engine::Llama& model() const { return model_; }
    /// Mean over all positions of the minibatch but each sequence's last; +∞ where the candidate's logits are not finite.
    /// Throws Error(Input) where those of the model as it was are not.
    double fitness(const engine::Candidate& candidate, const engine::Minibatch& batch);

  private:
    void check() const {
        if (settings_.check) settings_.check();
    }
    at::Tensor hidden(const engine::Llama& model, const at::Tensor& ids) const;
    double sumOver(const std::vector<std::int64_t>& sequences, std::int64_t tokens);
    double sumOfRows(const at::Tensor& ours, const at::Tensor& theirs, const at::Tensor& targets) const;
    const at::Tensor& denseRows(std::int64_t sequence);

    const engine::Llama dense_;
    engine::Llama model_;
    at::Tensor sequences_;
    Put put_;
    Settings settings_;
    std::vector<int> levels_;  ///< of the units as they are; −1: as they were
    std::vector<at::Tensor>
        denseRows_;  ///< what the head reads, [T − 1, hidden], of sequences that were needed
};

}  // namespace ratescope::media::weights
