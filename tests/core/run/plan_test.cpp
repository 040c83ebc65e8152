#include "core/run/plan.h"

#include "core/graph/seen_text.h"
#include "core/graph/validate.h"
#include "core/run/schedule.h"
#include "tests/core/error_check.h"
#include "tests/core/run/fake_study.h"

#include <QtTest>
#include <algorithm>
#include <fstream>
#include <set>

using namespace ratescope;
using namespace ratescope::run;
using graph::Document;
using graph::ParameterValue;

namespace {

StudyPlan planOf(const Document& document, const PlanOptions& options = {},
                 const std::filesystem::path& folder = "/") {
    const graph::Catalogue catalogue = fake::catalogue();
    graph::requireValid(document, catalogue);
    return makePlan(document, catalogue, listAssets(document, catalogue, {folder, {}}, sha256OfFile),
                    options);
}

std::size_t tasksOf(const StudyPlan& plan, TaskKind kind) {
    return static_cast<std::size_t>(std::count_if(
        plan.tasks.begin(), plan.tasks.end(), [&](const auto& task) { return task.second.kind == kind; }));
}

/// Kinds and nodes of an item's tasks, inputs first.
QStringList wayOf(const StudyPlan& plan, std::size_t item) {
    QStringList way;
    for (const Hash& key : upstreamTasks(plan.tasks, {plan.items[item].key})) {
        const Task& task = plan.tasks.at(key);
        way << QString("%1 %2").arg(toText(task.kind), QString::fromStdString(task.node));
    }
    return way;
}

std::set<Hash> keysOf(const StudyPlan& plan) {
    std::set<Hash> keys;
    for (const auto& item : plan.items)
        keys.insert(item.key);
    return keys;
}

/// Two file sources that meet at a codec as coded and model.
Document pairedSources(const QTemporaryDir& folder, const QStringList& first, const QStringList& second,
                       graph::Pairing pairing) {
    for (const auto& [name, names] : {std::pair{"first", first}, std::pair{"second", second}}) {
        QDir(folder.path()).mkdir(name);
        for (const QString& file : names)
            std::ofstream(folder.filePath(QString("%1/%2").arg(name, file)).toStdString())
                << name << file.toStdString();
    }
    Document document = graph::newDocument("pairs");
    document.nodes = {fake::node("first", "files", {{"files", ParameterValue(std::string("first/*"))}}),
                      fake::node("second", "files", {{"files", ParameterValue(std::string("second/*"))}}),
                      fake::node("codec", "codec")};
    document.nodes.back().pairing = pairing;
    document.wires = {fake::wire("first.value", "codec.coded"), fake::wire("second.value", "codec.model")};
    document.candidates = {{"codec", "value"}};
    return document;
}

/// Nodes for a codec that is calibrated with a text, and a measure that reads one.
graph::Catalogue withTexts() {
    const auto textPort = [](graph::PortRole role) {
        graph::Port port;
        port.id = "text";
        port.type = graph::PortType::TextCorpus;
        port.role = role;
        port.fanOut = graph::FanOut::All;
        return port;
    };
    const graph::Catalogue known = fake::catalogue();
    graph::Family family;
    family.name = "texts";
    family.library = "/nowhere/texts.so";
    const auto made = [&](const char* from, const char* id) -> graph::Manifest& {
        family.manifests.push_back(*known.find(from));
        family.manifests.back().id = id;
        return family.manifests.back();
    };
    made("fake.files", "texts.files").outputs = {textPort(graph::PortRole::Value)};
    made("fake.codec", "texts.codec").inputs.push_back(textPort(graph::PortRole::Encoder));
    graph::Manifest& measure = made("fake.measure", "texts.measure");
    measure.inputs.push_back(textPort(graph::PortRole::Value));
    graph::Parameter allowed;
    allowed.id = graph::seenTextParameter;
    allowed.type = graph::ParameterType::Bool;
    allowed.defaultValue = false;
    allowed.entersKey = false;
    measure.parameters.push_back(allowed);
    graph::Catalogue catalogue = fake::catalogue();
    catalogue.add(std::move(family));
    return catalogue;
}

/// One item, calibrated with seen.txt.
Document calibratedStudy(const char* measured, bool allowed) {
    Document document = fake::study(1, {10});
    for (graph::Node& node : document.nodes)
        if (node.slug == "codec" || node.slug == "measure") node.type = "texts." + node.slug;
    document.nodes.back().parameters[graph::seenTextParameter] = ParameterValue(allowed);
    for (const auto& [slug, file] : {std::pair{"calibration", "seen.txt"}, std::pair{"text", measured}}) {
        document.nodes.push_back(fake::node(slug, "files", {{"files", ParameterValue(std::string(file))}}));
        document.nodes.back().type = "texts.files";
    }
    document.wires.push_back(fake::wire("calibration.text", "codec.text"));
    document.wires.push_back(fake::wire("text.text", "measure.text"));
    return document;
}

QStringList assetsOf(const StudyPlan& plan) {
    QStringList assets;
    for (const auto& item : plan.items)
        assets << QString::fromStdString(item.asset);
    return assets;
}

}  // namespace

class PlanTest : public QObject {
    Q_OBJECT

  private slots:
    void itemsInOrder() {
        const StudyPlan plan = planOf(fake::study(2, {10, 90}), {{0, 1}});
        QStringList rows;
        for (const auto& item : plan.items)
            rows << QString("%1 %2 %3 %4")
                        .arg(QString::fromStdString(item.series),
                             QString::fromStdString(graph::toText(item.values.front().second)),
                             QString::fromStdString(item.asset))
                        .arg(item.seed);
        QCOMPARE(rows, QStringList({"codec 10 0 0", "codec 10 0 1", "codec 10 1 0", "codec 10 1 1",
                                    "codec 90 0 0", "codec 90 0 1", "codec 90 1 0", "codec 90 1 1"}));
        QCOMPARE(plan.items.front().values.front().first, std::string("codec.quality"));
        QCOMPARE(plan.items.front().measurements.front().node, std::string("measure"));
        QCOMPARE(plan.items.front().measurements.front().metrics.front().id, std::string("error"));
        QCOMPARE(plan.series.size(), std::size_t{1});
        QCOMPARE(plan.series.front().rows, std::size_t{2});
    }

    void oneTaskForEqualWork() {
        const StudyPlan plan = planOf(fake::study(2, {10, 90}), {{0, 1}});
        // No node uses the seed: items that differ in it alone share everything.
        QCOMPARE(keysOf(plan).size(), std::size_t{4});
        QCOMPARE(tasksOf(plan, TaskKind::Source), std::size_t{2});
        QCOMPARE(tasksOf(plan, TaskKind::Prepare), std::size_t{2});
        QCOMPARE(tasksOf(plan, TaskKind::Encode), std::size_t{4});
        QCOMPARE(tasksOf(plan, TaskKind::Score), std::size_t{4});
        QCOMPARE(wayOf(plan, 0), QStringList({"source source", "encode codec", "decode codec"}));
        for (const auto& [key, task] : plan.tasks)
            QVERIFY(!task.seed);
    }

    void samePlanTwice() {
        const Document document = fake::study(3, {1, 2});
        const StudyPlan first = planOf(document), second = planOf(document);
        QCOMPARE(first.items.size(), second.items.size());
        for (std::size_t i = 0; i < first.items.size(); ++i)
            QVERIFY(first.items[i].key == second.items[i].key);
    }

    void seedsWhereUsed() {
        Document document = fake::study(1, {10});
        document.nodes.push_back(fake::node("noise", "noise"));
        document.wires[0] = fake::wire("source.value", "noise.value");
        document.wires.push_back(fake::wire("noise.value", "codec.coded"));
        document.seeds = {4, 9};
        const StudyPlan plan = planOf(document);
        QCOMPARE(keysOf(plan).size(), std::size_t{2});
        for (const auto& [key, task] : plan.tasks)
            QCOMPARE(task.seed.has_value(), task.node == "noise");
        QCOMPARE(tasksOf(plan, TaskKind::Source), std::size_t{1});
        QCOMPARE(tasksOf(plan, TaskKind::Prepare), std::size_t{1});
        QCOMPARE(tasksOf(plan, TaskKind::Encode), std::size_t{2});
    }

    void stagesSplitParameters() {
        Document document = fake::study(1, {});
        document.nodes[1] = fake::node("codec", "layers");
        document.sweeps = {fake::sweep("codec.layers", {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}}),
                           fake::sweep("codec.post", {false, true})};
        const StudyPlan plan = planOf(document);
        QCOMPARE(plan.items.size(), std::size_t{6});
        QCOMPARE(tasksOf(plan, TaskKind::Encode), std::size_t{1});
        QCOMPARE(tasksOf(plan, TaskKind::Extract), std::size_t{3});
        QCOMPARE(tasksOf(plan, TaskKind::Decode), std::size_t{6});
        for (const auto& [key, task] : plan.tasks) {
            if (task.node != "codec") continue;
            std::set<std::string> ids;
            for (const auto& [id, value] : task.parameters)
                ids.insert(id);
            const std::map<TaskKind, std::set<std::string>> expected = {{TaskKind::Encode, {"quality"}},
                                                                        {TaskKind::Extract, {"layers"}},
                                                                        {TaskKind::Decode, {"post"}}};
            QVERIFY(ids == expected.at(task.kind));
        }
        // The stored stream is the extracted one.
        QVERIFY(plan.tasks.at(plan.items[0].streams.front()).kind == TaskKind::Extract);
        QCOMPARE(plan.itemTasks[0].encodes.size(), std::size_t{2});
        QCOMPARE(plan.itemTasks[0].decodes.size(), std::size_t{1});
    }

    void decodersSeeNoCalibration() {
        Document document = fake::study(3, {10});
        document.nodes.push_back(
            fake::node("calibration", "source", {{"count", ParameterValue(std::int64_t{4})}}));
        document.nodes.push_back(fake::node("model", "sum"));
        document.wires.push_back(fake::wire("calibration.value", "codec.calibration"));
        document.wires.push_back(fake::wire("calibration.value", "model.values"));
        document.wires.push_back(fake::wire("model.value", "codec.model"));
        const StudyPlan plan = planOf(document);
        QCOMPARE(plan.items.size(), std::size_t{3});
        const Task& decode = plan.tasks.at(plan.items[0].key);
        QVERIFY(decode.inputs.count("model") == 1 && decode.inputs.count("calibration") == 0 &&
                decode.inputs.count("coded") == 0);
        const Task& encode = plan.tasks.at(decode.inputs.at("bitstream").front().task);
        QCOMPARE(encode.inputs.at("calibration").size(), std::size_t{4});
        QCOMPARE(encode.inputs.at("coded").size(), std::size_t{1});
        // The whole fan-out as one data set, once for all items.
        const Task& sum = plan.tasks.at(encode.inputs.at("model").front().task);
        QCOMPARE(sum.inputs.at("values").size(), std::size_t{4});
        for (std::int64_t i = 0; i < 4; ++i)
            QCOMPARE(plan.tasks.at(sum.inputs.at("values")[static_cast<std::size_t>(i)].task).index, i);
        QCOMPARE(tasksOf(plan, TaskKind::Transform), std::size_t{1});
        // Assets of equal sources are equal tasks, whichever node names them.
        QCOMPARE(tasksOf(plan, TaskKind::Source), std::size_t{4});
    }

    void pairedByName() {
        QTemporaryDir folder;
        const Document document =
            pairedSources(folder, {"a.txt", "b.txt"}, {"b.txt", "a.txt"}, graph::Pairing::PairedByName);
        const StudyPlan plan = planOf(document, {}, folder.path().toStdString());
        QCOMPARE(assetsOf(plan), QStringList({"a.txt", "b.txt"}));
        for (const auto& item : plan.items) {
            const Task& decode = plan.tasks.at(item.key);
            const Task& model = plan.tasks.at(decode.inputs.at("model").front().task);
            QCOMPARE(model.file.filename().string(), item.asset);
        }
    }

    void pairedByNameButForTheExtension() {
        QTemporaryDir folder;
        const Document document =
            pairedSources(folder, {"a.txt"}, {"a.dat.txt", "a.txt.gz"}, graph::Pairing::PairedByName);
        VERIFY_ERROR(planOf(document, {}, folder.path().toStdString()), ErrorKind::Document, "a.txt");
    }

    void pairsWithoutPartnerAreRefused() {
        QTemporaryDir folder;
        const Document document =
            pairedSources(folder, {"a.txt", "b.txt"}, {"a.txt"}, graph::Pairing::PairedByName);
        VERIFY_ERROR(planOf(document, {}, folder.path().toStdString()), ErrorKind::Document, "b.txt");
    }

    void products() {
        QTemporaryDir folder;
        const Document document =
            pairedSources(folder, {"a.txt", "b.txt"}, {"c.txt", "d.txt"}, graph::Pairing::Product);
        const StudyPlan plan = planOf(document, {}, folder.path().toStdString());
        QCOMPARE(assetsOf(plan),
                 QStringList({"a.txt × c.txt", "a.txt × d.txt", "b.txt × c.txt", "b.txt × d.txt"}));
        QCOMPARE(keysOf(plan).size(), std::size_t{4});
        QCOMPARE(tasksOf(plan, TaskKind::Source), std::size_t{4});
    }

    void filesAreNamedByTheirBytes() {
        QTemporaryDir folder;
        std::ofstream(folder.filePath("a.txt").toStdString()) << "same";
        std::ofstream(folder.filePath("b.txt").toStdString()) << "same";
        Document document = graph::newDocument("files");
        document.nodes = {fake::node("files", "files", {{"files", ParameterValue(std::string("*.txt"))}}),
                          fake::node("codec", "codec")};
        document.wires = {fake::wire("files.value", "codec.coded")};
        document.candidates = {{"codec", "value"}};
        const StudyPlan plan = planOf(document, {}, folder.path().toStdString());
        // Two items with equal bytes: computed once, counted in both.
        QCOMPARE(assetsOf(plan), QStringList({"a.txt", "b.txt"}));
        QCOMPARE(keysOf(plan).size(), std::size_t{1});
        QVERIFY(plan.items.front().measurements.empty());
        document.nodes[0].parameters["files"] = ParameterValue(std::string("*.none"));
        VERIFY_ERROR(planOf(document, {}, folder.path().toStdString()), ErrorKind::Input, "files");
    }

    void companionsEnterTheKey() {
        const QTemporaryDir folder;
        const auto write = [&](const char* name, const char* text) {
            QFile file(folder.filePath(name));
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) > 0);
        };
        write("config.json", "{}");
        const std::filesystem::path file = folder.filePath("config.json").toStdString();
        graph::AssetRule rule;
        rule.companions = {{"json", {"*.bin"}}};
        const auto key = [&] { return assetOf(file, rule, sha256OfFile).keyHash(); };
        const Hash alone = key();
        QVERIFY(alone == sha256("{}"));
        write("a.bin", "weights");
        const Hash with = key();
        write("a.bin", "others");
        const Hash changed = key();
        QVERIFY(QFile::rename(folder.filePath("a.bin"), folder.filePath("b.bin")));
        const Hash renamed = key();
        QVERIFY(with != alone && changed != with && renamed != changed && renamed != alone);
    }

    void streamsThatCount_data() {
        QTest::addColumn<QString>("second");
        QTest::addColumn<int>("streams");
        QTest::newRow("nested: the outermost only") << "codec" << 1;
        QTest::newRow("added: both") << "residual" << 2;
    }
    void streamsThatCount() {
        QFETCH(QString, second);
        QFETCH(int, streams);
        Document document = graph::newDocument("chain");
        document.nodes = {fake::node("source", "source"), fake::node("inner", "codec"),
                          fake::node("outer", second.toStdString())};
        document.wires = {fake::wire("source.value", "inner.coded"),
                          fake::wire("inner.value", "outer.coded")};
        document.candidates = {{"outer", "value"}};
        const StudyPlan plan = planOf(document);
        QCOMPARE(plan.items.front().streams.size(), static_cast<std::size_t>(streams));
        QCOMPARE(plan.tasks.at(plan.items.front().streams.back()).node, std::string("outer"));
        QCOMPARE(wayOf(plan, 0), QStringList({"source source", "encode inner", "decode inner", "encode outer",
                                              "decode outer"}));
        QCOMPARE(plan.itemTasks.front().encodes.size(), std::size_t{2});
    }

    void bypassedNodesArePassedOver() {
        Document document = fake::study(1, {10});
        document.nodes.push_back(fake::node("transform", "transform"));
        document.wires[0] = fake::wire("source.value", "transform.value");
        document.wires.push_back(fake::wire("transform.value", "codec.coded"));
        const StudyPlan with = planOf(document);
        QCOMPARE(wayOf(with, 0).size(), 4);
        document.nodes.back().bypassed = true;
        const StudyPlan without = planOf(document);
        QCOMPARE(wayOf(without, 0).size(), 3);
        QVERIFY(without.items[0].key == planOf(fake::study(1, {10})).items[0].key);
    }

    void addedMeasureLeavesItems() {
        Document document = fake::study(2, {10, 20});
        const StudyPlan before = planOf(document);
        document.nodes.push_back(
            fake::node("second", "measure", {{"behaviour", ParameterValue(std::string("x"))}}));
        document.wires.push_back(fake::wire("source.value", "second.reference"));
        document.wires.push_back(fake::wire("codec.value", "second.candidate"));
        const StudyPlan after = planOf(document);
        QVERIFY(keysOf(before) == keysOf(after));
        QCOMPARE(after.items[0].measurements.size(), std::size_t{2});
        QVERIFY(after.items[0].measurements[0].key == before.items[0].measurements[0].key);
        QVERIFY(after.items[0].measurements[1].key != before.items[0].measurements[0].key);
    }

    void reconstructionsAreKeptWhereAsked() {
        Document document = fake::study(1, {10});
        QVERIFY(!planOf(document).items.at(0).reconstruction);
        document.keepReconstructions = true;
        QVERIFY(planOf(document).items.at(0).reconstruction == "value");
        // A stream is kept anyway.
        document.candidates = {{"codec", "bitstream"}};
        for (const store::PlannedItem& item : planOf(document).items)
            QVERIFY(item.reconstruction ==
                    (item.measurements.empty() ? std::nullopt : std::optional<std::string>("value")));
    }

    void bitstreamsAsCandidates() {
        Document document = fake::study(1, {10});
        document.nodes.pop_back();
        document.wires.resize(1);
        document.candidates = {{"codec", "bitstream"}};
        const StudyPlan plan = planOf(document);
        QVERIFY(plan.tasks.at(plan.items[0].key).kind == TaskKind::Encode);
        QCOMPARE(plan.itemTasks[0].candidate.port, std::string("bitstream"));
    }

    void analysesWaitForRows() {
        Document document = fake::study(1, {10});
        document.nodes.push_back(fake::node("analysis", "analysis"));
        const StudyPlan plan = planOf(document);
        QCOMPARE(plan.analyses.size(), std::size_t{1});
        QVERIFY(plan.analyses[0].task.kind == TaskKind::Analyse);
        QCOMPARE(tasksOf(plan, TaskKind::Analyse), std::size_t{0});
    }

    void aTextThatCalibratedIsNotMeasured() {
        const QTemporaryDir folder;
        for (const char* name : {"seen.txt", "copy.txt"})
            std::ofstream(folder.filePath(name).toStdString()) << "seen";
        std::ofstream(folder.filePath("new.txt").toStdString()) << "new";
        const std::filesystem::path path = folder.path().toStdString();
        const auto plan = [&](const char* measured, bool allowed) {
            const graph::Catalogue catalogue = withTexts();
            const Document document = calibratedStudy(measured, allowed);
            graph::requireValid(document, catalogue);
            return makePlan(document, catalogue, listAssets(document, catalogue, {path, {}}, sha256OfFile));
        };
        QCOMPARE(plan("new.txt", false).items.size(), std::size_t{1});
        // Also by another name.
        for (const char* name : {"seen.txt", "copy.txt"})
            VERIFY_ERROR(plan(name, false), ErrorKind::Document, "was calibrated with");
        // Asked for; the same work as if it had been another text's.
        QCOMPARE(plan("copy.txt", true).items.front().measurements.front().key,
                 plan("seen.txt", true).items.front().measurements.front().key);
    }

    void manyItemsAreCheap() {
        Document document = fake::study(500, {});
        std::vector<ParameterValue> qualities;
        for (std::int64_t i = 0; i < 40; ++i)
            qualities.emplace_back(i);
        document.sweeps = {fake::sweep("codec.quality", qualities)};
        QElapsedTimer timer;
        timer.start();
        const StudyPlan plan = planOf(document);
        QCOMPARE(plan.items.size(), std::size_t{20'000});
        QVERIFY2(timer.elapsed() < 10'000, qPrintable(QString("%1 ms").arg(timer.elapsed())));
        qInfo("%s", qPrintable(QString("20,000 items planned in %1 ms").arg(timer.elapsed())));
    }
};

QTEST_APPLESS_MAIN(PlanTest)
#include "plan_test.moc"
