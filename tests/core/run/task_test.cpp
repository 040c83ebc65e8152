#include "core/run/protocol.h"
#include "tests/core/error_check.h"
#include "tests/core/run/fake_study.h"

#include <QtTest>
#include <cmath>
#include <fstream>
#include <limits>

using namespace ratescope;
using namespace ratescope::run;

namespace {

Task encodeTask() {
    Task task;
    task.kind = TaskKind::Encode;
    task.node = "codec";
    task.type = "fake.codec";
    task.version = 3;
    task.library = "/nowhere/fake.so";
    task.parameters = {{"quality", std::int64_t{75}},
                       {"mode", std::string("plain")},
                       {"comment", std::string("a \"quoted\" text\n")}};
    task.inputs["coded"] = {{sha256("a source"), "value"}};
    return task;
}

graph::Manifest manifestOf(const std::string& type) {
    return *fake::catalogue().find(type);
}

std::string keyText(const Task& task) {
    return keyOf(task, manifestOf(task.type)).hex();
}

template <typename Message>
Message sent(const Message& message) {
    return std::get<Message>(decodeFromWorker(encode(FromWorker(message))));
}

}  // namespace

class TaskTest : public QObject {
    Q_OBJECT

  private slots:
    // Literal, so that no change of the program changes what libraries already hold.
    void keysNeverChange() {
        QCOMPARE(keyText(encodeTask()),
                 std::string("372674b0c5402f541ac75d86de9ff8e97e772447e030cd7c38750528d682e501"));
        Task source;
        source.type = "fake.source";
        source.index = 4;
        source.parameters = {{"behaviour", std::string("größe \\ \x01")}};
        QCOMPARE(keyText(source),
                 std::string("73485f567e27efa5402f1755b480aa22c3601f233826982307863ab01a912e75"));
        Task transform;
        transform.kind = TaskKind::Transform;
        transform.type = "fake.transform";
        transform.parameters = {{"amount", 0.1}};
        transform.seed = 18446744073709551615u;
        QCOMPARE(keyText(transform),
                 std::string("f396c6a460cadf49282820b4ce208a673bfc642ee6f3c0e628f63cb059dc5a99"));
    }

    void whatEntersTheKey() {
        const std::string key = keyText(encodeTask());
        Task task = encodeTask();
        task.node = "renamed";
        task.library = "/elsewhere/fake.so";
        task.parameters["comment"] = std::string("another");
        QCOMPARE(keyText(task), key);

        task = encodeTask();
        task.parameters["quality"] = std::int64_t{76};
        QVERIFY(keyText(task) != key);
        task = encodeTask();
        task.version = 4;
        QVERIFY(keyText(task) != key);
        task = encodeTask();
        task.kind = TaskKind::Decode;
        QVERIFY(keyText(task) != key);
        task = encodeTask();
        task.seed = 0;
        QVERIFY(keyText(task) != key);
        task = encodeTask();
        task.inputs["coded"][0].port = "other";
        QVERIFY(keyText(task) != key);
        task = encodeTask();
        task.inputs["model"] = {{sha256("a model"), "value"}};
        QVERIFY(keyText(task) != key);
    }

    void filesEnterByTheirBytes() {
        QTemporaryDir folder;
        const std::string first = folder.filePath("first").toStdString();
        const std::string second = folder.filePath("second").toStdString();
        std::ofstream(first) << "bytes";
        std::ofstream(second) << "bytes";
        Task task = encodeTask();
        task.parameters["table"] = first;
        const std::string key = keyText(task);
        task.parameters["table"] = second;
        QCOMPARE(keyText(task), key);
        std::ofstream(second) << "other bytes";
        QVERIFY(keyText(task) != key);
        task.parameterFiles["table"] = sha256("bytes");
        QCOMPARE(keyText(task), key);
        task.parameterFiles.clear();
        task.parameters["table"] = std::string("/nowhere/at/all");
        VERIFY_ERROR(keyText(task), ErrorKind::Input, "/nowhere/at/all");

        Task source;
        source.type = "fake.files";
        source.file = "/some/where";
        source.fileHash = sha256("content");
        const std::string sourceKey = keyText(source);
        source.file = "/else/where";
        QCOMPARE(keyText(source), sourceKey);
        source.fileHash = sha256("other content");
        QVERIFY(keyText(source) != sourceKey);
    }

    void kindsHaveNames() {
        for (int i = 0; i <= static_cast<int>(TaskKind::Analyse); ++i) {
            const auto kind = static_cast<TaskKind>(i);
            QCOMPARE(taskKindFromText(toText(kind)), kind);
        }
        VERIFY_ERROR(taskKindFromText("guess"), ErrorKind::Internal, "guess");
    }

    void chainsArriveWhole() {
        Chain chain;
        chain.id = 7;
        Task task = encodeTask();
        task.key = keyOf(task, manifestOf(task.type));
        task.seed = 18446744073709551615u;
        task.parameters["real"] = 0.1;
        task.parameters["whole"] = 2.0;
        task.parameters["flag"] = true;
        task.file = "/some/ä where";
        task.fileHash = sha256("x");
        task.index = 12;
        chain.tasks = {task};
        chain.wanted = {task.key};
        chain.streams = {{task.key, "/kept/stream"}};
        chain.publish = {sha256("p")};
        chain.maps = {sha256("m")};
        chain.writes = {{{task.key, "value"}, "/out.png"}};
        chain.staging = "/staging";
        chain.cache = "/cache";
        chain.checkpoints = "/checkpoints";
        chain.scratch = "/scratch";
        chain.threads = 3;
        chain.device = "cuda:1";
        chain.memoryLimit = 1ull << 40;
        chain.cacheMemory = 5;
        chain.repeats = 2;
        const Chain read = std::get<Chain>(decodeToWorker(encode(ToWorker(chain))));
        QCOMPARE(read.id, chain.id);
        QCOMPARE(read.tasks.size(), chain.tasks.size());
        const Task& got = read.tasks.front();
        QVERIFY(got.key == task.key && got.kind == task.kind && got.node == task.node &&
                got.type == task.type && got.version == task.version && got.library == task.library);
        QVERIFY(got.parameters == task.parameters);
        QVERIFY(got.seed == task.seed && got.inputs == task.inputs && got.file == task.file &&
                got.fileHash == task.fileHash && got.index == task.index);
        QVERIFY(read.wanted == chain.wanted && read.streams == chain.streams &&
                read.publish == chain.publish && read.maps == chain.maps);
        QCOMPARE(read.writes.front().file, chain.writes.front().file);
        QVERIFY(read.writes.front().value == chain.writes.front().value);
        QVERIFY(read.staging == chain.staging && read.cache == chain.cache &&
                read.checkpoints == chain.checkpoints && read.scratch == chain.scratch);
        QVERIFY(read.threads == 3 && read.device == "cuda:1" && read.memoryLimit == chain.memoryLimit &&
                read.cacheMemory == 5 && read.repeats == 2);
        QCOMPARE(std::get<Cancel>(decodeToWorker(encode(ToWorker(Cancel{9})))).chain, std::uint64_t{9});
        QVERIFY(std::holds_alternative<Quit>(decodeToWorker(encode(ToWorker(Quit{})))));
        QCOMPARE(
            std::get<ResourceQuery>(decodeToWorker(encode(ToWorker(ResourceQuery{{task}})))).tasks.size(),
            std::size_t{1});
    }

    void reportsArriveWhole() {
        TaskReport report;
        report.chain = 3;
        report.key = sha256("task");
        report.seconds = 0.1;
        report.peakMemory = 123;
        report.failure = TaskFailure{ErrorKind::Resource, "What.", "Remedy."};
        report.stream = StreamResult{"/staging/x",
                                     sha256("s"),
                                     11,
                                     {{"codes", 80, true}, {"padding", 8, false}},
                                     {{"model", 5, false}}};
        report.counts = {{"pixels", 18446744073709551615u}};
        const double infinity = std::numeric_limits<double>::infinity();
        report.scores = {{"a", 0.1, 1}, {"b", infinity, -infinity}, {"c", 5e-324, std::nextafter(1.0, 2.0)}};
        report.mapRange = MapRange{-0.1, infinity};
        report.tables = {{"samples", "a,b\n1,2\n"}};
        report.log = "a line\nanother with bytes \xff\xfe";
        const TaskReport read = sent(report);
        QVERIFY(read.chain == 3 && read.key == report.key && read.seconds == 0.1 && read.peakMemory == 123);
        QVERIFY(read.failure->kind == ErrorKind::Resource && read.failure->what == "What." &&
                read.failure->remedy == "Remedy.");
        QVERIFY(read.stream->file == report.stream->file && read.stream->hash == report.stream->hash &&
                read.stream->bytes == 11 && read.stream->parts.size() == 2 &&
                read.stream->parts[0].searched && read.stream->shared.front().name == "model");
        QVERIFY(read.counts == report.counts && read.tables == report.tables);
        for (std::size_t i = 0; i < report.scores.size(); ++i)
            QVERIFY(read.scores[i].metric == report.scores[i].metric &&
                    read.scores[i].s0 == report.scores[i].s0 && read.scores[i].s1 == report.scores[i].s1);
        QVERIFY(read.mapRange->low == -0.1 && read.mapRange->high == infinity);
        QVERIFY(read.log.starts_with("a line\nanother"));

        const ResourceAnswer answer =
            sent(ResourceAnswer{{{2, 3, 4, true, 5, {{"libjpeg-turbo", "2.1.5"}}}, {}},
                                {std::nullopt, TaskFailure{ErrorKind::Plugin, "W", "R"}}});
        QVERIFY(answer.resources[0].threads == 2 && answer.resources[0].processes == 3 &&
                answer.resources[0].memory == 4 && answer.resources[0].exclusive);
        QCOMPARE(answer.resources[0].batch, 5);
        QCOMPARE(answer.resources[0].libraries.at("libjpeg-turbo"), std::string("2.1.5"));
        QVERIFY(!answer.failures[0] && answer.failures[1]->kind == ErrorKind::Plugin);
        const Alive alive = sent(Alive{5, sha256("t"), 1.0 / 3});
        QVERIFY(alive.chain == 5 && alive.task == sha256("t") && alive.fraction == 1.0 / 3);
        QCOMPARE(sent(Ready{77, "id"}).pid, std::int64_t{77});
        QCOMPARE(sent(Done{78}).chain, std::uint64_t{78});
    }

    void garbageIsRefused_data() {
        QTest::addColumn<QString>("line");
        const std::pair<const char*, const char*> lines[] = {
            {"nothing", ""},
            {"text", "hello"},
            {"a number", "12"},
            {"no version", R"({"type":"done","id":1})"},
            {"other version", R"({"v":2,"type":"done","id":1})"},
            {"no type", R"({"v":1,"id":1})"},
            {"unknown type", R"({"v":1,"type":"dance","id":1})"},
            {"no id", R"({"v":1,"type":"done"})"},
            {"negative id", R"({"v":1,"type":"done","id":-1})"},
            {"wrong type of id", R"({"v":1,"type":"done","id":"1"})"},
            {"bad hash", R"({"v":1,"type":"alive","id":1,"task":"xyz","fraction":"0p+0"})"},
            {"bad fraction",
             R"({"v":1,"type":"alive","id":1,"task":"0000000000000000000000000000000000000000000000000000000000000000","fraction":"much"})"},
            {"unlike lists", R"({"v":1,"type":"resources","resources":[],"failures":[null]})"},
            {"cut off", R"({"v":1,"type":"done","id":)"},
        };
        for (const auto& [name, line] : lines)
            QTest::newRow(name) << QString(line);
        QTest::newRow("deep") << QString("[").repeated(100'000);
    }
    void garbageIsRefused() {
        QFETCH(QString, line);
        VERIFY_ERROR(decodeFromWorker(line.toStdString()), ErrorKind::Internal, "");
        VERIFY_ERROR(decodeToWorker(line.toStdString()), ErrorKind::Internal, "");
    }
};

QTEST_APPLESS_MAIN(TaskTest)
#include "task_test.moc"
