#include "core/curves/correlation.h"

#include "core/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>

namespace ratescope::curves {
namespace {

[[noreturn]] void refuse(const char* what, const char* remedy) {
    throw Error(ErrorKind::Input, what, remedy);
}

bool isConstant(std::span<const double> values) {
    return std::all_of(values.begin(), values.end(), [&](double value) { return value == values.front(); });
}

void requireComparable(std::span<const double> x, std::span<const double> y) {
    if (x.size() != y.size())
        refuse("The two metrics have different numbers of items.", "Compare items that have both.");
    if (x.size() < 2) refuse("A correlation needs two items at least.", "Measure more items.");
    const auto isFinite = [](double value) { return std::isfinite(value); };
    if (!std::all_of(x.begin(), x.end(), isFinite) || !std::all_of(y.begin(), y.end(), isFinite))
        refuse("A value is not a finite number.", "Leave out the items without a finite value.");
    if (isConstant(x) || isConstant(y))
        refuse("All values of one metric are equal, so there is no correlation.",
               "Choose items that differ.");
}

double mean(std::span<const double> values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double pearson(std::span<const double> x, std::span<const double> y) {
    const double meanX = mean(x), meanY = mean(y);
    double xx = 0, yy = 0, xy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double dx = x[i] - meanX, dy = y[i] - meanY;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    return std::clamp(xy / (std::sqrt(xx) * std::sqrt(yy)), -1.0, 1.0);
}

// Sorts `values` and returns how many pairs stood the wrong way round (merge sort).
std::uint64_t sortCountingSwaps(std::span<double> values, std::span<double> scratch) {
    if (values.size() < 2) return 0;
    const std::size_t half = values.size() / 2;
    std::uint64_t swaps = sortCountingSwaps(values.first(half), scratch.first(half)) +
                          sortCountingSwaps(values.subspan(half), scratch.subspan(half));
    std::size_t left = 0, right = half;
    for (double& out : scratch) {
        const bool takeLeft = right == values.size() || (left < half && values[left] <= values[right]);
        if (!takeLeft) swaps += half - left;
        out = takeLeft ? values[left++] : values[right++];
    }
    std::copy(scratch.begin(), scratch.end(), values.begin());
    return swaps;
}

// Pairs of equal neighbours-in-order, of a sequence in which equal things are adjacent.
template <typename Equal>
double tiedPairs(std::size_t n, Equal&& equalsBefore) {
    double pairs = 0;
    double run = 1;
    for (std::size_t i = 1; i <= n; ++i) {
        if (i < n && equalsBefore(i)) {
            ++run;
            continue;
        }
        pairs += run * (run - 1) / 2;
        run = 1;
    }
    return pairs;
}

double kendallB(std::span<const double> x, std::span<const double> y) {
    const std::size_t n = x.size();
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return x[a] != x[b] ? x[a] < x[b] : y[a] < y[b]; });
    const double tiedX = tiedPairs(n, [&](std::size_t i) { return x[order[i]] == x[order[i - 1]]; });
    const double tiedBoth = tiedPairs(
        n, [&](std::size_t i) { return x[order[i]] == x[order[i - 1]] && y[order[i]] == y[order[i - 1]]; });
    std::vector<double> sorted(n), scratch(n);
    for (std::size_t i = 0; i < n; ++i)
        sorted[i] = y[order[i]];
    const auto discordant = static_cast<double>(sortCountingSwaps(sorted, scratch));
    const double tiedY = tiedPairs(n, [&](std::size_t i) { return sorted[i] == sorted[i - 1]; });
    const double all = static_cast<double>(n) * static_cast<double>(n - 1) / 2;
    const double difference = all - tiedX - tiedY + tiedBoth - 2 * discordant;
    return std::clamp(difference / (std::sqrt(all - tiedX) * std::sqrt(all - tiedY)), -1.0, 1.0);
}

double compute(CorrelationKind kind, std::span<const double> x, std::span<const double> y) {
    switch (kind) {
        case CorrelationKind::Pearson:
            return pearson(x, y);
        case CorrelationKind::Spearman:
            return pearson(ranks(x), ranks(y));
        case CorrelationKind::KendallB:
            return kendallB(x, y);
    }
    throw Error(ErrorKind::Internal, "A correlation is of an unknown kind.", "");
}

// z with P(|Z| ≤ z) = level for a standard normal Z, by bisection.
double normalQuantile(double level) {
    double low = 0, high = 40;
    for (int i = 0; i < 200; ++i) {
        const double middle = 0.5 * (low + high);
        (std::erf(middle / std::numbers::sqrt2) < level ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

}  // namespace

const char* toText(CorrelationKind kind) {
    constexpr std::array<const char*, 3> names = {"pearson", "spearman", "kendall"};
    return names[static_cast<std::size_t>(kind)];
}

std::vector<double> ranks(std::span<const double> values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> rank(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t end = first + 1;
        while (end < order.size() && values[order[end]] == values[order[first]])
            ++end;
        const double shared = 0.5 * static_cast<double>(first + 1 + end);
        for (; first < end; ++first)
            rank[order[first]] = shared;
    }
    return rank;
}

double correlation(CorrelationKind kind, std::span<const double> x, std::span<const double> y) {
    requireComparable(x, y);
    return compute(kind, x, y);
}

Correlation bootstrappedCorrelation(CorrelationKind kind, std::span<const double> x,
                                    std::span<const double> y, const BootstrapOptions& options) {
    Correlation result{correlation(kind, x, y), x.size(), std::nullopt};
    if (x.size() < 3) return result;
    std::vector<double> drawnX(x.size()), drawnY(y.size());
    result.interval = bootstrap(
        x.size(),
        [&](std::span<const std::size_t> chosen) -> std::optional<double> {
            for (std::size_t i = 0; i < chosen.size(); ++i) {
                drawnX[i] = x[chosen[i]];
                drawnY[i] = y[chosen[i]];
            }
            if (isConstant(drawnX) || isConstant(drawnY)) return std::nullopt;
            return compute(kind, drawnX, drawnY);
        },
        options);
    return result;
}

Correlation pearsonWithFisherInterval(std::span<const double> x, std::span<const double> y, double level) {
    Correlation result{correlation(CorrelationKind::Pearson, x, y), x.size(), std::nullopt};
    if (result.n < 4 || std::abs(result.value) == 1) return result;
    const double z = std::atanh(result.value);
    const double reach = normalQuantile(level) / std::sqrt(static_cast<double>(result.n - 3));
    result.interval = Interval{std::tanh(z - reach), std::tanh(z + reach)};
    return result;
}

}  // namespace ratescope::curves
