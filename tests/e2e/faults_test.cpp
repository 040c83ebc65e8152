// Workers that go wrong in every way fail their own item, with a reason; all others finish.

#include "tests/e2e/check.h"
#include "tests/e2e/document.h"
#include "tests/e2e/rows.h"

using namespace e2e;
using nlohmann::json;

class FaultsTest : public QObject {
    Q_OBJECT

  private slots:
    void aFaultFailsItsOwnItem_data();
    void aFaultFailsItsOwnItem();
    void aDeadWorkersTaskIsTriedOnceMore_data();
    void aDeadWorkersTaskIsTriedOnceMore();
    void refusedItemsWaitForRetry();
    void aFailedMeasureLeavesItsItemDone();
    void printingDisturbsNothing();
    void anInterruptKeepsWhatIsFinished();
};

namespace {

/// Six assets; the codec goes wrong for the asset "2".
Study faultyStudy(const Place& place, const char* how, bool onlyOnce = false) {
    json parameters = {{"how", how}, {"only", 2}};
    if (onlyOnce) parameters["record"] = place.path("once").toStdString();
    return Study("study")
        .node("noise", "test.noise", {{"count", 6}})
        .node("crash", "test.crash", parameters)
        .wire("noise.image", "crash.image")
        .measure("mse", "test.mse", "noise.image", "crash.image")
        .set("stall_seconds", how == std::string("hang") ? 2 : 30);  // a sanitizer runs out of memory slowly
}

}  // namespace

void FaultsTest::aFaultFailsItsOwnItem_data() {
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("segfault") << QByteArray("signal 11");
    QTest::newRow("abort") << QByteArray("signal 6");
    QTest::newRow("exit") << QByteArray("ended");
    QTest::newRow("memory") << QByteArray("memory");
    QTest::newRow("hang") << QByteArray("2 s");
    QTest::newRow("garbage") << QByteArray("message");
    QTest::newRow("error") << QByteArray("not to its taste");
    QTest::newRow("exception") << QByteArray("an exception of the standard library");
    QTest::newRow("number") << QByteArray("");
    QTest::newRow("ledger") << QByteArray("15");
}

void FaultsTest::aFaultFailsItsOwnItem() {
    QFETCH(QByteArray, says);
    const Place place;
    place.write("study.ratescope", faultyStudy(place, QTest::currentDataTag()).text());
    const Outcome outcome = place.cli({"run", "study.ratescope", "--jobs", "2", "--json"});
    VERIFY_CODE(outcome, 9);
    const json result = outcome.json();
    VERIFY_FITS(result, "run");
    COMPARE_JSON(result["items"]["done"], 5);
    COMPARE_JSON(result["items"]["failed"], 1);
    COMPARE_JSON(result["measurements"]["done"], 5);
    const json failure = result["failures"][0];
    COMPARE_JSON(failure["asset"], "2");
    const QByteArray what = QByteArray::fromStdString(failure["what"].get<std::string>());
    QVERIFY2(what.contains("crash") && what.contains(says), what.constData());
    QVERIFY2(!failure["remedy"].get<std::string>().empty(), failure.dump().c_str());
    const QByteArray tag = QTest::currentDataTag();
    if (tag != "error" && tag != "exception" && tag != "number" && tag != "ledger" && tag != "memory")
        QVERIFY2(failure["log"].get<std::string>().find("goes wrong: ") != std::string::npos,
                 failure.dump(1).c_str());
    const Outcome text = place.cli({"status", "--library", "study.rslib"});
    VERIFY_CODE(text, 0);
    QVERIFY2(text.output.contains(what), text.said().constData());
    // It stays failed until somebody asks for it again.
    const Outcome again = place.cli({"run", "study.ratescope", "--json"});
    VERIFY_CODE(again, 9);
    COMPARE_JSON(again.json()["ranItems"], 0);
}

void FaultsTest::aDeadWorkersTaskIsTriedOnceMore_data() {
    QTest::addColumn<QString>("how");
    for (const char* how : {"segfault", "exit", "hang", "garbage"})
        QTest::newRow(how) << how;
}

void FaultsTest::aDeadWorkersTaskIsTriedOnceMore() {
    QFETCH(QString, how);
    const Place place;
    place.write("study.ratescope", faultyStudy(place, qPrintable(how), true).text());
    const Outcome outcome = place.cli({"run", "study.ratescope", "--jobs", "2", "--json"});
    VERIFY_CODE(outcome, 0);
    COMPARE_JSON(outcome.json()["items"]["done"], 6);
    QCOMPARE(place.read("once"), QByteArray("went wrong\n"));
}

void FaultsTest::refusedItemsWaitForRetry() {
    const Place place;
    place.write("study.ratescope", faultyStudy(place, "error", true).text());
    VERIFY_CODE(place.cli({"run", "study.ratescope", "--jobs", "2"}), 9);
    QCOMPARE(place.read("once"), QByteArray("went wrong\n"));
    const Outcome retried = place.cli({"retry", "--library", "study.rslib"});
    VERIFY_CODE(retried, 0);
    QVERIFY2(retried.output.contains("6 of 6"), retried.said().constData());
    QVERIFY2(dishonesty(place.path("study.rslib")).isEmpty(),
             dishonesty(place.path("study.rslib")).constData());
}

void FaultsTest::aFailedMeasureLeavesItsItemDone() {
    const Place place;
    Study study("study");
    study.node("noise", "test.noise", {{"count", 2}, {"size", 16}})
        .node("other", "test.noise", {{"count", 2}, {"size", 20}})
        .node("layers", "test.layers")
        .wire("noise.image", "layers.image")
        .measure("same", "test.mse", "noise.image", "layers.image")
        .measure("unlike", "test.mse", "other.image", "layers.image");
    for (nlohmann::json& node : study.document["nodes"])
        if (node["slug"] == "unlike") node["pairing"] = "paired-by-name";
    place.write("study.ratescope", study.text());
    const Outcome outcome = place.cli({"run", "study.ratescope", "--json"});
    VERIFY_CODE(outcome, 9);
    const json result = outcome.json();
    COMPARE_JSON(result["items"]["done"], 2);
    COMPARE_JSON(result["measurements"]["done"], 2);
    COMPARE_JSON(result["measurements"]["failed"], 2);
    COMPARE_JSON(result["failures"][0]["node"], "unlike");
}

void FaultsTest::printingDisturbsNothing() {
    const Place place;
    place.write("study.ratescope", faultyStudy(place, "print").text());
    const Outcome outcome = place.cli({"run", "study.ratescope", "--json"});
    VERIFY_CODE(outcome, 0);
    COMPARE_JSON(outcome.json()["items"]["done"], 6);
}

void FaultsTest::anInterruptKeepsWhatIsFinished() {
    const Place place;
    Study study("study");
    study.node("noise", "test.noise", {{"count", 40}})
        .node("sleep", "test.sleep", {{"milliseconds", 50}})
        .node("layers", "test.layers")
        .wire("noise.image", "sleep.image")
        .wire("sleep.image", "layers.image")
        .set("candidates", {"layers.image"});
    place.write("study.ratescope", study.text());
    const auto process = place.start({"run", "study.ratescope", "--jobs", "2"});
    QTest::qWait(700);
    process->terminate();
    QVERIFY(process->waitForFinished(5000));
    QCOMPARE(process->exitStatus(), QProcess::NormalExit);
    QCOMPARE(process->exitCode(), 8);
    QVERIFY(process->readAllStandardOutput().isEmpty());
    QVERIFY(process->readAllStandardError().contains("run the same document again"));
    const json items = place.cli({"status", "--library", "study.rslib", "--json"}).json()["items"];
    COMPARE_JSON(items["running"], 0);
    const int done = items["done"].get<int>();
    QVERIFY(done > 0 && done < 40);
    const Outcome rest = place.cli({"run", "study.ratescope", "--jobs", "2", "--json"});
    VERIFY_CODE(rest, 0);
    COMPARE_JSON(rest.json()["ranItems"], 40 - done);
}

QTEST_GUILESS_MAIN(FaultsTest)
#include "faults_test.moc"
