// weights.rtn: values as the formulas say, every bit accounted for, bad input refused.

#include "core/media/assets/safetensors_file.h"
#include "core/media/coding/bit_reader.h"
#include "core/media/coding/container.h"
#include "core/media/quality/half.h"
#include "core/media/quality/searched.h"
#include "plugins/weights/nodes.h"
#include "tests/families/support.h"
#include "tests/families/weights/rtn_reference.h"

#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

const NodeEntry& rtn() {
    static const NodeEntry entry = weights::rtnNode();
    return entry;
}

Settings settings(int bits, std::int64_t groupSize = 128, bool symmetric = false) {
    return {{"bits", std::int64_t{bits}}, {"group-size", groupSize}, {"symmetric", symmetric}};
}

Tensor tensor(const std::string& name, Shape shape, const std::vector<float>& values) {
    Array array(DType::F32, std::move(shape));
    std::ranges::copy(values, array.writable<float>().begin());
    return {name, array};
}

TensorSet one(Tensor tensor) {
    return {"", {std::move(tensor)}, {}};
}

std::vector<float> normal(std::size_t count, std::uint64_t seed = 1) {
    std::mt19937_64 random(seed);
    std::normal_distribution<float> draw(0.01F, 0.05F);
    std::vector<float> values(count);
    std::ranges::generate(values, [&] { return draw(random); });
    return values;
}

std::vector<double> valuesOf(const Array& array) {
    const Array wide = toFloat32(array);
    const auto values = wide.as<float>();
    return {values.begin(), values.end()};
}

std::vector<double> roundTrip(const Tensor& given, const Settings& chosen) {
    const auto stream = encode(rtn(), inputs("tensors", one(given)), chosen);
    return valuesOf(tensorsAt(decode(rtn(), stream.bytes())).tensors.at(0).array);
}

std::vector<double> scalesIn(const ByteSink& stream) {
    const ContainerReader container(stream.bytes());
    BitReader reader(container.section("scales"));
    std::vector<double> scales;
    while (reader.left() >= 16)
        scales.push_back(halfToFloat(static_cast<std::uint16_t>(reader.get(16))));
    return scales;
}

std::uint64_t searchedBits(const Ledger& ledger) {
    std::uint64_t bits = 0;
    for (const Part& part : ledger.parts)
        if (part.searched) bits += part.bits;
    return bits;
}

double squaredError(const std::vector<float>& weights, const std::vector<double>& restored) {
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i)
        sum += (weights[i] - restored[i]) * (weights[i] - restored[i]);
    return sum;
}

}  // namespace

class RtnTest : public QObject {
    Q_OBJECT

  private slots:
    void valuesAreTheFormulas_data() {
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("groupSize");
        QTest::addColumn<bool>("symmetric");
        for (int bits = 1; bits <= 8; ++bits)
            for (const int groupSize : {-1, 32, 40})
                for (const bool symmetric : {false, true})
                    QTest::addRow("%d bits, group %d, %s", bits, groupSize,
                                  symmetric ? "symmetric" : "asymmetric")
                        << bits << groupSize << symmetric;
    }
    void valuesAreTheFormulas() {
        QFETCH(int, bits);
        QFETCH(int, groupSize);
        QFETCH(bool, symmetric);
        const auto weights = normal(12 * 100);  // 40 leaves a group of 20 at the end of each row
        const auto restored =
            roundTrip(tensor("w", {12, 100}, weights), settings(bits, groupSize, symmetric));
        const auto expected = roundToNearest(weights, 100, bits, groupSize, symmetric);
        for (std::size_t i = 0; i < weights.size(); ++i)
            QCOMPARE(restored[i], static_cast<double>(static_cast<float>(expected[i])));
    }

    void bitsAreTheFormulas_data() { valuesAreTheFormulas_data(); }
    void bitsAreTheFormulas() {
        QFETCH(int, bits);
        QFETCH(int, groupSize);
        QFETCH(bool, symmetric);
        const std::uint64_t rows = 12, columns = 96;
        const auto stream =
            encode(rtn(), inputs("tensors", one(tensor("w", {12, 96}, normal(rows * columns)))),
                   settings(bits, groupSize, symmetric));
        const auto size = groupSize < 0 ? columns : static_cast<std::uint64_t>(groupSize);
        const std::uint64_t groups = rows * ((columns + size - 1) / size);
        const auto width = static_cast<std::uint64_t>(bits);
        const Ledger& ledger = stream.ledger();
        QCOMPARE(ledger.bits(), 8 * stream.bytes().size());
        QCOMPARE(bitsOf(ledger, "codes"), rows * columns * width);
        QCOMPARE(bitsOf(ledger, "scales"), bits == 1 ? 0 : 16 * groups);
        QCOMPARE(bitsOf(ledger, "levels"), bits == 1 ? 32 * groups : 0);
        QCOMPARE(bitsOf(ledger, "zero-points"), bits == 1 || symmetric ? 0 : width * groups);
        const std::uint64_t named =
            bitsOf(ledger, "header") + bitsOf(ledger, "container") + bitsOf(ledger, "padding");
        QCOMPARE(searchedBits(ledger), ledger.bits() - named);
        QVERIFY(bitsOf(ledger, "padding") < 8 * 4);
    }

    void layersSayWhatDecodes_data() {
        QTest::addColumn<int>("bits");
        for (const int bits : {1, 3, 8})
            QTest::addRow("%d bits", bits) << bits;
    }
    void layersSayWhatDecodes() {
        QFETCH(int, bits);
        const auto weights = normal(12 * 100), more = normal(5 * 16, 2);
        const TensorSet set{
            "",
            {tensor("w", {12, 100}, weights), tensor("b", {12}, normal(12)), tensor("v", {5, 16}, more)},
            {}};
        TestContext context;
        ByteSink stream;
        const auto node = rtn().make();
        dynamic_cast<const CodecNode&>(*node).encode(context, inputs("tensors", set),
                                                     complete(rtn().manifest, settings(bits, 32)), stream);
        const Table& layers = context.tables.at("layers");
        QCOMPARE(layers.schema, std::string("layers"));
        QCOMPARE(std::get<std::vector<std::string>>(layers.column("tensor")->cells),
                 (std::vector<std::string>{"w", "v"}));
        QCOMPARE(std::get<std::vector<std::int64_t>>(layers.column("weights")->cells),
                 (std::vector<std::int64_t>{1200, 80}));
        const auto counted = std::get<std::vector<std::int64_t>>(layers.column("bits")->cells);
        QCOMPARE(static_cast<std::uint64_t>(counted[0] + counted[1]), searchedBits(stream.ledger()));
        // Groups of 32: 4 a row of 100, 1 a row of 16.
        QCOMPARE(counted[1], 80 * bits + 5 * (bits == 1 ? 32 : 16 + bits));
        const Outputs outputs = decode(rtn(), stream.bytes());
        const auto errors = std::get<std::vector<double>>(layers.column("error")->cells);
        for (const double error : std::get<std::vector<double>>(layers.column("output-error")->cells))
            QVERIFY(std::isnan(error));  // it knows nothing of inputs
        for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
            const auto& given = i == 0 ? weights : more;
            double energy = 0;
            for (const float weight : given)
                energy += static_cast<double>(weight) * weight;
            const auto restored = valuesOf(tensorsAt(outputs).tensors.at(2 * i).array);
            QVERIFY(std::abs(errors[i] - std::sqrt(squaredError(given, restored) / energy)) < 1e-12);
        }
    }

    void zerosAndConstantsAreExact_data() {
        QTest::addColumn<float>("constant");
        for (const float constant : {0.0F, 1.0F, -1.0F, 0.015625F, -3.5F, 60000.0F})
            QTest::addRow("%g", static_cast<double>(constant)) << constant;
    }
    void zerosAndConstantsAreExact() {
        QFETCH(float, constant);
        for (int bits = 1; bits <= 8; ++bits)
            for (const bool symmetric : {false, true}) {
                const auto restored = roundTrip(tensor("w", {2, 40}, std::vector<float>(80, constant)),
                                                settings(bits, 32, symmetric));
                for (const double value : restored)
                    QCOMPARE(value, static_cast<double>(constant));
            }
    }

    void zeroWeightsComeBackAsZero() {
        auto weights = normal(256);
        for (std::size_t i = 0; i < weights.size(); i += 3)
            weights[i] = 0;
        for (int bits = 2; bits <= 8; ++bits)
            for (const bool symmetric : {false, true}) {
                const auto restored = roundTrip(tensor("w", {4, 64}, weights), settings(bits, 32, symmetric));
                for (std::size_t i = 0; i < weights.size(); i += 3)
                    QCOMPARE(restored[i], 0.0);
            }
    }

    void tinyWeightsGoToTheSmallestStep() {
        std::vector<float> weights(64);
        for (std::size_t i = 0; i < 64; ++i)
            weights[i] = 1e-9F * static_cast<float>(i);
        const auto restored = roundTrip(tensor("w", {1, 64}, weights), settings(4));
        for (std::size_t i = 0; i < 64; ++i)
            QCOMPARE(restored[i], weights[i] > 0x1p-25F ? 0x1p-24 : 0.0);
    }

    void errorFallsWithBits() {
        const auto weights = normal(64 * 256);
        double before = std::numeric_limits<double>::infinity();
        for (int bits = 1; bits <= 8; ++bits) {
            const double error =
                squaredError(weights, roundTrip(tensor("w", {64, 256}, weights), settings(bits)));
            QVERIFY2(error < before, qPrintable(QString::number(bits)));
            before = error;
        }
        const double energy = squaredError(weights, std::vector<double>(weights.size(), 0));
        QVERIFY(before / energy < 1e-4);
    }

    void finerGroupsNeverRaiseTheBound() {
        const auto weights = normal(8 * 256);
        const auto bounds = [&](std::int64_t size) {
            return scalesIn(
                encode(rtn(), inputs("tensors", one(tensor("w", {8, 256}, weights))), settings(3, size)));
        };
        auto coarse = bounds(-1);
        for (const std::int64_t size : {128, 64, 32, 16, 8}) {
            const auto fine = bounds(size);
            for (std::size_t i = 0; i < fine.size(); ++i)
                QVERIFY(fine[i] <= coarse[i * coarse.size() / fine.size()]);
            coarse = fine;
        }
    }

    void rowsMayBePermuted() {
        const std::size_t rows = 7, columns = 50;
        const auto weights = normal(rows * columns);
        std::vector<float> turned;
        for (std::size_t row = rows; row-- > 0;)
            turned.insert(turned.end(), weights.begin() + static_cast<std::ptrdiff_t>(row * columns),
                          weights.begin() + static_cast<std::ptrdiff_t>((row + 1) * columns));
        const auto plain = roundTrip(tensor("w", {7, 50}, weights), settings(3, -1));
        const auto other = roundTrip(tensor("w", {7, 50}, turned), settings(3, -1));
        for (std::size_t row = 0; row < rows; ++row)
            for (std::size_t i = 0; i < columns; ++i)
                QCOMPARE(other[(rows - 1 - row) * columns + i], plain[row * columns + i]);
    }

    void aKernelsRowHoldsItsTaps() {
        const auto weights = normal(4 * 6 * 3 * 3);
        QCOMPARE(roundTrip(tensor("k", {4, 6, 3, 3}, weights), settings(4, 16)),
                 roundTrip(tensor("k", {4, 54}, weights), settings(4, 16)));
    }

    void otherTensorsAreKept() {
        TensorSet set;
        set.schema = "sample";
        set.metadata = {{"format", "pt"}, {"note", "ünicode"}};
        const auto bias = normal(10);
        Array counts(DType::I64, {3});
        counts.writable<std::int64_t>()[1] = -5;
        Array mask(DType::Bool, {2, 3});
        mask.writable<std::uint8_t>()[4] = 1;
        const Array wide = fromFloat32(tensor("", {10}, bias).array, DType::F64);
        set.tensors = {tensor("w", {4, 16}, normal(64)),
                       tensor("bias", {10}, bias),
                       {"bf", fromFloat32(tensor("", {10}, bias).array, DType::BF16)},
                       {"half", fromFloat32(tensor("", {10}, bias).array, DType::F16)},
                       {"wide", wide},
                       {"scalar", Array(DType::F32, {})},
                       {"counts", counts},
                       {"mask", mask},
                       {"empty", Array(DType::F32, {5, 0})}};
        const auto stream = encode(rtn(), inputs("tensors", set));
        QCOMPARE(bitsOf(stream.ledger(), "kept"), 16U * (10 + 10 + 10 + 10 + 1) + 64 * 3 + 8 * 6);
        QCOMPARE(searchedBits(stream.ledger()), 64U * 4 + 4 * (16 + 4));
        const Outputs outputs = decode(rtn(), stream.bytes());
        const TensorSet& back = tensorsAt(outputs);
        QCOMPARE(back.schema, set.schema);
        QCOMPARE(back.metadata, set.metadata);
        QCOMPARE(back.tensors.size(), set.tensors.size());
        for (std::size_t i = 0; i < set.tensors.size(); ++i) {
            QCOMPARE(back.tensors[i].name, set.tensors[i].name);
            QCOMPARE(back.tensors[i].array.shape(), set.tensors[i].array.shape());
            const DType type = set.tensors[i].array.type();
            QVERIFY(back.tensors[i].array.type() == (type == DType::F64 ? DType::F32 : type));
        }
        for (const std::size_t same : {2, 3, 6, 7})
            QVERIFY(std::ranges::equal(back.tensors[same].array.bytes(), set.tensors[same].array.bytes()));
        for (const std::size_t halved : {1, 4})
            for (std::size_t i = 0; i < 10; ++i)
                QCOMPARE(back.tensors[halved].array.as<float>()[i], halfToFloat(floatToHalf(bias[i])));
    }

    void badWeightsAreRefused_data() {
        QTest::addColumn<float>("value");
        QTest::addColumn<int>("rank");
        const float infinity = std::numeric_limits<float>::infinity();
        const float nan = std::numeric_limits<float>::quiet_NaN();
        for (const int rank : {1, 2}) {
            QTest::addRow("NaN, rank %d", rank) << nan << rank;
            QTest::addRow("infinite, rank %d", rank) << -infinity << rank;
            QTest::addRow("beyond half, rank %d", rank) << 1e9F << rank;
        }
    }
    void badWeightsAreRefused() {
        QFETCH(float, value);
        QFETCH(int, rank);
        auto weights = normal(64);
        weights[17] = value;
        const TensorSet set = one(tensor("layer.weight", rank == 1 ? Shape{64} : Shape{4, 16}, weights));
        const QString error = errorOf([&] { encode(rtn(), inputs("tensors", set)); });
        QVERIFY2(error.startsWith("input: ") && error.contains("\"layer.weight\""), qPrintable(error));
    }

    void badSettingsAndEmptySetsAreRefused() {
        const TensorSet set = one(tensor("w", {4, 16}, normal(64)));
        for (const std::int64_t size : {0, 1, 7})
            QVERIFY(errorOf([&] {
                        encode(rtn(), inputs("tensors", set), settings(4, size));
                    }).startsWith("usage: "));
        QVERIFY(errorOf([&] { encode(rtn(), inputs("tensors", TensorSet())); }).startsWith("input: "));
        QVERIFY(errorOf([&] {
                    encode(rtn(), inputs("tensors", one({"e", Array(DType::F32, {0, 4})})));
                }).startsWith("input: "));
    }

    void streamsTellTheirCodec() {
        const auto stream = encode(rtn(), inputs("tensors", one(tensor("w", {4, 16}, normal(64)))));
        QByteArray hex(reinterpret_cast<const char*>(stream.bytes().data()), 32);
        QVERIFY(QString(hex.toHex()).startsWith(QString::fromStdString(rtn().manifest.magics.at(0))));
    }

    void damagedStreamsAreRefused() {
        TensorSet set = one(tensor("w", {4, 100}, normal(400)));
        set.tensors.push_back(tensor("bias", {10}, normal(10)));
        const auto stream = encode(rtn(), inputs("tensors", set), settings(3, 32));
        for (std::size_t size = 0; size < stream.bytes().size(); ++size)
            QVERIFY(
                errorOf([&] { decode(rtn(), std::span(stream.bytes()).first(size)); }).startsWith("input: "));
        for (std::size_t at = 0; at < stream.bytes().size(); ++at) {
            auto bytes = stream.bytes();
            bytes[at] ^= std::byte{16};
            QVERIFY(errorOf([&] { decode(rtn(), bytes); }).startsWith("input: "));
        }
    }

    void headersThatClaimMoreThanIsThereAreRefused_data() {
        QTest::addColumn<QList<quint64>>("shape");
        QTest::addColumn<int>("searched");
        QTest::newRow("many weights") << QList<quint64>{1ULL << 30, 1ULL << 30} << 1;
        QTest::newRow("overflow") << QList<quint64>{1ULL << 62, 1ULL << 62} << 1;
        QTest::newRow("many kept") << QList<quint64>{1ULL << 40} << 0;
        QTest::newRow("a scalar to search") << QList<quint64>{} << 1;
        QTest::newRow("endless empty rows") << QList<quint64>{1ULL << 62, 0, 1} << 1;
    }
    void headersThatClaimMoreThanIsThereAreRefused() {
        QFETCH(QList<quint64>, shape);
        QFETCH(int, searched);
        ContainerWriter writer("weights.rtn", 1);
        FieldWriter& header = writer.header();
        header.u8(4);
        header.signedVarint(-1);
        header.u8(0);
        header.text("");
        header.varint(0);
        header.varint(1);
        header.text("w");
        header.text("f32");
        header.u8(static_cast<std::uint8_t>(searched));
        header.varint(static_cast<std::uint64_t>(shape.size()));
        for (const quint64 extent : shape)
            header.varint(extent);
        for (const char* name : {"codes", "scales", "zero-points", "kept"})
            writer.addSection(name, std::span<const std::byte>());
        ByteSink sink;
        writer.finish(sink);
        const QString error = errorOf([&] { decode(rtn(), sink.bytes()); });
        if (shape.contains(0))
            QCOMPARE(error, QString());
        else
            QVERIFY2(error.startsWith("input: "), qPrintable(error));
    }

    void whatNoPatternTakesIsKept() {
        TensorSet set{
            "", {tensor("embedding", {4, 16}, normal(64)), tensor("block", {8, 16}, normal(128))}, {}};
        set.metadata["ratescope.searched"] = "block*";
        const auto stream = encode(rtn(), inputs("tensors", set), settings(4, 16));
        const TensorSet back = tensorsAt(decode(rtn(), stream.bytes()));
        QVERIFY(back.tensors[0].array.type() == set.tensors[0].array.type());
        for (std::size_t i = 0; i < 64; ++i)  // rounded to half precision, not to sixteen levels
            QVERIFY(std::abs(toFloat32(back.tensors[0].array).as<float>()[i] -
                             toFloat32(set.tensors[0].array).as<float>()[i]) < 2e-3);
        std::uint64_t searched = 0;
        for (const Part& part : stream.ledger().parts)
            if (part.searched) searched += part.bits;
        QCOMPARE(searched, std::uint64_t{128 * 4 + 8 * (16 + 4)});
    }

    void encodingStopsWhenCancelled() {
        const auto node = rtn().make();
        const auto given = inputs("tensors", one(tensor("w", {50, 16}, normal(800))));
        TestContext context(20);
        ByteSink sink;
        QVERIFY(errorOf([&] {
                    dynamic_cast<const CodecNode&>(*node).encode(context, given, complete(rtn().manifest),
                                                                 sink);
                }).startsWith("cancelled: "));
    }

    void aRealNetworkPasses() {
        RATESCOPE_NEEDS_DATA();
        const TensorSet set = readSafetensors(dataFolder() / "models/silero_vad/silero_vad_16k.safetensors");
        const WeightCounts counts = countWeights(set);
        const Searched isSearched(set);
        const auto stream = encode(rtn(), inputs("tensors", set), settings(4, 64));
        double expected = 0;
        for (const Tensor& tensor : set.tensors) {
            if (!isSearched(tensor)) continue;
            const auto rows = static_cast<double>(tensor.array.shape()[0]);
            const double columns = static_cast<double>(tensor.array.size()) / rows;
            expected += rows * (columns * 4 + std::ceil(columns / 64) * (16 + 4));
        }
        QCOMPARE(static_cast<double>(searchedBits(stream.ledger())), expected);
        QVERIFY(expected / static_cast<double>(counts.searched) < 4.4);
        const Outputs outputs = decode(rtn(), stream.bytes());
        QCOMPARE(tensorsAt(outputs).tensors.size(), set.tensors.size());
    }
};

QTEST_GUILESS_MAIN(RtnTest)
#include "rtn_test.moc"
