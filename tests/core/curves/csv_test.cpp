#include "core/curves/csv.h"

#include "tests/core/curves/expect_error.h"

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <limits>

using namespace ratescope;
using namespace ratescope::curves;

namespace {

std::filesystem::path written(const QTemporaryDir& folder, const std::string& text) {
    const std::filesystem::path file = std::filesystem::path(folder.path().toStdString()) / "points.csv";
    std::ofstream(file, std::ios::binary) << text;
    return file;
}

}  // namespace

class CsvTest : public QObject {
    Q_OBJECT

  private slots:
    void reads();
    void readsRdCurve();
    void refuses_data();
    void refuses();
    void refusesMissingFile();
    void writesPointsThatReadBack();
    void refusesMixedAxes();
};

void CsvTest::reads() {
    const CsvTable table =
        parseCsv("\xEF\xBB\xBFname,note\r\n\"a, \"\"b\"\"\",\"two\nlines\"\r\n\r\nc,\r\n", "points.csv");
    QCOMPARE(table.header, (std::vector<std::string>{"name", "note"}));
    QCOMPARE(table.rows, (std::vector<std::vector<std::string>>{{"a, \"b\"", "two\nlines"}, {"c", ""}}));
    QCOMPARE(table.lines, (std::vector<std::size_t>{2, 5}));
}

void CsvTest::readsRdCurve() {
    const QTemporaryDir folder;
    const RdCurve curve = readRdCurve(written(folder, "quality,codec,rate\n30.5,x,0.25\n inf ,x,+2e0"));
    QCOMPARE(curve.points.size(), 2u);
    QCOMPARE(curve.points[0], (RatePoint{0.25, 30.5}));
    QCOMPARE(curve.points[1], (RatePoint{2, std::numeric_limits<double>::infinity()}));
}

void CsvTest::refuses_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("says");
    QTest::newRow("empty") << QByteArray("") << "is empty";
    QTest::newRow("only blank lines") << QByteArray("\n\n") << "is empty";
    QTest::newRow("no rows") << QByteArray("rate,quality\n") << "a header and no rows";
    QTest::newRow("missing column") << QByteArray("rate,psnr\n1,2\n")
                                    << "no column \"quality\"; its columns are: rate, psnr";
    QTest::newRow("semicolons") << QByteArray("rate;quality\n1;2\n") << "separate columns by commas";
    QTest::newRow("no number") << QByteArray("rate,quality\n1,2\n2,high\n")
                               << "line 3: \"high\" in the column \"quality\"";
    QTest::newRow("empty cell") << QByteArray("rate,quality\n1,\n")
                                << "line 2: \"\" in the column \"quality\"";
    QTest::newRow("NaN") << QByteArray("rate,quality\nnan,2\n")
                         << "\"nan\" in the column \"rate\" is not a number";
    QTest::newRow("decimal comma") << QByteArray("rate,quality\n\"0,5\",2\n") << "decimal point";
    QTest::newRow("short row") << QByteArray("rate,quality\n1\n")
                               << "line 2: The row has 1 cells, the header has 2";
    QTest::newRow("long row") << QByteArray("rate,quality\n1,2,3\n") << "3 cells";
    QTest::newRow("open quote") << QByteArray("rate,quality\n\"1,2\n") << "line 2: A quote is opened";
    QTest::newRow("text after quote") << QByteArray("rate,quality\n\"1\"x,2\n") << "after a closing quote";
    QTest::newRow("same name") << QByteArray("rate,rate\n1,2\n") << "same name";
}

void CsvTest::refuses() {
    QFETCH(QByteArray, text);
    QFETCH(QString, says);
    const QTemporaryDir folder;
    const auto file = written(folder, text.toStdString());
    const QString message = messageOf([&] { readRdCurve(file); });
    QVERIFY2(message.contains(says), qPrintable(message));
    QVERIFY2(message.contains("points.csv"), qPrintable(message));
}

void CsvTest::refusesMissingFile() {
    QVERIFY(messageOf([] { readRdCurve("/nowhere/a.csv"); }).contains("/nowhere/a.csv can't be read"));
}

void CsvTest::writesPointsThatReadBack() {
    Curve curve;
    curve.series = "jpeg/subsampling=4:2:0";
    curve.title = "JPEG, \"4:2:0\"";
    curve.x = rateQuantity(*findRate("bpp")->rate);
    curve.y.id = "psnr-rgb";
    curve.items = {{"a", 0}, {"b", 1}};
    Point point{.x = 0.1 + 0.2,
                .y = 30.25,
                .values = {{"jpeg.quality", "75"}},
                .n = 1,
                .expected = 2,
                .dropped = 0,
                .interval = Interval{29.5, 31},
                .samples = {{1, {0.5, 1}, {30, 1}}}};
    curve.points = {point};
    Curve other = curve;
    other.series = "webp";
    other.points.front().values = {{"webp.method", "4"}};
    other.points.front().interval.reset();

    const std::string text = csvOfPoints(std::vector<Curve>{curve, other});
    const CsvTable table = parseCsv(text, "written");
    QCOMPARE(table.header, (std::vector<std::string>{"series", "title", "evidence", "bpp", "psnr-rgb",
                                                     "psnr-rgb_low", "psnr-rgb_high", "n", "expected",
                                                     "dropped", "jpeg.quality", "webp.method"}));
    QCOMPARE(table.rows[0], (std::vector<std::string>{"jpeg/subsampling=4:2:0", "JPEG, \"4:2:0\"", "measured",
                                                      "0.30000000000000004", "30.25", "29.5", "31", "1", "2",
                                                      "0", "75", ""}));
    QCOMPARE(table.rows[1].back(), std::string("4"));
    QCOMPARE(numbersOf(table, "bpp")[0], 0.1 + 0.2);

    const CsvTable items = parseCsv(csvOfItems(std::vector<Curve>{curve}), "written");
    QCOMPARE(items.rows[0],
             (std::vector<std::string>{"jpeg/subsampling=4:2:0", "b", "1", "0.5", "30", "75"}));
}

void CsvTest::refusesMixedAxes() {
    std::vector<Curve> curves(2);
    curves[1].y.id = "ssim";
    QVERIFY(messageOf([&] { csvOfPoints(curves); }, ErrorKind::Usage).contains("different axes"));
}

QTEST_APPLESS_MAIN(CsvTest)
#include "csv_test.moc"
