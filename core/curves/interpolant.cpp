#include "core/curves/interpolant.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace ratescope::curves {
namespace {

constexpr std::array<const char*, 3> methodNames = {"pchip", "akima", "cubic"};
constexpr std::array<const char*, 3> methodTitles = {"PCHIP", "Akima", "cubic fit"};

int signOf(double value) {
    return (value > 0) - (value < 0);
}

std::vector<double> secants(std::span<const double> x, std::span<const double> y) {
    std::vector<double> slopes;
    for (std::size_t i = 0; i + 1 < x.size(); ++i)
        slopes.push_back((y[i + 1] - y[i]) / (x[i + 1] - x[i]));
    return slopes;
}

// Slope at the end of a curve from its first two intervals (widths h, secants m), kept in shape.
double pchipEndSlope(double h0, double h1, double m0, double m1) {
    const double slope = ((2 * h0 + h1) * m0 - h0 * m1) / (h0 + h1);
    if (signOf(slope) != signOf(m0)) return 0;
    if (signOf(m0) != signOf(m1) && std::abs(slope) > 3 * std::abs(m0)) return 3 * m0;
    return slope;
}

std::vector<double> pchipSlopes(std::span<const double> x, std::span<const double> y) {
    const std::size_t n = x.size();
    const std::vector<double> m = secants(x, y);
    if (n == 2) return {m[0], m[0]};
    const auto width = [&](std::size_t i) { return x[i + 1] - x[i]; };
    std::vector<double> slopes(n, 0.0);
    for (std::size_t i = 1; i + 1 < n; ++i) {
        if (signOf(m[i - 1]) * signOf(m[i]) <= 0) continue;
        const double w1 = 2 * width(i) + width(i - 1);
        const double w2 = width(i) + 2 * width(i - 1);
        slopes[i] = (w1 + w2) / (w1 / m[i - 1] + w2 / m[i]);
    }
    slopes[0] = pchipEndSlope(width(0), width(1), m[0], m[1]);
    slopes[n - 1] = pchipEndSlope(width(n - 2), width(n - 3), m[n - 2], m[n - 3]);
    return slopes;
}

std::vector<double> akimaSlopes(std::span<const double> x, std::span<const double> y) {
    const std::size_t n = x.size();
    const std::vector<double> inner = secants(x, y);
    if (n == 2) return {inner[0], inner[0]};
    std::vector<double> m(n + 3);  // the secants, and two more at each end by linear extrapolation
    std::copy(inner.begin(), inner.end(), m.begin() + 2);
    m[1] = 2 * m[2] - m[3];
    m[0] = 2 * m[1] - m[2];
    m[n + 1] = 2 * m[n] - m[n - 1];
    m[n + 2] = 2 * m[n + 1] - m[n];
    const auto left = [&](std::size_t i) { return std::abs(m[i + 1] - m[i]); };
    const auto right = [&](std::size_t i) { return std::abs(m[i + 3] - m[i + 2]); };
    double largest = 0;
    for (std::size_t i = 0; i < n; ++i)
        largest = std::max(largest, left(i) + right(i));
    std::vector<double> slopes(n);
    for (std::size_t i = 0; i < n; ++i) {
        const double weight = left(i) + right(i);
        // Where the four secants agree pairwise Akima's slope is undefined; SciPy's threshold and fill value.
        slopes[i] = weight > 1e-9 * largest ? m[i + 1] + left(i) / weight * (m[i + 2] - m[i + 1])
                                            : 0.5 * (m[i + 3] + m[i]);
    }
    return slopes;
}

PiecewiseCubic hermite(std::span<const double> x, std::span<const double> y, std::span<const double> slopes) {
    std::vector<PiecewiseCubic::Piece> pieces;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
        const double h = x[i + 1] - x[i];
        const double secant = (y[i + 1] - y[i]) / h;
        const double bend = (slopes[i] + slopes[i + 1] - 2 * secant) / h;
        pieces.push_back({x[i], y[i], slopes[i], (secant - slopes[i]) / h - bend, bend / h});
    }
    return {{x.begin(), x.end()}, std::move(pieces)};
}

double dot(std::span<const double> a, std::span<const double> b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += a[i] * b[i];
    return sum;
}

// Least squares by polynomials that are orthogonal on the points (Forsythe 1957) over [−1, 1], which keeps
// all digits where the powers of raw x would not (a metric between 0.98 and 0.99).
PiecewiseCubic leastSquaresCubic(std::span<const double> x, std::span<const double> y) {
    const std::size_t n = x.size();
    const std::size_t degree = std::min<std::size_t>(3, n - 1);
    const double centre = 0.5 * (x.front() + x.back());
    const double scale = 0.5 * (x.back() - x.front());
    std::vector<double> t(n), residual(y.begin(), y.end());
    for (std::size_t i = 0; i < n; ++i)
        t[i] = (x[i] - centre) / scale;

    using Powers = std::array<double, 4>;
    Powers fit{};
    Powers power{1, 0, 0, 0}, before{};
    std::vector<double> values(n, 1.0), valuesBefore(n, 0.0);
    double normBefore = 1;
    for (std::size_t k = 0; k <= degree; ++k) {
        const double norm = dot(values, values);
        const double weight = dot(residual, values) / norm;
        for (std::size_t j = 0; j < 4; ++j)
            fit[j] += weight * power[j];
        for (std::size_t i = 0; i < n; ++i)
            residual[i] -= weight * values[i];

        std::vector<double> shifted(n);
        for (std::size_t i = 0; i < n; ++i)
            shifted[i] = t[i] * values[i];
        const double a = dot(shifted, values) / norm;
        const double b = k == 0 ? 0 : norm / normBefore;
        Powers next{};
        for (std::size_t j = 0; j < 4; ++j)
            next[j] = (j > 0 ? power[j - 1] : 0) - a * power[j] - b * before[j];
        before = power;
        power = next;
        for (std::size_t i = 0; i < n; ++i) {
            const double value = (t[i] - a) * values[i] - b * valuesBefore[i];
            valuesBefore[i] = values[i];
            values[i] = value;
        }
        normBefore = norm;
    }
    return {{x.front(), x.back()},
            {{centre, fit[0], fit[1] / scale, fit[2] / (scale * scale), fit[3] / (scale * scale * scale)}}};
}

double antiderivative(const PiecewiseCubic::Piece& piece, double x) {
    const double t = x - piece.origin;
    return t * (piece.c0 + t * (piece.c1 / 2 + t * (piece.c2 / 3 + t * (piece.c3 / 4))));
}

}  // namespace

const char* toText(BdMethod method) {
    return methodNames[static_cast<std::size_t>(method)];
}

const char* titleOf(BdMethod method) {
    return methodTitles[static_cast<std::size_t>(method)];
}

std::optional<BdMethod> bdMethodFromText(std::string_view text) {
    for (std::size_t i = 0; i < methodNames.size(); ++i)
        if (text == methodNames[i]) return static_cast<BdMethod>(i);
    return std::nullopt;
}

PiecewiseCubic::PiecewiseCubic(std::vector<double> breaks, std::vector<Piece> pieces)
    : breaks_(std::move(breaks)), pieces_(std::move(pieces)) {}

double PiecewiseCubic::at(double x) const {
    const auto next = std::upper_bound(breaks_.begin() + 1, breaks_.end() - 1, x);
    const Piece& piece = pieces_[static_cast<std::size_t>(next - breaks_.begin()) - 1];
    const double t = x - piece.origin;
    return piece.c0 + t * (piece.c1 + t * (piece.c2 + t * piece.c3));
}

double PiecewiseCubic::integral(double from, double to) const {
    double sum = 0;
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        const double low = std::max(from, breaks_[i]);
        const double high = std::min(to, breaks_[i + 1]);
        if (low < high) sum += antiderivative(pieces_[i], high) - antiderivative(pieces_[i], low);
    }
    return sum;
}

PiecewiseCubic interpolate(BdMethod method, std::span<const double> x, std::span<const double> y) {
    if (method == BdMethod::Cubic) return leastSquaresCubic(x, y);
    return hermite(x, y, method == BdMethod::Pchip ? pchipSlopes(x, y) : akimaSlopes(x, y));
}

}  // namespace ratescope::curves
