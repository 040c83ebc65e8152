#pragma once

// Keys and values of the tokens so far, of one layer, in single or half precision, laid out for attention over one
// query: keys of 16 positions side by side, so that 16 scores are made at once; a value's numbers side by side.

#include "core/buffer/buffer.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace ratescope::engine {

enum class CacheFormat { Float32, Float16 };

class DecoderCache {
  public:
    /// Throws Error(Resource) where memory is not to be had, Error(Input) where the sizes are absurd.
    DecoderCache(CacheFormat format, std::size_t heads, std::size_t headSize, std::size_t positions);

    /// `keys` and `values` are [heads, head size]. Throws Error(Input) where a number does not fit half precision.
    void put(std::size_t position, std::span<const float> keys, std::span<const float> values);

    /// Attention of one query with a head's positions `first` to `last − 1`: out = Σ softmax(q · k / √size) · v. `query`
    /// and `out` are [head size]; `scores` is room for scoresFor(last). A. Vaswani et al., "Attention is all you need",
    /// arXiv:1706.03762.
    void attend(std::size_t head, std::span<const float> query, std::size_t first, std::size_t last,
                std::span<float> scores, std::span<float> out) const;
    static std::size_t scoresFor(std::size_t positions);

    std::size_t byteSize() const { return keys_.byteSize() + values_.byteSize(); }

  private:
    template <typename Element>
    void putAs(std::size_t position, std::span<const float> keys, std::span<const float> values);

    CacheFormat format_;
    std::size_t heads_, headSize_, positions_;
    std::size_t valueSize_;  ///< the head's size filled up to whole vectors
    Array keys_;             ///< [heads, positions / 16, head size, 16]
    Array values_;           ///< [heads, positions, value size]
};

}  // namespace ratescope::engine
