// Bundles for reviewers, the doctor, and what the program says of itself.

#include "tests/e2e/check.h"
#include "tests/e2e/document.h"
#include "tests/e2e/files.h"
#include "tests/e2e/rows.h"

#include <QDir>
#include <QFile>
#include <set>

using namespace e2e;
using nlohmann::json;

class BundleTest : public QObject {
    Q_OBJECT

  private slots:
    void aBundleHoldsEverythingAndIsReproduced();
    void aChangedFileIsNoticed_data();
    void aChangedFileIsNoticed();
    void whatDiffersIsNamed();
    void sourcesThatChangedAreNotBundled();
    void aBundleIsNotWrittenOverAFolder();
    void theDoctorFindsAllWell();
    void theDoctorNamesAPluginOfAnotherBuild();
    void theDoctorReadsEveryByteOfALibrary();
    void bashCompletesCommandsOptionsAndChoices();
    void theManualNamesEveryCommand();
};

namespace {

/// Two pictures through JPEG, done, as photographs.rslib.
void runPictures(const Place& place) {
    place.write("pictures/one.ppm", picture(48, 32));
    place.write("pictures/two.ppm", picture(64, 40));
    Study study("photographs");
    study.node("photographs", "source.images", {{"files", "pictures"}})
        .node("jpeg", "image.jpeg")
        .wire("photographs.image", "jpeg.image")
        .measure("psnr", "measure.psnr", "photographs.image", "jpeg.image")
        .sweep("jpeg", "quality", {10, 50, 90});
    const Outcome outcome = place.cli({"run", place.write("photographs.ratescope", study.text())});
    if (outcome.code != 0) throw std::runtime_error(outcome.said().toStdString());
}

void writeBundle(const Place& place) {
    const Outcome outcome = place.cli({"export", "bundle", "--library", "photographs.rslib", "-o", "bundle"});
    if (outcome.code != 0) throw std::runtime_error(outcome.said().toStdString());
}

/// What bash offers for a line.
QStringList offered(const Place& place, const QByteArray& script, const QStringList& words) {
    place.write("completion.bash", script);
    const QByteArray line = "source completion.bash\nCOMP_WORDS=(" + words.join(' ').toUtf8() +
                            ")\nCOMP_CWORD=" + QByteArray::number(words.size() - 1) +
                            "\n_ratescope_cli\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
    const Outcome outcome = place.run("/bin/bash", {place.write("ask.bash", line)});
    return QString::fromUtf8(outcome.output).split('\n', Qt::SkipEmptyParts);
}

}  // namespace

void BundleTest::aBundleHoldsEverythingAndIsReproduced() {
    const Place place;
    runPictures(place);
    writeBundle(place);
    for (const char* name :
         {"README.md", "study.ratescope", "assets.csv", "assets/photographs/one.ppm", "items.csv",
          "points.csv", "streams.csv", "environment.json", "figure.pdf", "figure.svg", "SHA256SUMS"})
        QVERIFY2(place.has(QString("bundle/") + name), name);
    QCOMPARE(QDir(place.path("bundle/bitstreams")).entryList({"*.jpg"}).size(), 6);
    QVERIFY(place.read("bundle/environment.json").contains("libjpeg-turbo"));
    const Outcome sums = place.run("/bin/sh", {"-c", "cd bundle && sha256sum --check --quiet SHA256SUMS"});
    VERIFY_CODE(sums, 0);

    // On another machine, where the pictures are not: the folder was moved, the originals are gone.
    QVERIFY(QDir(place.path(".")).rename("bundle", "moved"));
    QVERIFY(QDir(place.path("pictures")).removeRecursively());
    const Outcome again = place.cli({"reproduce", "moved", "--json"});
    VERIFY_CODE(again, 0);
    const json result = again.json();
    VERIFY_FITS(result, "reproduce");
    COMPARE_JSON(result["equal"], true);
    COMPARE_JSON(result["items"], (json{{"bundled", 6}, {"equal", 6}}));
    COMPARE_JSON(result["bitstreams"], (json{{"bundled", 6}, {"equal", 6}}));
    QVERIFY(result["points"]["bundled"] > 0);
    COMPARE_JSON(result["libraries"], json::array());
}

void BundleTest::aChangedFileIsNoticed_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("source") << "assets/photographs/one.ppm";
    QTest::newRow("rows") << "points.csv";
    QTest::newRow("document") << "study.ratescope";
}

void BundleTest::aChangedFileIsNoticed() {
    QFETCH(QString, name);
    const Place place;
    runPictures(place);
    writeBundle(place);
    QByteArray bytes = place.read("bundle/" + name);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    place.write("bundle/" + name, bytes);
    const Outcome outcome = place.cli({"reproduce", "bundle"});
    VERIFY_CODE(outcome, 3);
    VERIFY_SAYS(outcome, name.toUtf8());
    QVERIFY(!place.has("bundle.reproduced.rslib"));

    place.write("bundle/SHA256SUMS", QByteArray(64, '0') + "  ../photographs.ratescope\n");
    const Outcome outside = place.cli({"reproduce", "bundle"});
    VERIFY_CODE(outside, 3);
    VERIFY_SAYS(outside, "outside of the bundle");
}

void BundleTest::whatDiffersIsNamed() {
    const Place place;
    runPictures(place);
    writeBundle(place);
    // A bundle whose numbers are not those that its document gives, with checksums that are right.
    QByteArray points = place.read("bundle/points.csv");
    const int digit = static_cast<int>(points.indexOf("dB") - 3);
    points[digit] = points[digit] == '7' ? '8' : '7';
    place.write("bundle/points.csv", points);
    const Outcome sums = place.run(
        "/bin/sh", {"-c", "cd bundle && sha256sum $(cut -c67- SHA256SUMS) > new && mv new SHA256SUMS"});
    VERIFY_CODE(sums, 0);
    const Outcome outcome = place.cli({"reproduce", "bundle"});
    VERIFY_CODE(outcome, 9);
    QVERIFY2(outcome.output.contains("Not reproduced") && outcome.output.contains("in the bundle"),
             outcome.said().constData());
}

void BundleTest::sourcesThatChangedAreNotBundled() {
    const Place place;
    runPictures(place);
    place.write("pictures/one.ppm", picture(40, 32));
    const Outcome outcome = place.cli({"export", "bundle", "--library", "photographs.rslib", "-o", "bundle"});
    VERIFY_CODE(outcome, 3);
    VERIFY_SAYS(outcome, "source files or nodes changed");
    QVERIFY(!place.has("bundle") && !place.has("bundle.part"));
}

void BundleTest::aBundleIsNotWrittenOverAFolder() {
    const Place place;
    runPictures(place);
    place.write("bundle/mine.txt", "mine");
    const Outcome outcome = place.cli({"export", "bundle", "--library", "photographs.rslib", "-o", "bundle"});
    VERIFY_CODE(outcome, 2);
    QCOMPARE(place.read("bundle/mine.txt"), QByteArray("mine"));
}

void BundleTest::theDoctorFindsAllWell() {
    const Place place;
    runPictures(place);
    const Outcome outcome = place.cli({"doctor", "--library", "photographs.rslib", "--json"});
    VERIFY_CODE(outcome, 0);
    const json result = outcome.json();
    VERIFY_FITS(result, "doctor");
    std::set<std::string> subjects;
    for (const json& finding : result["findings"]) {
        subjects.insert(finding["subject"].get<std::string>());
        QVERIFY2(finding["health"] != "bad", outcome.said().constData());
        if (finding["subject"] == "plugin image") QVERIFY(finding["libraries"].contains("libjpeg-turbo"));
    }
    for (const char* subject :
         {"program", "processor", "memory", "plugin image", "plugin measure", "library"})
        QVERIFY2(subjects.count(subject) == 1, subject);
}

void BundleTest::theDoctorNamesAPluginOfAnotherBuild() {
    Place place;
    place.write("plugins/other.json", R"({"name":"other","build_id":"0000000000000000","nodes":[]})");
    place.environment.insert("RATESCOPE_PLUGINS", place.path("plugins"));
    const Outcome outcome = place.cli({"doctor"});
    VERIFY_CODE(outcome, 6);
    QVERIFY2(outcome.output.contains("other"), outcome.said().constData());
}

void BundleTest::theDoctorReadsEveryByteOfALibrary() {
    const Place place;
    runPictures(place);
    query(place.path("photographs.rslib"),
          "UPDATE artefact SET data = zeroblob(length(data)) WHERE id = (SELECT max(id) FROM artefact)");
    const Outcome outcome = place.cli({"doctor", "--library", "photographs.rslib"});
    VERIFY_CODE(outcome, 5);
    QVERIFY2(outcome.output.contains("has other bytes than its name says"), outcome.said().constData());
}

void BundleTest::bashCompletesCommandsOptionsAndChoices() {
    const Place place;
    const Outcome script = place.cli({"completion", "bash"});
    VERIFY_CODE(script, 0);
    QCOMPARE(offered(place, script.output, {"ratescope-cli", "ca"}), QStringList{"cancel"});
    QVERIFY(offered(place, script.output, {"ratescope-cli", "run", "--"}).contains("--library"));
    QCOMPARE(offered(place, script.output, {"ratescope-cli", "curves", "--format", "p"}),
             QStringList{"pgfplots"});
    place.write("a.ratescope", "{}");
    place.write("a.txt", "");
    QCOMPARE(offered(place, script.output, {"ratescope-cli", "plan", "a"}), QStringList{"a.ratescope"});
    for (const char* shell : {"zsh", "fish"})
        QVERIFY(place.cli({"completion", shell}).output.contains("pgfplots"));
    VERIFY_CODE(place.cli({"completion", "csh"}), 2);
}

void BundleTest::theManualNamesEveryCommand() {
    const Place place;
    const Outcome manual = place.cli({"manual"});
    VERIFY_CODE(manual, 0);
    for (const char* part :
         {".TH ratescope\\-cli 1", ".SS reproduce", ".SS run", "\\-\\-library", ".SH EXIT STATUS"})
        QVERIFY2(manual.output.contains(part), part);
    QVERIFY(place.desktop({"manual"}).output.contains(".SS plate"));
}

QTEST_GUILESS_MAIN(BundleTest)
#include "bundle_test.moc"
