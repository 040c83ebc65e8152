#pragma once

// The weights of a Llama-style decoder as its runtime uses them, and under the names that its files give them.

#include "core/media/node/language_model.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace ratescope::engine {

/// All F32. Layers that read the same input lie in one matrix, one below the other, and go through one product.
struct LlamaBlock {
    at::Tensor attentionNorm, feedForwardNorm;        ///< [hidden]
    at::Tensor queryKeyValue, queryKeyValueBias;      ///< [(heads + 2·keyValueHeads)·headSize, hidden]
    at::Tensor attentionOutput, attentionOutputBias;  ///< [hidden, heads·headSize]
    at::Tensor gateAndUp;                             ///< [2·intermediate, hidden]
    at::Tensor down;                                  ///< [hidden, intermediate]
};                                                    // biases are undefined where the model has none

/// Copies share the tensors; setTensor() puts another in its place and leaves those that others share alone.
struct LlamaWeights {
    media::ModelConfig config;
    at::Tensor embedding;  ///< [vocabulary, hidden]
    std::vector<LlamaBlock> blocks;
    at::Tensor norm;  ///< [hidden]
    at::Tensor head;  ///< [vocabulary, hidden]; the embedding where the two are tied

    /// The tensor of that name ("model.layers.0.self_attn.q_proj.weight"), a view where it is a part of a larger one.
    /// Throws Error(Input) where the model has none of that name.
    at::Tensor tensor(const std::string& name) const;
    /// Copies values of the same shape, of any floating-point type and device, in place of the tensor of that name.
    /// Throws Error(Input) for a name that the model does not have and for another shape.
    void setTensor(const std::string& name, const at::Tensor& value);
};

/// Dequantises what lies in blocks, casts what is shorter than F32, and shares the memory of what is F32 already and
/// stands alone. Throws Error(Input) for a model of another architecture, and what media::checkLanguageModel throws.
LlamaWeights llamaWeights(const media::LanguageModel& model, at::Device device);
/// The same with empty blocks, of which llamaBlock() gives one at a time. Throws what llamaWeights() throws.
LlamaWeights llamaFrame(const media::LanguageModel& model, at::Device device);
LlamaBlock llamaBlock(const media::LanguageModel& model, std::int64_t layer, at::Device device);

}  // namespace ratescope::engine
