// The supervisor: what it runs, shares and forgives.

#include "tests/core/run/supervisor_house.h"

using namespace fake_house;

class SupervisorTest : public QObject {
    Q_OBJECT

  private slots:
    void runsAStudy() {
        House house;
        const Submitted submitted = house.run(fake::study(3, {10, 20}), 1);
        QCOMPARE(submitted.plan.changes.itemsNew, std::int64_t{6});
        QCOMPARE(submitted.plan.measurements, std::int64_t{6});
        QVERIFY(!submitted.plan.estimate.seconds);
        QCOMPARE(house.items(State::Done), std::int64_t{6});
        QCOMPARE(house.measurements(State::Done), std::int64_t{6});
        QCOMPARE(house.ran("source"), 3);
        QCOMPARE(house.ran("prepare"), 3);
        QCOMPARE(house.ran("encode"), 6);
        QCOMPARE(house.ran("decode"), 6);
        QCOMPARE(house.ran("score"), 6);
        QCOMPARE(house.supervisor().ran(submitted.study).items, std::int64_t{6});
        const store::ItemsPage page =
            store::itemsPage(house.library(), submitted.study, {}, store::ItemOrder::Planned, false, {}, 1);
        QCOMPARE(*page.rows.front().encodeSeconds, 0.25);
        QCOMPARE(*page.rows.front().bits, std::uint64_t{512});
        QVERIFY(*page.rows.front().started <= *page.rows.front().ended);
        const auto environment = store::environmentOf(house.library(), page.rows.front().id);
        QVERIFY(environment && !environment->host.empty() && environment->documentHash.size() == 64);
    }

    void jobsMakeNoDifference() {
        House one, two;
        const Document document = fake::study(4, {10, 20, 30});
        const Submitted first = one.run(document, 1);
        const Submitted second = two.run(document, 2);
        QCOMPARE(one.rows(first.study), two.rows(second.study));
        for (const char* kind : {"source", "prepare", "encode", "decode", "score"})
            QCOMPARE(one.ran(kind), two.ran(kind));
    }

    void sharedTasksRunOnceWithTwoJobs() {
        House house;
        house.run(fake::study(1, {1, 2, 3, 4, 5, 6, 7, 8}), 2);
        QCOMPARE(house.items(State::Done), std::int64_t{8});
        QCOMPARE(house.ran("source"), 1);
        QCOMPARE(house.ran("prepare"), 1);
    }

    void aSecondRunRunsNothing() {
        House house;
        const Document document = fake::study(2, {10, 20});
        house.run(document, 1);
        house.forgetRecord();
        house.restart(1);
        const Submitted again = house.run(document, 1);
        QCOMPARE(house.ran(""), 0);
        QCOMPARE(again.plan.changes.itemsReused, std::int64_t{4});
        QCOMPARE(again.plan.changes.itemsNew, std::int64_t{0});
        QVERIFY(again.plan.estimate.seconds && *again.plan.estimate.seconds == 0);
    }

    void anAddedMeasureRunsNoItem() {
        House house;
        Document document = fake::study(2, {10, 20});
        house.run(document, 1);
        house.forgetRecord();
        document.nodes.push_back(fake::node("second", "measure", {{"behaviour", text("none")}}));
        document.wires.push_back(fake::wire("source.value", "second.reference"));
        document.wires.push_back(fake::wire("codec.value", "second.candidate"));
        house.restart(1);
        const Submitted submitted = house.run(document, 1);
        QCOMPARE(house.supervisor().ran(submitted.study).items, std::int64_t{0});
        QCOMPARE(house.supervisor().ran(submitted.study).measurements, std::int64_t{4});
        QCOMPARE(house.ran("encode"), 0);
        QCOMPARE(house.ran("score measure"), 0);
        QCOMPARE(house.ran("score second"), 4);
        QCOMPARE(house.measurements(State::Done), std::int64_t{8});
    }

    void extractSweepsEncodeOnce_data() {
        QTest::addColumn<int>("jobs");
        QTest::newRow("one job") << 1;
        QTest::newRow("two jobs") << 2;
    }
    void extractSweepsEncodeOnce() {
        QFETCH(int, jobs);
        Document document = fake::study(1, {});
        document.nodes[1] = fake::node("codec", "layers");
        document.sweeps = {fake::sweep("codec.layers", {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}})};
        House house;
        house.run(document, jobs);
        QCOMPARE(house.items(State::Done), std::int64_t{3});
        QCOMPARE(house.ran("encode"), 1);
        QCOMPARE(house.ran("extract"), 3);
        // A later sweep of it neither: the stream is kept.
        document.sweeps = {fake::sweep("codec.layers", {std::int64_t{3}, std::int64_t{4}})};
        house.forgetRecord();
        house.restart(jobs);
        house.run(document, jobs);
        QCOMPARE(house.ran("encode"), 0);
        QCOMPARE(house.ran("extract"), 1);
    }

    void badWorkersFailTheirOwnItemOnly_data() {
        QTest::addColumn<QString>("behaviour");
        QTest::addColumn<int>("attempts");
        QTest::addColumn<QString>("reason");
        QTest::newRow("crash") << "crash" << 2
                               << "codec: the worker was killed by signal 11 (segmentation fault)";
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
        QVERIFY2(timer.elapsed() < 1000, qPrintable(QString("%1 ms").arg(timer.elapsed())));
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
};

QTEST_GUILESS_MAIN(SupervisorTest)
#include "supervisor_test.moc"
