// Files that are missing, damaged or hostile, and places that can't be written: each is refused with the documented exit
// code and a message that names it, and nothing is lost by it.

#include "tests/e2e/check.h"
#include "tests/e2e/document.h"
#include "tests/e2e/files.h"
#include "tests/e2e/limits.h"
#include "tests/e2e/refusal.h"
#include "tests/e2e/rows.h"

using namespace e2e;
using nlohmann::json;

class BadFilesTest : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase();
    void inputsAreRefused_data();
    void inputsAreRefused();
    void streamsAreRefused_data();
    void streamsAreRefused();
    void hostileTensorsAreRefused_data();
    void hostileTensorsAreRefused();
    void badAssetsFailTheirItems_data();
    void badAssetsFailTheirItems();
    void sourcesWithoutFilesAreRefused_data();
    void sourcesWithoutFilesAreRefused();
    void unwritableOutputsAreRefused_data();
    void unwritableOutputsAreRefused();

  private:
    QMap<QString, QByteArray> good_;  ///< sound files by name
};

namespace {

const QByteArray text = "This is no picture, no model and no stream.\n";
const QStringList damages = {"missing", "empty", "cut short", "something else", "a folder"};

/// Puts the damaged form of a sound file there.
void damage(const Place& place, const QString& name, const QByteArray& sound, const QString& how) {
    if (how == "empty") place.write(name, "");
    if (how == "cut short") place.write(name, sound.left(sound.size() * 2 / 3));
    if (how == "something else") place.write(name, text + name.toUtf8());
    if (how == "a folder") place.write(name + "/within", text);
}

void addDamages(const QStringList& names) {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("how");
    for (const QString& name : names)
        for (const QString& how : damages)
            QTest::addRow("%s, %s", qPrintable(name), qPrintable(how)) << name << how;
}

/// The pictures or tensors of the folder "assets" through a codec.
Study studyOf(const QString& type) {
    if (type == "pictures")
        return Study("study")
            .node("source", "source.images", {{"files", "assets"}})
            .node("codec", "image.jpeg")
            .wire("source.image", "codec.image")
            .measure("quality", "measure.psnr", "source.image", "codec.image")
            .sweep("codec", "quality", {30, 80});
    return Study("study")
        .node("source", "source.tensors", {{"files", "assets"}})
        .node("codec", "weights.rtn")
        .wire("source.tensors", "codec.tensors")
        .measure("error", "measure.tensor-error", "source.tensors", "codec.tensors")
        .sweep("codec", "bits", {3, 8});
}

QByteArray tensorFile(const json& header, qsizetype bytes = 64) {
    return safetensors(header, QByteArray(bytes, '\0'));
}

json tensor(const json& shape, const json& begin, const json& end) {
    return {{"dtype", "F32"}, {"shape", shape}, {"data_offsets", {begin, end}}};
}

}  // namespace

void BadFilesTest::initTestCase() {
    const Place place;
    place.write("picture.ppm", picture(60, 45));
    place.write("model.safetensors", weights(16, 64));
    const QList<QStringList> commands = {
        {"encode", "--node", "image.jpeg", "picture.ppm", "picture.jpg"},
        {"encode", "--node", "test.layers", "picture.ppm", "picture.layers"},
        {"encode", "--node", "weights.rtn", "model.safetensors", "model.rtn"},
        {"decode", "picture.jpg", "picture.png"}};
    for (const QStringList& command : commands)
        VERIFY_CODE(place.cli(command), 0);
    good_ = filesIn(place);
    QCOMPARE(good_.size(), 6);
}

void BadFilesTest::inputsAreRefused_data() {
    addDamages({"picture.ppm", "picture.jpg", "picture.png", "model.safetensors"});
}

void BadFilesTest::inputsAreRefused() {
    QFETCH(QString, name);
    QFETCH(QString, how);
    const Place place;
    const bool isModel = name.startsWith("model");
    const QString bad = "bad-" + name, sound = isModel ? "model.safetensors" : "picture.png";
    place.write(sound, good_[sound]);
    place.write("out.bin", "an older file");
    damage(place, bad, good_[name], how);
    const auto before = filesIn(place);
    const QString codec = isModel ? "weights.rtn" : "image.jpeg",
                  metric = isModel ? "tensor-mse" : "psnr-rgb";
    VERIFY_REFUSED(place, (QStringList{"encode", "--node", codec, bad, "out.bin"}), 3, bad.toUtf8());
    VERIFY_REFUSED(place, (QStringList{"measure", "--metric", metric, bad, sound}), 3, bad.toUtf8());
    VERIFY_REFUSED(place, (QStringList{"measure", "--metric", metric, sound, bad}), 3, bad.toUtf8());
    QCOMPARE(filesIn(place), before);
}

void BadFilesTest::streamsAreRefused_data() {
    addDamages({"picture.jpg", "picture.layers", "model.rtn"});
}

void BadFilesTest::streamsAreRefused() {
    QFETCH(QString, name);
    QFETCH(QString, how);
    const Place place;
    const QString bad = "bad-" + name, out = name.startsWith("model") ? "out.safetensors" : "out.png";
    const QString codec = name == "picture.jpg"      ? "image.jpeg"
                          : name == "picture.layers" ? "test.layers"
                                                     : "weights.rtn";
    place.write(out, "an older file");
    damage(place, bad, good_[name], how);
    const auto before = filesIn(place);
    VERIFY_REFUSED(place, (QStringList{"decode", bad, out}), 3, bad.toUtf8());
    VERIFY_REFUSED(place, (QStringList{"decode", "--node", codec, bad, out}), 3, bad.toUtf8());
    QCOMPARE(filesIn(place), before);
}

void BadFilesTest::hostileTensorsAreRefused_data() {
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QByteArray>("says");
    const quint64 largest = std::numeric_limits<quint64>::max();
    QTest::newRow("overlapping") << tensorFile({{"a", tensor({8}, 0, 32)}, {"b", tensor({12}, 16, 64)}})
                                 << QByteArray("\"b\" overlap");
    QTest::newRow("outside") << tensorFile({{"a", tensor({32}, 0, 128)}}) << QByteArray("outside the file");
    QTest::newRow("overflowing offsets")
        << tensorFile({{"a", tensor({16}, largest - 63, largest)}}) << QByteArray("outside the file");
    QTest::newRow("offsets beyond 64 bits")
        << tensorFile({{"a", tensor({16}, 0, 1e30)}}) << QByteArray("near \"a\"");
    QTest::newRow("backwards") << tensorFile({{"a", tensor({16}, 64, 0)}}) << QByteArray("\"a\"");
    QTest::newRow("negative") << tensorFile({{"a", tensor({16}, -64, 0)}}) << QByteArray("negative");
    QTest::newRow("a hole") << tensorFile({{"a", tensor({8}, 0, 32)}, {"b", tensor({4}, 48, 64)}})
                            << QByteArray("hole");
    QTest::newRow("overflowing shape")
        << tensorFile({{"a", tensor({largest / 2, largest / 2}, 0, 64)}}) << QByteArray("\"a\"");
    QTest::newRow("shape of another size")
        << tensorFile({{"a", tensor({1000, 1000}, 0, 64)}}) << QByteArray("\"a\"");
    QTest::newRow("header longer than the file")
        << QByteArray("\xff\xff\x00\x00\x00\x00\x00\x00{}", 10) << QByteArray("more than the file has");
    QTest::newRow("endless header") << QByteArray("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10)
                                    << QByteArray("more than 100 MB");
}

void BadFilesTest::hostileTensorsAreRefused() {
    QFETCH(QByteArray, file);
    QFETCH(QByteArray, says);
    const Place place;
    place.write("hostile.safetensors", file);
    place.write("model.safetensors", good_["model.safetensors"]);
    const auto before = filesIn(place);
    const QByteArrayList words = {"hostile.safetensors", says};
    VERIFY_REFUSED(place, (QStringList{"encode", "--node", "weights.rtn", "hostile.safetensors", "out.rtn"}),
                   3, words);
    VERIFY_REFUSED(
        place, (QStringList{"measure", "--metric", "tensor-mse", "model.safetensors", "hostile.safetensors"}),
        3, words);
    QCOMPARE(filesIn(place), before);
    place.write("assets/hostile.safetensors", file);
    place.write("study.ratescope", studyOf("tensors").text());
    const Outcome outcome = place.cli({"run", "study.ratescope", "--json"});
    VERIFY_CODE(outcome, 9);
    COMPARE_JSON(outcome.json()["items"]["failed"], 2);
    const json report = outcome.json();
    for (const json& failure : report["failures"])
        for (const QByteArray& word : words)
            QVERIFY2(failure["what"].get<std::string>().find(word.toStdString()) != std::string::npos,
                     failure.dump().c_str());
}

void BadFilesTest::badAssetsFailTheirItems_data() {
    QTest::addColumn<QStringList>("names");
    QTest::newRow("pictures") << QStringList{"picture.ppm", "picture.jpg", "picture.png"};
    QTest::newRow("tensors") << QStringList{"model.safetensors"};
}

/// A finished study gets damaged assets beside its sound ones.
void BadFilesTest::badAssetsFailTheirItems() {
    QFETCH(QStringList, names);
    const Place place;
    for (const QString& name : names)
        place.write("assets/" + name, good_[name]);
    place.write("study.ratescope", studyOf(QTest::currentDataTag()).text());
    VERIFY_CODE(place.cli({"run", "study.ratescope"}), 0);
    QStringList bad = {"empty-" + names.first()};
    damage(place, "assets/" + bad.last(), {}, "empty");
    for (const QString& name : names)
        for (const char* how : {"cut short", "something else"}) {
            bad << QString(how).replace(' ', '-') + "-" + name;
            damage(place, "assets/" + bad.last(), good_[name], how);
        }
    const Outcome outcome = place.cli({"run", "study.ratescope", "--json"});
    VERIFY_CODE(outcome, 9);
    const json result = outcome.json();
    VERIFY_FITS(result, "run");
    COMPARE_JSON(result["items"]["done"], 2 * names.size());
    COMPARE_JSON(result["items"]["failed"], 2 * bad.size());
    COMPARE_JSON(result["measurements"]["done"], 2 * names.size());
    QSet<QString> failed;
    for (const json& failure : result["failures"]) {
        const QString asset = QString::fromStdString(failure["asset"].get<std::string>());
        const QString what = QString::fromStdString(failure["what"].get<std::string>());
        QVERIFY2(what.startsWith("source: ") && what.contains("assets/" + asset), qPrintable(what));
        QVERIFY2(!failure["remedy"].get<std::string>().empty(), qPrintable(what));
        failed << asset;
    }
    QCOMPARE(failed, QSet<QString>(bad.begin(), bad.end()));
    const Outcome status = place.cli({"status", "--library", "study.rslib"});
    VERIFY_CODE(status, 0);
    for (const QString& asset : bad)
        QVERIFY2(status.output.contains(asset.toUtf8()), status.said().constData());
    QCOMPARE(dishonesty(place.path("study.rslib")), QByteArray());
    for (const QString& name : names)
        QCOMPARE(place.read("assets/" + name), good_[name]);

    // Mended files are other files: their items run, all others are there already.
    for (const QString& asset : bad)
        place.write("assets/" + asset, good_[names.first()]);
    const Outcome mended = place.cli({"run", "study.ratescope", "--json"});
    VERIFY_CODE(mended, 0);
    COMPARE_JSON(mended.json()["items"]["done"], 2 * (names.size() + bad.size()));
}

void BadFilesTest::sourcesWithoutFilesAreRefused_data() {
    QTest::addColumn<QString>("files");
    QTest::newRow("missing file") << "assets/gone.png";
    QTest::newRow("missing folder") << "gone";
    QTest::newRow("a folder without pictures") << "texts";
    QTest::newRow("an empty folder") << "empty";
    QTest::newRow("a pattern of nothing") << "assets/*.tiff";
    QTest::newRow("an unknown root") << "${PHOTOGRAPHS}/all";
}

void BadFilesTest::sourcesWithoutFilesAreRefused() {
    QFETCH(QString, files);
    const Place place;
    place.write("assets/picture.png", good_["picture.png"]);
    place.write("texts/readme.txt", text);
    QVERIFY(QDir(place.path("")).mkdir("empty"));
    Study study = studyOf("pictures");
    const QString document = place.write("study.ratescope", study.text());
    VERIFY_CODE(place.cli({"run", document}), 0);
    const QByteArray rows = lastingRows(place, "study.rslib");
    study.document["nodes"][0]["parameters"]["files"] = files.toStdString();
    const QByteArray changed = study.text();
    place.write("study.ratescope", changed);
    for (const char* command : {"plan", "run"})
        VERIFY_REFUSED(place, (QStringList{command, document}), 3, "\"source\"", files.toUtf8());
    QCOMPARE(lastingRows(place, "study.rslib"), rows);
    QCOMPARE(place.read("study.ratescope"), changed);
    QCOMPARE(dishonesty(place.path("study.rslib")), QByteArray());
}

void BadFilesTest::unwritableOutputsAreRefused_data() {
    addUnwritableFolders();
}

void BadFilesTest::unwritableOutputsAreRefused() {
    Place place;
    place.write("assets/picture.png", good_["picture.png"]);
    place.write("picture.jpg", good_["picture.jpg"]);
    place.write("other.png", good_["picture.png"]);
    const QString document = place.write("study.ratescope", studyOf("pictures").text());
    VERIFY_CODE(place.cli({"run", document}), 0);
    QFETCH(QString, how);
    const UnwritableFolder unwritable(place, "target", how);
    if (!unwritable.obstacle.isEmpty()) QSKIP(unwritable.obstacle.constData());
    const auto before = filesIn(place);
    const QList<QStringList> commands = {
        {"encode", "--node", "image.jpeg", "other.png", "target/out.jpg"},
        {"decode", "picture.jpg", "target/out.png"},
        {"measure", "--metric", "psnr-rgb", "other.png", "other.png", "--map", "target/map.png"},
        {"curves", "--library", "study.rslib", "--y", "psnr-rgb", "-o", "target/points.csv"},
        {"export", "--library", "study.rslib", "-o", "target/points.csv"}};
    for (const QStringList& command : commands)
        VERIFY_REFUSED(place, command, 7, "target/");
    QCOMPARE(filesIn(place), before);
}

QTEST_GUILESS_MAIN(BadFilesTest)
#include "bad_files_test.moc"
