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

/// YCbCr of BT.709 and limited range; random like makeImage.
inline Image makeSubsampled(std::int64_t width, std::int64_t height, Subsampling subsampling,
                            Siting siting = Siting::Centre, int bitDepth = 8, bool alpha = false,
                            std::uint32_t seed = 1) {
    Image image = makeImage(width, height, ColourModel::Grey, alpha, bitDepth, seed);
    image.model = ColourModel::YCbCr;
    image.matrix = Matrix::Bt709;
    image.range = Range::Limited;
    image.subsampling = subsampling;
    image.siting = siting;
    const auto plane = [&](std::uint32_t planeSeed) {
        const Image grey = makeImage(image.chromaWidth(), image.chromaHeight(), ColourModel::Grey, false,
                                     bitDepth, planeSeed);
        return Array(grey.samples.type(), {image.chromaHeight(), image.chromaWidth()}, grey.samples.bytes(),
                     std::make_shared<const Array>(grey.samples));
    };
    image.cb = plane(seed + 1000);
    image.cr = plane(seed + 2000);
    return image;
}

/// Slow changes, as a lossy codec keeps them.
inline Image makeSmooth(std::int64_t width, std::int64_t height, bool alpha = false) {
    Image image = makeImage(width, height, ColourModel::Rgb, alpha);
    auto samples = image.samples.writable<std::uint8_t>();
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = static_cast<std::uint8_t>(
            60 + 2 * (i / static_cast<std::size_t>(image.channels()) % static_cast<std::size_t>(width)) +
            (i % static_cast<std::size_t>(image.channels())) * 30);
    return image;
}

/// Of images of 8 bits and equal shape.
inline int greatestDifference(const Image& a, const Image& b) {
    int greatest = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(a.samples.size()); ++i)
        greatest =
            std::max(greatest, std::abs(a.samples.as<std::uint8_t>()[i] - b.samples.as<std::uint8_t>()[i]));
    return greatest;
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
           a.subsampling == b.subsampling && a.siting == b.siting && sameArrays(a.samples, b.samples) &&
           sameArrays(a.cb, b.cb) && sameArrays(a.cr, b.cr);
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
