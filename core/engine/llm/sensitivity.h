#pragma once

// How much each linear layer of a compressed decoder does by itself: the original with that one layer exchanged, its
// predictions against the original's own.

#include "core/engine/llm/llama.h"

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

namespace ratescope::engine {

/// The predictions of windows `ids` (I64 [windows, tokens], two tokens or more) under the original; layers are exchanged
/// one at a time. What blocks read is held of all windows: windows · tokens · hidden numbers a block.
class Sensitivity {
  public:
    /// Throws Error(Input) for windows of fewer than two tokens and what Llama::embed throws. `check` is called between
    /// parts of the work and may throw to stop.
    Sensitivity(
        Llama original, at::Tensor ids, std::function<void()> check = [] {});

    /// Mean Kullback-Leibler divergence (nats a token) where the weights of the linear `name` (without ".weight") are
    /// `weights` [out, in]; 0 at once where they are the original's. Throws Error(Input) where a prediction is no number.
    double of(const std::string& name, const at::Tensor& weights) const;
    /// Of another model as a whole. Throws Error(Input) too for a vocabulary of another size.
    double ofAll(const Llama& candidate) const;

  private:
    /// Of a model that is the original up to that block.
    double divergence(const Llama& model, std::int64_t block) const;

    const Llama original_;
    const at::Tensor ids_;
    std::function<void()> check_;
    std::vector<at::Tensor> states_;  ///< what each block reads, and the head
};

}  // namespace ratescope::engine
