#include "core/media/coding/histogram.h"
#include "core/media/coding/huffman_runs.h"
#include "tests/core/error_check.h"

#include <QtTest>
#include <bit>
#include <random>

using namespace ratescope;
using namespace ratescope::media;

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t endSymbol = 256;

/// A stream of runs with the code that suits them, and an end symbol.
struct Stream {
    HuffmanCode code;
    std::vector<std::byte> bytes;
    std::vector<std::uint64_t> begins;  ///< and the end of the last
    std::vector<Bytes> runs;
};

Stream streamOf(const std::vector<Bytes>& runs) {
    Bytes all;
    for (const Bytes& run : runs)
        all.insert(all.end(), run.begin(), run.end());
    auto counts = histogramOf(std::span<const std::uint8_t>(all));
    counts.push_back(1);
    Stream stream{HuffmanCode(counts), {}, {}, runs};
    BitWriter writer("codes");
    for (const Bytes& run : runs) {
        stream.begins.push_back(writer.bits());
        for (const std::uint8_t symbol : run)
            stream.code.put(writer, symbol);
    }
    stream.begins.push_back(writer.bits());
    stream.bytes = writer.finish().bytes;
    return stream;
}

/// Of 1 bit, 2 bits, and so on to `most`.
Bytes geometric(std::size_t count, unsigned most, unsigned seed) {
    std::mt19937 random(seed);
    Bytes bytes(count);
    for (std::uint8_t& byte : bytes)
        byte = static_cast<std::uint8_t>(
            std::countl_zero(static_cast<std::uint32_t>(random()) | (1U << (31 - most))));
    return bytes;
}

Bytes uniform(std::size_t count, unsigned values, unsigned seed) {
    std::mt19937 random(seed);
    Bytes bytes(count);
    for (std::uint8_t& byte : bytes)
        byte = static_cast<std::uint8_t>(random() % values);
    return bytes;
}

std::vector<Bytes> decoded(const Stream& stream, std::vector<std::uint64_t>& ends) {
    std::vector<Bytes> results;
    for (const Bytes& run : stream.runs)
        results.emplace_back(run.size(), std::uint8_t{0xee});
    std::vector<HuffmanRun> runs;
    for (std::size_t i = 0; i < results.size(); ++i)
        runs.push_back({stream.begins[i], results[i]});
    HuffmanRunDecoder(stream.code).decode(stream.bytes, runs);
    for (const HuffmanRun& run : runs)
        ends.push_back(run.end);
    return results;
}

}  // namespace

class HuffmanRunsTest : public QObject {
    Q_OBJECT

  private slots:
    void runsComeBack_data() {
        QTest::addColumn<int>("kind");
        for (const int kind : {0, 1, 2, 3, 4, 5})
            QTest::addRow("%d", kind) << kind;
    }
    void runsComeBack() {
        QFETCH(int, kind);
        const auto make = [&](std::size_t count, unsigned seed) {
            switch (kind) {
                case 0:
                    return geometric(count, 6, seed);
                case 1:
                    return geometric(count, 20, seed);
                case 2:
                    return uniform(count, 256, seed);
                case 3:
                    return uniform(count, 3, seed);
                case 4:
                    return uniform(count, 1, seed);  // one symbol, of one bit
                default:
                    return uniform(count, 40, seed);
            }
        };
        for (const std::size_t count : {1, 2, 3, 4, 5, 9}) {
            std::vector<Bytes> runs;
            for (std::size_t i = 0; i < count; ++i)
                runs.push_back(make(i % 3 == 2 ? i : 5000 * (i + 1), static_cast<unsigned>(i)));
            const Stream stream = streamOf(runs);
            std::vector<std::uint64_t> ends;
            QVERIFY(decoded(stream, ends) == stream.runs);
            for (std::size_t i = 0; i < count; ++i)
                QCOMPARE(ends[i], stream.begins[i + 1]);
        }
    }

    void earlyEndsAreRefused() {
        const Stream whole = streamOf({uniform(3000, 40, 1), uniform(3000, 40, 2)});
        for (std::size_t size = 0; size < whole.bytes.size(); size += 13) {
            Stream cut = whole;
            // In memory of its own, so that a sanitizer sees what is read behind its end.
            cut.bytes = {whole.bytes.begin(), whole.bytes.begin() + static_cast<std::ptrdiff_t>(size)};
            std::vector<std::uint64_t> ends;
            VERIFY_ERROR(decoded(cut, ends), ErrorKind::Input, "stream");
        }
    }

    void endSymbolsAreRefused() {
        Stream stream = streamOf({uniform(3000, 40, 1)});
        BitWriter writer("codes");
        for (int i = 0; i < 1000; ++i)
            stream.code.put(writer, i == 700 ? endSymbol : 7);
        stream.bytes = writer.finish().bytes;
        stream.runs = {Bytes(1000)};
        std::vector<std::uint64_t> ends;
        VERIFY_ERROR(decoded(stream, ends), ErrorKind::Input, "end symbol");
    }
};

QTEST_GUILESS_MAIN(HuffmanRunsTest)
#include "coding_huffman_runs_test.moc"
