#include "core/media/node/node.h"

#include "core/media/node/canonical_hash.h"
#include "tests/core/error_check.h"
#include "tests/core/media/media_values.h"

#include <QtTest>
#include <cstring>

using namespace ratescope;
using namespace ratescope::media;

namespace {

Table makeTable() {
    Table table;
    table.schema = "labels";
    table.view = TableView::Bars;
    table.columns = {{"name", "", std::vector<std::string>{"a", "", "fünf\n"}},
                     {"psnr", "dB", std::vector<double>{30.5, -0.0, 1e300}},
                     {"count", "", std::vector<std::int64_t>{1, INT64_MIN, INT64_MAX}}};
    return table;
}

TensorSet makeSet() {
    TensorSet set;
    set.schema = "embeddings";
    set.metadata = {{"format", "pt"}};
    set.tensors = {{"b", makeFloats({3, 2})}, {"a", makeFloats({4}, 2)}, {"n", Array(DType::I64, {})}};
    return set;
}

std::span<const std::byte> bytesOf(std::string_view text) {
    return std::as_bytes(std::span(text));
}

}  // namespace

class NodeTest : public QObject {
    Q_OBJECT

  private slots:
    void imagesComeBackFromParts() {
        for (const ColourModel model :
             {ColourModel::Grey, ColourModel::Rgb, ColourModel::YCbCr, ColourModel::Cmyk})
            for (const bool alpha : {false, true})
                for (const int depth : {1, 4, 8, 10, 16}) {
                    Image image = makeImage(7, 3, model, alpha, depth);
                    image.orientation = 6;
                    image.range = Range::Limited;
                    image.icc = {std::byte{1}, std::byte{2}};
                    const Value back = fromParts(toParts(valueOf(image)));
                    QVERIFY(sameImages(image, *std::get<std::shared_ptr<const Image>>(back)));
                    QVERIFY(typeOf(back) == graph::PortType::Image);
                }
    }

    void subsampledImagesComeBackFromParts() {
        for (const Subsampling subsampling : {Subsampling::C422, Subsampling::C420})
            for (const Siting siting : {Siting::Centre, Siting::Left})
                for (const auto& [depth, alpha] : {std::pair{8, false}, {8, true}, {10, false}, {12, true}})
                    for (const auto& [width, height] : {std::pair{1, 1}, {7, 3}, {8, 4}}) {
                        const Image image = makeSubsampled(width, height, subsampling, siting, depth, alpha);
                        const Value back = fromParts(toParts(valueOf(image)));
                        QVERIFY(sameImages(image, *std::get<std::shared_ptr<const Image>>(back)));
                    }
    }

    /// Value files of images that are not subsampled are what they were before there were others.
    void otherImagesHaveNoFieldsOfSubsampling() {
        const ValueParts parts = toParts(valueOf(makeImage(4, 4)));
        QCOMPARE(parts.fields, std::string(R"({"alpha":false,"bitDepth":8,"matrix":"none","model":"rgb",)"
                                           R"("orientation":1,"range":"full"})"));
        QCOMPARE(parts.arrays.size(), std::size_t{1});
    }

    void chromaIsRoundedUp() {
        const Image odd = makeSubsampled(7, 5, Subsampling::C420);
        QVERIFY(odd.chromaWidth() == 4 && odd.chromaHeight() == 3);
        QVERIFY(odd.chromaStepAcross() == 2 && odd.chromaStepDown() == 2 && odd.channels() == 1);
        const Image across = makeSubsampled(7, 5, Subsampling::C422);
        QVERIFY(across.chromaWidth() == 4 && across.chromaHeight() == 5);
        const Image whole = makeImage(7, 5, ColourModel::YCbCr);
        QVERIFY(whole.chromaWidth() == 7 && whole.chromaHeight() == 5 && !whole.subsampled());
    }

    void unfitSubsamplingIsRefused() {
        const auto refused = [](const Image& image, const char* reason) {
            VERIFY_ERROR(fromParts(toParts(valueOf(image))), ErrorKind::Input, reason);
        };
        const Image good = makeSubsampled(6, 4, Subsampling::C420, Siting::Left, 10);
        Image bad = good;
        bad.cb = Array(DType::U16, {2, 4});
        refused(bad, "size");
        bad = good;
        bad.cr = Array(DType::U16, {4, 3});
        refused(bad, "size");
        bad = good;
        bad.cr = Array();
        refused(bad, "size");
        bad = good;
        bad.cr = Array(DType::U8, {2, 3});
        refused(bad, "type");
        bad = good;
        bad.cb = Array(DType::U16, {2, 3});
        bad.cb.writable<std::uint16_t>()[5] = 1024;
        refused(bad, "exceeds");
        bad = good;
        bad.samples = Array(DType::U16, {4, 6, 3});
        refused(bad, "channels");
        bad = good;
        bad.model = ColourModel::Grey;
        bad.matrix = Matrix::None;
        refused(bad, "without chroma");
        const auto changed = [](const Image& image, const QString& from, const QString& to) {
            ValueParts parts = toParts(valueOf(image));
            const QString fields = QString::fromStdString(parts.fields);
            parts.fields = QString(fields).replace(from, to).toStdString();
            return parts.fields == fields.toStdString() ? ValueParts{} : parts;
        };
        VERIFY_ERROR(fromParts(changed(good, "4:2:0", "4:2:2")), ErrorKind::Input, "size");
        VERIFY_ERROR(fromParts(changed(good, "4:2:0", "4:1:1")), ErrorKind::Input, "4:1:1");
        VERIFY_ERROR(fromParts(changed(good, "\"4:2:0\"", "420")), ErrorKind::Input, "kind");
        VERIFY_ERROR(fromParts(changed(good, "\"left\"", "\"right\"")), ErrorKind::Input, "right");
        VERIFY_ERROR(fromParts(changed(good, "4:2:0", "4:4:4")), ErrorKind::Input, "channels");
        const Image whole = makeImage(6, 4, ColourModel::YCbCr);
        VERIFY_ERROR(fromParts(changed(whole, "\"range\"", "\"siting\":\"left\",\"range\"")),
                     ErrorKind::Input, "not subsampled");
        ValueParts extra = toParts(valueOf(whole));
        extra.arrays.push_back({"cb", Array(DType::U8, {4, 6})});
        VERIFY_ERROR(fromParts(extra), ErrorKind::Input, "not subsampled");
    }

    void tensorsAndTablesComeBackFromParts() {
        const Value set = fromParts(toParts(valueOf(makeSet())));
        QVERIFY(sameTensors(makeSet(), *std::get<std::shared_ptr<const TensorSet>>(set)));
        const Value table = fromParts(toParts(valueOf(makeTable())));
        const Table& back = *std::get<std::shared_ptr<const Table>>(table);
        QVERIFY(sameColumns(makeTable(), back));
        QCOMPARE(back.schema, std::string("labels"));
        QVERIFY(back.view == TableView::Bars);
        const Value empty = fromParts(toParts(valueOf(Table{})));
        QCOMPARE(std::get<std::shared_ptr<const Table>>(empty)->rows(), std::size_t{0});
    }

    void partsShareMemory() {
        const Value value = valueOf(makeImage(5, 5));
        const ValueParts parts = toParts(value);
        const Value back = fromParts(parts);
        QVERIFY(std::get<std::shared_ptr<const Image>>(back)->samples.bytes().data() ==
                std::get<std::shared_ptr<const Image>>(value)->samples.bytes().data());
    }

    void unfitImagesAreRefused_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::newRow("model") << "\"rgb\""
                               << "\"hsv\"";
        QTest::newRow("model with other channels") << "\"rgb\""
                                                   << "\"grey\"";
        QTest::newRow("alpha without channel") << "\"alpha\":false"
                                               << "\"alpha\":true";
        QTest::newRow("alpha no flag") << "\"alpha\":false"
                                       << "\"alpha\":\"no\"";
        QTest::newRow("depth of another type") << "\"bitDepth\":8"
                                               << "\"bitDepth\":9";
        QTest::newRow("depth too small") << "\"bitDepth\":8"
                                         << "\"bitDepth\":0";
        QTest::newRow("samples above the depth") << "\"bitDepth\":8"
                                                 << "\"bitDepth\":3";
        QTest::newRow("depth too large") << "\"bitDepth\":8"
                                         << "\"bitDepth\":4000000000000";
        QTest::newRow("orientation") << "\"orientation\":1"
                                     << "\"orientation\":9";
        QTest::newRow("matrix of RGB") << "\"none\""
                                       << "\"bt601\"";
        QTest::newRow("range") << "\"full\""
                               << "\"half\"";
        QTest::newRow("missing") << "\"range\""
                                 << "\"rang\"";
    }
    void unfitImagesAreRefused() {
        QFETCH(QString, from);
        QFETCH(QString, to);
        ValueParts parts = toParts(valueOf(makeImage(4, 4)));
        const QString before = QString::fromStdString(parts.fields);
        QVERIFY(before.contains(from));
        parts.fields = QString(before).replace(from, to).toStdString();
        VERIFY_ERROR(fromParts(parts), ErrorKind::Input, "damaged");
    }

    void unfitShapesAreRefused() {
        ValueParts parts = toParts(valueOf(makeImage(4, 4)));
        parts.arrays[0].array = Array(DType::U8, {4, 4});
        VERIFY_ERROR(fromParts(parts), ErrorKind::Input, "size");
        parts.arrays[0].array = Array(DType::U8, {0, 4, 3});
        VERIFY_ERROR(fromParts(parts), ErrorKind::Input, "size");
        parts.arrays[0].name = "sample";
        VERIFY_ERROR(fromParts(parts), ErrorKind::Input, "belong");
        parts.arrays.clear();
        VERIFY_ERROR(fromParts(parts), ErrorKind::Input, "no samples");
        parts.type = "Smell";
        VERIFY_ERROR(fromParts(parts), ErrorKind::Input, "Smell");
    }

    void unfitTablesAndSetsAreRefused() {
        ValueParts parts = toParts(valueOf(makeTable()));
        auto broken = parts;
        broken.arrays.pop_back();
        VERIFY_ERROR(fromParts(broken), ErrorKind::Input, "cells");
        broken = parts;
        for (NamedArray& array : broken.arrays)
            if (array.name == "1") array.array = Array(DType::F64, {2});
        VERIFY_ERROR(fromParts(broken), ErrorKind::Input, "length");
        broken = parts;
        for (NamedArray& array : broken.arrays)
            if (array.name == "0-ends") {
                array.array = Array(DType::U64, {3});
                array.array.writable<std::uint64_t>()[1] = 1 << 20;
            }
        VERIFY_ERROR(fromParts(broken), ErrorKind::Input, "outside");
        ValueParts set = toParts(valueOf(makeSet()));
        set.arrays[1].name = "b";
        VERIFY_ERROR(fromParts(set), ErrorKind::Input, "one name");
        set.fields = R"({"schema":"","metadata":{"a":1}})";
        VERIFY_ERROR(fromParts(set), ErrorKind::Input, "kind");
    }

    void memoryIsCounted() {
        QVERIFY(memorySize(valueOf(makeImage(100, 50))) >= 15000);
        QVERIFY(memorySize(valueOf(makeImage(100, 50))) < 16000);
        const std::size_t subsampled = memorySize(valueOf(makeSubsampled(100, 50, Subsampling::C420)));
        QVERIFY(subsampled >= 7500 && subsampled < 8500);
        QVERIFY(memorySize(valueOf(makeSet())) >= 10 * 4 + 8);
        QVERIFY(memorySize(valueOf(makeTable())) > 6 * 8);
        QCOMPARE(memorySize(Value{}), std::size_t{0});
        VERIFY_ERROR(typeOf(Value{}), ErrorKind::Internal, "empty");
    }

    /// By hand from the layout in the header, hashed by sha256sum.
    void canonicalBytesAreAsDocumented() {
        Image image = makeImage(2, 1, ColourModel::Grey);
        image.samples.writable<std::uint8_t>()[0] = 7;
        image.samples.writable<std::uint8_t>()[1] = 9;
        const auto u64 = [](std::uint64_t value) {
            return std::string(reinterpret_cast<const char*>(&value), 8);
        };
        const std::string imageBytes = "RSCANON1" + u64(5) + "Image" + std::string("\0\0\x08\0\0\x01", 6) +
                                       u64(0) + u64(2) + "u8" + u64(3) + u64(1) + u64(2) + u64(1) +
                                       "\x07\x09";
        QCOMPARE(canonicalHash(valueOf(image)).hex(), sha256(imageBytes).hex());

        Image subsampled = image;
        subsampled.model = ColourModel::YCbCr;
        subsampled.matrix = Matrix::Bt709;
        subsampled.range = Range::Limited;
        subsampled.subsampling = Subsampling::C420;
        subsampled.siting = Siting::Left;
        subsampled.cb = subsampled.cr = Array(DType::U8, {1, 1});
        const std::string plane = u64(2) + "u8" + u64(2) + u64(1) + u64(1) + std::string(1, '\0');
        const std::string subsampledBytes =
            "RSCANON1" + u64(5) + "Image" + std::string("\2\0\x08\1\2\x01", 6) + u64(0) + u64(2) + "u8" +
            u64(3) + u64(1) + u64(2) + u64(1) + "\x07\x09" + "\x02\x01" + plane + plane;
        QCOMPARE(canonicalHash(valueOf(subsampled)).hex(), sha256(subsampledBytes).hex());

        TensorSet set;
        set.schema = "s";
        set.metadata = {{"k", "v"}};
        set.tensors = {{"b", Array(DType::U8, {1})}, {"a", Array(DType::U8, {0})}};
        const std::string setBytes = "RSCANON1" + u64(9) + "TensorSet" + u64(1) + "s" + u64(2) + u64(1) +
                                     "a" + u64(2) + "u8" + u64(1) + u64(0) + u64(1) + "b" + u64(2) + "u8" +
                                     u64(1) + u64(1) + std::string(1, '\0') + u64(1) + u64(1) + "k" + u64(1) +
                                     "v";
        QCOMPARE(canonicalHash(valueOf(set)).hex(), sha256(setBytes).hex());

        Table table;
        table.columns = {{"x", "dB", std::vector<std::int64_t>{5}},
                         {"t", "", std::vector<std::string>{"hi"}}};
        const std::string tableBytes = "RSCANON1" + u64(5) + "Table" + u64(0) + u64(2) + u64(1) + u64(1) +
                                       "x" + u64(2) + "dB" + "\x01" + u64(5) + u64(1) + "t" + u64(0) +
                                       "\x02" + u64(2) + "hi";
        QCOMPARE(canonicalHash(valueOf(table)).hex(), sha256(tableBytes).hex());
    }

    void theHashSeesWhatCounts() {
        const Hash original = canonicalHash(valueOf(makeSet()));
        TensorSet set = makeSet();
        std::swap(set.tensors[0], set.tensors[1]);
        QVERIFY(canonicalHash(valueOf(set)) == original);
        set.tensors[0].array.writable<float>()[0] += 1;
        QVERIFY(canonicalHash(valueOf(set)) != original);
        Table table = makeTable();
        const Hash tableHash = canonicalHash(valueOf(table));
        table.view = TableView::None;
        QVERIFY(canonicalHash(valueOf(table)) == tableHash);
        table.columns[1].unit = "";
        QVERIFY(canonicalHash(valueOf(table)) != tableHash);
        VERIFY_ERROR(canonicalHash(Value{}), ErrorKind::Internal, "empty");
    }

    void sinksKeepTheAccount() {
        ByteSink sink;
        sink.write("header", bytesOf("ab"));
        sink.write("codes", bytesOf("cde"), true);
        sink.write("header", bytesOf("f"));
        sink.share("model", 1000);
        const Ledger expected{{{"header", 24, false}, {"codes", 24, true}}, {{"model", 1000}}};
        QVERIFY(sink.ledger() == expected);
        QCOMPARE(sink.bytes().size(), std::size_t{6});
        Ledger part;
        part.add("codes", 7, true);
        VERIFY_ERROR(sink.write(bytesOf("g"), part), ErrorKind::Internal, "7 bits");
        part.add("padding", 1);
        sink.write(bytesOf("g"), part);
        QCOMPARE(sink.ledger().bits(), std::uint64_t{56});
    }

    void sourcesEndWhereTheyEnd() {
        ByteSource source(bytesOf("abcde"));
        QCOMPARE(source.read(2).size(), std::size_t{2});
        QCOMPARE(source.position(), std::size_t{2});
        VERIFY_ERROR(source.read(4), ErrorKind::Input, "5 bytes");
        QCOMPARE(source.left(), std::size_t{3});
        VERIFY_ERROR(source.read(~std::size_t{0}), ErrorKind::Input, "5 bytes");
    }

    void parametersAreTyped() {
        const Parameters parameters(
            {{"n", std::int64_t{4}}, {"x", 2.5}, {"on", true}, {"t", std::string("s")}});
        QCOMPARE(parameters.integer("n"), std::int64_t{4});
        QCOMPARE(parameters.real("x"), 2.5);
        QCOMPARE(parameters.real("n"), 4.0);
        QVERIFY(parameters.flag("on"));
        QCOMPARE(parameters.text("t"), std::string("s"));
        VERIFY_ERROR(parameters.integer("x"), ErrorKind::Internal, "\"x\"");
        VERIFY_ERROR(parameters.text("none"), ErrorKind::Internal, "\"none\"");
    }

    void inputsAreTyped() {
        Inputs inputs;
        inputs.add("one", valueOf(makeImage(1, 1)));
        inputs.add("many", valueOf(makeSet()));
        inputs.add("many", valueOf(makeSet()));
        QCOMPARE(inputs.image("one").width(), std::int64_t{1});
        inputs.add("half", valueOf(makeSubsampled(3, 1, Subsampling::C422)));
        QCOMPARE(inputs.anyImage("half").width(), std::int64_t{3});
        VERIFY_ERROR(inputs.image("half"), ErrorKind::Input, "\"half\" holds an image with 4:2:2 chroma");
        try {
            inputs.image("half");
        } catch (const Error& error) {
            QVERIFY(error.remedy().find("image.convert") != std::string::npos);
        }
        QCOMPARE(inputs.all("many").size(), std::size_t{2});
        QVERIFY(!inputs.has("none"));
        VERIFY_ERROR(inputs.one("many"), ErrorKind::Internal, "2 values");
        VERIFY_ERROR(inputs.one("none"), ErrorKind::Internal, "nothing");
        VERIFY_ERROR(inputs.tensors("one"), ErrorKind::Input, "an image where a tensor set");
    }
};

QTEST_APPLESS_MAIN(NodeTest)
#include "node_test.moc"
