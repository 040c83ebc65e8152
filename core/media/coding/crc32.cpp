#include "core/media/coding/crc32.h"

#include <zlib.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ratescope::media {
namespace {

std::uint32_t continued(std::uint32_t crc, std::span<const std::byte> bytes) {
    return static_cast<std::uint32_t>(
        crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

#if defined(__x86_64__)

constexpr std::size_t lane = 16, lanes = 4, row = lanes * lane;

/// Moves a remainder of 128 bits past as many bits as the two factors stand for (x to the power of that number, plus
/// and minus 32, modulo the polynomial, bits reversed), and takes in what stands there.
[[gnu::target("pclmul,sse4.1"), gnu::always_inline]] inline __m128i folded(__m128i remainder, __m128i factors,
                                                                           __m128i next) {
    const __m128i low = _mm_clmulepi64_si128(remainder, factors, 0x00);
    const __m128i high = _mm_clmulepi64_si128(remainder, factors, 0x11);
    return _mm_xor_si128(next, _mm_xor_si128(low, high));
}

[[gnu::target("pclmul,sse4.1")]] std::uint32_t crcByProducts(std::span<const std::byte> bytes) {
    const __m128i past512 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
    const __m128i past128 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
    const auto load = [](const std::byte* from) {
        return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    };
    const std::byte* from = bytes.data();
    __m128i a = _mm_xor_si128(load(from), _mm_cvtsi32_si128(-1)), b = load(from + lane),
            c = load(from + 2 * lane), d = load(from + 3 * lane);
    std::size_t left = bytes.size() - row;
    for (from += row; left >= row; from += row, left -= row) {
        a = folded(a, past512, load(from));
        b = folded(b, past512, load(from + lane));
        c = folded(c, past512, load(from + 2 * lane));
        d = folded(d, past512, load(from + 3 * lane));
    }
    alignas(lane) std::byte remainder[lane];
    const __m128i all = folded(folded(folded(a, past128, b), past128, c), past128, d);
    _mm_store_si128(reinterpret_cast<__m128i*>(remainder), all);
    // zlib inverts the register before and after: all ones begin with zeros.
    return continued(continued(~std::uint32_t{0}, remainder), {from, left});
}

#endif

}  // namespace

std::uint32_t crc32Of(std::span<const std::byte> bytes) {
#if defined(__x86_64__)
    static const bool hasProducts = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
    if (hasProducts && bytes.size() >= row) return crcByProducts(bytes);
#endif
    return continued(0, bytes);
}

}  // namespace ratescope::media
