#include "core/engine/quant/weighted_svd.h"

#include "core/engine/quant/unfit_calibration.h"
#include "core/error.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace ratescope::engine {
namespace {

/// [1, n] or [m, 1], F64, as it multiplies W.
at::Tensor alongAxis(std::span<const double> diagonal, WeightedAxis axis) {
    const auto length = static_cast<std::int64_t>(diagonal.size());
    const at::Tensor values =
        at::from_blob(const_cast<double*>(diagonal.data()), {length}, at::kDouble).clone();
    return axis == WeightedAxis::Inputs ? values.unsqueeze(0) : values.unsqueeze(1);
}

at::Tensor weighted(const std::string& name, const at::Tensor& weights, std::span<const double> diagonal,
                    WeightedAxis axis) {
    if (weights.dim() != 2 || weights.numel() == 0 || !at::isFloatingType(weights.scalar_type()))
        throw Error(ErrorKind::Input, "\"" + name + "\" is no matrix of floating-point numbers.",
                    "Leave it out of what is compressed.");
    if (static_cast<std::int64_t>(diagonal.size()) != weights.size(axis == WeightedAxis::Inputs ? 1 : 0))
        throw Error(ErrorKind::Internal, "The weights of \"" + name + "\"'s rows are not as many as these.",
                    "");
    const at::Tensor wide = weights.detach().to(at::kCPU, at::kDouble);
    if (!at::isfinite(wide).all().item<bool>())
        throw Error(ErrorKind::Input, "Tensor \"" + name + "\" holds NaN or infinite values.",
                    "Mend the file, or leave the tensor out.");
    return wide.mul(alongAxis(diagonal, axis));
}

std::vector<double> squares(const at::Tensor& values) {
    const at::Tensor all = values.square().contiguous();
    return {all.const_data_ptr<double>(), all.const_data_ptr<double>() + all.numel()};
}

Matrix<std::uint16_t> halvesOf(const std::string& name, const at::Tensor& values) {
    const at::Tensor halves = values.to(at::kHalf).contiguous();
    if (!at::isfinite(halves).all().item<bool>())
        throw Error(ErrorKind::Input, "The factors of \"" + name + "\" are too large for half precision.",
                    "Leave it out of what is compressed, or scale the model's weights.");
    Matrix<std::uint16_t> matrix(halves.size(0), halves.size(1));
    std::ranges::transform(std::span(halves.const_data_ptr<at::Half>(), matrix.values.size()),
                           matrix.values.begin(), [](at::Half half) { return half.x; });
    return matrix;
}

}  // namespace

std::vector<double> diagonalOf(const std::string& name, std::span<const double> fisherSums, double floor) {
    if (!(floor >= 0))
        throw Error(ErrorKind::Usage, "The floor of the weights of rows lies below 0.", "Set it to 1e-5.");
    for (const double sum : fisherSums)
        if (!(sum >= 0) || std::isinf(sum))
            throw unfitCalibration("The Fisher information of \"" + name +
                                   "\" holds NaN, infinite or negative values.");
    const double most = fisherSums.empty() ? 0 : *std::ranges::max_element(fisherSums);
    std::vector<double> diagonal(fisherSums.size(), 1.0);
    for (std::size_t i = 0; most > 0 && i < diagonal.size(); ++i)
        diagonal[i] = std::sqrt(fisherSums[i] / most + floor);
    return diagonal;
}

std::vector<double> energies(const std::string& name, const at::Tensor& weights,
                             std::span<const double> diagonal, WeightedAxis axis) {
    return squares(at::linalg_svdvals(weighted(name, weights, diagonal, axis)));
}

WeightedSvd::WeightedSvd(std::string name, const at::Tensor& weights, std::span<const double> diagonal,
                         WeightedAxis axis)
    : name_(std::move(name)), axis_(axis) {
    at::Tensor values;
    std::tie(u_, values, v_) =
        at::linalg_svd(weighted(name_, weights, diagonal, axis), /*full_matrices=*/false);
    energies_ = squares(values);
    roots_ = values.sqrt();
    const at::Tensor scale = alongAxis(diagonal, axis);
    inverse_ = at::where(scale > 0, scale.reciprocal(), 0.0);
}

ExactFactors WeightedSvd::factors(std::int64_t rank) const {
    const auto most = static_cast<std::int64_t>(energies_.size());
    if (rank < 1 || rank > most)
        throw Error(ErrorKind::Usage,
                    "Rank " + std::to_string(rank) + " was asked for of \"" + name_ +
                        "\", which has ranks from 1 to " + std::to_string(most) + ".",
                    "Ask for one of those.");
    const at::Tensor roots = roots_.narrow(0, 0, rank);
    ExactFactors factors{u_.narrow(1, 0, rank).mul(roots), v_.narrow(0, 0, rank).mul(roots.unsqueeze(1))};
    at::Tensor& side = axis_ == WeightedAxis::Inputs ? factors.right : factors.left;
    side = side.mul(inverse_);
    return factors;
}

LowRank WeightedSvd::stored(std::int64_t rank) const {
    const ExactFactors exact = factors(rank);
    return {halvesOf(name_, exact.left), halvesOf(name_, exact.right)};
}

}  // namespace ratescope::engine
