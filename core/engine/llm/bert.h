#pragma once

// The runtime of encoders of the BERT architecture (Devlin et al. 2019; learned positions, LayerNorm after each sum,
// exact GELU), and of sentence embeddings made with them (Reimers and Gurevych 2019: the mean over a text's tokens).
// F32, on the device of the weights.

#include "core/engine/llm/block_model.h"
#include "core/media/node/language_model.h"

#include <map>
#include <span>

namespace ratescope::engine {

/// A value: copies share their weights, and setting a tensor of one leaves the other as it was.
class Bert : public BlockModel {
  public:
    /// Throws Error(Input) for a model of another architecture, and what media::checkLanguageModel throws.
    explicit Bert(const media::LanguageModel& model, at::Device device = at::kCPU);

    const media::ModelConfig& config() const { return config_; }

    /// Texts of equal length, one a row of `ids` (I64 [texts, tokens], with what the tokenizer puts before and behind
    /// them), through all blocks: [texts, tokens, hidden]. All tokens are of type 0. Throws what embed throws.
    at::Tensor hidden(const at::Tensor& ids) const;
    /// The mean of each text's hidden states, [texts, hidden]; of length 1 where `unit` is set. Throws Error(Input) for
    /// a text without tokens and what embed throws.
    at::Tensor meanStates(std::span<const std::vector<std::int32_t>> texts, bool unit) const;

    at::Device device() const override;
    std::int64_t layers() const override { return config_.layers; }
    at::Tensor embed(const at::Tensor& ids) const override;
    at::Tensor block(std::int64_t layer, const at::Tensor& hidden,
                     const LinearWatch& watch = {}) const override;
    std::vector<std::string> linears() const override;
    at::Tensor tensor(const std::string& name) const override;
    void setTensor(const std::string& name, const at::Tensor& value) override;

  private:
    at::Tensor linear(const std::string& name, const at::Tensor& rows) const;
    at::Tensor norm(const std::string& name, const at::Tensor& rows) const;
    at::Tensor heads(const std::string& name, const at::Tensor& rows) const;

    media::ModelConfig config_;
    std::map<std::string, at::Tensor> tensors_;  ///< by the file's name
};

}  // namespace ratescope::engine
