// Libraries that are newer, locked, damaged, read-only or full: refused with the documented exit code, and whatever was
// finished stays finished.

#include "tests/e2e/check.h"
#include "tests/e2e/document.h"
#include "tests/e2e/limits.h"
#include "tests/e2e/refusal.h"
#include "tests/e2e/rows.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

using namespace e2e;
using nlohmann::json;

class BadLibrariesTest : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase();
    void unfitLibrariesAreRefused_data();
    void unfitLibrariesAreRefused();
    void flippedPagesAreFound_data();
    void flippedPagesAreFound();
    void aLockedLibraryIsReadOnly();
    void aReadOnlyDiskIsRead();
    void unwritableFoldersAreRefused_data();
    void unwritableFoldersAreRefused();
    void aFullDiskLosesNothing();

  private:
    QMap<QString, QByteArray> files_;  ///< of a place with a finished study
    QByteArray rows_;

    void fill(const Place& place) const {
        for (auto file = files_.begin(); file != files_.end(); ++file)
            place.write(file.key(), file.value());
    }
};

namespace {

constexpr int pageSize = 4096;

const QList<QStringList> readers = {
    {"status", "--library", "study.rslib"},
    {"du", "--library", "study.rslib"},
    {"curves", "--library", "study.rslib", "--y", "psnr-rgb"},
    {"export", "--library", "study.rslib"},
    {"bd", "--library", "study.rslib", "--anchor", "jpeg/subsampling=4:2:0", "--y", "psnr-rgb"},
    {"plan", "study.ratescope"}};

const QList<QStringList> writers = {{"run", "study.ratescope"},
                                    {"retry", "--library", "study.rslib"},
                                    {"gc", "--library", "study.rslib"},
                                    {"annotate", "--library", "study.rslib", "--notes", "x"},
                                    {"delete", "--library", "study.rslib"},
                                    {"import", "--library", "study.rslib", "curve.csv"}};

QByteArray flipped(QByteArray bytes, qsizetype first, qsizetype count) {
    for (qsizetype i = first; i < std::min(first + count, bytes.size()); ++i)
        bytes[i] = static_cast<char>(~bytes[i]);
    return bytes;
}

/// All commands are refused alike and leave every file as it was.
QByteArray faultOfCommands(const Place& place, const QList<QStringList>& commands,
                           const QByteArrayList& words) {
    const auto before = filesIn(place);
    for (const QStringList& command : commands)
        if (const QByteArray fault = faultOfRefusal(place, command, 5, words); !fault.isEmpty()) return fault;
    auto after = filesIn(place);
    if (!before.contains("study.rslib.lock")) after.remove("study.rslib.lock");
    return after == before ? QByteArray() : "files changed: " + after.keys().join(", ").toUtf8();
}

#define VERIFY_REFUSED_BY_ALL(place, commands, ...)                                                   \
    do {                                                                                              \
        const QByteArray refusal = faultOfCommands((place), (commands), QByteArrayList{__VA_ARGS__}); \
        QVERIFY2(refusal.isEmpty(), refusal.constData());                                             \
    } while (false)

}  // namespace

void BadLibrariesTest::initTestCase() {
    const Place place;
    place.write("study.ratescope", jpegStudy("study", 2, {20, 50, 80, 95}).text());
    place.write("curve.csv", "rate,quality\n1,30\n2,33\n");
    VERIFY_CODE(place.cli({"run", "study.ratescope"}), 0);
    rows_ = lastingRows(place, "study.rslib");
    QVERIFY(rows_.count('\n') > 32);
    query(place.path("study.rslib"), "PRAGMA wal_checkpoint(TRUNCATE)");
    files_ = filesIn(place);
    files_.remove("study.rslib-wal");
    files_.remove("study.rslib.lock");
}

void BadLibrariesTest::unfitLibrariesAreRefused_data() {
    QTest::addColumn<QString>("how");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("newer") << "newer" << QByteArray("Open it with Ratescope 9.8.7");
    QTest::newRow("garbage header") << "header" << QByteArray("not a Ratescope library");
    QTest::newRow("cut short") << "cut" << QByteArray("damaged");
    QTest::newRow("cut to a few bytes") << "bytes" << QByteArray("study.rslib");
    QTest::newRow("text") << "text" << QByteArray("not a Ratescope library");
    QTest::newRow("another program's") << "other" << QByteArray("not a Ratescope library");
    QTest::newRow("a folder") << "folder" << QByteArray("is a folder");
}

void BadLibrariesTest::unfitLibrariesAreRefused() {
    QFETCH(QString, how);
    QFETCH(QByteArray, says);
    const Place place;
    fill(place);
    const QString library = place.path("study.rslib");
    const QByteArray sound = files_["study.rslib"];
    if (how == "newer") {
        query(library, "UPDATE meta SET value = '9.8.7' WHERE name = 'program'");
        query(library, "PRAGMA user_version = 99");
        query(library, "PRAGMA wal_checkpoint(TRUNCATE)");
    }
    if (how == "header") place.write("study.rslib", flipped(sound, 0, 100));
    if (how == "cut") place.write("study.rslib", sound.left(sound.size() / pageSize / 2 * pageSize));
    if (how == "bytes") place.write("study.rslib", sound.left(50));
    if (how == "text") place.write("study.rslib", "These are my notes.\n");
    if (how == "other" || how == "folder") QVERIFY(QFile::remove(library));
    if (how == "other") {
        place.write("study.rslib", "");
        query(library, "CREATE TABLE stamp (id INTEGER)");
    }
    if (how == "folder") place.write("study.rslib/within", "");
    VERIFY_REFUSED_BY_ALL(place, readers + writers, "study.rslib", says);
    const Outcome figure =
        place.desktop({"figure", "--library", "study.rslib", "--y", "psnr-rgb", "-o", "figure.svg"});
    VERIFY_CODE(figure, 5);
    VERIFY_SAYS(figure, "study.rslib");
    QVERIFY(figure.output.isEmpty() && !place.has("figure.svg"));
}

void BadLibrariesTest::flippedPagesAreFound_data() {
    QTest::addColumn<int>("page");
    for (const int page : {0, 1, 3, 10, 20, 33, 47, 60})
        QTest::addRow("page %d", page) << page;
}

void BadLibrariesTest::flippedPagesAreFound() {
    QFETCH(int, page);
    const QByteArray sound = files_["study.rslib"];
    QVERIFY(sound.size() > (page + 1) * pageSize);
    const Place place;
    fill(place);
    // The first page begins with the file's header, which has a row of its own above.
    const int skipped = page == 0 ? 100 : 0;
    place.write("study.rslib", flipped(sound, page * pageSize + skipped, pageSize - skipped));
    VERIFY_REFUSED_BY_ALL(place, (QList<QStringList>{readers[0], readers[2], writers[0], writers[2]}),
                          "study.rslib is damaged", ".recover");
}

void BadLibrariesTest::aLockedLibraryIsReadOnly() {
    const Place place;
    fill(place);
    place.write("study.rslib.lock", "process 4711 on tethys\n");
    const int lock = ::open(qPrintable(place.path("study.rslib.lock")), O_RDWR | O_CLOEXEC);
    QVERIFY(lock >= 0 && ::flock(lock, LOCK_EX | LOCK_NB) == 0);
    VERIFY_REFUSED_BY_ALL(place, writers, "study.rslib", "process 4711 on tethys", "Wait");
    for (const QStringList& command : readers)
        VERIFY_CODE(place.cli(command), 0);
    ::close(lock);
    VERIFY_CODE(place.cli({"run", "study.ratescope"}), 0);
    QCOMPARE(lastingRows(place, "study.rslib"), rows_);
}

void BadLibrariesTest::aReadOnlyDiskIsRead() {
    const Place place;
    Disk disk(place.path("disk"), 8);
    if (!disk.mounted()) QSKIP("skipped: mounting is not permitted");
    for (auto file = files_.begin(); file != files_.end(); ++file)
        place.write("disk/" + file.key(), file.value());
    QVERIFY(disk.change(8, true));
    const auto onDisk = [](QStringList command) {
        for (QString& word : command)
            if (word.startsWith("study.") || word.startsWith("curve.")) word = "disk/" + word;
        return command;
    };
    for (const QStringList& command : readers)
        VERIFY_CODE(place.cli(onDisk(command)), 0);
    QList<QStringList> commands;
    for (const QStringList& command : writers)
        commands << onDisk(command);
    VERIFY_REFUSED_BY_ALL(place, commands, "disk/study.rslib", "read-only", "Copy it");
    QCOMPARE(lastingRows(place, "disk/study.rslib"), rows_);
}

void BadLibrariesTest::unwritableFoldersAreRefused_data() {
    addUnwritableFolders();
}

void BadLibrariesTest::unwritableFoldersAreRefused() {
    QFETCH(QString, how);
    Place place;
    fill(place);
    const UnwritableFolder unwritable(place, "target", how);
    if (!unwritable.obstacle.isEmpty()) QSKIP(unwritable.obstacle.constData());
    const QList<QStringList> commands = {{"run", "study.ratescope", "--library", "target/new.rslib"},
                                         {"import", "--library", "target/new.rslib", "curve.csv"},
                                         {"serve", "--library", "target/new.rslib"}};
    VERIFY_REFUSED_BY_ALL(place, commands, "target");
}

/// A disk that fills up while a study runs: the run stops with what it has, and goes on once there is room.
void BadLibrariesTest::aFullDiskLosesNothing() {
    const Place place;
    Disk disk(place.path("disk"), 4);
    if (!disk.mounted()) QSKIP("skipped: mounting is not permitted");
    // About 100 KiB an item in files beside the library, and time enough for several commits before the disk is full.
    Study study("study");
    study.node("noise", "test.noise", {{"count", 60}, {"size", 400}})
        .node("sleep", "test.sleep", {{"milliseconds", 30}})
        .node("layers", "test.layers", {{"layers", 8}})
        .wire("noise.image", "sleep.image")
        .wire("sleep.image", "layers.image")
        .set("candidates", json::array({"layers.image"}));
    place.write("study.ratescope", study.text());
    const QStringList run = {"run", "study.ratescope", "--library", "disk/study.rslib", "--jobs", "2"};
    VERIFY_REFUSED(place, run, 7, "disk/study.rslib", "Make room");
    const auto done = [&] {
        const json items = place.cli({"status", "--library", "disk/study.rslib", "--json"}).json()["items"];
        return items["failed"] == 0 && items["running"] == 0 ? items["done"].get<int>() : -1;
    };
    const int before = done();
    QVERIFY2(before > 0 && before < 60, QByteArray::number(before).constData());

    QVERIFY(disk.change(64, false));
    const Outcome rest = place.cli(run + QStringList{"--json"});
    VERIFY_CODE(rest, 0);
    COMPARE_JSON(rest.json()["ranItems"], 60 - before);
    QCOMPARE(done(), 60);
    QCOMPARE(dishonesty(place.path("disk/study.rslib")), QByteArray());
}

QTEST_GUILESS_MAIN(BadLibrariesTest)
#include "bad_libraries_test.moc"
