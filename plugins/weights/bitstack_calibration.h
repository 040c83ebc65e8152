#pragma once

// What weights.bitstack learns of a language model by letting it read: how strong each layer's inputs are, and which
// blocks are worth most.

#include "core/engine/quant/bitstack.h"
#include "core/engine/quant/folded_scales.h"
#include "core/media/node/node.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ratescope::media::weights {

/// The tensors as their scales make them.
class ScaledTensors {
  public:
    ScaledTensors() = default;
    explicit ScaledTensors(std::map<std::string, engine::FoldedScale> scales) : scales_(std::move(scales)) {}

    /// Of what is decomposed, F32: rounded to a type of 16 bits it would be another model.
    Array searched(const Tensor& tensor) const;
    /// Of what is kept: the array itself where the tensor has no scale, else one of the same type. Both throw what
    /// engine::scaled() throws, this one too where a value no longer fits the type in which it is stored.
    Array kept(const Tensor& tensor) const;

  private:
    std::map<std::string, engine::FoldedScale> scales_;
};

/// Reads the text of the port "text" with the model of the port "tensors". Sequences are drawn by the task's seed; what
/// is found is kept under checkpoints. Throws Error(Input) where the tensors are no decoder that has a tokenizer, and
/// where the text is too short.
class BitstackCalibration {
  public:
    BitstackCalibration(Context& context, const Inputs& inputs, std::int64_t length);

    /// From the norms of what `sequences` sequences give each layer to read, each a mean over sequences, plus 1e-3.
    ScaledTensors scales(std::int64_t sequences) const;
    /// The loss of `sequences` other sequences, by level and stack: all stacks have as many blocks as the level says,
    /// this one has one more. `names` are the stacks' tensors. NaN where the model predicts nothing finite.
    engine::Matrix<double> scores(std::span<const engine::BitstackStack> stacks,
                                  const std::vector<std::string>& names, const ScaledTensors& scale,
                                  std::int64_t sequences, SubProgress progress) const;

  private:
    Context& context_;
    const TensorSet& set_;
    const LanguageModel& model_;
    std::int64_t length_;
    std::vector<std::int32_t> ids_;
};

}  // namespace ratescope::media::weights
