#include "core/media/assets/asset.h"
#include "core/media/assets/table_file.h"
#include "tests/core/error_check.h"
#include "tests/core/media/media_values.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <fstream>

using namespace ratescope;
using namespace ratescope::media;
namespace fs = std::filesystem;

namespace {

using Reals = std::vector<double>;
using Integers = std::vector<std::int64_t>;
using Texts = std::vector<std::string>;

Table decode(TableFormat format, std::string_view text) {
    return decodeTable(format, std::as_bytes(std::span(text)), "x");
}

Table csv(std::string_view text) {
    return decode(TableFormat::Csv, text);
}

Table lines(std::string_view text) {
    return decode(TableFormat::JsonLines, text);
}

}  // namespace

class TableTest : public QObject {
    Q_OBJECT

  private slots:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void typesComeFromTheCells_data() {
        QTest::addColumn<QByteArray>("cells");
        QTest::addColumn<int>("kind");  // 0 doubles, 1 integers, 2 texts
        QTest::newRow("integers") << QByteArray("1\n-2\n9223372036854775807\n-9223372036854775808") << 1;
        QTest::newRow("too large") << QByteArray("1\n9223372036854775808") << 2;
        QTest::newRow("reals") << QByteArray("1\n2.5\n-1e-300\n.5\n1.") << 0;
        QTest::newRow("not finite") << QByteArray("inf\n-inf\nnan\n1") << 0;
        QTest::newRow("out of range") << QByteArray("1.5\n1e999") << 2;
        QTest::newRow("leading zeros") << QByteArray("007\n8") << 2;
        QTest::newRow("zero") << QByteArray("0\n0.5\n-0.25") << 0;
        QTest::newRow("plus") << QByteArray("+1\n2") << 2;
        QTest::newRow("spaces") << QByteArray(" 1\n2") << 2;
        QTest::newRow("hexadecimal") << QByteArray("0x10\n2") << 2;
        QTest::newRow("comma") << QByteArray("\"1,5\"\n2") << 2;
        QTest::newRow("text") << QByteArray("a\n1") << 2;
        QTest::newRow("empty only") << QByteArray("\"\"\n\"\"") << 2;
        QTest::newRow("gap") << QByteArray("1\n\"\"") << 0;
    }
    void typesComeFromTheCells() {
        QFETCH(QByteArray, cells);
        QFETCH(int, kind);
        const Table table = csv("c\n" + cells.toStdString() + "\n");
        QCOMPARE(static_cast<int>(table.columns[0].cells.index()), kind);
        QCOMPARE(table.rows(), static_cast<std::size_t>(cells.count('\n') + 1));
    }

    void csvIsReadByTheStandard() {
        const Table table =
            csv("\xef\xbb\xbfname,\"a, b [dB]\",n\r\n\"say \"\"hi\"\"\nthere\",1.5,1\r\n\r\n,,2\r\n");
        QCOMPARE(table.columns.size(), std::size_t{3});
        QVERIFY(table.columns[0].cells == decltype(Column::cells)(Texts{"say \"hi\"\nthere", ""}));
        QCOMPARE(table.columns[1].name, std::string("a, b"));
        QCOMPARE(table.columns[1].unit, std::string("dB"));
        const auto& reals = std::get<Reals>(table.columns[1].cells);
        QVERIFY(reals[0] == 1.5 && std::isnan(reals[1]));
        QVERIFY(table.columns[2].cells == decltype(Column::cells)(Integers{1, 2}));
        QCOMPARE(csv("a,b").columns.size(), std::size_t{2});
        QCOMPARE(csv("a,b\n1,2").rows(), std::size_t{1});
        QCOMPARE(std::get<Texts>(csv("a\nin\"side\n").columns[0].cells)[0], std::string("in\"side"));
    }

    void tsvIsReadByTabs() {
        const Table table = decode(TableFormat::Tsv, "q\tdoc\n1\ta,b\n");
        QCOMPARE(std::get<Texts>(table.columns[1].cells)[0], std::string("a,b"));
    }

    void jsonLinesAreRead() {
        const Table table = lines(
            "{\"a\":1,\"b\":\"x\"}\n\n  \n{\"b\":\"7\",\"c\":[1,{\"d\":null}]}\r\n"
            "{\"a\":2.5,\"b\":true,\"c\":null}");
        QCOMPARE(table.rows(), std::size_t{3});
        const auto& a = std::get<Reals>(table.column("a")->cells);
        QVERIFY(a[0] == 1 && std::isnan(a[1]) && a[2] == 2.5);
        QVERIFY(std::get<Texts>(table.column("b")->cells) == (Texts{"x", "7", "true"}));
        QVERIFY(std::get<Texts>(table.column("c")->cells) == (Texts{"", "[1,{\"d\":null}]", ""}));
        QVERIFY(std::get<Integers>(lines("{\"n\":-5}\n{\"n\":6}").columns[0].cells) == (Integers{-5, 6}));
        QCOMPARE(lines("{\"n\":18446744073709551615}").columns[0].cells.index(), std::size_t{2});
    }

    void damagedTablesAreRefused_data() {
        QTest::addColumn<int>("format");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("reason");
        QTest::newRow("short row") << 0 << QByteArray("a,b\n1,2\n3\n")
                                   << "line 3: the row has 1 cells, the heading 2";
        QTest::newRow("long row") << 0 << QByteArray("a,b\n1,2,3\n") << "3 cells";
        QTest::newRow("line after a break in quotes") << 0 << QByteArray("a,b\n\"x\ny\",2\n3\n") << "line 4";
        QTest::newRow("open quote") << 0 << QByteArray("a\n\"x\n\n") << "line 2: a quote is not closed";
        QTest::newRow("after the quote") << 0 << QByteArray("a\n\"x\"y\n") << "follows a closing quote";
        QTest::newRow("column twice") << 0 << QByteArray("a,a\n") << "\"a\" occurs twice";
        QTest::newRow("column without name") << 0 << QByteArray("a,\n") << "no name";
        QTest::newRow("nothing") << 0 << QByteArray("\n\n") << "no row";
        QTest::newRow("not UTF-8") << 0 << QByteArray("a\nb\xe9\n") << "UTF-8";
        QTest::newRow("not JSON") << 2 << QByteArray("{\"a\":1}\n{\"a\":\n") << "line 2: it is not JSON";
        QTest::newRow("not an object") << 2 << QByteArray("[1]\n") << "no JSON object";
        QTest::newRow("deep") << 2 << "{\"a\":" + QByteArray(100000, '[') << "nested";
        QTest::newRow("no line") << 2 << QByteArray("\n") << "no line";
        QTest::newRow("key twice") << 2 << QByteArray("{\"a\":1,\"a\":2}\n") << "line 1: a key occurs twice";
        QTest::newRow("empty key") << 2 << QByteArray("{\"\":1}\n") << "no name";
    }
    void damagedTablesAreRefused() {
        QFETCH(int, format);
        QFETCH(QByteArray, text);
        QFETCH(QString, reason);
        VERIFY_ERROR(decode(static_cast<TableFormat>(format), text.toStdString()), ErrorKind::Input,
                     qPrintable(reason));
    }

    /// In the time of one look: hours, if each object cost one more.
    void aLineOfManyObjectsIsReadAtOnce() {
        std::string text = "{\"a\":[";
        for (int i = 0; i < 1'000'000; ++i)
            text += "{},";
        const Table table = lines(text + "{}],\"b\":1}\n");
        QCOMPARE(table.columns.size(), std::size_t{2});
        QCOMPARE(table.columns[0].name, std::string("a"));
    }

    void sparseLinesDoNotTakeUpMemory() {
        std::string text;
        for (int i = 0; i < 5000; ++i)
            text += "{\"" + std::to_string(i) + "\":1}\n";
        VERIFY_ERROR(lines(text), ErrorKind::Input, "2^24 cells");
    }

    void tablesComeBack_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("csv") << "t.csv";
        QTest::newRow("tsv") << "t.TSV";
        QTest::newRow("jsonl") << "t.jsonl";
    }
    void tablesComeBack() {
        QFETCH(QString, name);
        Table table;
        table.columns = {{"text", "", Texts{"plain", "", "a,b\tc\"d\"\r\n", "ünïcode"}},
                         {"real", "", Reals{0.1, -0.0, 1e-310, 123456789.123}},
                         {"whole", "", Integers{INT64_MIN, 0, 1, INT64_MAX}}};
        if (name != "t.jsonl") table.columns[1].unit = "bits per pixel";
        writeTable(path(name), table);
        QVERIFY(sameColumns(readTable(path(name)), table));
        writeAsset(valueOf(table), path(name));
        const Value back = readAsset(graph::PortType::Table, path(name));
        QVERIFY(sameColumns(*std::get<std::shared_ptr<const Table>>(back), table));
        QCOMPARE(std::distance(fs::directory_iterator(path("")), fs::directory_iterator()), 1);
    }

    void oneColumnKeepsItsEmptyCells() {
        Table table;
        table.columns = {{"t", "", Texts{"a", "", "b"}}};
        writeTable(path("t.csv"), table);
        QVERIFY(sameColumns(readTable(path("t.csv")), table));
    }

    void whatIsNotFiniteIsWritten() {
        Table table;
        table.columns = {{"x", "", Reals{NAN, INFINITY, -1.5}}};
        writeTable(path("t.csv"), table);
        const auto back = std::get<Reals>(readTable(path("t.csv")).columns[0].cells);
        QVERIFY(std::isnan(back[0]) && std::isinf(back[1]) && back[2] == -1.5);
        writeTable(path("t.jsonl"), table);
        QVERIFY(std::isnan(std::get<Reals>(readTable(path("t.jsonl")).columns[0].cells)[1]));
    }

    void wrongPlacesAreReported() {
        VERIFY_ERROR(readTable(path("t.txt")), ErrorKind::Usage, "t.txt");
        VERIFY_ERROR(readTable(path("t.csv")), ErrorKind::Input, "does not exist");
        VERIFY_ERROR(writeTable(path("t.doc"), Table{}), ErrorKind::Usage, "t.doc");
        VERIFY_ERROR(writeTable(path("no/t.csv"), Table{}), ErrorKind::Resource, "No such");
        Table table;
        table.columns = {{"t", "", Texts{"\xff"}}};
        VERIFY_ERROR(writeTable(path("t.jsonl"), table), ErrorKind::Input, "UTF-8");
        QVERIFY(fs::is_empty(path("")));
    }

  private:
    fs::path path(const QString& name) const {
        return fs::path(folder_->path().toStdString()) / name.toStdString();
    }

    std::unique_ptr<QTemporaryDir> folder_;
};

QTEST_APPLESS_MAIN(TableTest)
#include "table_test.moc"
