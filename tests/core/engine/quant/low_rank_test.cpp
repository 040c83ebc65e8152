// Low-rank factors: products, ranks within a budget, and the weighted decomposition that gives them.

#include "core/engine/quant/low_rank.h"

#include "core/engine/quant/weighted_svd.h"
#include "core/media/quality/half.h"
#include "tests/core/error_check.h"

#include <ATen/ATen.h>

#include <QTest>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>

using namespace ratescope;
using namespace ratescope::engine;

namespace {

constexpr std::int64_t outputs = 40, inputs = 56;

/// Of a seed, normal, F64.
at::Tensor matrix(std::int64_t rows, std::int64_t columns, unsigned seed = 1) {
    std::mt19937 random(seed);
    std::normal_distribution<double> draw;
    at::Tensor values = at::empty({rows, columns}, at::kDouble);
    std::generate_n(values.data_ptr<double>(), values.numel(), [&] { return draw(random); });
    return values;
}

/// Some thousands of times stronger than others.
std::vector<double> sums(std::int64_t length, unsigned seed = 5) {
    std::mt19937 random(seed);
    std::normal_distribution<double> draw;
    std::vector<double> values(static_cast<std::size_t>(length));
    std::ranges::generate(values, [&] { return std::exp(2 * draw(random)); });
    return values;
}

at::Tensor tensorOfValues(const std::vector<double>& values) {
    return at::tensor(values, at::kDouble);
}

/// As it multiplies W.
at::Tensor side(const std::vector<double>& diagonal, WeightedAxis axis) {
    return tensorOfValues(diagonal).unsqueeze(axis == WeightedAxis::Inputs ? 0 : 1);
}

at::Tensor restored(const ExactFactors& factors) {
    return at::mm(factors.left, factors.right);
}

double frobenius(const at::Tensor& values) {
    return values.norm().item<double>();
}

std::vector<double> ones(std::int64_t length) {
    return std::vector<double>(static_cast<std::size_t>(length), 1.0);
}

WeightedSvd plain(const at::Tensor& weights) {
    return {"w", weights, ones(weights.size(1)), WeightedAxis::Inputs};
}

std::int64_t numbersOf(const std::vector<std::int64_t>& ranks, const std::vector<Spectrum>& layers) {
    std::int64_t numbers = 0;
    for (std::size_t i = 0; i < ranks.size(); ++i)
        numbers += ranks[i] == 0 ? layers[i].outputs * layers[i].inputs
                                 : ranks[i] * (layers[i].outputs + layers[i].inputs);
    return numbers;
}

double energyLeft(const std::vector<std::int64_t>& ranks, const std::vector<Spectrum>& layers) {
    double left = 0;
    for (std::size_t i = 0; i < ranks.size(); ++i)
        if (ranks[i] > 0)
            left += std::accumulate(layers[i].energies.begin() + ranks[i], layers[i].energies.end(), 0.0);
    return left;
}

Spectrum falling(std::int64_t rows, std::int64_t columns, double first, double factor) {
    Spectrum spectrum{rows, columns, {}};
    for (std::int64_t k = 0; k < std::min(rows, columns); ++k)
        spectrum.energies.push_back(first * std::pow(factor, static_cast<double>(k)));
    return spectrum;
}

}  // namespace

class LowRankTest : public QObject {
    Q_OBJECT
  private slots:
    void productsAreThoseOfTheFactors() {
        for (const auto& [rows, columns, rank] :
             {std::array<std::int64_t, 3>{13, 29, 5}, {1, 7, 1}, {8, 1, 1}}) {
            LowRank factors{Matrix<std::uint16_t>(rows, rank), Matrix<std::uint16_t>(rank, columns)};
            const at::Tensor left = matrix(rows, rank, 2).to(at::kHalf),
                             right = matrix(rank, columns, 3).to(at::kHalf);
            std::memcpy(factors.left.values.data(), left.const_data_ptr(), left.nbytes());
            std::memcpy(factors.right.values.data(), right.const_data_ptr(), right.nbytes());
            std::vector<float> one(static_cast<std::size_t>(rows * columns)), three = one;
            addProduct(one, factors);
            addProduct(three, factors, {.threads = 3});
            QCOMPARE(three, one);
            const at::Tensor exact = at::mm(left.to(at::kDouble), right.to(at::kDouble));
            const at::Tensor ours = at::tensor(one).view({rows, columns}).to(at::kDouble);
            QVERIFY(frobenius(ours - exact) < 1e-6 * frobenius(exact));
        }
    }

    void factorsOnlyWhereTheyPay() {
        QVERIFY(pays(31, 64, 64));
        QVERIFY(!pays(32, 64, 64));
        QVERIFY(!pays(1, 1, 256));
        QCOMPARE(uniformRank(64, 64, 1), std::int64_t{0});    // 32 takes as many numbers as the matrix
        QCOMPARE(uniformRank(172, 64, 1), std::int64_t{46});  // ⌊46.6⌋
        QCOMPARE(uniformRank(64, 64, 0.5), std::int64_t{16});
        QCOMPARE(uniformRank(64, 64, 0.05), std::int64_t{1});
        QCOMPARE(uniformRank(4, 3, 0.1), std::int64_t{1});  // at least 1
        QCOMPARE(uniformRank(1, 256, 0.5), std::int64_t{0});
        QCOMPARE(uniformRank(100, 100, 0.58), std::int64_t{29});  // 0.58·50 is 28.999… in binary
        for (std::int64_t m = 1; m < 40; ++m)
            for (std::int64_t n = 1; n < 40; ++n) {
                const std::int64_t rank = uniformRank(m, n, 1);
                QVERIFY(rank == 0 || rank * (m + n) < m * n);
            }
    }

    void budgetsAreSpreadToTheBestSteps() {
        const std::vector<Spectrum> layers{falling(20, 20, 100, 0.5), falling(20, 20, 1, 0.9),
                                           falling(30, 20, 10, 0.7)};
        for (const double ratio : {0.2, 0.3, 0.45, 0.6}) {
            const auto budget = static_cast<std::int64_t>(ratio * (400 + 400 + 600));
            const std::vector<std::int64_t> ranks = spreadRanks(layers, ratio);
            const std::int64_t numbers = numbersOf(ranks, layers);
            QVERIFY(numbers <= budget);
            QVERIFY(numbers > budget - 90);
            const std::vector<std::int64_t> uniform{uniformRank(20, 20, ratio), uniformRank(20, 20, ratio),
                                                    uniformRank(30, 20, ratio)};
            QVERIFY(energyLeft(ranks, layers) < energyLeft(uniform, layers));
        }
        QCOMPARE(spreadRanks(layers, 1), (std::vector<std::int64_t>{0, 0, 0}));
        QCOMPARE(spreadRanks(layers, 0.001), (std::vector<std::int64_t>{1, 1, 1}));
    }

    void ofEqualLayersTheFirstGoesFirst() {
        const std::vector<Spectrum> layers{falling(20, 20, 4, 0.5), falling(20, 20, 4, 0.5)};
        QCOMPARE(spreadRanks(layers, 0.15), (std::vector<std::int64_t>{2, 1}));
        QCOMPARE(spreadRanks(std::vector<Spectrum>{falling(1, 9, 1, 1)}, 0.05), std::vector<std::int64_t>{0});
    }

    void tailsAreSharesOfTheEnergy() {
        const std::vector<double> energies{6, 3, 1};
        QCOMPARE(tailShare(energies, 1), 0.4);
        QCOMPARE(tailShare(energies, 3), 0.0);
        QCOMPARE(tailShare(std::vector<double>{0, 0}, 1), 0.0);
    }

    void equalRowsGiveThePlainTruncatedSvd() {
        const at::Tensor w = matrix(outputs, inputs);
        const auto [u, s, v] = at::linalg_svd(w, false);
        for (const WeightedAxis axis : {WeightedAxis::Inputs, WeightedAxis::Outputs}) {
            const std::int64_t length = axis == WeightedAxis::Inputs ? inputs : outputs;
            for (const double sum : {1.0, 3e-7}) {
                const std::vector<double> constant(static_cast<std::size_t>(length), sum);
                const WeightedSvd svd("w", w, diagonalOf("w", constant, 1e-5), axis);
                for (const std::int64_t rank : {1, 7, 40}) {
                    const at::Tensor truncated =
                        at::mm(u.narrow(1, 0, rank) * s.narrow(0, 0, rank), v.narrow(0, 0, rank));
                    QVERIFY(frobenius(restored(svd.factors(rank)) - truncated) <
                            1e-12 * frobenius(truncated));
                }
            }
        }
    }

    void atFullRankTheMatrixComesBack() {
        const at::Tensor w = matrix(outputs, inputs), x = matrix(20, inputs, 9);
        const std::vector<double> diagonal = diagonalOf("w", sums(inputs), 1e-5);
        const WeightedSvd svd("w", w, diagonal, WeightedAxis::Inputs);
        const at::Tensor back = restored(svd.factors(outputs));
        QVERIFY(frobenius(back - w) < 1e-12 * frobenius(w));
        const at::Tensor y = at::mm(x, w.t()), through = at::mm(at::mm(x, svd.factors(outputs).right.t()),
                                                                svd.factors(outputs).left.t());
        QVERIFY(frobenius(through - y) < 1e-4 * frobenius(y));
    }

    void weightedErrorsAreLeastAndPlainOnesAreNot() {
        const at::Tensor w = matrix(outputs, inputs);
        for (const WeightedAxis axis : {WeightedAxis::Inputs, WeightedAxis::Outputs}) {
            const std::vector<double> diagonal =
                diagonalOf("w", sums(axis == WeightedAxis::Inputs ? inputs : outputs), 1e-5);
            const at::Tensor d = side(diagonal, axis);
            const WeightedSvd weighted("w", w, diagonal, axis), unweighted = plain(w);
            QCOMPARE(weighted.energies().size(), std::size_t{outputs});
            const std::vector<double> alone = energies("w", w, diagonal, axis);
            for (std::int64_t rank = 1; rank < outputs; ++rank) {
                const at::Tensor fw = w - restored(weighted.factors(rank)),
                                 svd = w - restored(unweighted.factors(rank));
                QVERIFY(frobenius(fw * d) < frobenius(svd * d));
                QVERIFY(frobenius(fw) > frobenius(svd));
                const auto tail = weighted.energies().begin() + rank;
                const double least = std::sqrt(std::accumulate(tail, weighted.energies().end(), 0.0));
                QVERIFY(std::abs(frobenius(fw * d) - least) < 1e-10 * frobenius(w * d));
                QVERIFY(std::abs(tailShare(weighted.energies(), rank) * frobenius(w * d) * frobenius(w * d) -
                                 frobenius(fw * d) * frobenius(fw * d)) < 1e-9 * frobenius(w * d));
                const auto k = static_cast<std::size_t>(rank);
                QVERIFY(std::abs(alone[k] - weighted.energies()[k]) < 1e-10 * alone[0]);
            }
        }
    }

    void scalingTheInformationChangesNothing() {
        const at::Tensor w = matrix(outputs, inputs);
        const std::vector<double> information = sums(inputs);
        std::vector<double> scaled = information;
        for (double& sum : scaled)
            sum *= 4096;  // exact in binary
        QCOMPARE(diagonalOf("w", scaled, 1e-5), diagonalOf("w", information, 1e-5));
    }

    void permutedInputsPermuteTheInputFactorOnly() {
        const at::Tensor w = matrix(outputs, inputs);
        std::vector<std::int64_t> order(inputs);
        std::iota(order.begin(), order.end(), 0);
        std::shuffle(order.begin(), order.end(), std::mt19937(8));
        const std::vector<double> information = sums(inputs);
        std::vector<double> moved;
        for (const std::int64_t place : order)
            moved.push_back(information[static_cast<std::size_t>(place)]);
        const at::Tensor places = at::tensor(order);
        const ExactFactors before =
            WeightedSvd("w", w, diagonalOf("w", information, 1e-5), WeightedAxis::Inputs).factors(9);
        const ExactFactors after =
            WeightedSvd("w", w.index_select(1, places), diagonalOf("w", moved, 1e-5), WeightedAxis::Inputs)
                .factors(9);
        const at::Tensor signs = (before.left * after.left).sum(0).sign();
        QVERIFY(frobenius(after.left * signs - before.left) < 1e-10 * frobenius(before.left));
        QVERIFY(frobenius(after.right * signs.unsqueeze(1) - before.right.index_select(1, places)) <
                1e-9 * frobenius(before.right));
    }

    /// Inputs that are 0 in all data have no Fisher information: all rank goes to the live ones.
    void deadInputsTakeNoRank() {
        const at::Tensor w = matrix(outputs, inputs);
        const std::int64_t live = 20;
        std::vector<double> information(inputs);
        std::fill_n(information.begin() + (inputs - live), live, 1.0);
        at::Tensor x = matrix(50, inputs, 3);
        x.narrow(1, 0, inputs - live).zero_();
        const at::Tensor y = at::mm(x, w.t());
        const auto loss = [&](const ExactFactors& factors) {
            return frobenius(at::mm(x, restored(factors).t()) - y) / frobenius(y);
        };
        const auto fwsvd = [&](double floor) {
            return WeightedSvd("w", w, diagonalOf("w", information, floor), WeightedAxis::Inputs)
                .factors(live);
        };
        QVERIFY(loss(fwsvd(0)) < 1e-12);
        QVERIFY(loss(fwsvd(1e-5)) < 1e-4);
        QVERIFY(loss(plain(w).factors(live)) > 0.2);
        QVERIFY(fwsvd(0).right.narrow(1, 0, inputs - live).abs().max().item<double>() == 0);
        QVERIFY(at::isfinite(fwsvd(1e-5).right).all().item<bool>());
    }

    void informationThatSaysNothingIsThePlainSvd() {
        QCOMPARE(diagonalOf("w", std::vector<double>(5), 0), ones(5));
        QCOMPARE(diagonalOf("w", {}, 0), std::vector<double>());
        const std::vector<double> information{0, 1, 4};
        const std::vector<double> diagonal = diagonalOf("w", information, 1e-5);
        QVERIFY(std::abs(diagonal[0] - std::sqrt(1e-5)) < 1e-15);
        QVERIFY(std::abs(diagonal[1] - std::sqrt(0.25 + 1e-5)) < 1e-15);  // not 0.25: the root counts
        QVERIFY(diagonal[2] / diagonal[0] < 317);
    }

    void storedFactorsAreTheExactOnesRounded() {
        const at::Tensor w = matrix(outputs, inputs);
        const WeightedSvd svd("w", w, diagonalOf("w", sums(inputs), 1e-5), WeightedAxis::Inputs);
        const ExactFactors exact = svd.factors(6);
        const LowRank stored = svd.stored(6);
        QCOMPARE(stored.left.columns, std::int64_t{6});
        for (std::int64_t i = 0; i < inputs; ++i)
            QCOMPARE(stored.right.at(4, i),
                     media::floatToHalf(static_cast<float>(exact.right[4][i].item<double>())));
        const WeightedSvd again("w", w.to(at::kFloat).to(at::kDouble), diagonalOf("w", sums(inputs), 1e-5),
                                WeightedAxis::Inputs);
        QVERIFY(svd.stored(6).right == stored.right);
        QCOMPARE(again.stored(6).left.values.size(), stored.left.values.size());
    }

    /// Balanced: both factors' parts of a singular value are equally long, weights aside.
    void factorsAreBalanced() {
        const ExactFactors factors = plain(matrix(outputs, inputs)).factors(5);
        QVERIFY(frobenius(factors.left.norm(2, 0) - factors.right.norm(2, 1)) < 1e-10);
    }

    void twoRunsAreEqual() {
        const at::Tensor w = matrix(outputs, inputs);
        const std::vector<double> diagonal = diagonalOf("w", sums(inputs), 1e-5);
        const LowRank first = WeightedSvd("w", w, diagonal, WeightedAxis::Inputs).stored(9);
        const LowRank second = WeightedSvd("w", w.clone(), diagonal, WeightedAxis::Inputs).stored(9);
        QVERIFY(first.left == second.left && first.right == second.right);
    }

    void whatCanNotBeFactoredIsRefused() {
        const at::Tensor w = matrix(4, 6);
        const WeightedSvd svd = plain(w);
        VERIFY_ERROR(svd.factors(0), ErrorKind::Usage, "Rank 0 was asked for of \"w\"");
        VERIFY_ERROR(svd.factors(5), ErrorKind::Usage, "ranks from 1 to 4");
        const auto of = [](const at::Tensor& weights, std::int64_t length) {
            return WeightedSvd("q", weights, ones(length), WeightedAxis::Inputs);
        };
        VERIFY_ERROR(of(w, 4), ErrorKind::Internal, "not as many");
        VERIFY_ERROR(of(at::zeros({0, 6}), 6), ErrorKind::Input, "\"q\" is no matrix");
        VERIFY_ERROR(of(at::zeros({6}), 6), ErrorKind::Input, "\"q\" is no matrix");
        VERIFY_ERROR(of(at::zeros({2, 6}, at::kInt), 6), ErrorKind::Input, "\"q\" is no matrix");
        for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
            at::Tensor broken = w.clone();
            broken[1][2] = bad;
            VERIFY_ERROR(of(broken, 6), ErrorKind::Input, "\"q\" holds NaN");
            VERIFY_ERROR(energies("q", broken, ones(6), WeightedAxis::Inputs), ErrorKind::Input, "NaN");
            VERIFY_ERROR(diagonalOf("q", std::vector<double>{1, bad}, 0), ErrorKind::Input,
                         "\"q\" holds NaN");
        }
        VERIFY_ERROR(diagonalOf("q", std::vector<double>{1, -1}, 0), ErrorKind::Input, "negative");
        VERIFY_ERROR(diagonalOf("q", std::vector<double>{1}, std::nan("")), ErrorKind::Usage, "floor");
        VERIFY_ERROR(of(w * 1e12, 6).stored(2), ErrorKind::Input, "\"q\" are too large");
        QVERIFY(of(at::zeros({3, 6}), 6).stored(2).left.values == std::vector<std::uint16_t>(6));
    }
};

QTEST_GUILESS_MAIN(LowRankTest)
#include "low_rank_test.moc"
