// Reconstructions that a study keeps: placed by commits, found and lost on opening, shared, and removed.

#include "core/store/connection.h"
#include "core/store/query.h"
#include "tests/core/error_check.h"
#include "tests/core/store/sample_study.h"

#include <QtTest>
#include <fstream>
#include <set>

using namespace ratescope;
using namespace ratescope::store;

namespace {

namespace fs = std::filesystem;

std::vector<PlannedItem> keptItems(const SampleShape& shape = {}) {
    std::vector<PlannedItem> items = sampleItems(shape);
    for (PlannedItem& item : items)
        item.reconstruction = "image";
    return items;
}

StudyRecord keepingStudy(const std::string& documentId, bool keeps = true) {
    StudyRecord study = sampleStudy(documentId);
    study.document = keeps ? R"({"keep_reconstructions":true})" : "{}";
    return study;
}

/// As a worker leaves it.
run::KeptValue staged(const Library& library, const PlannedItem& item, std::size_t bytes = 1000) {
    const fs::path file = library.stagingFolder() / (item.key.hex() + ".image.ppm");
    std::ofstream(file, std::ios::binary) << std::string(bytes, item.key.hex()[0]);
    return {"image", file, bytes};
}

Batch keptOutcome(const Library& library, const PlannedItem& item, const ReconciledItem& row) {
    Batch batch = outcomeOf(library, item, row);
    batch.items[0].reconstruction = staged(library, item);
    return batch;
}

StudyId finishedKeeping(Library& library, const std::vector<PlannedItem>& items,
                        const std::string& document) {
    const StudyId study = library.saveStudy(keepingStudy(document));
    const Reconciliation rows = library.reconcile(study, items);
    Batch batch;
    for (std::size_t i = 0; i < items.size(); ++i)
        append(batch, keptOutcome(library, items[i], rows.items[i]));
    library.commit(batch);
    return study;
}

std::set<std::string> filesIn(const fs::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder))
        names.insert(entry.path().filename().string());
    return names;
}

fs::path keptFolder(const SampleFolder& folder) {
    return folder.library().string() + ".files/reconstructions";
}

/// The files that v_items names, "" for none, in planned order.
std::vector<std::string> named(Library& library, StudyId study) {
    std::vector<std::string> names;
    Statement rows = library.connection().database->query(
        "SELECT coalesce(v.reconstruction, '') FROM v_items AS v JOIN item ON item.id = v.item "
        "WHERE item.study = ? AND v.orphaned = 0 ORDER BY v.position",
        study);
    while (rows.next())
        names.push_back(rows.text(0));
    return names;
}

std::int64_t rowCount(Library& library) {
    return library.connection().database->integer("SELECT count(*) FROM reconstruction");
}

}  // namespace

class ReconstructionTest : public QObject {
    Q_OBJECT

  private slots:
    void commitsPutThemInPlace() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const std::vector<PlannedItem> items = keptItems();
        const StudyId study = finishedKeeping(library, items, "a");
        const std::vector<std::string> names = named(library, study);
        for (std::size_t i = 0; i < items.size(); ++i)
            QCOMPARE(names[i], items[i].key.hex() + ".image.ppm");
        QCOMPARE(filesIn(keptFolder(folder)), std::set<std::string>(names.begin(), names.end()));
        QVERIFY(filesIn(library.stagingFolder()).empty());
        QCOMPARE(library.usage().reconstructions, items.size() * 1000);
        QCOMPARE(library.experience("a", "jpeg")->reconstructionBytes.value(), 1000.0);
        // Timing an item again leaves its file alone.
        Batch timed;
        timed.items.push_back({.item = library.reconcile(study, items).items[0].id, .timed = true});
        library.commit(timed);
        QCOMPARE(named(library, study), names);
    }

    void aCommitMayBeTriedAgain() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const std::vector<PlannedItem> items = keptItems();
        const StudyId study = library.saveStudy(keepingStudy("a"));
        const Reconciliation rows = library.reconcile(study, items);
        Batch batch = keptOutcome(library, items[0], rows.items[0]);
        // It was moved, and then there was no room for the rows.
        fs::rename(batch.items[0].reconstruction->file,
                   keptFolder(folder) / batch.items[0].reconstruction->file.filename());
        library.commit(batch);
        QCOMPARE(library.itemCounts()[State::Done], 1);
        batch = keptOutcome(library, items[1], rows.items[1]);
        batch.items[0].reconstruction->bytes = 999;
        VERIFY_ERROR(library.commit(batch), ErrorKind::Internal, "999 bytes");
        QCOMPARE(library.itemCounts()[State::Done], 1);
    }

    void whatIsShortOrUnknownIsFoundOnOpening() {
        const SampleFolder folder;
        const std::vector<PlannedItem> items = keptItems();
        StudyId study = 0;
        {
            Library library(folder.library(), Access::Write);
            study = finishedKeeping(library, items, "a");
        }
        const auto file = [&](std::size_t i) {
            return keptFolder(folder) / (items[i].key.hex() + ".image.ppm");
        };
        fs::resize_file(file(0), 999);
        fs::remove(file(1));
        std::ofstream(keptFolder(folder) / "of-no-item.ppm") << "x";
        Library library(folder.library(), Access::Write);
        QCOMPARE(library.itemCounts()[State::Interrupted], 2);
        QCOMPARE(library.itemCounts()[State::Done], std::int64_t(items.size() - 2));
        QCOMPARE(filesIn(keptFolder(folder)).size(), items.size() - 2);
        QCOMPARE(named(library, study)[0], std::string());
        // They run again, and only they.
        const Reconciliation rows = library.reconcile(study, items);
        Batch batch;
        for (std::size_t i = 0; i < items.size(); ++i) {
            QVERIFY(rows.items[i].state == (i < 2 ? State::Interrupted : State::Done));
            if (i < 2) append(batch, keptOutcome(library, items[i], rows.items[i]));
        }
        library.commit(batch);
        QCOMPARE(filesIn(keptFolder(folder)).size(), items.size());
        QCOMPARE(library.itemCounts()[State::Done], std::int64_t(items.size()));
    }

    void aStudyThatAsksLaterRunsOnceMore() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const StudyId study = finishedStudy(library, sampleItems(), keepingStudy("a", false));
        library.saveStudy(keepingStudy("a"));
        QCOMPARE(library.preview("a", keptItems()).itemsOrphaned, 0);
        QCOMPARE(library.itemCounts()[State::Done], 24);
        const Reconciliation rows = library.reconcile(study, keptItems());
        QCOMPARE(library.itemCounts()[State::Pending], 24);
        // Measurements stay as they are.
        QCOMPARE(library.measurementCounts()[State::Done], 24);
        QVERIFY(rows.items[5].state == State::Pending);
        library.commit(*std::make_unique<Batch>(keptOutcome(library, keptItems()[5], rows.items[5])));
        QCOMPARE(library.reconcile(study, keptItems()).items[5].state == State::Done, true);
        QVERIFY(meanCurves(library, study, "psnr-rgb", "bpp").size() == 1);
    }

    void studiesShareOne() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const StudyId first = finishedKeeping(library, keptItems(), "a");
        // The same results in a second study that keeps them, and in one that does not.
        const StudyId second = library.saveStudy(keepingStudy("b"));
        QVERIFY(library.reconcile(second, keptItems()).items[0].state == State::Done);
        const StudyId third = library.saveStudy(keepingStudy("c", false));
        QVERIFY(library.reconcile(third, sampleItems()).items[0].state == State::Done);
        QCOMPARE(named(library, second), named(library, first));
        QCOMPARE(named(library, third)[0], std::string());
        QCOMPARE(rowCount(library), 24);
        library.deleteStudy(first);
        QCOMPARE(filesIn(keptFolder(folder)).size(), 24u);
        // What a study without reconstructions made has to be made once more to be kept.
        const StudyId fourth = library.saveStudy(keepingStudy("d"));
        SampleShape more;
        more.qualities = {10, 50, 90, 95};
        std::vector<PlannedItem> items = sampleItems(more);
        library.reconcile(third, items);
        const Reconciliation rows = library.reconcile(fourth, keptItems(more));
        QVERIFY(rows.items[0].state == State::Done && rows.items[12].state == State::Pending);
        library.deleteStudy(fourth);
        library.deleteStudy(second);
        QVERIFY(filesIn(keptFolder(folder)).empty());
        QCOMPARE(rowCount(library), 0);
    }

    void garbageIsWhatNobodyAsksFor() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const StudyId study = finishedKeeping(library, keptItems(), "a");
        SampleShape fewer;
        fewer.qualities = {10};
        library.reconcile(study, keptItems(fewer));
        library.collectGarbage(false);
        QCOMPARE(filesIn(keptFolder(folder)).size(), 24u);
        QVERIFY(library.collectGarbage(true) >= 16 * 1000);
        QCOMPARE(filesIn(keptFolder(folder)).size(), 8u);
        // The document does not ask for them any more: they stay until the user has them removed.
        library.saveStudy(keepingStudy("a", false));
        library.reconcile(study, sampleItems(fewer));
        library.collectGarbage(false);
        QCOMPARE(filesIn(keptFolder(folder)).size(), 8u);
        library.collectGarbage(true);
        QVERIFY(filesIn(keptFolder(folder)).empty());
        QCOMPARE(library.itemCounts()[State::Done], 8);
    }
};

QTEST_GUILESS_MAIN(ReconstructionTest)
#include "reconstruction_test.moc"
