#include "tests/core/engine/quant/synthetic_layer.h"

#include <ATen/ATen.h>

#include <QDebug>
#include <cmath>
#include <random>

namespace ratescope::engine::test {
namespace {

constexpr int seeds = 5;

at::Tensor viewOf(const Matrix<float>& matrix) {
    return at::from_blob(const_cast<float*>(matrix.values.data()), {matrix.rows, matrix.columns}, at::kFloat);
}

at::Tensor viewOf(const Matrix<double>& matrix) {
    return at::from_blob(const_cast<double*>(matrix.values.data()), {matrix.rows, matrix.columns},
                         at::kDouble);
}

/// Numbers of the standard library's generator, so that LibTorch's own don't matter.
at::Tensor normal(std::mt19937_64& random, std::int64_t rows, std::int64_t columns) {
    std::normal_distribution<double> draw;
    at::Tensor values = at::empty({rows, columns}, at::kDouble);
    double* const out = values.data_ptr<double>();
    for (std::int64_t i = 0; i < rows * columns; ++i)
        out[i] = draw(random);
    return values;
}

Matrix<float> weightsOf(std::mt19937_64& random, const LayerShape& shape) {
    std::student_t_distribution<double> heavy(5);
    std::normal_distribution<double> light;
    Matrix<float> weights(shape.outputs, shape.inputs);
    const double scale = 1 / std::sqrt(static_cast<double>(shape.inputs));
    for (float& weight : weights.values)
        weight = static_cast<float>(scale * (shape.gaussianWeights ? light(random) : heavy(random)));
    return weights;
}

}  // namespace

Hessian hessianOfActivations(const Matrix<float>& activations) {
    Hessian hessian;
    accumulate(hessian, "layer", viewOf(activations), 1);
    return hessian;
}

SyntheticLayer syntheticLayer(std::uint64_t seed, const LayerShape& shape) {
    std::mt19937_64 random(seed);
    const std::int64_t n = shape.inputs;
    const at::Tensor basis = std::get<0>(at::linalg_qr(normal(random, n, n)));
    const at::Tensor spectrum = at::arange(1, n + 1, at::kDouble).pow(-0.4);
    const at::Tensor strengths = normal(random, 1, n).mul(0.8).exp();
    const at::Tensor inputs =
        at::mm(normal(random, shape.tokens, n), at::mm(basis * spectrum, basis.t())) * strengths;
    SyntheticLayer layer;
    layer.activations = Matrix<float>(shape.tokens, n);
    viewOf(layer.activations).copy_(inputs);
    layer.weights = weightsOf(random, shape);
    layer.hessian = hessianOfActivations(layer.activations);
    return layer;
}

const std::vector<SyntheticLayer>& syntheticLayers() {
    static const std::vector<SyntheticLayer> layers = [] {
        std::vector<SyntheticLayer> made;
        for (std::uint64_t seed = 0; seed < seeds; ++seed)
            made.push_back(syntheticLayer(seed));
        return made;
    }();
    return layers;
}

double proxyLoss(const Matrix<float>& restored, const Matrix<float>& weights, const Matrix<double>& hessian) {
    const at::Tensor error = viewOf(restored).to(at::kDouble) - viewOf(weights).to(at::kDouble);
    return (at::mm(error, viewOf(hessian)) * error).sum().item<double>();
}

double relativeLoss(const Matrix<float>& restored, const SyntheticLayer& layer) {
    const Matrix<float> nothing(layer.weights.rows, layer.weights.columns);
    return proxyLoss(restored, layer.weights, layer.hessian.values) /
           proxyLoss(nothing, layer.weights, layer.hessian.values);
}

double meanLoss(const std::function<Matrix<float>(const SyntheticLayer&)>& compress) {
    double sum = 0;
    for (const SyntheticLayer& layer : syntheticLayers())
        sum += relativeLoss(compress(layer), layer);
    return sum / seeds;
}

Matrix<float> diagonalMatrix(std::int64_t size, const std::function<float(std::int64_t)>& value) {
    Matrix<float> matrix(size, size);
    for (std::int64_t i = 0; i < size; ++i)
        matrix.at(i, i) = value(i);
    return matrix;
}

Matrix<double> diagonalHessian(const std::vector<double>& diagonal) {
    const auto size = static_cast<std::int64_t>(diagonal.size());
    Matrix<double> hessian(size, size);
    for (std::int64_t j = 0; j < size; ++j)
        hessian.at(j, j) = diagonal[static_cast<std::size_t>(j)];
    return hessian;
}

std::vector<std::vector<double>> independentInputs() {
    const auto size = static_cast<std::size_t>(small().weights.columns);
    std::vector<double> uneven;
    for (std::size_t j = 0; j < size; ++j)
        uneven.push_back(0.3 * static_cast<double>(j * 7 % 11));
    return {std::vector<double>(size, 1.0), uneven};
}

const SyntheticLayer& small() {
    static const SyntheticLayer layer = syntheticLayer(9, {70, 150, 600});
    return layer;
}

bool isNear(double value, double anchor, double tolerance) {
    if (std::abs(value / anchor - 1) <= tolerance) return true;
    qWarning("%g is not %g", value, anchor);
    return false;
}

}  // namespace ratescope::engine::test
