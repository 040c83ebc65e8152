#include "core/media/worker/execute.h"

#include "core/error.h"
#include "core/media/assets/asset.h"
#include "core/media/assets/image_file.h"
#include "core/media/worker/kept_value.h"
#include "core/media/worker/table_csv.h"
#include "tests/core/media/worker/chain_builder.h"

#include <QtTest>
#include <chrono>
#include <fstream>
#include <thread>

using namespace ratescope;
using namespace ratescope::media;
using run::TaskKind;

namespace {

constexpr std::int64_t noSamples = 16 * 12;  // of test.noise at its defaults

/// One worker of its own, which remembers what it sent.
struct Worker {
    ValueCache cache;
    std::atomic<bool> cancelled{false};
    std::vector<run::TaskReport> reports;
    std::vector<run::Alive> signs;

    void run(ChainBuilder& builder) {
        reports.clear();
        signs.clear();
        runChain(builder.chain, builder.plugins, cache, cancelled, [this](const run::FromWorker& message) {
            if (const auto* report = std::get_if<run::TaskReport>(&message)) reports.push_back(*report);
            if (const auto* alive = std::get_if<run::Alive>(&message)) signs.push_back(*alive);
        });
    }
    const run::TaskReport* report(const Hash& key) const {
        const run::TaskReport* found = nullptr;
        for (const run::TaskReport& report : reports)
            if (report.key == key) found = &report;
        return found;
    }
    std::vector<Hash> keys() const {
        std::vector<Hash> all;
        for (const run::TaskReport& report : reports)
            all.push_back(report.key);
        return all;
    }
};

std::vector<std::byte> bytesOf(const Value& value) {
    const auto bytes = std::get<std::shared_ptr<const Image>>(value)->samples.bytes();
    return {bytes.begin(), bytes.end()};
}

std::size_t linesIn(const std::filesystem::path& file) {
    std::ifstream stream(file);
    std::size_t count = 0;
    for (std::string line; std::getline(stream, line);)
        ++count;
    return count;
}

/// Source, lossless codec and measure.
struct Study : ChainBuilder {
    Hash noise = source("test.noise");
    Coded crash = code("test.crash", {}, {{"image", {{noise, "image"}}}});
    Hash score = measure("test.mse", {noise, "image"}, {crash.decode, "image"});
    Hash prepare = task(score).inputs.at("prepared").front().task;
};

}  // namespace

class ExecuteTest : public QObject {
    Q_OBJECT
  private slots:

    void runsWhatAnItemNeeds() {
        Study study;
        study.chain.wanted = {study.crash.decode, study.score};
        Worker worker;
        worker.run(study);
        const std::vector<Hash> expected = {study.noise, study.crash.encode, study.crash.decode,
                                            study.prepare, study.score};
        QVERIFY(worker.keys() == expected);
        for (const run::TaskReport& report : worker.reports) {
            QVERIFY(!report.failure);
            QVERIFY(report.seconds > 0 && report.peakMemory > (1u << 20));
        }
        const run::StreamResult stream = worker.report(study.crash.encode)->stream.value();
        QCOMPARE(stream.file, study.chain.staging / study.crash.encode.hex());
        QCOMPARE(std::filesystem::file_size(stream.file), stream.bytes);
        QVERIFY(sha256OfFile(stream.file) == stream.hash);
        std::uint64_t bits = 0;
        for (const run::StreamPart& part : stream.parts)
            bits += part.bits;
        QCOMPARE(bits, 8 * stream.bytes);
        QCOMPARE(worker.report(study.prepare)->counts.at("pixels"), noSamples);
        const run::TaskReport& score = *worker.report(study.score);
        QCOMPARE(score.scores.at(0).metric, std::string("test-mse"));
        QCOMPARE(score.scores.at(0).s0, 0.0);
        QCOMPARE(score.scores.at(0).s1, double(noSamples));
        QCOMPARE(tableFromCsv(score.tables.at("samples"), "samples").rows(), std::size_t{1});
    }

    void keepsValuesAsFiles_data() {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("extension");
        QTest::newRow("grey") << "grey"
                              << "pgm";
        QTest::newRow("RGB") << "rgb"
                             << "ppm";
        QTest::newRow("a tensor set") << ""
                                      << "value";
    }
    void keepsValuesAsFiles() {
        QFETCH(QString, model);
        QFETCH(QString, extension);
        ChainBuilder builder;
        const bool isImage = !model.isEmpty();
        const Hash made = isImage ? builder.source("test.noise", {{"model", model.toStdString()}})
                                  : builder.source("test.learned");
        const std::string port = isImage ? "image" : "parameters";
        builder.chain.wanted = {made};
        Worker worker;
        worker.run(builder);
        QVERIFY(worker.report(made)->kept.empty());
        // Also when the value is in memory.
        builder.forget();
        builder.chain.keep = {{made, port}};
        worker.run(builder);
        const run::TaskReport* const report = worker.report(made);
        QVERIFY(report && !report->failure && report->seconds > 0);
        const run::KeptValue kept = report->kept.at(0);
        QCOMPARE(kept.port, port);
        QCOMPARE(kept.file,
                 builder.chain.staging / (made.hex() + "." + port + "." + extension.toStdString()));
        QCOMPARE(kept.bytes, std::filesystem::file_size(kept.file));
        const Value value = *worker.cache.find({made, port});
        if (isImage)
            QCOMPARE(bytesOf(readAsset(graph::PortType::Image, kept.file)), bytesOf(value));
        else
            QVERIFY(typeOf(fromParts(mapValueFile(kept.file))) == typeOf(value));
    }

    void keepsPicturesInAFormatThatHoldsThem_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("extension");
        for (const auto& [what, extension] :
             std::initializer_list<std::pair<const char*, const char*>>{{"plain", "ppm"},
                                                                        {"16 bits", "ppm"},
                                                                        {"alpha", "png"},
                                                                        {"turned", "png"},
                                                                        {"7 bits and alpha", "value"},
                                                                        {"limited range", "value"},
                                                                        {"YCbCr", "value"}})
            QTest::newRow(what) << what << extension;
    }
    void keepsPicturesInAFormatThatHoldsThem() {
        QFETCH(QString, what);
        QFETCH(QString, extension);
        Image image;
        image.alpha = what.contains("alpha");
        image.bitDepth = what == "16 bits" ? 16 : what.startsWith("7 bits") ? 7 : 8;
        if (what == "turned") image.orientation = 6;
        if (what == "limited range") image.range = Range::Limited;
        if (what == "YCbCr") {
            image.model = ColourModel::YCbCr;
            image.matrix = Matrix::Bt601;
        }
        image.samples = Array(image.bitDepth > 8 ? DType::U16 : DType::U8, {2, 3, image.alpha ? 4 : 3});
        image.samples.writableBytes()[5] = std::byte{77};
        const QTemporaryDir folder;
        const run::TaskOutput output{sha256("made"), "image"};
        const run::KeptValue kept =
            keepValue(folder.path().toStdString(), output, std::make_shared<const Image>(image));
        QCOMPARE(QString::fromStdString(kept.file.extension().string()), "." + extension);
        const Value back = extension == "value" ? fromParts(mapValueFile(kept.file))
                                                : readAsset(graph::PortType::Image, kept.file);
        const Image& read = *std::get<std::shared_ptr<const Image>>(back);
        QVERIFY(read.model == image.model && read.range == image.range && read.alpha == image.alpha);
        QVERIFY(read.bitDepth == image.bitDepth && read.orientation == image.orientation);
        QCOMPARE(bytesOf(back), bytesOf(std::make_shared<const Image>(image)));
        QCOMPARE(std::distance(std::filesystem::directory_iterator(folder.path().toStdString()), {}), 1);
    }

    void takesWhatIsThere() {
        Study study;
        study.chain.wanted = {study.crash.decode};
        Worker worker;
        worker.run(study);
        QCOMPARE(worker.reports.size(), std::size_t{3});
        worker.run(study);  // From the memory cache.
        QCOMPARE(worker.reports.size(), std::size_t{0});
        study.chain.streams[study.crash.encode] = study.chain.staging / study.crash.encode.hex();
        Worker other;  // From the stream: neither source nor encoder run.
        other.run(study);
        QVERIFY(other.keys() == std::vector<Hash>{study.crash.decode});
        // An encode task that is not part of the chain, as for `decode` of a file.
        std::erase_if(study.chain.tasks,
                      [&](const run::Task& task) { return task.key != study.crash.decode; });
        Worker third;
        third.run(study);
        QVERIFY(third.keys() == std::vector<Hash>{study.crash.decode});
        QVERIFY(!third.reports[0].failure);
    }

    void namesAMissingStream() {
        Study study;
        study.chain.wanted = {study.crash.decode};
        study.chain.streams[study.crash.encode] = study.folder() / "gone";
        Worker worker;
        worker.run(study);
        QCOMPARE(worker.reports.size(), std::size_t{1});
        QVERIFY(worker.reports[0].failure->kind == ErrorKind::Input);
        QVERIFY(worker.reports[0].failure->what.find("gone") != std::string::npos);
    }

    void cacheIsBounded() {
        Study study;
        study.chain.wanted = {study.crash.decode};
        study.chain.cacheMemory = 10;  // Not even one image.
        Worker worker;
        worker.run(study);
        QVERIFY(worker.cache.size() <= 10);
        QCOMPARE(worker.reports.size(), std::size_t{3});  // Within a chain nothing is made twice.
        worker.run(study);
        QCOMPARE(worker.reports.size(), std::size_t{3});
    }

    void publishesValues() {
        Study study;
        study.chain.wanted = {study.score};
        study.chain.publish = {study.crash.decode, study.prepare};
        Worker worker;
        worker.run(study);
        QVERIFY(std::filesystem::exists(study.chain.cache / (study.crash.decode.hex() + ".image")));
        QVERIFY(std::filesystem::exists(study.chain.cache / (study.prepare.hex() + ".prepared")));
        Worker other;
        study.chain.publish.clear();
        other.run(study);
        QVERIFY((other.keys() == std::vector<Hash>{study.prepare, study.score}));
        QCOMPARE(other.report(study.prepare)->seconds, 0.0);  // Not run; its counts are told.
        QCOMPARE(other.report(study.prepare)->counts.at("pixels"), noSamples);
        QVERIFY(other.report(study.score)->scores.at(0).s0 == 0);
    }

    void publishesWhatTheMemoryHolds() {
        Study study;
        study.chain.wanted = {study.crash.decode};
        Worker worker;
        worker.run(study);
        study.chain.publish = {study.crash.decode};
        worker.run(study);
        QVERIFY(worker.reports.empty());
        QVERIFY(std::filesystem::exists(study.chain.cache / (study.crash.decode.hex() + ".image")));
    }

    void makesADamagedValueAgain() {
        Study study;
        study.chain.publish = {study.noise};
        Worker worker;
        worker.run(study);
        std::ofstream(study.chain.cache / (study.noise.hex() + ".image")) << "RSVALUE1 nonsense";
        Worker other;
        other.run(study);
        QVERIFY(other.keys() == std::vector<Hash>{study.noise});
        QVERIFY(!other.reports[0].failure);
        Worker third;
        third.run(study);
        QVERIFY(third.reports.empty());
    }

    void failuresStayWhereTheyBelong() {
        ChainBuilder builder;
        const Hash noise = builder.source("test.noise");
        const auto bad =
            builder.code("test.crash", {{"how", std::string("error")}}, {{"image", {{noise, "image"}}}});
        const Hash badScore = builder.measure("test.mse", {noise, "image"}, {bad.decode, "image"});
        const auto good = builder.code("test.crash", {}, {{"image", {{noise, "image"}}}});
        builder.chain.wanted = {bad.decode, badScore, good.decode};
        Worker worker;
        worker.run(builder);
        QVERIFY(worker.report(bad.encode)->failure->kind == ErrorKind::Input);
        QCOMPARE(worker.report(bad.encode)->failure->remedy, std::string("Choose another."));
        QCOMPARE(worker.report(bad.encode)->log, std::string("goes wrong: error\n"));
        QVERIFY(!worker.report(bad.decode) && !worker.report(badScore));
        QVERIFY(worker.report(good.decode) && !worker.report(good.decode)->failure);
    }

    void dependentsOfAFailureAreNotReported() {
        ChainBuilder builder;
        const Hash noise = builder.source("test.noise");
        const Hash random =  // Without a seed it fails.
            builder.add(TaskKind::Transform, "test.random", {}, {{"image", {{noise, "image"}}}});
        const Wires wires = {{"image", {{random, "image"}}}};
        const Hash one = builder.add(TaskKind::Transform, "test.offset", {}, wires);
        const Hash two =
            builder.add(TaskKind::Transform, "test.offset", {{"offset", std::int64_t{2}}}, wires);
        builder.chain.wanted = {one, two, random};
        Worker worker;
        worker.run(builder);
        QVERIFY((worker.keys() == std::vector<Hash>{noise, random}));
        QVERIFY(worker.report(random)->failure->what.find("no seed") != std::string::npos);
    }

    void whatNodesThrow_data() {
        QTest::addColumn<QString>("how");
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("what");
        QTest::newRow("std::exception") << "exception"
                                        << "internal"
                                        << "an exception of the standard library";
        QTest::newRow("no exception") << "number"
                                      << "internal"
                                      << "no exception";
        QTest::newRow("ledger") << "ledger"
                                << "internal"
                                << "15 bits";
        QTest::newRow("memory") << "memory"
                                << "resource"
                                << "ran out of memory (limit 256 MiB)";
    }
    void whatNodesThrow() {
        QFETCH(QString, how);
        QFETCH(QString, kind);
        QFETCH(QString, what);
        ChainBuilder builder;
        const Hash noise = builder.source("test.noise");
        const auto coded =
            builder.code("test.crash", {{"how", how.toStdString()}}, {{"image", {{noise, "image"}}}});
        builder.chain.wanted = {coded.encode};
        builder.chain.memoryLimit = 256u << 20;
        Worker worker;
        worker.run(builder);
        const run::TaskFailure failure = worker.report(coded.encode)->failure.value();
        QCOMPARE(QString(toText(failure.kind)), kind);
        const QString text = QString::fromStdString(failure.what);
        QVERIFY2(text.contains(what) && text.contains("crash"), qPrintable(text));
        QVERIFY(!failure.remedy.empty());
        QVERIFY(std::filesystem::is_empty(builder.chain.staging));
        builder.chain.wanted = {builder.code("test.crash", {}, {{"image", {{noise, "image"}}}}).decode};
        worker.run(builder);  // The worker goes on as if nothing had been.
        QVERIFY(!worker.reports.back().failure);
    }

    void sharedInputsMustBeTheSame() {
        ChainBuilder builder;
        const Hash noise = builder.source("test.noise");
        const Hash right = builder.source("test.learned");
        const Hash wrong = builder.source("test.learned", {{"variant", std::int64_t{7}}});
        const Wires inputs = {{"image", {{noise, "image"}}}, {"parameters", {{right, "parameters"}}}};
        const auto same =
            builder.code("test.shared-codec", {}, inputs, {{"parameters", {{right, "parameters"}}}});
        const auto other =
            builder.code("test.shared-codec", {}, inputs, {{"parameters", {{wrong, "parameters"}}}});
        builder.chain.wanted = {same.decode, other.decode};
        Worker worker;
        worker.run(builder);
        QVERIFY(bytesOf(*worker.cache.find({same.decode, "image"})) ==
                bytesOf(*worker.cache.find({noise, "image"})));
        QVERIFY(worker.report(other.decode)->failure->kind == ErrorKind::Input);
        const auto& parts = worker.report(same.encode)->stream->parts;
        QVERIFY(std::any_of(parts.begin(), parts.end(), [](const run::StreamPart& part) {
            return part.name == "shared-id" && part.bits == 64;
        }));
        QCOMPARE(worker.report(same.encode)->stream->shared.size(), std::size_t{1});
    }

    void encodesOnceForASweepOfExtract() {
        ChainBuilder builder;
        const std::string record = (builder.folder() / "record").string();
        const Hash noise = builder.source("test.noise");
        std::uint64_t bytes = 0;
        Worker worker;
        for (std::int64_t layers = 1; layers <= 8; ++layers) {
            const auto coded = builder.code("test.layers", {{"layers", layers}, {"record", record}},
                                            {{"image", {{noise, "image"}}}});
            builder.chain.wanted = {coded.decode};
            builder.chain.streams[coded.encode] = builder.chain.staging / coded.encode.hex();
            if (layers == 1) builder.chain.streams.clear();
            worker.run(builder);
            const std::uint64_t size = worker.report(coded.extract)->stream->bytes;
            QVERIFY(size > bytes);
            bytes = size;
            if (layers < 8) continue;
            QVERIFY(bytesOf(*worker.cache.find({coded.decode, "image"})) ==
                    bytesOf(*worker.cache.find({noise, "image"})));
        }
        QCOMPARE(linesIn(record), std::size_t{1});
    }

    void repeatsForTheTime() {
        ChainBuilder builder;
        const std::string record = (builder.folder() / "record").string();
        const Hash noise = builder.source("test.noise");
        const auto coded = builder.code("test.layers", {{"record", record}}, {{"image", {{noise, "image"}}}});
        builder.chain.wanted = {coded.encode, coded.extract, coded.decode};
        Worker worker;
        worker.run(builder);
        builder.chain.streams[coded.encode] = builder.chain.staging / coded.encode.hex();
        builder.chain.repeats = 4;
        worker.run(builder);
        QCOMPARE(linesIn(record), std::size_t{6});
        QVERIFY((worker.keys() == std::vector<Hash>{coded.encode, coded.extract, coded.decode}));
    }

    void seedsDecide() {
        ChainBuilder builder;
        const Hash noise = builder.source("test.noise");
        const Wires wires = {{"image", {{noise, "image"}}}};
        const Hash one = builder.add(TaskKind::Transform, "test.random", {}, wires, 1);
        const Hash two = builder.add(TaskKind::Transform, "test.random", {}, wires, 2);
        const Hash none = builder.add(TaskKind::Transform, "test.random", {}, wires);
        builder.chain.wanted = {one, two, none};
        Worker worker, again;
        worker.run(builder);
        again.run(builder);
        const auto image = [](Worker& of, const Hash& key) {
            return bytesOf(*of.cache.find({key, "image"}));
        };
        QVERIFY(image(worker, one) != image(worker, two));
        QVERIFY(image(worker, one) == image(again, one));
        QVERIFY(worker.report(none)->failure->what.find("no seed") != std::string::npos);
    }

    void goesOnFromACheckpoint() {
        ChainBuilder builder;
        const std::filesystem::path record = builder.folder() / "record";
        const Hash noise = builder.source("test.noise");
        const Settings settings = {{"milliseconds", std::int64_t{5}}, {"record", record.string()}};
        const Hash count =
            builder.add(TaskKind::Transform, "test.checkpoint", settings, {{"image", {{noise, "image"}}}});
        builder.chain.wanted = {count};
        Worker undisturbed;
        undisturbed.run(builder);
        QVERIFY(std::filesystem::is_empty(builder.chain.checkpoints));
        Worker worker;
        std::thread canceller([&] {
            while (!std::filesystem::exists(builder.chain.checkpoints / count.hex() / "count"))
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            worker.cancelled = true;
        });
        worker.run(builder);
        canceller.join();
        QVERIFY(worker.report(count)->failure->kind == ErrorKind::Cancelled);
        worker.cancelled = false;
        worker.run(builder);
        QVERIFY(bytesOf(*worker.cache.find({count, "image"})) ==
                bytesOf(*undisturbed.cache.find({count, "image"})));
        QVERIFY(worker.report(count)->log.find("begins at step 5") != std::string::npos);
        QVERIFY(std::filesystem::is_empty(builder.chain.checkpoints));
    }

    void cancelsWithinASecond() {
        ChainBuilder builder;
        const Hash noise = builder.source("test.noise");
        const Hash sleep =
            builder.add(TaskKind::Transform, "test.sleep", {{"milliseconds", std::int64_t{30000}}},
                        {{"image", {{noise, "image"}}}});
        const auto coded = builder.code("test.crash", {}, {{"image", {{sleep, "image"}}}});
        const Hash offset =
            builder.add(TaskKind::Transform, "test.offset", {}, {{"image", {{noise, "image"}}}});
        builder.chain.wanted = {coded.decode, offset};
        Worker worker;
        std::thread canceller([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(450));
            worker.cancelled = true;
        });
        const auto start = std::chrono::steady_clock::now();
        worker.run(builder);
        canceller.join();
        QVERIFY(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(1450));
        QVERIFY((worker.keys() == std::vector<Hash>{noise, sleep}));  // The rest is not reported.
        QVERIFY(worker.report(sleep)->failure->kind == ErrorKind::Cancelled);
        const auto signs = std::count_if(worker.signs.begin(), worker.signs.end(),
                                         [&](const run::Alive& alive) { return alive.task == sleep; });
        QVERIFY2(signs >= 3 && signs <= 6, qPrintable(QString::number(signs)));
        QVERIFY(worker.signs.back().fraction > 0 && worker.signs.back().fraction < 0.1);
    }

    void makesMaps() {
        Study study;
        study.chain.maps = {study.score};
        Worker worker;
        worker.run(study);
        const std::filesystem::path file = study.chain.cache / (study.score.hex() + ".map");
        QVERIFY(typeOf(fromParts(mapValueFile(file))) == graph::PortType::Image);
        QVERIFY(worker.report(study.score)->scores.empty());
        QVERIFY(worker.report(study.score)->mapRange->low == 0 &&
                worker.report(study.score)->mapRange->high == 0);
        study.chain.wanted = {study.score};
        worker.run(study);
        QCOMPARE(worker.report(study.score)->scores.size(), std::size_t{2});
        study.chain.writes = {{{study.score, "map"}, study.folder() / "map.png"},
                              {{study.score, "map"}, study.folder() / "map.ppm"}};
        worker.run(study);
        QVERIFY(readImage(study.folder() / "map.png").model == ColourModel::Grey);
        QVERIFY(worker.report(study.score)->failure->kind == ErrorKind::Usage);
    }

    void writesFiles() {
        Study study;
        const std::filesystem::path image = study.folder() / "out.png", stream = study.folder() / "out.rscs";
        study.chain.writes = {{{study.crash.decode, "image"}, image},
                              {{study.crash.encode, "bitstream"}, stream},
                              {{study.noise, "image"}, study.folder() / "out.safetensors"}};
        Worker worker;
        worker.run(study);
        QVERIFY(bytesOf(readAsset(graph::PortType::Image, image)) ==
                bytesOf(*worker.cache.find({study.noise, "image"})));
        QVERIFY(sha256OfFile(stream) == worker.report(study.crash.encode)->stream->hash);
        QVERIFY(worker.report(study.noise)->failure->kind == ErrorKind::Usage);
    }

    void analysesRows() {
        ChainBuilder builder;
        const std::filesystem::path rows = builder.folder() / "rows.csv";
        std::ofstream(rows) << "series,psnr,bpp\r\na,40.5,1\r\nb,inf,\r\nc,41.5,3\r\n";
        const Hash mean = builder.add(TaskKind::Analyse, "test.mean");
        builder.chain.tasks.back().file = rows;
        builder.chain.wanted = {mean};
        Worker worker;
        worker.run(builder);
        QVERIFY(!worker.report(mean)->failure);
        const Table means = tableFromCsv(worker.report(mean)->tables.at("means"), "means");
        QVERIFY(means.view == TableView::Bars);
        QVERIFY((std::get<std::vector<std::string>>(means.column("column")->cells) ==
                 std::vector<std::string>{"psnr", "bpp"}));
        QCOMPARE(std::get<std::vector<double>>(means.column("mean")->cells).at(1), 2.0);
        QCOMPARE(std::get<std::vector<std::int64_t>>(means.column("n")->cells).at(0), 3);
    }

    void takesAWholeFanOut() {
        ChainBuilder builder;
        Wires wires;
        for (const std::int64_t index : {2, 0, 1})
            wires["images"].push_back({builder.source("test.noise", {}, index), "image"});
        const Hash all = builder.add(TaskKind::Transform, "test.all", {}, wires);
        builder.chain.wanted = {all};
        Worker worker;
        worker.run(builder);
        const Value sums = worker.cache.find({all, "sums"}).value();
        const auto& tensors = std::get<std::shared_ptr<const TensorSet>>(sums)->tensors;
        QCOMPARE(tensors.at(0).array.size(), 3);
    }

    void whatALearnerGivesIsKeptAndTakenInstead() {
        ChainBuilder builder;
        const Hash noise = builder.source("test.noise");
        const Hash all = builder.add(TaskKind::Transform, "test.all", {}, {{"images", {{noise, "image"}}}});
        builder.chain.wanted = {all};
        Worker first;
        first.run(builder);
        const run::TaskReport learned = *first.report(all);
        QCOMPARE(learned.values.size(), std::size_t{1});
        const run::ValueResult& value = learned.values.front();
        QCOMPARE(value.port, std::string("sums"));
        QVERIFY(value.file.parent_path() == builder.chain.staging);
        QVERIFY(value.hash == sha256OfFile(value.file));
        QCOMPARE(value.bytes, std::filesystem::file_size(value.file));
        QVERIFY(first.report(noise)->values.empty());
        builder.chain.values[{all, "sums"}] = value.file;
        Worker second;
        second.run(builder);
        QVERIFY(!second.report(all) && !second.report(noise));
        QVERIFY(toParts(second.cache.find({all, "sums"}).value()).fields ==
                toParts(first.cache.find({all, "sums"}).value()).fields);
        // A kept file that can't be read fails what needs it: nothing is learned again unasked.
        std::ofstream(value.file) << "damaged";
        Worker third;
        third.run(builder);
        QVERIFY(third.report(all)->failure->kind == ErrorKind::Input);
    }

    void residualStandsBesideItsBase() {
        ChainBuilder builder;
        const Hash noise = builder.source("test.noise");
        const Wires image = {{"image", {{noise, "image"}}}};
        const auto base = builder.code("test.layers", {{"layers", std::int64_t{3}}}, image);
        const Wires decoded = {{"base", {{base.decode, "image"}}}};
        Wires inputs = image;
        inputs.insert(decoded.begin(), decoded.end());
        const auto residual = builder.code("test.residual", {}, inputs, decoded);
        builder.chain.wanted = {residual.decode};
        Worker worker;
        worker.run(builder);
        QVERIFY(bytesOf(*worker.cache.find({residual.decode, "image"})) ==
                bytesOf(*worker.cache.find({noise, "image"})));
    }
};

QTEST_GUILESS_MAIN(ExecuteTest)
#include "execute_test.moc"
