// Two runs side by side: what differs, and what is equal.

#include "core/store/run_facts.h"

#include "core/graph/document_json.h"
#include "tests/core/graph/sample.h"
#include "tests/core/store/sample_study.h"

#include <nlohmann/json.hpp>

#include <QtTest>
#include <algorithm>

using namespace ratescope;
using namespace ratescope::store;

namespace {

using Row = RunDifference::Row;

const Row* find(const std::vector<Row>& rows, const std::string& name) {
    const auto found =
        std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.name == name; });
    return found == rows.end() ? nullptr : &*found;
}

/// The items of sampleItems(), with the document that asks for them.
StudyRecord documentedStudy() {
    graph::Document document = sample::jpegStudy();
    document.sweeps = {
        sample::sweepOf("jpeg.quality", {std::int64_t{10}, std::int64_t{50}, std::int64_t{90}}),
        sample::sweepOf("jpeg.optimise", {false, true})};
    StudyRecord study = sampleStudy();
    study.document = graph::toText(document);
    return study;
}

}  // namespace

class RunFactsTest : public QObject {
    Q_OBJECT
  private slots:
    void onlyWhatDiffersIsShown() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const StudyId study = finishedStudy(library, sampleItems(), documentedStudy());
        const auto rows = itemsPage(library, study, {}, ItemOrder::Planned, false, {}, 100).rows;
        // The same picture at quality 10, with and without optimised tables.
        const RunDifference difference = differenceOf(factsOfItem(library, rows[0].id, sample::catalogue()),
                                                      factsOfItem(library, rows[12].id, sample::catalogue()));
        const Row* const optimise = find(difference.differing, "jpeg.optimise");
        QVERIFY(optimise);
        QCOMPARE(*optimise->first, std::string("false"));
        QCOMPARE(*optimise->second, std::string("true"));
        for (const char* equal : {"jpeg.quality", "jpeg.subsampling", "psnr.peak", "asset", "seed", "cpu",
                                  "libjpeg-turbo", "state"})
            QVERIFY2(find(difference.equal, equal), equal);
        QVERIFY(find(difference.differing, "psnr:psnr-rgb"));
        QVERIFY(difference.firstIsDirty && difference.secondIsDirty);
        std::vector<std::string> parameters;
        for (const Row& row : difference.differing)
            if (row.kind == RunFact::Kind::Parameter) parameters.push_back(row.name);
        QCOMPARE(parameters, (std::vector<std::string>{"series", "jpeg.optimise"}));
    }

    void whatOneSideLacksIsSaid() {
        const RunFacts first{
            {{RunFact::Kind::Parameter, "jpeg.quality", "10"}, {RunFact::Kind::Library, "zlib", "1.2"}},
            false};
        const RunFacts second{
            {{RunFact::Kind::Parameter, "webp.quality", "10"}, {RunFact::Kind::Library, "zlib", "1.2"}},
            true};
        const RunDifference difference = differenceOf(first, second);
        QCOMPARE(difference.differing.size(), std::size_t{2});
        QVERIFY(difference.differing[0].first && !difference.differing[0].second);
        QVERIFY(!difference.differing[1].first && difference.differing[1].second);
        QCOMPARE(difference.equal.size(), std::size_t{1});
        QVERIFY(!difference.firstIsDirty && difference.secondIsDirty);
    }

    void studiesAreComparedByTheirNodesAndSweeps() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        finishedStudy(library, sampleItems(), documentedStudy());
        StudyRecord other = documentedStudy();
        other.documentId = "another";
        other.name = "another";
        graph::Document document = graph::documentFromJson(nlohmann::json::parse(other.document));
        document.find("jpeg")->parameters["progressive"] = true;
        document.sweeps[0].rows.pop_back();
        other.document = graph::toText(document);
        library.saveStudy(other);
        const auto studies = library.studies();
        const RunDifference difference = differenceOf(factsOfStudy(library, studies[0], sample::catalogue()),
                                                      factsOfStudy(library, studies[1], sample::catalogue()));
        QCOMPARE(*find(difference.differing, "jpeg.quality")->first, std::string("10, 50, 90"));
        QCOMPARE(*find(difference.differing, "jpeg.quality")->second, std::string("10, 50"));
        QCOMPARE(*find(difference.differing, "jpeg.progressive")->second, std::string("true"));
        QVERIFY(find(difference.equal, "jpeg.subsampling"));
        QCOMPARE(*find(difference.differing, "items")->second, std::string("0"));
    }

    void aDocumentThatCantBeExpandedStillHasItsSweptValues() {
        const SampleFolder folder;
        Library library(folder.library(), Access::Write);
        const StudyId study = finishedStudy(library, sampleItems());
        const ItemRow row = itemsPage(library, study, {}, ItemOrder::Planned, false, {}, 1).rows[0];
        const RunFacts facts = factsOfItem(library, row.id, graph::Catalogue{});
        QVERIFY(std::any_of(facts.facts.begin(), facts.facts.end(), [](const RunFact& fact) {
            return fact.name == "jpeg.quality" && fact.value == "10";
        }));
    }
};

QTEST_GUILESS_MAIN(RunFactsTest)
#include "run_facts_test.moc"
