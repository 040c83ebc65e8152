// `serve`: every request of docs/protocol.md, and clients that misbehave.

#include "core/buffer/value_file.h"
#include "tests/e2e/check.h"
#include "tests/e2e/document.h"
#include "tests/e2e/files.h"
#include "tests/e2e/rows.h"
#include "tests/e2e/server.h"
#include "tests/patience.h"

#include <QElapsedTimer>
#include <cmath>
#include <set>

using namespace e2e;
using nlohmann::json;

class SocketTest : public QObject {
    Q_OBJECT

  private slots:
    void submitsAndReports();
    void plansAndRefuses();
    void pausesAndResumes();
    void aPauseEndsWithItsStudy();
    void cancelsWithinASecond();
    void cancelsSingleItems();
    void retriesWhatFailed();
    void givesValues();
    void newestValuesComeFirst();
    void keepsHouse();
    void garbageClosesItsConnectionOnly_data();
    void garbageClosesItsConnectionOnly();
    void clientsMayVanish();
    void commandsHandTheirWorkOver();
    void shutsDown_data();
    void shutsDown();
};

namespace {

/// 2 × `count` items, each of which waits.
Study sleepyStudy(const std::string& name, int count, int milliseconds, bool deaf = false) {
    return Study(name)
        .node("noise", "test.noise", {{"count", count}})
        .node("sleep", "test.sleep", {{"milliseconds", milliseconds}, {"deaf", deaf}})
        .node("layers", "test.layers")
        .wire("noise.image", "sleep.image")
        .wire("sleep.image", "layers.image")
        .measure("mse", "test.mse", "noise.image", "layers.image");
}

json submission(const Place& place, const Study& study) {
    return {{"document", study.document}, {"directory", place.path("").toStdString()}};
}

bool isIdle(Talker& talker) {
    const json items = talker.ask("status")["items"];
    return items["running"] == 0 && items["pending"] == 0;
}

/// The item of that asset and swept value.
std::int64_t itemOf(const Place& place, const QString& library, const QString& asset, const QString& swept) {
    for (const Row& row : rowsOf(exported(place, library, "items")))
        if (row["asset"] == asset && row["swept"].contains(swept)) return row["item"].toLongLong();
    throw std::runtime_error("no item of " + asset.toStdString());
}

QByteArray samplesIn(const json& value) {
    const ratescope::ValueParts parts = ratescope::mapValueFile(value.at("file").get<std::string>());
    const auto bytes = parts.arrays.at(0).array.bytes();
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

}  // namespace

void SocketTest::submitsAndReports() {
    const Place place;
    Server server(place, "study.rslib");
    Talker talker(place, "study.rslib");
    const json hello = talker.ask("hello");
    COMPARE_JSON(hello["protocol"], 1);
    QCOMPARE(hello["pid"].get<qint64>(), server.process().processId());
    QCOMPARE(QString::fromStdString(hello["library"].get<std::string>()), place.path("study.rslib"));
    COMPARE_JSON(talker.ask("status")["items"]["done"], 0);

    talker.ask("subscribe");
    const json submitted = talker.ask("submit", submission(place, layersStudy("study", 3, 4)));
    COMPARE_JSON(submitted["study"], "study");
    VERIFY_FITS(submitted["plan"], "plan");
    COMPARE_JSON(submitted["plan"]["items"]["new"], 12);
    std::set<std::int64_t> done;
    json idle;
    while (idle.is_null()) {
        const json event = talker.event("item", [](const json&) { return true; });
        if (event["state"] == "done") done.insert(event["item"].get<std::int64_t>());
        if (done.size() == 12) idle = talker.event("idle");
    }
    COMPARE_JSON(idle["study"], "study");
    COMPARE_JSON(idle["items"]["done"], 12);
    COMPARE_JSON(idle["measurements"]["done"], 12);
    const json status = talker.ask("status", {{"study", "study"}});
    VERIFY_FITS(status, "status");
    COMPARE_JSON(status["items"]["done"], 12);
    // A second library reader beside the writer.
    QCOMPARE(rowsOf(exported(place, "study.rslib", "points")).size(), 24);
}

void SocketTest::plansAndRefuses() {
    const Place place;
    Server server(place, "study.rslib");
    Talker talker(place, "study.rslib");
    const json plan = talker.ask("plan", submission(place, layersStudy("study", 2, 3)));
    VERIFY_FITS(plan, "plan");
    COMPARE_JSON(plan["items"]["new"], 6);
    COMPARE_JSON(talker.ask("status")["items"]["pending"], 0);

    json seeded = submission(place, layersStudy("study", 2, 3));
    seeded["options"] = {{"seeds", {0, 1, 2}}};
    COMPARE_JSON(talker.ask("plan", seeded)["items"]["new"], 18);

    Study wrong = layersStudy("study", 2, 3);
    wrong.node("odd", "test.nothing");
    const json refusal = talker.askInVain("submit", submission(place, wrong));
    COMPARE_JSON(refusal["kind"], "document");
    QVERIFY(refusal["what"].get<std::string>().find("test.nothing") != std::string::npos);
    QVERIFY(!refusal["remedy"].get<std::string>().empty());
    COMPARE_JSON(talker.askInVain("submit")["kind"], "usage");
    COMPARE_JSON(talker.askInVain("cancel", {{"study", "nothing"}})["kind"], "usage");
    COMPARE_JSON(talker.askInVain("retry", {{"study", "nothing"}})["kind"], "usage");
    COMPARE_JSON(talker.askInVain("delete", {{"study", "nothing"}})["kind"], "usage");
    COMPARE_JSON(talker.askInVain("value", {{"item", 99}, {"port", "candidate"}})["kind"], "usage");
    talker.socket.write("{\"v\":1,\"id\":77,\"request\":\"dance\"}\n");
    COMPARE_JSON(talker.answerTo(77)["error"]["kind"], "usage");
    talker.socket.write("{\"v\":1,\"id\":78,\"request\":\"submit\",\"document\":3,\"directory\":[]}\n");
    COMPARE_JSON(talker.answerTo(78)["ok"], false);
    talker.ask("hello");
}

void SocketTest::pausesAndResumes() {
    const Place place;
    Server server(place, "study.rslib");
    Talker talker(place, "study.rslib");
    talker.ask("subscribe");
    talker.ask("submit", submission(place, sleepyStudy("study", 40, 40)));
    talker.event("item", [](const json& event) { return event["state"] == "done"; });
    talker.ask("pause");
    QVERIFY(waitFor([&] { return talker.ask("status")["items"]["running"] == 0; }, 5000));
    const json paused = talker.ask("status")["items"];
    QVERIFY(paused["pending"].get<int>() > 0);
    // Who comes later or asked for nothing of the kind is told, too.
    Talker other(place, "study.rslib");
    COMPARE_JSON(other.ask("hello")["paused"], true);
    other.ask("subscribe");
    other.event("progress", [](const json& event) { return event["paused"] == true; });
    QTest::qWait(400);
    COMPARE_JSON(talker.ask("status")["items"], paused);
    talker.ask("resume");
    other.event("progress", [](const json& event) { return event["paused"] == false; });
    talker.event("idle");
    COMPARE_JSON(talker.ask("hello")["paused"], false);
    COMPARE_JSON(talker.ask("status")["items"]["done"], 40);
}

void SocketTest::aPauseEndsWithItsStudy() {
    const Place place;
    Server server(place, "study.rslib");
    Talker talker(place, "study.rslib");
    talker.ask("subscribe");
    talker.ask("submit", submission(place, sleepyStudy("first", 30, 40)));
    talker.ask("pause");
    talker.ask("cancel", {{"study", "first"}});
    talker.event("idle");
    COMPARE_JSON(talker.ask("hello")["paused"], false);
    // Nor does a pause with work left hold what is asked for after it.
    talker.ask("submit", submission(place, sleepyStudy("second", 30, 40)));
    talker.ask("pause");
    COMPARE_JSON(talker.ask("hello")["paused"], true);
    talker.ask("submit", submission(place, sleepyStudy("third", 2, 10)));
    COMPARE_JSON(talker.ask("hello")["paused"], false);
    QVERIFY(waitFor(
        [&] {
            return talker.ask("status", {{"study", "third"}})["items"]["done"] == 2;
        },
        30'000));
    // Where another study waits in the pause, it stays.
    talker.ask("submit", submission(place, sleepyStudy("fourth", 200, 40)));
    talker.ask("submit", submission(place, sleepyStudy("fifth", 200, 40)));
    talker.ask("pause");
    talker.ask("cancel", {{"study", "fourth"}});
    COMPARE_JSON(talker.ask("hello")["paused"], true);
}

void SocketTest::cancelsWithinASecond() {
    const Place place;
    Server server(place, "study.rslib");
    Talker talker(place, "study.rslib");
    talker.ask("submit", submission(place, sleepyStudy("study", 6, 60'000, true)));
    QVERIFY(waitFor([&] { return talker.ask("status")["items"]["running"].get<int>() > 0; }, 10'000));
    QTest::qWait(300);
    QElapsedTimer timer;
    timer.start();
    COMPARE_JSON(talker.ask("cancel", {{"study", "study"}})["items"], 6);
    QVERIFY(waitFor([&] { return talker.ask("status")["items"]["cancelled"] == 6; }, 5000));
    QVERIFY2(timer.elapsed() < 1000 * ratescope::test::patience,
             QByteArray::number(timer.elapsed()).constData());
    // The deaf workers are gone too, and what was cancelled can be taken up again.
    QVERIFY(waitFor([&] { return childrenOf(server.process().processId()).isEmpty(); }, 2000));
    Study quick = sleepyStudy("study", 6, 1);
    talker.ask("subscribe");
    talker.ask("submit", submission(place, quick));
    talker.event("idle");
    COMPARE_JSON(talker.ask("status")["items"]["done"], 6);
}

void SocketTest::cancelsSingleItems() {
    const Place place;
    Server server(place, "study.rslib", 1);
    Talker talker(place, "study.rslib");
    talker.ask("subscribe");
    talker.ask("submit", submission(place, sleepyStudy("study", 6, 150)));
    const std::int64_t last = itemOf(place, "study.rslib", "5", "");
    COMPARE_JSON(talker.ask("cancel", {{"items", {last}}})["items"], 1);
    talker.event("idle");
    const json items = talker.ask("status")["items"];
    COMPARE_JSON(items["cancelled"], 1);
    COMPARE_JSON(items["done"], 5);
    COMPARE_JSON(talker.ask("resume", {{"study", "study"}})["items"], 1);
    talker.event("idle");
    COMPARE_JSON(talker.ask("status")["items"]["done"], 6);
}

void SocketTest::retriesWhatFailed() {
    const Place place;
    Server server(place, "study.rslib");
    Talker talker(place, "study.rslib");
    Study study("study");
    study.node("noise", "test.noise", {{"count", 4}})
        .node("crash", "test.crash",
              {{"how", "error"}, {"only", 2}, {"record", place.path("once").toStdString()}})
        .wire("noise.image", "crash.image")
        .measure("mse", "test.mse", "noise.image", "crash.image");
    talker.ask("subscribe");
    talker.ask("submit", submission(place, study));
    const json idle = talker.event("idle");
    COMPARE_JSON(idle["items"]["failed"], 1);
    COMPARE_JSON(idle["items"]["done"], 3);
    const json failures = talker.ask("status", {{"study", "study"}})["failures"];
    QCOMPARE(failures.size(), std::size_t{1});
    COMPARE_JSON(failures[0]["asset"], "2");
    COMPARE_JSON(talker.ask("retry", {{"study", "study"},
                                      {"items", {itemOf(place, "study.rslib", "0", "")}}})["items"],
                 0);
    COMPARE_JSON(talker.ask("retry", {{"study", "study"}})["items"], 1);
    talker.event("idle", [](const json& event) { return event["items"]["done"] == 4; });
    QVERIFY(talker.ask("status")["failures"].empty());
}

void SocketTest::givesValues() {
    const Place place;
    place.write("picture.ppm", picture(48, 36));
    Study study("study");
    study.node("files", "source.images", {{"files", "picture.ppm"}})
        .node("jpeg", "image.jpeg")
        .wire("files.image", "jpeg.image")
        .measure("psnr", "measure.psnr", "files.image", "jpeg.image")
        .sweep("jpeg", "quality", {30, 80});
    Server server(place, "study.rslib");
    Talker talker(place, "study.rslib");
    talker.ask("subscribe");
    talker.ask("submit", submission(place, study));
    talker.event("idle");
    const std::int64_t item = itemOf(place, "study.rslib", "picture.ppm", "30");

    QCOMPARE(samplesIn(talker.ask("value", {{"item", item}, {"port", "reference"}})),
             samplesOf(place.read("picture.ppm")));
    const json candidate = talker.ask("value", {{"item", item}, {"port", "candidate"}});
    VERIFY_CODE(
        place.cli({"encode", "--node", "image.jpeg", "--set", "quality=30", "picture.ppm", "q30.jpg"}), 0);
    VERIFY_CODE(place.cli({"decode", "q30.jpg", "q30.ppm"}), 0);
    const QByteArray decoded = samplesOf(place.read("q30.ppm"));
    QCOMPARE(samplesIn(candidate), decoded);

    QByteArray cut;
    for (int y = 5; y < 15; ++y)
        cut += decoded.mid((y * 48 + 7) * 3, 20 * 3);
    QCOMPARE(
        samplesIn(talker.ask("value", {{"item", item}, {"port", "candidate"}, {"region", {7, 5, 20, 10}}})),
        cut);
    COMPARE_JSON(talker.askInVain(
                     "value", {{"item", item}, {"port", "candidate"}, {"region", {100, 5, 20, 10}}})["kind"],
                 "usage");

    const json map = talker.ask("value", {{"item", item}, {"port", "map:psnr-rgb"}});
    const ratescope::ValueParts parts = ratescope::mapValueFile(map["file"].get<std::string>());
    double sum = 0;
    for (const float squared : parts.arrays.at(0).array.as<float>())
        sum += static_cast<double>(squared);
    double psnr = 0;
    for (const Row& row : rowsOf(exported(place, "study.rslib", "points")))
        if (row["item"].toLongLong() == item && row["metric"] == "psnr-rgb") psnr = row["value"].toDouble();
    QVERIFY2(std::abs(-10 * std::log10(sum / (48 * 36)) - psnr) < 1e-3, QByteArray::number(psnr).constData());

    COMPARE_JSON(talker.askInVain("value", {{"item", item}, {"port", "map:ssim"}})["kind"], "usage");
    COMPARE_JSON(talker.askInVain("value", {{"item", item}, {"port", "sideways"}})["kind"], "usage");
}

void SocketTest::newestValuesComeFirst() {
    const Place place;
    Server server(place, "study.rslib");
    Talker talker(place, "study.rslib");
    Study study("study");
    study.node("noise", "test.noise", {{"count", 4}})
        .node("layers", "test.layers", {{"layers", 8}})
        .node("sleep", "test.sleep", {{"milliseconds", 700}})
        .wire("noise.image", "layers.image")
        .wire("layers.image", "sleep.image")
        .set("candidates", {"sleep.image"});
    talker.ask("subscribe");
    talker.ask("submit", submission(place, study));
    talker.event("idle");
    const auto want = [&](const char* asset) {
        return talker.send("value",
                           {{"item", itemOf(place, "study.rslib", asset, "")}, {"port", "candidate"}});
    };
    const int first = want("0");
    QTest::qWait(200);
    const int second = want("1"), third = want("2"), fourth = want("3");
    talker.ask("forget", {{"target", second}});
    COMPARE_JSON(talker.answerTo(second)["error"]["kind"], "cancelled");
    QVERIFY(talker.answerTo(fourth)["ok"].get<bool>());
    QVERIFY(!talker.isAnswered(third));
    QVERIFY(talker.answerTo(first)["ok"].get<bool>());
    // One that is being made is given up too.
    QTest::qWait(200);
    talker.ask("forget", {{"target", third}});
    COMPARE_JSON(talker.answerTo(third)["error"]["kind"], "cancelled");
}

void SocketTest::keepsHouse() {
    const Place place;
    Server server(place, "study.rslib");
    Talker talker(place, "study.rslib");
    talker.ask("subscribe");
    talker.ask("submit", submission(place, layersStudy("study", 2, 4)));
    talker.event("idle");
    talker.ask("annotate", {{"study", "study"}, {"notes", "seen"}, {"addTags", {"a", "b"}}});
    talker.ask("annotate", {{"study", "study"}, {"removeTags", {"a"}}});
    const std::int64_t item = itemOf(place, "study.rslib", "1", "2");
    talker.ask("annotate", {{"item", item}, {"notes", "odd one"}});
    QCOMPARE(query(place.path("study.rslib"), "SELECT notes, (SELECT group_concat(tag) FROM tag) FROM study"),
             (QList<QStringList>{{"seen", "b"}}));
    int noted = 0;
    for (const Row& row : rowsOf(exported(place, "study.rslib", "items")))
        noted += row["notes"] == "odd one" && row["item"].toLongLong() == item;
    QCOMPARE(noted, 1);

    const json curve = {
        {"title", "Own"},
        {"source", "own.csv"},
        {"citation", "A. Author, 2020"},
        {"dataset", "noise"},
        {"rate", "bpp"},
        {"metric", {{"id", "test-psnr"}, {"title", "PSNR"}, {"unit", "dB"}, {"better", "higher"}}},
        {"pooling", "mean"},
        {"points", {{1.0, 20.0}, {2.0, 30.0}}}};
    QVERIFY(talker.ask("import", {{"curve", curve}})["curve"].is_number_integer());
    COMPARE_JSON(talker.askInVain("import", {{"curve", {{"title", "x"}}}})["kind"], "usage");
    const Outcome curves = place.cli({"curves", "--library", "study.rslib", "--y", "test-psnr"});
    VERIFY_CODE(curves, 0);
    QVERIFY2(curves.output.contains("imported"), curves.said().constData());

    talker.ask("submit", submission(place, layersStudy("study", 2, 2)));
    talker.event("idle");
    QVERIFY(talker.ask("gc", {{"orphaned", true}})["freed"].is_number_integer());
    QCOMPARE(query(place.path("study.rslib"), "SELECT count(*) FROM item"), (QList<QStringList>{{"4"}}));
    talker.ask("delete", {{"study", "study"}});
    QCOMPARE(query(place.path("study.rslib"), "SELECT count(*) FROM study"), (QList<QStringList>{{"0"}}));
    talker.ask("submit", submission(place, layersStudy("study", 1, 1)));
    const json idle = talker.event("idle");
    QVERIFY2(idle["items"]["done"] == 1, talker.ask("status")["failures"].dump(1).c_str());
}

void SocketTest::garbageClosesItsConnectionOnly_data() {
    QTest::addColumn<QByteArray>("line");
    QTest::newRow("no JSON") << QByteArray("hello there\n");
    QTest::newRow("no object") << QByteArray("[1,2,3]\n");
    QTest::newRow("other version") << QByteArray("{\"v\":2,\"id\":1,\"request\":\"hello\"}\n");
    QTest::newRow("no id") << QByteArray("{\"v\":1,\"request\":\"hello\"}\n");
    QTest::newRow("id is no number") << QByteArray("{\"v\":1,\"id\":\"one\",\"request\":\"hello\"}\n");
    QTest::newRow("bytes") << QByteArray("\0\xff\xfe{\n", 5);
    QTest::newRow("deep") << QByteArray(200'000, '[') + "\n";
    QTest::newRow("endless") << QByteArray(65 << 20, 'x');
}

void SocketTest::garbageClosesItsConnectionOnly() {
    QFETCH(QByteArray, line);
    const Place place;
    Server server(place, "study.rslib");
    Talker good(place, "study.rslib");
    QLocalSocket bad;
    bad.connectToServer(socketOf(place, "study.rslib"));
    QVERIFY(bad.waitForConnected(5000));
    bad.write(line);
    QVERIFY(waitFor([&] { return bad.state() == QLocalSocket::UnconnectedState; }, 10'000));
    good.ask("hello");
    QCOMPARE(server.process().state(), QProcess::Running);
}

void SocketTest::clientsMayVanish() {
    const Place place;
    Server server(place, "study.rslib");
    {
        Talker talker(place, "study.rslib");
        talker.ask("subscribe");
        talker.ask("submit", submission(place, sleepyStudy("study", 10, 30)));
        talker.event("item");
        talker.send("value", {{"item", itemOf(place, "study.rslib", "0", "")}, {"port", "candidate"}});
        talker.socket.write("{\"v\":1,\"id\":9,\"requ");
        talker.socket.flush();
        talker.socket.abort();
    }
    Talker talker(place, "study.rslib");
    QVERIFY(waitFor([&] { return isIdle(talker); }, 20'000));
    COMPARE_JSON(talker.ask("status")["items"]["done"], 10);
}

void SocketTest::commandsHandTheirWorkOver() {
    const Place place;
    Server server(place, "study.rslib");
    const QString document = place.write("study.ratescope", layersStudy("study", 2, 4).text());
    const Outcome run = place.cli({"run", document, "--json"});
    VERIFY_CODE(run, 0);
    VERIFY_FITS(run.json(), "run");
    COMPARE_JSON(run.json()["ranItems"], 8);
    COMPARE_JSON(run.json()["items"]["done"], 8);
    const Outcome again = place.cli({"run", document, "--json"});
    VERIFY_CODE(again, 0);
    COMPARE_JSON(again.json()["ranItems"], 0);
    COMPARE_JSON(again.json()["reusedItems"], 8);

    // A second writer is told who holds the library.
    const Outcome second = place.cli({"serve", "--library", "study.rslib"});
    VERIFY_CODE(second, 5);
    VERIFY_SAYS(second, QByteArray::number(server.process().processId()));

    const QStringList library = {"--library", "study.rslib"};
    VERIFY_CODE(place.cli(QStringList{"pause"} + library), 0);
    VERIFY_CODE(place.cli(QStringList{"resume"} + library), 0);
    VERIFY_CODE(place.cli(QStringList{"cancel"} + library), 0);
    VERIFY_CODE(place.cli(QStringList{"retry"} + library), 0);
    VERIFY_CODE(place.cli(QStringList{"annotate", "--tag", "x"} + library), 0);
    place.write("own.csv", "rate,quality\n1,20\n2,30\n");
    VERIFY_CODE(place.cli(QStringList{"import", "own.csv", "--metric", "test-psnr"} + library), 0);
    VERIFY_CODE(place.cli(QStringList{"gc"} + library), 0);
    VERIFY_CODE(place.cli(QStringList{"status"} + library), 0);
    VERIFY_CODE(place.cli(QStringList{"delete"} + library), 0);
    QCOMPARE(server.process().state(), QProcess::Running);
    QCOMPARE(
        query(place.path("study.rslib"), "SELECT (SELECT count(*) FROM study), count(*) FROM imported_curve"),
        (QList<QStringList>{{"0", "1"}}));
}

void SocketTest::shutsDown_data() {
    QTest::addColumn<bool>("now");
    QTest::newRow("now") << true;
    QTest::newRow("after what runs") << false;
}

void SocketTest::shutsDown() {
    QFETCH(bool, now);
    const Place place;
    Server server(place, "study.rslib");
    Talker talker(place, "study.rslib");
    talker.ask("subscribe");
    talker.ask("submit", submission(place, sleepyStudy("study", 20, 300)));
    talker.event("progress", [](const json& event) { return !event["running"].empty(); });
    const qint64 id = server.process().processId();
    const QList<qint64> workers = childrenOf(id);
    QVERIFY(!workers.isEmpty());
    talker.ask("shutdown", {{"now", now}});
    talker.event("ended");
    QCOMPARE(server.waitForEnd(), 0);
    QVERIFY(!QFileInfo::exists(socketOf(place, "study.rslib")));
    for (const qint64 worker : workers)
        QVERIFY(!isRunning(worker));
    const Outcome status = place.cli({"status", "--library", "study.rslib", "--json"});
    VERIFY_CODE(status, 0);
    const json items = status.json()["items"];
    COMPARE_JSON(items["running"], 0);
    if (!now) COMPARE_JSON(items["interrupted"], 0);
    QVERIFY(items["done"].get<int>() < 20);
    QVERIFY2(dishonesty(place.path("study.rslib")).isEmpty(),
             dishonesty(place.path("study.rslib")).constData());
}

QTEST_GUILESS_MAIN(SocketTest)
#include "socket_test.moc"
