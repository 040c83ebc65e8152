// Source files are read beside the event loop, and the reading can be stopped.

#include "tests/core/error_check.h"
#include "tests/core/run/test_house.h"

#include <vector>

using namespace ratescope;
using namespace ratescope::run;
using fake::text;
using graph::Document;
using store::State;
using House = fake::TestHouse;

namespace {

// A hole of this size takes minutes to hash, and no room on the disk.
constexpr std::uintmax_t minutes = std::uintmax_t{1} << 38;

Document studyOfFiles(const std::string& pattern, const std::string& name = "files") {
    Document document = fake::study(1, {10});
    document.name = name;
    document.nodes[0] = fake::node("source", "files", {{"files", text(pattern)}});
    return document;
}

void write(const std::filesystem::path& file, const std::string& content) {
    std::ofstream(file, std::ios::binary) << content;
}

/// What `ready` was called with.
struct Calls {
    std::vector<std::optional<Error>> all;
    std::function<void(const std::optional<Error>&)> ready() {
        return [this](const std::optional<Error>& stopped) { all.push_back(stopped); };
    }
    bool stopped(std::size_t call) const {
        return all.at(call) && all.at(call)->kind() == ErrorKind::Cancelled;
    }
};

}  // namespace

class PrepareTest : public QObject {
    Q_OBJECT

  private slots:
    void filesAreReadBesideTheLoop() {
        House house;
        Supervisor& supervisor = house.start(1);
        for (const char* name : {"a.txt", "b.txt", "c.txt"})
            write(house.folder() / name, name);
        Calls calls;
        supervisor.prepare(studyOfFiles("*.txt"), house.folder(), calls.ready());
        QVERIFY(calls.all.empty() && !supervisor.idle());
        QVERIFY(house.until([&] { return !calls.all.empty(); }));
        QVERIFY(!calls.all[0] && supervisor.idle());
        QVERIFY(house.library().findFileHash(house.folder() / "b.txt") == sha256("b.txt"));
        // What is known is not read again, what has changed is.
        supervisor.prepare(studyOfFiles("*.txt"), house.folder(), calls.ready());
        QCOMPARE(calls.all.size(), std::size_t{2});
        write(house.folder() / "b.txt", "longer than before");
        supervisor.prepare(studyOfFiles("*.txt"), house.folder(), calls.ready());
        QCOMPARE(calls.all.size(), std::size_t{2});
        QVERIFY(house.until([&] { return calls.all.size() == 3; }));
        QVERIFY(house.library().findFileHash(house.folder() / "b.txt") == sha256("longer than before"));
        house.run(studyOfFiles("*.txt"), 1);
        QCOMPARE(house.items(State::Done), std::int64_t{3});
    }

    void theReadingCanBeStopped() {
        House house;
        Supervisor& supervisor = house.start(1);
        write(house.folder() / "large.txt", "");
        std::filesystem::resize_file(house.folder() / "large.txt", minutes);
        write(house.folder() / "small.txt", "small");
        Calls large, small;
        QVERIFY(!supervisor.stopPreparing(""));
        supervisor.prepare(studyOfFiles("large.txt", "large"), house.folder(), large.ready());
        supervisor.prepare(studyOfFiles("small.txt", "small"), house.folder(), small.ready());
        // Other studies go on meanwhile.
        supervisor.submit(fake::study(2, {10}), house.folder());
        QVERIFY(house.until([&] { return house.items(State::Done) == 2; }));
        QVERIFY(large.all.empty() && !supervisor.idle());
        QVERIFY(!supervisor.stopPreparing("another"));
        QElapsedTimer timer;
        timer.start();
        QVERIFY(supervisor.stopPreparing("large"));
        QVERIFY(large.stopped(0));
        QVERIFY(house.until([&] { return !small.all.empty(); }));
        QVERIFY2(timer.elapsed() < 1000, qPrintable(QString::number(timer.elapsed())));
        QVERIFY(!small.all[0]);
        QVERIFY(!house.library().findFileHash(house.folder() / "large.txt"));
    }

    void anEndStopsIt() {
        House house;
        write(house.folder() / "large.txt", "");
        std::filesystem::resize_file(house.folder() / "large.txt", minutes);
        Calls calls;
        QElapsedTimer timer;
        timer.start();
        house.start(1).prepare(studyOfFiles("large.txt"), house.folder(), calls.ready());
        house.supervisor().shutdown(true);
        QVERIFY(calls.stopped(0));
        // Nor does one that is not ended wait for the file.
        house.start(1).prepare(studyOfFiles("large.txt"), house.folder(), calls.ready());
        house.start(1);
        QCOMPARE(calls.all.size(), std::size_t{1});
        QVERIFY2(timer.elapsed() < 3000, qPrintable(QString::number(timer.elapsed())));
    }

    void whatIsWrongIsSaidAtOnce() {
        House house;
        Supervisor& supervisor = house.start(1);
        Calls calls;
        VERIFY_ERROR(supervisor.prepare(studyOfFiles("*.txt"), house.folder(), calls.ready()),
                     ErrorKind::Input, "source");
        Document broken = studyOfFiles("*.txt");
        broken.nodes[1].type = "fake.unknown";
        VERIFY_ERROR(supervisor.prepare(broken, house.folder(), calls.ready()), ErrorKind::Document, "");
        QVERIFY(calls.all.empty() && supervisor.idle());
    }
};

QTEST_GUILESS_MAIN(PrepareTest)
#include "prepare_test.moc"
