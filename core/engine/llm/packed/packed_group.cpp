#include "core/engine/llm/packed/packed_group.h"

#include "core/media/quality/half.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace ratescope::engine {
namespace {

constexpr std::size_t columns = PackedTiles::columnsOfGroup;
constexpr std::uint16_t infiniteHalf = 0x7c00;

/// 0 where the scale is so small that half precision takes it as 0.
float inverse(float scale) {
    return std::fabs(scale) < 0x1p-126f ? 0.0f : 1.0f / scale;
}

/// The value of the greatest magnitude, the first of several; its sign decides which side has one code more.
float greatest(std::span<const float> values) {
    float found = 0;
    for (const float value : values)
        if (std::fabs(value) > std::fabs(found)) found = value;
    return found;
}

PackedGroup symmetricFour(std::span<const float> values) {
    const float scale = greatest(values) / -8;
    const float factor = inverse(scale);
    PackedGroup group;
    group.scale = media::floatToHalf(scale);
    group.codes.fill(8);
    for (std::size_t i = 0; i < values.size(); ++i)
        group.codes[i] = static_cast<std::uint8_t>(std::clamp(values[i] * factor + 8.5f, 0.0f, 15.0f));
    return group;
}

PackedGroup asymmetricFour(std::span<const float> values) {
    const auto [least, most] = std::ranges::minmax(values);
    const float scale = (most - least) / 15;
    const float factor = inverse(scale);
    PackedGroup group;
    group.scale = media::floatToHalf(scale);
    group.minimum = media::floatToHalf(least);
    if (!std::isfinite(scale)) return group;
    for (std::size_t i = 0; i < values.size(); ++i)
        group.codes[i] =
            static_cast<std::uint8_t>(std::clamp((values[i] - least) * factor + 0.5f, 0.0f, 15.0f));
    return group;
}

PackedGroup symmetricEight(std::span<const float> values) {
    const float scale = std::fabs(greatest(values)) / 127;
    const float factor = inverse(scale);
    PackedGroup group;
    group.scale = media::floatToHalf(scale);
    group.codes.fill(128);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const float code = std::clamp(std::round(values[i] * factor), -127.0f, 127.0f);
        group.codes[i] = static_cast<std::uint8_t>(static_cast<int>(code) + 128);
    }
    return group;
}

std::uint16_t halfAt(const std::byte* place) {
    std::uint16_t half;
    std::memcpy(&half, place, sizeof half);
    return half;
}

/// Byte i of a block holds the weight i in its lower half and the weight i + 16 in its upper one.
void takeHalves(const std::byte* bytes, PackedGroup& group) {
    for (std::size_t i = 0; i < columns / 2; ++i) {
        const auto byte = std::to_integer<std::uint8_t>(bytes[i]);
        group.codes[i] = byte & 15;
        group.codes[i + columns / 2] = byte >> 4;
    }
}

/// Where a column's code is: byte of the group's codes, and whether its upper half.
struct CodePlace {
    std::size_t byte;
    bool upper;
};

CodePlace placeOf(PackedFormat format, std::size_t row, std::size_t column) {
    std::size_t vector = column / 4;
    const bool upper = format != PackedFormat::SymmetricEight && vector >= 4;
    if (upper) vector -= 4;
    return {vector * 64 + row * 4 + column % 4, upper};
}

}  // namespace

bool isFiniteHalf(std::uint16_t half) {
    return (half & infiniteHalf) != infiniteHalf;
}

std::optional<PackedGroup> quantisedGroup(PackedFormat format, std::span<const float> values) {
    const PackedGroup group = format == PackedFormat::SymmetricFour    ? symmetricFour(values)
                              : format == PackedFormat::AsymmetricFour ? asymmetricFour(values)
                                                                       : symmetricEight(values);
    if (!isFiniteHalf(group.scale) || !isFiniteHalf(group.minimum)) return std::nullopt;
    return group;
}

std::size_t bytesOfBlock(media::BlockFormat blocks) {
    return blocks == media::BlockFormat::Q4_0 ? 18 : blocks == media::BlockFormat::Q4_1 ? 20 : 34;
}

PackedGroup groupOfBlock(media::BlockFormat blocks, std::span<const std::byte> block) {
    PackedGroup group;
    group.scale = halfAt(block.data());
    if (blocks == media::BlockFormat::Q8_0) {
        for (std::size_t i = 0; i < columns; ++i)
            group.codes[i] = std::to_integer<std::uint8_t>(block[2 + i] ^ std::byte{0x80});
    } else if (blocks == media::BlockFormat::Q4_1) {
        group.minimum = halfAt(block.data() + 2);
        takeHalves(block.data() + 4, group);
    } else {
        takeHalves(block.data() + 2, group);
    }
    return group;
}

void placeGroup(const PackedTiles& layout, std::byte* tile, std::size_t row, std::size_t index,
                const PackedGroup& group) {
    std::byte* const scales = tile + index * scaleBytesOf(layout.format) + 2 * row;
    std::memcpy(scales, &group.scale, 2);
    if (layout.format == PackedFormat::AsymmetricFour) std::memcpy(scales + 32, &group.minimum, 2);
    std::byte* const codes = tile + layout.codesAt + index * codeBytesOf(layout.format);
    for (std::size_t i = 0; i < columns; ++i) {
        const auto [byte, upper] = placeOf(layout.format, row, i);
        codes[byte] |= std::byte{group.codes[i]} << (upper ? 4 : 0);
    }
}

PackedGroup takenGroup(const PackedTiles& layout, const std::byte* tile, std::size_t row, std::size_t index) {
    PackedGroup group;
    const std::byte* const scales = tile + index * scaleBytesOf(layout.format) + 2 * row;
    group.scale = halfAt(scales);
    if (layout.format == PackedFormat::AsymmetricFour) group.minimum = halfAt(scales + 32);
    const std::byte* const codes = tile + layout.codesAt + index * codeBytesOf(layout.format);
    const bool whole = layout.format == PackedFormat::SymmetricEight;
    for (std::size_t i = 0; i < columns; ++i) {
        const auto [byte, upper] = placeOf(layout.format, row, i);
        const auto code = std::to_integer<std::uint8_t>(codes[byte]);
        group.codes[i] = whole ? code : upper ? code >> 4 : code & 15;
    }
    return group;
}

}  // namespace ratescope::engine
