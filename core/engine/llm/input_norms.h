#pragma once

// How strong the inputs of each linear layer are: for each channel the norm over a sequence's tokens, averaged over
// sequences (BitStack, arXiv 2410.23918).

#include "core/engine/llm/block_model.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace ratescope::engine {

/// Sums over sequences so far; can be kept and gone on with.
struct InputNorms {
    std::map<std::string, std::vector<double>> sums;  ///< by the layer's name, ‖x_j‖ over a sequence's tokens
    std::int64_t sequences = 0;

    /// Each sum over the sequences, plus `floor`.
    std::map<std::string, std::vector<float>> means(double floor) const;
};

/// Adds one sequence, I64 [1, tokens], that runs through all blocks; `check` is called before each of them. Throws
/// what embed() throws, and Error(Input) that names the layer for inputs that are not finite.
void addSequence(
    InputNorms& norms, const BlockModel& model, const at::Tensor& ids,
    const std::function<void()>& check = [] {});

}  // namespace ratescope::engine
