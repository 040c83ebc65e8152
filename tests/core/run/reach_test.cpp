// Items that are to reach something, with the worker program of fake_worker.cpp: what they find, what runs for it,
// and what is left of it when the run is stopped.

#include "core/store/study_curves.h"
#include "tests/core/error_check.h"
#include "tests/core/run/test_house.h"

#include <fstream>
#include <map>
#include <set>

using namespace ratescope;
using namespace ratescope::run;
using fake::text;
using graph::Document;
using graph::ParameterValue;
using store::State;
using House = fake::TestHouse;

namespace {

std::vector<store::ItemRow> itemsOf(House& house, store::StudyId study) {
    return store::itemsPage(house.library(), study, {}, store::ItemOrder::Planned, false, {}, 1000).rows;
}

/// "asset target → value runs within bytes state", and the scores.
QStringList reachedRows(House& house, store::StudyId study) {
    QStringList rows;
    for (const store::ItemRow& item : itemsOf(house, study)) {
        QString row = QString("%1 %2").arg(QString::fromStdString(item.asset),
                                           QString::fromStdString(graph::toText(item.values.back().second)));
        if (item.reached)
            row += QString(" %1=%2 %3 %4 %5 %6")
                       .arg(QString::fromStdString(item.reached->parameter),
                            QString::fromStdString(graph::toText(item.reached->value)))
                       .arg(item.reached->quantity)
                       .arg(item.reached->runs)
                       .arg(item.reached->within)
                       .arg(item.reached->monotone);
        row += QString(" %1 %2").arg(item.bytes.value_or(0)).arg(toText(item.state));
        for (const auto& measurement : store::measurementsOf(house.library(), item.id))
            if (!measurement.orphaned)
                for (const auto& score : measurement.scores)
                    row += QString(" %1").arg(score.value);
        rows << row;
    }
    return rows;
}

/// How often each line of the fake workers' record is there.
std::map<std::string, int> runsOf(const House& house) {
    std::map<std::string, int> runs;
    std::ifstream file(house.folder() / "record");
    for (std::string line; std::getline(file, line);)
        ++runs[line];
    return runs;
}

int mostRunsOfOneTask(const House& house, const std::string& kind) {
    int most = 0;
    for (const auto& [line, count] : runsOf(house))
        if (line.starts_with(kind)) most = std::max(most, count);
    return most;
}

}  // namespace

class ReachTest : public QObject {
    Q_OBJECT

  private slots:
    void findsWhatMeetsTheTarget() {
        House house;
        const Submitted submitted = house.run(fake::reaching(2, {1000, 2000}), 1);
        QCOMPARE(submitted.plan.items, std::int64_t{4});
        QCOMPARE(submitted.plan.series.front().mostRuns, 16);
        QCOMPARE(house.items(State::Done), std::int64_t{4});
        QCOMPARE(house.measurements(State::Done), std::int64_t{4});
        for (const store::ItemRow& item : itemsOf(house, submitted.study)) {
            QVERIFY(item.reached.has_value());
            const double factor = item.asset == "0" ? 1 : 1.5;
            const double target = std::get<double>(item.values.back().second);
            const auto quality = std::get<std::int64_t>(item.reached->value);
            QCOMPARE(item.reached->parameter, std::string("codec.quality"));
            QCOMPARE(double(*item.bytes), std::floor(factor * fake::sizeOf("rising", quality, 1)));
            QCOMPARE(item.reached->quantity, double(*item.bytes));
            const auto off = [&](std::int64_t other) {
                return std::abs(std::floor(factor * fake::sizeOf("rising", other, 1)) - target);
            };
            QVERIFY(item.reached->within ? off(quality) <= target / 100
                                         : off(quality) <= std::min(off(quality - 1), off(quality + 1)));
            QVERIFY(item.reached->monotone && item.reached->runs <= 9);
            // The item is an item like any other: measured, with times and streams.
            const auto measurement = store::measurementsOf(house.library(), item.id).front();
            QCOMPARE(measurement.scores.front().value, 100.0 / double(quality));
            QCOMPARE(*item.encodeSeconds, 0.25);
            QCOMPARE(store::streamsOf(house.library(), item.id).size(), std::size_t{1});
        }
        // Both ends are common to all targets of an asset, and nothing is decoded to learn a size.
        QCOMPARE(mostRunsOfOneTask(house, "encode"), 1);
        QCOMPARE(house.ran("decode"), 4);
        QCOMPARE(house.ran("score"), 4);
        QVERIFY(house.ran("encode") < 4 * 6);
    }

    void jobsMakeNoDifference() {
        House one, two;
        const Document document = fake::reaching(3, {500, 1000, 3000});
        const Submitted first = one.run(document, 1), second = two.run(document, 2);
        QCOMPARE(reachedRows(one, first.study), reachedRows(two, second.study));
        for (const char* kind : {"encode", "score"}) {
            QCOMPARE(one.ran(kind), two.ran(kind));
            QCOMPARE(mostRunsOfOneTask(two, kind), 1);
        }
    }

    void aMetricIsReachedByItsMeasureAlone_data() {
        QTest::addColumn<int>("jobs");
        QTest::newRow("one job") << 1;
        QTest::newRow("two jobs") << 2;
    }
    void aMetricIsReachedByItsMeasureAlone() {
        QFETCH(int, jobs);
        House house;
        Document document = fake::reaching(2, {2.5});
        document.reaches[0].quantity = "measure:error";
        document.nodes.push_back(fake::node("second", "measure", {{"behaviour", text("none")}}));
        document.wires.push_back(fake::wire("source.value", "second.reference"));
        document.wires.push_back(fake::wire("codec.value", "second.candidate"));
        const Submitted submitted = house.run(document, jobs);
        for (const store::ItemRow& item : itemsOf(house, submitted.study)) {
            QVERIFY(item.reached && item.reached->within);
            QVERIFY(item.reached->value == ParameterValue(std::int64_t{40}));
            QCOMPARE(item.reached->quantity, 2.5);
        }
        QCOMPARE(house.measurements(State::Done), std::int64_t{4});
        QCOMPARE(mostRunsOfOneTask(house, "score"), 1);
        QCOMPARE(mostRunsOfOneTask(house, "encode"), 1);
        QCOMPARE(house.ran("score second"), 2);
        QVERIFY(house.ran("score measure") > 2);
        // Scores of probes are no points of a curve, and no measurements of the study.
        const auto points = store::curvePoints(house.library(), submitted.study, "measure:error", "bytes");
        QCOMPARE(points.points.size(), std::size_t{2});
    }

    void aRateWithACountAsksTheReference() {
        House house;
        Document document = fake::reaching(1, {100});
        document.reaches[0].quantity = "bpp";
        document.reaches[0].tolerance = 0.02;
        const Submitted submitted = house.run(document, 1);
        const store::ItemRow item = itemsOf(house, submitted.study).front();
        QVERIFY(item.reached && item.reached->within);
        // The fake measure counts 100 pixels.
        QCOMPARE(item.reached->quantity, double(*item.bits) / 100);
        QCOMPARE(house.ran("prepare"), 1);
    }

    void aMissingCountFailsTheItem() {
        House house;
        Document document = fake::reaching(1, {2});
        document.reaches[0].quantity = "bpw-all";
        house.run(document, 1);
        QCOMPARE(house.items(State::Failed), std::int64_t{1});
        QVERIFY2(house.failure().contains("No reference of a measure counts weights."),
                 qPrintable(house.failure()));
    }

    void realParametersOnALogarithmicScale() {
        House house;
        Document document = fake::reaching(1, {5000, 100});
        document.reaches[0].parameter = "scale";
        document.nodes[1].parameters["quality"] = ParameterValue(std::int64_t{60});
        const Submitted submitted = house.run(document, 1);
        for (const store::ItemRow& item : itemsOf(house, submitted.study)) {
            QVERIFY(item.reached && item.reached->within && item.reached->runs < 9);
            const double target = std::get<double>(item.values.back().second);
            const double scale = std::get<double>(item.reached->value);
            QVERIFY(std::abs(fake::sizeOf("rising", 60, scale) - target) <= target * 0.01 + 1);
        }
    }

    void theDirectionIsFoundOut() {
        House house;
        Document document = fake::reaching(1, {1000});
        document.nodes[1].parameters["shape"] = text("falling");
        const Submitted submitted = house.run(document, 1);
        const store::ItemRow item = itemsOf(house, submitted.study).front();
        QVERIFY(item.reached && item.reached->monotone);
        const auto quality = std::get<std::int64_t>(item.reached->value);
        QVERIFY(std::abs(fake::sizeOf("falling", quality, 1) - 1000) < 16);
    }

    void whatIsNotMonotoneIsSaid() {
        House house;
        Document document = fake::reaching(1, {900});
        document.nodes[1].parameters["shape"] = text("hump");
        const Submitted submitted = house.run(document, 1);
        const store::ItemRow item = itemsOf(house, submitted.study).front();
        QVERIFY(item.reached && !item.reached->monotone && item.state == State::Done);
        const auto curves = store::studyCurves(house.library(), house.library().study(""), "error", "bytes");
        QCOMPARE(curves.front().points.front().reached->notMonotone, std::size_t{1});
    }

    void anUnreachableTargetFailsWithBothEnds() {
        House house;
        const Submitted submitted = house.run(fake::reaching(1, {100, 1000, 9000}), 2);
        QCOMPARE(house.items(State::Failed), std::int64_t{2});
        QCOMPARE(house.items(State::Done), std::int64_t{1});
        const auto failures = house.library().failures(submitted.study, 10);
        QCOMPARE(QString::fromStdString(failures[0].failure.what),
                 QString("codec can't reach 100 bytes: it gives 206 bytes at quality=1 and 4017 bytes at "
                         "quality=100."));
        QVERIFY(failures[0].failure.kind == ErrorKind::Input);
        QVERIFY(failures[1].failure.what.find("can't reach 9000 bytes") != std::string::npos);
        // Trying again runs nothing: both ends are known.
        house.forgetRecord();
        QCOMPARE(house.supervisor().retry(submitted.study), std::int64_t{2});
        house.finish();
        QCOMPARE(house.items(State::Failed), std::int64_t{2});
        QCOMPARE(house.ran("encode"), 0);
    }

    void aFailingProbeFailsTheItemWithItsPlace() {
        House house;
        Document document = fake::reaching(1, {1000});
        document.nodes[1].parameters["behaviour"] = text("brittle");
        const Submitted submitted = house.run(document, 1);
        QCOMPARE(house.items(State::Failed), std::int64_t{1});
        QVERIFY2(house.failure().contains("codec: It broke. (quality=100, to reach 1000 bytes)"),
                 qPrintable(house.failure()));
        document.reaches[0].to = 50;
        house.run(document, 1);
        QCOMPARE(house.items(State::Failed), std::int64_t{1});
        QVERIFY2(house.failure().contains("206 bytes at quality=1 and 896"), qPrintable(house.failure()));
        Q_UNUSED(submitted);
    }

    void aCrashingProbeFailsItsItemOnly() {
        House house;
        Document document = fake::reaching(2, {1000});
        document.nodes[1].parameters["behaviour"] = text("crash");
        Document other = fake::reaching(1, {700});
        house.run(document, 2);
        QCOMPARE(house.items(State::Failed), std::int64_t{2});
        QVERIFY(house.failure().contains("the worker"));
        house.run(other, 2);
        QCOMPARE(house.items(State::Done), std::int64_t{1});
    }

    void aSecondRunRunsNothing() {
        House house;
        const Document document = fake::reaching(2, {1000, 2000});
        const Submitted first = house.run(document, 1);
        const QStringList rows = reachedRows(house, first.study);
        house.forgetRecord();
        house.restart(1);
        const Submitted again = house.run(document, 1);
        QCOMPARE(house.ran(""), 0);
        QCOMPARE(again.plan.changes.itemsReused, std::int64_t{4});
        QCOMPARE(reachedRows(house, again.study), rows);
    }

    void anAddedMeasureRunsNoItem() {
        House house;
        Document document = fake::reaching(2, {1000});
        house.run(document, 1);
        house.forgetRecord();
        document.nodes.push_back(fake::node("second", "measure", {{"behaviour", text("none")}}));
        document.wires.push_back(fake::wire("source.value", "second.reference"));
        document.wires.push_back(fake::wire("codec.value", "second.candidate"));
        house.restart(1);
        const Submitted submitted = house.run(document, 1);
        QCOMPARE(house.supervisor().ran(submitted.study).items, std::int64_t{0});
        QCOMPARE(house.ran("encode"), 0);
        QCOMPARE(house.ran("score measure"), 0);
        QCOMPARE(house.ran("score second"), 2);
        QCOMPARE(house.measurements(State::Done), std::int64_t{4});
    }

    void otherSweepsUseWhatProbesMade() {
        House house;
        Document document = fake::reaching(1, {2.5});
        document.reaches[0].quantity = "error";
        house.run(document, 1);
        // What it has tried: an ordinary sweep over these qualities encodes and scores nothing.
        Document sweep = fake::study(1, {1, 40, 100});
        sweep.nodes[1].type = "fake.sized";
        house.forgetRecord();
        house.restart(1);
        const Submitted submitted = house.run(sweep, 1);
        QCOMPARE(house.ran("encode"), 0);
        QCOMPARE(house.ran("score"), 0);
        const auto items = itemsOf(house, submitted.study);
        QCOMPARE(items.size(), std::size_t{3});
        for (const store::ItemRow& item : items) {
            QVERIFY(item.state == State::Done && item.bytes && !item.reached);
            QCOMPARE(store::measurementsOf(house.library(), item.id).front().scores.size(), std::size_t{1});
        }
        // And what it has come to is taken over whole.
        QCOMPARE(house.ran("decode"), 2);
    }

    void aReachUsesWhatSweepsMade() {
        House house;
        Document sweep = fake::study(1, {1, 40, 100});
        sweep.nodes[1].type = "fake.sized";
        house.run(sweep, 1);
        house.forgetRecord();
        Document document = fake::reaching(1, {2.5});
        document.reaches[0].quantity = "error";
        document.reaches[0].from = 40;
        const Submitted submitted = house.run(document, 1);
        QCOMPARE(itemsOf(house, submitted.study).front().reached->runs, 1);
        QCOMPARE(house.ran("encode"), 0);
        QCOMPARE(house.ran("decode"), 0);
        QCOMPARE(house.ran("score"), 0);
        QCOMPARE(house.items(State::Done), std::int64_t{4});
    }

    void anotherToleranceAsksAnew() {
        House house;
        Document document = fake::reaching(1, {1000});
        document.reaches[0].tolerance = 0.2;
        const Submitted loose = house.run(document, 1);
        const int runs = itemsOf(house, loose.study).front().reached->runs;
        document.reaches[0].tolerance = 0.001;
        const Submitted tight = house.run(document, 1);
        QCOMPARE(tight.plan.changes.itemsNew, std::int64_t{1});
        QCOMPARE(tight.plan.changes.itemsOrphaned, std::int64_t{1});
        QVERIFY(itemsOf(house, tight.study).front().reached->runs > runs);
        QCOMPARE(mostRunsOfOneTask(house, "encode"), 1);
    }

    void itAnswersForExtractParameters() {
        // The stream of fake.layers is of one size whatever the layers: what matters is that nothing is encoded again.
        House house;
        Document document = fake::reaching(1, {64});
        document.nodes[1].type = "fake.layers";
        document.reaches = {{"codec", "layers", "bytes", {64}, 0.01, 16, 1.0, 8.0}};
        const Submitted submitted = house.run(document, 1);
        QVERIFY(itemsOf(house, submitted.study).front().reached->within);
        QCOMPARE(house.ran("encode"), 1);
        QCOMPARE(house.ran("extract"), 1);
    }

    void killedInTheMiddleNoFinishedProbeRunsAgain_data() {
        QTest::addColumn<QString>("quantity");
        QTest::addColumn<int>("jobs");
        for (const int jobs : {1, 2}) {
            QTest::addRow("bytes, %d jobs", jobs) << "bytes" << jobs;
            QTest::addRow("error, %d jobs", jobs) << "error" << jobs;
        }
    }
    void killedInTheMiddleNoFinishedProbeRunsAgain() {
        QFETCH(QString, quantity);
        QFETCH(int, jobs);
        const bool isMetric = quantity == "error";
        Document document = fake::reaching(2, isMetric ? std::vector{2.1, 4.7} : std::vector{700.0, 1500.0});
        document.reaches[0].quantity = quantity.toStdString();
        document.reaches[0].tolerance = 1e-6;
        House undisturbed;
        const Submitted whole = undisturbed.run(document, jobs);
        const QStringList expected = reachedRows(undisturbed, whole.study);
        const std::string kind = isMetric ? "score" : "encode";
        for (const int stopAt : {2, 5, 8}) {
            House house;
            house.start(jobs);
            house.supervisor().submit(document, house.folder());
            QVERIFY(house.until([&] { return house.ran(kind) >= stopAt; }));
            // What was committed at this time is finished; the rest is in flight.
            std::set<std::string> finished;
            for (const auto& [line, count] : runsOf(house))
                if (line.starts_with(kind)) finished.insert(line);
            house.supervisor().shutdown(true);
            house.restart(jobs);
            const Submitted resumed = house.run(document, jobs);
            QCOMPARE(reachedRows(house, resumed.study), expected);
            int again = 0;
            for (const auto& [line, count] : runsOf(house))
                if (line.starts_with(kind)) again += count - 1;
            // Besides what ran when it was stopped, at most what the last 60 ms had not committed.
            QVERIFY2(again <= jobs, qPrintable(QString::number(again)));
        }
    }

    void pausesResumesAndIsCancelled() {
        House house;
        Document document = fake::reaching(2, {900});
        document.reaches[0].tolerance = 0.3;
        document.nodes[1].parameters["behaviour"] = text("slow");
        house.start(1);
        const Submitted submitted = house.supervisor().submit(document, house.folder());
        // The worker writes down what it runs before the supervisor hears of it.
        QVERIFY(house.until([&] { return house.ran("encode") == 1 && house.items(State::Running) == 1; }));
        house.supervisor().pause();
        QVERIFY(house.until([&] { return house.items(State::Running) == 0; }));
        const int ran = house.ran("encode");
        house.until([] { return false; }, 600);
        QCOMPARE(house.ran("encode"), ran);
        QCOMPARE(house.items(State::Pending), std::int64_t{2});
        house.supervisor().resume();
        QVERIFY(house.until([&] { return house.ran("encode") > ran; }));
        QCOMPARE(house.supervisor().progress(submitted.study).running.size(), std::size_t{1});
        QVERIFY(house.supervisor().cancel(submitted.study) == 2);
        QCOMPARE(house.items(State::Cancelled), std::int64_t{2});
        house.finish();
        QCOMPARE(house.items(State::Cancelled), std::int64_t{2});
        QCOMPARE(house.supervisor().resume(submitted.study), std::int64_t{2});
        house.finish();
        QCOMPARE(house.items(State::Done), std::int64_t{2});
        QVERIFY(mostRunsOfOneTask(house, "encode") <= 2);
    }

    void oneItemIsCancelledTheOthersGoOn() {
        House house;
        Document document = fake::reaching(2, {900, 1800});
        document.reaches[0].tolerance = 0.3;
        document.nodes[1].parameters["behaviour"] = text("slow");
        house.start(1);
        const Submitted submitted = house.supervisor().submit(document, house.folder());
        QVERIFY(house.until([&] { return house.ran("encode") == 1; }));
        const std::vector<store::ItemId> one{itemsOf(house, submitted.study)[0].id};
        QCOMPARE(house.supervisor().cancel(one), std::int64_t{1});
        house.finish();
        QCOMPARE(house.items(State::Done), std::int64_t{3});
        QCOMPARE(house.items(State::Cancelled), std::int64_t{1});
    }

    void deletingAStudyTakesItsProbesAlong() {
        House house;
        const Submitted submitted = house.run(fake::reaching(1, {1000}), 1);
        QVERIFY(house.ran("encode") > 2);
        house.supervisor().forget(submitted.study);
        house.library().deleteStudy(submitted.study);
        QCOMPARE(house.library().usage().artefactCount, std::int64_t{0});
    }

    void valuesAreThereOnceItHasFound() {
        House house;
        Document document = fake::reaching(1, {1000});
        const Submitted submitted = house.run(document, 1);
        const store::ItemId item = itemsOf(house, submitted.study).front().id;
        std::optional<std::filesystem::path> file;
        house.supervisor().requestValue(
            {item, "candidate"},
            [&](const std::filesystem::path& made, const std::optional<Error>&) { file = made; });
        QVERIFY(house.until([&] { return file.has_value(); }));
        Document far = fake::reaching(1, {9000});
        const Submitted failed = house.run(far, 1);
        std::optional<Error> why;
        house.supervisor().requestValue(
            {itemsOf(house, failed.study).front().id, "candidate"},
            [&](const std::filesystem::path&, const std::optional<Error>& error) { why = error; });
        QVERIFY(house.until([&] { return why.has_value(); }));
        QVERIFY(std::string(why->what()).find("has not found what it is to be") != std::string::npos);
    }

    void repeatsTimeTheItemsThatWereFound() {
        House house;
        StudyOptions options;
        options.repeats = 3;
        const Submitted submitted = house.run(fake::reaching(2, {1000}), 1, options);
        for (const store::ItemRow& item : itemsOf(house, submitted.study))
            QVERIFY(item.timed && item.reached);
    }
};

QTEST_GUILESS_MAIN(ReachTest)
#include "reach_test.moc"
