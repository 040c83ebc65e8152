#pragma once

// What a decoder keeps of the tokens that it has seen: each layer's keys and values.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace ratescope::engine {

/// Of one sequence. Keys are turned by their positions already; a token's position is the number of tokens seen before
/// it, whatever the cache still holds of those.
class KeyValueCache {
  public:
    virtual ~KeyValueCache() = default;

    /// Tokens seen, also those of which nothing is kept.
    virtual std::int64_t tokens() const = 0;
    /// Takes the keys and values of a layer's new tokens, [key-value heads, new tokens, head size], and gives those
    /// that the new tokens' queries see: the kept ones, with the new ones last.
    struct Seen {
        at::Tensor keys, values;  ///< [key-value heads, kept tokens, head size]
    };
    virtual Seen append(std::int64_t layer, const at::Tensor& keys, const at::Tensor& values) = 0;
};

/// Keeps everything, in F32.
class FullCache : public KeyValueCache {
  public:
    explicit FullCache(std::int64_t layers) : layers_(static_cast<std::size_t>(layers)) {}

    std::int64_t tokens() const override;
    Seen append(std::int64_t layer, const at::Tensor& keys, const at::Tensor& values) override;

  private:
    /// Memory for more tokens than there are, so that a token is added without copying those before it.
    struct Layer {
        at::Tensor keys, values;
        std::int64_t tokens = 0;
    };
    std::vector<Layer> layers_;
};

}  // namespace ratescope::engine
