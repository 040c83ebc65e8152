// The supervisor and workers that fail, are cancelled, or can't be had.

#include "core/run/one_off.h"
#include "core/run/worker_process.h"
#include "tests/core/error_check.h"
#include "tests/core/run/test_house.h"
#include "tests/patience.h"

#include <sys/mount.h>

#include <QScopeGuard>
#include <csignal>

using namespace ratescope;
using namespace ratescope::run;
using fake::fakeWorker;
using fake::text;
using graph::Document;
using graph::ParameterValue;
using store::State;
using House = fake::TestHouse;

namespace {

/// Fills the file system up.
void fill(const std::string& file) {
    std::ofstream stream(file, std::ios::binary);
    const std::string block(4096, 'x');
    while (stream.good())
        stream << block << std::flush;
}

/// Whether the call ends for want of room.
bool runsOutOfRoom(const std::function<void()>& call) {
    try {
        call();
    } catch (const Error& error) {
        qInfo("%s %s", error.what(), error.remedy().c_str());
        return error.kind() == ErrorKind::Resource;
    }
    return false;
}

/// One codec node on asset 0 behaves badly, the others as ever.
Document oneBadItem(const std::string& behaviour) {
    Document document = fake::study(2, {1, 2});
    document.sweeps.push_back(fake::sweep("codec.behaviour", {std::string("none"), behaviour}));
    document.sweeps.erase(document.sweeps.begin());
    document.stallSeconds = 1;
    return document;
}

}  // namespace

class SupervisorFailuresTest : public QObject {
    Q_OBJECT

  private slots:
    void badWorkersFailTheirOwnItemOnly_data() {
        QTest::addColumn<QString>("behaviour");
        QTest::addColumn<int>("attempts");
        QTest::addColumn<QString>("reason");
        QTest::newRow("crash") << "crash" << 2
                               << "codec: the worker was killed by signal 11 (segmentation fault)";
        QTest::newRow("cut file")
            << "bus-error" << 2
            << "codec: the worker was killed by signal 7 (bus error): a file that it was "
               "reading has become shorter";
        QTest::newRow("hang") << "hang" << 2 << "no sign of life for 1 s";
        QTest::newRow("garbage") << "garbage" << 2 << "no message";
        QTest::newRow("failure") << "fail" << 1 << "codec: It failed.";
        QTest::newRow("no memory") << "full" << 1 << "codec: No memory.";
    }

    void badWorkersFailTheirOwnItemOnly() {
        QFETCH(QString, behaviour);
        QFETCH(int, attempts);
        QFETCH(QString, reason);
        House house;
        const Document document = oneBadItem(behaviour.toStdString());
        house.run(document, 2);
        QCOMPARE(house.items(State::Done), std::int64_t{2});
        QCOMPARE(house.items(State::Failed), std::int64_t{2});
        QCOMPARE(house.measurements(State::Done), std::int64_t{2});
        QVERIFY2(house.failure().contains(reason), qPrintable(house.failure()));
        QVERIFY(!house.library().failures({}, 1).front().failure.remedy.empty());
        QCOMPARE(house.ran("encode"), 2 + 2 * attempts);
        if (behaviour == "crash")
            QVERIFY(house.library().failures({}, 1).front().failure.log.find("about to crash") !=
                    std::string::npos);
        // It stays failed until it is told to try again.
        house.forgetRecord();
        const Submitted again = house.run(document, 2);
        QCOMPARE(house.ran("encode"), 0);
        QCOMPARE(house.supervisor().retry(again.study), std::int64_t{2});
        house.finish();
        QCOMPARE(house.ran("encode"), 2 * attempts);
        QCOMPARE(house.items(State::Failed), std::int64_t{2});
    }

    void aWorkerThatDiesOnceIsForgiven() {
        House house;
        Document document = fake::study(1, {1, 2, 3});
        document.nodes[0].parameters["behaviour"] = text("abort-once");
        house.run(document, 2);
        QCOMPARE(house.items(State::Done), std::int64_t{3});
        QCOMPARE(house.ran("source"), 2);
    }

    void aBadSourceIsTriedOnceForAllItsItems() {
        House house;
        Document document = fake::study(1, {1, 2, 3, 4});
        document.nodes[0].parameters["behaviour"] = text("crash");
        house.run(document, 2);
        QCOMPARE(house.items(State::Failed), std::int64_t{4});
        QCOMPARE(house.ran("source"), 2);
        QVERIFY2(house.failure(3).startsWith("source: the worker was killed"), qPrintable(house.failure(3)));
    }

    void aFailedMeasurementLeavesItsItem_data() {
        QTest::addColumn<QString>("behaviour");
        QTest::newRow("fails") << "fail";
        QTest::newRow("crashes") << "crash";
    }

    void aFailedMeasurementLeavesItsItem() {
        QFETCH(QString, behaviour);
        House house;
        Document document = fake::study(2, {1});
        document.nodes.push_back(
            fake::node("bad", "measure", {{"behaviour", text(behaviour.toStdString())}}));
        document.wires.push_back(fake::wire("source.value", "bad.reference"));
        document.wires.push_back(fake::wire("codec.value", "bad.candidate"));
        house.run(document, 1);
        QCOMPARE(house.items(State::Done), std::int64_t{2});
        QCOMPARE(house.measurements(State::Done), std::int64_t{2});
        QCOMPARE(house.measurements(State::Failed), std::int64_t{2});
        QCOMPARE(house.library().failures({}, 1).front().node, std::string("bad"));
        QCOMPARE(house.ran("encode"), 2);
    }

    void cancelIsCompleteWithinASecond_data() {
        QTest::addColumn<QString>("behaviour");
        QTest::newRow("heeded") << "slow";
        QTest::newRow("ignored") << "deaf";
    }

    void cancelIsCompleteWithinASecond() {
        QFETCH(QString, behaviour);
        House house;
        Document document = fake::study(4, {1});
        document.nodes[1].parameters["behaviour"] = text(behaviour.toStdString());
        Supervisor& supervisor = house.start(2);
        const Submitted submitted = supervisor.submit(document, house.folder());
        QVERIFY(house.until([&] { return house.ran("encode") == 2; }));
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(supervisor.cancel(submitted.study), std::int64_t{4});
        QVERIFY(house.until([&] { return supervisor.idle(); }));
        QVERIFY2(timer.elapsed() < 1000 * ratescope::test::patience,
                 qPrintable(QString("%1 ms").arg(timer.elapsed())));
        QCOMPARE(house.items(State::Cancelled), std::int64_t{4});
        QCOMPARE(house.measurements(State::Cancelled), std::int64_t{4});
        // And it can be taken up again.
        house.forgetRecord();
        QCOMPARE(supervisor.resume(submitted.study), std::int64_t{4});
        house.finish();
        QCOMPARE(house.items(State::Done), std::int64_t{4});
        QCOMPARE(house.ran("encode"), 4);
    }

    void singleItemsAreCancelled() {
        House house;
        Document document = fake::study(3, {1});
        document.nodes[1].parameters["behaviour"] = text("slow");
        Supervisor& supervisor = house.start(1);
        const Submitted submitted = supervisor.submit(document, house.folder());
        const auto rows =
            store::itemsPage(house.library(), submitted.study, {}, store::ItemOrder::Planned, false, {}, 10)
                .rows;
        QVERIFY(house.until([&] { return house.ran("encode") == 1; }));
        const store::ItemId chosen[] = {rows[0].id, rows[2].id};
        QCOMPARE(supervisor.cancel(chosen), std::int64_t{2});
        house.finish();
        QCOMPARE(house.items(State::Cancelled), std::int64_t{2});
        QCOMPARE(house.items(State::Done), std::int64_t{1});
        // Submitting again asks for all that is missing.
        house.run(document, 1);
        QCOMPARE(house.items(State::Done), std::int64_t{3});
    }

    void pauseLetsRunningTasksFinish() {
        House house;
        Document document = fake::study(4, {1});
        document.nodes[1].parameters["behaviour"] = text("slow");
        Supervisor& supervisor = house.start(2);
        const Submitted submitted = supervisor.submit(document, house.folder());
        QVERIFY(house.until([&] { return house.ran("encode") == 2; }));
        supervisor.pause();
        QVERIFY(house.until([&] { return house.items(State::Done) == 2; }));
        for (int i = 0; i < 20; ++i)
            supervisor.step(10);
        QCOMPARE(house.ran("encode"), 2);
        QVERIFY(!supervisor.idle());
        supervisor.resume(submitted.study);
        house.finish();
        QCOMPARE(house.items(State::Done), std::int64_t{4});
    }

    void anEndedSupervisorLeavesHonestStates() {
        House house;
        Document document = fake::study(4, {1});
        document.nodes[1].parameters["behaviour"] = text("slow");
        Supervisor& supervisor = house.start(1);
        supervisor.submit(document, house.folder());
        QVERIFY(
            house.until([&] { return house.items(State::Done) == 1 && house.items(State::Running) == 1; }));
        supervisor.shutdown(true);
        QCOMPARE(house.items(State::Running), std::int64_t{0});
        QCOMPARE(house.items(State::Interrupted), std::int64_t{1});
        QCOMPARE(house.items(State::Pending), std::int64_t{2});
        house.forgetRecord();
        house.restart(1);
        house.run(document, 1);
        QCOMPARE(house.items(State::Done), std::int64_t{4});
        QCOMPARE(house.ran("encode"), 3);
    }

    void unusableWorkersPauseTheRun_data() {
        QTest::addColumn<QString>("program");
        QTest::addColumn<QString>("build");
        QTest::newRow("no such program") << "/nowhere/worker"
                                         << "";
        QTest::newRow("ends at once") << "/bin/true"
                                      << "";
        QTest::newRow("another build") << ""
                                       << "0000000000000000";
    }

    void unusableWorkersPauseTheRun() {
        QFETCH(QString, program);
        QFETCH(QString, build);
        House house;
        if (!build.isEmpty()) qputenv("RATESCOPE_FAKE_BUILD", build.toUtf8());
        graph::Catalogue catalogue = fake::catalogue();
        SupervisorOptions options;
        options.worker = program.isEmpty() ? fakeWorker() : std::filesystem::path(program.toStdString());
        Supervisor supervisor(house.library(), catalogue, options);
        supervisor.submit(fake::study(1, {1}), house.folder());
        VERIFY_ERROR(supervisor.runUntilIdle(), ErrorKind::Plugin, "worker");
        qunsetenv("RATESCOPE_FAKE_BUILD");
        QVERIFY(supervisor.paused() && supervisor.trouble());
        QCOMPARE(house.items(State::Failed), std::int64_t{0});
    }

    void oneOffChains() {
        Task task;
        task.kind = TaskKind::Encode;
        task.node = "codec";
        task.type = "fake.codec";
        task.key = sha256("one-off");
        Chain chain;
        chain.tasks = {task};
        chain.wanted = {task.key};
        const auto reports = runChain(chain, {fakeWorker(), {}, {}});
        QCOMPARE(reports.size(), std::size_t{1});
        QCOMPARE(reports.front().stream->bytes, std::uint64_t{64});
        chain.tasks[0].parameters["behaviour"] = std::string("fail");
        VERIFY_ERROR(runChain(chain, {fakeWorker(), {}, {}}), ErrorKind::Input, "codec: It failed.");
        chain.tasks[0].parameters["behaviour"] = std::string("crash");
        VERIFY_ERROR(runChain(chain, {fakeWorker(), {}, {}}), ErrorKind::Internal, "signal 11");
        chain.tasks[0].parameters["behaviour"] = std::string("deaf");
        QElapsedTimer timer;
        timer.start();
        VERIFY_ERROR(runChain(chain, {fakeWorker(), {}, {}}, [] { return true; }), ErrorKind::Cancelled, "");
        QVERIFY(timer.elapsed() < 1500 * ratescope::test::patience);
    }

    void processesEnd() {
        QTemporaryDir folder;
        const std::filesystem::path log = folder.filePath("log").toStdString();
        WorkerProcess seven({fakeWorker(), {"--exit", "7"}, log});
        QCOMPARE(seven.end(5000), std::string("ended with status 7"));
        WorkerProcess idle({fakeWorker(), {}, log});
        QCOMPARE(::getpgid(idle.pid()), idle.pid());
        QCOMPARE(idle.end(10), std::string("was killed by signal 9 (killed)"));
        QCOMPARE(::kill(idle.pid(), 0), -1);
        VERIFY_ERROR(WorkerProcess({"/nowhere/worker", {}, log}), ErrorKind::Plugin, "/nowhere/worker");
        std::ofstream(log) << "one\ntwo\nthree\n";
        WorkerProcess quiet({"/bin/true", {}, folder.filePath("other").toStdString()});
        QCOMPARE(quiet.lastLines(), std::string());
    }

    void aFullDiskPausesTheRun() {
        QTemporaryDir folder;
        const std::string mount = folder.path().toStdString();
        if (::mount("tmpfs", mount.c_str(), "tmpfs", 0, "size=16m") != 0)
            QSKIP("skipped: no right to mount a small file system");
        const auto unmount = qScopeGuard([&] { ::umount2(mount.c_str(), MNT_DETACH); });
        const graph::Catalogue catalogue = fake::catalogue();
        const Document document = fake::study(600, {1, 2});
        store::Library library(std::filesystem::path(mount) / "test.rslib", store::Access::Write);
        SupervisorOptions options;
        options.worker = fakeWorker();
        Supervisor supervisor(library, catalogue, options);
        supervisor.submit(document, mount);
        while (library.itemCounts()[State::Done] < 100)
            supervisor.step(10);
        const std::string ballast = mount + "/ballast";
        fill(ballast);
        QVERIFY(runsOutOfRoom([&] { supervisor.runUntilIdle(); }));
        QVERIFY(supervisor.paused() && supervisor.trouble() && !supervisor.idle());
        QCOMPARE(library.itemCounts()[State::Failed], std::int64_t{0});
        const std::int64_t kept = library.itemCounts()[State::Done];
        QVERIFY(kept >= 100 && kept < 1200);
        std::filesystem::remove(ballast);
        supervisor.resume();
        supervisor.runUntilIdle();
        QCOMPARE(library.itemCounts()[State::Done], std::int64_t{1200});
        QCOMPARE(library.measurementCounts()[State::Done], std::int64_t{1200});
        QCOMPARE(library.itemCounts()[State::Failed], std::int64_t{0});
    }
};

QTEST_GUILESS_MAIN(SupervisorFailuresTest)
#include "supervisor_failures_test.moc"
