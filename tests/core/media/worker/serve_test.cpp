#include "core/build_info.h"
#include "core/error.h"
#include "core/run/worker_process.h"
#include "tests/core/media/worker/chain_builder.h"

#include <poll.h>

#include <QtTest>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

using namespace ratescope;
using namespace ratescope::media;
using run::TaskKind;
using std::chrono::milliseconds;

namespace {

std::filesystem::path program() {
    return std::filesystem::path(qgetenv("RATESCOPE_BUILD").toStdString()) / "bin" / "ratescope-worker";
}

/// A worker process and the lines that it says.
class Spoken {
  public:
    explicit Spoken(const std::filesystem::path& folder)
        : process_({program(), {"--serve"}, folder / "worker.log"}) {}

    void say(const run::ToWorker& message) { process_.socket().send(run::encode(message)); }
    void sayLine(const std::string& line) { process_.socket().send(line); }

    /// The next message, `alive` passed over; nothing at the end of the connection or after 10 s.
    std::optional<run::FromWorker> hear() {
        while (const std::optional<std::string> line = nextLine()) {
            run::FromWorker message = run::decodeFromWorker(*line);
            if (!std::holds_alternative<run::Alive>(message)) return message;
        }
        return std::nullopt;
    }
    template <typename Message>
    Message expect() {
        const std::optional<run::FromWorker> message = hear();
        const Message* expected = message ? std::get_if<Message>(&*message) : nullptr;
        if (!expected) throw Error(ErrorKind::Internal, "The worker said something else, or nothing.", "");
        return *expected;
    }
    std::optional<std::string> nextLine() {
        const auto limit = std::chrono::steady_clock::now() + milliseconds(10000);
        for (;;) {
            if (std::optional<std::string> line = process_.socket().line()) return line;
            if (!process_.socket().open() || std::chrono::steady_clock::now() > limit) return std::nullopt;
            pollfd waited{process_.socket().descriptor(), POLLIN, 0};
            ::poll(&waited, 1, 100);
            process_.socket().receive();
        }
    }
    run::WorkerProcess& process() { return process_; }

  private:
    run::WorkerProcess process_;
};

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
        Spoken worker(first.folder());
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
        Spoken worker(item.folder());
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
        Spoken worker(item.folder());
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
        Spoken worker(item.folder());
        worker.expect<run::Ready>();
        worker.say(item.chain);
        worker.expect<run::TaskReport>();
        QVERIFY_EXCEPTION_THROWN(worker.hear(), Error);
    }

    void cancelsChains() {
        Sleeper sleeper;
        Item waiting, after;
        waiting.chain.id = 2;
        after.chain.id = 3;
        Spoken worker(sleeper.folder());
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
        QVERIFY(std::chrono::steady_clock::now() - start < milliseconds(700));
        worker.say(run::Cancel{1});  // Too late: nothing happens, least of all to the next chain.
        for (int i = 0; i < 2; ++i)
            QVERIFY(!worker.expect<run::TaskReport>().failure);
        QCOMPARE(worker.expect<run::Done>().chain, std::uint64_t{3});
    }

    void answersWhileItRuns() {
        Sleeper sleeper(true);
        Spoken worker(sleeper.folder());
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
        Spoken worker(sleeper.folder());
        worker.expect<run::Ready>();
        worker.say(sleeper.chain);
        worker.expect<run::TaskReport>();
        worker.say(run::Quit{});
        QCOMPARE(worker.process().end(2000), std::string("ended with status 0"));
    }

    void endsWithItsSupervisor() {
        Sleeper sleeper(true);  // Deaf: only the reading thread can notice.
        Spoken worker(sleeper.folder());
        worker.expect<run::Ready>();
        worker.say(sleeper.chain);
        worker.expect<run::TaskReport>();
        worker.process().socket().close();
        QCOMPARE(worker.process().end(2000), std::string("ended with status 0"));
    }

    void refusesNonsense() {
        Item item;
        Spoken worker(item.folder());
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
            Spoken worker(builder.folder());
            worker.say(builder.chain);
            while (!std::filesystem::exists(builder.chain.checkpoints / count.hex() / "count"))
                std::this_thread::sleep_for(milliseconds(1));
            worker.process().kill();
        }
        const std::filesystem::path value = builder.chain.cache / (count.hex() + ".image");
        QVERIFY(!std::filesystem::exists(value));
        const auto finish = [&] {
            Spoken worker(builder.folder());
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
