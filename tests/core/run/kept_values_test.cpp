// Learners and experiments: what they give is kept in the library, and no later run makes it again.

#include "core/error.h"
#include "core/store/sqlite.h"
#include "tests/core/run/test_house.h"

using namespace ratescope;
using namespace ratescope::run;
using graph::Document;
using graph::ParameterValue;
using store::State;
using House = fake::TestHouse;

namespace {

/// The codec is calibrated by what a learner makes of all assets.
Document learningStudy(const std::vector<std::int64_t>& qualities, double amount = 1) {
    Document document = fake::study(2, qualities);
    document.nodes.push_back(fake::node("learn", "learn", {{"amount", ParameterValue(amount)}}));
    document.wires.push_back(fake::wire("source.value", "learn.values"));
    document.wires.push_back(fake::wire("learn.value", "codec.calibration"));
    return document;
}

/// How often something was learned by new workers, whose memory and cache folder are empty.
int learnedAgain(House& house, const Document& document, int jobs) {
    house.forgetRecord();
    house.restart(jobs);
    for (const auto& file : std::filesystem::directory_iterator(house.library().cacheFolder()))
        std::filesystem::remove_all(file.path());
    house.run(document, jobs);
    return house.ran("transform learn");
}

std::int64_t count(const House& house, const std::string& table) {
    store::Database database(house.libraryFile(), store::Database::Mode::Read);
    return database.integer(("SELECT count(*) FROM " + table).c_str());
}

}  // namespace

class KeptValuesTest : public QObject {
    Q_OBJECT

  private slots:
    void anotherSweepLearnsNothingAgain_data() {
        QTest::addColumn<int>("jobs");
        QTest::newRow("one job") << 1;
        QTest::newRow("two jobs") << 2;
    }
    void anotherSweepLearnsNothingAgain() {
        QFETCH(int, jobs);
        House house;
        Document document = learningStudy({10, 20, 30});
        house.run(document, jobs);
        QCOMPARE(house.items(State::Done), std::int64_t{6});
        QCOMPARE(house.ran("transform learn"), 1);
        QCOMPARE(count(house, "kept_value"), std::int64_t{1});
        document.sweeps = {fake::sweep("codec.quality", {std::int64_t{40}, std::int64_t{50}})};
        QCOMPARE(learnedAgain(house, document, jobs), 0);
        QCOMPARE(house.ran("encode"), 4);
        QCOMPARE(house.items(State::Done), std::int64_t{4});
    }

    void anotherStudyLearnsNothingAgain() {
        House house;
        const Document document = learningStudy({10});
        house.run(document, 1);
        Document other = learningStudy({20});
        other.name = "other";
        QCOMPARE(learnedAgain(house, other, 1), 0);
        QCOMPARE(house.ran("encode"), 2);
    }

    void whatNobodyAsksForIsKeptUntilItIsDeleted() {
        House house;
        const Document document = learningStudy({10});
        house.run(document, 1);
        Document changed = document;
        changed.nodes.back().parameters["amount"] = ParameterValue(2.0);
        QCOMPARE(learnedAgain(house, changed, 1), 1);
        QCOMPARE(count(house, "kept_value"), std::int64_t{2});
        QVERIFY(house.library().usage().orphaned > 0);
        house.library().collectGarbage(false);
        QCOMPARE(count(house, "kept_value"), std::int64_t{2});
        QCOMPARE(learnedAgain(house, document, 1), 0);
        house.library().collectGarbage(true);
        QCOMPARE(count(house, "kept_value"), std::int64_t{1});
        QCOMPARE(learnedAgain(house, changed, 1), 1);
    }

    void deletedWithTheLastStudyThatNamesIt() {
        House house;
        const Document document = learningStudy({10});
        house.run(document, 1);
        Document other = learningStudy({20});
        other.name = "other";
        const store::StudyId second = house.run(other, 1).study;
        const std::int64_t artefacts = count(house, "artefact");
        house.supervisor().forget(second);
        house.library().deleteStudy(second);
        QCOMPARE(count(house, "kept_value"), std::int64_t{1});
        const store::StudyId first = house.library().study(document.name).id;
        house.supervisor().forget(first);
        house.library().deleteStudy(first);
        QCOMPARE(count(house, "kept_value"), std::int64_t{0});
        QVERIFY(count(house, "artefact") < artefacts);
    }

    void whatFailsIsNotKept() {
        House house;
        Document document = learningStudy({10});
        document.nodes.back().parameters["behaviour"] = ParameterValue(std::string("fail"));
        house.run(document, 1);
        QCOMPARE(house.items(State::Failed), std::int64_t{2});
        QCOMPARE(count(house, "kept_value"), std::int64_t{0});
    }

    void timingLearnsNothingAgain() {
        House house;
        const Document document = learningStudy({10, 20});
        house.run(document, 1);
        house.forgetRecord();
        house.restart(1);
        StudyOptions options;
        options.repeats = 2;
        house.run(document, 1, options);
        QVERIFY(house.ran("encode") > 0);
        QCOMPARE(house.ran("transform learn"), 0);
    }

    /// As a transform's, so that a node that becomes a learner finds the streams that were made with it.
    void theKeyIsATransforms() {
        const Document document = learningStudy({10});
        const StudyPlan plan =
            makePlan(document, fake::catalogue(), listAssets(document, fake::catalogue(), {}, sha256OfFile));
        QCOMPARE(plan.keptTasks.size(), std::size_t{1});
        const Task& task = plan.tasks.at(plan.keptTasks.front());
        QVERIFY(task.keepsValues && task.kind == TaskKind::Transform);
        QCOMPARE(keyOf(task, *fake::catalogue().find("fake.learn")), task.key);
    }
};

QTEST_GUILESS_MAIN(KeptValuesTest)
#include "kept_values_test.moc"
