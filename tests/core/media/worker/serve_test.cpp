#include "core/build_info.h"
#include "core/error.h"
#include "tests/core/media/worker/chain_builder.h"
#include "tests/core/media/worker/spoken_worker.h"

#include <QtTest>
#include <chrono>
#include <fstream>
#include <thread>

using namespace ratescope;
using namespace ratescope::media;
using run::TaskKind;
using std::chrono::milliseconds;

namespace {

struct Item : ChainBuilder {
    explicit Item(const Settings& settings = {}) {
        noise = source("test.noise");
        coded = code("test.crash", settings, {{"image", {{noise, "image"}}}});
        chain.wanted = {coded.decode};
    }
    Hash noise;
    Coded coded;
};

/// An item whose encoder waits for a sleep of 30 s.
struct Sleeper : ChainBuilder {
    explicit Sleeper(bool deaf = false) {
        const Hash noise = source("test.noise");
        sleep = add(TaskKind::Transform, "test.sleep",
                    {{"milliseconds", std::int64_t{30000}}, {"deaf", deaf}}, {{"image", {{noise, "image"}}}});
        chain.wanted = {sleep};
    }
    Hash sleep;
};

}  // namespace

class ServeTest : public QObject {
    Q_OBJECT
  private slots:

    void runsChainsInTurn() {
        Item first, second({{"how", std::string("error")}});
        second.chain.id = 2;
        SpokenWorker worker(first.folder());
        const auto ready = worker.expect<run::Ready>();
        QCOMPARE(ready.pid, std::int64_t{worker.process().pid()});
        QCOMPARE(ready.buildId, buildInfo().buildId);
        worker.say(first.chain);
        worker.say(second.chain);
        for (const Hash& key : {first.noise, first.coded.encode, first.coded.decode})
            QVERIFY(worker.expect<run::TaskReport>().key == key);
        QCOMPARE(worker.expect<run::Done>().chain, std::uint64_t{1});
        const auto failed = worker.expect<run::TaskReport>();  // The image is still in the worker's memory.
        QVERIFY(failed.key == second.coded.encode && failed.failure && failed.chain == 2);
        QCOMPARE(worker.expect<run::Done>().chain, std::uint64_t{2});
        worker.say(run::Quit{});
        QCOMPARE(worker.process().end(5000), std::string("ended with status 0"));
    }

    void printingDoesNoHarm() {
        Item item({{"how", std::string("print")}});
        SpokenWorker worker(item.folder());
        worker.expect<run::Ready>();
        worker.say(item.chain);
        for (int i = 0; i < 3; ++i)
            QVERIFY(!worker.expect<run::TaskReport>().failure);
        worker.expect<run::Done>();
        worker.say(run::Quit{});
        worker.process().end(5000);
        QVERIFY(worker.process().lastLines().find("prints to standard output") != std::string::npos);
    }

    void tellsWhichTaskItDiedIn_data() {
        QTest::addColumn<QString>("how");
        QTest::addColumn<QString>("end");
        QTest::newRow("segfault") << "segfault"
                                  << "signal 11";
        QTest::newRow("abort") << "abort"
                               << "signal 6";
        QTest::newRow("exit") << "exit"
                              << "ended with status 0";
    }
    void tellsWhichTaskItDiedIn() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        QSKIP("skipped: a sanitizer has its own way to die");
#endif
        QFETCH(QString, how);
        QFETCH(QString, end);
        Item item({{"how", how.toStdString()}});
        SpokenWorker worker(item.folder());
        worker.expect<run::Ready>();
        worker.say(item.chain);
        Hash last;
        while (const auto line = worker.nextLine()) {
            const run::FromWorker message = run::decodeFromWorker(*line);
            if (const auto* alive = std::get_if<run::Alive>(&message)) last = alive->task;
        }
        QVERIFY(last == item.coded.encode);
        const std::string ended = worker.process().end(5000);
        QVERIFY2(ended.find(end.toStdString()) != std::string::npos, ended.c_str());
        QVERIFY(worker.process().lastLines().find("goes wrong: " + how.toStdString()) != std::string::npos);
    }

    void garbageIsSeen() {
        Item item({{"how", std::string("garbage")}});
        SpokenWorker worker(item.folder());
        worker.expect<run::Ready>();
        worker.say(item.chain);
        worker.expect<run::TaskReport>();
        QVERIFY_THROWS_EXCEPTION(Error, worker.hear());
    }

    void cancelsChains() {
        Sleeper sleeper;
        Item waiting, after;
        waiting.chain.id = 2;
        after.chain.id = 3;
        SpokenWorker worker(sleeper.folder());
        worker.expect<run::Ready>();
        worker.say(sleeper.chain);
        worker.say(waiting.chain);
        worker.say(after.chain);
        worker.expect<run::TaskReport>();  // The source.
        worker.say(run::Cancel{2});
        QCOMPARE(worker.expect<run::Done>().chain, std::uint64_t{2});  // At once, though the first one runs.
        const auto start = std::chrono::steady_clock::now();
        worker.say(run::Cancel{1});
        const auto report = worker.expect<run::TaskReport>();
        QVERIFY(report.key == sleeper.sleep && report.failure->kind == ErrorKind::Cancelled);
        QCOMPARE(worker.expect<run::Done>().chain, std::uint64_t{1});
        QVERIFY(std::chrono::steady_clock::now() - start < milliseconds(1000));
        worker.say(run::Cancel{1});  // Too late: nothing happens, least of all to the next chain.
        for (int i = 0; i < 2; ++i)
            QVERIFY(!worker.expect<run::TaskReport>().failure);
        QCOMPARE(worker.expect<run::Done>().chain, std::uint64_t{3});
    }

    void answersWhileItRuns() {
        Sleeper sleeper(true);
        SpokenWorker worker(sleeper.folder());
        worker.expect<run::Ready>();
        worker.say(sleeper.chain);
        worker.expect<run::TaskReport>();
        run::ResourceQuery query{sleeper.chain.tasks};
        query.tasks[1].type = "test.unknown";
        worker.say(query);
        const auto answer = worker.expect<run::ResourceAnswer>();
        QCOMPARE(answer.resources.size(), std::size_t{2});
        QVERIFY(!answer.failures[0] && answer.resources[0].threads == 1 && answer.resources[0].memory > 0);
        QVERIFY(answer.failures[1]->kind == ErrorKind::Plugin);
    }

    void quitsInTheMiddle() {
        Sleeper sleeper;
        SpokenWorker worker(sleeper.folder());
        worker.expect<run::Ready>();
        worker.say(sleeper.chain);
        worker.expect<run::TaskReport>();
        worker.say(run::Quit{});
        QCOMPARE(worker.process().end(2000), std::string("ended with status 0"));
    }

    void endsWithItsSupervisor() {
        Sleeper sleeper(true);  // Deaf: only the reading thread can notice.
        SpokenWorker worker(sleeper.folder());
        worker.expect<run::Ready>();
        worker.say(sleeper.chain);
        const auto sleeps = [&](const run::FromWorker& message) {
            const auto* alive = std::get_if<run::Alive>(&message);
            return alive && alive->task == sleeper.sleep;
        };
        while (!sleeps(run::decodeFromWorker(worker.nextLine().value()))) {
        }
        worker.process().socket().close();
        QCOMPARE(worker.process().end(2000), std::string("ended with status 0"));
    }

    void refusesNonsense() {
        Item item;
        SpokenWorker worker(item.folder());
        worker.expect<run::Ready>();
        worker.sayLine("{\"v\":99}");
        QCOMPARE(worker.process().end(5000), std::string("ended with status 1"));
    }

    void goesOnAfterBeingKilled() {
        ChainBuilder builder;
        const std::filesystem::path record = builder.folder() / "record";
        const Hash noise = builder.source("test.noise");
        const Hash count = builder.add(TaskKind::Transform, "test.checkpoint",
                                       {{"milliseconds", std::int64_t{20}}, {"record", record.string()}},
                                       {{"image", {{noise, "image"}}}});
        builder.chain.wanted = {count};
        builder.chain.publish = {count};
        {
            SpokenWorker worker(builder.folder());
            worker.say(builder.chain);
            while (!std::filesystem::exists(builder.chain.checkpoints / count.hex() / "count"))
                std::this_thread::sleep_for(milliseconds(1));
            worker.process().kill();
        }
        const std::filesystem::path value = builder.chain.cache / (count.hex() + ".image");
        QVERIFY(!std::filesystem::exists(value));
        const auto finish = [&] {
            SpokenWorker worker(builder.folder());
            worker.say(builder.chain);
            worker.expect<run::Ready>();
            while (!std::holds_alternative<run::Done>(worker.hear().value())) {
            }
            return sha256OfFile(value);
        };
        const Hash resumed = finish();
        std::ifstream lines(record);
        std::string first, second;
        std::getline(lines, first);
        std::getline(lines, second);
        QCOMPARE(first, std::string("begins at step 0"));
        QVERIFY(second.starts_with("begins at step") && second != first);
        builder.forget();
        builder.chain.wanted = builder.chain.publish = {count};
        QVERIFY(finish() == resumed);
    }
};

QTEST_GUILESS_MAIN(ServeTest)
#include "serve_test.moc"
