#pragma once

// The weights of a linear layer as the decoding kernels read them: rows in tiles of 16, columns in groups of 32, codes
// of 4 or 8 bits with a half-precision scale (and minimum) a group and row. Made of float rows, or straight of ggml's
// blocks Q4_0, Q4_1 and Q8_0 (github.com/ggml-org/ggml, ggml-common.h), whose numbers are kept as they are.

#include "core/buffer/buffer.h"
#include "core/media/node/language_model.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace ratescope::engine {

enum class PackedFormat {
    Float32,         ///< plain elements
    SymmetricFour,   ///< scale · (code − 8), as Q4_0
    AsymmetricFour,  ///< scale · code + minimum, as Q4_1
    SymmetricEight,  ///< scale · (code − 128), codes as those of Q8_0 with 128 added
};

/// "fp32", "4 bit symmetric", "4 bit", "8 bit".
const char* toText(PackedFormat format);

/// What kernels see. A tile holds the scales of all its groups, filled up to a cache line, then their codes:
///  - scales of a group: 16 halves, one a row; with minima, 16 more;
///  - codes of a group: 8 vectors of 16 rows × 4 columns, one byte each; the vector k has the columns 4k … 4k + 3.
///    With 4 bits, four vectors: k in the lower halves of bytes and k + 4 in the upper ones;
///  - plain elements have no scales: 16 rows of a column lie side by side.
/// Rows and columns beyond the matrix have the scale, minimum or element 0.
struct PackedTiles {
    static constexpr std::size_t rowsOfTile = 16;
    static constexpr std::size_t columnsOfGroup = 32;

    PackedFormat format = PackedFormat::Float32;
    std::size_t rows = 0;
    std::size_t groups = 0;
    const std::byte* tiles = nullptr;  ///< on a cache line
    std::size_t bytesOfTile = 0;
    std::size_t codesAt = 0;  ///< of a tile

    std::size_t count() const { return (rows + rowsOfTile - 1) / rowsOfTile; }
};

/// What a code stands for without its scale is `code − zeroOf(format)`.
constexpr int zeroOf(PackedFormat format) {
    return format == PackedFormat::SymmetricFour ? 8 : format == PackedFormat::SymmetricEight ? 128 : 0;
}
constexpr std::size_t scaleBytesOf(PackedFormat format) {
    return format == PackedFormat::Float32 ? 0 : format == PackedFormat::AsymmetricFour ? 64 : 32;
}
constexpr std::size_t codeBytesOf(PackedFormat format) {
    return format == PackedFormat::Float32 ? 2048 : format == PackedFormat::SymmetricEight ? 512 : 256;
}

class PackedMatrix {
  public:
    PackedMatrix() = default;

    /// `values` is [rows, columns]. Codes are those that ggml's reference quantisers choose, bit for bit; a last group
    /// that `columns` does not fill is quantised by what it has. Throws Error(Input) where a value is not finite or a
    /// scale exceeds half precision, Error(Internal) where the sizes do not fit.
    static PackedMatrix fromFloats(std::span<const float> values, std::size_t rows, std::size_t columns,
                                   PackedFormat format);
    /// `bytes` is [rows, bytes of a row] of Q4_0, Q4_1 or Q8_0. Throws Error(Input) for other blocks, sizes that do not
    /// fit, and scales that are not finite.
    static PackedMatrix fromBlocks(std::span<const std::byte> bytes, std::size_t rows, std::size_t columns,
                                   media::BlockFormat blocks);

    /// Copies what kernels read to memory of byteSize() bytes on a cache line, which `owner` keeps alive, and gives up
    /// the old.
    void moveTo(std::span<std::byte> place, std::shared_ptr<const void> owner);

    /// The weights of a row, as the format's formula gives them in single precision.
    void row(std::size_t index, std::span<float> out) const;

    PackedFormat format() const { return tiles_.format; }
    std::size_t rows() const { return tiles_.rows; }
    std::size_t columns() const { return columns_; }
    std::size_t byteSize() const { return memory_.byteSize(); }
    const PackedTiles& tiles() const { return tiles_; }

  private:
    PackedMatrix(PackedFormat format, std::size_t rows, std::size_t columns);

    PackedTiles tiles_;
    std::size_t columns_ = 0;
    Array memory_;
};

}  // namespace ratescope::engine
