// The supervisor with a worker program that plays the parts of good and bad workers (fake_worker.cpp).

#include "core/run/supervisor.h"

#include "core/run/one_off.h"
#include "core/run/worker_process.h"
#include "core/store/query.h"
#include "tests/core/error_check.h"
#include "tests/core/run/fake_study.h"

#include <poll.h>
#include <unistd.h>

#include <QtTest>
#include <algorithm>
#include <csignal>
#include <fstream>
#include <set>

using namespace ratescope;
using namespace ratescope::run;
using graph::Document;
using graph::ParameterValue;
using store::State;

namespace {

std::filesystem::path fakeWorker() {
    return std::filesystem::path(QCoreApplication::applicationDirPath().toStdString()) / "fake-worker";
}

graph::Binding text(const std::string& value) {
    return ParameterValue(value);
}

/// A library in a folder of its own, and supervisors over it.
class House {
  public:
    House() {
        record_ = folder_.filePath("record").toStdString();
        library_.emplace(libraryFile(), store::Access::Write);
    }
    ~House() { qunsetenv("RATESCOPE_FAKE_RECORD"); }

    std::filesystem::path libraryFile() const { return folder_.filePath("test.rslib").toStdString(); }
    std::filesystem::path folder() const { return folder_.path().toStdString(); }
    store::Library& library() { return *library_; }
    Supervisor& supervisor() { return *supervisor_; }

    Supervisor& start(int jobs) {
        supervisor_.reset();
        qputenv("RATESCOPE_FAKE_RECORD", record_.c_str());
        SupervisorOptions options;
        options.worker = fakeWorker();
        options.jobs = jobs;
        supervisor_ = std::make_unique<Supervisor>(*library_, catalogue_, options);
        return *supervisor_;
    }
    /// Closes supervisor and library and opens both again.
    Supervisor& restart(int jobs) {
        supervisor_.reset();
        library_.reset();
        library_.emplace(libraryFile(), store::Access::Write);
        return start(jobs);
    }
    Submitted run(const Document& document, int jobs, const StudyOptions& options = {}) {
        if (!supervisor_) start(jobs);
        const Submitted submitted = supervisor_->submit(document, folder(), options);
        finish();
        return submitted;
    }
    void finish() {
        QElapsedTimer timer;
        timer.start();
        supervisor_->runUntilIdle([&] { return timer.elapsed() > 60'000; });
        QVERIFY2(supervisor_->idle(), "the run did not end in time");
    }
    /// Steps until the condition holds.
    bool until(const std::function<bool()>& condition, int ms = 10'000) {
        QElapsedTimer timer;
        timer.start();
        while (!condition() && timer.elapsed() < ms)
            supervisor_->step(10);
        return condition();
    }

    /// Lines of the fake workers' record that begin so.
    int ran(const std::string& what) const {
        std::ifstream file(record_);
        int count = 0;
        for (std::string line; std::getline(file, line);)
            count += line.starts_with(what);
        return count;
    }
    void forgetRecord() { std::filesystem::remove(record_); }

    std::int64_t items(State state) { return library_->itemCounts()[state]; }
    std::int64_t measurements(State state) { return library_->measurementCounts()[state]; }
    QString failure(std::size_t index = 0) {
        const auto failures = library_->failures({}, 100);
        return index < failures.size() ? QString::fromStdString(failures[index].failure.what) : QString();
    }
    /// All that must not depend on the number of jobs.
    QStringList rows(store::StudyId study) {
        QStringList rows;
        const auto page =
            store::itemsPage(*library_, study, {}, store::ItemOrder::Planned, false, {}, 10'000);
        for (const store::ItemRow& item : page.rows) {
            QString row = QString("%1 %2 %3 %4 %5")
                              .arg(QString::fromStdString(item.series), QString::fromStdString(item.asset))
                              .arg(static_cast<int>(item.state))
                              .arg(item.bits.value_or(0))
                              .arg(QString::fromStdString(graph::toText(item.values.front().second)));
            for (const auto& measurement : store::measurementsOf(*library_, item.id))
                for (const auto& score : measurement.scores)
                    row += QString(" %1 %2").arg(score.s0).arg(measurement.counts.at("pixels"));
            rows << row;
        }
        return rows;
    }

  private:
    QTemporaryDir folder_;
    std::string record_;
    graph::Catalogue catalogue_ = fake::catalogue();
    std::optional<store::Library> library_;
    std::unique_ptr<Supervisor> supervisor_;
};

/// One codec node on asset 0 behaves badly, the others as ever.
Document oneBadItem(const std::string& behaviour) {
    Document document = fake::study(2, {1, 2});
    document.sweeps.push_back(fake::sweep("codec.behaviour", {std::string("none"), behaviour}));
    document.sweeps.erase(document.sweeps.begin());
    document.stallSeconds = 1;
    return document;
}

}  // namespace

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
        QVERIFY(timer.elapsed() < 1500);
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
};

QTEST_GUILESS_MAIN(SupervisorTest)
#include "supervisor_test.moc"
