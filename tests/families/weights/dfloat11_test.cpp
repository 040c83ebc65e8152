// weights.dfloat11: every bit comes back, every bit is accounted for, streams are those of the paper, bad input is
// refused.

#include "core/media/coding/bit_reader.h"
#include "core/media/coding/code_length.h"
#include "core/media/coding/container.h"
#include "core/media/coding/histogram.h"
#include "core/media/quality/half.h"
#include "plugins/weights/dfloat11_format.h"
#include "plugins/weights/nodes.h"
#include "tests/families/support.h"
#include "tests/families/weights/dfloat11_reference.h"

#include <zlib.h>

#include <QTest>
#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <random>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;
using weights::LengthLimiter;

namespace {

using Weights = std::vector<std::uint16_t>;

const NodeEntry& dfloat11() {
    static const NodeEntry entry = weights::dfloat11Node();
    return entry;
}

Settings settings(const std::string& grouping, const std::string& index, std::int64_t threads = 512) {
    return {{"grouping", grouping}, {"index", index}, {"threads-per-block", threads}};
}

Tensor tensor(const std::string& name, Shape shape, const Weights& values) {
    Array array(DType::BF16, std::move(shape));
    std::ranges::copy(values, array.writable<std::uint16_t>().begin());
    return {name, array};
}

Tensor row(const std::string& name, const Weights& values) {
    return tensor(name, {1, static_cast<std::int64_t>(values.size())}, values);
}

TensorSet one(Tensor given) {
    return {"", {std::move(given)}, {}};
}

Weights normal(std::size_t count, double deviation = 0.03, std::uint64_t seed = 1) {
    std::mt19937_64 random(seed);
    std::normal_distribution<double> draw(0, deviation);
    Weights values(count);
    std::ranges::generate(values, [&] { return floatToBfloat16(static_cast<float>(draw(random))); });
    return values;
}

/// Exponents of geometric counts: neighbours in number of 2 : 1, so codes of 1 … n bits.
Weights geometric(std::size_t count) {
    Weights values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = static_cast<std::uint16_t>((100 + std::countr_zero(i + 1)) << 7 | (i & 0x7f));
    return values;
}

void verifySame(const TensorSet& back, const TensorSet& given) {
    QCOMPARE(back.schema, given.schema);
    QCOMPARE(back.metadata, given.metadata);
    QCOMPARE(back.tensors.size(), given.tensors.size());
    for (std::size_t i = 0; i < given.tensors.size(); ++i) {
        QCOMPARE(back.tensors[i].name, given.tensors[i].name);
        QCOMPARE(back.tensors[i].array.shape(), given.tensors[i].array.shape());
        QVERIFY(back.tensors[i].array.type() == given.tensors[i].array.type());
        QVERIFY2(std::ranges::equal(back.tensors[i].array.bytes(), given.tensors[i].array.bytes()),
                 given.tensors[i].name.c_str());
    }
}

void verifyRoundTrip(const TensorSet& given, const Settings& chosen) {
    const ByteSink stream = encode(dfloat11(), inputs("tensors", given), chosen);
    QCOMPARE(stream.ledger().bits(), 8 * stream.bytes().size());
    for (const int threads : {1, 2})
        verifySame(tensorsAt(decode(dfloat11(), stream.bytes(), {}, threads)), given);
}

std::vector<std::uint8_t> exponentsOf(const Weights& values) {
    std::vector<std::uint8_t> exponents;
    for (const std::uint16_t value : values)
        exponents.push_back(static_cast<std::uint8_t>(value >> 7));
    return exponents;
}

std::vector<std::uint32_t> countsOf(const Weights& values) {
    return histogramOf(std::span<const std::uint8_t>(exponentsOf(values)));
}

/// The sections of a stream of one group with the index "threads".
Dfloat11Group groupIn(const ContainerReader& container, std::size_t threads) {
    Dfloat11Group group{container.section("exponents"), {}, {}, container.section("tables"), threads};
    BitReader gaps(container.section("gaps"));
    while (gaps.left() >= 5)
        group.gaps.push_back(static_cast<std::uint8_t>(gaps.get(5)));
    FieldReader positions(container.section("positions"));
    while (positions.left() > 0)
        group.positions.push_back(positions.u32());
    return group;
}

std::uint64_t bitsOfCode(std::span<const std::uint32_t> counts, const HuffmanCode& code) {
    return code.codeLength(counts);
}

/// With the end symbol's 1 before them the numbers of Fibonacci: without a limit the longest code has `size` bits.
std::vector<std::uint32_t> fibonacci(std::size_t size) {
    std::vector<std::uint32_t> counts{1, 2};
    while (counts.size() < size)
        counts.push_back(counts[counts.size() - 1] + counts[counts.size() - 2]);
    counts.resize(256);
    return counts;
}

ByteSink rebuilt(const ByteSink& stream, const std::string& changed,
                 const std::function<void(std::vector<std::byte>&)>& change) {
    const ContainerReader container(stream.bytes());
    ContainerWriter writer("weights.dfloat11", 1);
    FieldReader header = container.header();
    const auto raw = header.raw(header.left());
    std::vector<std::byte> fields(raw.begin(), raw.end());
    if (changed == "header") change(fields);
    writer.header().raw(fields);
    for (const std::string& name : container.sectionNames()) {
        const auto section = container.section(name);
        std::vector<std::byte> bytes(section.begin(), section.end());
        if (name == changed) change(bytes);
        writer.addSection(name, bytes);
    }
    ByteSink sink;
    writer.finish(sink);
    return sink;
}

}  // namespace

class DFloat11Test : public QObject {
    Q_OBJECT

  private slots:
    void everyBitComesBack_data() {
        QTest::addColumn<QString>("grouping");
        QTest::addColumn<QString>("index");
        QTest::addColumn<int>("threads");
        for (const char* grouping : {"part", "tensor", "block", "model"})
            for (const char* index : {"threads", "blocks"})
                for (const int threads : {1, 16, 512})
                    QTest::addRow("%s, %s, %d threads", grouping, index, threads)
                        << grouping << index << threads;
    }
    void everyBitComesBack() {
        QFETCH(QString, grouping);
        QFETCH(QString, index);
        QFETCH(int, threads);
        const Settings chosen = settings(grouping.toStdString(), index.toStdString(), threads);
        Weights all;
        for (std::uint32_t raw = 0; raw < 0x10000; ++raw)
            if ((raw >> 7 & 0xff) < 240) all.push_back(static_cast<std::uint16_t>(raw));
        TensorSet set{"sample", {}, {{"format", "pt"}}};
        set.tensors = {row("every", all),
                       row("model.layers.0.subnormal", {0x0001, 0x8001, 0x007f, 0x0000, 0x8000}),
                       row("model.layers.0.constant", Weights(70'000, 0x3c12)),
                       row("model.layers.1.geometric", geometric(100'000)),
                       tensor("model.layers.1.norm", {300}, normal(300)),
                       {"model.layers.1.empty", Array(DType::BF16, {0, 4})},
                       tensor("model.layers.2.cube", {5, 10, 20}, normal(1000)),
                       {"counts", Array(DType::I64, {3})},
                       tensor("scalar", {}, {0x8000})};
        for (const std::size_t count : {1, 7, 63, 64, 65})
            set.tensors.push_back(row("size." + std::to_string(count), normal(count)));
        set.tensors.push_back(
            row("large", normal(grouping == "model" && threads == 512 ? 1'000'001 : 200'001)));
        verifyRoundTrip(set, chosen);
    }

    void matricesThatAreNotSearchedComeBackToo() {
        TensorSet set{"", {row("embedding", normal(700)), row("block", normal(900))}, {}};
        set.tensors.push_back(tensor("norm", {30}, normal(30)));
        set.metadata["ratescope.searched"] = "block*";
        verifyRoundTrip(set, settings("part", "blocks", 64));
        const ByteSink stream = encode(dfloat11(), inputs("tensors", set), settings("block", "threads", 64));
        std::uint64_t searched = 0;
        for (const Part& part : stream.ledger().parts)
            if (part.name == "sign-mantissa" && part.searched) searched += part.bits;
        QCOMPARE(searched, std::uint64_t{8 * 900});
    }

    void endsOnChunksAndBlocks() {
        // One exponent and the end symbol: codes of one bit, so 64 weights a chunk.
        for (const std::size_t count : {64U, 128U, 64U * 16, 64U * 16 * 2, 64U * 16 * 2 + 1})
            for (const char* index : {"threads", "blocks"})
                verifyRoundTrip(one(row("w", Weights(count, 0x3f80))), settings("model", index, 16));
    }

    void whatHasNoCodeStandsRaw() {
        Weights values = normal(400);
        values[3] = 0x7fc1;  // NaN with a payload
        values[4] = 0xff80;  // −infinity
        values[5] = 0x7800;  // 2^113
        TensorSet set{"", {row("large", values), row("small", normal(400)), tensor("v", {400}, values)}, {}};
        const ByteSink stream = encode(dfloat11(), inputs("tensors", set));
        QCOMPARE(bitsOf(stream.ledger(), "raw"), 2U * 400 * 16);
        QCOMPARE(bitsOf(stream.ledger(), "sign-mantissa"), 400U * 8);
        verifyRoundTrip(set, settings("part", "blocks"));
        const QString error = errorOf([&] {
            encode(dfloat11(), inputs("tensors", set), {{"on-large-exponent", std::string("error")}});
        });
        QVERIFY2(error.startsWith("input: ") && error.contains("\"large\""), qPrintable(error));
        values[3] = 0x77ff;  // the greatest that has one
        values[4] = values[5] = 0xf7ff;
        QCOMPARE(bitsOf(encode(dfloat11(), inputs("tensors", one(row("w", values)))).ledger(), "raw"), 0U);
    }

    void otherMatricesAreRefused() {
        for (const DType type : {DType::F16, DType::F32, DType::F64}) {
            const QString error = errorOf([&] {
                encode(dfloat11(), inputs("tensors", one({"w", Array(type, {2, 3})})));
            });
            QVERIFY2(error.startsWith("input: ") && error.contains("weights.cast"), qPrintable(error));
            verifyRoundTrip(TensorSet{"", {row("w", normal(50)), {"v", Array(type, {9})}}, {}}, {});
        }
        QVERIFY(errorOf([&] { encode(dfloat11(), inputs("tensors", TensorSet())); }).startsWith("input: "));
        QVERIFY(errorOf([&] {
                    encode(dfloat11(), inputs("tensors", one(row("w", normal(50)))),
                           settings("model", "threads", 48));
                }).startsWith("usage: "));
    }

    void codesAreNearTheEntropy() {
        for (const double deviation : {0.001, 0.02, 0.03, 0.04, 3.0}) {
            const Weights values = normal(200'000, deviation);
            auto counts = countsOf(values);
            const HuffmanCode code = weights::exponentCode(counts, 32, LengthLimiter::Reference);
            double kraft = 0;
            for (const std::uint8_t length : code.lengths())
                kraft += length > 0 ? std::ldexp(1.0, -length) : 0;
            QCOMPARE(kraft, 1.0);
            QVERIFY(code.lengths()[weights::endSymbol] > 0);
            const double entropy = entropyBits(counts);
            const auto bits = static_cast<double>(bitsOfCode(counts, code));
            QVERIFY(bits >= entropy && bits < entropy + 200'000);
        }
    }

    void codesKeepTheirLimit() {
        for (const std::size_t size : {10, 30, 36, 40})
            for (const int longest : {8, 12, 20, 32}) {
                const auto counts = fibonacci(size);
                const HuffmanCode plain = weights::exponentCode(counts, longest, LengthLimiter::Reference);
                const HuffmanCode best = weights::exponentCode(counts, longest, LengthLimiter::PackageMerge);
                for (const HuffmanCode& code : {plain, best})
                    QVERIFY(*std::ranges::max_element(code.lengths()) <= longest);
                QVERIFY(bitsOfCode(counts, best) <= bitsOfCode(counts, plain));
            }
        const auto counts = fibonacci(36);
        QCOMPARE(*std::ranges::max_element(
                     weights::exponentCode(counts, 32, LengthLimiter::PackageMerge).lengths()),
                 32);
    }

    void tablesSayTheCode() {
        for (const std::size_t size : {1, 2, 9, 20, 36, 40}) {
            const auto counts = fibonacci(size);
            const HuffmanCode code = weights::exponentCode(counts, 32, LengthLimiter::PackageMerge);
            const auto tables = weights::lookUpTables(code);
            QVERIFY(std::ranges::equal(weights::codeOfTables(tables).lengths(), code.lengths()));
        }
        // Half of all weights and 239 others: 120 prefixes, more than pointers can tell apart.
        std::vector<std::uint32_t> counts(256);
        std::fill_n(counts.begin(), 240, 1000);
        counts[7] = 240'000;
        const HuffmanCode code = weights::exponentCode(counts, 32, LengthLimiter::Reference);
        QVERIFY(weights::lookUpTables(code).size() <= 18U * 256);
    }

    void threeDecodersAgree_data() {
        QTest::addColumn<int>("kind");
        QTest::newRow("normal") << 0;
        QTest::newRow("geometric") << 1;
        QTest::newRow("constant") << 2;
        QTest::newRow("all exponents") << 3;
    }
    void threeDecodersAgree() {
        QFETCH(int, kind);
        Weights values = kind == 0 ? normal(30'000) : kind == 1 ? geometric(30'000) : Weights(30'000, 0x3c00);
        if (kind == 3)
            for (std::size_t i = 0; i < values.size(); ++i)
                values[i] = static_cast<std::uint16_t>(i % 240 << 7);
        const ByteSink stream =
            encode(dfloat11(), inputs("tensors", one(row("w", values))), settings("model", "threads", 32));
        const ContainerReader container(stream.bytes());
        const Dfloat11Group group = groupIn(container, 32);
        const auto exponents = exponentsOf(values);
        QVERIFY(decodeAsKernel(group) == exponents);
        const HuffmanCode code = weights::exponentCode(countsOf(values), 32, LengthLimiter::Reference);
        QVERIFY(decodeByTree(group.exponents, values.size(), code.lengths()) == exponents);
        verifySame(tensorsAt(decode(dfloat11(), stream.bytes())), one(row("w", values)));

        QCOMPARE(group.positions.front(), 0U);
        QCOMPARE(group.positions.back(), static_cast<std::uint32_t>(values.size()));
        QVERIFY(std::ranges::is_sorted(group.positions));
        QCOMPARE(group.gaps.size(), 32 * (group.positions.size() - 1));
    }

    void bitsAreTheFormula() {
        const Weights values = normal(200'000);
        const HuffmanCode code = weights::exponentCode(countsOf(values), 32, LengthLimiter::Reference);
        const std::uint64_t bits = bitsOfCode(countsOf(values), code);
        const std::uint64_t blocks = (bits + 32767) / 32768;
        for (const bool threads : {true, false}) {
            const ByteSink stream = encode(dfloat11(), inputs("tensors", one(row("w", values))),
                                           settings("model", threads ? "threads" : "blocks"));
            const Ledger& ledger = stream.ledger();
            QCOMPARE(bitsOf(ledger, "exponents"), bits);
            QCOMPARE(bitsOf(ledger, "sign-mantissa"), 8 * values.size());
            QCOMPARE(bitsOf(ledger, "gaps"), 5 * blocks * (threads ? 512 : 1));
            QCOMPARE(bitsOf(ledger, "positions"), 32 * (blocks + 1));
            if (threads)
                QCOMPARE(bitsOf(ledger, "tables"), 8 * weights::lookUpTables(code).size());
            else
                QVERIFY(bitsOf(ledger, "tables") < 300);
            std::uint64_t searched = 0;
            for (const Part& part : ledger.parts)
                if (part.searched) searched += part.bits;
            QCOMPARE(searched, ledger.bits() - bitsOf(ledger, "header") - bitsOf(ledger, "container") -
                                   bitsOf(ledger, "padding"));
        }
    }

    /// A model of 135 million weights (269 MB) is held several times over, and the worker's limit is what it asks for.
    void asksForTheMemoryOfAModel() {
        const std::uint64_t bytes = dfloat11().make()->resources(complete(dfloat11().manifest)).memory;
        QVERIFY(bytes >= std::uint64_t{4} << 30);
    }

    /// The sizes that the specification gives for normal weights: 10.78 … 10.80 bits, an entropy of 2.545.
    void normalWeightsTakeWhatThePaperSays_data() {
        QTest::addColumn<double>("deviation");
        QTest::newRow("0.02") << 0.02;
        QTest::newRow("0.03") << 0.03;
        QTest::newRow("0.04") << 0.04;
    }
    void normalWeightsTakeWhatThePaperSays() {
        QFETCH(double, deviation);
        const Weights values = normal(1'000'000, deviation);
        const TensorSet set = one(row("w", values));
        const auto bitsWith = [&](const Settings& chosen) {
            return 8.0 *
                   static_cast<double>(encode(dfloat11(), inputs("tensors", set), chosen).bytes().size()) /
                   1e6;
        };
        const double entropy = entropyBits(countsOf(values)) / 1e6;
        QVERIFY2(std::abs(entropy - 2.545) < 0.01, qPrintable(QString::number(entropy)));
        const double own = bitsWith(settings("model", "threads"));
        QVERIFY2(own > 10.77 && own < 10.82, qPrintable(QString::number(own)));
        QVERIFY(own < 8 + entropy + 0.12 + 0.22);  // index and tables
        const double compact = bitsWith(settings("model", "blocks"));
        QVERIFY2(compact < 8 + entropy + 0.06, qPrintable(QString::number(compact)));

        const auto bytes = set.tensors[0].array.bytes();
        uLongf size = compressBound(bytes.size());
        std::vector<Bytef> deflated(size);
        QCOMPARE(::compress2(deflated.data(), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                             bytes.size(), 6),
                 Z_OK);
        QVERIFY(own < 0.9 * 8.0 * static_cast<double>(size) / 1e6);
    }

    /// Of a mixture whose scales are log-normal (0.4): 10.94 … 10.95 bits without tables, an entropy of 2.698.
    void mixturesTakeWhatTheSpecificationSays() {
        std::mt19937_64 random(5);
        std::normal_distribution<double> draw;
        for (const double deviation : {0.02, 0.04}) {
            Weights values(1'000'000);
            std::ranges::generate(values, [&] {
                const double scale = deviation * std::exp(0.4 * draw(random));
                return floatToBfloat16(static_cast<float>(scale * draw(random)));
            });
            const double entropy = entropyBits(countsOf(values)) / 1e6;
            QVERIFY2(std::abs(entropy - 2.698) < 0.01, qPrintable(QString::number(entropy)));
            const ByteSink stream =
                encode(dfloat11(), inputs("tensors", one(row("w", values))), settings("model", "threads"));
            double bits = 0;
            for (const char* part : {"exponents", "sign-mantissa", "gaps", "positions"})
                bits += static_cast<double>(bitsOf(stream.ledger(), part)) / 1e6;
            QVERIFY2(bits > 10.935 && bits < 10.955, qPrintable(QString::number(bits)));
        }
    }

    void damagedStreamsAreRefused_data() {
        QTest::addColumn<QString>("index");
        QTest::newRow("threads") << "threads";
        QTest::newRow("blocks") << "blocks";
    }
    void damagedStreamsAreRefused() {
        QFETCH(QString, index);
        TensorSet set = one(row("w", normal(300)));
        set.tensors.push_back({"bias", Array(DType::F32, {4})});
        const ByteSink stream =
            encode(dfloat11(), inputs("tensors", set), settings("model", index.toStdString(), 2));
        for (std::size_t size = 0; size < stream.bytes().size(); ++size)
            QVERIFY(errorOf([&] {
                        decode(dfloat11(), std::span(stream.bytes()).first(size));
                    }).startsWith("input: "));
        for (std::size_t at = 0; at < stream.bytes().size(); ++at) {
            auto bytes = stream.bytes();
            bytes[at] ^= std::byte{16};
            QVERIFY(errorOf([&] { decode(dfloat11(), bytes); }).startsWith("input: "));
        }
    }

    /// With the checksums put right: an error, or weights of the same shape.
    void forgedSectionsDoNoHarm_data() {
        QTest::addColumn<QString>("section");
        for (const char* section : {"header", "exponents", "gaps", "positions", "tables"})
            QTest::newRow(section) << section;
    }
    void forgedSectionsDoNoHarm() {
        QFETCH(QString, section);
        int refused = 0, tried = 0;
        for (const char* index : {"threads", "blocks"}) {
            const ByteSink stream = encode(dfloat11(), inputs("tensors", one(row("w", normal(3000)))),
                                           settings("model", index, 4));
            for (std::size_t at = 0; at < 200; ++at)
                for (const std::byte bit : {std::byte{1}, std::byte{0x80}}) {
                    const ByteSink forged = rebuilt(stream, section.toStdString(), [&](auto& bytes) {
                        bytes[at * bytes.size() / 200] ^= bit;
                    });
                    const QString error = errorOf([&] { decode(dfloat11(), forged.bytes()); });
                    QVERIFY2(error.isEmpty() || error.startsWith("input: "), qPrintable(error));
                    ++tried;
                    refused += error.isEmpty() ? 0 : 1;
                }
        }
        // A processor needs few of the gaps.
        QVERIFY2(refused > (section == "gaps" ? 0 : tried / 3),
                 qPrintable(QString("%1 of %2").arg(refused).arg(tried)));
    }

    void pointersToNoTableAreRefused() {
        const ByteSink stream =
            encode(dfloat11(), inputs("tensors", one(row("w", normal(3000)))), settings("model", "threads"));
        const ByteSink forged = rebuilt(stream, "tables", [](auto& bytes) { bytes[255] = std::byte{240}; });
        QVERIFY(errorOf([&] { decode(dfloat11(), forged.bytes()); }).contains("look-up tables"));
    }

    /// With the only exponent's code given to one that stands for a pointer, or with no end symbol: all else fits.
    void codesOfPointersAreRefused_data() {
        QTest::addColumn<QString>("index");
        QTest::addColumn<int>("exponent");
        QTest::addColumn<QString>("refusal");
        for (const char* index : {"threads", "blocks"}) {
            QTest::addRow("%s, 239", index) << index << 239 << "";
            for (const int exponent : {240, 250, 255})
                QTest::addRow("%s, %d", index, exponent) << index << exponent << "pointers";
        }
        QTest::newRow("blocks, no end") << "blocks" << 120 << "no end symbol";
    }
    void codesOfPointersAreRefused() {
        QFETCH(QString, index);
        QFETCH(int, exponent);
        QFETCH(QString, refusal);
        const ByteSink stream = encode(dfloat11(), inputs("tensors", one(row("w", Weights(3000, 0x3c00)))),
                                       settings("model", index.toStdString(), 16));
        std::vector<std::uint32_t> counts(weights::endSymbol + 1);
        counts[static_cast<std::size_t>(exponent)] = 3000;
        counts[refusal == "no end symbol" ? 121 : weights::endSymbol] = 1;
        const HuffmanCode code(counts);
        const ByteSink forged = rebuilt(stream, "tables", [&](std::vector<std::byte>& bytes) {
            if (index == "threads") {
                const auto tables = weights::lookUpTables(code);
                std::ranges::copy(std::as_bytes(std::span(tables)), bytes.begin());
                return;
            }
            BitWriter writer("tables");
            code.write(writer);
            bytes = writer.finish().bytes;
        });
        const QString error = errorOf([&] { decode(dfloat11(), forged.bytes()); });
        QVERIFY2(refusal.isEmpty() ? error.isEmpty() : error.startsWith("input: ") && error.contains(refusal),
                 qPrintable(error));
    }

    /// One group of sixteen megabytes: it is asked for every two, while weights are taken apart and while they are coded.
    void asksWithinAGroup() {
        const auto given = inputs("tensors", one(row("w", Weights(std::size_t{1} << 23, 0x3c12))));
        const auto node = dfloat11().make();
        TestContext context;
        ByteSink sink;
        dynamic_cast<const CodecNode&>(*node).encode(
            context, given, complete(dfloat11().manifest, settings("model", "blocks")), sink);
        QVERIFY2(context.checks >= 8 + 8, qPrintable(QString::number(context.checks)));
    }

    void stopsWhenCancelled() {
        const auto node = dfloat11().make();
        const auto& codec = dynamic_cast<const CodecNode&>(*node);
        TensorSet set;
        for (int i = 0; i < 20; ++i)
            set.tensors.push_back(row("layer." + std::to_string(i) + ".w", normal(50)));
        const auto given = inputs("tensors", set);
        TestContext encoding(10);
        ByteSink sink;
        QVERIFY(errorOf([&] {
                    codec.encode(encoding, given, complete(dfloat11().manifest), sink);
                }).startsWith("cancelled: "));
        const ByteSink stream = encode(dfloat11(), given);
        TestContext decoding(30);
        ByteSource source(stream.bytes());
        QVERIFY(errorOf([&] {
                    codec.decode(decoding, source, {}, complete(dfloat11().manifest));
                }).startsWith("cancelled: "));
    }
};

QTEST_GUILESS_MAIN(DFloat11Test)
#include "dfloat11_test.moc"
