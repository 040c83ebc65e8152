// Valid but unusual pictures, and damaged ones, row by row of docs/input.md: through encode, decode and measure they are
// either taken or refused with a message that says what to do; what is to be converted goes through image.convert.

#include "tests/e2e/unusual_pictures.h"

#include "tests/e2e/check.h"
#include "tests/e2e/document.h"
#include "tests/e2e/refusal.h"

#include <QColorSpace>
#include <QImage>
#include <QSet>

using namespace e2e;
using nlohmann::json;

class UnusualPicturesTest : public QObject {
    Q_OBJECT

  private slots:
    void eachRowIsWalked();
    void picturesAreTakenOrRefused_data();
    void picturesAreTakenOrRefused();
    void whatIsRefusedCanBeConverted();
    void profileAndOrientationAreCarriedOn();
};

namespace {

/// The first cells of the table of pictures.
QSet<QByteArray> documentedRows() {
    QFile file(qEnvironmentVariable("RATESCOPE_SOURCE") + "/docs/input.md");
    if (!file.open(QIODevice::ReadOnly)) throw std::runtime_error("docs/input.md can't be read");
    const QByteArray text = file.readAll();
    const qsizetype start = text.indexOf("## Pictures"), end = text.indexOf("\n## ", start + 1);
    QSet<QByteArray> rows;
    for (const QByteArray& line : text.mid(start, end - start).split('\n')) {
        const QByteArray cell = line.mid(1, line.indexOf('|', 1) - 1).trimmed();
        if (line.startsWith('|') && !cell.startsWith('-') && cell != "input") rows << cell;
    }
    return rows;
}

const UnusualPicture& picture(const QList<UnusualPicture>& pictures, const QString& name) {
    return *std::find_if(pictures.begin(), pictures.end(), [&](const auto& one) { return one.name == name; });
}

const QList<UnusualPicture>& pictures() {
    static const QList<UnusualPicture> all = unusualPictures();
    return all;
}

}  // namespace

void UnusualPicturesTest::eachRowIsWalked() {
    QSet<QByteArray> walked;
    for (const UnusualPicture& one : pictures())
        walked << one.row;
    const QSet<QByteArray> documented = documentedRows();
    QVERIFY(documented.size() > 20);
    for (const QByteArray& row : documented)
        QVERIFY2(walked.contains(row), ("no picture is tried for the row: " + row).constData());
    for (const QByteArray& row : walked)
        QVERIFY2(documented.contains(row), ("docs/input.md has no row: " + row).constData());
}

void UnusualPicturesTest::picturesAreTakenOrRefused_data() {
    QTest::addColumn<QString>("name");
    for (const UnusualPicture& one : pictures())
        QTest::newRow(qPrintable(one.name)) << one.name;
}

void UnusualPicturesTest::picturesAreTakenOrRefused() {
    QFETCH(QString, name);
    const UnusualPicture& unusual = picture(pictures(), name);
    const Place place;
    place.write(name, unusual.bytes);
    const QStringList encode = {"encode", "--node", "image.jpeg", name, "out.jpg"},
                      measure = {"measure", "--metric", "psnr-rgb", name, name};
    if (unusual.measureSays.isEmpty())
        VERIFY_CODE(place.cli(measure), 0);
    else
        VERIFY_REFUSED(place, measure, 3, unusual.measureSays);
    if (!unusual.encodeSays.isEmpty()) {
        VERIFY_REFUSED(place, encode, 3, unusual.encodeSays);
        QVERIFY(!place.has("out.jpg"));
    } else {
        VERIFY_CODE(place.cli(encode), 0);
        VERIFY_CODE(place.cli({"decode", "out.jpg", "out.png"}), 0);
        const Outcome outcome = place.cli({"measure", "--metric", "psnr-rgb", name, "out.png", "--json"});
        VERIFY_CODE(outcome, 0);
        const json value = outcome.json()["metrics"][0]["value"];
        QVERIFY2(value == "inf" || value.get<double>() > 20, value.dump().c_str());
    }
    QCOMPARE(place.read(name), unusual.bytes);
}

void UnusualPicturesTest::whatIsRefusedCanBeConverted() {
    const Place place;
    int files = 0;
    for (const UnusualPicture& one : pictures())
        if (one.encodeSays.contains("image.convert")) {
            place.write("assets/" + one.name, one.bytes);
            ++files;
        }
    QVERIFY(files >= 10);
    Study study("study");
    study.node("source", "source.images", {{"files", "assets"}})
        .node("convert", "image.convert", {{"bits", "8"}, {"alpha", "over-ground"}, {"model", "RGB"}})
        .node("jpeg", "image.jpeg", {{"quality", 90}})
        .wire("source.image", "convert.image")
        .wire("convert.image", "jpeg.image")
        .measure("psnr", "measure.psnr", "convert.image", "jpeg.image");
    place.write("study.ratescope", study.text());
    const Outcome outcome = place.cli({"run", "study.ratescope", "--json"});
    VERIFY_CODE(outcome, 0);
    COMPARE_JSON(outcome.json()["items"]["done"], files);
    COMPARE_JSON(outcome.json()["measurements"]["done"], files);
}

void UnusualPicturesTest::profileAndOrientationAreCarriedOn() {
    const Place place;
    for (const char* name : {"profile.png", "turned.png"})
        place.write(name, picture(pictures(), name).bytes);
    VERIFY_CODE(place.cli({"encode", "--node", "image.jpeg", "profile.png", "profile.jpg"}), 0);
    QVERIFY(place.read("profile.jpg").contains(QByteArray("ICC_PROFILE\0\x01\x01", 14)));
    VERIFY_CODE(place.cli({"decode", "profile.jpg", "profile-decoded.png"}), 0);
    QCOMPARE(QImage(place.path("profile-decoded.png")).colorSpace(),
             QImage(place.path("profile.png")).colorSpace());
    VERIFY_REFUSED(place, (QStringList{"decode", "profile.jpg", "out.ppm"}), 3, "profile", "image.convert");
    VERIFY_CODE(place.cli({"encode", "--node", "image.jpeg", "turned.png", "turned.jpg"}), 0);
    QVERIFY(place.read("turned.jpg").contains(QByteArray("Exif\0\0", 6)));
    VERIFY_CODE(place.cli({"decode", "turned.jpg", "turned-decoded.png"}), 0);
    QVERIFY(place.read("turned-decoded.png").contains("eXIf"));
}

QTEST_GUILESS_MAIN(UnusualPicturesTest)
#include "unusual_pictures_test.moc"
