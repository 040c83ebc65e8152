#pragma once

// How the loss of a text changes with each weight of a decoder's linear layers.

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>

namespace ratescope::engine {

class Llama;

/// Is shown the gradient by one linear's weights, F32 [out, in], with the name of its tensor
/// ("model.layers.0.mlp.up_proj.weight"). It is overwritten by nobody, and freed with the last reference to it.
using GradientWatch = std::function<void(const std::string& name, const at::Tensor& gradient)>;

/// The loss L of the windows `ids` (I64 [windows, tokens]), the mean of −log p(token | those before it in its window)
/// over all but the first tokens (nats), and ∂L/∂W for each of model.linears(), from the last block to the first. One
/// block's activations are held at a time, for which each block runs twice (Chen et al. 2016, "Training
/// deep nets with sublinear memory cost"). Records gradients within, also under a ComputeScope. `check` is called
/// before each block and may throw to stop. Throws Error(Input) for windows of fewer than two tokens, and what
/// Llama::embed throws.
double lossGradients(
    const Llama& model, const at::Tensor& ids, const GradientWatch& watch,
    const std::function<void()>& check = [] {});

}  // namespace ratescope::engine
