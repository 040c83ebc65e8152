#pragma once

// The stream of weights.bitstack: written, cut down to a budget, decoded. Needs no LibTorch.
//
// A container. Header: flags (1: no signs), rank that was asked for (varint), tensors as in tensor_list.h. Sections:
// signs and factors, block after block as they are loaded: the first of each searched tensor in the set's order, then
// those of the order; each block's signs padded to a byte, its factors u and v as big-endian halves, row by row.
// Order: for each further block the number of its tensor among the searched ones, 16 bits (32 where there are more than
// 65536). Kept. So a stream with fewer blocks is one whose first three sections end sooner.

#include "core/engine/quant/bitstack.h"
#include "core/media/coding/container.h"
#include "core/media/node/context.h"
#include "plugins/weights/tensor_list.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ratescope::media::weights {

inline constexpr const char* bitstackId = "weights.bitstack";
inline constexpr int bitstackVersion = 2;

/// What an encoder has come to. `order` as engine::blockOrder() gives it.
struct BitstackContent {
    std::int64_t rank = 0;  ///< as asked for
    bool signs = true;
    std::span<const engine::BitstackStack> stacks;  ///< of the searched tensors that are not empty
    std::span<const std::int64_t> order;
    std::vector<std::byte> kept;
};
void writeBitstack(const TensorSet& set, const BitstackContent& content, ByteSink& sink);

/// Checks the whole structure when made; the source's bytes must outlive it. Throws Error(Input).
class BitstackReader {
  public:
    explicit BitstackReader(ByteSource& source);

    /// How many blocks there are beyond the first of each tensor.
    std::size_t furtherBlocks() const { return order_.size(); }
    /// The length in bytes of the stream that has the first `blocks` of those.
    std::uint64_t sizeWith(std::size_t blocks) const;
    /// How many of them a stream of at most `bytes` bytes has. Throws Error(Usage) where not even the first block of
    /// each tensor fits.
    std::size_t blocksWithin(std::uint64_t bytes) const;
    /// The stream that has the first `blocks` of them.
    void write(std::size_t blocks, ByteSink& sink) const;
    /// Searched tensors as the sum of their blocks, in F32.
    TensorSet decode(Context& context) const;

  private:
    /// Where a block lies in its two sections, in bytes.
    struct Place {
        std::size_t signs = 0, factors = 0;
    };
    void readOrder();
    void placeBlock(std::size_t stack);
    Place endWith(std::size_t blocks) const;
    std::vector<float> weightsOf(Context& context, std::size_t stack) const;

    ContainerReader container_;
    std::span<const std::byte> header_, signs_, factors_, orderBytes_, kept_;
    std::uint64_t size_ = 0;
    TensorList list_;
    std::vector<engine::BitstackShape> stacks_;
    std::vector<std::int64_t> order_;
    std::vector<std::vector<Place>> places_;  ///< by stack, of its blocks
    Place end_;                               ///< of what is placed so far
};

}  // namespace ratescope::media::weights
