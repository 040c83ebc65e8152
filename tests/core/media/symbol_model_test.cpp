#include "core/media/coding/symbol_model.h"

#include "core/hash.h"
#include "core/media/coding/distribution.h"
#include "tests/core/error_check.h"
#include "tests/core/media/symbol_sources.h"

#include <QtTest>
#include <limits>
#include <numeric>

using namespace ratescope;
using namespace ratescope::media;

namespace {

struct Coded {
    std::vector<std::int32_t> symbols;
    std::vector<float> means, scales;
};

/// Scales between two powers of two, evenly spread over octaves and within each; means of any fraction.
Coded drawn(std::size_t count, int leastExponent, int mostExponent, ModelShape shape, unsigned seed = 1) {
    std::mt19937_64 random(seed);
    const auto uniform = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
    Coded coded;
    for (std::size_t i = 0; i < count; ++i) {
        const auto octaves = static_cast<std::uint64_t>(mostExponent - leastExponent);
        // One draw a statement: compilers differ in the order of arguments.
        const int exponent = leastExponent + static_cast<int>(random() % octaves);
        const double scale = std::ldexp(1 + uniform(), exponent);
        const auto mean = static_cast<float>(40 * (uniform() - 0.5));
        double away = nearGaussian(random);
        if (shape == ModelShape::Laplace) {
            const double u = uniform() - 0.5;
            away = std::copysign(std::log1p(-2 * std::abs(u)), u);
        }
        coded.scales.push_back(static_cast<float>(scale));
        coded.means.push_back(mean);
        coded.symbols.push_back(static_cast<std::int32_t>(std::floor(mean + scale * away + 0.5)));
    }
    return coded;
}

double idealBits(const Coded& coded, ModelShape shape) {
    const auto tail = [&](double z) {
        return shape == ModelShape::Gaussian ? std::erfc(z / std::sqrt(2)) / 2 : std::exp(-z) / 2;
    };
    double bits = 0;
    for (std::size_t i = 0; i < coded.symbols.size(); ++i) {
        double low = (coded.symbols[i] - 0.5 - coded.means[i]) / coded.scales[i];
        double high = (coded.symbols[i] + 0.5 - coded.means[i]) / coded.scales[i];
        if (high < 0) {
            std::swap(low, high);
            low = -low;
            high = -high;
        }
        bits -= std::log2(low >= 0 ? tail(low) - tail(high) : 1 - tail(-low) - tail(high));
    }
    return bits;
}

std::vector<std::int32_t> decoded(const SymbolModel& model, std::span<const std::byte> stream,
                                  const Coded& coded, InstructionSet set = bestInstructionSet()) {
    std::vector<std::int32_t> symbols(coded.symbols.size());
    model.decode(stream, coded.means, coded.scales, symbols, set);
    return symbols;
}

void roundTrip(const SymbolModel& model, const Coded& coded) {
    const auto stream = model.encode(coded.symbols, coded.means, coded.scales, InstructionSet::Baseline);
    for (const InstructionSet set : usableInstructionSets()) {
        QVERIFY(model.encode(coded.symbols, coded.means, coded.scales, set) == stream);
        QVERIFY2(decoded(model, stream, coded, set) == coded.symbols, toText(set));
    }
}

Coded single(std::int32_t symbol, float mean, float scale) {
    return {{symbol}, {mean}, {scale}};
}

}  // namespace

class SymbolModelTest : public QObject {
    Q_OBJECT

  private slots:
    void distributionsAreExact() {
        const Distribution gaussian(ModelShape::Gaussian), laplace(ModelShape::Laplace);
        for (double low = -9; low < 9; low += 0.037)
            for (const double width : {0.001, 0.3, 2.0}) {
                const double high = low + width;
                const auto phi = [](double z) { return std::erfc(-z / std::sqrt(2)) / 2; };
                QVERIFY(std::abs(gaussian.between(low, high) - (phi(high) - phi(low))) < 1e-9);
                const auto below = [](double z) { return z < 0 ? std::exp(z) / 2 : 1 - std::exp(-z) / 2; };
                QVERIFY(std::abs(laplace.between(low, high) - (below(high) - below(low))) < 1e-9);
            }
    }

    void symbolsComeBack_data() {
        QTest::addColumn<int>("shape");
        QTest::newRow("Gaussian") << static_cast<int>(ModelShape::Gaussian);
        QTest::newRow("Laplace") << static_cast<int>(ModelShape::Laplace);
    }
    void symbolsComeBack() {
        QFETCH(int, shape);
        const auto kind = static_cast<ModelShape>(shape);
        const SymbolModel model(kind);
        for (std::size_t count = 0; count < 140; ++count)
            roundTrip(model, drawn(count, -4, 4, kind, static_cast<unsigned>(count)));
        for (const std::size_t count : {5'000, 64'000, 300'001}) {
            roundTrip(model, drawn(count, -8, 1, kind));
            roundTrip(model, drawn(count, -3, 5, kind));
            roundTrip(model, drawn(count, 3, 24, kind));
        }
    }

    void sizesAreNearTheIdeal_data() { symbolsComeBack_data(); }
    void sizesAreNearTheIdeal() {
        QFETCH(int, shape);
        const auto kind = static_cast<ModelShape>(shape);
        const SymbolModel model(kind);
        for (const auto& [least, most] :
             {std::pair(-3, 5), std::pair(-1, 1), std::pair(2, 4), std::pair(4, 12)}) {
            const Coded coded = drawn(400'000, least, most, kind);
            const double ideal = idealBits(coded, kind);
            const auto size =
                static_cast<double>(8 * model.encode(coded.symbols, coded.means, coded.scales).size());
            const std::string found = std::to_string(100 * (size / ideal - 1)) +
                                      " % above the ideal at scales of 2^" + std::to_string(least) +
                                      " to 2^" + std::to_string(most);
            QVERIFY2(size < 1.003 * ideal, found.c_str());
            const auto lengths = model.codeLengths(coded.symbols, coded.means, coded.scales);
            const double sum = std::accumulate(lengths.begin(), lengths.end(), 0.0);
            QVERIFY(std::abs(size / sum - 1) < 0.001);
        }
    }

    void theLimitsComeBack() {
        constexpr auto least = std::numeric_limits<std::int32_t>::min();
        constexpr auto most = std::numeric_limits<std::int32_t>::max();
        constexpr float hugeScale = std::numeric_limits<float>::max();
        for (const ModelShape shape : {ModelShape::Gaussian, ModelShape::Laplace}) {
            const SymbolModel model(shape);
            for (const std::int32_t symbol : {least, least + 1, -70000, -1, 0, 1, 99, most})
                for (const float mean : {-1.07e9F, -0.5F, -0.0F, 0.49999997F, 0.5F, 8388609.0F, 1.07e9F})
                    for (const float scale : {0.0F, 1e-40F, 0.03125F, 0.4F, 15.999F, 16.0F, 1e9F, hugeScale})
                        roundTrip(model, single(symbol, mean, scale));
        }
    }

    void impossibleModelsAreRefused() {
        const SymbolModel model(ModelShape::Gaussian);
        constexpr float nan = std::numeric_limits<float>::quiet_NaN(),
                        inf = std::numeric_limits<float>::infinity();
        const auto stream = model.encode(std::vector{0}, std::vector{0.0F}, std::vector{1.0F});
        for (const float scale : {nan, inf, -1.0F}) {
            const Coded coded = single(0, 0, scale);
            VERIFY_ERROR(model.encode(coded.symbols, coded.means, coded.scales), ErrorKind::Input, "scale");
            VERIFY_ERROR(decoded(model, stream, coded), ErrorKind::Input, "scale");
        }
        for (const float mean : {nan, inf, -inf, 1.08e9F}) {
            const Coded coded = single(0, mean, 1);
            VERIFY_ERROR(model.encode(coded.symbols, coded.means, coded.scales), ErrorKind::Input, "mean");
        }
        VERIFY_ERROR(model.encode(std::vector{0}, std::vector{0.0F}, {}), ErrorKind::Internal, "as many");
    }

    void outliersCostTheirDistance() {
        const SymbolModel model(ModelShape::Gaussian);
        const Coded near = single(3, 0, 1), far = single(100'000, 0, 1);
        const float nearBits = model.codeLengths(near.symbols, near.means, near.scales)[0];
        const float farBits = model.codeLengths(far.symbols, far.means, far.scales)[0];
        QVERIFY(nearBits > 6 && nearBits < 9);
        QVERIFY(farBits > 40 && farBits < 60);
    }

    void damagedStreamsAreRefused() {
        const SymbolModel model(ModelShape::Gaussian);
        const Coded coded = drawn(2'000, -2, 9, ModelShape::Gaussian);
        const auto stream = model.encode(coded.symbols, coded.means, coded.scales);
        for (std::size_t size = 0; size < stream.size(); ++size) {
            const std::vector<std::byte> part(stream.begin(),
                                              stream.begin() + static_cast<std::ptrdiff_t>(size));
            VERIFY_ERROR(decoded(model, part, coded), ErrorKind::Input, "damaged");
        }
        auto longer = stream;
        longer.push_back(std::byte{0});
        VERIFY_ERROR(decoded(model, longer, coded), ErrorKind::Input, "too many");
        const Coded many = drawn(100'000, -2, 9, ModelShape::Gaussian);
        const auto wide = model.encode(many.symbols, many.means, many.scales);
        std::mt19937_64 random(4);
        for (int round = 0; round < 200; ++round) {
            auto changed = wide;
            changed[round % 2 == 0 ? random() % 300 : random() % wide.size()] ^=
                static_cast<std::byte>(1 + random() % 255);
            for (const InstructionSet set : usableInstructionSets()) {
                try {
                    decoded(model, changed, many, set);
                } catch (const Error& error) {
                    QCOMPARE(error.kind(), ErrorKind::Input);
                }
            }
        }
    }

    void tablesAreTheSameOnEveryMachine() {
        for (const auto& [shape, expected] :
             {std::pair(ModelShape::Gaussian,
                        "42171cf74833bc229188207d41d7b54b6a8af4aac9c7c99b572cc23fa5052c02"),
              std::pair(ModelShape::Laplace,
                        "96c8e8634dc9b0dcf81f47fb5bc77c0b67efdd62625034673f2a0a37363918f9")}) {
            const SymbolModel model(shape);
            const Coded coded = drawn(50'000, -6, 14, ModelShape::Gaussian);
            Sha256 hash;
            for (std::size_t table = 0; table < model.tables().size(); ++table) {
                const std::span<const Interval> intervals = model.tables().intervals(table);
                hash.add(std::as_bytes(intervals));
            }
            hash.add(model.encode(coded.symbols, coded.means, coded.scales));
            QCOMPARE(QByteArray::fromStdString(hash.finish().hex()), QByteArray(expected));
        }
    }

    void tablesByIndexComeBack() {
        SymbolTables tables(12);
        QCOMPARE(tables.add(std::vector<std::uint32_t>{4096}), std::size_t{0});
        QCOMPARE(tables.add(std::vector<std::uint32_t>{0, 1, 4000, 0, 0, 95}), std::size_t{1});
        QCOMPARE(tables.add(std::vector<std::uint32_t>(4096, 1)), std::size_t{2});
        VERIFY_ERROR(tables.add(std::vector<std::uint32_t>{4096, 1}), ErrorKind::Internal, "sum");
        VERIFY_ERROR(SymbolTables(16), ErrorKind::Internal, "2^16");
        std::mt19937_64 random(6);
        for (const std::size_t count :
             {std::size_t{0}, std::size_t{1}, std::size_t{700}, std::size_t{500'000}}) {
            std::vector<std::uint16_t> symbols(count);
            std::vector<std::uint32_t> indices(count);
            constexpr std::array<std::uint16_t, 3> ofSecond{1, 2, 5};
            for (std::size_t i = 0; i < count; ++i) {
                indices[i] = random() % 3;
                symbols[i] = indices[i] == 0   ? std::uint16_t{0}
                             : indices[i] == 1 ? ofSecond[random() % 3]
                                               : static_cast<std::uint16_t>(random() % 4096);
            }
            const auto stream = tables.encode(symbols, indices, InstructionSet::Baseline);
            for (const InstructionSet set : usableInstructionSets()) {
                QVERIFY(tables.encode(symbols, indices, set) == stream);
                std::vector<std::uint16_t> back(count);
                tables.decode(stream, indices, back, set);
                QVERIFY2(back == symbols, toText(set));
            }
        }
        const std::vector<std::uint16_t> absent{3}, beyond{7};
        VERIFY_ERROR(tables.encode(absent, std::vector<std::uint32_t>{1}), ErrorKind::Internal,
                     "does not occur");
        VERIFY_ERROR(tables.encode(beyond, std::vector<std::uint32_t>{1}), ErrorKind::Internal,
                     "does not occur");
        VERIFY_ERROR(tables.encode(absent, std::vector<std::uint32_t>{3}), ErrorKind::Internal,
                     "does not occur");
        QCOMPARE(tables.codeLengths(std::vector<std::uint16_t>{9}, std::vector<std::uint32_t>{2})[0], 12.0F);
    }
};

QTEST_APPLESS_MAIN(SymbolModelTest)
#include "symbol_model_test.moc"
