#pragma once

// What a change of one tensor costs a decoder: the loss of sequences with that tensor alone replaced. What lies below
// the tensor's block is computed once for all of a block's tensors.

#include "core/engine/llm/llama.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::engine {

struct ProbeCalls {
    /// The values of the tensor of that number, in the shape that the model has it in.
    std::function<at::Tensor(std::size_t)> replacement;
    std::function<void()> check = [] {};  ///< before each piece of work; may throw to stop
    std::function<void()> done = [] {};   ///< when the tensors of a block are through
};

/// For each of the named tensors ("model.layers.0.mlp.up_proj.weight") the mean of −log p (nats) of all but the first
/// token of each sequence, I64 [sequences, tokens], NaN where what the model predicts is not finite. Those of `losses`
/// that have a value are known already. The model stays as it is. Throws what Llama::hidden throws, and Error(Input)
/// for a name that the model does not have.
void probeTensors(const Llama& model, const at::Tensor& ids, const std::vector<std::string>& names,
                  std::vector<std::optional<double>>& losses, const ProbeCalls& calls);

}  // namespace ratescope::engine
