#include "core/error.h"
#include "core/media/worker/call.h"
#include "core/media/worker/table_csv.h"
#include "core/media/worker/task_context.h"
#include "core/media/worker/value_cache.h"
#include "tests/core/media/worker/chain_builder.h"

#include <QtTest>
#include <cmath>
#include <fstream>
#include <limits>

using namespace ratescope;
using namespace ratescope::media;

namespace {

Value tensors(std::int64_t bytes) {
    auto set = std::make_shared<TensorSet>();
    set->tensors = {{"x", Array(DType::U8, {bytes})}};
    return std::shared_ptr<const TensorSet>(std::move(set));
}

run::TaskOutput output(std::uint8_t number) {
    run::TaskOutput made;
    made.task.bytes[0] = number;
    made.port = "x";
    return made;
}

/// The Error that the call throws, as "kind: what".
template <typename Call>
QString errorOf(Call call) {
    try {
        call();
    } catch (const Error& error) {
        return QString("%1: %2").arg(toText(error.kind()), error.what());
    }
    return "nothing";
}

/// A transform that gives what it is told to.
struct Fixed : TransformNode {
    explicit Fixed(Outputs given) : outputs(std::move(given)) {}
    Outputs run(Context&, const Inputs&, const Parameters&) const override { return outputs; }
    Outputs outputs;
};

NodeEntry fixedNode(const Outputs& outputs) {
    graph::Manifest manifest;
    manifest.id = "test.fixed";
    graph::Port port;
    port.id = "x";
    port.type = graph::PortType::TensorSet;
    port.schema = "kv-cache";
    manifest.outputs = {port};
    return {manifest, [outputs] { return std::make_unique<Fixed>(outputs); }};
}

/// A context of a task in a chain without anything else.
struct Alone {
    ChainBuilder builder;
    run::Task task;
    std::atomic<bool> cancelled{false};
    int signs = 0;
    Send send = [this](const run::FromWorker&) { ++signs; };
    std::unique_ptr<TaskContext> context;

    explicit Alone(std::optional<std::uint64_t> seed = {}, const std::string& type = "test.fixed") {
        task.type = type;
        task.node = "fixed";
        task.seed = seed;
        context = std::make_unique<TaskContext>(builder.chain, task, cancelled, send);
    }
};

}  // namespace

class PartsTest : public QObject {
    Q_OBJECT
  private slots:

    void pluginsThatDoNotLoad_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("reason");
        QTest::newRow("missing") << "libnone.so"
                                 << "is not there";
        QTest::newRow("no library") << "text.so"
                                    << "does not load";
        QTest::newRow("no plugin") << "libplugin-without-symbol.so"
                                   << "has no symbol ratescope_plugin";
        QTest::newRow("another build") << "libplugin-of-another-build.so"
                                       << "has build id 0000000000000000, this program has " +
                                              QString::fromStdString(buildInfo().buildId);
    }
    void pluginsThatDoNotLoad() {
        QFETCH(QString, file);
        QFETCH(QString, reason);
        const std::filesystem::path folder =
            std::filesystem::path(qgetenv("RATESCOPE_BUILD").toStdString()) / "tests" / "damaged";
        std::filesystem::create_directories(folder);
        std::ofstream(folder / "text.so") << "This is no library.\n";
        Plugins plugins;
        const QString error = errorOf([&] { plugins.load(folder / file.toStdString()); });
        QVERIFY2(error.startsWith("plugin: ") && error.contains(file) && error.contains(reason),
                 qPrintable(error));
    }

    void pluginsAreRemembered() {
        Plugins plugins;
        const PluginFamily& family = plugins.load(familyLibrary("test"));
        QCOMPARE(family.name, std::string("test"));
        QCOMPARE(&plugins.load(familyLibrary("test")), &family);
        QCOMPARE(plugins.node(familyLibrary("test"), "test.noise").manifest.id, std::string("test.noise"));
        QVERIFY(errorOf([&] { plugins.node(familyLibrary("test"), "test.none"); }).startsWith("plugin: "));
    }

    void cacheDropsWhatWasUsedLongestAgo() {
        const std::size_t each = memorySize(tensors(1000));
        ValueCache cache;
        cache.setCapacity(3 * each);
        for (const std::uint8_t i : {1, 2, 3})
            cache.insert(output(i), tensors(1000));
        QVERIFY(cache.find(output(1)));  // Now 2 is the oldest.
        cache.insert(output(4), tensors(1000));
        QVERIFY(cache.find(output(1)) && !cache.find(output(2)) && cache.find(output(3)));
        cache.insert(output(4), tensors(10));
        QVERIFY(cache.size() < 3 * each);
        cache.insert(output(5), tensors(1000000));
        QVERIFY(!cache.find(output(5)) && cache.find(output(1)));
        cache.setCapacity(each);
        QVERIFY(cache.find(output(1)) && !cache.find(output(3)));
        cache.setCapacity(0);
        QCOMPARE(cache.size(), std::size_t{0});
    }

    void tablesPassAsText() {
        Table table;
        table.schema = "layers";
        table.view = TableView::HeatMap;
        const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
        table.columns = {{"a \"b\",c", "dB", std::vector<double>{0.1, nan, -infinity}},
                         {"n", "", std::vector<std::int64_t>{1, std::numeric_limits<std::int64_t>::min(), 3}},
                         {"text", "", std::vector<std::string>{"", "1,5", "two\nlines"}}};
        const Table back = tableFromCsv(toCsv(table), "test");
        QCOMPARE(back.schema, table.schema);
        QVERIFY(back.view == table.view);
        QCOMPARE(toCsv(back), toCsv(table));
        QCOMPARE(back.columns[0].name, table.columns[0].name);
        QCOMPARE(back.columns[0].unit, std::string("dB"));
        QVERIFY(std::isnan(std::get<0>(back.columns[0].cells)[1]));
        QVERIFY(back.columns[1].cells == table.columns[1].cells);
        QVERIFY(back.columns[2].cells == table.columns[2].cells);
    }

    void tablesOfOneEmptyText() {
        Table table;
        table.columns = {{"text", "", std::vector<std::string>{"", "a", ""}}};
        QCOMPARE(tableFromCsv(toCsv(table), "test").rows(), std::size_t{3});
        QCOMPARE(tableFromCsv(toCsv(Table{}), "test").columns.size(), std::size_t{0});
    }

    void damagedTables_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("reason");
        const QString schema =
            "#{\"columns\":[{\"name\":\"a\",\"type\":\"%1\",\"unit\":\"\"}],\"schema\":\"\",\"view\":\"%2\"}"
            "\n";
        QTest::newRow("schema line") << "#{\"columns\"\na\n1\n"
                                     << "damaged schema line";
        QTest::newRow("no columns") << "#{\"schema\":\"\",\"view\":\"none\"}\na\n1\n"
                                    << "damaged schema line";
        QTest::newRow("type") << schema.arg("colour", "none") + "a\n1\n"
                              << "unknown column type";
        QTest::newRow("view") << schema.arg("real", "pie") + "a\n1\n"
                              << "unknown view";
        QTest::newRow("header") << schema.arg("real", "none") + "b\n1\n"
                                << "differ";
        QTest::newRow("number") << schema.arg("real", "none") + "a\n1\nx\n"
                                << "line 4";
        QTest::newRow("integer") << schema.arg("integer", "none") + "a\n1.5\n"
                                 << "no integer";
    }
    void damagedTables() {
        QFETCH(QString, text);
        QFETCH(QString, reason);
        const QString error = errorOf([&] { tableFromCsv(text.toStdString(), "rows.csv"); });
        QVERIFY2(error.startsWith("input: ") && error.contains("rows.csv") && error.contains(reason),
                 qPrintable(error));
    }

    void outputsMustBeThoseOfTheManifest_data() {
        QTest::addColumn<int>("outputs");
        QTest::addColumn<QString>("reason");
        QTest::newRow("none") << 0 << "gave no value at its output \"x\"";
        QTest::newRow("unknown") << 1 << "unknown output \"y\"";
        QTest::newRow("empty") << 2 << "empty value";
        QTest::newRow("type") << 3 << "gave Table at its output \"x\", which is TensorSet";
        QTest::newRow("schema") << 4 << "gave the schema \"\" at its output \"x\", which is \"kv-cache\"";
    }
    void outputsMustBeThoseOfTheManifest() {
        QFETCH(int, outputs);
        QFETCH(QString, reason);
        const Value table = std::make_shared<const Table>();
        const std::vector<Outputs> given = {
            {}, {{"y", tensors(1)}}, {{"x", Value()}}, {{"x", table}}, {{"x", tensors(1)}}};
        Alone alone;
        run::Task task = alone.task;
        task.kind = run::TaskKind::Transform;
        const NodeEntry entry = fixedNode(given[static_cast<std::size_t>(outputs)]);
        const QString error = errorOf([&] { callNode(entry, task, {}, *alone.context); });
        QVERIFY2(error.startsWith("internal: The node test.fixed") && error.contains(reason),
                 qPrintable(error));
        task.kind = run::TaskKind::Encode;
        QVERIFY(errorOf([&] { callNode(entry, task, {}, *alone.context); }).contains("kind encode"));
    }

    void generatorsDependOnSeedTypeAndStream() {
        const auto first = [](std::uint64_t seed, const std::string& type, std::uint64_t stream) {
            return Alone(seed, type).context->generator(stream)();
        };
        QCOMPARE(first(0, "test.fixed", 0), first(0, "test.fixed", 0));
        // Kept: studies with a seed must give the same numbers in every version.
        QCOMPARE(first(0, "test.fixed", 0), 2951824485011609616u);
        QVERIFY(first(0, "test.fixed", 0) != first(1, "test.fixed", 0));
        QVERIFY(first(0, "test.fixed", 0) != first(0, "test.other", 0));
        QVERIFY(first(0, "test.fixed", 0) != first(0, "test.fixed", 1));
        QVERIFY(errorOf([] { Alone().context->generator(0); }).contains("no seed"));
    }

    void scratchIsRemoved() {
        Alone alone;
        const std::filesystem::path folder = alone.builder.chain.scratch;
        QVERIFY(std::filesystem::is_empty(folder));
        const std::filesystem::path scratch = alone.context->scratch();
        std::ofstream(scratch / "file") << "text";
        QCOMPARE(alone.context->scratch(), scratch);
        QVERIFY(std::filesystem::exists(scratch / "file"));
        alone.context.reset();
        QVERIFY(std::filesystem::is_empty(folder));
    }

    void checkpointsAreKept() {
        Alone alone;
        QVERIFY(!alone.context->loadCheckpoint("a"));
        const std::vector<std::byte> state = {std::byte{1}, std::byte{2}};
        alone.context->saveCheckpoint("a", state);
        alone.context->saveCheckpoint("empty", {});
        QVERIFY(alone.context->loadCheckpoint("a") == state);
        QVERIFY(alone.context->loadCheckpoint("empty")->empty());
        for (const std::string name : {"", "..", "a/b", "/etc/passwd"})
            QVERIFY(errorOf([&] { alone.context->saveCheckpoint(name, state); }).contains("no file name"));
        alone.context->removeCheckpoints();
        QVERIFY(!alone.context->loadCheckpoint("a"));
    }

    void logKeepsTheLastLines() {
        Alone alone;
        for (int i = 0; i < 2000; ++i)
            alone.context->log("line " + std::to_string(i));
        const std::string lines = alone.context->lastLines();
        QVERIFY(lines.size() <= 4096 && lines.size() > 4000);
        QVERIFY(lines.starts_with("line ") && lines.ends_with("line 1999\n"));
    }

    void everyCallChecksForCancellation() {
        Alone alone;
        alone.cancelled = true;
        TaskContext& context = *alone.context;
        const std::vector<std::function<void()>> calls = {[&] { context.check(); },
                                                          [&] { context.progress(0.5); },
                                                          [&] { context.scratch(); },
                                                          [&] { context.loadCheckpoint("a"); },
                                                          [&] { context.saveCheckpoint("a", {}); },
                                                          [&] { context.table("a", {}); },
                                                          [&] { context.log("a"); }};
        for (const auto& call : calls)
            QVERIFY(errorOf(call).startsWith("cancelled: "));
    }
};

QTEST_GUILESS_MAIN(PartsTest)
#include "parts_test.moc"
