#pragma once

// Logits as probabilities. Natural logarithms throughout (nats).

#include <ATen/core/Tensor.h>

namespace ratescope::engine {

/// log p(target) of each row, F64 [n]: of what the head reads, `rows` [n, hidden] (Llama::normed), the head's matrix
/// [vocabulary, hidden] and the targets, I64 [n]. The logits of all rows are never there at once: the vocabulary is
/// gone through in parts, with the running maximum and sum of the softmax (Milakov and Gimelshein 2018). Throws
/// Error(Input) where logits are not finite or a target is outside the vocabulary.
at::Tensor logLikelihoods(const at::Tensor& rows, const at::Tensor& head, const at::Tensor& targets);

/// The same of logits [n, vocabulary].
at::Tensor logLikelihoods(const at::Tensor& logits, const at::Tensor& targets);

}  // namespace ratescope::engine
