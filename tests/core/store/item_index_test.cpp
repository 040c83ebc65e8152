// Lists of items of any size: in one pass, in any order, and their rows by id.

#include "core/store/item_index.h"

#include "core/store/connection.h"
#include "tests/core/curves/expect_error.h"
#include "tests/core/store/sample_study.h"

#include <QtTest>
#include <algorithm>

using namespace ratescope;
using namespace ratescope::store;

namespace {

std::vector<ItemId> idsOf(const ItemIndex& index) {
    std::vector<ItemId> ids;
    for (const ItemGroup& group : index.groups)
        for (const IndexedItem& item : group.items)
            ids.push_back(item.id);
    return ids;
}

std::vector<ItemId> pagedIds(const Library& library, StudyId study, ItemOrder order) {
    std::vector<ItemId> ids;
    for (const ItemRow& row : itemsPage(library, study, {}, order, false, {}, 1000).rows)
        ids.push_back(row.id);
    return ids;
}

/// Two branches, the second one's items half finished, one failed.
struct HalfDone {
    explicit HalfDone(const SampleFolder& folder) : library(folder.library(), Access::Write) {
        planned = sampleItems();
        SampleShape other;
        other.series = {"webp"};
        for (PlannedItem& item : sampleItems(other)) {
            item.branch = "webp";
            item.branchTitle = item.seriesTitle = "WebP";
            planned.push_back(std::move(item));
        }
        library.setEnvironment(sampleEnvironment());
        study = library.saveStudy(sampleStudy());
        const Reconciliation rows = library.reconcile(study, planned);
        Batch batch;
        for (std::size_t i = 0; i < 30; ++i)
            append(batch, outcomeOf(library, planned[i], rows.items[i]));
        ItemOutcome failed;
        failed.item = rows.items[30].id;
        failed.state = State::Failed;
        failed.failure = Failure{ErrorKind::Input, "Too wide.", "Resize it.", "log"};
        batch.items.push_back(failed);
        library.commit(batch);
    }

    Library library;
    StudyId study = 0;
    std::vector<PlannedItem> planned;  ///< 24 of jpeg, 12 of webp
};

}  // namespace

class ItemIndexTest : public QObject {
    Q_OBJECT
  private slots:
    void ordersAsPagesDo() {
        const SampleFolder folder;
        const HalfDone data(folder);
        for (const ItemOrder order : {ItemOrder::Planned, ItemOrder::Series, ItemOrder::Asset,
                                      ItemOrder::Bytes, ItemOrder::EncodeSeconds, ItemOrder::Ended})
            QCOMPARE(idsOf(itemIndex(data.library, data.study, {}, {.column = order}, GroupBy::None)),
                     pagedIds(data.library, data.study, order));
    }

    void groupsCountAndSum() {
        const SampleFolder folder;
        const HalfDone data(folder);
        const ItemIndex index = itemIndex(data.library, data.study, {}, {}, GroupBy::Branch);
        QCOMPARE(index.groups.size(), std::size_t{2});
        const ItemGroup& jpeg = index.groups[0];
        QCOMPARE(jpeg.title, std::string("JPEG"));
        QCOMPARE(jpeg.counts[State::Done], std::int64_t{24});
        QCOMPARE(jpeg.assets, std::int64_t{4});
        QVERIFY(jpeg.from == graph::ParameterValue(std::int64_t{10}));
        QVERIFY(jpeg.to == graph::ParameterValue(std::int64_t{90}));
        const ItemGroup& webp = index.groups[1];
        QCOMPARE(webp.counts[State::Done], std::int64_t{6});
        QCOMPARE(webp.counts[State::Failed], std::int64_t{1});
        QCOMPARE(webp.counts.total(), std::int64_t{12});
        double seconds = 0;
        std::uint64_t bytes = 0;
        for (const ItemRow& row :
             itemsPage(data.library, data.study, {}, ItemOrder::Planned, false, {}, 24).rows) {
            seconds += *row.encodeSeconds;
            bytes += *row.bytes;
        }
        QCOMPARE(jpeg.encodeSeconds, seconds);
        QCOMPARE(*jpeg.bytes, bytes);
        QCOMPARE(itemIndex(data.library, data.study, {}, {}, GroupBy::Asset).groups.size(), std::size_t{4});
    }

    void filtersByTextStateAndSeries() {
        const SampleFolder folder;
        const HalfDone data(folder);
        const auto count = [&](const IndexFilter& filter) {
            return idsOf(itemIndex(data.library, data.study, filter, {}, GroupBy::Branch)).size();
        };
        QCOMPARE(count({.text = "KODIM101"}), std::size_t{9});
        QCOMPARE(count({.text = "kodim101 webp"}), std::size_t{3});
        QCOMPARE(count({.text = "kodim101 quality\":50"}), std::size_t{3});
        QCOMPARE(count({.text = "nothing-like-it"}), std::size_t{0});
        QCOMPARE(count({.state = State::Failed}), std::size_t{1});
        QCOMPARE(count({.series = "jpeg/optimise=true"}), std::size_t{12});
        const ItemIndex failed =
            itemIndex(data.library, data.study, {.state = State::Failed}, {}, GroupBy::Branch);
        QCOMPARE(failed.groups.size(), std::size_t{1});
        QCOMPARE(failed.groups[0].counts.total(), std::int64_t{12});
    }

    void ordersByWhatWasMeasured() {
        const SampleFolder folder;
        const HalfDone data(folder);
        for (const bool descending : {false, true}) {
            const std::vector<ItemId> ids =
                idsOf(itemIndex(data.library, data.study, {},
                                {.quantity = "psnr-rgb", .descending = descending}, GroupBy::None));
            const std::vector<ItemLine> lines = itemLines(data.library, data.study, ids, {"psnr-rgb"});
            QCOMPARE(lines.size(), std::size_t{36});
            for (std::size_t i = 1; i < 30; ++i) {
                const double before = *lines[i - 1].quantities[0], here = *lines[i].quantities[0];
                QVERIFY(descending ? before >= here : before <= here);
            }
            for (std::size_t i = 30; i < 36; ++i)
                QVERIFY(!lines[i].quantities[0]);
        }
        QVERIFY(
            messageOf([&] { itemIndex(data.library, data.study, {}, {.quantity = "vmaf"}, GroupBy::None); },
                      ErrorKind::Usage)
                .contains("vmaf"));
    }

    void linesSayWhatTheViewOfPointsSays() {
        const SampleFolder folder;
        const HalfDone data(folder);
        const std::vector<ItemId> ids = idsOf(itemIndex(data.library, data.study, {}, {}, GroupBy::None));
        const auto lines =
            itemLines(data.library, data.study, ids, {"bpp", "psnr-rgb", "time-decode", "nobody"});
        Database& database = *data.library.connection().database;
        int compared = 0;
        for (const ItemLine& line : lines) {
            Statement rows = database.query(
                "SELECT rate, value FROM v_points WHERE item = ? AND rate_id = 'bpp'", line.row.id);
            QCOMPARE(rows.next(), line.quantities[1].has_value());
            QVERIFY(!line.quantities[3]);
            if (!line.quantities[1]) continue;
            QCOMPARE(*line.quantities[0], rows.real(0));
            QCOMPARE(*line.quantities[1], rows.real(1));
            QCOMPARE(line.quantities[2], line.row.decodeSeconds);
            ++compared;
        }
        QCOMPARE(compared, 30);
        QVERIFY(itemLines(data.library, data.study, std::vector<ItemId>{99'999}, {}).empty());
    }

    void whatNobodyRunsIsInterrupted() {
        const SampleFolder folder;
        {
            HalfDone data(folder);
            const ItemId last = idsOf(itemIndex(data.library, data.study, {}, {}, GroupBy::None)).back();
            data.library.setState(std::vector{last}, State::Running);
            QCOMPARE(itemIndex(data.library, data.study, {}, {}, GroupBy::None).groups[0].items.back().state,
                     State::Running);
        }
        const Library reader(folder.library(), Access::Read);
        const ItemIndex index = itemIndex(reader, reader.studies().front().id, {}, {}, GroupBy::None);
        QCOMPARE(index.groups[0].items.back().state, State::Interrupted);
        const std::vector<ItemId> ids = idsOf(index);
        QCOMPARE(itemLines(reader, reader.studies().front().id, ids, {}).back().row.state,
                 State::Interrupted);
    }
};

QTEST_GUILESS_MAIN(ItemIndexTest)
#include "item_index_test.moc"
