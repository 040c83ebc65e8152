// The supervisor with the real worker and the plugins of tests/plugins.

#include "core/buffer/value_file.h"
#include "core/run/supervisor.h"
#include "core/store/query.h"

#include <QtTest>
#include <fstream>

using namespace ratescope;
using namespace ratescope::run;
using graph::Document;
using graph::ParameterValue;
using store::State;

namespace {

graph::Node node(const std::string& slug, const std::string& type,
                 std::map<std::string, graph::Binding> parameters = {}) {
    graph::Node made;
    made.slug = slug;
    made.type = "test." + type;
    made.parameters = std::move(parameters);
    return made;
}

graph::Binding number(std::int64_t value) {
    return ParameterValue(value);
}

graph::Binding text(const std::string& value) {
    return ParameterValue(value);
}

/// noise → codec → mse
Document studyOf(const std::string& codec, std::map<std::string, graph::Binding> parameters, int assets = 3) {
    Document document = graph::newDocument("real");
    document.nodes = {node("noise", "noise", {{"count", number(assets)}}),
                      node("codec", codec, std::move(parameters)), node("mse", "mse")};
    document.wires = {{{"noise", "image"}, {"codec", "image"}},
                      {{"noise", "image"}, {"mse", "reference"}},
                      {{"codec", "image"}, {"mse", "candidate"}}};
    return document;
}

std::filesystem::path buildFolder() {
    return qEnvironmentVariable("RATESCOPE_BUILD", QCoreApplication::applicationDirPath() + "/..")
        .toStdString();
}

class House {
  public:
    House() : library_(file("test.rslib"), store::Access::Write) {}

    std::filesystem::path file(const char* name) const { return folder_.filePath(name).toStdString(); }
    store::Library& library() { return library_; }
    Supervisor& supervisor() { return *supervisor_; }
    Submitted run(const Document& document, int jobs, const StudyOptions& options = {}) {
        SupervisorOptions settings;
        settings.worker = buildFolder() / "bin/ratescope-worker";
        settings.jobs = jobs;
        supervisor_.reset();
        supervisor_ = std::make_unique<Supervisor>(library_, catalogue_, settings);
        const Submitted submitted = supervisor_->submit(document, folder_.path().toStdString(), options);
        QElapsedTimer timer;
        timer.start();
        supervisor_->runUntilIdle([&] { return timer.elapsed() > 120'000; });
        return submitted;
    }
    std::vector<store::ItemRow> rows(store::StudyId study) {
        return store::itemsPage(library_, study, {}, store::ItemOrder::Planned, false, {}, 10'000).rows;
    }
    int linesIn(const char* name) const {
        std::ifstream stream(file(name));
        int count = 0;
        for (std::string line; std::getline(stream, line);)
            ++count;
        return count;
    }

  private:
    QTemporaryDir folder_;
    graph::Catalogue catalogue_ = graph::loadCatalogue({buildFolder() / "tests/plugins"});
    store::Library library_;
    std::unique_ptr<Supervisor> supervisor_;
};

}  // namespace

class RealWorkerTest : public QObject {
    Q_OBJECT

  private slots:
    void jobsMakeNoDifference() {
        Document document = studyOf("layers", {}, 4);
        document.nodes.push_back(node("random", "random"));
        document.wires[0] = {{"noise", "image"}, {"random", "image"}};
        document.wires.push_back({{"random", "image"}, {"codec", "image"}});
        document.seeds = {0, 7};
        graph::Sweep sweep;
        sweep.columns = {{"codec", "layers", {}}};
        sweep.rows = {{std::int64_t{2}}, {std::int64_t{5}}, {std::int64_t{8}}};
        document.sweeps = {sweep};
        QStringList all[2];
        for (const int jobs : {1, 2}) {
            House house;
            const Submitted submitted = house.run(document, jobs);
            QCOMPARE(house.library().itemCounts()[State::Done], std::int64_t{24});
            for (const store::ItemRow& row : house.rows(submitted.study)) {
                QString line =
                    QString("%1 %2 %3").arg(QString::fromStdString(row.asset)).arg(row.seed).arg(*row.bits);
                for (const auto& stream : store::streamsOf(house.library(), row.id))
                    line += " " + QString::fromStdString(stream.artefact.hex());
                for (const auto& measurement : store::measurementsOf(house.library(), row.id))
                    for (const auto& score : measurement.scores)
                        line += QString(" %1 %2")
                                    .arg(score.s0, 0, 'g', 17)
                                    .arg(measurement.counts.begin()->second);
                all[jobs - 1] << line;
            }
        }
        QCOMPARE(all[0], all[1]);
        QVERIFY(all[0][0] != all[0][1]);  // the seeds differ
    }

    void layersAreEncodedOnce() {
        House house;
        Document document = studyOf("layers", {{"record", text(house.file("record").string())}}, 2);
        graph::Sweep sweep;
        sweep.columns = {{"codec", "layers", {}}};
        for (std::int64_t layers = 1; layers <= 8; ++layers)
            sweep.rows.push_back({layers});
        document.sweeps = {sweep};
        house.run(document, 2);
        QCOMPARE(house.library().itemCounts()[State::Done], std::int64_t{16});
        QCOMPARE(house.linesIn("record"), 2);
    }

    void badCodecsFailTheirOwnItem_data() {
        QTest::addColumn<QString>("how");
        QTest::addColumn<QString>("reason");
        QTest::newRow("segfault") << "segfault"
                                  << "signal 11";
        QTest::newRow("exit") << "exit"
                              << "ended with status 0";
        QTest::newRow("memory") << "memory"
                                << "emory";
        QTest::newRow("hang") << "hang"
                              << "no sign of life for 1 s";
        QTest::newRow("garbage") << "garbage"
                                 << "no message";
        QTest::newRow("error") << "error"
                               << "taste";
        QTest::newRow("exception") << "exception"
                                   << "standard library";
        QTest::newRow("ledger") << "ledger"
                                << "15 bits";
    }
    void badCodecsFailTheirOwnItem() {
        QFETCH(QString, how);
        QFETCH(QString, reason);
        House house;
        Document document = studyOf("crash", {{"how", text(how.toStdString())}, {"only", number(1)}}, 3);
        document.stallSeconds = how == "hang" ? 1 : 30;  // a sanitizer takes seconds to run out of memory
        house.run(document, 2);
        QCOMPARE(house.library().itemCounts()[State::Done], std::int64_t{2});
        QCOMPARE(house.library().itemCounts()[State::Failed], std::int64_t{1});
        QCOMPARE(house.library().measurementCounts()[State::Done], std::int64_t{2});
        const auto failures = house.library().failures({}, 10);
        QCOMPARE(failures.size(), std::size_t{1});
        const QString what = QString::fromStdString(failures[0].failure.what);
        QVERIFY2(what.startsWith("codec: ") && what.contains(reason), qPrintable(what));
    }

    void valuesAndMapsForViews() {
        House house;
        const Submitted submitted = house.run(studyOf("layers", {}, 1), 1);
        const store::ItemId item = house.rows(submitted.study).front().id;
        for (const char* port : {"reference", "candidate", "map:test-mse"}) {
            std::filesystem::path file;
            std::optional<Error> failure;
            bool answered = false;
            house.supervisor().requestValue({item, port}, [&](const auto& made, const auto& error) {
                file = made;
                failure = error;
                answered = true;
            });
            QTRY_VERIFY_WITH_TIMEOUT((house.supervisor().step(10), answered), 10'000);
            QVERIFY2(!failure, failure ? failure->what() : "");
            QCOMPARE(mapValueFile(file).type, std::string("Image"));
        }
    }

    void analysesAndTimes() {
        House house;
        Document document = studyOf("layers", {}, 2);
        document.nodes.push_back(node("mean", "mean"));
        StudyOptions options;
        options.repeats = 2;
        const Submitted submitted = house.run(document, 2, options);
        for (const store::ItemRow& row : house.rows(submitted.study))
            QVERIFY(row.timed && *row.encodeSeconds > 0 && *row.decodeSeconds > 0);
        const auto tables = house.library().tables(submitted.study);
        QVERIFY(!tables.empty());
        QVERIFY2(tables.front().csv.find("test-psnr") != std::string::npos, tables.front().csv.c_str());
    }

    void aSharedInputReachesTheDecoder() {
        House house;
        Document document = studyOf("shared-codec", {}, 2);
        document.nodes.push_back(node("learned", "learned"));
        document.wires.push_back({{"learned", "parameters"}, {"codec", "parameters"}});
        house.run(document, 1);
        QCOMPARE(house.library().itemCounts()[State::Done], std::int64_t{2});
        const auto measurements = store::measurementsOf(house.library(), 1);
        for (const auto& score : measurements.front().scores)
            QCOMPARE(score.s0, 0.0);
    }
};

QTEST_GUILESS_MAIN(RealWorkerTest)
#include "real_worker_test.moc"
