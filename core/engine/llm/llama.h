#pragma once

// The runtime of decoders of the Llama architecture (Touvron et al. 2023; RMSNorm, rotary positions, grouped queries,
// gated SiLU; biases as in Qwen2, a sliding window as in Mistral): hidden states and logits of whole windows, decoding
// with a cache, and each block by itself for those who compress it. F32 throughout, on the device of the weights.
// Gradients flow through all of it where they are wanted (weights that require them, and no ComputeScope).

#include "core/engine/llm/block_model.h"
#include "core/engine/llm/key_value_cache.h"
#include "core/engine/llm/llama_weights.h"
#include "core/engine/llm/rope.h"

namespace ratescope::engine {

/// For those who change a block's layers while calibration data go through it.
struct StageWatch {
    /// What these layers read, of some of the windows: rows [tokens, in], which may be overwritten afterwards.
    std::function<void(const std::vector<std::string>& readers, const at::Tensor& rows, std::int64_t windows)>
        rows;
    /// All of it has been shown; they compute next, with the tensors that are set in their place here.
    std::function<void(const std::vector<std::string>& readers)> shown;
};

/// A value: copies share their weights, and setting a tensor of one leaves the other as it was.
class Llama : public BlockModel {
  public:
    /// Throws what llamaWeights throws.
    explicit Llama(const media::LanguageModel& model, at::Device device = at::kCPU);
    explicit Llama(LlamaWeights weights);

    const LlamaWeights& weights() const { return weights_; }
    const media::ModelConfig& config() const { return weights_.config; }
    /// Windows of equal length, one a row of `ids` (I64 [windows, tokens]), through all blocks: [windows, tokens −
    /// first, hidden], of the positions from `first` on. `done`, if there is one, is called after each block with the
    /// share of them that is done, 0 … 1; it may throw to stop. Throws Error(Input) for no tokens and for ids outside
    /// the vocabulary, Error(Internal) for a `first` outside the window.
    at::Tensor hidden(const at::Tensor& ids, std::int64_t first = 0,
                      const std::function<void(double share)>& done = {}) const;
    /// The next tokens of a sequence (I64 [tokens]), the first of which has the position cache.tokens(): [tokens,
    /// hidden]. Throws as above.
    at::Tensor hidden(const at::Tensor& ids, KeyValueCache& cache) const;
    /// Hidden states [..., hidden] after the last norm: what the head reads.
    at::Tensor normed(const at::Tensor& hidden) const;
    /// Logits [..., vocabulary] of hidden states [..., hidden].
    at::Tensor logits(const at::Tensor& hidden) const;

    at::Device device() const override { return weights_.embedding.device(); }
    std::int64_t layers() const override { return config().layers; }
    at::Tensor embed(const at::Tensor& ids) const override;
    at::Tensor block(std::int64_t layer, const at::Tensor& hidden,
                     const LinearWatch& watch = {}) const override;
    /// What block() gives, stage by stage: layers that read the same go over all windows before the next ones begin,
    /// `together` windows at a time. Of all windows no more is held than what one stage reads, and nothing of `hidden`
    /// where it is given away.
    at::Tensor blockInStages(std::int64_t layer, at::Tensor hidden, std::int64_t together,
                             const StageWatch& watch) const;
    /// Puts a block in that layer's place. An empty one frees its memory; it can't be run.
    void setBlock(std::int64_t layer, LlamaBlock block);
    std::vector<std::string> linears() const override;
    at::Tensor tensor(const std::string& name) const override { return weights_.tensor(name); }
    void setTensor(const std::string& name, const at::Tensor& value) override {
        weights_.setTensor(name, value);
    }

  private:
    struct Pass;
    const LlamaBlock& blockAt(std::int64_t layer) const {
        return weights_.blocks.at(static_cast<std::size_t>(layer));
    }
    at::Tensor run(std::int64_t layer, const at::Tensor& hidden, const Pass& pass) const;
    at::Tensor attentionInput(std::int64_t layer, const at::Tensor& hidden) const;
    at::Tensor mixed(std::int64_t layer, const at::Tensor& normed, const Pass& pass) const;
    at::Tensor attended(std::int64_t layer, const at::Tensor& mixed, const at::Tensor& hidden) const;
    at::Tensor feedForwardInput(std::int64_t layer, const at::Tensor& hidden) const;
    at::Tensor gated(std::int64_t layer, const at::Tensor& normed) const;
    at::Tensor fed(std::int64_t layer, const at::Tensor& gated, const at::Tensor& hidden) const;

    LlamaWeights weights_;
    Rope rope_;
};

}  // namespace ratescope::engine
