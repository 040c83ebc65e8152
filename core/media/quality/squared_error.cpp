#include "core/media/quality/squared_error.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace ratescope::media {
namespace {

/// Sums of 8-bit squares over so many samples fit 32 bits; loops over blocks of 32-bit sums are what compilers turn
/// into vector code.
constexpr std::size_t blockSamples = 1 << 15;

RATESCOPE_INLINE std::uint64_t squares8(const std::uint8_t* a, const std::uint8_t* b, std::size_t count) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const int difference = a[i] - b[i];
        sum += static_cast<std::uint32_t>(difference * difference);
    }
    return sum;
}

RATESCOPE_INLINE std::uint64_t squares16(const std::uint16_t* a, const std::uint16_t* b, std::size_t count) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t difference = a[i] > b[i] ? a[i] - b[i] : b[i] - a[i];
        sum += difference * difference;
    }
    return sum;
}

/// Sums over a block of products of the differences of R, G and B.
struct Products {
    std::int64_t rr, gg, bb, rg, rb, gb;
};

/// 1024 squares of (886 · 2 · 65535) stay below 2^64.
constexpr std::size_t blockPixels = 1024;

template <typename Difference, typename Sum>
RATESCOPE_INLINE std::int64_t product(const std::array<Difference, blockPixels>& a,
                                      const std::array<Difference, blockPixels>& b) {
    Sum sum = 0;
    for (std::size_t i = 0; i < blockPixels; ++i)
        sum += static_cast<Sum>(a[i]) * b[i];
    return sum;
}

/// `Difference` holds a difference of samples, `Sum` a sum of 1024 products of them.
template <typename T, typename Difference, typename Sum>
RATESCOPE_INLINE Products products(const T* __restrict a, const T* __restrict b, std::size_t pixels) {
    std::array<Difference, blockPixels> red, green, blue;
    for (std::size_t i = 0; i < pixels; ++i) {
        red[i] = static_cast<Difference>(a[3 * i] - b[3 * i]);
        green[i] = static_cast<Difference>(a[3 * i + 1] - b[3 * i + 1]);
        blue[i] = static_cast<Difference>(a[3 * i + 2] - b[3 * i + 2]);
    }
    for (std::size_t i = pixels; i < blockPixels; ++i)
        red[i] = green[i] = blue[i] = 0;
    return {product<Difference, Sum>(red, red),   product<Difference, Sum>(green, green),
            product<Difference, Sum>(blue, blue), product<Difference, Sum>(red, green),
            product<Difference, Sum>(red, blue),  product<Difference, Sum>(green, blue)};
}

RATESCOPE_INLINE Products products8(const std::uint8_t* a, const std::uint8_t* b, std::size_t pixels) {
    return products<std::uint8_t, std::int16_t, std::int32_t>(a, b, pixels);
}

RATESCOPE_INLINE Products products16(const std::uint16_t* a, const std::uint16_t* b, std::size_t pixels) {
    return products<std::uint16_t, std::int32_t, std::int64_t>(a, b, pixels);
}

/// Σ (red·R + green·G + blue·B)², which is below 2^64 though the terms may not be: unsigned numbers wrap.
std::uint64_t linearSquares(const Products& sums, std::int64_t red, std::int64_t green, std::int64_t blue) {
    const auto term = [](std::int64_t weight, std::int64_t sum) {
        return static_cast<std::uint64_t>(weight) * static_cast<std::uint64_t>(sum);
    };
    return term(red * red, sums.rr) + term(green * green, sums.gg) + term(blue * blue, sums.bb) +
           term(2 * red * green, sums.rg) + term(2 * red * blue, sums.rb) + term(2 * green * blue, sums.gb);
}

template <typename T, typename Sum>
std::uint64_t inBlocks(std::span<const T> a, std::span<const T> b, Sum sum) {
    std::uint64_t total = 0;
    for (std::size_t begin = 0; begin < a.size(); begin += blockSamples)
        total += sum(a.data() + begin, b.data() + begin, std::min(blockSamples, a.size() - begin));
    return total;
}

template <typename T, typename Sum>
YCbCrSquaredError yCbCrInBlocks(std::span<const T> a, std::span<const T> b, Sum sum) {
    const std::size_t pixels = a.size() / 3;
    YCbCrSquaredError total;
    for (std::size_t begin = 0; begin < pixels; begin += blockPixels) {
        const Products sums =
            sum(a.data() + 3 * begin, b.data() + 3 * begin, std::min(blockPixels, pixels - begin));
        total.y += static_cast<double>(linearSquares(sums, 299, 587, 114));
        total.cb += static_cast<double>(linearSquares(sums, -299, -587, 886));
        total.cr += static_cast<double>(linearSquares(sums, 701, -587, -114));
    }
    total.y /= 1000.0 * 1000.0;
    total.cb /= 1772.0 * 1772.0;
    total.cr /= 1402.0 * 1402.0;
    return total;
}

}  // namespace

std::uint64_t squaredError(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b,
                           InstructionSet set) {
    return inBlocks(a, b, compiledFor<&squares8>(set));
}

std::uint64_t squaredError(std::span<const std::uint16_t> a, std::span<const std::uint16_t> b,
                           InstructionSet set) {
    return inBlocks(a, b, compiledFor<&squares16>(set));
}

YCbCrSquaredError yCbCrSquaredError(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b,
                                    InstructionSet set) {
    return yCbCrInBlocks(a, b, compiledFor<&products8>(set));
}

YCbCrSquaredError yCbCrSquaredError(std::span<const std::uint16_t> a, std::span<const std::uint16_t> b,
                                    InstructionSet set) {
    return yCbCrInBlocks(a, b, compiledFor<&products16>(set));
}

}  // namespace ratescope::media
