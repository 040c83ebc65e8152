#pragma once

// Values for the tests of core/media, all from a fixed seed.

#include "core/media/node/value.h"

#include <algorithm>
#include <random>

namespace ratescope::media {

inline Image makeImage(std::int64_t width, std::int64_t height, ColourModel model = ColourModel::Rgb,
                       bool alpha = false, int bitDepth = 8, std::uint32_t seed = 1) {
    Image image;
    image.model = model;
    image.alpha = alpha;
    image.bitDepth = bitDepth;
    if (model == ColourModel::YCbCr) image.matrix = Matrix::Bt601;
    const int colours = model == ColourModel::Grey ? 1 : model == ColourModel::Cmyk ? 4 : 3;
    image.samples = Array(bitDepth <= 8 ? DType::U8 : DType::U16, {height, width, colours + (alpha ? 1 : 0)});
    std::mt19937 random(seed);
    const auto fill = [&](auto samples) {
        for (auto& sample : samples)
            sample = static_cast<std::decay_t<decltype(sample)>>(random() & ((1u << bitDepth) - 1));
    };
    if (bitDepth <= 8)
        fill(image.samples.writable<std::uint8_t>());
    else
        fill(image.samples.writable<std::uint16_t>());
    return image;
}

inline Array makeFloats(Shape shape, std::uint32_t seed = 1) {
    Array array(DType::F32, std::move(shape));
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    for (float& value : array.writable<float>())
        value = normal(random);
    return array;
}

inline bool sameArrays(const Array& a, const Array& b) {
    return a.type() == b.type() && a.shape() == b.shape() &&
           std::equal(a.bytes().begin(), a.bytes().end(), b.bytes().begin(), b.bytes().end());
}

inline bool sameImages(const Image& a, const Image& b) {
    return a.model == b.model && a.alpha == b.alpha && a.bitDepth == b.bitDepth && a.range == b.range &&
           a.matrix == b.matrix && a.orientation == b.orientation && a.icc == b.icc &&
           sameArrays(a.samples, b.samples);
}

inline bool sameTensors(const TensorSet& a, const TensorSet& b) {
    return a.schema == b.schema && a.metadata == b.metadata &&
           std::equal(a.tensors.begin(), a.tensors.end(), b.tensors.begin(), b.tensors.end(),
                      [](const Tensor& x, const Tensor& y) {
                          return x.name == y.name && sameArrays(x.array, y.array);
                      });
}

inline bool sameColumns(const Table& a, const Table& b) {
    return std::equal(a.columns.begin(), a.columns.end(), b.columns.begin(), b.columns.end(),
                      [](const Column& x, const Column& y) {
                          return x.name == y.name && x.unit == y.unit && x.cells == y.cells;
                      });
}

template <typename T>
Value valueOf(T value) {
    return std::make_shared<const T>(std::move(value));
}

}  // namespace ratescope::media
