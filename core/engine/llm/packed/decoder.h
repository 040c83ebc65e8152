#pragma once

// A Llama model that goes on token by token over packed weights (Llama, Mistral, Qwen2, SmolLM2, TinyLlama): RMSNorm,
// rotary positions, grouped-query attention, gated SiLU. All in kernels of its own, as fast as memory gives the weights;
// logits are the same bits for every number of threads and every instruction set.

#include "core/engine/llm/packed/decoder_cache.h"
#include "core/engine/llm/packed/decoder_weights.h"
#include "core/engine/llm/packed/gemv.h"

#include <cstdint>
#include <memory>
#include <span>

namespace ratescope::engine {

struct DecoderOptions {
    std::int64_t positions = 1024;  ///< tokens that the cache has room for
    /// Quantised as llama.cpp does it, or Float32: then logits are those of the weights that the codes stand for.
    ActivationFormat activations = ActivationFormat::QuantisedEight;
    CacheFormat cache = CacheFormat::Float32;
    int threads = 1;
    PackedInstructions instructions = bestPackedInstructions();
};

class Decoder {
  public:
    static constexpr std::size_t tokensAtOnce = 8;

    /// Throws Error(Usage) where an option is out of range, Error(Resource) where the cache finds no memory.
    Decoder(DecoderWeights weights, DecoderOptions options);
    ~Decoder();
    Decoder(Decoder&&) noexcept;
    Decoder& operator=(Decoder&&) noexcept;

    /// Goes on by these tokens, at least one; up to eight share each reading of the weights. Gives the logits after the
    /// last, [vocabulary], which last until the next call. Throws Error(Usage) where the cache is full, Error(Input) for
    /// a token outside the vocabulary and where a logit is not finite; the position is then what it was before.
    std::span<const float> decode(std::span<const std::int32_t> tokens);

    /// Tokens so far.
    std::int64_t position() const;
    /// Forgets what came after the first `position` tokens. Throws Error(Usage) where there are fewer.
    void rewind(std::int64_t position);

    const DecoderWeights& weights() const;
    std::size_t cacheBytes() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

/// The token with the greatest logit, the first of several.
std::int32_t likeliest(std::span<const float> logits);

}  // namespace ratescope::engine
