#include "core/run/schedule.h"

#include "core/graph/validate.h"
#include "tests/core/run/fake_study.h"

#include <QtTest>
#include <algorithm>

using namespace ratescope;
using namespace ratescope::run;

namespace {

/// A planned study and a schedule that has a unit for each of its items.
struct Fixture {
    explicit Fixture(const graph::Document& document, int jobs, std::uint64_t memory = 1ull << 40)
        : plan(planOf(document)), schedule(jobs, memory, [this](const Hash& task) {
              const auto known = streams.find(task);
              return known == streams.end() ? StreamState::None : known->second;
          }) {}

    static StudyPlan planOf(const graph::Document& document) {
        const graph::Catalogue catalogue = fake::catalogue();
        graph::requireValid(document, catalogue);
        return makePlan(document, catalogue, listAssets(document, catalogue, {"/", {}}, sha256OfFile));
    }

    void addAll(const Demand& demand = {}) {
        for (std::size_t i = 0; i < plan.items.size(); ++i)
            add(i, demand);
    }
    void add(std::size_t item, const Demand& demand = {}, bool alone = false) {
        std::vector<Hash> wanted{plan.items[item].key};
        wanted.insert(wanted.end(), plan.itemTasks[item].scores.begin(), plan.itemTasks[item].scores.end());
        schedule.add({item + 1, &plan.tasks, wanted, {}, plan.items[item].asset, demand, alone});
    }

    /// The task of this kind in what was handed out.
    Hash task(const Dispatch& dispatch, TaskKind kind) const {
        for (const Hash& key : dispatch.tasks)
            if (plan.tasks.at(key).kind == kind) return key;
        return {};
    }
    /// As if the worker had done all of it; streams are committed at once.
    void finish(std::size_t worker, const Dispatch& dispatch) {
        for (const Hash& key : dispatch.tasks) {
            if (makesStream(plan.tasks.at(key).kind)) streams[key] = StreamState::Kept;
            schedule.finished(worker, key);
        }
        schedule.ended(dispatch.unit.id);
    }

    StudyPlan plan;
    std::map<Hash, StreamState> streams;
    Schedule schedule;
};

std::string assetOf(const Fixture& fixture, const std::optional<Dispatch>& dispatch) {
    return dispatch ? fixture.plan.items[dispatch->unit.id - 1].asset : "none";
}

}  // namespace

class ScheduleTest : public QObject {
    Q_OBJECT

  private slots:
    void oneWorkerDoesAllInOrder() {
        Fixture fixture(fake::study(2, {1, 2, 3}), 1);
        fixture.addAll();
        std::vector<UnitId> order;
        while (auto dispatch = fixture.schedule.next(0)) {
            order.push_back(dispatch->unit.id);
            QVERIFY(dispatch->publish.empty());
            fixture.finish(0, *dispatch);
        }
        // Asset by asset, so that what is in memory serves.
        QVERIFY(order == std::vector<UnitId>({1, 3, 5, 2, 4, 6}));
        QVERIFY(fixture.schedule.empty());
    }

    void workersTakeAssetsOfTheirOwn() {
        Fixture fixture(fake::study(2, {1, 2, 3}), 2);
        fixture.addAll();
        auto first = fixture.schedule.next(0), second = fixture.schedule.next(1);
        QCOMPARE(assetOf(fixture, first), std::string("0"));
        QCOMPARE(assetOf(fixture, second), std::string("1"));
        fixture.finish(1, *second);
        second = fixture.schedule.next(1);
        QCOMPARE(assetOf(fixture, second), std::string("1"));
    }

    void whatRunsAnewWaitsForItsStream() {
        Fixture fixture(fake::study(1, {1}), 1);
        const Hash candidate = fixture.plan.items[0].key;
        const auto add = [&](UnitId id, std::vector<Hash> anew) {
            fixture.schedule.add({id, &fixture.plan.tasks, {candidate}, std::move(anew), "0", {}, false});
        };
        add(1, {});
        const auto first = fixture.schedule.next(0);
        fixture.finish(0, *first);
        const Hash stream = fixture.task(*first, TaskKind::Encode);
        fixture.streams[stream] = StreamState::Staged;
        // What is in memory serves whoever needs only that.
        add(2, {});
        QVERIFY(fixture.schedule.next(0));
        add(3, {candidate});
        QVERIFY(!fixture.schedule.next(0) && fixture.schedule.waitsForCommit());
        fixture.streams[stream] = StreamState::Kept;
        const auto last = fixture.schedule.next(0);
        QVERIFY(last && last->streams == std::vector<Hash>{stream});
    }

    void tasksInFlightLockOthers() {
        Fixture fixture(fake::study(1, {1, 2, 3}), 2);
        fixture.addAll();
        const auto first = fixture.schedule.next(0);
        QVERIFY(first);
        const Hash source = fixture.task(*first, TaskKind::Source);
        QVERIFY(std::count(first->publish.begin(), first->publish.end(), source) == 1);
        // The source is being read: the other worker has to wait, its own worker may queue the next.
        QVERIFY(!fixture.schedule.next(1));
        const auto queued = fixture.schedule.next(0);
        QVERIFY(queued);
        fixture.schedule.finished(0, source);
        QVERIFY(!fixture.schedule.next(1));  // the reference is not prepared yet
        fixture.schedule.finished(0, fixture.task(*first, TaskKind::Prepare));
        const auto third = fixture.schedule.next(1);
        QVERIFY(third);
        QVERIFY(fixture.schedule.empty());
    }

    void streamsAreMadeOnceAndWaitForTheirCommit() {
        graph::Document document = fake::study(1, {});
        document.nodes[1] = fake::node("codec", "layers");
        document.sweeps = {fake::sweep("codec.layers", {std::int64_t{1}, std::int64_t{2}})};
        Fixture fixture(document, 2);
        fixture.addAll();
        const auto first = fixture.schedule.next(0);
        QVERIFY(first);
        QVERIFY(!fixture.schedule.next(0));  // not even its own worker: the stream is not committed
        QVERIFY(!fixture.schedule.waitsForCommit());
        const Hash encode = fixture.task(*first, TaskKind::Encode);
        for (const Hash& key : first->tasks)
            fixture.schedule.finished(0, key);
        fixture.streams[encode] = StreamState::Staged;
        QVERIFY(!fixture.schedule.next(1));
        QVERIFY(fixture.schedule.waitsForCommit());
        fixture.streams[encode] = StreamState::Kept;
        const auto second = fixture.schedule.next(1);
        QVERIFY(second);
        QVERIFY(second->streams == std::vector<Hash>{encode});
        // What is upstream of a kept stream is not needed, but for the measure's reference.
        QCOMPARE(std::count(second->tasks.begin(), second->tasks.end(), encode), 1);
        QVERIFY(fixture.plan.tasks.at(second->tasks.front()).kind == TaskKind::Encode);
    }

    void lostWorkersGiveTasksBack() {
        Fixture fixture(fake::study(1, {1, 2}), 2);
        fixture.addAll();
        const auto first = fixture.schedule.next(0);
        QVERIFY(first && !fixture.schedule.next(1));
        fixture.schedule.ended(first->unit.id);
        fixture.schedule.lost(0);
        QVERIFY(fixture.schedule.next(1));
    }

    void suspectsWaitForTheOneAlone() {
        Fixture fixture(fake::study(1, {1, 2}), 2);
        fixture.addAll();
        const auto first = fixture.schedule.next(0);
        fixture.schedule.ended(first->unit.id);
        const Hash source = fixture.task(*first, TaskKind::Source);
        fixture.schedule.suspect(source);
        fixture.add(first->unit.id - 1, {}, true);
        const auto alone = fixture.schedule.next(1);
        QVERIFY(alone && alone->unit.id == first->unit.id);
        QVERIFY(!fixture.schedule.next(0));  // nothing beside it
        fixture.finish(1, *alone);
        fixture.schedule.clear(source);
        QVERIFY(fixture.schedule.next(0));
    }

    void exclusiveUnitsRunAlone() {
        Fixture fixture(fake::study(3, {1}), 2);
        fixture.add(0, {1, 0, true});
        fixture.add(1);
        fixture.add(2);
        const auto first = fixture.schedule.next(0);
        QCOMPARE(first->unit.id, UnitId{2});
        const auto second = fixture.schedule.next(1);
        QCOMPARE(second->unit.id, UnitId{3});
        fixture.finish(0, *first);
        QVERIFY(!fixture.schedule.next(0));
        fixture.finish(1, *second);
        const auto exclusive = fixture.schedule.next(0);
        QCOMPARE(exclusive->unit.id, UnitId{1});
        fixture.add(1);
        QVERIFY(!fixture.schedule.next(1));
    }

    void slotsAndMemoryAreNotExceeded() {
        Fixture places(fake::study(3, {1}), 2);
        places.addAll({2, 0, false});
        const auto wide = places.schedule.next(0);
        QVERIFY(wide && !places.schedule.next(1));
        places.finish(0, *wide);
        QVERIFY(places.schedule.next(1));

        Fixture memory(fake::study(3, {1}), 3, 100);
        memory.addAll({1, 60, false});
        const auto first = memory.schedule.next(0);
        QVERIFY(first && !memory.schedule.next(1));
        memory.finish(0, *first);
        QVERIFY(memory.schedule.next(1));

        // What needs more than there is runs when it is by itself.
        Fixture huge(fake::study(1, {1}), 2, 100);
        huge.addAll({1, 1000, false});
        QVERIFY(huge.schedule.next(0));
    }

    void takenBackUnitsAreNotHandedOut() {
        Fixture fixture(fake::study(2, {1}), 1);
        fixture.addAll();
        QVERIFY(fixture.schedule.remove(1));
        QVERIFY(!fixture.schedule.remove(1));
        const auto next = fixture.schedule.next(0);
        QCOMPARE(next->unit.id, UnitId{2});
        QVERIFY(!fixture.schedule.remove(2));
    }

    void publishedValuesAreNotLocked() {
        Fixture fixture(fake::study(1, {1, 2}), 2);
        fixture.addAll();
        const auto first = fixture.schedule.next(0);
        fixture.schedule.published(fixture.task(*first, TaskKind::Source));
        fixture.schedule.published(fixture.task(*first, TaskKind::Prepare));
        QVERIFY(fixture.schedule.next(1));
    }
};

QTEST_APPLESS_MAIN(ScheduleTest)
#include "schedule_test.moc"
