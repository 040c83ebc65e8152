#include "core/store/artefacts.h"
#include "core/store/connection.h"
#include "core/store/query.h"
#include "tests/core/curves/expect_error.h"
#include "tests/core/store/sample_study.h"

#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QtTest>
#include <cmath>
#include <fstream>
#include <functional>
#include <limits>

using namespace ratescope;
using namespace ratescope::store;

namespace {

constexpr std::size_t large = largestInDatabase + 1;

/// One item whose stream has `bytes` bytes, ready to be finished.
struct OneItem {
    explicit OneItem(Library& library, std::size_t bytes) {
        SampleShape shape;
        shape.series = {"jpeg"};
        shape.qualities = {50};
        shape.assets = 1;
        planned = sampleItems(shape);
        study = library.saveStudy(sampleStudy());
        row = library.reconcile(study, planned).items.at(0);
        batch = outcomeOf(library, planned.at(0), row);
        batch.streams = {sampleStream(library, planned[0].streams.at(0), bytes)};
    }
    Hash artefact() const { return batch.streams[0].first.hash; }

    StudyId study = 0;
    std::vector<PlannedItem> planned;
    ReconciledItem row;
    Batch batch;
};

std::vector<std::filesystem::path> filesIn(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.is_regular_file()) files.push_back(entry.path());
    return files;
}

std::filesystem::path artefactFolder(const SampleFolder& folder) {
    return folder.library().string() + ".files";
}

/// Runs `work` in a child that is then killed without a chance to close anything.
void inKilledProcess(const std::function<void()>& work) {
    const pid_t child = fork();
    if (child == 0) {
        work();
        kill(getpid(), SIGKILL);
    }
    waitpid(child, nullptr, 0);
}

}  // namespace

class CommitTest : public QObject {
    Q_OBJECT

  private slots:
    void keepsWhatAnItemGave_data() {
        QTest::addColumn<int>("bytes");
        QTest::newRow("in the database") << int(largestInDatabase);
        QTest::newRow("as a file") << int(large);
        QTest::newRow("of eight bytes") << 8;
    }

    void keepsWhatAnItemGave() {
        QFETCH(int, bytes);
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        library.setEnvironment(sampleEnvironment());
        OneItem one(library, std::size_t(bytes));
        library.commit(one.batch);
        QVERIFY(std::filesystem::is_empty(library.stagingFolder()));
        QCOMPARE(std::filesystem::exists(artefactPath(library.connection(), one.artefact())),
                 bytes == int(large));

        const ItemRow row = item(library, one.row.id);
        QCOMPARE(row.state, State::Done);
        QCOMPARE(*row.bytes, std::uint64_t(bytes));
        QCOMPARE(*row.bits, 8 * std::uint64_t(bytes));
        QCOMPARE(*row.searchedBits, 8 * std::uint64_t(bytes) - 64);
        QCOMPARE(*row.encodeSeconds, one.batch.items[0].encodeSeconds);
        QCOMPARE(*row.decodeSeconds, one.batch.items[0].decodeSeconds);
        QCOMPARE(*row.peakMemory, one.batch.items[0].peakMemory);
        QCOMPARE(*row.started, one.batch.items[0].started);
        QCOMPARE(*row.ended, one.batch.items[0].ended);
        QCOMPARE(environmentOf(library, row.id)->commandLine, sampleEnvironment().commandLine);
        QCOMPARE(environmentOf(library, row.id)->patch, sampleEnvironment().patch);
        QVERIFY(environmentOf(library, row.id)->libraries == sampleEnvironment().libraries);

        const std::optional<StreamRecord> stream = library.findStream(one.planned[0].streams[0]);
        QVERIFY(stream);
        QCOMPARE(stream->artefact.hex(), one.artefact().hex());
        QCOMPARE(stream->parts.size(), 2u);
        QCOMPARE(stream->parts[1].name, std::string("data"));
        QVERIFY(stream->parts[1].searched && !stream->parts[0].searched);
        QCOMPARE(stream->shared.at(0).bits, 512u);
        QCOMPARE(sha256(library.artefact(one.artefact())).hex(), one.artefact().hex());
        QCOMPARE(sha256OfFile(library.materialise(one.artefact())).hex(), one.artefact().hex());
        QVERIFY(!library.findStream(sha256("unknown")));
        QVERIFY(messageOf([&] { library.artefact(sha256("unknown")); }, ErrorKind::Library)
                    .contains("no artefact"));

        const MeasurementRow measurement = measurementsOf(library, row.id).at(0);
        QCOMPARE(measurement.state, State::Done);
        QCOMPARE(measurement.counts.at("pixels"), 768u * 512u);
        QCOMPARE(measurement.scores.at(0).s0, one.batch.measurements[0].scores[0].s0);
        QCOMPARE(measurement.scores.at(0).value, -10 * std::log10(measurement.scores[0].s0));
        const auto samples = library.artefact(*measurement.samples);
        QCOMPARE(std::string(reinterpret_cast<const char*>(samples.data()), samples.size()),
                 *one.batch.measurements[0].samples);
    }

    void bitsAreTheSumOfTheListedStreams() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        SampleShape shape;
        shape.series = {"jpeg"};
        shape.qualities = {50};
        shape.assets = 1;
        std::vector<PlannedItem> planned = sampleItems(shape);
        planned[0].streams = {sha256("base"), sha256("residual")};
        const Reconciliation rows = library.reconcile(library.saveStudy(sampleStudy()), planned);
        Batch batch;
        for (const auto& [task, bytes] : {std::pair{sha256("base"), 1000}, {sha256("residual"), 500}})
            batch.streams.push_back(sampleStream(library, task, std::size_t(bytes)));
        batch.items.push_back({.item = rows.items[0].id});
        library.commit(batch);
        QCOMPARE(*item(library, rows.items[0].id).bytes, 1500u);
        QCOMPARE(*item(library, rows.items[0].id).bits, 12000u);
        QCOMPARE(streamsOf(library, rows.items[0].id).size(), 2u);
    }

    void anItemWithoutItsStreamFails() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        OneItem one(library, 1000);
        one.batch.streams.clear();
        library.commit(one.batch);
        QCOMPARE(item(library, one.row.id).state, State::Failed);
        QVERIFY(failureOf(library, one.row.id)->what.find("without its bitstream") != std::string::npos);
    }

    void aScoreWithoutAValueFailsItsMeasurement_data() {
        QTest::addColumn<QString>("metric");
        QTest::addColumn<double>("s0");
        QTest::addColumn<double>("s1");
        QTest::newRow("NaN") << "psnr-rgb" << std::nan("") << 1.0;
        QTest::newRow("infinite") << "psnr-rgb" << std::numeric_limits<double>::infinity() << 1.0;
        QTest::newRow("no samples") << "psnr-rgb" << 1.0 << 0.0;
        QTest::newRow("unknown metric") << "vmaf" << 1.0 << 1.0;
    }

    void aScoreWithoutAValueFailsItsMeasurement() {
        QFETCH(QString, metric);
        QFETCH(double, s0);
        QFETCH(double, s1);
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        OneItem one(library, 1000);
        one.batch.measurements[0].scores = {{metric.toStdString(), s0, s1}};
        library.commit(one.batch);
        QCOMPARE(item(library, one.row.id).state, State::Done);
        const MeasurementRow row = measurementsOf(library, one.row.id).at(0);
        QCOMPARE(row.state, State::Failed);
        QVERIFY(!row.failure->what.empty());
        QVERIFY(row.scores.empty());
    }

    void anErrorOfZeroIsInfiniteDecibels() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        OneItem one(library, 1000);
        one.batch.measurements[0].scores = {{"psnr-rgb", 0, 1}};
        library.commit(one.batch);
        QVERIFY(std::isinf(measurementsOf(library, one.row.id).at(0).scores.at(0).value));
        const auto curves = meanCurves(library, one.study, "psnr-rgb", "bpp");
        QCOMPARE(curves.at(0).points.at(0).n, 0u);
        QCOMPARE(curves[0].points[0].dropped, 1u);
        QVERIFY(std::isinf(curves[0].points[0].y));
    }

    void tablesAreReplaced() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const StudyId study = library.saveStudy(sampleStudy());
        for (const std::string text : {"a,b\r\n1,2\r\n", "a,b\r\n3,4\r\n"}) {
            Batch batch;
            batch.tables.push_back({study, "correlation", "pairs", sha256(text), text});
            batch.tables.push_back({study, "correlation", "large", sha256("large"), std::string(large, 'x')});
            library.commit(batch);
        }
        const std::vector<TableRecord> tables = library.tables(study);
        QCOMPARE(tables.size(), 2u);
        QCOMPARE(tables[0].csv.size(), large);
        QCOMPARE(tables[1].csv, std::string("a,b\r\n3,4\r\n"));
        QCOMPARE(tables[1].key.hex(), sha256("a,b\r\n3,4\r\n").hex());
        QVERIFY(std::filesystem::is_empty(library.stagingFolder()));
    }

    void tablesOfTasksStayWithTheirItems() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        SampleShape shape;
        shape.series = {"jpeg"};
        shape.qualities = {10, 90};
        shape.assets = 1;
        const auto planned = sampleItems(shape);
        const StudyId study = library.saveStudy(sampleStudy());
        const auto rows = library.reconcile(study, planned).items;
        for (std::size_t i = 0; i < 2; ++i) {
            Batch batch = outcomeOf(library, planned[i], rows[i]);
            const std::string encode = "encode " + std::to_string(i), score = "score " + std::to_string(i);
            batch.tables.push_back({study, "jpeg", "layers", planned[i].streams[0], encode, true});
            batch.tables.push_back({study, "psnr", "estimates", planned[i].measurements[0].key, score, true});
            batch.tables.push_back({study, "other", "layers", sha256("no item's"), "other", true});
            library.commit(batch);
        }
        const auto said = [&](std::size_t i) {
            QStringList all;
            for (const TableRecord& table : tablesOf(library, rows[i].id))
                all += QString::fromStdString(table.node + "." + table.name + "=" + table.csv);
            return all.join(' ');
        };
        for (int round = 0; round < 2; ++round) {
            QCOMPARE(said(0), QString("jpeg.layers=encode 0 psnr.estimates=score 0"));
            QCOMPARE(said(1), QString("jpeg.layers=encode 1 psnr.estimates=score 1"));
            library.collectGarbage(true);
        }
        // The study has the newest of each.
        QCOMPARE(library.tables(study).size(), 3u);
        QCOMPARE(library.tables(study)[0].csv, std::string("encode 1"));
        const auto count = [&] {
            return library.connection().database->integer("SELECT count(*) FROM task_table");
        };
        QCOMPARE(count(), 4);
        library.deleteStudy(study);
        QCOMPARE(count(), 0);
        library.collectGarbage(false);
        QCOMPARE(library.connection().database->integer("SELECT count(*) FROM artefact"), 0);
    }

    void readersSeeWhatAWriterRuns() {
        const SampleFolder folder;
        Library writer(folder.library(), Access::Write);
        writer.reconcile(writer.saveStudy(sampleStudy()), sampleItems());
        const std::array<ItemId, 3> running = {1, 2, 3};
        writer.setState(running, State::Running);
        QCOMPARE(Library(folder.library(), Access::Read).itemCounts()[State::Running], 3);
    }

    void aMissingStagedFileStopsTheBatch() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        OneItem one(library, large);
        std::filesystem::resize_file(one.batch.streams[0].first.file, large - 1);
        QVERIFY(messageOf([&] { library.commit(one.batch); }, ErrorKind::Internal).contains("has not the"));
        QCOMPARE(library.itemCounts()[State::Pending], 1);
    }

    void aFullDatabaseTakesNothingAndTakesAllLater() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        OneItem one(library, largestInDatabase);
        const auto pages = library.connection().database->integer("PRAGMA page_count");
        library.connection().database->query("PRAGMA max_page_count = " + std::to_string(pages + 4)).next();
        const QString message = messageOf([&] { library.commit(one.batch); }, ErrorKind::Resource);
        QVERIFY2(message.contains("no room left"), qPrintable(message));
        QCOMPARE(library.itemCounts()[State::Pending], 1);
        QVERIFY(!library.findStream(one.planned[0].streams[0]));
        QCOMPARE(library.connection().database->integer("SELECT count(*) FROM artefact"), 0);
        library.connection().database->query("PRAGMA max_page_count = 1000000").next();
        library.commit(one.batch);
        QCOMPARE(library.itemCounts()[State::Done], 1);
        QCOMPARE(library.artefact(one.artefact()).size(), std::size_t(largestInDatabase));
    }

    void aFullDiskLosesNothing_data() {
        QTest::addColumn<bool>("files");
        QTest::newRow("small artefacts") << false;
        QTest::newRow("large artefacts") << true;
    }

    void aFullDiskLosesNothing() {
        QFETCH(bool, files);
        const SampleFolder folder;
        const std::filesystem::path mounted = folder.path() / "small";
        std::filesystem::create_directory(mounted);
        if (mount("tmpfs", mounted.c_str(), "tmpfs", 0, "size=2m") != 0)
            QSKIP("skipped: mounting is not permitted");
        const std::filesystem::path file = mounted / "sample.rslib";
        std::int64_t done = 0, opened = -1, afterwards = -1;
        QString message;
        try {
            Library library(file, Access::Write);
            SampleShape shape;
            shape.assets = 40;
            const std::vector<PlannedItem> items = sampleItems(shape);
            const StudyId study = library.saveStudy(sampleStudy());
            const Reconciliation rows = library.reconcile(study, items);
            Batch failed;
            std::size_t next = 0;
            try {
                for (; next < items.size(); ++next) {
                    Batch batch = outcomeOf(library, items[next], rows.items[next]);
                    batch.streams = {
                        sampleStream(library, items[next].streams[0], files ? 2 * large : 30'000)};
                    failed = batch;
                    library.commit(batch);
                    ++done;
                }
            } catch (const Error& error) {
                message = error.what();
                if (error.kind() != ErrorKind::Resource && error.kind() != ErrorKind::Internal) throw;
            }
            if (library.itemCounts()[State::Done] != done) message += " (counts differ)";
            opened = Library(file, Access::Read).itemCounts()[State::Done];
            // Room is made, and the same batch goes in.
            if (mount("tmpfs", mounted.c_str(), "tmpfs", MS_REMOUNT, "size=16m") == 0) {
                failed.streams = {sampleStream(library, items[next].streams[0], files ? 2 * large : 30'000)};
                library.commit(failed);
                afterwards = library.itemCounts()[State::Done];
            }
        } catch (const std::exception& error) {
            message = QString("unexpected: ") + error.what();
        }
        umount(mounted.c_str());
        QVERIFY2(done > 0 && done < 240, qPrintable(message));
        QVERIFY2(message.contains("no room left") || message.contains("has not the"), qPrintable(message));
        QCOMPARE(opened, done);
        QCOMPARE(afterwards, done + 1);
    }

    void runningRowsAreInterrupted() {
        const SampleFolder folder;
        inKilledProcess([&] {
            Library library(folder.library(), Access::Write);
            const std::vector<PlannedItem> items = sampleItems();
            const Reconciliation rows = library.reconcile(library.saveStudy(sampleStudy()), items);
            const std::array<ItemId, 3> running = {1, 2, 3};
            library.setState(running, State::Running);
            const std::array<MeasurementId, 2> measuring = {1, 2};
            library.setMeasurementState(measuring, State::Running);
            Batch batch = outcomeOf(library, items[0], rows.items[0]);
            library.commit(batch);
            sampleStream(library, sha256("in flight"), 1000);
            library.heartbeat();
        });
        {
            // A reader carries the log of the killed writer, and knows that nobody runs what it left.
            const Library reader(folder.library(), Access::Read);
            QCOMPARE(reader.itemCounts()[State::Done], 1);
            QCOMPARE(reader.itemCounts()[State::Running], 0);
            QCOMPARE(reader.itemCounts()[State::Interrupted], 2);
            QCOMPARE(reader.measurementCounts()[State::Interrupted], 1);
        }
        const Library library(folder.library(), Access::Write);
        QCOMPARE(library.itemCounts()[State::Done], 1);
        QCOMPARE(library.itemCounts()[State::Interrupted], 2);
        QCOMPARE(library.itemCounts()[State::Running], 0);
        QCOMPARE(library.measurementCounts()[State::Interrupted], 1);
        QCOMPARE(library.measurementCounts()[State::Done], 1);
        QVERIFY(std::filesystem::is_empty(library.stagingFolder()));
    }

    void artefactsAndRowsAgreeAfterOpening_data() {
        QTest::addColumn<QString>("damage");
        QTest::newRow("truncated") << "truncated";
        QTest::newRow("longer") << "longer";
        QTest::newRow("missing") << "missing";
        QTest::newRow("extra") << "extra";
    }

    void artefactsAndRowsAgreeAfterOpening() {
        QFETCH(QString, damage);
        const SampleFolder folder;
        std::filesystem::path file;
        {
            Library library(folder.library(), Access::Write);
            OneItem one(library, large);
            one.batch.measurements[0].samples = std::string(large, 's');
            library.commit(one.batch);
            file = artefactPath(library.connection(), one.artefact());
        }
        const std::filesystem::path extra = file.parent_path() / std::string(64, 'a');
        if (damage == "truncated") std::filesystem::resize_file(file, large - 1);
        if (damage == "longer") std::filesystem::resize_file(file, large + 1);
        if (damage == "missing") std::filesystem::remove(file);
        if (damage == "extra") std::ofstream(extra) << "x";
        const bool lost = damage != "extra";
        Library library(folder.library(), Access::Write);
        QCOMPARE(library.itemCounts()[State::Interrupted], lost ? 1 : 0);
        QCOMPARE(library.measurementCounts()[State::Done], 1);
        QCOMPARE(filesIn(artefactFolder(folder)).size(), lost ? 1u : 2u);
        QVERIFY(!std::filesystem::exists(extra));
        if (!lost) return;
        // It runs again, and all is as before.
        QVERIFY(meanCurves(library, library.study("").id, "psnr-rgb", "bpp").empty());
        OneItem one(library, large);
        QCOMPARE(one.row.state, State::Interrupted);
        one.batch.measurements.clear();
        library.commit(one.batch);
        QCOMPARE(library.itemCounts()[State::Done], 1);
        QCOMPARE(meanCurves(library, one.study, "psnr-rgb", "bpp").at(0).points.at(0).n, 1u);
    }

    void lostSamplesInterruptTheirMeasurement() {
        const SampleFolder folder;
        std::filesystem::path file;
        {
            Library library(folder.library(), Access::Write);
            OneItem one(library, 1000);
            one.batch.measurements[0].samples = std::string(large, 's');
            library.commit(one.batch);
            file = artefactPath(library.connection(), sha256(std::string(large, 's')));
        }
        std::filesystem::remove(file);
        const Library library(folder.library(), Access::Write);
        QCOMPARE(library.itemCounts()[State::Done], 1);
        QCOMPARE(library.measurementCounts()[State::Interrupted], 1);
    }

    void filesOfAKilledCommitAreRemoved() {
        const SampleFolder folder;
        inKilledProcess([&] {
            Library library(folder.library(), Access::Write);
            OneItem one(library, large);
            // As if the power failed between the files and their rows.
            IncomingArtefacts artefacts(library.connection());
            artefacts.add(one.artefact(), large, one.batch.streams[0].first.file);
            artefacts.flush();
        });
        QCOMPARE(filesIn(artefactFolder(folder)).size(), 1u);
        const Library library(folder.library(), Access::Write);
        QCOMPARE(filesIn(artefactFolder(folder)).size(), 0u);
        QCOMPARE(library.itemCounts()[State::Pending], 1);
    }

    void killedAtAnyMomentNothingCommittedIsLost() {
        const SampleFolder folder;
        SampleShape shape;
        shape.assets = 30;
        const std::vector<PlannedItem> items = sampleItems(shape);
        {
            Library library(folder.library(), Access::Write);
            library.reconcile(library.saveStudy(sampleStudy()), items);
        }
        std::int64_t before = 0;
        for (int kills = 0; kills < 5; ++kills) {
            int said[2];
            QCOMPARE(pipe(said), 0);
            const pid_t child = fork();
            if (child == 0) {
                Library library(folder.library(), Access::Write);
                const Reconciliation rows = library.reconcile(library.study("").id, items);
                for (std::size_t i = 0; i < items.size(); ++i) {
                    if (rows.items[i].state == State::Done) continue;
                    Batch batch = outcomeOf(library, items[i], rows.items[i]);
                    if (i % 3 == 0) batch.streams = {sampleStream(library, items[i].streams[0], large)};
                    library.commit(batch);
                    if (write(said[1], "c", 1) != 1) break;
                }
                _exit(0);
            }
            std::string commits(std::size_t(7 + 5 * kills), '\0');
            for (char& byte : commits)
                QCOMPARE(read(said[0], &byte, 1), 1);
            kill(child, SIGKILL);
            waitpid(child, nullptr, 0);
            close(said[1]);
            std::int64_t committed = std::int64_t(commits.size());
            char byte = 0;
            while (read(said[0], &byte, 1) == 1)
                ++committed;
            close(said[0]);
            Library library(folder.library(), Access::Write);
            const std::int64_t done = library.itemCounts()[State::Done];
            // The last commit may have come through without its report.
            QVERIFY(done == before + committed || done == before + committed + 1);
            QCOMPARE(library.itemCounts()[State::Running], 0);
            std::size_t large_ = 0;
            Statement rows =
                library.connection().database->query("SELECT hash FROM artefact WHERE data IS NULL");
            while (rows.next()) {
                QCOMPARE(std::filesystem::file_size(artefactPath(library.connection(), rows.hash(0))), large);
                ++large_;
            }
            QCOMPARE(filesIn(artefactFolder(folder)).size(), large_);
            before = done;
        }
    }
};

QTEST_GUILESS_MAIN(CommitTest)
#include "commit_test.moc"
