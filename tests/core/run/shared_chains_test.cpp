// Items that share a chain because their node takes several tasks in one call.

#include "tests/core/error_check.h"
#include "tests/core/run/test_house.h"

#include <QScopeGuard>

using namespace ratescope;
using namespace ratescope::run;
using fake::text;
using graph::Document;
using store::State;
using House = fake::TestHouse;

namespace {

/// One codec node, good and bad in turn on two assets.
Document oneBadRow(const std::string& behaviour) {
    Document document = fake::study(2, {});
    document.sweeps = {fake::sweep("codec.behaviour", {std::string("none"), behaviour})};
    document.stallSeconds = 1;
    return document;
}

}  // namespace

class SharedChainsTest : public QObject {
    Q_OBJECT

  private slots:
    void init() { qputenv("RATESCOPE_FAKE_BATCH", "4"); }
    void cleanup() { qunsetenv("RATESCOPE_FAKE_BATCH"); }

    void itemsShareChains_data() {
        QTest::addColumn<int>("jobs");
        QTest::addColumn<int>("batch");
        QTest::addColumn<int>("chains");
        QTest::newRow("four at a time") << 1 << 4 << 2;
        QTest::newRow("all") << 1 << 100 << 1;
        QTest::newRow("no worker gets more than its share") << 2 << 100 << 2;
        QTest::newRow("alone") << 1 << 1 << 8;
    }
    void itemsShareChains() {
        QFETCH(int, jobs);
        QFETCH(int, batch);
        QFETCH(int, chains);
        const Document document = fake::study(4, {10, 20});
        qputenv("RATESCOPE_FAKE_BATCH", QByteArray::number(batch));
        House house;
        const Submitted shared = house.run(document, jobs);
        QCOMPARE(house.items(State::Done), std::int64_t{8});
        QCOMPARE(house.ran("chain"), chains);
        QCOMPARE(house.ran("encode"), 8);
        QCOMPARE(house.supervisor().ran(shared.study).items, std::int64_t{8});
        QCOMPARE(house.supervisor().ran(shared.study).measurements, std::int64_t{8});
        qunsetenv("RATESCOPE_FAKE_BATCH");
        House other;
        QCOMPARE(house.rows(shared.study), other.rows(other.run(document, 1).study));
    }

    void aBadItemFailsAlone_data() {
        QTest::addColumn<QString>("behaviour");
        QTest::addColumn<QString>("reason");
        QTest::newRow("crash") << "crash"
                               << "codec: the worker was killed by signal 11 (segmentation fault)";
        QTest::newRow("hang") << "hang"
                              << "no sign of life for 1 s";
        QTest::newRow("failure") << "fail"
                                 << "codec: It failed.";
    }
    void aBadItemFailsAlone() {
        QFETCH(QString, behaviour);
        QFETCH(QString, reason);
        House house;
        house.run(oneBadRow(behaviour.toStdString()), 2);
        QCOMPARE(house.items(State::Done), std::int64_t{2});
        QCOMPARE(house.items(State::Failed), std::int64_t{2});
        QCOMPARE(house.measurements(State::Done), std::int64_t{2});
        QVERIFY2(house.failure().contains(reason), qPrintable(house.failure()));
    }

    void aBadSourceFailsItsOwnItems() {
        House house;
        Document document = fake::study(2, {1, 2});
        document.nodes[0].parameters["behaviour"] = text("crash");
        house.run(document, 1);
        QCOMPARE(house.items(State::Failed), std::int64_t{4});
        QVERIFY2(house.failure(3).startsWith("source: the worker was killed"), qPrintable(house.failure(3)));
    }

    void cancellingOneLeavesTheOthers() {
        House house;
        Document document = fake::study(3, {1});
        document.nodes[1].parameters["behaviour"] = text("slow");
        Supervisor& supervisor = house.start(1);
        const Submitted submitted = supervisor.submit(document, house.folder(), {});
        QVERIFY(house.until([&] { return house.ran("encode") == 1; }));
        const auto page =
            store::itemsPage(house.library(), submitted.study, {}, store::ItemOrder::Planned, false, {}, 10);
        const std::vector<store::ItemId> last{page.rows.back().id};
        QCOMPARE(supervisor.cancel(last), std::int64_t{1});
        house.finish();
        QCOMPARE(house.items(State::Cancelled), std::int64_t{1});
        QCOMPARE(house.items(State::Done), std::int64_t{2});
    }

    void cancellingAllStopsTheChain() {
        House house;
        Document document = fake::study(3, {1, 2});
        document.nodes[1].parameters["behaviour"] = text("slow");
        Supervisor& supervisor = house.start(1);
        const Submitted submitted = supervisor.submit(document, house.folder(), {});
        QVERIFY(house.until([&] { return house.ran("encode") == 1; }));
        supervisor.cancel(submitted.study);
        house.finish();
        QCOMPARE(house.items(State::Cancelled), std::int64_t{6});
        QCOMPARE(house.ran("encode"), 1);
    }
};

QTEST_GUILESS_MAIN(SharedChainsTest)
#include "shared_chains_test.moc"
