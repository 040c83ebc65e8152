#include "core/store/connection.h"
#include "core/store/query.h"
#include "core/store/schema.h"
#include "tests/core/curves/expect_error.h"
#include "tests/core/store/curve_check.h"
#include "tests/core/store/sample_study.h"

#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QtTest>
#include <cstdlib>
#include <fstream>

using namespace ratescope;
using namespace ratescope::store;

namespace {

QString libraryMessage(const std::filesystem::path& file, Access access) {
    return messageOf([&] { Library(file, access); }, ErrorKind::Library);
}

void overwrite(const std::filesystem::path& file, std::streamoff offset, const std::string& bytes) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(offset);
    stream << bytes;
}

}  // namespace

class LibraryTest : public QObject {
    Q_OBJECT

  private slots:
    void makesANewLibrary() {
        const SampleFolder folder;
        {
            const Library library(folder.library(), Access::Write);
            QVERIFY(std::filesystem::is_directory(library.stagingFolder()));
            QVERIFY(std::filesystem::is_directory(library.cacheFolder()));
            QVERIFY(std::filesystem::is_directory(library.checkpointFolder()));
            QCOMPARE(library.notice(), std::string());
            QVERIFY(library.studies().empty());
            QCOMPARE(library.itemCounts().total(), 0);
        }
        // Closed cleanly, nothing but the file itself is needed.
        QVERIFY(!std::filesystem::exists(folder.library().string() + "-wal"));
        QCOMPARE(Library(folder.library(), Access::Read).studies().size(), 0u);
    }

    void saysWhatCannotBeOpened() {
        const SampleFolder folder;
        QVERIFY(libraryMessage(folder.library(), Access::Read).contains("There is no library"));
        QVERIFY(
            libraryMessage(folder.path() / "none" / "a.rslib", Access::Write).contains("There is no folder"));
        QVERIFY(libraryMessage(folder.path(), Access::Read).contains("is a folder"));
        std::ofstream(folder.library()) << "This is a letter, and a long one: " << std::string(5000, 'a');
        for (const Access access : {Access::Read, Access::Write})
            QVERIFY(libraryMessage(folder.library(), access).contains("is not a Ratescope library"));
        // Another program's database.
        std::filesystem::remove(folder.library());
        Database(folder.library(), Database::Mode::Create).script("CREATE TABLE stamps (id INTEGER)");
        for (const Access access : {Access::Read, Access::Write})
            QVERIFY(libraryMessage(folder.library(), access).contains("is not a Ratescope library"));
    }

    void refusesANewerFormat() {
        const SampleFolder folder;
        Library(folder.library(), Access::Write);
        {
            Database database(folder.library(), Database::Mode::Create);
            database.script(
                "UPDATE meta SET value = '9.8.7' WHERE name = 'program'; PRAGMA user_version = 99");
        }
        for (const Access access : {Access::Read, Access::Write}) {
            const QString message = libraryMessage(folder.library(), access);
            QVERIFY2(message.contains("99") && message.contains("9.8.7"), qPrintable(message));
        }
    }

    void saysThatItIsDamaged_data() {
        QTest::addColumn<int>("damage");
        QTest::newRow("truncated") << 0;
        QTest::newRow("page overwritten") << 1;
        QTest::newRow("header overwritten") << 2;
    }

    void saysThatItIsDamaged() {
        QFETCH(int, damage);
        const SampleFolder folder;
        {
            Library library(folder.library(), Access::Write);
            finishedStudy(library, sampleItems());
        }
        const auto size = std::filesystem::file_size(folder.library());
        if (damage == 0) std::filesystem::resize_file(folder.library(), size / 2);
        if (damage == 1) overwrite(folder.library(), 4096 * 3, std::string(4096 * 4, '\x7f'));
        if (damage == 2) overwrite(folder.library(), 0, std::string(100, '\x00'));
        for (const Access access : {Access::Read, Access::Write}) {
            const QString message = libraryMessage(folder.library(), access);
            QVERIFY2(message.contains("damaged") || message.contains("not a Ratescope library"),
                     qPrintable(message));
            QVERIFY(message.contains("sample.rslib"));
        }
    }

    void isLockedByOneWriter() {
        const SampleFolder folder;
        const Library writer(folder.library(), Access::Write);
        const QString message = libraryMessage(folder.library(), Access::Write);
        QVERIFY2(message.contains("process " + QString::number(getpid())), qPrintable(message));
        // Readers do not mind.
        const Library first(folder.library(), Access::Read), second(folder.library(), Access::Read);
        QVERIFY(first.studies().empty() && second.studies().empty());
        QVERIFY(messageOf([&] { Library(folder.library(), Access::Read).saveStudy(sampleStudy()); },
                          ErrorKind::Library)
                    .contains("reading only"));
    }

    void theLockGoesWithItsProcess() {
        const SampleFolder folder;
        int ready[2];
        QCOMPARE(pipe(ready), 0);
        const pid_t child = fork();
        if (child == 0) {
            Library library(folder.library(), Access::Write);
            if (write(ready[1], "r", 1) == 1) pause();
            _exit(1);
        }
        char byte = 0;
        const bool opened = read(ready[0], &byte, 1) == 1;
        const QString message = libraryMessage(folder.library(), Access::Write);
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        QVERIFY(opened);
        QVERIFY2(message.contains("process " + QString::number(child)), qPrintable(message));
        Library(folder.library(), Access::Write);
        close(ready[0]);
        close(ready[1]);
    }

    void readersSeeWhatIsCommitted() {
        const SampleFolder folder;
        Library writer(folder.library(), Access::Write);
        const std::vector<PlannedItem> items = sampleItems();
        const StudyId study = writer.saveStudy(sampleStudy());
        const Reconciliation rows = writer.reconcile(study, items);
        const Library reader(folder.library(), Access::Read);
        QCOMPARE(reader.itemCounts()[State::Pending], std::int64_t(items.size()));
        Batch batch = outcomeOf(writer, items[0], rows.items[0]);
        writer.commit(batch);
        QCOMPARE(reader.itemCounts()[State::Done], 1);
        QCOMPARE(item(reader, rows.items[0].id).state, State::Done);
    }

    void opensOnAReadOnlyMedium() {
        const SampleFolder folder;
        const std::filesystem::path mounted = folder.path() / "disc";
        std::filesystem::create_directory(mounted);
        if (mount("tmpfs", mounted.c_str(), "tmpfs", 0, "size=8m") != 0)
            QSKIP("skipped: mounting is not permitted");
        const std::filesystem::path file = mounted / "sample.rslib";
        Hash artefact;
        {
            Library library(file, Access::Write);
            const StudyId study = finishedStudy(library, sampleItems());
            artefact =
                streamsOf(library,
                          itemsPage(library, study, {}, ItemOrder::Planned, false, {}, 1).rows[0].id)[0]
                    .artefact;
        }
        QCOMPARE(mount("tmpfs", mounted.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, "size=8m"), 0);
        bool readable = false;
        QString message;
        try {
            const Library library(file, Access::Read);
            const StudyId study = library.study("").id;
            readable = !meanCurves(library, study, "psnr-rgb", "bpp").empty();
            const std::filesystem::path copy = library.materialise(artefact);
            readable = readable && sha256OfFile(copy) == artefact;
            std::filesystem::remove(copy);
            message = libraryMessage(file, Access::Write);
        } catch (const Error& error) {
            message = error.what();
        }
        umount(mounted.c_str());
        QVERIFY2(readable, qPrintable(message));
        QVERIFY2(message.contains("read-only medium"), qPrintable(message));
    }

    void usesARollbackJournalOnANetworkFileSystem() {
        QVERIFY(isNetworkFileSystem(0x6969) && isNetworkFileSystem(0xff534d42) &&
                !isNetworkFileSystem(0xef53));
        const SampleFolder folder;
        {
            Library library(folder.library(), Access::Write, Medium::Network);
            QVERIFY(library.notice().find("network file system") != std::string::npos);
            finishedStudy(library, sampleItems());
            QVERIFY(!std::filesystem::exists(folder.library().string() + "-wal"));
            QVERIFY(messageOf([&] { Library(folder.library(), Access::Read, Medium::Network); },
                              ErrorKind::Library)
                        .contains("locked by process"));
        }
        QCOMPARE(Library(folder.library(), Access::Read, Medium::Network).itemCounts()[State::Done], 24);
        // Back on a local disk it takes its log again.
        Library library(folder.library(), Access::Write);
        QCOMPARE(library.itemCounts()[State::Done], 24);
        QCOMPARE(library.notice(), std::string());
    }

    void studiesAreNamed() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        QVERIFY(messageOf([&] { library.study(""); }, ErrorKind::Usage).contains("holds no study"));
        StudyRecord record = sampleStudy("a");
        record.notes = "first";
        record.tags = {"kodak"};
        const StudyId first = library.saveStudy(record);
        QCOMPARE(library.study("").id, first);
        // Another document of the same name keeps both apart; saving again changes neither id nor name.
        const StudyId second = library.saveStudy(sampleStudy("b"));
        QVERIFY(second != first);
        QCOMPARE(library.study("photographs-2").id, second);
        StudyRecord changed = sampleStudy("a");
        changed.title = "Changed";
        changed.notes = "not the document's to change";
        QCOMPARE(library.saveStudy(changed), first);
        QCOMPARE(library.study("photographs").title, std::string("Changed"));
        QCOMPARE(library.study("photographs").notes, std::string("first"));
        QCOMPARE(library.study("photographs").tags, std::vector<std::string>{"kodak"});
        QVERIFY(
            messageOf([&] { library.study(""); }, ErrorKind::Usage).contains("photographs, photographs-2"));
        QVERIFY(messageOf([&] { library.study("x"); }, ErrorKind::Usage).contains("photographs-2"));
        library.annotate(first, "second", {"paper", "draft"}, {"kodak"});
        QCOMPARE(library.study("photographs").notes, std::string("second"));
        QCOMPARE(library.study("photographs").tags, (std::vector<std::string>{"draft", "paper"}));
        library.annotate(first, std::nullopt, {}, {"draft"});
        QCOMPARE(library.study("photographs").notes, std::string("second"));
    }

    void remembersHashesOfUnchangedFiles() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const std::filesystem::path file = folder.path() / "a.png";
        QVERIFY(!library.findFileHash(file));
        std::ofstream(file) << "one";
        QVERIFY(!library.findFileHash(file));
        library.rememberFileHash(file, sha256("one"));
        QCOMPARE(library.findFileHash(file).value().hex(), sha256("one").hex());
        std::ofstream(file) << "longer";
        QVERIFY(!library.findFileHash(file));
    }

    void migratesStepByStepAndKeepsACopy() {
        const SampleFolder folder;
        Library(folder.library(), Access::Write);
        constexpr std::array<Migration, 3> steps = {{
            {0, "CREATE TABLE never (id INTEGER);"},
            {schemaVersion, "CREATE TABLE next_one (id INTEGER); INSERT INTO next_one VALUES (7);"},
            {schemaVersion + 1, "ALTER TABLE next_one ADD COLUMN more TEXT NOT NULL DEFAULT 'm';"},
        }};
        {
            Database database(folder.library(), Database::Mode::Create);
            migrate(database, steps, schemaVersion + 2);
            QCOMPARE(database.integer("SELECT id FROM next_one WHERE more = 'm'"), 7);
            QCOMPARE(database.integer("PRAGMA user_version"), schemaVersion + 2);
            QCOMPARE(database.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'never'"), 0);
        }
        const std::filesystem::path copy =
            folder.library().string() + ".version-" + std::to_string(schemaVersion);
        Library(copy, Access::Read);
        QVERIFY(!std::filesystem::exists(copy.string() + ".part"));
    }

    void aFailedMigrationChangesNothing() {
        const SampleFolder folder;
        Library(folder.library(), Access::Write);
        constexpr std::array<Migration, 2> steps = {{
            {schemaVersion, "CREATE TABLE next_one (id INTEGER);"},
            {schemaVersion + 1, "ALTER TABLE missing ADD COLUMN more TEXT;"},
        }};
        {
            Database database(folder.library(), Database::Mode::Create);
            QVERIFY(messageOf([&] { migrate(database, steps, schemaVersion + 2); }, ErrorKind::Internal)
                        .contains("missing"));
        }
        QCOMPARE(Library(folder.library(), Access::Read).studies().size(), 0u);
        QCOMPARE(Library(folder.library(), Access::Write).studies().size(), 0u);
    }

    void opensOldFiles_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("version 0") << "version-0.rslib";
        QTest::newRow("version 1") << "version-1.rslib";
        QTest::newRow("version 2") << "version-2.rslib";
        QTest::newRow("version 3") << "version-3.rslib";
        QTest::newRow("version 4") << "version-4.rslib";
        QTest::newRow("version 5") << "version-5.rslib";
    }

    void opensOldFiles() {
        QFETCH(QString, name);
        const SampleFolder folder;
        const std::filesystem::path source =
            std::filesystem::path(std::getenv("RATESCOPE_SOURCE") ? std::getenv("RATESCOPE_SOURCE") : ".") /
            "tests/documents/libraries" / name.toStdString();
        std::filesystem::copy_file(source, folder.library());
        const QString version = name.mid(8, 1);
        const bool old = version.toInt() < schemaVersion;
        if (old) QVERIFY(libraryMessage(folder.library(), Access::Read).contains("older format " + version));
        {
            Library library(folder.library(), Access::Write);
            QCOMPARE(library.itemCounts()[State::Done], 24);
            const StudyId study = library.study("photographs").id;
            const auto curves = meanCurves(library, study, "psnr-rgb", "bpp");
            QCOMPARE(curves.size(), 2u);
            QCOMPARE(curves[0].points.size(), 3u);
            compareCurves(curves, direct(library, study, "psnr-rgb", "bpp"));
            QVERIFY(refreshSummaries(library, std::chrono::seconds(10)));
            compareCurves(meanCurves(library, study, "psnr-rgb", "bpp"), curves);
            const ItemsPage page = itemsPage(library, study, {}, ItemOrder::Bytes, true, {}, 1);
            library.annotateItem(page.rows[0].id, "the largest");
            QCOMPARE(item(library, page.rows[0].id).notes, std::string("the largest"));
            QCOMPARE(library.artefact(streamsOf(library, page.rows[0].id)[0].artefact).size(),
                     std::size_t(*page.rows[0].bytes));
        }
        QCOMPARE(std::filesystem::exists(folder.library().string() + ".version-" + version.toStdString()),
                 old);
        // The same tables as in a new library.
        const auto tables = [](const std::filesystem::path& file) {
            Database database(file, Database::Mode::Read);
            QStringList names;
            Statement rows =
                database.query("SELECT type || ' ' || name FROM sqlite_schema ORDER BY type, name");
            while (rows.next())
                names << QString::fromStdString(rows.text(0));
            return names;
        };
        const SampleFolder fresh;
        Library(fresh.library(), Access::Write);
        QCOMPARE(tables(folder.library()), tables(fresh.library()));
        QCOMPARE(Library(folder.library(), Access::Read).itemCounts()[State::Done], 24);
    }
};

QTEST_GUILESS_MAIN(LibraryTest)
#include "library_test.moc"
