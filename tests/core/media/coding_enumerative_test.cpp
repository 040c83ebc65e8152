#include "core/media/coding/enumerative.h"
#include "tests/core/error_check.h"

#include <QtTest>
#include <bit>
#include <numeric>
#include <random>

using namespace ratescope;
using namespace ratescope::media;

namespace {

using Subset = std::vector<std::uint32_t>;

/// `chosen` of `positions`, each subset equally likely.
Subset drawn(std::uint32_t positions, std::uint32_t chosen, std::mt19937_64& random) {
    Subset subset;
    for (std::uint32_t position = 0; position < positions; ++position)
        if (random() % (positions - position) < chosen - subset.size()) subset.push_back(position);
    return subset;
}

std::uint64_t maskOf(const Subset& subset) {
    std::uint64_t mask = 0;
    for (const std::uint32_t position : subset)
        mask |= std::uint64_t{1} << position;
    return mask;
}

Subset subsetOf(std::uint64_t mask) {
    Subset subset;
    for (std::uint32_t position = 0; position < 64; ++position)
        if ((mask >> position & 1) != 0) subset.push_back(position);
    return subset;
}

Subset lastSubset(std::uint32_t positions, std::uint32_t chosen) {
    Subset subset(chosen);
    std::iota(subset.begin(), subset.end(), positions - chosen);
    return subset;
}

void roundTrip(const SubsetCode& code, const Subset& subset) {
    BitWriter writer("mask");
    writer.put(1, 3);
    code.put(writer, subset);
    QCOMPARE(writer.bits(), 3 + code.bits());
    const LedgeredBytes stream = writer.finish();
    BitReader reader(stream.bytes);
    reader.get(3);
    Subset back(subset.size());
    code.get(reader, back);
    reader.expectEnd();
    QVERIFY(back == subset);
}

/// Σ log2((n − k + i) / i).
double log2Binomial(double positions, double chosen) {
    double bits = 0;
    for (double i = 1; i <= chosen; ++i)
        bits += std::log2((positions - chosen + i) / i);
    return bits;
}

}  // namespace

class EnumerativeTest : public QObject {
    Q_OBJECT

  private slots:
    void numbersAreTheOrderOfMasks() {
        // All masks with k ones, in ascending order: their numbers are 0, 1, 2, ….
        for (int positions = 0; positions <= 12; ++positions)
            for (int chosen = 0; chosen <= positions; ++chosen) {
                const MaskCode code(positions, chosen);
                const SubsetCode large(static_cast<std::uint32_t>(positions),
                                       static_cast<std::uint32_t>(chosen));
                std::uint64_t number = 0;
                for (std::uint64_t mask = 0; mask < std::uint64_t{1} << positions; ++mask) {
                    if (std::popcount(mask) != chosen) continue;
                    QCOMPARE(code.rank(mask), number);
                    QCOMPARE(code.unrank(number), mask);
                    const Subset subset = subsetOf(mask);
                    QVERIFY(large.rank(subset) == Natural(number));
                    Subset back(subset.size());
                    large.unrank(Natural(number), back);
                    QVERIFY(back == subset);
                    ++number;
                }
                QCOMPARE(code.count(), number);
                QVERIFY(large.count() == Natural(number));
                QCOMPARE(std::uint64_t(code.bits()), large.bits());
                VERIFY_ERROR(code.unrank(number), ErrorKind::Input, "too large");
            }
    }

    void bothCodesAgreeUpTo64Positions() {
        std::mt19937_64 random(3);
        for (std::uint32_t positions = 1; positions <= 64; ++positions)
            for (int round = 0; round < 30; ++round) {
                const auto chosen = static_cast<std::uint32_t>(random() % (positions + 1));
                const Subset subset = drawn(positions, chosen, random);
                const MaskCode code(static_cast<int>(positions), static_cast<int>(chosen));
                const SubsetCode large(positions, chosen);
                const std::uint64_t rank = code.rank(maskOf(subset));
                QVERIFY(large.count() == Natural(code.count()));
                QVERIFY(large.rank(subset) == Natural(rank));
                QCOMPARE(code.unrank(rank), maskOf(subset));
                BitWriter small("mask"), big("mask");
                code.put(small, maskOf(subset));
                large.put(big, subset);
                const LedgeredBytes stream = small.finish();
                QVERIFY(stream.bytes == big.finish().bytes);
                BitReader reader(stream.bytes);
                QCOMPARE(code.get(reader), maskOf(subset));
                reader.expectEnd();
            }
    }

    void bitsAreThoseOfTheBinomial() {
        const auto bits = [](std::uint32_t positions, std::uint32_t chosen) {
            return static_cast<int>(SubsetCode(positions, chosen).bits());
        };
        QCOMPARE(bits(4, 2), 3);
        QCOMPARE(bits(8, 1), 3);
        QCOMPARE(bits(9, 1), 4);
        QCOMPARE(bits(52, 5), 22);
        QCOMPARE(bits(1'000, 500), 995);
        QCOMPARE(bits(65'536, 1), 16);
        for (const std::uint32_t n : {0U, 1U, 70U, 65'536U}) {
            QCOMPARE(bits(n, 0), 0);
            QCOMPARE(bits(n, n), 0);
        }
        for (const auto& [n, k] :
             {std::pair(784U, 98U), std::pair(4'096U, 1'365U), std::pair(20'000U, 9'000U)})
            QCOMPARE(bits(n, k), static_cast<int>(std::ceil(log2Binomial(n, k))));
    }

    void binomialsSumUpAsPascalsTriangle() {
        std::vector<Natural> row{Natural(1)};
        for (std::uint32_t n = 1; n <= 200; ++n) {
            row.emplace_back(0);
            for (std::size_t k = n; k > 0; --k)
                row[k] += row[k - 1];
            for (std::uint32_t k = 0; k <= n; k += 1 + n / 7)
                QVERIFY(SubsetCode(n, k).count() == row[k]);
            Natural difference = row[n / 2];
            difference -= row[n / 3];
            difference += row[n / 3];
            QVERIFY(difference == row[n / 2] && row[n / 3] <= row[n / 2]);
        }
        QVERIFY(row[100] > row[99] && row[99] < row[100] && row[99] == row[101]);
    }

    void largeSubsetsComeBack() {
        std::mt19937_64 random(5);
        for (const auto& [positions, chosen] :
             {std::pair(65U, 32U), std::pair(784U, 98U), std::pair(4'096U, 2'048U), std::pair(10'000U, 17U),
              std::pair(10'000U, 9'990U), std::pair(12'000U, 6'001U), std::pair(65'536U, 50U)}) {
            const SubsetCode code(positions, chosen);
            roundTrip(code, drawn(positions, chosen, random));
            // The ends of the order: number 0 and C(n, k) − 1.
            const Subset last = lastSubset(positions, chosen), first = lastSubset(chosen, chosen);
            roundTrip(code, first);
            roundTrip(code, last);
            QVERIFY(code.rank(first).isZero());
            Natural next = code.rank(last);
            next += Natural(1);
            QVERIFY(next == code.count());
        }
    }

    void numbersBeyondAreRefused() {
        const SubsetCode code(1'000, 500);
        Subset subset(500);
        BitWriter writer("mask");
        code.count().put(writer, code.bits());
        const LedgeredBytes stream = writer.finish();
        BitReader reader(stream.bytes);
        VERIFY_ERROR(code.get(reader, subset), ErrorKind::Input, "too large");
        const std::vector<std::byte> ones(125, std::byte{0xff});
        BitReader most(ones);
        VERIFY_ERROR(code.get(most, subset), ErrorKind::Input, "too large");
        BitReader shorter({ones.data(), 124});
        VERIFY_ERROR(code.get(shorter, subset), ErrorKind::Input, "ends within");
        BitReader mask(ones);
        VERIFY_ERROR(MaskCode(4, 2).get(mask), ErrorKind::Input, "too large");
        BitReader none(std::span<const std::byte>{});
        VERIFY_ERROR(MaskCode(4, 2).get(none), ErrorKind::Input, "too early");
    }

    void impossibleSubsetsAreRefused() {
        VERIFY_ERROR(SubsetCode(65'537, 3), ErrorKind::Input, "too large");
        VERIFY_ERROR(SubsetCode(0xffffffff, 3), ErrorKind::Input, "too large");
        VERIFY_ERROR(SubsetCode(5, 6), ErrorKind::Input, "no subset");
        VERIFY_ERROR(MaskCode(65, 3), ErrorKind::Input, "too large");
        VERIFY_ERROR(MaskCode(-1, 0), ErrorKind::Input, "too large");
        VERIFY_ERROR(MaskCode(5, -1), ErrorKind::Input, "no subset");
        const SubsetCode code(10, 3);
        for (const Subset& subset : {Subset{1, 2}, Subset{1, 2, 10}, Subset{2, 1, 5}, Subset{1, 1, 5}})
            VERIFY_ERROR(code.rank(subset), ErrorKind::Internal, "other positions");
        const MaskCode small(10, 3);
        for (const std::uint64_t mask : {std::uint64_t{3}, std::uint64_t{15}, std::uint64_t{1} << 10 | 3})
            VERIFY_ERROR(small.rank(mask), ErrorKind::Internal, "other positions");
        Subset two(2);
        VERIFY_ERROR(code.unrank(Natural(0), two), ErrorKind::Internal, "other positions");
    }
};

QTEST_APPLESS_MAIN(EnumerativeTest)
#include "coding_enumerative_test.moc"
