// kill -9 of workers, of the supervisor and of both, at random moments of a study of 200 items: after the next run
// all is as if nothing had happened, and what was finished has not run again. And in the middle of one long task, the
// quantisation of a model of thirty layers: it goes on behind the layers that were finished.

#include "tests/e2e/check.h"
#include "tests/e2e/document.h"
#include "tests/e2e/files.h"
#include "tests/e2e/program.h"
#include "tests/e2e/rows.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QtTest>
#include <csignal>
#include <random>

using namespace e2e;

namespace {

constexpr int assets = 20, offsets = 10;

/// 200 items of some milliseconds, whose streams are too large for the database file, and whose values are kept.
Study slowStudy() {
    Study study("study");
    study.set("keep_reconstructions", true);
    nlohmann::json amounts = nlohmann::json::array();
    for (int amount = 0; amount < offsets; ++amount)
        amounts.push_back(amount);
    study.node("noise", "test.noise", {{"count", assets}, {"size", 400}})
        .node("offset", "test.offset")
        .node("sleep", "test.sleep", {{"milliseconds", 6}})
        .node("layers", "test.layers", {{"layers", 4}})
        .wire("noise.image", "offset.image")
        .wire("offset.image", "sleep.image")
        .wire("sleep.image", "layers.image")
        .measure("mse", "test.mse", "noise.image", "layers.image")
        .sweep("offset", "offset", amounts);
    return study;
}

enum class Victim { Worker, Supervisor, Both };

/// The items that are committed as done, with the time when they ended. None in a library whose making was cut short.
QList<QStringList> finished(const QString& library) {
    if (query(library, "SELECT 1 FROM sqlite_schema WHERE name = 'item'").isEmpty()) return {};
    return query(library, "SELECT id, ended FROM item WHERE state = 2 ORDER BY id");
}

/// Kept values that are not whole; each is a PGM of 400 × 300.
QStringList shortFiles(const QString& library) {
    constexpr qint64 whole = 15 + 400 * 300;
    QStringList found;
    for (const QFileInfo& file :
         QDir(library + ".files/reconstructions").entryInfoList(QDir::Files | QDir::NoDotAndDotDot))
        if (file.size() != whole) found << file.fileName();
    return found;
}

/// Waits until about this part of the items is there, at whatever pace: the machine may have other work. Then a little
/// longer, so that a kill hits anything between two commits; before 0.1 the start of the run.
void waitForPart(const QString& library, double moment) {
    const auto wanted = static_cast<int>((moment - 0.1) * assets * offsets);
    QVERIFY(waitFor(
        [&] {
            return wanted <= 0 ||
                   QDir(library + ".files/reconstructions").entryList(QDir::Files).size() >= wanted;
        },
        120'000));
    QTest::qWait(static_cast<int>(10'000 * moment) % (wanted > 0 ? 100 : 1000));
}

constexpr int layers = 30;

/// Each takes GPTQ a few hundredths of a second.
QByteArray thirtyLayers() {
    constexpr int rows = 512, columns = 768;
    nlohmann::json header;
    std::vector<float> values;
    for (int layer = 0; layer < layers; ++layer) {
        const std::size_t begin = sizeof(float) * values.size();
        for (int i = 0; i < rows * columns; ++i)
            values.push_back(static_cast<float>((i * 37 + layer * 11) % 1009 - 500) / 500.0F);
        header["layer." + std::to_string(layer)] = {{"dtype", "F32"},
                                                    {"shape", {rows, columns}},
                                                    {"data_offsets", {begin, sizeof(float) * values.size()}}};
    }
    const auto size = static_cast<qsizetype>(sizeof(float) * values.size());
    return safetensors(header, QByteArray(reinterpret_cast<const char*>(values.data()), size));
}

Study quantisation() {
    Study study("quantisation");
    study.node("model", "source.tensors", {{"files", "model.safetensors"}})
        .node("gptq", "weights.gptq")
        .wire("model.tensors", "gptq.tensors")
        .measure("error", "measure.tensor-error", "model.tensors", "gptq.tensors");
    return study;
}

int finishedLayers(const QString& library) {
    int count = 0;
    QDirIterator files(library + ".files/checkpoints", {"tensors-*"}, QDir::Files,
                       QDirIterator::Subdirectories);
    for (; files.hasNext(); files.next())
        ++count;
    return count;
}

/// How many layers a running program says it has taken up; 0 where it says nothing yet.
int takenUpLayers(const QString& temporary) {
    static const QRegularExpression said("Took up (\\d+) of 30 tensors that an earlier run had finished");
    QDirIterator files(temporary, {"worker-*.log"}, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        QFile file(files.next());
        if (!file.open(QFile::ReadOnly)) continue;
        const auto match = said.match(file.readAll());
        if (match.hasMatch()) return match.captured(1).toInt();
    }
    return 0;
}

QList<QStringList> streams(const QString& library) {
    return query(library, "SELECT hash, bytes FROM artefact ORDER BY hash");
}

}  // namespace

class KillTest : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase();
    void goesOnAsIfNothingHadHappened_data();
    void goesOnAsIfNothingHadHappened();
    void checkpointsAreTakenUp();
    void quantisedLayersAreTakenUp_data();
    void quantisedLayersAreTakenUp();
    void cleanupTestCase();

  private:
    QByteArray undisturbed_;
    int rounds_ = 0, kills_ = 0;
};

void KillTest::initTestCase() {
    const Place place;
    const QString document = place.write("study.ratescope", slowStudy().text());
    const Outcome outcome = place.cli({"run", document, "--library", "study.rslib", "--jobs", "2"});
    VERIFY_CODE(outcome, 0);
    undisturbed_ = lastingRows(place, "study.rslib");
    QCOMPARE(finished(place.path("study.rslib")).size(), qsizetype{assets * offsets});
}

void KillTest::goesOnAsIfNothingHadHappened_data() {
    QTest::addColumn<int>("victim");
    QTest::addColumn<double>("moment");
    bool given = false;
    const int asked = qEnvironmentVariableIntValue("RATESCOPE_KILLS", &given);
    std::mt19937_64 random(20261123);
    std::uniform_real_distribution<double> part(0.02, 0.95);
    static constexpr const char* names[] = {"worker", "supervisor", "both"};
    for (int round = 0; round < (given ? asked : 6); ++round) {
        const double moment = part(random);
        QTest::addRow("%d: %s at %.2f", round, names[round % 3], moment) << round % 3 << moment;
    }
}

void KillTest::goesOnAsIfNothingHadHappened() {
    QFETCH(int, victim);
    QFETCH(double, moment);
    const Place place;
    const QString document = place.write("study.ratescope", slowStudy().text());
    const QStringList run = {"run", document, "--library", "study.rslib", "--jobs", "2"};
    const QString library = place.path("study.rslib");
    {
        const auto process = place.start(run);
        waitForPart(library, moment);
        const qint64 supervisor = process->processId();
        const QList<qint64> workers = childrenOf(supervisor);
        bool killed = false;
        if (static_cast<Victim>(victim) != Victim::Supervisor && !workers.isEmpty())
            killed = sendSignal(workers[static_cast<qsizetype>(1000 * moment) % workers.size()], SIGKILL);
        if (static_cast<Victim>(victim) != Victim::Worker) killed = sendSignal(supervisor, SIGKILL) || killed;
        kills_ += killed ? 1 : 0;
        ++rounds_;
        QVERIFY(process->state() == QProcess::NotRunning || process->waitForFinished(60'000));
        QVERIFY(waitFor(
            [&] {
                return std::none_of(workers.begin(), workers.end(), [](qint64 w) { return isRunning(w); });
            },
            5000));
    }
    QCOMPARE(shortFiles(library), QStringList());
    const QList<QStringList> before = QFile::exists(library) ? finished(library) : QList<QStringList>();

    const Outcome again = place.cli(run);
    VERIFY_CODE(again, 0);
    const QList<QStringList> after = finished(library);
    QCOMPARE(after.size(), qsizetype{assets * offsets});
    for (const QStringList& item : before)
        QVERIFY2(after.contains(item), qPrintable("item " + item[0] + " ran again"));
    QCOMPARE(dishonesty(library), QByteArray());
    QCOMPARE(QDir(library + ".files/reconstructions").entryList(QDir::Files).size(),
             qsizetype{assets * offsets});
    QCOMPARE(shortFiles(library), QStringList());
    const QByteArray rows = lastingRows(place, "study.rslib");
    QVERIFY2(rows == undisturbed_, "the rows differ from the undisturbed run's");
}

void KillTest::checkpointsAreTakenUp() {
    const Place place;
    const QString record = place.path("record");
    Study study("study");
    study.node("noise", "test.noise", {{"count", 1}})
        .node("count", "test.checkpoint",
              {{"steps", 100}, {"every", 10}, {"milliseconds", 20}, {"record", record.toStdString()}})
        .node("layers", "test.layers")
        .wire("noise.image", "count.image")
        .wire("count.image", "layers.image")
        .measure("mse", "test.mse", "noise.image", "layers.image");
    const QStringList run = {"run", place.write("study.ratescope", study.text()), "--library", "study.rslib"};
    {
        const auto process = place.start(run);
        QTest::qWait(1300);
        QVERIFY(sendSignal(process->processId(), SIGKILL));
        QVERIFY(process->waitForFinished(10'000));
    }
    const Outcome again = place.cli(run);
    VERIFY_CODE(again, 0);
    const QList<QByteArray> lines = place.read("record").trimmed().split('\n');
    // Begun, killed, begun again, ended.
    QVERIFY2(lines.size() == 3, place.read("record").constData());
    const int from = lines[1].split(' ').last().toInt();
    QVERIFY2(from >= 10 && from < 100 && from % 10 == 0, place.read("record").constData());
    QVERIFY(again.seconds < 2.0);
}

void KillTest::quantisedLayersAreTakenUp_data() {
    QTest::addColumn<int>("victim");
    QTest::addRow("worker") << static_cast<int>(Victim::Worker);
    QTest::addRow("supervisor") << static_cast<int>(Victim::Supervisor);
    QTest::addRow("both") << static_cast<int>(Victim::Both);
}

void KillTest::quantisedLayersAreTakenUp() {
    QFETCH(int, victim);
    Place place;
    const QString temporary = place.path("tmp");
    QVERIFY(QDir().mkpath(temporary));
    place.environment.insert("TMPDIR", temporary);
    place.write("model.safetensors", thirtyLayers());
    const QString document = place.write("study.ratescope", quantisation().text());
    VERIFY_CODE(place.cli({"run", document, "--library", "undisturbed.rslib", "--jobs", "1"}), 0);
    const QStringList run = {"run", document, "--library", "study.rslib", "--jobs", "1"};
    const QString library = place.path("study.rslib");
    int finished = 0, takenUp = 0;
    const auto watch = [&](QProcess& process) {
        return waitFor(
            [&] {
                takenUp = std::max(takenUp, takenUpLayers(temporary));
                return takenUp > 0 || process.state() == QProcess::NotRunning;
            },
            60'000);
    };
    {
        const auto process = place.start(run);
        QVERIFY(waitFor([&] { return finishedLayers(library) >= 10; }, 60'000));
        const QList<qint64> workers = childrenOf(process->processId());
        QCOMPARE(workers.size(), qsizetype{1});
        if (static_cast<Victim>(victim) != Victim::Supervisor) QVERIFY(sendSignal(workers[0], SIGKILL));
        if (static_cast<Victim>(victim) != Victim::Worker) QVERIFY(sendSignal(process->processId(), SIGKILL));
        finished = finishedLayers(library);
        // A task whose worker died is called again by the supervisor itself.
        if (static_cast<Victim>(victim) == Victim::Worker) QVERIFY(watch(*process));
        QVERIFY(process->state() == QProcess::NotRunning || process->waitForFinished(60'000));
        QVERIFY(waitFor([&] { return !isRunning(workers[0]); }, 5000));
    }
    if (static_cast<Victim>(victim) != Victim::Worker) {
        QVERIFY(QDir(temporary).removeRecursively() && QDir().mkpath(temporary));
        const auto process = place.start(run);
        QVERIFY(watch(*process));
        QVERIFY(process->state() == QProcess::NotRunning || process->waitForFinished(60'000));
    }
    QVERIFY2(finished >= 10 && finished < layers && takenUp >= 10 && takenUp <= finished + 1,
             qPrintable(QString("%1 finished, %2 taken up").arg(finished).arg(takenUp)));
    QCOMPARE(streams(library), streams(place.path("undisturbed.rslib")));
    QCOMPARE(dishonesty(library), QByteArray());
    QCOMPARE(finishedLayers(library), 0);
}

/// A run may have ended while the test was held up; not most of them.
void KillTest::cleanupTestCase() {
    QVERIFY2(3 * kills_ >= 2 * rounds_,
             qPrintable(QString("only %1 of %2 were killed").arg(kills_).arg(rounds_)));
}

QTEST_GUILESS_MAIN(KillTest)
#include "kill_test.moc"
