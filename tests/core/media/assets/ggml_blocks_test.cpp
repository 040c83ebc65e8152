// Blocks of ggml as floats. The numbers are those of gguf.quants.dequantize (PyPI gguf 0.19.0) for the same bytes.

#include "core/media/assets/ggml_blocks.h"

#include "core/hash.h"
#include "core/media/quality/half.h"
#include "tests/core/error_check.h"

#include <QTest>
#include <array>
#include <cstring>
#include <limits>

using namespace ratescope;
using namespace ratescope::media;

namespace {

struct Golden {
    const char* name;
    BlockFormat format;
    std::vector<std::size_t> scales;  ///< where in a block its half floats lie
    std::array<float, 6> values;      ///< at the places below
    const char* hash;                 ///< of all 512 floats, the first 16 digits
};

constexpr std::array<std::size_t, 6> places = {0, 17, 100, 255, 300, 511};

const std::vector<Golden> goldens = {
    {"Q4_0",
     BlockFormat::Q4_0,
     {0},
     {0.1849365234375f, -0.1849365234375f, -0.2958984375f, -1.775390625f, 0.3701171875f, -1.18359375f},
     "4a0bc7246853e87f"},
    {"Q4_1",
     BlockFormat::Q4_1,
     {0, 2},
     {-0.4619140625f, -0.3509521484375f, -1.255859375f, -1.328125f, -6.1015625f, -4.431640625f},
     "7a4812ce835b2d70"},
    {"Q5_0",
     BlockFormat::Q5_0,
     {0},
     {0.2589111328125f, -0.1109619140625f, -0.73974609375f, 1.4794921875f, -3.701171875f, -2.958984375f},
     "a47cadf74c9f89a1"},
    {"Q5_1",
     BlockFormat::Q5_1,
     {0, 2},
     {-0.4249267578125f, 0.203857421875f, -0.51611328125f, -0.736328125f, -1.2900390625f, -1.47265625f},
     "e2c4f818f7fb74dc"},
    {"Q8_0",
     BlockFormat::Q8_0,
     {0},
     {1.0726318359375f, -4.364501953125f, -1.62744140625f, -12.427734375f, 37.751953125f, -40.833984375f},
     "99213ad67b86c658"},
    {"Q2_K",
     BlockFormat::Q2_K,
     {80, 82},
     {0.221923828125f, 0.8876953125f, 6.0986328125f, 5.544677734375f, 17.076171875f, 4.10302734375f},
     "d4f01a4a4b2e1c22"},
    {"Q3_K",
     BlockFormat::Q3_K,
     {108},
     {-2.3671875f, -0.665771484375f, -0.7767333984375f, -2.3302001953125f, 0.665771484375f, -5.326171875f},
     "58b2da8615223f80"},
    {"Q4_K",
     BlockFormat::Q4_K,
     {0, 2},
     {27.7431640625f, 27.00341796875f, 9.986572265625f, 8.87353515625f, 4.87890625f, 49.68701171875f},
     "c6ac61ddab7298ee"},
    {"Q5_K",
     BlockFormat::Q5_K,
     {0, 2},
     {35.140625f, 22.56494140625f, 17.975830078125f, 46.822509765625f, 57.364990234375f, 66.713134765625f},
     "f69d84a020c4849c"},
    {"Q6_K",
     BlockFormat::Q6_K,
     {208},
     {4.58642578125f, 66.5771484375f, -10.9852294921875f, -116.510009765625f, 221.701904296875f,
      7.9892578125f},
     "a711af38a3a885b7"}};

/// Any bytes for codes, sensible scales.
Array blocksOf(const Golden& golden) {
    const BlockSize size = blockSize(golden.format);
    const auto count = static_cast<std::size_t>(512 / size.elements),
               bytes = static_cast<std::size_t>(size.bytes);
    Array array(DType::U8, {1, static_cast<std::int64_t>(count * bytes)});
    const auto all = array.writable<std::uint8_t>();
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = static_cast<std::uint8_t>((i * i * 7 + i * 13 + (i >> 3) * 29 + 5) >> 1);
    for (std::size_t block = 0; block < count; ++block)
        for (std::size_t k = 0; k < golden.scales.size(); ++k) {
            const float scale = (k == 0 ? 0.037f : -0.61f) * static_cast<float>(block + 1);
            const std::uint16_t half = floatToHalf(scale);
            std::memcpy(&all[block * bytes + golden.scales[k]], &half, sizeof half);
        }
    return array;
}

ModelTensor tensorOf(const Golden& golden) {
    return {"w", {1, 512}, golden.format, blocksOf(golden)};
}

void setHalf(Array& array, std::size_t at, float value) {
    const std::uint16_t half = floatToHalf(value);
    std::memcpy(array.writableBytes().data() + at, &half, sizeof half);
}

}  // namespace

class GgmlBlocksTest : public QObject {
    Q_OBJECT

  private slots:
    void blocksAreThoseOfTheReference_data() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < goldens.size(); ++i)
            QTest::newRow(goldens[i].name) << static_cast<int>(i);
    }
    void blocksAreThoseOfTheReference() {
        QFETCH(int, index);
        const Golden& golden = goldens[static_cast<std::size_t>(index)];
        const Array floats = toFloat(tensorOf(golden));
        QCOMPARE(floats.shape(), (Shape{1, 512}));
        for (std::size_t i = 0; i < places.size(); ++i)
            QCOMPARE(floats.as<float>()[places[i]], golden.values[i]);
        QCOMPARE(sha256(floats.bytes()).hex().substr(0, 16), std::string(golden.hash));
    }

    void anInfiniteScaleIsSeen_data() { blocksAreThoseOfTheReference_data(); }
    void anInfiniteScaleIsSeen() {
        QFETCH(int, index);
        const Golden& golden = goldens[static_cast<std::size_t>(index)];
        QVERIFY(isFinite(tensorOf(golden)));
        const auto bytes = static_cast<std::size_t>(blockSize(golden.format).bytes);
        for (const std::size_t scale : golden.scales)
            for (const float bad :
                 {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
                ModelTensor tensor = tensorOf(golden);
                setHalf(tensor.array, bytes + scale, bad);
                QVERIFY(!isFinite(tensor));
            }
    }

    void plainElementsAreTakenAsTheyAre() {
        Array halves(DType::BF16, {2, 2});
        halves.writable<std::uint16_t>()[3] = 0xC040;
        QCOMPARE(toFloat({"w", {2, 2}, BlockFormat::None, halves}).as<float>()[3], -3.0f);
        Array floats(DType::F32, {2});
        floats.writable<float>()[1] = 7;
        const ModelTensor tensor{"w", {2}, BlockFormat::None, floats};
        QVERIFY(toFloat(tensor).bytes().data() == floats.bytes().data());
        QVERIFY(isFinite(tensor));
        floats.writable<float>()[0] = -std::numeric_limits<float>::infinity();
        QVERIFY(!isFinite(tensor));
    }

    void aRowThatDoesNotFitIsRefused() {
        std::array<float, 32> out{};
        const std::array<std::byte, 18> block{};
        VERIFY_ERROR(dequantiseRow(BlockFormat::Q4_0, std::span(block).first(17), out), ErrorKind::Internal,
                     "fit");
        VERIFY_ERROR(dequantiseRow(BlockFormat::Q4_0, block, std::span(out).first(31)), ErrorKind::Internal,
                     "fit");
        VERIFY_ERROR(dequantiseRow(BlockFormat::None, block, out), ErrorKind::Internal, "no blocks");
    }
};

QTEST_GUILESS_MAIN(GgmlBlocksTest)
#include "ggml_blocks_test.moc"
