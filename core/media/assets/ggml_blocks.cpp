#include "core/media/assets/ggml_blocks.h"

#include "core/error.h"
#include "core/media/quality/half.h"

#include <cmath>
#include <cstring>

namespace ratescope::media {
namespace {

using Bytes = const std::uint8_t*;

float halfAt(Bytes bytes) {
    std::uint16_t bits;
    std::memcpy(&bits, bytes, sizeof bits);
    return halfToFloat(bits);
}

int low(std::uint8_t byte) {
    return byte & 15;
}
int high(std::uint8_t byte) {
    return byte >> 4;
}

/// Four bits an element, the first 16 in the low halves, and a fifth bit each where there are some.
template <typename Number>
void fillNibbles(Bytes codes, std::uint32_t fifths, float* out, Number number) {
    for (int i = 0; i < 16; ++i) {
        out[i] = number(low(codes[i]) | static_cast<int>((fifths >> i & 1) << 4));
        out[i + 16] = number(high(codes[i]) | static_cast<int>((fifths >> (i + 16) & 1) << 4));
    }
}

std::uint32_t wordAt(Bytes bytes) {
    std::uint32_t word;
    std::memcpy(&word, bytes, sizeof word);
    return word;
}

void fillQ40(Bytes block, float* out) {
    const float scale = halfAt(block);
    fillNibbles(block + 2, 0, out, [&](int code) { return static_cast<float>(code - 8) * scale; });
}

void fillQ41(Bytes block, float* out) {
    const float scale = halfAt(block), least = halfAt(block + 2);
    fillNibbles(block + 4, 0, out, [&](int code) { return static_cast<float>(code) * scale + least; });
}

void fillQ50(Bytes block, float* out) {
    const float scale = halfAt(block);
    fillNibbles(block + 6, wordAt(block + 2), out,
                [&](int code) { return static_cast<float>(code - 16) * scale; });
}

void fillQ51(Bytes block, float* out) {
    const float scale = halfAt(block), least = halfAt(block + 2);
    fillNibbles(block + 8, wordAt(block + 4), out,
                [&](int code) { return static_cast<float>(code) * scale + least; });
}

void fillQ80(Bytes block, float* out) {
    const float scale = halfAt(block);
    for (int i = 0; i < 32; ++i)
        out[i] = static_cast<float>(static_cast<std::int8_t>(block[2 + i])) * scale;
}

/// The blocks of 256 hold 16 groups of 16 (two bits: Q2_K, Q3_K) in this order: both halves of 128, in each the four
/// pairs of bits of 32 bytes from the lowest, in each the two halves of 16 bytes.
template <typename Fill>
void forTwoBitGroups(Bytes codes, Fill fill) {
    for (int group = 0; group < 16; ++group) {
        const int half = group / 8, shift = 2 * (group % 8 / 2), from = 16 * (group % 2);
        for (int i = 0; i < 16; ++i)
            fill(group, i, from + i, codes[32 * half + from + i] >> shift & 3);
    }
}

void fillQ2K(Bytes block, float* out) {
    const float scale = halfAt(block + 80), least = halfAt(block + 82);
    forTwoBitGroups(block + 16, [&](int group, int i, int, int code) {
        const float step = scale * static_cast<float>(low(block[group]));
        const float offset = least * static_cast<float>(high(block[group]));
        out[16 * group + i] = step * static_cast<float>(code) - offset;
    });
}

void fillQ3K(Bytes block, float* out) {
    const Bytes third = block, packed = block + 96;
    const float scale = halfAt(block + 108);
    float steps[16];
    for (int group = 0; group < 16; ++group) {
        const int lowBits = group < 8 ? low(packed[group]) : high(packed[group - 8]);
        const int highBits = packed[8 + group % 4] >> (2 * (group / 4)) & 3;
        steps[group] = scale * static_cast<float>((lowBits | highBits << 4) - 32);
    }
    forTwoBitGroups(block + 32, [&](int group, int i, int byte, int code) {
        const bool hasThird = (third[byte] >> (group / 2) & 1) != 0;
        out[16 * group + i] = steps[group] * static_cast<float>(code - (hasThird ? 0 : 4));
    });
}

/// Step and offset of one of the eight groups of 32 of Q4_K and Q5_K: six bits each, packed into 12 bytes.
struct StepAndOffset {
    float step, offset;
};

StepAndOffset ofGroup(Bytes block, int group) {
    const Bytes packed = block + 4;
    int step = packed[group] & 63, offset = packed[group + 4] & 63;
    if (group >= 4) {
        step = low(packed[group + 4]) | packed[group - 4] >> 6 << 4;
        offset = high(packed[group + 4]) | packed[group] >> 6 << 4;
    }
    return {halfAt(block) * static_cast<float>(step), halfAt(block + 2) * static_cast<float>(offset)};
}

void fillQ4K(Bytes block, float* out) {
    const Bytes codes = block + 16;
    for (int group = 0; group < 8; ++group) {
        const StepAndOffset of = ofGroup(block, group);
        for (int i = 0; i < 32; ++i) {
            const std::uint8_t pair = codes[32 * (group / 2) + i];
            out[32 * group + i] =
                of.step * static_cast<float>(group % 2 ? high(pair) : low(pair)) - of.offset;
        }
    }
}

void fillQ5K(Bytes block, float* out) {
    const Bytes fifths = block + 16, codes = block + 48;
    for (int group = 0; group < 8; ++group) {
        const StepAndOffset of = ofGroup(block, group);
        for (int i = 0; i < 32; ++i) {
            const std::uint8_t pair = codes[32 * (group / 2) + i];
            const int code = (group % 2 ? high(pair) : low(pair)) | (fifths[i] >> group & 1) << 4;
            out[32 * group + i] = of.step * static_cast<float>(code) - of.offset;
        }
    }
}

void fillQ6K(Bytes block, float* out) {
    const float scale = halfAt(block + 208);
    for (int quarter = 0; quarter < 8; ++quarter) {
        const int half = quarter / 4, place = quarter % 4;
        const Bytes lowBits = block + 64 * half + 32 * (place % 2), highBits = block + 128 + 32 * half;
        for (int i = 0; i < 32; ++i) {
            const int four = place < 2 ? low(lowBits[i]) : high(lowBits[i]);
            const int code = (four | (highBits[i] >> (2 * place) & 3) << 4) - 32;
            const auto step = static_cast<std::int8_t>(block[192 + 2 * quarter + i / 16]);
            out[32 * quarter + i] = scale * static_cast<float>(step) * static_cast<float>(code);
        }
    }
}

/// How a block is read, and where the half floats lie that scale it (the second: −1 for none).
struct Reading {
    void (*block)(Bytes, float*);
    int scale, least;
};

Reading readingOf(BlockFormat format) {
    switch (format) {
        case BlockFormat::Q4_0:
            return {fillQ40, 0, -1};
        case BlockFormat::Q4_1:
            return {fillQ41, 0, 2};
        case BlockFormat::Q5_0:
            return {fillQ50, 0, -1};
        case BlockFormat::Q5_1:
            return {fillQ51, 0, 2};
        case BlockFormat::Q8_0:
            return {fillQ80, 0, -1};
        case BlockFormat::Q2_K:
            return {fillQ2K, 80, 82};
        case BlockFormat::Q3_K:
            return {fillQ3K, 108, -1};
        case BlockFormat::Q4_K:
            return {fillQ4K, 0, 2};
        case BlockFormat::Q5_K:
            return {fillQ5K, 0, 2};
        case BlockFormat::Q6_K:
            return {fillQ6K, 208, -1};
        case BlockFormat::None:
            break;
    }
    throw Error(ErrorKind::Internal, "Plain elements were to be read as blocks.", "");
}

bool finiteHalf(Bytes bytes) {
    return std::isfinite(halfAt(bytes));
}

bool finiteBlocks(const ModelTensor& tensor) {
    const auto bytes = static_cast<std::size_t>(blockSize(tensor.blocks).bytes);
    const Reading reading = readingOf(tensor.blocks);
    const auto all = tensor.array.as<std::uint8_t>();
    for (std::size_t at = 0; at + bytes <= all.size(); at += bytes)
        if (!finiteHalf(&all[at] + reading.scale) ||
            (reading.least >= 0 && !finiteHalf(&all[at] + reading.least)))
            return false;
    return true;
}

/// Whether no element has all bits of its exponent set; those are the infinities and NaN.
template <typename Bits>
bool noneHasExponent(std::span<const Bits> elements, Bits exponent) {
    bool found = false;
    for (const Bits bits : elements)
        found |= (bits & exponent) == exponent;
    return !found;
}

}  // namespace

void dequantiseRow(BlockFormat format, std::span<const std::byte> bytes, std::span<float> out) {
    const BlockSize size = blockSize(format);
    const auto elements = static_cast<std::size_t>(size.elements),
               step = static_cast<std::size_t>(size.bytes);
    if (out.size() % elements != 0 || bytes.size() != out.size() / elements * step)
        throw Error(ErrorKind::Internal, "A row of blocks does not fit the elements that it is to give.", "");
    const auto read = readingOf(format).block;
    const auto* block = reinterpret_cast<Bytes>(bytes.data());
    for (std::size_t i = 0; i < out.size(); i += elements, block += step)
        read(block, out.data() + i);
}

Array toFloat(const ModelTensor& tensor) {
    if (tensor.blocks == BlockFormat::None) return toFloat32(tensor.array);
    Array out(DType::F32, tensor.shape);
    dequantiseRow(tensor.blocks, tensor.array.bytes(), out.writable<float>());
    return out;
}

bool isFinite(const ModelTensor& tensor) {
    if (tensor.blocks != BlockFormat::None) return finiteBlocks(tensor);
    switch (tensor.array.type()) {
        case DType::F16:
            return noneHasExponent<std::uint16_t>(tensor.array.as<std::uint16_t>(), 0x7c00);
        case DType::BF16:
            return noneHasExponent<std::uint16_t>(tensor.array.as<std::uint16_t>(), 0x7f80);
        case DType::F32:
            return noneHasExponent<std::uint32_t>(tensor.array.as<std::uint32_t>(), 0x7f800000);
        case DType::F64:
            return noneHasExponent<std::uint64_t>(tensor.array.as<std::uint64_t>(), 0x7ff0000000000000);
        default:
            return true;
    }
}

}  // namespace ratescope::media
