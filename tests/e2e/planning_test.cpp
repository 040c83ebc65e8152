// While the files of a study are read, which takes minutes for large ones, everything else is answered.

#include "tests/e2e/check.h"
#include "tests/e2e/document.h"
#include "tests/e2e/files.h"
#include "tests/e2e/server.h"
#include "tests/patience.h"

#include <QElapsedTimer>
#include <QFile>
#include <csignal>

using namespace e2e;
using nlohmann::json;

class PlanningTest : public QObject {
    Q_OBJECT

  private slots:
    void requestsAreAnswered();
    void aRunCanBeInterrupted();
    void aRunCanBeCancelledFromOutside();
};

namespace {

// Of holes: no room on the disk, and minutes to hash.
constexpr qint64 largeBytes = qint64{1} << 38;

Study studyOf(const std::string& name, const std::string& files) {
    return Study(name)
        .node("photographs", "source.images", {{"files", files}})
        .node("jpeg", "image.jpeg")
        .wire("photographs.image", "jpeg.image")
        .set("candidates", nlohmann::json::array({"jpeg.image"}));
}

void writeFiles(const Place& place) {
    place.write("small.ppm", picture(20, 16));
    place.write("large/large.ppm", "P6");
    QFile::resize(place.path("large/large.ppm"), largeBytes);
}

json submission(const Place& place, const Study& study) {
    return {{"document", study.document}, {"directory", place.path("").toStdString()}};
}

}  // namespace

void PlanningTest::requestsAreAnswered() {
    const Place place;
    writeFiles(place);
    Server server(place, "study.rslib");
    Talker talker(place, "study.rslib"), other(place, "study.rslib");
    const int submitted = talker.send("submit", submission(place, studyOf("large", "large/*.ppm")));
    const int planned = talker.send("plan", submission(place, studyOf("large", "large/*.ppm")));
    QTest::qWait(200);
    QElapsedTimer timer;
    timer.start();
    COMPARE_JSON(other.ask("status")["items"]["pending"], 0);
    other.ask("pause");
    other.ask("resume");
    // Also by the connection that waits.
    talker.ask("hello");
    QVERIFY(!talker.isAnswered(submitted) && !talker.isAnswered(planned));
    QVERIFY(other.askInVain("cancel", {{"study", "unknown"}})["what"].is_string());
    COMPARE_JSON(other.ask("cancel", {{"study", "large"}})["items"], 0);
    COMPARE_JSON(talker.answerTo(submitted)["error"]["kind"], "cancelled");
    COMPARE_JSON(talker.answerTo(planned)["error"]["kind"], "cancelled");
    QVERIFY2(timer.elapsed() < 1000 * ratescope::test::patience,
             QByteArray::number(timer.elapsed()).constData());
    // Small ones are planned and run as ever, whoever has left meanwhile.
    {
        Talker leaving(place, "study.rslib");
        leaving.send("submit", submission(place, studyOf("small", "small.ppm")));
        leaving.ask("hello");
    }
    QVERIFY(waitFor([&] { return other.ask("status")["items"]["done"] == 1; }, 10'000));
    COMPARE_JSON(other.ask("plan", submission(place, studyOf("small", "small.ppm")))["items"]["reused"], 1);
}

void PlanningTest::aRunCanBeInterrupted() {
    const Place place;
    writeFiles(place);
    const QString document = place.write("study.ratescope", studyOf("large", "large/*.ppm").text());
    const auto process = place.start({"run", document});
    QVERIFY(waitFor([&] { return QFile::exists(socketOf(place, "study.rslib")); }, 10'000));
    QTest::qWait(200);
    QElapsedTimer timer;
    timer.start();
    QVERIFY(sendSignal(process->processId(), SIGINT));
    QVERIFY(process->waitForFinished(10'000));
    QVERIFY2(timer.elapsed() < 1000 * ratescope::test::patience,
             QByteArray::number(timer.elapsed()).constData());
    QCOMPARE(process->exitCode(), 8);
}

void PlanningTest::aRunCanBeCancelledFromOutside() {
    const Place place;
    writeFiles(place);
    const QString document = place.write("study.ratescope", studyOf("large", "large/*.ppm").text());
    const auto process = place.start({"run", document});
    QVERIFY(waitFor([&] { return QFile::exists(socketOf(place, "study.rslib")); }, 10'000));
    QTest::qWait(200);
    QElapsedTimer timer;
    timer.start();
    VERIFY_CODE(place.cli({"cancel", "--library", "study.rslib", "--study", "large"}), 0);
    QVERIFY(process->waitForFinished(10'000));
    QVERIFY2(timer.elapsed() < 1000 * ratescope::test::patience,
             QByteArray::number(timer.elapsed()).constData());
    QCOMPARE(process->exitCode(), 8);
}

QTEST_GUILESS_MAIN(PlanningTest)
#include "planning_test.moc"
