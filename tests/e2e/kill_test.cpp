// Kill -9 of workers, of the supervisor and of both at random moments: nothing that is finished runs again, the library is
// honest after opening, and the rows are in the end those of an undisturbed run.

#include "tests/e2e/check.h"
#include "tests/e2e/document.h"
#include "tests/e2e/rows.h"

#include <QDir>
#include <QElapsedTimer>
#include <algorithm>
#include <csignal>
#include <random>

using namespace e2e;
using nlohmann::json;

class KillTest : public QObject {
    Q_OBJECT

  private slots:
    void nothingFinishedIsLost();
    void checkpointsAreGoneOnFrom();
};

namespace {

constexpr int defaultRounds = 6;
constexpr unsigned seed = 20260;

/// 200 items: 100 of small streams (in the database) behind a short wait, and 100 of large ones (files) of which half
/// are behind a count with checkpoints.
Study studyOf200() {
    Study study("study");
    study.node("noise", "test.noise", {{"count", 25}})
        .node("sleep", "test.sleep", {{"milliseconds", 4}})
        .node("layers", "test.layers")
        .wire("noise.image", "sleep.image")
        .wire("sleep.image", "layers.image")
        .measure("mse", "test.mse", "noise.image", "layers.image")
        .sweep("layers", "layers", {1, 2, 4, 8});
    study.node("large", "test.noise", {{"count", 25}, {"size", 320}})
        .node("checkpoint", "test.checkpoint", {{"steps", 12}, {"every", 4}})
        .node("counted", "test.crash")
        .node("offset", "test.offset")
        .node("plain", "test.crash")
        .wire("large.image", "checkpoint.image")
        .wire("checkpoint.image", "counted.image")
        .wire("large.image", "offset.image")
        .wire("offset.image", "plain.image")
        .measure("counted-mse", "test.mse", "large.image", "counted.image")
        .measure("plain-mse", "test.mse", "large.image", "plain.image")
        .sweep("checkpoint", "steps", {8, 12})
        .sweep("offset", "offset", {3, 30});
    return study;
}

/// What a finished item must keep: when it was made.
QMap<QString, QString> finished(const Place& place) {
    QMap<QString, QString> items;
    for (const Row& row : rowsOf(exported(place, "study.rslib", "items")))
        if (row["state"] == "done") items[row["item"]] = row["started"] + " " + row["ended"];
    return items;
}

void killAll(const QList<qint64>& processes) {
    for (const qint64 process : processes)
        ::kill(static_cast<pid_t>(process), SIGKILL);
}

enum class Victim { Worker, Supervisor, Both };

/// Starts a run and kills after so many milliseconds; true if it came to its end nevertheless.
bool disturbedRun(const Place& place, Victim victim, int milliseconds, std::mt19937& generator) {
    const auto process = place.start({"run", "study.ratescope", "--jobs", "2", "--json"});
    QElapsedTimer timer;
    timer.start();
    process->waitForFinished(milliseconds);
    if (process->state() == QProcess::Running) {
        const qint64 supervisor = process->processId();
        QList<qint64> workers = childrenOf(supervisor);
        if (victim == Victim::Worker && !workers.isEmpty())
            killAll({workers[static_cast<qsizetype>(generator() % static_cast<unsigned>(workers.size()))]});
        if (victim == Victim::Both) killAll(workers);
        if (victim != Victim::Worker) killAll({supervisor});
        process->waitForFinished(60'000);
        // Workers end by themselves when the supervisor is gone.
        const bool gone = waitFor(
            [&] { return std::none_of(workers.begin(), workers.end(), [](qint64 worker) { return isRunning(worker); }); },
            5000);
        if (!gone) throw std::runtime_error("a worker outlives its supervisor");
    }
    if (process->exitStatus() == QProcess::CrashExit) return false;
    if (process->exitCode() != 0)
        throw std::runtime_error("run: " + process->readAllStandardError().toStdString());
    return true;
}

}  // namespace

void KillTest::nothingFinishedIsLost() {
    const Place undisturbed;
    undisturbed.write("study.ratescope", studyOf200().text());
    QElapsedTimer timer;
    timer.start();
    const Outcome whole = undisturbed.cli({"run", "study.ratescope", "--jobs", "2", "--json"});
    VERIFY_CODE(whole, 0);
    COMPARE_JSON(whole.json()["ranItems"], 200);
    const int duration = static_cast<int>(timer.elapsed());
    const QByteArray wanted = lastingRows(undisturbed, "study.rslib");

    bool numbered = false;
    const int given = qEnvironmentVariableIntValue("RATESCOPE_KILLS", &numbered);
    const int rounds = numbered ? given : defaultRounds;
    std::mt19937 generator(seed);
    std::uniform_int_distribution<int> moment(0, std::max(200, duration * 2 / 3));
    std::unique_ptr<Place> place;
    int interrupted = 0;
    for (int round = 0; round < rounds; ++round) {
        if (!place) {
            place = std::make_unique<Place>();
            place->write("study.ratescope", studyOf200().text());
        }
        const auto victim = static_cast<Victim>(round % 3);
        const int milliseconds = moment(generator);
        const QByteArray at = "round " + QByteArray::number(round) + ", victim " +
                              QByteArray::number(round % 3) + ", after " + QByteArray::number(milliseconds) + " ms";
        qDebug("%s", at.constData());
        const QMap<QString, QString> before =
            place->has("study.rslib") ? finished(*place) : QMap<QString, QString>();
        bool ended = disturbedRun(*place, victim, milliseconds, generator);
        if (!ended && !place->has("study.rslib")) continue;
        // Opening for writing is what makes a library honest again.
        if (!ended) {
            ++interrupted;
            VERIFY_CODE(place->cli({"annotate", "--library", "study.rslib", "--tag", "seen"}), 0);
        }
        const QByteArray faults = dishonesty(place->path("study.rslib"));
        QVERIFY2(faults.isEmpty(), (at + ": " + faults).constData());
        QMap<QString, QString> after = finished(*place);
        for (auto item = before.begin(); item != before.end(); ++item)
            QVERIFY2(after.value(item.key()) == item.value(), (at + ": item " + item.key().toUtf8()).constData());

        const bool last = round + 1 == rounds;
        if (!ended && last) {
            const Outcome rest = place->cli({"run", "study.ratescope", "--jobs", "2", "--json"});
            VERIFY_CODE(rest, 0);
            COMPARE_JSON(rest.json()["ranItems"], 200 - after.size());
            const QMap<QString, QString> all = finished(*place);
            for (auto item = after.begin(); item != after.end(); ++item)
                QVERIFY2(all.value(item.key()) == item.value(), (at + ": item " + item.key().toUtf8()).constData());
            ended = true;
        }
        if (!ended) continue;
        QVERIFY2(lastingRows(*place, "study.rslib") == wanted, at.constData());
        QVERIFY2(dishonesty(place->path("study.rslib")).isEmpty(), at.constData());
        place.reset();
    }
    QVERIFY(rounds < 3 || interrupted > 0);
}

void KillTest::checkpointsAreGoneOnFrom() {
    Study study("study");
    study.node("noise", "test.noise", {{"count", 1}})
        .node("checkpoint", "test.checkpoint", {{"steps", 60}, {"every", 5}, {"milliseconds", 10}})
        .node("layers", "test.layers", {{"layers", 8}})
        .wire("noise.image", "checkpoint.image")
        .wire("checkpoint.image", "layers.image")
        .measure("mse", "test.mse", "noise.image", "layers.image");
    const Place undisturbed;
    undisturbed.write("study.ratescope", study.text());
    VERIFY_CODE(undisturbed.cli({"run", "study.ratescope"}), 0);

    const Place place;
    study.document["nodes"][1]["parameters"]["record"] = place.path("record").toStdString();
    place.write("study.ratescope", study.text());
    for (int kills = 0; kills < 2; ++kills) {
        const auto process = place.start({"run", "study.ratescope", "--jobs", "1"});
        QVERIFY(waitFor(
            [&] { return place.has("record") && place.read("record").count('\n') == kills + 1; }, 10'000));
        QTest::qWait(200);
        killAll(childrenOf(process->processId()) << process->processId());
        process->waitForFinished();
    }
    VERIFY_CODE(place.cli({"run", "study.ratescope", "--jobs", "1"}), 0);
    const QList<QByteArray> lines = place.read("record").trimmed().split('\n');
    QCOMPARE(lines.size(), 4);
    QCOMPARE(lines[0], QByteArray("begins at step 0"));
    int step = 0;
    for (int begin = 1; begin <= 2; ++begin) {
        const int from = lines[begin].mid(static_cast<int>(qstrlen("begins at step "))).toInt();
        QVERIFY2(from > step && from < 60, lines[begin].constData());
        step = from;
    }
    QCOMPARE(lines[3], QByteArray("ends"));
    // The record's name does not enter the key, and where a count was taken up does not show.
    const auto scores = [](const Place& of) {
        QStringList values;
        for (const Row& row : rowsOf(exported(of, "study.rslib", "points")))
            values << row["metric"] + " " + row["value"] + " " + row["bits"];
        return values;
    };
    QCOMPARE(scores(place), scores(undisturbed));
    QVERIFY(QDir(place.path("study.rslib.files/checkpoints")).isEmpty());
}

QTEST_GUILESS_MAIN(KillTest)
#include "kill_test.moc"
