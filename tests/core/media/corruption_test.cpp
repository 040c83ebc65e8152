// Files of every format that the readers take, cut and altered at random (fixed seed): a reader gives a valid
// value or throws ratescope::Error, and does nothing else. scripts/check runs it under the sanitizers too.

#include "core/buffer/value_file.h"
#include "core/error.h"
#include "core/media/assets/image_file.h"
#include "core/media/assets/image_sniff.h"
#include "core/media/assets/safetensors_file.h"
#include "core/media/assets/table_file.h"
#include "core/media/coding/container.h"
#include "tests/core/media/media_values.h"
#include "tests/core/media/picture_files.h"

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <functional>

using namespace ratescope;
using namespace ratescope::media;
namespace fs = std::filesystem;

namespace {

constexpr int casesPerFile = 400;

ByteVector contentOf(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return bytesOf(std::string((std::istreambuf_iterator<char>(in)), {}));
}

ByteVector altered(ByteVector bytes, std::mt19937& random) {
    const auto anywhere = [&] { return random() % bytes.size(); };
    const int changes = 1 + static_cast<int>(random() % 4);
    for (int i = 0; i < changes && !bytes.empty(); ++i) {
        switch (random() % 6) {
            case 0:
                bytes.resize(anywhere());
                break;
            case 1:
                bytes[anywhere()] ^= static_cast<std::byte>(1u << random() % 8);
                break;
            case 2:
                bytes[anywhere()] = static_cast<std::byte>(random());
                break;
            case 3:
                bytes[anywhere()] = std::byte{0xff};
                break;
            case 4:
                bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(anywhere()), std::byte{0});
                break;
            default:
                bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(anywhere()));
                break;
        }
    }
    return bytes;
}

/// The number of cases that were refused.
int refusals(const ByteVector& file, const std::function<void(const ByteVector&)>& read) {
    std::mt19937 random(static_cast<unsigned>(file.size()));
    int refused = 0;
    for (int i = 0; i < casesPerFile; ++i) {
        const ByteVector bytes = altered(file, random);
        try {
            read(bytes);
        } catch (const Error& error) {
            ++refused;
            if (error.kind() != ErrorKind::Input && error.kind() != ErrorKind::Resource) throw;
        }
    }
    return refused;
}

/// A picture must be a value like any other.
void readPicture(const ByteVector& bytes) {
    try {
        imageSize(bytes, "x");
    } catch (const Error&) {
    }
    fromParts(toParts(valueOf(decodeImage(bytes, "x"))));
}

JpegPlan noisyJpeg(JpegKind kind, bool progressive) {
    JpegPlan plan;
    plan.width = 30;
    plan.height = 21;
    plan.kind = kind;
    plan.progressive = progressive;
    plan.profile = makeProfile(kind == JpegKind::Grey);
    const Image noise = makeImage(30, 21, ColourModel::Cmyk);
    plan.samples.assign(noise.samples.bytes().begin(), noise.samples.bytes().end());
    return plan;
}

}  // namespace

class CorruptionTest : public QObject {
    Q_OBJECT

  private slots:
    void pngs() {
        for (const int depth : {1, 8, 16}) {
            Image image =
                makeImage(30, 20, depth == 1 ? ColourModel::Grey : ColourModel::Rgb, depth == 16, depth);
            image.icc = makeProfile(depth == 1);
            image.orientation = 5;
            writeImage(path("p.png"), image);
            QVERIFY(refusals(contentOf(path("p.png")), readPicture) > casesPerFile / 2);
        }
    }

    /// Checksums put right, so that the damage reaches what lies behind them.
    void pngsWithRightChecksums() {
        std::mt19937 random(5);
        int refused = 0;
        for (int i = 0; i < casesPerFile; ++i) {
            PngPlan plan;
            plan.width = 1 + random() % 9;
            plan.height = 1 + random() % 9;
            plan.depth = 1 << random() % 5;
            plan.colourType = static_cast<int>(random() % 7);
            for (std::size_t k = 0; k < 40; ++k)
                plan.rows.push_back(static_cast<std::byte>(random()));
            const char* types[] = {"PLTE", "tRNS", "gAMA", "cHRM", "sRGB", "eXIf", "iCCP"};
            for (std::size_t k = random() % 4; k > 0; --k) {
                PngChunk chunk{types[random() % 7], {}};
                for (std::size_t n = random() % 40; n > 0; --n)
                    chunk.data.push_back(static_cast<std::byte>(random()));
                plan.chunks.push_back(chunk);
            }
            try {
                readPicture(makePng(plan));
            } catch (const Error& error) {
                QVERIFY2(error.kind() == ErrorKind::Input, error.what());
                ++refused;
            }
        }
        QVERIFY(refused > casesPerFile / 4 && refused < casesPerFile);
    }

    void jpegs() {
        for (const JpegKind kind : {JpegKind::Grey, JpegKind::YCbCr, JpegKind::AdobeYcck})
            for (const bool progressive : {false, true})
                QVERIFY(refusals(makeJpeg(noisyJpeg(kind, progressive)), readPicture) > casesPerFile / 4);
    }

    void pnms() {
        for (const std::string text : {"P2\n3 2\n255\n1 2 3 4 5 6\n", "P3 1 1 65535 1 2 65535 ",
                                       "P5 2 2 255 abcd", "P6#c\n2 1\n1023\n\1\2\1\2\1\2\1\2\1\2\1\2"})
            QVERIFY(refusals(bytesOf(text), readPicture) > casesPerFile / 4);
    }

    void safetensors() {
        TensorSet set;
        set.metadata = {{"format", "pt"}};
        set.tensors = {{"a", makeFloats({3, 4})}, {"b", Array(DType::I8, {5})}, {"c", Array(DType::F64, {})}};
        writeSafetensors(path("t.safetensors"), set);
        const auto read = [](const ByteVector& bytes) {
            // As a mapping would hold it: aligned.
            Array aligned(DType::U8, {static_cast<std::int64_t>(bytes.size())});
            std::ranges::copy(bytes, aligned.writableBytes().begin());
            fromParts(toParts(valueOf(decodeSafetensors(aligned.bytes(), nullptr, "x"))));
        };
        QVERIFY(refusals(contentOf(path("t.safetensors")), read) > casesPerFile / 2);
    }

    void tables() {
        const char* texts[] = {"a,b [dB]\n1,x\n\"2\",\"y\"\"\n\"\n", "a\tb\n1\t2.5\n-3\tnan\n",
                               "{\"a\":1,\"b\":[1,{}]}\n{\"a\":null,\"c\":\"\\u00e4\"}\n"};
        for (const TableFormat format : {TableFormat::Csv, TableFormat::Tsv, TableFormat::JsonLines}) {
            const auto read = [&](const ByteVector& bytes) {
                fromParts(toParts(valueOf(decodeTable(format, bytes, "x"))));
            };
            QVERIFY(refusals(bytesOf(texts[static_cast<int>(format)]), read) > 0);
        }
    }

    void containers() {
        ContainerWriter writer("test.codec", 3);
        writer.header().varint(768);
        writer.addSection("scales", bytesOf("0123456789"));
        writer.addSection("codes", bytesOf(std::string(300, 'x')));
        ByteSink sink;
        writer.finish(sink);
        const auto read = [](const ByteVector& bytes) {
            peekNodeId(bytes);
            const ContainerReader reader(bytes);
            for (const std::string& name : reader.sectionNames())
                reader.section(name);
        };
        QVERIFY(refusals(sink.bytes(), read) > casesPerFile * 9 / 10);
    }

    void valueFiles() {
        Table table;
        table.columns = {{"t", "", std::vector<std::string>{"a", "bc"}},
                         {"x", "dB", std::vector<double>{1, 2}}};
        TensorSet set;
        set.tensors = {{"a", makeFloats({3, 4})}, {"b", Array(DType::I8, {5})}};
        const Value subsampled = valueOf(makeSubsampled(9, 7, Subsampling::C420, Siting::Left, 10));
        for (const Value& value : {valueOf(makeImage(9, 7)), subsampled, valueOf(table), valueOf(set)}) {
            writeValueFile(path("value"), toParts(value));
            const auto read = [&](const ByteVector& bytes) {
                std::ofstream(path("altered"), std::ios::binary)
                    .write(reinterpret_cast<const char*>(bytes.data()),
                           static_cast<std::streamsize>(bytes.size()));
                fromParts(mapValueFile(path("altered")));
            };
            QVERIFY(refusals(contentOf(path("value")), read) > casesPerFile / 2);
        }
    }

  private:
    fs::path path(const std::string& name) const { return fs::path(folder_.path().toStdString()) / name; }

    QTemporaryDir folder_;
};

QTEST_APPLESS_MAIN(CorruptionTest)
#include "corruption_test.moc"
