#include "core/media/assets/asset.h"
#include "core/media/assets/safetensors_file.h"
#include "core/media/node/canonical_hash.h"
#include "core/media/quality/tensor_error.h"
#include "tests/core/error_check.h"
#include "tests/core/media/media_values.h"
#include "tests/core/test_data.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <fstream>

using namespace ratescope;
using namespace ratescope::media;
namespace fs = std::filesystem;

namespace {

std::vector<std::byte> fileOf(const std::string& header, std::size_t dataBytes,
                              std::optional<std::uint64_t> length = {}) {
    const std::uint64_t stated = length.value_or(header.size());
    std::vector<std::byte> bytes(8 + header.size() + dataBytes);
    std::memcpy(bytes.data(), &stated, 8);
    std::memcpy(bytes.data() + 8, header.data(), header.size());
    return bytes;
}

TensorSet decode(const std::vector<std::byte>& bytes) {
    return decodeSafetensors(bytes, nullptr, "x.safetensors");
}

TensorSet makeSet() {
    TensorSet set;
    set.schema = "parameters:test.codec";
    set.metadata = {{"format", "pt"}, {"ä", "\"quoted\""}};
    Array bytes(DType::U8, {3});
    bytes.writable<std::uint8_t>()[1] = 200;
    Array nan = makeFloats({4});
    nan.writable<float>()[0] = NAN;
    nan.writable<float>()[1] = INFINITY;
    set.tensors = {{"bytes", bytes},
                   {"weight", makeFloats({3, 2})},
                   {"flags", Array(DType::Bool, {5})},
                   {"double", Array(DType::F64, {2, 0, 3})},
                   {"scalar", Array(DType::I64, {})},
                   {"nan", nan},
                   {"half", Array(DType::BF16, {7})}};
    return set;
}

}  // namespace

class SafetensorsTest : public QObject {
    Q_OBJECT

  private slots:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void setsComeBack() {
        writeSafetensors(path("a.safetensors"), makeSet());
        const TensorSet back = readSafetensors(path("a.safetensors"));
        QCOMPARE(back.schema, makeSet().schema);
        QVERIFY(back.metadata == makeSet().metadata);
        QCOMPARE(back.tensors.size(), makeSet().tensors.size());
        QVERIFY(canonicalHash(valueOf(back)) == canonicalHash(valueOf(makeSet())));
        for (const Tensor& tensor : back.tensors)
            QCOMPARE(
                reinterpret_cast<std::uintptr_t>(tensor.array.bytes().data()) % sizeOf(tensor.array.type()),
                std::uintptr_t{0});
        writeSafetensors(path("b.safetensors"), back);
        QVERIFY(sha256OfFile(path("a.safetensors")) == sha256OfFile(path("b.safetensors")));
        QCOMPARE(std::distance(fs::directory_iterator(path("")), fs::directory_iterator()), 2);
    }

    void theEmptySetComesBack() {
        writeSafetensors(path("a.safetensors"), TensorSet{});
        QVERIFY(readSafetensors(path("a.safetensors")).tensors.empty());
        QCOMPARE(fs::file_size(path("a.safetensors")), std::uintmax_t{16});
    }

    void theSetStaysWhenTheFileGoes() {
        writeSafetensors(path("a.safetensors"), makeSet());
        const TensorSet set = readSafetensors(path("a.safetensors"));
        fs::remove(path("a.safetensors"));
        double sum = 0;
        for (const Tensor& tensor : set.tensors)
            for (const std::byte byte : tensor.array.bytes())
                sum += static_cast<int>(byte);
        QVERIFY(sum > 0);
    }

    void tensorsStandInTheOrderOfTheirData() {
        const auto set = decode(fileOf(
            R"({"late":{"dtype":"U8","shape":[2],"data_offsets":[4,6]},"early":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})",
            6));
        QCOMPARE(set.tensors[0].name, std::string("early"));
        QCOMPARE(set.tensors[1].name, std::string("late"));
    }

    void misalignedTensorsAreCopied() {
        auto bytes = fileOf(
            R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}})",
            5);
        const float value = 1.5f;
        std::memcpy(bytes.data() + bytes.size() - 4, &value, 4);
        QCOMPARE(decode(bytes).tensors[1].array.as<float>()[0], 1.5f);
    }

    void hostileFilesAreRefused_data() {
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<int>("data");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* name, QByteArray header, int data, const char* reason) {
            QTest::newRow(name) << header << data << reason;
        };
        row("no JSON", "hello", 0, "JSON");
        row("cut JSON", R"({"a":{"dtype":"U8")", 0, "JSON");
        row("two objects", "{}{}", 0, "JSON");
        row("no UTF-8", "{\"\xff\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0, "JSON");
        row("nested", QByteArray(1000000, '['), 0, "form");
        row("nested objects", QByteArray(R"({"a":)").repeated(100000), 0, "form");
        row("array", "[]", 0, "form");
        row("text", "\"a\"", 0, "form");
        row("entry no object", R"({"a":3})", 0, "form");
        row("dtype twice", R"({"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}})", 0,
            "form");
        row("unknown field", R"({"a":{"type":"U8","shape":[0],"data_offsets":[0,0]}})", 0, "form");
        row("shape twice", R"({"a":{"dtype":"U8","shape":[0],"shape":[0],"data_offsets":[0,0]}})", 0, "form");
        row("shape nested", R"({"a":{"dtype":"U8","shape":[[0]],"data_offsets":[0,0]}})", 0, "form");
        row("shape broken", R"({"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,0]}})", 0, "form");
        row("shape of text", R"({"a":{"dtype":"U8","shape":["1"],"data_offsets":[0,0]}})", 0, "form");
        row("shape negative", R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}})", 0, "negative");
        row("shape null", R"({"a":{"dtype":"U8","shape":null,"data_offsets":[0,0]}})", 0, "form");
        row("no shape", R"({"a":{"dtype":"U8","data_offsets":[0,0]}})", 0, "lacks");
        row("no dtype", R"({"a":{"shape":[0],"data_offsets":[0,0]}})", 0, "lacks");
        row("no offsets", R"({"a":{"dtype":"U8","shape":[0]}})", 0, "lacks");
        row("one offset", R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0]}})", 0, "lacks");
        row("three offsets", R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0,0]}})", 0, "lacks");
        row("dtype unknown", R"({"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})", 1, "F8_E4M3");
        row("name twice",
            R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
            2, "\"a\" is used twice");
        row("metadata twice", R"({"__metadata__":{},"__metadata__":{}})", 0, "used twice");
        row("metadata key twice", R"({"__metadata__":{"a":"1","a":"2"}})", 0, "twice");
        row("metadata of numbers", R"({"__metadata__":{"a":1}})", 0, "form");
        row("metadata of arrays", R"({"__metadata__":{"a":["b"]}})", 0, "form");
        row("shape overflows", R"({"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}})",
            0, "\"a\" overflows");
        row("shape × size overflows",
            R"({"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}})", 0, "make");
        row("shape of 64 bits", R"({"a":{"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,0]}})",
            0, "overflows");
        row("shape of 65 bits", R"({"a":{"dtype":"U8","shape":[36893488147419103232],"data_offsets":[0,0]}})",
            0, "form");
        row("size unlike shape", R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4, "make");
        row("size no multiple", R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,5]}})", 5, "make");
        row("beyond the end", R"({"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]}})", 4, "outside");
        row("begin after end", R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[4,2]}})", 4, "outside");
        row("offsets of 64 bits",
            R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[18446744073709551615,18446744073709551615]}})",
            4, "outside");
        row("overlap",
            R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}})",
            4, "overlap");
        row("same place",
            R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
            4, "overlap");
        row("hole",
            R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}})",
            4, "hole");
        row("hole in front", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", 2, "hole");
        row("bytes left over", R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 3,
            "2 bytes at its end");
        row("bytes without tensors", "{}", 3, "3 bytes at its end");
    }
    void hostileFilesAreRefused() {
        QFETCH(QByteArray, header);
        QFETCH(int, data);
        QFETCH(QString, reason);
        const auto bytes = fileOf(header.toStdString(), static_cast<std::size_t>(data));
        VERIFY_ERROR(decode(bytes), ErrorKind::Input, qPrintable(reason));
        VERIFY_ERROR(decode(bytes), ErrorKind::Input, "x.safetensors");
    }

    void hostileLengthsAreRefused() {
        VERIFY_ERROR(decode(std::vector<std::byte>(7)), ErrorKind::Input, "shorter");
        VERIFY_ERROR(decode(fileOf("{}", 0, 3)), ErrorKind::Input, "more than the file");
        VERIFY_ERROR(decode(fileOf("{}", 0, 100'000'001)), ErrorKind::Input, "100 MB");
        VERIFY_ERROR(decode(fileOf("{}", 0, ~std::uint64_t{0})), ErrorKind::Input, "100 MB");
        VERIFY_ERROR(decode(fileOf("{}", 0, 0)), ErrorKind::Input, "JSON");
        QVERIFY(decode(fileOf("{}      ", 0)).tensors.empty());
    }

    void everyTruncationIsRefused() {
        writeSafetensors(path("a.safetensors"), makeSet());
        std::ifstream in(path("a.safetensors"), std::ios::binary);
        const std::string text((std::istreambuf_iterator<char>(in)), {});
        const auto bytes = std::as_bytes(std::span(text));
        for (std::size_t cut = 0; cut < bytes.size(); ++cut)
            VERIFY_ERROR(decodeSafetensors(bytes.first(cut), nullptr, "cut"), ErrorKind::Input, "cut");
    }

    void namesThatTheFormatCannotHoldAreRefused() {
        TensorSet set;
        set.tensors = {{"a", makeFloats({1})}, {"a", makeFloats({1})}};
        VERIFY_ERROR(writeSafetensors(path("a.safetensors"), set), ErrorKind::Input, "\"a\"");
        set.tensors = {{"__metadata__", makeFloats({1})}};
        VERIFY_ERROR(writeSafetensors(path("a.safetensors"), set), ErrorKind::Input, "__metadata__");
        set.tensors = {{"\xff", makeFloats({1})}};
        VERIFY_ERROR(writeSafetensors(path("a.safetensors"), set), ErrorKind::Input, "UTF-8");
        VERIFY_ERROR(writeSafetensors(path("no/a.safetensors"), TensorSet{}), ErrorKind::Resource, "No such");
        QVERIFY(fs::is_empty(path("")));
    }

    void aHeaderOfManyTensorsIsQuick() {
        TensorSet set;
        for (int i = 0; i < 50000; ++i)
            set.tensors.push_back({"layer." + std::to_string(i), Array(DType::U8, {1})});
        QElapsedTimer timer;
        timer.start();
        writeSafetensors(path("a.safetensors"), set);
        QCOMPARE(readSafetensors(path("a.safetensors")).tensors.size(), std::size_t{50000});
        QVERIFY2(timer.elapsed() < 30'000, qPrintable(QString::number(timer.elapsed())));
    }

    void assetsGoThroughOneDoor() {
        writeAsset(valueOf(makeSet()), path("a.safetensors"));
        QVERIFY(typeOf(readAsset(graph::PortType::TensorSet, path("a.safetensors"))) ==
                graph::PortType::TensorSet);
        VERIFY_ERROR(writeAsset(valueOf(makeSet()), path("a.png")), ErrorKind::Usage, ".png");
        VERIFY_ERROR(readAsset(graph::PortType::Mesh, path("a.ply")), ErrorKind::Usage, "a.ply");
        VERIFY_ERROR(writeAsset(Value{}, path("a.png")), ErrorKind::Internal, "empty");
        VERIFY_ERROR(readAsset(graph::PortType::TensorSet, path("none")), ErrorKind::Input, "does not exist");
    }

    /// Energies by NumPy, float64.
    void aRealNetworkIsRead() {
        const fs::path file = dataFolder() / "models/silero_vad/silero_vad_16k.safetensors";
        REQUIRE_DATA(file);
        const TensorSet set = readSafetensors(file);
        QCOMPARE(set.tensors.size(), std::size_t{15});
        QCOMPARE(set.tensors[0].name, std::string("stft_conv.weight"));
        QVERIFY(set.tensors[0].array.shape() == (Shape{258, 1, 256}));
        const auto errors = tensorErrors(set, set);
        QVERIFY(std::abs(errors[0].referenceEnergy - 12383.999960035451) < 1e-6);
        QVERIFY(std::abs(errors[14].referenceEnergy - 0.32952061644336084) < 1e-12);
        writeSafetensors(path("a.safetensors"), set);
        QVERIFY(sameTensors(readSafetensors(path("a.safetensors")), set));
    }

  private:
    fs::path path(const std::string& name) const { return fs::path(folder_->path().toStdString()) / name; }

    std::unique_ptr<QTemporaryDir> folder_;
};

QTEST_APPLESS_MAIN(SafetensorsTest)
#include "safetensors_test.moc"
