#include "core/buffer/value_file.h"

#include "core/buffer/aside_file.h"
#include "core/buffer/mapped_file.h"
#include "tests/core/error_check.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <QTemporaryDir>
#include <QtTest>
#include <csignal>
#include <cstring>
#include <fstream>
#include <numeric>

using namespace ratescope;
namespace fs = std::filesystem;

namespace {

ValueParts sample() {
    Array pixels(DType::U8, {3, 5, 1});
    for (std::size_t i = 0; i < 15; ++i)
        pixels.writable<std::uint8_t>()[i] = static_cast<std::uint8_t>(i * 17);
    Array weights(DType::F32, {7});
    weights.writable<float>()[6] = 2.5f;
    return {"Sample",
            R"({"depth":8})",
            {{"pixels", pixels},
             {"empty", Array(DType::I64, {0, 4})},
             {"weights", weights},
             {"scalar", Array(DType::F64, {})}}};
}

/// A value file with this header, then the arrays' bytes.
void writeRaw(const fs::path& file, const std::string& header, std::size_t dataBytes,
              std::optional<std::uint64_t> length = {}) {
    std::ofstream out(file, std::ios::binary);
    const std::uint64_t stated = length.value_or(header.size());
    out.write("RSVALUE1", 8);
    out.write(reinterpret_cast<const char*>(&stated), 8);
    out << header;
    const std::size_t end = 16 + header.size();
    out << std::string((64 - end % 64) % 64 + dataBytes, '\0');
}

std::string withArrays(const std::string& arrays) {
    return R"({"type":"T","fields":{},"arrays":[)" + arrays + "]}";
}

/// Of this process's memory, what is that of mapped files.
std::int64_t mappedKilobytes() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("RssFile:")) return std::stoll(line.substr(8));
    return -1;
}

}  // namespace

class ValueFileTest : public QObject {
    Q_OBJECT

  private slots:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void partsComeBack() {
        const ValueParts before = sample();
        writeValueFile(path("value"), before);
        const ValueParts after = mapValueFile(path("value"));
        QCOMPARE(after.type, before.type);
        QCOMPARE(after.fields, before.fields);
        QCOMPARE(after.arrays.size(), before.arrays.size());
        for (std::size_t i = 0; i < before.arrays.size(); ++i) {
            QCOMPARE(after.arrays[i].name, before.arrays[i].name);
            const Array &a = before.arrays[i].array, &b = after.arrays[i].array;
            QVERIFY(a.type() == b.type() && a.shape() == b.shape());
            QVERIFY(a.byteSize() == 0 || std::memcmp(a.bytes().data(), b.bytes().data(), a.byteSize()) == 0);
            QCOMPARE(reinterpret_cast<std::uintptr_t>(b.bytes().data()) % 64, std::uintptr_t{0});
        }
        QCOMPARE(std::distance(fs::directory_iterator(path("")), fs::directory_iterator()), 1);
    }

    void manyArraysFindTheirOffsets() {
        ValueParts parts{"Many", "{}", {}};
        for (std::int64_t i = 0; i < 500; ++i)
            parts.arrays.push_back({"a" + std::to_string(i), Array(DType::U16, {i})});
        writeValueFile(path("value"), parts);
        const ValueParts after = mapValueFile(path("value"));
        QCOMPARE(after.arrays.size(), std::size_t{500});
        QVERIFY(after.arrays[499].array.shape() == Shape{499});
    }

    void anEmptyLastArrayIsRead() {
        writeValueFile(path("value"), {"T", "{}", {{"only", Array(DType::U8, {0})}}});
        QCOMPARE(mapValueFile(path("value")).arrays.size(), std::size_t{1});
    }

    void theMappingOutlivesTheFile() {
        writeValueFile(path("value"), sample());
        const ValueParts parts = mapValueFile(path("value"));
        fs::remove(path("value"));
        QCOMPARE(parts.arrays[0].array.as<std::uint8_t>()[14], std::uint8_t{238});
    }

    void hostileHeadersAreRefused_data() {
        QTest::addColumn<QString>("header");
        QTest::addColumn<int>("dataBytes");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* name, const std::string& arrays, int bytes, const char* reason) {
            QTest::newRow(name) << QString::fromStdString(withArrays(arrays)) << bytes << reason;
        };
        row("beyond the end", R"({"name":"a","dtype":"u8","shape":[65],"offset":128})", 64, "beyond");
        row("offset past the end", R"({"name":"a","dtype":"u8","shape":[1],"offset":1024})", 64, "outside");
        row("offset overflows", R"({"name":"a","dtype":"u8","shape":[1],"offset":18446744073709551552})", 64,
            "outside");
        row("offset not aligned", R"({"name":"a","dtype":"u8","shape":[1],"offset":129})", 64, "multiple");
        row("offset in the header", R"({"name":"a","dtype":"u8","shape":[1],"offset":0})", 64, "outside");
        row("offset negative", R"({"name":"a","dtype":"u8","shape":[1],"offset":-64})", 64, "offset");
        row("shape overflows", R"({"name":"a","dtype":"u8","shape":[4294967296,4294967296],"offset":128})",
            64, "2^62");
        row("shape × size overflows",
            R"({"name":"a","dtype":"f64","shape":[2305843009213693952],"offset":128})", 64, "beyond");
        row("extent of 64 bits", R"({"name":"a","dtype":"u8","shape":[18446744073709551615],"offset":128})",
            64, "beyond");
        row("extent negative", R"({"name":"a","dtype":"u8","shape":[-1],"offset":128})", 64, "whole");
        row("extent broken", R"({"name":"a","dtype":"u8","shape":[1.5],"offset":128})", 64, "whole");
        row("dtype unknown", R"({"name":"a","dtype":"u9","shape":[1],"offset":128})", 64, "u9");
        row("overlap",
            R"({"name":"a","dtype":"u8","shape":[64],"offset":192},{"name":"b","dtype":"u8","shape":[9],"offset":192})",
            64, "overlap");
        row("one name twice",
            R"({"name":"a","dtype":"u8","shape":[64],"offset":192},{"name":"a","dtype":"u8","shape":[9],"offset":256})",
            73, "twice");
        row("trailing bytes", R"({"name":"a","dtype":"u8","shape":[10],"offset":128})", 64, "end");
        row("no offset", R"({"name":"a","dtype":"u8","shape":[10]})", 64, "header");
        QTest::newRow("no arrays") << R"({"type":"T","fields":{}})" << 0 << "header";
        QTest::newRow("fields no object") << R"({"type":"T","fields":[],"arrays":[]})" << 0 << "object";
        QTest::newRow("no JSON") << R"({"type":)" << 0 << "header";
        QTest::newRow("nested") << QString(100000, '[') << 0 << "deeply";
    }
    void hostileHeadersAreRefused() {
        QFETCH(QString, header);
        QFETCH(int, dataBytes);
        QFETCH(QString, reason);
        writeRaw(path("value"), header.toStdString(), static_cast<std::size_t>(dataBytes));
        VERIFY_ERROR(mapValueFile(path("value")), ErrorKind::Input, qPrintable(reason));
        VERIFY_ERROR(mapValueFile(path("value")), ErrorKind::Input, path("value").c_str());
    }

    void aWrongLengthIsRefused() {
        for (const std::uint64_t length :
             {std::uint64_t{1} << 40, ~std::uint64_t{0}, ~std::uint64_t{0} - 15}) {
            writeRaw(path("value"), withArrays(""), 0, length);
            VERIFY_ERROR(mapValueFile(path("value")), ErrorKind::Input, "longer");
        }
        std::ofstream(path("value")) << "RSVALUE2 and more than sixteen";
        VERIFY_ERROR(mapValueFile(path("value")), ErrorKind::Input, "begin");
    }

    void everyTruncationIsRefused() {
        writeValueFile(path("value"), sample());
        const std::uintmax_t size = fs::file_size(path("value"));
        for (std::uintmax_t cut = 0; cut < size; ++cut) {
            fs::copy_file(path("value"), path("cut"), fs::copy_options::overwrite_existing);
            fs::resize_file(path("cut"), cut);
            VERIFY_ERROR(mapValueFile(path("cut")), ErrorKind::Input, "cut");
        }
    }

    void filesThatAreNoneAreToldApart() {
        VERIFY_ERROR(mapFile(path("missing")), ErrorKind::Input, "does not exist");
        VERIFY_ERROR(mapFile(path("")), ErrorKind::Input, "folder");
        std::ofstream(path("empty")).close();
        VERIFY_ERROR(mapFile(path("empty")), ErrorKind::Input, "empty");
        QCOMPARE(::mkfifo(path("pipe").c_str(), 0600), 0);
        VERIFY_ERROR(mapFile(path("pipe")), ErrorKind::Input, "ordinary");
        std::ofstream(path("file")) << "x";
        VERIFY_ERROR(mapFile(path("file/below")), ErrorKind::Input, "does not exist");
    }

    void forgottenMemoryIsReadAgain() {
        constexpr std::int64_t megabytes = 32, most = megabytes * 1024;
        Array large(DType::U64, {megabytes * 131072});
        std::iota(large.writable<std::uint64_t>().begin(), large.writable<std::uint64_t>().end(), 0U);
        large.forgetMapped();  // its own memory stays
        writeValueFile(path("value"), {"Sample", "{}", {{"large", large}}});
        const ValueParts read = mapValueFile(path("value"));
        const Array& mapped = read.arrays.front().array;
        QVERIFY(std::ranges::equal(mapped.as<std::uint64_t>(), large.as<std::uint64_t>()));
        const std::int64_t before = mappedKilobytes();
        mapped.forgetMapped();
        QVERIFY2(before - mappedKilobytes() > most * 9 / 10, qPrintable(QString::number(before)));
        QVERIFY(std::ranges::equal(mapped.as<std::uint64_t>(), large.as<std::uint64_t>()));
    }

    void nothingIsLeftBehindWithoutCommit() {
        std::ofstream(path("file")) << "old";
        {
            AsideFile out(path("file"));
            out.write("new");
        }
        QCOMPARE(std::distance(fs::directory_iterator(path("")), fs::directory_iterator()), 1);
        {
            AsideFile out(path("file"));
            out.write("new");
            out.commit();
        }
        QCOMPARE(std::distance(fs::directory_iterator(path("")), fs::directory_iterator()), 1);
        std::string text;
        std::ifstream(path("file")) >> text;
        QCOMPARE(text, std::string("new"));
    }

    void unwritablePlacesAreReported() {
        VERIFY_ERROR(AsideFile(path("no/such/folder/file")), ErrorKind::Resource, "No such file");
        fs::create_directory(path("taken"));
        std::ofstream(path("taken/inside")) << "x";
        AsideFile out(path("taken"));
        out.write("x");
        VERIFY_ERROR(out.commit(), ErrorKind::Resource, "taken");
    }

    void aFullDiskIsReported() {
        // The limit on file size stands for the full disk.
        struct rlimit before;
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
        const auto handler = std::signal(SIGXFSZ, SIG_IGN);
        struct rlimit limited = before;
        limited.rlim_cur = 4096;
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &limited), 0);
        const ValueParts parts{"T", "{}", {{"a", Array(DType::U8, {100000})}}};
        bool thrown = false;
        try {
            writeValueFile(path("value"), parts);
        } catch (const Error& error) {
            thrown = error.kind() == ErrorKind::Resource && error.remedy().find("space") != std::string::npos;
        }
        ::setrlimit(RLIMIT_FSIZE, &before);
        std::signal(SIGXFSZ, handler);
        QVERIFY(thrown);
        QVERIFY(fs::is_empty(path("")));
    }

  private:
    fs::path path(const std::string& name) const { return fs::path(folder_->path().toStdString()) / name; }

    std::unique_ptr<QTemporaryDir> folder_;
};

QTEST_APPLESS_MAIN(ValueFileTest)
#include "value_file_test.moc"
