#include "core/engine/quant/hessian.h"

#include "core/engine/quant/unfit_calibration.h"
#include "core/engine/tensor.h"
#include "core/error.h"
#include "core/media/quality/searched.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace ratescope::engine {
namespace {

constexpr std::int64_t tokensAtOnce = 2048;  // an fp32 sum of that many loses little
constexpr std::int64_t panel = 256;          // columns of a strip of the upper triangle
constexpr std::int64_t tile = 32;
constexpr double symmetryTolerance = 1e-4;
const std::string sequencesKey = "sequences:";

[[noreturn]] void refuseActivations(const std::string& name, const std::string& what) {
    throw Error(ErrorKind::Input, "The activations before \"" + name + "\" " + what + ".",
                "Calibrate with a model and a text that work.");
}

at::Tensor viewOf(Matrix<double>& matrix) {
    return at::from_blob(matrix.values.data(), {matrix.rows, matrix.columns}, at::kDouble);
}

/// Adds scale·XᵀX: strips of the upper triangle only, which is a little over half of the work.
void addProduct(const at::Tensor& sum, const at::Tensor& tokens, double scale) {
    const std::int64_t inputs = tokens.size(1);
    for (std::int64_t begin = 0; begin < inputs; begin += panel) {
        const std::int64_t end = std::min(begin + panel, inputs);
        const at::Tensor strip = at::mm(tokens.slice(1, begin, end).t(), tokens.slice(1, begin, inputs));
        sum.slice(0, begin, end).slice(1, begin, inputs).add_(strip.to(sum.device(), at::kDouble), scale);
    }
}

/// Tile by tile, since a column of a large matrix is a page a value.
void mirrorUpper(Matrix<double>& matrix) {
    for (std::int64_t top = 0; top < matrix.rows; top += tile)
        for (std::int64_t left = 0; left <= top; left += tile)
            for (std::int64_t i = top; i < std::min(top + tile, matrix.rows); ++i)
                for (std::int64_t j = left; j < std::min(left + tile, i); ++j)
                    matrix.at(i, j) = matrix.at(j, i);
}

std::int64_t sequencesOf(const media::TensorSet& set, const std::string& name) {
    const auto entry = set.metadata.find(sequencesKey + name);
    std::int64_t count = 0;
    if (entry != set.metadata.end()) {
        const std::string& text = entry->second;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (error != std::errc() || end != text.data() + text.size()) count = 0;
    }
    if (count < 1)
        throw unfitCalibration("The Hessian of \"" + name +
                               "\" does not say how many sequences it is made of.");
    return count;
}

void requireSymmetric(const std::string& name, const Matrix<double>& values) {
    double trace = 0;
    for (std::int64_t i = 0; i < values.rows; ++i)
        trace += std::abs(values.at(i, i));
    const double allowed = symmetryTolerance * trace / static_cast<double>(values.rows);
    for (std::int64_t i = 0; i < values.rows; ++i)
        for (std::int64_t j = 0; j < i; ++j)
            if (!(std::abs(values.at(i, j) - values.at(j, i)) <= allowed))
                throw unfitCalibration("The Hessian of \"" + name + "\" is not symmetric, or not finite.");
}

Hessian hessianIn(const media::TensorSet& set, const media::Tensor& tensor) {
    const Shape& shape = tensor.array.shape();
    if (shape.size() != 2 || shape[0] != shape[1] || shape[0] == 0)
        throw unfitCalibration("The Hessian of \"" + tensor.name + "\" is not a square matrix.");
    if (!media::isFloatingPoint(tensor.array.type()))
        throw unfitCalibration("The Hessian of \"" + tensor.name + "\" is not in floating point.");
    Hessian hessian{Matrix<double>(shape[0], shape[1]), sequencesOf(set, tensor.name)};
    viewOf(hessian.values).copy_(tensorOf(tensor.array));
    for (std::int64_t i = 0; i < shape[0]; ++i)
        if (!(hessian.values.at(i, i) >= 0) || std::isinf(hessian.values.at(i, i)))
            throw unfitCalibration("The Hessian of \"" + tensor.name +
                                   "\" has negative, NaN or infinite values on its diagonal.");
    requireSymmetric(tensor.name, hessian.values);
    return hessian;
}

void requireHessians(const media::TensorSet& set) {
    if (set.schema != hessianSchema) throw unfitCalibration("The calibration data holds no Hessians.");
}

}  // namespace

void accumulate(Hessian& sum, const std::string& name, const at::Tensor& activations,
                std::int64_t sequences) {
    if (activations.dim() < 2 || !at::isFloatingType(activations.scalar_type()))
        refuseActivations(name, "are not a matrix of floating-point numbers");
    if (activations.numel() == 0 || sequences < 1) refuseActivations(name, "are empty");
    const std::int64_t inputs = activations.size(-1);
    if (sum.sequences == 0) sum.values = Matrix<double>(inputs, inputs);
    if (sum.values.rows != inputs) refuseActivations(name, "have another width than before");
    const auto before = static_cast<double>(sum.sequences), more = static_cast<double>(sequences);
    const at::Tensor total = viewOf(sum.values);
    total.mul_(before / (before + more));
    const at::Tensor rows = activations.detach().reshape({-1, inputs}).to(at::kFloat);
    for (std::int64_t begin = 0; begin < rows.size(0); begin += tokensAtOnce)
        addProduct(total, rows.slice(0, begin, std::min(begin + tokensAtOnce, rows.size(0))),
                   2 / (before + more));
    // A value that is NaN or infinite, or whose square is, shows on the diagonal.
    if (!at::isfinite(total.diagonal()).all().item<bool>())
        refuseActivations(name, "hold NaN or infinite values, or some too large");
    mirrorUpper(sum.values);
    sum.sequences += sequences;
}

Hessian merged(const std::string& name, const Hessian& a, const Hessian& b) {
    if (a.sequences == 0) return b;
    if (b.sequences == 0) return a;
    if (a.values.rows != b.values.rows)
        throw unfitCalibration("Two Hessians of \"" + name + "\" have different sizes.");
    Hessian sum{a.values, a.sequences + b.sequences};
    const double share = static_cast<double>(b.sequences) / static_cast<double>(sum.sequences);
    for (std::size_t i = 0; i < sum.values.values.size(); ++i)
        sum.values.values[i] = a.values.values[i] * (1 - share) + b.values.values[i] * share;
    return sum;
}

void addTo(media::TensorSet& set, const std::vector<std::string>& names, const Hessian& hessian) {
    set.schema = hessianSchema;
    Array array(DType::F64, {hessian.values.rows, hessian.values.columns});
    std::ranges::copy(hessian.values.values, array.writable<double>().begin());
    for (const std::string& name : names) {
        set.tensors.push_back({name, array});
        set.metadata[sequencesKey + name] = std::to_string(hessian.sequences);
    }
}

media::TensorSet toTensorSet(const Hessians& hessians) {
    media::TensorSet set;
    set.schema = hessianSchema;
    for (const auto& [name, hessian] : hessians)
        addTo(set, {name}, hessian);
    return set;
}

Hessians hessiansFrom(const media::TensorSet& set) {
    requireHessians(set);
    Hessians hessians;
    for (const media::Tensor& tensor : set.tensors)
        if (!hessians.emplace(tensor.name, hessianIn(set, tensor)).second)
            throw unfitCalibration("The calibration data holds two Hessians of \"" + tensor.name + "\".");
    return hessians;
}

Hessian hessianOf(const media::TensorSet& set, const std::string& name) {
    requireHessians(set);
    for (const media::Tensor& tensor : set.tensors)
        if (tensor.name == name) return hessianIn(set, tensor);
    throw unfitCalibration("The calibration data holds no Hessian of \"" + name + "\".");
}

}  // namespace ratescope::engine
