// The supervisor with a worker program that plays the parts of good workers (fake_worker.cpp).

#include "tests/core/error_check.h"
#include "tests/core/run/test_house.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <set>

using namespace ratescope;
using namespace ratescope::run;
using fake::fakeWorker;
using fake::text;
using graph::Document;
using graph::ParameterValue;
using store::State;
using House = fake::TestHouse;

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

    void memoryGrowsWithTheFilesThatAreRead() {
        House house;
        for (const char* name : {"model.txt", "weights.companion", "other.part"}) {
            const auto file = house.folder() / name;
            std::ofstream(file).close();
            std::filesystem::resize_file(file, 16 << 20);
        }
        Document document = fake::study(1, {10});
        document.nodes[0] = fake::node("source", "files", {{"files", text("model.txt")}});
        document.nodes[1].parameters["behaviour"] = text("limit");
        house.run(document, 1);
        QCOMPARE(house.items(State::Done), std::int64_t{1});
        QCOMPARE(house.ran("limit"), 1);
        QCOMPARE(house.ran("limit 1536"), 1);  // 512 and 32 × 32
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

    void timingRunsAloneAfterTheItems() {
        House house;
        StudyOptions options;
        options.repeats = 3;
        const Submitted submitted = house.run(fake::study(2, {1, 2}), 2, options);
        for (const auto& row :
             store::itemsPage(house.library(), submitted.study, {}, store::ItemOrder::Planned, false, {}, 10)
                 .rows) {
            QVERIFY(row.timed);
            QCOMPARE(*row.encodeSeconds, 0.25);
            QVERIFY(row.started && row.peakMemory);
        }
        QCOMPARE(house.ran("encode"), 8);
        QCOMPARE(house.items(State::Done), std::int64_t{4});
    }

    void analysesGetTheRows() {
        House house;
        Document document = fake::study(2, {1, 2});
        document.nodes.push_back(fake::node("analysis", "analysis"));
        const Submitted submitted = house.run(document, 1);
        const auto tables = house.library().tables(submitted.study);
        QCOMPARE(tables.size(), std::size_t{1});
        const QStringList lines = QString::fromStdString(tables.front().csv).split('\n', Qt::SkipEmptyParts);
        QVERIFY(lines[0].startsWith("#{"));
        QCOMPARE(lines[1], QString("study,branch,series,asset,row,seed,codec.quality,bpp,bytes,bits,error"));
        QCOMPARE(lines.size(), 6);
        QVERIFY2(lines[2].startsWith("fake-study,codec,codec,0,0,0,1,5.12,64,512,"), qPrintable(lines[2]));
        // Once, as long as the rows stay as they are.
        house.run(document, 1);
        QCOMPARE(house.ran("analyse"), 1);
        document.sweeps[0].rows.push_back({ParameterValue(std::int64_t{3})});
        house.run(document, 1);
        QCOMPARE(house.ran("analyse"), 2);
    }

    void progressAndEvents() {
        House house;
        Supervisor& supervisor = house.start(2);
        std::vector<Progress> told;
        std::set<store::ItemId> done;
        int idle = 0;
        supervisor.observer.progress = [&](const Progress& progress) { told.push_back(progress); };
        supervisor.observer.item = [&](store::StudyId, store::ItemId item, State state) {
            if (state == State::Done) done.insert(item);
        };
        supervisor.observer.idle = [&](store::StudyId) { ++idle; };
        Document document = fake::study(4, {1});
        document.nodes[1].parameters["behaviour"] = text("slow");
        QElapsedTimer timer;
        timer.start();
        house.run(document, 2);
        QCOMPARE(done.size(), std::size_t{4});
        QCOMPARE(idle, 1);
        QVERIFY(static_cast<qint64>(told.size()) <= timer.elapsed() / 100 + 3);
        QCOMPARE(told.back().done, std::int64_t{4});
        QCOMPARE(told.back().total, std::int64_t{4});
        const bool sawRunning = std::any_of(told.begin(), told.end(), [](const Progress& progress) {
            return !progress.running.empty() && progress.running.front().node == "codec" &&
                   progress.running.front().fraction == 0.5;
        });
        QVERIFY(sawRunning);
        QVERIFY(std::any_of(told.begin(), told.end(), [](const Progress& progress) {
            return progress.secondsLeft && *progress.secondsLeft > 0 && progress.itemsPerMinute > 0;
        }));
    }

    void timeLeftCountsMeasurements() {
        House house;
        std::vector<Progress> told;
        house.start(1).observer.progress = [&](const Progress& progress) { told.push_back(progress); };
        Document document = fake::study(1, {1, 2});
        document.nodes[2].parameters["behaviour"] = text("slow");
        house.run(document, 1);
        QVERIFY2(std::any_of(told.begin(), told.end(),
                             [](const Progress& progress) {
                                 return progress.done == progress.total &&
                                        progress.secondsLeft.value_or(0) > 0;
                             }),
                 "while the last item is measured there is time left");
        QVERIFY(!told.back().secondsLeft);
    }

    void valuesForViews() {
        House house;
        const Submitted submitted = house.run(fake::study(1, {1}), 1);
        house.restart(1);
        const store::ItemId item =
            store::itemsPage(house.library(), submitted.study, {}, store::ItemOrder::Planned, false, {}, 1)
                .rows.front()
                .id;
        std::vector<std::pair<std::filesystem::path, std::optional<Error>>> answers;
        const auto answer = [&](const std::filesystem::path& file, const std::optional<Error>& failure) {
            answers.emplace_back(file, failure);
        };
        Supervisor& supervisor = house.supervisor();
        supervisor.requestValue({item, "reference"}, answer);
        supervisor.requestValue({item, "candidate"}, answer);
        const RequestId forgotten = supervisor.requestValue({item, "candidate"}, answer);
        supervisor.forgetValue(forgotten);
        QCOMPARE(answers.size(), std::size_t{1});
        QVERIFY(answers[0].second && answers[0].second->kind() == ErrorKind::Cancelled);
        QVERIFY(house.until([&] { return answers.size() == 3; }));
        for (std::size_t i = 1; i < 3; ++i) {
            QVERIFY2(!answers[i].second, answers[i].second ? answers[i].second->what() : "");
            QVERIFY(std::filesystem::exists(answers[i].first));
        }
        // The newest first, and from the kept stream.
        QCOMPARE(house.ran("encode"), 1);
        supervisor.requestValue({item, "map:nothing"}, answer);
        QVERIFY(house.until([&] { return answers.size() == 4; }));
        QVERIFY(answers[3].second && answers[3].second->kind() == ErrorKind::Usage);
        VERIFY_ERROR(supervisor.requestValue({item + 100, "candidate"}, answer), ErrorKind::Usage, "item");
    }

    void twoStudiesShareTasks() {
        House house;
        Document first = fake::study(2, {1, 2}), second = fake::study(2, {2, 3});
        second.name = "second";
        Supervisor& supervisor = house.start(2);
        supervisor.submit(first, house.folder());
        supervisor.submit(second, house.folder());
        house.finish();
        QCOMPARE(house.items(State::Done), std::int64_t{8});
        QCOMPARE(house.ran("encode"), 6);
        QCOMPARE(supervisor.studies().size(), std::size_t{2});
    }

    void aChangedDocumentKeepsWhatFits() {
        House house;
        Document document = fake::study(2, {1, 2});
        Supervisor& supervisor = house.start(1);
        document.nodes[1].parameters["behaviour"] = text("slow");
        supervisor.submit(document, house.folder());
        QVERIFY(house.until([&] { return house.ran("encode") == 1; }));
        // Submitted anew while it runs: what runs goes on and counts.
        document.sweeps[0].rows = {{ParameterValue(std::int64_t{1})}, {ParameterValue(std::int64_t{3})}};
        const Submitted changed = supervisor.submit(document, house.folder());
        QCOMPARE(changed.plan.changes.itemsOrphaned, std::int64_t{2});
        house.finish();
        QCOMPARE(house.library().itemCounts(changed.study)[State::Done], std::int64_t{4});
        QCOMPARE(house.ran("encode"), 4);
    }

    void exclusiveTasksRunAlone() {
        House house;
        Document document = fake::study(3, {1});
        document.nodes[1].parameters["exclusive"] = ParameterValue(true);
        document.nodes[1].parameters["behaviour"] = text("slow");
        Supervisor& supervisor = house.start(2);
        supervisor.submit(document, house.folder());
        std::size_t most = 0;
        supervisor.observer.progress = [&](const Progress& progress) {
            most = std::max(most, progress.running.size());
        };
        house.finish();
        QCOMPARE(most, std::size_t{1});
        QCOMPARE(house.items(State::Done), std::int64_t{3});
    }

    void cacheIsBounded() {
        House house;
        graph::Catalogue catalogue = fake::catalogue();
        std::ofstream(house.library().cacheFolder() / (sha256("old").hex() + ".value"))
            << std::string(5000, 'x');
        SupervisorOptions options;
        options.worker = fakeWorker();
        options.cacheLimit = 1000;
        Supervisor supervisor(house.library(), catalogue, options);
        supervisor.submit(fake::study(1, {1}), house.folder());
        supervisor.runUntilIdle();
        std::uintmax_t size = 0;
        for (const auto& file : std::filesystem::directory_iterator(house.library().cacheFolder()))
            size += file.file_size();
        QVERIFY(size <= 1000);
    }

    void planRunsNothing() {
        House house;
        Supervisor& supervisor = house.start(1);
        const Document document = fake::study(2, {1, 2});
        const PlanSummary before = supervisor.plan(document, house.folder());
        QCOMPARE(before.changes.itemsNew, std::int64_t{4});
        QCOMPARE(before.series.front().slug, std::string("codec"));
        QCOMPARE(before.nodes.size(), std::size_t{3});
        QVERIFY(house.library().studies().empty());
        house.run(document, 1);
        Document more = document;
        more.sweeps[0].rows.push_back({ParameterValue(std::int64_t{3})});
        const PlanSummary after = supervisor.plan(more, house.folder());
        QCOMPARE(after.changes.itemsNew, std::int64_t{2});
        QCOMPARE(after.changes.itemsReused, std::int64_t{4});
        QCOMPARE(*after.estimate.seconds, 1.0);
        QCOMPARE(*after.estimate.bytes, std::uint64_t{128});
        Document broken = document;
        broken.wires.pop_back();
        broken.wires.pop_back();
        broken.wires.pop_back();
        VERIFY_ERROR(supervisor.submit(broken, house.folder()), ErrorKind::Document, "");
    }

    void storedSeedsAreTakenUpAgain() {
        House house;
        StudyOptions options;
        options.seeds = {3, 4};
        Supervisor& supervisor = house.start(1);
        supervisor.pause();
        const Submitted submitted = supervisor.submit(fake::study(1, {1}), house.folder(), options);
        QCOMPARE(submitted.plan.items, std::int64_t{2});
        Supervisor& later = house.restart(1);
        later.resume(submitted.study);
        house.finish();
        QCOMPARE(house.items(State::Done), std::int64_t{2});
        QCOMPARE(house.ran("encode"), 1);
    }

    void watchedDescriptors() {
        House house;
        Supervisor& supervisor = house.start(1);
        int ends[2];
        QCOMPARE(::pipe(ends), 0);
        int called = 0;
        supervisor.watch(ends[0], POLLIN, [&](short ready) {
            QVERIFY(ready & POLLIN);
            ++called;
            supervisor.unwatch(ends[0]);
        });
        supervisor.step(1);
        QCOMPARE(called, 0);
        QCOMPARE(::write(ends[1], "x", 1), ssize_t{1});
        supervisor.step(1000);
        supervisor.step(1);
        QCOMPARE(called, 1);
        ::close(ends[0]);
        ::close(ends[1]);
    }
};

QTEST_GUILESS_MAIN(SupervisorTest)
#include "supervisor_test.moc"
