// External commands as nodes, from a document to its rows: approval, every way to go wrong, rebuilt programs, batches,
// programs that serve.

#include "tests/e2e/check.h"
#include "tests/e2e/document.h"
#include "tests/e2e/files.h"
#include "tests/e2e/rows.h"
#include "tests/e2e/server.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QSet>

using namespace e2e;
using nlohmann::json;

class ExternalTest : public QObject {
    Q_OBJECT

  private slots:
    void commandsRunOnceApproved();
    void plansShowCommands();
    void clientsApproveWhatTheySaw();
    void singleFilesToo();
    void cjpegGivesTheRowsOfJpeg();
    void badCommandsFailTheirOwnItem_data();
    void badCommandsFailTheirOwnItem();
    void badMeasuresFailTheirOwnMeasurement();
    void aRebuiltProgramRunsAgain();
    void aServerStartsOnce();
    void aServerThatDiesFailsItsItem();
    void batchesAreOneCall();
    void aBadItemOfABatchFailsAlone();
    void bundlesBringTheirPrograms();
    void nothingOutlivesAKilledRun();
};

namespace {

/// Of tests/e2e/programs: "copier.sh" copies its input, and goes wrong for the asset "2" of test.noise (grey, 16 × 12)
/// in the way that it is told; "batch.sh" does so once a list; "codec.py" is a server; "sleeper.sh" never ends.
QByteArray programText(const QString& name) {
    QFile file(qEnvironmentVariable("RATESCOPE_SOURCE") + "/tests/e2e/programs/" + name);
    if (!file.open(QIODevice::ReadOnly)) throw std::runtime_error("no program " + name.toStdString());
    return file.readAll();
}

/// A program in the document's folder.
void writeProgram(const Place& place, const QString& name, const QByteArray& text) {
    QFile::remove(place.path(name));
    place.write(name, text);
    QFile::setPermissions(place.path(name), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

Study commandStudy(const std::string& how, int assets, const json& more = json::object()) {
    json parameters{{"encoder", "./tool " + how + " {input} {bitstream}"},
                    {"decoder", "cp {bitstream} {output}"}};
    parameters.update(more);
    return Study("study")
        .node("noise", "test.noise", {{"count", assets}})
        .node("tool", "image.command", parameters)
        .wire("noise.image", "tool.image")
        .measure("mse", "test.mse", "noise.image", "tool.image");
}

qsizetype linesIn(const Place& place, const QString& file) {
    return place.has(file) ? place.read(file).count('\n') : 0;
}

Outcome runAllowed(const Place& place, int jobs = 2) {
    return place.cli(
        {"run", "study.ratescope", "--allow-commands", "--jobs", QString::number(jobs), "--json"});
}

QString hashIn(const QByteArray& text) {
    static const QRegularExpression hash("hash of all: ([0-9a-f]{64})");
    return hash.match(QString::fromUtf8(text)).captured(1);
}

Study servedStudy(const std::string& trick, int assets) {
    return Study("study")
        .node("noise", "test.noise", {{"count", assets}})
        .node("tool", "image.command",
              {{"mode", "server"},
               {"encoder", "python3 codec.py encode"},
               {"decoder", "python3 codec.py decode"},
               {"encoder-request", "{input} {bitstream} {quality} {trick}"},
               {"values", "trick=" + trick},
               {"time-limit", 30}})
        .wire("noise.image", "tool.image")
        .measure("mse", "test.mse", "noise.image", "tool.image");
}

}  // namespace

void ExternalTest::commandsRunOnceApproved() {
    const Place place;
    writeProgram(place, "tool", programText("copier.sh"));
    place.write("study.ratescope", commandStudy("well", 2).text());
    const Outcome refused = place.cli({"run", "study.ratescope"});
    VERIFY_CODE(refused, 10);
    VERIFY_SAYS(refused, "not approved");
    VERIFY_SAYS(refused, "tool.encoder: " + place.path("tool").toUtf8() + " well {input} {bitstream}");
    VERIFY_SAYS(refused, "tool.decoder: ");
    VERIFY_SAYS(refused, "--allow-commands");
    QCOMPARE(hashIn(refused.errors).size(), 64);
    QVERIFY(!place.has("log"));
    const Outcome allowed = place.cli({"run", "study.ratescope", "--allow-commands"});
    VERIFY_CODE(allowed, 0);
    VERIFY_SAYS(allowed, hashIn(refused.errors).toUtf8());
    QCOMPARE(linesIn(place, "log"), 2);
    const QByteArray approved = place.read("config/ratescope/approved-commands");
    QVERIFY2(approved.startsWith(hashIn(refused.errors).toUtf8()), approved.constData());
    // From now on it runs, also in another library; the document says nothing of it.
    VERIFY_CODE(place.cli({"run", "study.ratescope", "--library", "other.rslib"}), 0);
    QCOMPARE(linesIn(place, "log"), 4);
    // Something else is another approval.
    place.write("study.ratescope", commandStudy("better", 2).text());
    VERIFY_CODE(place.cli({"run", "study.ratescope"}), 10);
    place.write("study.ratescope", commandStudy("well", 2, {{"values", "x=1"}}).text());
    VERIFY_CODE(place.cli({"run", "study.ratescope"}), 10);
    // Numbers are not.
    place.write("study.ratescope", commandStudy("well", 2, {{"quality", 3}}).text());
    VERIFY_CODE(place.cli({"run", "study.ratescope"}), 0);
    QCOMPARE(linesIn(place, "log"), 6);
}

void ExternalTest::plansShowCommands() {
    const Place place;
    writeProgram(place, "tool", programText("copier.sh"));
    place.write("study.ratescope", commandStudy("well", 2).text());
    const Outcome plan = place.cli({"plan", "study.ratescope", "--json"});
    VERIFY_CODE(plan, 0);
    VERIFY_FITS(plan.json(), "plan");
    const json commands = plan.json()["commands"];
    COMPARE_JSON(commands["approved"], false);
    COMPARE_JSON(commands["commands"].size(), 2);
    COMPARE_JSON(commands["commands"][1]["parameter"], "encoder");
    COMPARE_JSON(commands["commands"][1]["files"][0]["file"], place.path("tool").toStdString());
    const Outcome text = place.cli({"plan", "study.ratescope"});
    QVERIFY2(
        text.output.contains("External commands, not approved yet") && text.output.contains("{bitstream}"),
        text.said().constData());
    VERIFY_CODE(runAllowed(place), 0);
    COMPARE_JSON(place.cli({"plan", "study.ratescope", "--json"}).json()["commands"]["approved"], true);
    place.write("plain.ratescope", layersStudy("plain", 1, 1).text());
    const Outcome plain = place.cli({"plan", "plain.ratescope", "--json"});
    VERIFY_FITS(plain.json(), "plan");
    QVERIFY(plain.json()["commands"].is_null());
    place.write("study.ratescope", commandStudy("well", 2, {{"encoder", "no-such-program {input}"}}).text());
    const Outcome missing = place.cli({"plan", "study.ratescope"});
    VERIFY_CODE(missing, 3);
    VERIFY_SAYS(missing, "The node \"tool\": encoder: There is no program \"no-such-program\" in PATH");
}

void ExternalTest::clientsApproveWhatTheySaw() {
    const Place place;
    writeProgram(place, "tool", programText("copier.sh"));
    const Study study = commandStudy("well", 2);
    Server server(place, "study.rslib");
    Talker talker(place, "study.rslib");
    json request{{"document", study.document}, {"directory", place.path("").toStdString()}};
    COMPARE_JSON(talker.askInVain("submit", request)["kind"], "unapproved");
    const json commands = talker.ask("plan", request)["commands"];
    request["options"] = {{"commands", std::string(64, '0')}};
    const json error = talker.askInVain("submit", request);
    COMPARE_JSON(error["kind"], "unapproved");
    QVERIFY(error["what"].get<std::string>().find(commands["hash"].get<std::string>()) != std::string::npos);
    QVERIFY(!place.has("log"));
    request["options"] = {{"commands", commands["hash"]}};
    const json submitted = talker.ask("submit", request);
    COMPARE_JSON(submitted["plan"]["commands"]["approved"], true);
    QVERIFY(waitFor([&] { return talker.ask("status")["items"]["done"] == 2; }, 20'000));
    // A run that hands its work to this supervisor asks too.
    place.write("study.ratescope", commandStudy("better", 2).text());
    VERIFY_CODE(place.cli({"run", "study.ratescope", "--library", "study.rslib"}), 10);
    VERIFY_CODE(place.cli({"run", "study.ratescope", "--library", "study.rslib", "--allow-commands"}), 0);
}

void ExternalTest::singleFilesToo() {
    const Place place;
    place.write("picture.ppm", picture(40, 30));
    const QStringList codec{"--node", "image.command"};
    const QStringList encode =
        QStringList{"encode"} + codec +
        QStringList{"--set", "encoder=cjpeg -quality {quality} -outfile {bitstream} {input}", "--set",
                    "quality=40"};
    VERIFY_CODE(place.cli(encode + QStringList{"picture.ppm", "stream"}), 10);
    QVERIFY(!place.has("stream"));
    const Outcome encoded =
        place.cli(encode + QStringList{"--allow-commands", "--json", "picture.ppm", "stream"});
    VERIFY_CODE(encoded, 0);
    VERIFY_FITS(encoded.json(), "encode");
    VERIFY_CODE(place.cli(encode + QStringList{"picture.ppm", "again"}), 0);
    QCOMPARE(place.read("again"), place.read("stream"));
    VERIFY_CODE(place.cli({"encode", "--node", "image.jpeg", "--set", "quality=40", "picture.ppm", "ours"}),
                0);
    QCOMPARE(place.read("ours"), place.read("stream"));

    const QStringList decode =
        QStringList{"decode"} + codec + QStringList{"--set", "decoder=djpeg -outfile {output} {bitstream}"};
    VERIFY_CODE(place.cli(decode + QStringList{"stream", "decoded.ppm"}), 10);
    VERIFY_CODE(place.cli(decode + QStringList{"--allow-commands", "stream", "decoded.ppm"}), 0);
    VERIFY_CODE(place.cli({"decode", "ours", "ours.ppm"}), 0);
    QCOMPARE(place.read("decoded.ppm"), place.read("ours.ppm"));

    const QStringList measure{
        "measure", "--metric",     "measure.command:bytes",
        "--set",   "metric=bytes", "--set",
        "unit=B",  "--set",        "command=sh -c 'wc -c < \"$1\"' sh {reference} {candidate}"};
    VERIFY_CODE(place.cli(measure + QStringList{"picture.ppm", "decoded.ppm"}), 10);
    const Outcome measured =
        place.cli(measure + QStringList{"--allow-commands", "--json", "picture.ppm", "decoded.ppm"});
    VERIFY_CODE(measured, 0);
    VERIFY_FITS(measured.json(), "measure");
    COMPARE_JSON(measured.json()["metrics"][0]["id"], "bytes");
    COMPARE_JSON(measured.json()["metrics"][0]["unit"], "B");
    COMPARE_JSON(measured.json()["metrics"][0]["value"], double(place.read("picture.ppm").size()));
}

void ExternalTest::cjpegGivesTheRowsOfJpeg() {
    const Place place;
    const json qualities{5, 20, 50, 75, 95};
    Study study("study");
    study.node("noise", "test.noise", {{"count", 2}, {"size", 64}, {"model", "rgb"}})
        .node("jpeg", "image.jpeg")
        .node("cjpeg", "image.command",
              {{"encoder",
                "cjpeg -baseline -sample 2x2 -quality {quality} -outfile {bitstream.jpg} {input.ppm}"},
               {"decoder", "djpeg -outfile {output.ppm} {bitstream.jpg}"}})
        .wire("noise.image", "jpeg.image")
        .wire("noise.image", "cjpeg.image")
        .measure("psnr", "measure.psnr", "noise.image", "jpeg.image")
        .measure("psnr-2", "measure.psnr", "noise.image", "cjpeg.image")
        .sweep("jpeg", "quality", qualities)
        .sweep("cjpeg", "quality", qualities);
    place.write("study.ratescope", study.text());
    VERIFY_CODE(runAllowed(place), 0);
    QMap<QString, QString> rows[2];
    for (const Row& row : rowsOf(exported(place, "study.rslib", "points"))) {
        const QString quality = QString::number(row["swept"].section(':', 1).remove('}').toDouble());
        rows[row["branch"] == "cjpeg"][row["asset"] + " " + quality + " " + row["metric"]] =
            row["bits"] + " " + row["value"] + " " + row["s0"] + " " + row["rate"];
    }
    QCOMPARE(rows[0].size(), 2 * 5 * 6);
    QCOMPARE(rows[1], rows[0]);
}

void ExternalTest::badCommandsFailTheirOwnItem_data() {
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("hang") << QByteArray("was not done after 1 s, its time limit, and was killed");
    QTest::newRow("crash") << QByteArray(
        "was killed by signal 11 (Segmentation fault). It said: about to crash");
    QTest::newRow("status") << QByteArray("ended with status 7. It said: no such luck");
    QTest::newRow("fork") << QByteArray("left 1 process running, now killed");
    QTest::newRow("nothing") << QByteArray("did not write its file {bitstream}");
    QTest::newRow("empty") << QByteArray("wrote nothing into its file {bitstream}");
    QTest::newRow("disk") << QByteArray("its disk limit");
    QTest::newRow("file") << QByteArray("its disk limit");
    QTest::newRow("flood") << QByteArray("printed more than 16 MiB");
    QTest::newRow("memory") << QByteArray("ended with status 1. It said: dd: memory exhausted");
}

void ExternalTest::badCommandsFailTheirOwnItem() {
    QFETCH(QByteArray, says);
    const Place place;
    writeProgram(place, "tool", programText("copier.sh"));
    const json limits{{"time-limit", QTest::currentDataTag() == QByteArray("hang") ? 1 : 20},
                      {"disk-limit", 8},
                      {"memory-limit", 256}};
    place.write("study.ratescope", commandStudy(QTest::currentDataTag(), 5, limits).text());
    const Outcome outcome = runAllowed(place);
    VERIFY_CODE(outcome, 9);
    QVERIFY2(outcome.seconds < 20, outcome.said().constData());
    const json result = outcome.json();
    VERIFY_FITS(result, "run");
    COMPARE_JSON(result["items"]["done"], 4);
    COMPARE_JSON(result["items"]["failed"], 1);
    const json failure = result["failures"][0];
    COMPARE_JSON(failure["asset"], "2");
    const QByteArray what = QByteArray::fromStdString(failure["what"].get<std::string>());
    QVERIFY2(what.contains(says), what.constData());
    QVERIFY2(failure["remedy"].get<std::string>().find("8 MiB of disk") != std::string::npos ||
                 says.contains("{bitstream}"),
             failure.dump().c_str());
    if (place.has("log.pid")) {
        const qint64 pid = place.read("log.pid").trimmed().toLongLong();
        QVERIFY(waitFor([&] { return !isRunning(pid); }, 2000));
    }
    QCOMPARE(QTest::currentDataTag() == QByteArray("fork"), place.has("log.pid"));
}

void ExternalTest::badMeasuresFailTheirOwnMeasurement() {
    const Place place;
    Study study("study");
    study.node("noise", "test.noise", {{"count", 3}})
        .node("layers", "test.layers")
        .wire("noise.image", "layers.image")
        .measure("first-sample", "measure.command", "noise.image", "layers.image");
    for (json& node : study.document["nodes"])
        if (node["slug"] == "first-sample")
            node["parameters"] = {{"metric", "half"},
                                  {"command",
                                   "sh -c 'f=$(tail -c +14 \"$0\" | head -c 1 | od -An -tu1); [ $f = 2 ] || "
                                   "echo $f.5' {reference} {candidate}"}};
    place.write("study.ratescope", study.text());
    const Outcome outcome = runAllowed(place);
    VERIFY_CODE(outcome, 9);
    COMPARE_JSON(outcome.json()["items"]["done"], 3);
    COMPARE_JSON(outcome.json()["measurements"]["done"], 2);
    QVERIFY(outcome.json()["failures"][0]["what"].get<std::string>().find("printed nothing") !=
            std::string::npos);
    QSet<QString> values;
    for (const Row& row : rowsOf(exported(place, "study.rslib", "points")))
        values << row["asset"] + " " + row["measure"] + " " + row["metric"] + " " + row["value"];
    QCOMPARE(values, (QSet<QString>{"0 first-sample half 0.5", "1 first-sample half 1.5"}));
}

void ExternalTest::aRebuiltProgramRunsAgain() {
    const Place place;
    writeProgram(place, "tool", programText("copier.sh"));
    place.write("study.ratescope", commandStudy("well", 3).text());
    VERIFY_CODE(runAllowed(place), 0);
    COMPARE_JSON(place.cli({"run", "study.ratescope", "--json"}).json()["ranItems"], 0);
    // Another modification time alone is no other program.
    writeProgram(place, "tool", programText("copier.sh"));
    COMPARE_JSON(place.cli({"run", "study.ratescope", "--json"}).json()["ranItems"], 0);
    QCOMPARE(linesIn(place, "log"), 3);
    writeProgram(place, "tool", programText("copier.sh") + "# rebuilt\n");
    VERIFY_CODE(place.cli({"run", "study.ratescope"}), 10);
    const json plan = place.cli({"plan", "study.ratescope", "--json"}).json();
    COMPARE_JSON(plan["items"]["new"], 3);
    COMPARE_JSON(runAllowed(place).json()["ranItems"], 3);
    QCOMPARE(linesIn(place, "log"), 6);
}

void ExternalTest::aServerStartsOnce() {
    const Place place;
    place.write("codec.py", programText("codec.py"));
    place.write("study.ratescope", servedStudy("none", 20).text());
    const Outcome outcome = runAllowed(place, 1);
    VERIFY_CODE(outcome, 0);
    COMPARE_JSON(outcome.json()["items"]["done"], 20);
    QCOMPARE(linesIn(place, "log.encode"), 1);
    QCOMPARE(linesIn(place, "log.decode"), 1);
    const qint64 pid = place.read("log.encode").trimmed().split(' ').last().toLongLong();
    QVERIFY(pid > 0 && waitFor([&] { return !isRunning(pid); }, 2000));
    for (const Row& row : rowsOf(exported(place, "study.rslib", "points")))
        if (row["metric"] == "test-mse") QCOMPARE(row["value"].toDouble(), 0.0);
    // The script is named by the command: changed, it runs again.
    place.write("codec.py", programText("codec.py") + "# changed\n");
    COMPARE_JSON(runAllowed(place, 2).json()["ranItems"], 20);
    QVERIFY(linesIn(place, "log.encode") <= 3);
}

void ExternalTest::aServerThatDiesFailsItsItem() {
    for (const char* trick : {"die", "refuse"}) {
        const Place place;
        place.write("codec.py", programText("codec.py"));
        place.write("study.ratescope", servedStudy(trick, 6).text());
        const Outcome outcome = runAllowed(place, 1);
        VERIFY_CODE(outcome, 9);
        COMPARE_JSON(outcome.json()["items"]["done"], 5);
        const json failure = outcome.json()["failures"][0];
        COMPARE_JSON(failure["asset"], "2");
        const bool dies = trick == std::string("die");
        QVERIFY2(failure["what"].get<std::string>().find(dies ? "ended with status 1. It said: "
                                                              : "refused: not this one") != std::string::npos,
                 failure.dump().c_str());
        if (dies)
            QVERIFY(failure["what"].get<std::string>().find("asset two is too much") != std::string::npos);
        QCOMPARE(linesIn(place, "log.encode"), dies ? 2 : 1);
    }
}

namespace {

Study batchStudy(const std::string& how, int assets) {
    return Study("study")
        .node("noise", "test.noise", {{"count", assets}})
        .node("tool", "image.command",
              {{"mode", "batch"},
               {"lines", "tabs"},
               {"batch", 20},
               {"encoder", "./tool " + how + " {list}"},
               {"decoder", "./decoder well {list}"}})
        .wire("noise.image", "tool.image")
        .measure("mse", "test.mse", "noise.image", "tool.image")
        .sweep("tool", "quality", {10, 20});
}

}  // namespace

void ExternalTest::batchesAreOneCall() {
    const Place place;
    writeProgram(place, "tool", programText("batch.sh"));
    writeProgram(place, "decoder", programText("batch.sh"));
    place.write("study.ratescope", batchStudy("well", 10).text());
    const Outcome outcome = runAllowed(place, 1);
    VERIFY_CODE(outcome, 0);
    COMPARE_JSON(outcome.json()["items"]["done"], 20);
    // Items of both qualities share a list: the quality stands in its lines.
    QCOMPARE(place.read("log.tool"), QByteArray("20\n"));
    QCOMPARE(place.read("log.decoder"), QByteArray("20\n"));
    for (const Row& row : rowsOf(exported(place, "study.rslib", "items"))) {
        QVERIFY(row["encode_seconds"].toDouble() > 0);
        QCOMPARE(row["bytes"], QString::number(13 + 16 * 12));
    }
    // An asset more is one item more: keys know nothing of batches.
    place.write("study.ratescope", batchStudy("well", 11).text());
    COMPARE_JSON(runAllowed(place, 1).json()["ranItems"], 2);
    QCOMPARE(place.read("log.tool"), QByteArray("20\n2\n"));
    // Rows are those of single calls.
    const Place single;
    writeProgram(single, "tool", programText("batch.sh"));
    writeProgram(single, "decoder", programText("batch.sh"));
    Study alone = batchStudy("well", 11);
    for (json& node : alone.document["nodes"])
        if (node["slug"] == "tool") node["parameters"]["batch"] = 1;
    single.write("study.ratescope", alone.text());
    VERIFY_CODE(runAllowed(single, 2), 0);
    QCOMPARE(linesIn(single, "log.tool"), 22);
    const auto points = [](const Place& of) {
        QSet<QString> rows;
        for (const Row& row : rowsOf(exported(of, "study.rslib", "points")))
            rows << row["asset"] + row["swept"] + row["metric"] + row["value"] + " " + row["bits"];
        return rows;
    };
    QCOMPARE(points(place), points(single));
}

void ExternalTest::aBadItemOfABatchFailsAlone() {
    const Place place;
    writeProgram(place, "tool", programText("batch.sh"));
    writeProgram(place, "decoder", programText("batch.sh"));
    place.write("study.ratescope", batchStudy("fail", 5).text());
    const Outcome outcome = runAllowed(place, 1);
    VERIFY_CODE(outcome, 9);
    COMPARE_JSON(outcome.json()["items"]["done"], 8);
    COMPARE_JSON(outcome.json()["items"]["failed"], 2);
    const json report = outcome.json();
    for (const json& failure : report["failures"]) {
        COMPARE_JSON(failure["asset"], "2");
        QVERIFY2(failure["what"].get<std::string>().find("ended with status 3. It said: cannot do ") !=
                     std::string::npos,
                 failure.dump().c_str());
    }
    QCOMPARE(linesIn(place, "log.tool"), 11);
}

void ExternalTest::bundlesBringTheirPrograms() {
    const Place place;
    writeProgram(place, "tools/tool", programText("copier.sh"));
    place.write("table.txt", "a table");
    place.write(
        "study.ratescope",
        commandStudy("well", 2, {{"encoder", "tools/tool well {input} {bitstream} --table=table.txt"}})
            .text());
    VERIFY_CODE(runAllowed(place), 0);
    VERIFY_CODE(place.cli({"export", "bundle", "--library", "study.rslib", "-o", "bundle"}), 0);
    QDir(place.path("tools")).removeRecursively();
    QFile::remove(place.path("table.txt"));
    const json document = json::parse(place.read("bundle/study.ratescope").toStdString());
    COMPARE_JSON(document["nodes"][1]["parameters"]["encoder"],
                 "assets/file-1/tool well {input} {bitstream} --table=assets/file-2/table.txt");
    COMPARE_JSON(document["nodes"][1]["parameters"]["decoder"], "cp {bitstream} {output}");
    QVERIFY(place.read("bundle/assets.csv").contains("cp,"));
    // Where they lie is another approval.
    VERIFY_CODE(place.cli({"reproduce", "bundle"}), 10);
    const Outcome again = place.cli({"reproduce", "bundle", "--allow-commands", "--json"});
    VERIFY_CODE(again, 0);
    VERIFY_FITS(again.json(), "reproduce");
}

void ExternalTest::nothingOutlivesAKilledRun() {
    const Place place;
    writeProgram(place, "tool", programText("sleeper.sh"));
    place.write("study.ratescope", commandStudy("well", 1).text());
    const auto process = place.start({"run", "study.ratescope", "--allow-commands", "--jobs", "1"});
    QVERIFY(waitFor([&] { return linesIn(place, "log") == 2; }, 20'000));
    const QList<QByteArray> pids = place.read("log").trimmed().split('\n');
    for (const QByteArray& pid : pids)
        QVERIFY(isRunning(pid.toLongLong()));
    const QList<qint64> workers = childrenOf(process->processId());
    QVERIFY(!workers.isEmpty());
    process->kill();
    process->waitForFinished();
    for (const QByteArray& pid : pids)
        QVERIFY(waitFor([&] { return !isRunning(pid.toLongLong()); }, 5000));
}

QTEST_GUILESS_MAIN(ExternalTest)
#include "external_test.moc"
