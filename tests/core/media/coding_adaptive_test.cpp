#include "core/media/coding/histogram.h"
#include "core/media/coding/range_coder.h"
#include "tests/core/error_check.h"
#include "tests/core/media/symbol_sources.h"

#include <QtTest>

using namespace ratescope;
using namespace ratescope::media;

namespace {

constexpr std::size_t million = 1'000'000;

struct Coded {
    std::vector<std::byte> stream;
    double ideal = 0;  ///< bytes that the contexts say
};

Coded encoded(const std::vector<std::uint8_t>& bits, std::vector<AdaptiveBit> contexts) {
    RangeEncoder encoder;
    Coded coded;
    for (std::size_t i = 0; i < bits.size(); ++i) {
        AdaptiveBit& context = contexts[i % contexts.size()];
        const std::uint32_t ofOne = bits[i] != 0 ? context.ofOne() : 32'768 - context.ofOne();
        coded.ideal -= std::log2(ofOne / 32'768.0) / 8;
        encoder.encode(context, bits[i] != 0);
    }
    coded.stream = encoder.finish();
    return coded;
}

/// They come back, in no more than the contexts' own ideal and two bytes.
Coded roundTrip(const std::vector<std::uint8_t>& bits, const std::vector<AdaptiveBit>& contexts) {
    Coded coded = encoded(bits, contexts);
    RangeDecoder decoder(coded.stream);
    std::vector<AdaptiveBit> again = contexts;
    std::vector<std::uint8_t> back(bits.size());
    for (std::size_t i = 0; i < bits.size(); ++i)
        back[i] = decoder.decode(again[i % again.size()]) ? 1 : 0;
    decoder.expectEnd();
    if (back != bits) coded.ideal = -1;
    return coded;
}

void isNearItsIdeal(const Coded& coded) {
    QVERIFY2(coded.ideal >= 0, "other bits came back");
    QVERIFY2(static_cast<double>(coded.stream.size()) <= coded.ideal * (1 + 1e-6) + 2,
             QByteArray::number(static_cast<double>(coded.stream.size()) - coded.ideal));
}

}  // namespace

class AdaptiveBitTest : public QObject {
    Q_OBJECT

  private slots:
    void sizesAreThoseOfTheContexts() {
        for (int slowest = 1; slowest <= 8; ++slowest)
            for (const std::uint64_t rarity : {2, 5, 50, 3'000})
                isNearItsIdeal(roundTrip(rareSymbols<std::uint8_t>(million / 4, rarity),
                                         std::vector(3, AdaptiveBit(slowest))));
        isNearItsIdeal(roundTrip(rareSymbols<std::uint8_t>(million, 20), {AdaptiveBit()}));
        for (std::size_t count = 0; count < 70; ++count)
            isNearItsIdeal(roundTrip(rareSymbols<std::uint8_t>(count, 3, static_cast<unsigned>(count)),
                                     {AdaptiveBit(), AdaptiveBit(7)}));
    }

    void contextsLearnWhatIsRare() {
        // The slower, the nearer to the entropy of a source that does not change.
        const auto bits = rareSymbols<std::uint8_t>(million, 10);
        const double entropy = idealBytes<std::uint8_t>(bits);
        const double fast = roundTrip(bits, {AdaptiveBit(4)}).ideal,
                     slow = roundTrip(bits, {AdaptiveBit(8)}).ideal;
        QVERIFY2(slow < 1.006 * entropy && slow < fast && fast < 1.1 * entropy,
                 QByteArray::number(slow / entropy) + " " + QByteArray::number(fast / entropy));
        // The first bits count for much: 100 contexts with 20 bits each.
        const auto few = rareSymbols<std::uint8_t>(2'000, 10);
        QVERIFY(roundTrip(few, std::vector(100, AdaptiveBit(7))).ideal < 1.6 * idealBytes<std::uint8_t>(few));
    }

    void contextsForget() {
        std::vector<std::uint8_t> bits(20'000, 0);
        std::fill(bits.begin() + 10'000, bits.end(), std::uint8_t{1});
        const Coded coded = roundTrip(bits, {AdaptiveBit()});
        isNearItsIdeal(coded);
        QVERIFY2(coded.stream.size() < 50, QByteArray::number(static_cast<qulonglong>(coded.stream.size())));
    }

    void estimatesStayWithinTheirLimits() {
        for (int slowest = 1; slowest <= 8; ++slowest) {
            std::vector<std::uint8_t> bits(million, 0);
            isNearItsIdeal(roundTrip(bits, {AdaptiveBit(slowest)}));
            AdaptiveBit context(slowest);
            for (std::size_t i = 0; i < million; ++i) {
                context.saw(false);
                QVERIFY(context.ofOne() >= 1);
            }
            const std::uint32_t least = context.ofOne();
            QVERIFY(least < 1U << slowest);
            // One bit against all that was seen, and a million more.
            bits.push_back(1);
            bits.insert(bits.end(), million, std::uint8_t{1});
            isNearItsIdeal(roundTrip(bits, {AdaptiveBit(slowest)}));
            for (std::size_t i = 0; i < million; ++i) {
                context.saw(true);
                QVERIFY(context.ofOne() < 32'768);
            }
            QVERIFY(32'768 - context.ofOne() < 1U << slowest);
        }
        VERIFY_ERROR(AdaptiveBit(0), ErrorKind::Internal, "adapt");
        VERIFY_ERROR(AdaptiveBit(9), ErrorKind::Internal, "adapt");
    }

    void codeLengthsAreLogarithms() {
        AdaptiveBit context;
        QCOMPARE(context.codeLength(false), 1.0);
        context.saw(true);
        QCOMPARE(context.ofOne(), 24'576U);
        QVERIFY(std::abs(context.codeLength(true) + std::log2(0.75)) < 1e-6);
        QVERIFY(std::abs(context.codeLength(false) - 2) < 1e-6);
    }

    void fixedProbabilitiesCostWhatTheySay() {
        for (const std::uint32_t ofOne : {1U, 100U, 2'048U, 4'095U}) {
            std::mt19937_64 random(ofOne);
            std::vector<std::uint8_t> bits(million / 4);
            RangeEncoder encoder;
            double ideal = 0;
            for (std::uint8_t& bit : bits) {
                bit = random() % 4'096 < ofOne ? 1 : 0;
                encoder.encodeBit(bit != 0, ofOne, 12);
                ideal -= std::log2((bit != 0 ? ofOne : 4'096 - ofOne) / 4'096.0) / 8;
            }
            const auto stream = encoder.finish();
            QVERIFY(static_cast<double>(stream.size()) <= ideal * (1 + 1e-6) + 2);
            RangeDecoder decoder(stream);
            for (const std::uint8_t bit : bits)
                QCOMPARE(decoder.decodeBit(ofOne, 12), bit != 0);
            decoder.expectEnd();
        }
    }
};

QTEST_APPLESS_MAIN(AdaptiveBitTest)
#include "coding_adaptive_test.moc"
