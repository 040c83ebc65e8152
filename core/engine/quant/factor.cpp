#include "core/engine/quant/factor.h"

#include "core/error.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace ratescope::engine {
namespace {

constexpr double mostDamping = 1e4;

[[noreturn]] void refuse(const std::string& name, const std::string& what) {
    throw Error(ErrorKind::Input, "The Hessian of \"" + name + "\" " + what + ".",
                "Calibrate again with other text, or with more of it.");
}

void requireUsable(const std::string& name, const Matrix<double>& hessian) {
    if (hessian.rows != hessian.columns || hessian.rows == 0) refuse(name, "is empty or not square");
    for (const double value : hessian.values)
        if (!std::isfinite(value)) refuse(name, "holds NaN or infinite values");
}

void requireUsable(const std::string& name, std::span<const double> diagonal) {
    if (diagonal.empty()) refuse(name, "is empty or not square");
    for (const double value : diagonal) {
        if (!std::isfinite(value)) refuse(name, "holds NaN or infinite values");
        if (value < 0) refuse(name, "has a negative diagonal");
    }
}

void requireDamping(double damping) {
    if (!(damping > 0) || damping > mostDamping)
        throw Error(ErrorKind::Usage,
                    "The damping must lie above 0 and be no more than " +
                        std::to_string(static_cast<std::int64_t>(mostDamping)) + ".",
                    "Set it to 0.01, say.");
}

/// H_jj of an input, mended where that is dead.
double strengthOf(std::span<const double> diagonal, const std::vector<std::uint8_t>& dead,
                  std::int64_t input) {
    const auto at = static_cast<std::size_t>(input);
    return dead[at] != 0 ? 1.0 : diagonal[at];
}

std::vector<std::int64_t> columnOrder(std::span<const double> diagonal, const std::vector<std::uint8_t>& dead,
                                      const FactorSettings& settings) {
    std::vector<std::int64_t> order(diagonal.size());
    std::iota(order.begin(), order.end(), 0);
    const auto isStronger = [&](std::int64_t a, std::int64_t b) {
        return strengthOf(diagonal, dead, a) > strengthOf(diagonal, dead, b);
    };
    if (settings.actOrder) std::stable_sort(order.begin(), order.end(), isStronger);
    if (settings.actOrder || settings.groupSize <= 0) return order;
    using Group = std::vector<std::int64_t>;
    std::vector<Group> groups;
    for (const std::int64_t column : order) {
        if (column % settings.groupSize == 0) groups.emplace_back();
        groups.back().push_back(column);
    }
    for (Group& group : groups)
        std::stable_sort(group.begin(), group.end(), isStronger);
    const bool lastIsShort = static_cast<std::int64_t>(groups.back().size()) < settings.groupSize;
    std::stable_sort(groups.begin(), groups.end() - (lastIsShort ? 1 : 0),
                     [&](const Group& a, const Group& b) { return isStronger(a.front(), b.front()); });
    order.clear();
    for (const Group& group : groups)
        order.insert(order.end(), group.begin(), group.end());
    return order;
}

/// All but U.
InverseFactor arranged(const std::string& name, std::span<const double> diagonal,
                       const FactorSettings& settings) {
    requireUsable(name, diagonal);
    InverseFactor factor;
    for (const double value : diagonal)
        factor.dead.push_back(value == 0 ? 1 : 0);
    factor.order = columnOrder(diagonal, factor.dead, settings);
    factor.damping = settings.damping;
    return factor;
}

/// With R upper triangular and H = R·Rᵀ, U = R⁻¹. R is the ordinary factor of H turned about both diagonals: one
/// factorisation and one triangular solve, and no inverse of H in between. Nothing where H isn't positive definite.
at::Tensor upperFactor(Matrix<double> damped) {
    const std::int64_t size = damped.rows;
    at::Tensor turned = at::from_blob(damped.values.data(), {size, size}, at::kDouble).flip({0, 1});
    damped = {};  // the matrices of wide layers are large: each is dropped with its last use
    auto [lower, info] = at::linalg_cholesky_ex(std::exchange(turned, {}));
    if (info.item<int>() != 0) return {};
    const at::Tensor root = std::exchange(lower, {}).flip({0, 1}).contiguous();
    at::Tensor factor = at::linalg_solve_triangular(root, at::eye(size, at::kDouble), /*upper=*/true);
    return at::isfinite(factor).all().item<bool>() ? factor : at::Tensor();
}

Matrix<float> columnsOf(const at::Tensor& upper) {
    const std::int64_t size = upper.size(0);
    Matrix<float> columns(size, size);
    at::from_blob(columns.values.data(), {size, size}, at::kFloat).copy_(upper.t());
    return columns;
}

}  // namespace

InverseFactor factorInverse(const std::string& name, const Matrix<double>& hessian,
                            const FactorSettings& settings) {
    requireDamping(settings.damping);
    requireUsable(name, hessian);
    InverseFactor factor = arranged(name, diagonalOf(hessian), settings);
    for (; factor.damping <= mostDamping; factor.damping *= 10) {
        const at::Tensor upper = upperFactor(dampedHessian(hessian, factor));
        if (!upper.defined()) continue;
        factor.columns = columnsOf(upper);
        factor.diagonals = diagonalOf(factor.columns);
        return factor;
    }
    refuse(name, "is not positive definite, however much it is damped");
}

InverseFactor factorIndependent(const std::string& name, std::span<const double> diagonal,
                                const FactorSettings& settings) {
    requireDamping(settings.damping);
    InverseFactor factor = arranged(name, diagonal, settings);
    // In the order of the places, as dampedHessian() sums the trace.
    std::vector<double> damped;
    double trace = 0;
    for (const std::int64_t input : factor.order) {
        damped.push_back(strengthOf(diagonal, factor.dead, input));
        trace += damped.back();
    }
    const double added = factor.damping * trace / static_cast<double>(factor.size());
    for (const double value : damped)
        factor.diagonals.push_back(static_cast<float>(1 / std::sqrt(value + added)));
    return factor;
}

Matrix<double> dampedHessian(const Matrix<double>& hessian, const InverseFactor& factor) {
    const std::int64_t size = hessian.rows;
    const auto input = [&](std::int64_t place) { return factor.order[static_cast<std::size_t>(place)]; };
    const auto isDead = [&](std::int64_t place) {
        return factor.dead[static_cast<std::size_t>(input(place))] != 0;
    };
    Matrix<double> damped(size, size);
    double trace = 0;
    for (std::int64_t i = 0; i < size; ++i) {
        for (std::int64_t j = 0; j < size; ++j)
            damped.at(i, j) = isDead(i) || isDead(j) ? 0.0 : hessian.at(input(i), input(j));
        if (isDead(i)) damped.at(i, i) = 1;
        trace += damped.at(i, i);
    }
    const double added = factor.damping * trace / static_cast<double>(size);
    for (std::int64_t i = 0; i < size; ++i)
        damped.at(i, i) += added;
    return damped;
}

}  // namespace ratescope::engine
