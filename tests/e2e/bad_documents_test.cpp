// Documents, plugins and curves that make no sense: refused with the documented exit code and a message at the node or
// file, before anything runs; what the library holds stays.

#include "tests/e2e/check.h"
#include "tests/e2e/document.h"
#include "tests/e2e/files.h"
#include "tests/e2e/refusal.h"
#include "tests/e2e/rows.h"

#include <functional>

using namespace e2e;
using nlohmann::json;

class BadDocumentsTest : public QObject {
    Q_OBJECT

  private slots:
    void unreadableDocumentsAreRefused_data();
    void unreadableDocumentsAreRefused();
    void senselessDocumentsAreRefused_data();
    void senselessDocumentsAreRefused();
    void badPluginsAreRefused_data();
    void badPluginsAreRefused();
    void badCurvesAreRefused_data();
    void badCurvesAreRefused();
    void seriesThatDoNotOverlapHaveNoNumber();
};

using Change = std::function<void(Study&)>;
Q_DECLARE_METATYPE(Change)

namespace {

/// Noise → resize → JPEG → PSNR.
Study soundStudy() {
    return Study("study")
        .node("noise", "test.noise", {{"count", 2}, {"size", 32}, {"model", "rgb"}})
        .node("resize", "image.resize", {{"scale", 0.5}})
        .node("jpeg", "image.jpeg")
        .wire("noise.image", "resize.image")
        .wire("resize.image", "jpeg.image")
        .measure("psnr", "measure.psnr", "resize.image", "jpeg.image")
        .sweep("jpeg", "quality", {30, 80});
}

json& nodeOf(Study& study, const char* slug) {
    for (json& node : study.document["nodes"])
        if (node["slug"] == slug) return node;
    throw std::runtime_error("no such node");
}

/// A sound document's library; the document is then written anew and must be refused, by run and plan, without loss.
QByteArray faultOfDocument(const QByteArray& text, int code, const QByteArrayList& words) {
    const Place place;
    const QString document = place.write("study.ratescope", soundStudy().text());
    const Outcome first = place.cli({"run", document});
    if (first.code != 0) return first.said();
    const QByteArray rows = lastingRows(place, "study.rslib");
    place.write("study.ratescope", text);
    for (const char* command : {"run", "plan"})
        if (const QByteArray fault = faultOfRefusal(place, {command, document}, code, words);
            !fault.isEmpty())
            return fault;
    if (lastingRows(place, "study.rslib") != rows) return "the library's rows changed";
    if (place.read("study.ratescope") != text) return "the document changed";
    return dishonesty(place.path("study.rslib"));
}

QByteArray replaced(QByteArray text, const char* before, const char* after) {
    if (!text.contains(before)) throw std::runtime_error("nothing to replace");
    return text.replace(before, after);
}

}  // namespace

void BadDocumentsTest::unreadableDocumentsAreRefused_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("says");
    const QByteArray sound = soundStudy().text();
    QTest::newRow("empty") << QByteArray() << 3 << QByteArray("is empty");
    QTest::newRow("cut short") << sound.left(sound.size() / 2) << 3 << QByteArray("JSON");
    QTest::newRow("no JSON") << QByteArray("a study\n") << 3 << QByteArray("JSON");
    QTest::newRow("deeply nested") << QByteArray(200'000, '[') << 3 << QByteArray("deep");
    QTest::newRow("a key twice") << replaced(sound, "\"slug\": \"jpeg\"",
                                             "\"slug\": \"jpeg\", \"slug\": \"x\"")
                                 << 3 << QByteArray("\"slug\"");
    QTest::newRow("NaN parameter") << replaced(sound, "\"scale\": 0.5", "\"scale\": NaN") << 3
                                   << QByteArray("\"scale\": N");
    QTest::newRow("infinite parameter")
        << replaced(sound, "\"scale\": 0.5", "\"scale\": 1e999") << 3 << QByteArray("1e999");
    QTest::newRow("another JSON file")
        << QByteArray("{\"colour\": 1}") << 4 << QByteArray("not a Ratescope document");
    QTest::newRow("a list") << QByteArray("[1, 2]") << 4 << QByteArray("object");
    QTest::newRow("newer version") << replaced(sound, "\"format\": 2", "\"format\": 99") << 4
                                   << QByteArray("99");
    QTest::newRow("unknown field") << replaced(sound, "\"format\": 2", "\"format\": 2, \"colour\": 2") << 4
                                   << QByteArray("colour");
    QTest::newRow("misspelt field") << replaced(sound, "\"sweeps\"", "\"sweep\"") << 4
                                    << QByteArray("\"sweeps\"");
    QTest::newRow("wrong type of a field")
        << replaced(sound, "\"slug\": \"jpeg\"", "\"slug\": 7") << 4 << QByteArray("nodes[2].slug");
}

void BadDocumentsTest::unreadableDocumentsAreRefused() {
    QFETCH(QByteArray, text);
    QFETCH(int, code);
    QFETCH(QByteArray, says);
    const QByteArray fault = faultOfDocument(text, code, {"study.ratescope", says});
    QVERIFY2(fault.isEmpty(), fault.constData());
}

void BadDocumentsTest::senselessDocumentsAreRefused_data() {
    QTest::addColumn<Change>("change");
    QTest::addColumn<QByteArrayList>("words");
    const auto row = [](const char* name, const Change& change, const QByteArrayList& words) {
        QTest::newRow(name) << change << words;
    };
    row("unknown node", [](Study& s) { nodeOf(s, "jpeg")["type"] = "image.jpg"; },
        {"\"jpeg\"", "\"image.jpg\"", "\"image.jpeg\""});
    row("node of no plugin", [](Study& s) { nodeOf(s, "jpeg")["type"] = "holograms.codec"; },
        {"\"jpeg\"", "\"holograms.codec\"", "Install the plugin"});
    row("newer node", [](Study& s) { nodeOf(s, "jpeg")["version"] = 99; }, {"\"jpeg\"", "99"});
    row("unknown parameter",
        [](Study& s) {
            nodeOf(s, "jpeg")["parameters"] = {{"qality", 3}};
        },
        {"\"jpeg\"", "\"qality\"", "\"quality\""});
    row("parameter beyond its range",
        [](Study& s) {
            nodeOf(s, "resize")["parameters"] = {{"scale", -1}};
        },
        {"\"resize\"", "\"scale\"", "-1"});
    row("parameter of another type",
        [](Study& s) {
            nodeOf(s, "resize")["parameters"] = {{"scale", "nan"}};
        },
        {"\"resize\"", "\"scale\"", "text"});
    row("swept beyond its range",
        [](Study& s) {
            s.document["sweeps"][0]["rows"] = {{30}, {101}};
        },
        {"\"jpeg\"", "\"quality\"", "101"});
    row("cycle",
        [](Study& s) {
            s.node("there", "image.crop").node("back", "image.crop");
            s.wire("there.image", "back.image").wire("back.image", "there.image");
        },
        {"cycle", "there → back → there"});
    row("wrong wire",
        [](Study& s) { s.measure("error", "measure.tensor-error", "resize.image", "jpeg.image"); },
        {"\"resize.image\"", "\"error.reference\"", "TensorSet"});
    row("wire from no port", [](Study& s) { s.document["wires"][0]["from"] = "noise.picture"; },
        {"\"noise\"", "\"picture\"", "image"});
    row("wire to no node", [](Study& s) { s.document["wires"][0]["to"] = "resise.image"; },
        {"\"resise\"", "\"resize\""});
    row("input without a wire", [](Study& s) { s.document["wires"].erase(0); },
        {"\"resize\"", "not connected"});
    row("two unpaired sources",
        [](Study& s) {
            s.node("other", "test.noise", {{"count", 2}, {"size", 16}});
            s.measure("second", "measure.psnr", "other.image", "jpeg.image");
        },
        {"\"second\"", "\"other\"", "unpaired", "paired-by-name"});
    row("two nodes of one name", [](Study& s) { s.node("jpeg", "image.crop"); }, {"\"jpeg\"", "Rename"});
    row("nothing to compute",
        [](Study& s) {
            s.document["wires"].erase(3);
            s.document["sweeps"] = json::array();
        },
        {"no candidate"});
}

void BadDocumentsTest::senselessDocumentsAreRefused() {
    QFETCH(Change, change);
    QFETCH(QByteArrayList, words);
    Study study = soundStudy();
    change(study);
    const QByteArray fault = faultOfDocument(study.text(), 4, words);
    QVERIFY2(fault.isEmpty(), fault.constData());
}

namespace {

/// The test family as the family "foreign", beside a library of one's own.
void addPlugin(const Place& place, const QByteArray& library, const QByteArray& buildId) {
    QFile described(qEnvironmentVariable("RATESCOPE_BUILD") + "/tests/plugins/test.json");
    if (!described.open(QIODevice::ReadOnly)) throw std::runtime_error("no manifests of the test family");
    json family = json::parse(described.readAll().toStdString());
    family["name"] = "foreign";
    if (!buildId.isEmpty()) family["build_id"] = buildId.toStdString();
    for (json& node : family["nodes"]) {
        const std::string id = node["id"].get<std::string>();
        node["id"] = "foreign" + id.substr(id.find('.'));
        node["family"] = "foreign";
    }
    place.write("plugins/foreign.json", QByteArray::fromStdString(family.dump()));
    if (!library.isEmpty()) place.write("plugins/libratescope-foreign.so", library);
}

QByteArray builtLibrary(const QString& name) {
    QFile file(qEnvironmentVariable("RATESCOPE_BUILD") + "/tests/damaged/lib" + name + ".so");
    if (!file.open(QIODevice::ReadOnly)) throw std::runtime_error("a library for the test is not built");
    return file.readAll();
}

}  // namespace

void BadDocumentsTest::badPluginsAreRefused_data() {
    QTest::addColumn<QByteArray>("library");
    QTest::addColumn<QByteArray>("buildId");
    QTest::addColumn<bool>("listed");  // its nodes are known until they are to run
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("no library at all")
        << QByteArray("this is no library\n") << QByteArray() << true << QByteArray("does not load");
    QTest::newRow("another library") << builtLibrary("plugin-without-symbol") << QByteArray() << true
                                     << QByteArray("has no symbol");
    QTest::newRow("library of another build")
        << builtLibrary("plugin-of-another-build") << QByteArray() << true << QByteArray("build id 0000");
    QTest::newRow("manifests of another build")
        << QByteArray("not looked at") << QByteArray("0123abcd") << false << QByteArray("0123abcd");
    QTest::newRow("missing library") << QByteArray() << QByteArray() << false << QByteArray("is missing");
}

void BadDocumentsTest::badPluginsAreRefused() {
    QFETCH(QByteArray, library);
    QFETCH(QByteArray, buildId);
    QFETCH(bool, listed);
    QFETCH(QByteArray, says);
    Place place;
    Study study = soundStudy();
    const QByteArray sound = study.text();
    const QString document = place.write("study.ratescope", sound);
    VERIFY_CODE(place.cli({"run", document}), 0);
    const QByteArray rows = lastingRows(place, "study.rslib");
    addPlugin(place, library, buildId);
    place.environment.insert("RATESCOPE_PLUGINS",
                             place.environment.value("RATESCOPE_PLUGINS") + ":" + place.path("plugins"));

    place.write("picture.ppm", picture(16, 12));
    const QStringList encode = {"encode", "--node", "foreign.layers", "picture.ppm", "out.layers"};
    VERIFY_REFUSED(place, encode, listed ? 6 : 2, "foreign");
    VERIFY_SAYS(place.cli(encode), says);
    QVERIFY(!place.has("out.layers"));

    nodeOf(study, "noise")["type"] = "foreign.noise";
    place.write("study.ratescope", study.text());
    if (listed) {
        const Outcome outcome = place.cli({"run", document, "--json"});
        VERIFY_CODE(outcome, 9);
        COMPARE_JSON(outcome.json()["items"]["failed"], 4);
        const json failure = outcome.json()["failures"][0];
        COMPARE_JSON(failure["kind"], "plugin");
        const QByteArray what = QByteArray::fromStdString(failure["what"].get<std::string>());
        QVERIFY2(
            what.startsWith("noise: ") && what.contains("libratescope-foreign.so") && what.contains(says),
            what.constData());
    } else {
        VERIFY_REFUSED(place, (QStringList{"run", document}), 4, "\"noise\"", "\"foreign.noise\"");
    }

    // What was finished is there, and all other nodes go on as before.
    place.write("study.ratescope", sound);
    const Outcome again = place.cli({"run", document, "--json"});
    VERIFY_CODE(again, 0);
    COMPARE_JSON(again.json()["ranItems"], 0);
    const QByteArray after = lastingRows(place, "study.rslib");
    for (const QByteArray& row : rows.split('\n'))
        QVERIFY2(after.contains(row), row.constData());
    QCOMPARE(dishonesty(place.path("study.rslib")), QByteArray());
}

void BadDocumentsTest::badCurvesAreRefused_data() {
    QTest::addColumn<QByteArray>("csv");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("empty") << QByteArray() << QByteArray("is empty");
    QTest::newRow("a header only") << QByteArray("rate,quality\n") << QByteArray("no rows");
    QTest::newRow("other columns") << QByteArray("bpp,psnr\n1,30\n2,33\n") << QByteArray("\"rate\"");
    QTest::newRow("no number") << QByteArray("rate,quality\n1,30\n2,high\n") << QByteArray("\"high\"");
    QTest::newRow("NaN") << QByteArray("rate,quality\n1,30\n2,nan\n") << QByteArray("\"nan\"");
    QTest::newRow("ragged") << QByteArray("rate,quality\n1,30\n2\n") << QByteArray("1 cells");
    QTest::newRow("negative rate") << QByteArray("rate,quality\n-1,30\n2,33\n") << QByteArray("-1");
    QTest::newRow("one point") << QByteArray("rate,quality\n1,30\n") << QByteArray("two");
    QTest::newRow("up and down") << QByteArray("rate,quality\n1,30\n2,33\n3,31\n") << QByteArray("hull");
    QTest::newRow("no overlap") << QByteArray("rate,quality\n100,50\n200,53\n300,55\n400,56\n")
                                << QByteArray("overlap");
}

void BadDocumentsTest::badCurvesAreRefused() {
    QFETCH(QByteArray, csv);
    QFETCH(QByteArray, says);
    const Place place;
    place.write("anchor.csv", "rate,quality\n1,30\n2,33\n3,35\n4,36\n");
    place.write("test.csv", csv);
    const auto before = filesIn(place);
    VERIFY_REFUSED(place, (QStringList{"bd", "--anchor-csv", "anchor.csv", "--test-csv", "test.csv"}), 3,
                   "test.csv", says);
    VERIFY_REFUSED(place, (QStringList{"bd", "--anchor-csv", "anchor.csv", "--test-csv", "gone.csv"}), 3,
                   "gone.csv");
    QCOMPARE(filesIn(place), before);
}

/// A library's table has one row a series: one without a number says why, and hides no other one.
void BadDocumentsTest::seriesThatDoNotOverlapHaveNoNumber() {
    const Place place;
    VERIFY_CODE(
        place.cli({"run", place.write("study.ratescope", jpegStudy("study", 2, {20, 50, 80, 95}).text())}),
        0);
    place.write("far.csv", "rate,quality\n1000,150\n2000,153\n3000,155\n4000,156\n");
    VERIFY_CODE(place.cli({"import", "--library", "study.rslib", "far.csv", "--title", "Far"}), 0);
    const QStringList command = {"bd",  "--library", "study.rslib", "--anchor", "jpeg/subsampling=4:2:0",
                                 "--y", "psnr-rgb"};
    const Outcome asJson = place.cli(command + QStringList{"--json"});
    VERIFY_CODE(asJson, 0);
    VERIFY_FITS(asJson.json(), "bd");
    const json report = asJson.json();
    for (const json& comparison : report["comparisons"])
        QCOMPARE(comparison["bd_rate_percent"].is_null(),
                 comparison["test"].get<std::string>().find("imported") == 0);
    const Outcome text = place.cli(command);
    VERIFY_CODE(text, 0);
    QVERIFY2(text.output.contains("overlap neither in quality nor in rate"), text.said().constData());
}

QTEST_GUILESS_MAIN(BadDocumentsTest)
#include "bad_documents_test.moc"
