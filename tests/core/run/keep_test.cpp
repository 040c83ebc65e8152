// Studies that keep the values of their candidates.

#include "core/store/sqlite.h"
#include "tests/core/run/test_house.h"

#include <set>

using namespace ratescope;
using namespace ratescope::run;
using fake::text;
using graph::Document;
using store::State;
using House = fake::TestHouse;

namespace {

Document keepingStudy(int assets, const std::vector<std::int64_t>& qualities) {
    Document document = fake::study(assets, qualities);
    document.keepReconstructions = true;
    return document;
}

/// Another study like it, which keeps the values.
Document keepingOther(Document document) {
    document.id = graph::newDocument("other").id;
    document.name = "other";
    document.keepReconstructions = true;
    return document;
}

/// By new workers.
int ranAgain(House& house, const Document& document, int jobs) {
    house.forgetRecord();
    house.restart(jobs);
    house.run(document, jobs);
    return house.ran("");
}

/// What lies in the library's folder of reconstructions.
std::set<std::string> keptTexts(const House& house) {
    std::set<std::string> texts;
    for (const auto& entry :
         std::filesystem::directory_iterator(house.libraryFile().string() + ".files/reconstructions")) {
        std::ifstream file(entry.path());
        std::string text;
        std::getline(file, text);
        texts.insert(text);
    }
    return texts;
}

/// How many items name a file that is there.
int itemsWithFile(const House& house) {
    store::Database database(house.libraryFile(), store::Database::Mode::Read);
    store::Statement rows =
        database.query("SELECT reconstruction FROM v_items WHERE reconstruction IS NOT NULL");
    int count = 0;
    while (rows.next())
        count +=
            std::filesystem::exists(house.libraryFile().string() + ".files/reconstructions/" + rows.text(0));
    return count;
}

}  // namespace

class KeepTest : public QObject {
    Q_OBJECT

  private slots:
    void everyCandidateIsKept_data() {
        QTest::addColumn<int>("jobs");
        QTest::newRow("one job") << 1;
        QTest::newRow("two jobs") << 2;
    }
    void everyCandidateIsKept() {
        QFETCH(int, jobs);
        House house;
        const Document document = keepingStudy(3, {10, 20, 30});
        house.run(document, jobs);
        QCOMPARE(house.items(State::Done), std::int64_t{9});
        QCOMPARE(house.measurements(State::Done), std::int64_t{9});
        QCOMPARE(house.ran("decode"), 9);
        const std::set<std::string> texts = keptTexts(house);
        QCOMPARE(texts.size(), std::size_t{9});
        for (const store::PlannedItem& item :
             makePlan(document, fake::catalogue(), listAssets(document, fake::catalogue(), {}, sha256OfFile))
                 .items)
            QVERIFY(texts.count("value of " + item.key.hex()));
        QCOMPARE(ranAgain(house, document, jobs), 0);
    }

    void aStudyThatAsksLaterDecodesOnly() {
        House house;
        Document document = fake::study(2, {10, 20});
        house.run(document, 1);
        QVERIFY(keptTexts(house).empty());
        house.forgetRecord();
        document.keepReconstructions = true;
        // By the same workers, which have the values in memory.
        const Submitted submitted = house.run(document, 1);
        QCOMPARE(keptTexts(house).size(), std::size_t{4});
        QCOMPARE(house.ran("encode"), 0);
        QCOMPARE(house.ran("decode"), 4);
        QCOMPARE(house.ran("score"), 0);
        QCOMPARE(house.supervisor().ran(submitted.study).items, std::int64_t{4});
        QVERIFY(!submitted.plan.estimate.bytes);
        document.sweeps = {fake::sweep("codec.quality", {std::int64_t{10}, std::int64_t{30}})};
        QVERIFY(house.run(document, 1).plan.estimate.bytes);
        QCOMPARE(keptTexts(house).size(), std::size_t{6});
    }

    void anotherStudyThatDoesNotKeepThemIsNoHindrance() {
        House house;
        house.start(2);
        const Document plain = fake::study(3, {10, 20});
        house.supervisor().submit(plain, house.folder());
        house.supervisor().submit(keepingOther(plain), house.folder());
        house.finish();
        QCOMPARE(house.items(State::Done), std::int64_t{12});
        QCOMPARE(keptTexts(house).size(), std::size_t{6});
        QCOMPARE(house.ran("encode"), 6);
    }

    void whatAnItemReachesIsKept_data() { everyCandidateIsKept_data(); }
    void whatAnItemReachesIsKept() {
        QFETCH(int, jobs);
        House house;
        // The last two targets are met by the same value.
        Document document = fake::reaching(2, {1000, 2000, 2001});
        document.keepReconstructions = true;
        house.run(document, jobs);
        QCOMPARE(house.items(State::Done), std::int64_t{6});
        QCOMPARE(house.measurements(State::Done), std::int64_t{6});
        QCOMPARE(keptTexts(house).size(), std::size_t{4});
        QCOMPARE(itemsWithFile(house), 6);
        QCOMPARE(ranAgain(house, document, jobs), 0);
    }

    void askedLaterWhatIsReachedIsDecodedOnly() {
        House house;
        Document document = fake::reaching(2, {1000, 2000});
        house.run(document, 1);
        QVERIFY(keptTexts(house).empty());
        house.forgetRecord();
        document.keepReconstructions = true;
        house.run(document, 1);
        QCOMPARE(house.items(State::Done), std::int64_t{4});
        QCOMPARE(itemsWithFile(house), 4);
        QCOMPARE(house.ran("encode"), 0);
        QCOMPARE(house.ran("decode"), 4);
        QCOMPARE(house.ran("score"), 0);
    }

    void whatAnotherStudyHasReachedIsKeptToo() {
        House house;
        const Document plain = fake::reaching(2, {1000, 2000});
        house.run(plain, 1);
        house.forgetRecord();
        house.run(keepingOther(plain), 1);
        QCOMPARE(house.items(State::Done), std::int64_t{8});
        QCOMPARE(itemsWithFile(house), 4);
        QCOMPARE(house.ran("encode"), 0);
    }

    void whatIsNotKeptIsNotDone() {
        House house;
        Document document = keepingStudy(1, {10});
        document.nodes[1] = fake::node("codec", "transform", {{"behaviour", text("forget")}});
        document.wires[0] = fake::wire("source.value", "codec.value");
        document.sweeps.clear();
        house.run(document, 1);
        QCOMPARE(house.items(State::Failed), std::int64_t{1});
        QVERIFY2(house.failure().contains("did not report"), qPrintable(house.failure()));
    }
};

QTEST_GUILESS_MAIN(KeepTest)
#include "keep_test.moc"
