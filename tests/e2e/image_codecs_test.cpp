// The example that scripts/run shows: five codecs, BD by group, equal rates, times, published curves beside them. Run on
// two of its photographs at four of its qualities.

#include "tests/e2e/check.h"
#include "tests/e2e/program.h"
#include "tests/e2e/rows.h"

#include <QFile>
#include <QRegularExpression>
#include <QtTest>
#include <cmath>

using namespace e2e;
using nlohmann::json;

namespace {

const QStringList codecs = {"jpeg", "webp", "jpeg2000", "jxl", "avif"};

QByteArray example(const QString& name) {
    QFile file(qEnvironmentVariable("RATESCOPE_SOURCE") + "/resources/examples/" + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

json document(const QString& name) {
    return json::parse(example(name + ".ratescope").toStdString());
}

/// Two of the photographs, one of each subject; every other row of the sweeps.
QByteArray reduced(json study) {
    study["nodes"][0]["parameters"]["files"] =
        "${RATESCOPE_SAMPLES}/chelsea.png;${RATESCOPE_SAMPLES}/coffee.png";
    for (json& sweep : study["sweeps"]) {
        json rows = json::array();
        for (std::size_t i = 1; i < sweep["rows"].size(); i += 2)
            rows.push_back(sweep["rows"][i]);
        sweep["rows"] = rows;
    }
    return QByteArray::fromStdString(study.dump(1));
}

/// The rows of a text table under their header, split where two blanks stand.
QList<QStringList> tableRows(const QByteArray& text) {
    QList<QStringList> rows;
    for (const QString& line : QString::fromUtf8(text).split('\n', Qt::SkipEmptyParts))
        rows.push_back(line.split(QRegularExpression(" {2,}"), Qt::SkipEmptyParts));
    return rows;
}

constexpr const char* publishedFile = R"({"name": "Codec", "description": "made up", "results": {
  "bpp": [0.2, 0.4, 0.8, 1.6], "psnr-rgb": [28, 31, 34, 37], "ms-ssim-rgb": [0.9, 0.95, 0.99, 0.995]}})";

}  // namespace

class ImageCodecsTest : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase();
    void documentsHoldWhatTheyPromise();
    void everyCodecBeatsJpeg_data();
    void everyCodecBeatsJpeg();
    void bdOfEverySubject();
    void halfABitIsMet();
    void quantitiesStandSideBySide();
    void platesShowWhatWasFound();
    void publishedCurvesStandBeside();

  private:
    QStringList bd(const QString& metric) const {
        return {"bd",       "--library", "study.rslib", "--study", "image-codecs",
                "--anchor", "jpeg",      "--y",         metric};
    }
    Place place_;
};

void ImageCodecsTest::initTestCase() {
    NEED_PHOTOGRAPHS(place_);
    place_.write("image-codecs.csv", example("image-codecs.csv"));
    for (const QString name : {"image-codecs", "image-codecs-at-half-a-bit"}) {
        const QString file = place_.write(name + ".ratescope", reduced(document(name)));
        const Outcome outcome = place_.cli({"run", file, "--library", "study.rslib"});
        VERIFY_CODE(outcome, 0);
        // coffee's row has its picture; the rows of the two left out are said.
        QVERIFY2(outcome.errors.contains("astronaut"), outcome.said().constData());
    }
}

void ImageCodecsTest::documentsHoldWhatTheyPromise() {
    const json study = document("image-codecs");
    json atHalfABit = document("image-codecs-at-half-a-bit");
    COMPARE_JSON(study["sweeps"].size(), codecs.size());
    COMPARE_JSON(atHalfABit["reaches"].size(), codecs.size());
    for (qsizetype i = 0; i < codecs.size(); ++i) {
        const json& sweep = study["sweeps"][static_cast<std::size_t>(i)];
        const json& reach = atHalfABit["reaches"][static_cast<std::size_t>(i)];
        QCOMPARE(QString::fromStdString(sweep["columns"][0]["node"]), codecs[i]);
        QCOMPARE(QString::fromStdString(reach["node"]), codecs[i]);
        QVERIFY(sweep["rows"].size() >= 6);
        COMPARE_JSON(reach["targets"], json::array({0.5}));
        for (const char* measure : {"psnr.candidate", "ms-ssim.candidate"}) {
            const json wire = {{"from", codecs[i].toStdString() + ".image"}, {"to", measure}};
            QVERIFY(std::find(study["wires"].begin(), study["wires"].end(), wire) != study["wires"].end());
        }
    }
    COMPARE_JSON(atHalfABit["nodes"], study["nodes"]);
    COMPARE_JSON(atHalfABit["wires"], study["wires"]);
}

void ImageCodecsTest::everyCodecBeatsJpeg_data() {
    QTest::addColumn<QString>("metric");
    QTest::newRow("PSNR") << "psnr-rgb";
    QTest::newRow("MS-SSIM") << "ms-ssim-rgb-db";
}

void ImageCodecsTest::everyCodecBeatsJpeg() {
    QFETCH(QString, metric);
    const json table = place_.cli(bd(metric) + QStringList{"--json"}).json();
    COMPARE_JSON(table["comparisons"].size(), codecs.size() - 1);
    for (const json& comparison : table["comparisons"]) {
        COMPARE_JSON(comparison["bd_rate_items"], 2);
        const double rate = comparison["bd_rate_percent"];
        QVERIFY2(rate < -10 && rate > -90, comparison.dump().c_str());
    }
}

void ImageCodecsTest::bdOfEverySubject() {
    const json table = place_.cli(bd("psnr-rgb") + QStringList{"--json", "--by", "subject"}).json();
    COMPARE_JSON(table["grouped_by"], "subject");
    for (const json& comparison : table["comparisons"]) {
        COMPARE_JSON(comparison["groups"].size(), 2);
        COMPARE_JSON(comparison["groups"][0]["group"], "living");
        COMPARE_JSON(comparison["groups"][1]["group"], "object");
        for (const json& group : comparison["groups"])
            QVERIFY2(group["n"] == 1 && group["bd_rate_percent"] < 0.0, group.dump().c_str());
    }
    // Kodak's pictures are named in a table of their own, each once.
    const QList<Row> kodak = rowsOf(example("kodak.csv"));
    QCOMPARE(kodak.size(), qsizetype{24});
    for (qsizetype i = 0; i < kodak.size(); ++i)
        QCOMPARE(kodak[i]["file"], QString("kodim%1").arg(i + 1, 2, 10, QLatin1Char('0')));
}

void ImageCodecsTest::halfABitIsMet() {
    const Outcome outcome = place_.cli(
        {"export", "--library", "study.rslib", "--study", "image-codecs-at-half-a-bit", "--view", "items"});
    const QList<Row> items = rowsOf(outcome.output);
    QCOMPARE(items.size(), 2 * codecs.size());
    for (const Row& item : items) {
        QVERIFY2(item["state"] == "done", qPrintable(item["branch"] + ": " + item["reason"]));
        const double away = std::abs(item["reached"].toDouble() - 0.5);
        // Steps of an integer quality may be wider than the tolerance of 1 %.
        const bool wholeSteps = item["branch"] == "jpeg" || item["branch"] == "avif";
        QVERIFY2(away <= (wholeSteps ? 0.025 : 0.005), qPrintable(item["branch"] + " " + item["reached"]));
        QCOMPARE(item["reach_within"], QString(away <= 0.005 ? "1" : "0"));
    }
}

void ImageCodecsTest::quantitiesStandSideBySide() {
    const QStringList command = {"curves", "--library", "study.rslib", "--study",
                                 "image-codecs-at-half-a-bit"};
    const QStringList several = {"--y", "psnr-rgb",    "--y", "ms-ssim-rgb-db",
                                 "--y", "time-encode", "--y", "time-decode"};
    const Outcome table = place_.cli(command + several + QStringList{"--format", "text"});
    VERIFY_CODE(table, 0);
    const QList<QStringList> rows = tableRows(table.output);
    QCOMPARE(rows.size(), 1 + codecs.size());
    QCOMPARE(rows[0], (QStringList{"Series", "Setting", "Found", "Missed", "bpp", "psnr-rgb (dB)",
                                   "ms-ssim-rgb-db (dB)", "time-encode (s)", "time-decode (s)", "n"}));
    for (const QStringList& row : rows.mid(1)) {
        QCOMPARE(row.size(), rows[0].size());
        QVERIFY2(std::abs(row[4].toDouble() - 0.5) < 0.02, qPrintable(row.join('|')));
        QVERIFY2(row[5].toDouble() > 25 && row[6].toDouble() > 10, qPrintable(row.join('|')));
        QVERIFY2(row[7].toDouble() > 0 && row[8].toDouble() > 0, qPrintable(row.join('|')));
        QCOMPARE(row[9], QString("2"));
    }
    // JPEG is by far the fastest to encode, AVIF the best at this rate.
    QVERIFY(rows[1][7].toDouble() * 5 < rows[5][7].toDouble());
    QVERIFY(rows[5][5].toDouble() > rows[1][5].toDouble() + 2);
    const Outcome csv = place_.cli(command + several);
    VERIFY_CODE(csv, 2);
    VERIFY_SAYS(csv, "--format text");
}

void ImageCodecsTest::platesShowWhatWasFound() {
    VERIFY_CODE(place_.desktop({"plate", "--library", "study.rslib", "--study", "image-codecs-at-half-a-bit",
                                "--y", "psnr-rgb", "--asset", "chelsea.png", "-o", "plate.svg"}),
                0);
    const QString svg = QString::fromUtf8(place_.read("plate.svg"));
    for (const char* text : {"JPEG 2000", "AVIF", "distance=", "quality="})
        QVERIFY2(svg.contains(text), text);
    // A found value has all the digits of a double; four tell one setting from another.
    QVERIFY(!svg.contains(QRegularExpression("(quality|distance)=[0-9.]{7}")));
}

void ImageCodecsTest::publishedCurvesStandBeside() {
    const QString file = place_.write("codec.json", publishedFile);
    const QStringList import = {"import", "--library", "study.rslib", "--metric"};
    VERIFY_CODE(place_.cli(import + QStringList{"ms-ssim-rgb-db-of-mean", file}), 0);
    const Outcome curves = place_.cli({"curves", "--library", "study.rslib", "--study", "image-codecs", "--y",
                                       "ms-ssim-rgb-db-of-mean", "--format", "text"});
    QList<double> published;
    for (const QStringList& row : tableRows(curves.output))
        if (row[0] == "Codec, published") published.push_back(row[2].toDouble());
    QCOMPARE(published.size(), qsizetype{4});
    QVERIFY2(std::abs(published[0] - 10) < 1e-3 && std::abs(published[2] - 20) < 1e-3,
             curves.said().constData());
    VERIFY_CODE(place_.desktop({"figure", "--library", "study.rslib", "--study", "image-codecs", "--y",
                                "ms-ssim-rgb-db-of-mean", "--bd-table", "-o", "figure.svg"}),
                0);
    const QByteArray svg = place_.read("figure.svg");
    QVERIFY(svg.contains("Codec, published") && svg.contains("#808080"));
    // Said in the figure too: published points are compared by their mean curve.
    QVERIFY(svg.contains("published points"));
    const QString perfect = place_.write("perfect.json", QByteArray(publishedFile).replace("0.995", "1.0"));
    const Outcome refused = place_.cli(import + QStringList{"ms-ssim-rgb-db-of-mean", perfect});
    VERIFY_CODE(refused, 3);
    VERIFY_SAYS(refused, "ms-ssim-rgb");
}

QTEST_GUILESS_MAIN(ImageCodecsTest)
#include "image_codecs_test.moc"
