#include "tests/core/engine/packed/sample_products.h"

#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace ratescope::engine {

std::vector<float> gaussian(std::size_t count, unsigned seed, float deviation) {
    std::mt19937 random(seed);
    std::normal_distribution<float> distribution(0, deviation);
    std::vector<float> values(count);
    for (float& value : values)
        value = distribution(random);
    return values;
}

PackedMatrix matrixOf(PackedFormat format, SampleSize size, unsigned seed) {
    return PackedMatrix::fromFloats(gaussian(size.rows * size.columns, seed, 0.1f), size.rows, size.columns,
                                    format);
}

PackedMatrix extremeMatrix(media::BlockFormat blocks, std::size_t rows, std::size_t columns) {
    const std::size_t bytesOfBlock = blocks == media::BlockFormat::Q8_0   ? 34
                                     : blocks == media::BlockFormat::Q4_1 ? 20
                                                                          : 18;
    std::mt19937 random(11);
    std::vector<std::byte> bytes(rows * columns / 32 * bytesOfBlock);
    for (std::byte& byte : bytes)
        byte = std::byte(random() % 5 == 0 ? 0x80 : random() % 7 == 0 ? 0xff : random() & 255);
    constexpr std::array<std::uint16_t, 6> halves{0x0000, 0x0001, 0x8001, 0x7bff, 0xfbff, 0x3c00};
    for (std::size_t block = 0; block < bytes.size(); block += bytesOfBlock)
        for (std::size_t i = 0; i < (blocks == media::BlockFormat::Q4_1 ? 4u : 2u); i += 2) {
            const std::uint16_t half = halves[random() % halves.size()];
            bytes[block + i] = std::byte(half & 255);
            bytes[block + i + 1] = std::byte(half >> 8);
        }
    return PackedMatrix::fromBlocks(bytes, rows, columns, blocks);
}

std::vector<float> extremeActivations() {
    std::vector<float> values = gaussian(2 * 192, 8);
    for (std::size_t i = 0; i < values.size(); i += 3)
        values[i] = i % 2 == 0 ? 1000.0f : -1000.0f;
    for (std::size_t i = 64; i < 96; ++i)
        values[i] = -1e30f;
    values[200] = 1e-42f;
    values[230] = std::numeric_limits<float>::max();
    return values;
}

Activations activationsOf(ActivationFormat format, std::span<const float> values, std::size_t columns) {
    Activations activations(format, values.size() / columns, columns);
    activations.assign(values);
    return activations;
}

std::vector<std::uint32_t> bitsOf(std::span<const float> values) {
    std::vector<std::uint32_t> bits;
    for (const float value : values)
        bits.push_back(std::isnan(value) ? 0x7fc00000 : std::bit_cast<std::uint32_t>(value));
    return bits;
}

}  // namespace ratescope::engine
