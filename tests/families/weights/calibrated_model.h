#pragma once

// A small set of tensors with a Hessian, and what tests of calibrated codecs ask of their streams.

#include "core/engine/quant/hessian.h"
#include "core/media/coding/container.h"
#include "tests/families/support.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace ratescope::media::test {

inline constexpr std::int64_t rows = 50, columns = 72;

inline engine::Matrix<float> matrixOfWeights() {
    std::mt19937 random(1);
    std::student_t_distribution<float> draw(5);
    engine::Matrix<float> result(rows, columns);
    std::ranges::generate(result.values, [&] { return draw(random) / 16; });
    return result;
}

/// Of inputs that are sums of their neighbours, some stronger than others.
inline engine::Hessian hessian() {
    std::mt19937 random(2);
    std::normal_distribution<double> draw;
    engine::Hessian result{engine::Matrix<double>(columns, columns), 3};
    for (int token = 0; token < 300; ++token) {
        std::vector<double> x(columns);
        for (std::size_t j = 0; j < columns; ++j)
            x[j] = draw(random) * (1 + static_cast<double>(j * 7 % 5)) + (j > 0 ? 0.7 * x[j - 1] : 0);
        for (std::int64_t i = 0; i < columns; ++i)
            for (std::int64_t j = 0; j < columns; ++j)
                result.values.at(i, j) += x[static_cast<std::size_t>(i)] * x[static_cast<std::size_t>(j)];
    }
    return result;
}

inline Tensor tensor(const std::string& name, Shape shape, std::span<const float> values) {
    Array array(DType::F32, std::move(shape));
    std::ranges::copy(values, array.writable<float>().begin());
    return {name, array};
}

/// A matrix that is calibrated, a kernel that isn't, and what is kept.
inline TensorSet model() {
    const engine::Matrix<float> matrix = matrixOfWeights();
    const std::span<const float> values(matrix.values);
    return {"",
            {tensor("a.weight", {rows, columns}, values),
             tensor("a.bias", {5}, values.subspan(0, 5)),
             tensor("kernel", {6, 3, 2, 2}, values.subspan(10, 72)),
             {"none", Array(DType::F32, {0, 4})}},
            {{"format", "pt"}}};
}

/// One row of 60,000 inputs, as an embedding of positions has: a matrix [n, n] of doubles of them takes 29 GB.
inline TensorSet wideModel() {
    std::vector<float> values(60000);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = std::sin(static_cast<float>(i) * 0.37F);
    return {"", {tensor("model.layers.0.mlp.positions", {1, 200, 300}, values)}, {}};
}

inline double relativeErrorOf(std::span<const float> restored, std::span<const float> weights) {
    double loss = 0, energy = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        loss += std::pow(restored[i] - weights[i], 2);
        energy += std::pow(weights[i], 2);
    }
    return std::sqrt(loss / energy);
}

inline Inputs calibrated(const TensorSet& set, const std::string& name = "a.weight") {
    Inputs all = inputs("tensors", set);
    all.add("hessians", std::make_shared<const TensorSet>(engine::toTensorSet({{name, hessian()}})));
    return all;
}

inline std::vector<float> decodedWeights(const NodeEntry& node, const ByteSink& stream) {
    const Outputs outputs = decode(node, stream.bytes());
    const auto values = tensorsAt(outputs).tensors.at(0).array.as<float>();
    return {values.begin(), values.end()};
}

}  // namespace ratescope::media::test
