#include "core/graph/expand.h"
#include "core/graph/validate.h"
#include "tests/core/graph/said.h"
#include "tests/core/graph/sample.h"

#include <QtTest>

using namespace ratescope::graph;
using sample::node;
using sample::sweepOf;
using sample::wire;

namespace {

using Values = std::vector<ParameterValue>;

Values integers(std::initializer_list<std::int64_t> list) {
    return {list.begin(), list.end()};
}

std::vector<Branch> expanded(const Document& document) {
    requireValid(document, sample::catalogue());
    return expandBranches(document, sample::catalogue());
}

QStringList slugs(const Branch& branch) {
    QStringList list;
    for (const Series& series : branch.series)
        list << shown(series.slug);
    return list;
}

QStringList titles(const Branch& branch) {
    QStringList list;
    for (const Series& series : branch.series)
        list << shown(series.title);
    return list;
}

QStringList list(const std::vector<std::string>& texts) {
    QStringList list;
    for (const std::string& text : texts)
        list << shown(text);
    return list;
}

/// Each row as "column=value column=value @series".
QStringList rows(const Branch& branch) {
    QStringList list;
    for (const SweepRow& row : branch.rows) {
        QString text;
        for (const auto& [column, value] : row.values)
            text += shown(column + "=" + toText(value) + " ");
        list << text + "@" + QString::number(row.series);
    }
    return list;
}

/// photos → resize → jpeg → resize "enlarge" → psnr, the reference from photos; another psnr right after
/// jpeg.
Document chain() {
    Document document = newDocument("chain");
    document.nodes = {node("photos", "photos"),  node("reduce", "resize"), node("jpeg", "jpeg"),
                      node("enlarge", "resize"), node("psnr", "psnr"),     node("near", "psnr")};
    document.nodes[0].parameters["files"] = ParameterValue(std::string("*.png"));
    document.wires = {wire("photos.image", "reduce.image"),   wire("reduce.image", "jpeg.image"),
                      wire("jpeg.image", "enlarge.image"),    wire("enlarge.image", "psnr.candidate"),
                      wire("photos.image", "psnr.reference"), wire("jpeg.image", "near.candidate"),
                      wire("reduce.image", "near.reference")};
    return document;
}

}  // namespace

class TestExpand : public QObject {
    Q_OBJECT

  private slots:
    void aBranchWithoutSweep() {
        const auto branches = expanded(sample::jpegStudy());
        QCOMPARE(branches.size(), 1u);
        const Branch& branch = branches[0];
        QCOMPARE(shown(branch.slug), QString("jpeg"));
        QCOMPARE(shown(branch.title), QString("JPEG"));
        QCOMPARE(shown(branch.candidate.text()), QString("jpeg.image"));
        QCOMPARE(list(branch.nodes), QStringList({"photos", "jpeg"}));
        QCOMPARE(list(branch.codecs), QStringList({"jpeg"}));
        QCOMPARE(list(branch.sources), QStringList({"photos"}));
        QCOMPARE(list(branch.measures), QStringList({"psnr"}));
        QVERIFY(branch.pairing == Pairing::Unsaid);
        QCOMPARE(slugs(branch), QStringList({"jpeg"}));
        QCOMPARE(branch.rows.size(), 1u);
        QVERIFY(branch.rows[0].values.empty());
        QVERIFY(branch.rows[0].nodes.at("jpeg").at("quality") == ParameterValue(std::int64_t{75}));
        QVERIFY(branch.rows[0].nodes.at("photos").at("files") == ParameterValue(std::string("photos/*.png")));
        QCOMPARE(branch.sides.size(), 1u);
        QCOMPARE(list(branch.sides[0].nodes), QStringList({"photos"}));
        QVERIFY(branch.sides[0].pairedByName.empty());
    }

    void seriesAreNamedInManifestOrder() {
        Document document = sample::jpegStudy();
        document.sweeps = {sweepOf("jpeg.subsampling", {std::string("4:2:0"), std::string("4:4:4")}),
                           sweepOf("jpeg.quality", integers({10, 20})), sweepOf("jpeg.optimise", {false})};
        const Branch branch = expanded(document)[0];
        QCOMPARE(slugs(branch), QStringList({"jpeg/optimise=false/subsampling=4:2:0",
                                             "jpeg/optimise=false/subsampling=4:4:4"}));
        QCOMPARE(titles(branch)[1], QString("JPEG · optimise=false · subsampling=4:4:4"));
        QCOMPARE(rows(branch),
                 QStringList({"jpeg.subsampling=4:2:0 jpeg.quality=10 jpeg.optimise=false @0",
                              "jpeg.subsampling=4:2:0 jpeg.quality=20 jpeg.optimise=false @0",
                              "jpeg.subsampling=4:4:4 jpeg.quality=10 jpeg.optimise=false @1",
                              "jpeg.subsampling=4:4:4 jpeg.quality=20 jpeg.optimise=false @1"}));
        QVERIFY(branch.rows[3].nodes.at("jpeg").at("subsampling") == ParameterValue(std::string("4:4:4")));
        QVERIFY(branch.rows[3].nodes.at("jpeg").at("quality") == ParameterValue(std::int64_t{20}));
    }

    void theColumnDecidesAboutTheCurve() {
        Document document = sample::jpegStudy();
        document.sweeps = {{{{"jpeg", "quality", false}, {"jpeg", "optimise", true}},
                            {{std::int64_t{10}, true}, {std::int64_t{20}, false}}}};
        QCOMPARE(slugs(expanded(document)[0]), QStringList({"jpeg/quality=10", "jpeg/quality=20"}));
    }

    void aTableIsATupleARow() {
        Document document = sample::jpegStudy();
        document.sweeps = {{{{"jpeg", "quality", {}}, {"jpeg", "progressive", {}}},
                            {{std::int64_t{10}, true}, {std::int64_t{20}, false}, {std::int64_t{10}, true}}}};
        QCOMPARE(rows(expanded(document)[0]), QStringList({"jpeg.quality=10 jpeg.progressive=true @0",
                                                           "jpeg.quality=20 jpeg.progressive=false @1"}));
    }

    void otherNodesFollowTheCodecInTheWayOfTheData() {
        Document document = chain();
        document.wires.erase(document.wires.begin() + 5, document.wires.end());
        document.nodes.pop_back();
        document.sweeps = {sweepOf("enlarge.scale", {2.0}), sweepOf("reduce.scale", {std::int64_t{2}, 0.5}),
                           sweepOf("jpeg.progressive", {true})};
        const Branch branch = expanded(document)[0];
        QCOMPARE(slugs(branch), QStringList({"jpeg/progressive=true/reduce.scale=2/enlarge.scale=2",
                                             "jpeg/progressive=true/reduce.scale=0.5/enlarge.scale=2"}));
        QVERIFY(branch.rows[0].nodes.at("reduce").at("scale") == ParameterValue(2.0));
    }

    void equalNumbersAreOneRow() {
        Document document = sample::jpegStudy();
        document.nodes[1].type = "test.webp";
        document.sweeps = {sweepOf("jpeg.effort", {std::int64_t{2}, 2.0, -0.0, std::int64_t{0}})};
        QCOMPARE(rows(expanded(document)[0]), QStringList({"jpeg.effort=2 @0", "jpeg.effort=0 @0"}));
    }

    void aVariableSetsAllThatReadIt() {
        Document document = chain();
        document.variables = {{"factor", 0.5}};
        document.nodes[1].parameters["scale"] = VariableRef{"factor"};
        document.nodes[3].parameters["scale"] = VariableRef{"factor"};
        auto branches = expanded(document);
        QVERIFY(branches[1].rows[0].nodes.at("enlarge").at("scale") == ParameterValue(0.5));
        document.sweeps = {sweepOf("factor", {0.25, std::int64_t{1}})};
        branches = expanded(document);
        QCOMPARE(rows(branches[1]), QStringList({"factor=0.25 @0", "factor=1 @1"}));
        QCOMPARE(slugs(branches[1]), QStringList({"enlarge/factor=0.25", "enlarge/factor=1"}));
        QVERIFY(branches[1].rows[1].nodes.at("reduce").at("scale") == ParameterValue(1.0));
        QVERIFY(branches[1].rows[1].nodes.at("enlarge").at("scale") == ParameterValue(1.0));
    }

    void aVariableMovesWhenAllItsReadersDo() {
        Document document = sample::jpegStudy();
        document.variables = {{"level", std::int64_t{50}}};
        document.nodes[1].parameters["quality"] = VariableRef{"level"};
        document.sweeps = {sweepOf("level", integers({10, 20}))};
        QCOMPARE(slugs(expanded(document)[0]), QStringList({"jpeg"}));
        document.sweeps[0].columns[0].movesAlongCurve = false;
        QCOMPARE(slugs(expanded(document)[0]), QStringList({"jpeg/level=10", "jpeg/level=20"}));
        document.sweeps[0].columns[0].movesAlongCurve.reset();
        document.nodes.insert(document.nodes.begin() + 1, node("webp", "webp"));
        document.nodes[1].parameters["effort"] = VariableRef{"level"};
        document.nodes.push_back(node("psnr-2", "psnr"));
        document.wires.insert(document.wires.end(),
                              {wire("photos.image", "webp.image"), wire("webp.image", "psnr-2.candidate"),
                               wire("photos.image", "psnr-2.reference")});
        const auto branches = expanded(document);
        QCOMPARE(slugs(branches[0]), QStringList({"webp"}));
        QVERIFY(branches[0].rows[1].nodes.at("webp").at("effort") == ParameterValue(20.0));
        QVERIFY(branches[1].rows[1].nodes.at("jpeg").at("quality") == ParameterValue(std::int64_t{20}));
    }

    void aSweptParameterDoesNotReadItsVariable() {
        Document document = sample::jpegStudy();
        document.variables = {{"level", std::int64_t{50}}};
        document.nodes[1].parameters["quality"] = VariableRef{"level"};
        document.sweeps = {sweepOf("jpeg.quality", integers({7}))};
        QVERIFY(expanded(document)[0].rows[0].nodes.at("jpeg").at("quality") ==
                ParameterValue(std::int64_t{7}));
    }

    void tablesOfOtherBranchesDoNotMultiply() {
        Document document = sample::jpegStudy();
        document.nodes.push_back(node("webp", "webp"));
        document.nodes.push_back(node("psnr-2", "psnr"));
        document.wires.insert(document.wires.end(),
                              {wire("photos.image", "webp.image"), wire("webp.image", "psnr-2.candidate"),
                               wire("photos.image", "psnr-2.reference")});
        document.sweeps = {{{{"webp", "effort", {}}, {"jpeg", "quality", {}}},
                            {{1.0, std::int64_t{10}}, {2.0, std::int64_t{10}}, {3.0, std::int64_t{20}}}},
                           sweepOf("webp.sharp", {true, false})};
        const auto branches = expanded(document);
        QCOMPARE(rows(branches[0]), QStringList({"jpeg.quality=10 @0", "jpeg.quality=20 @0"}));
        QCOMPARE(branches[1].rows.size(), 6u);
        QCOMPARE(slugs(branches[1]), QStringList({"webp/sharp=true", "webp/sharp=false"}));
    }

    void twoBranchesOfOneCodec() {
        const auto branches = expanded(chain());
        QCOMPARE(branches.size(), 2u);
        QCOMPARE(shown(branches[0].slug), QString("jpeg"));
        QCOMPARE(shown(branches[1].slug), QString("enlarge"));
        QCOMPARE(shown(branches[1].title), QString("JPEG → Resize"));
        QCOMPARE(list(branches[1].nodes), QStringList({"photos", "reduce", "jpeg", "enlarge"}));
        QCOMPARE(list(branches[0].sides[0].nodes), QStringList({"photos", "reduce"}));
    }

    void severalMeasuresAreOneBranch() {
        Document document = sample::jpegStudy();
        document.nodes.push_back(node("judge", "judge"));
        document.wires.insert(document.wires.end(), {wire("jpeg.image", "judge.candidate"),
                                                     wire("photos.image", "judge.reference")});
        document.candidates = {{"jpeg", "image"}};
        const auto branches = expanded(document);
        QCOMPARE(branches.size(), 1u);
        QCOMPARE(list(branches[0].measures), QStringList({"psnr", "judge"}));
    }

    void equalTitlesAreToldApart() {
        Document document = sample::jpegStudy();
        document.nodes.push_back(node("jpeg-2", "jpeg"));
        document.wires.push_back(wire("photos.image", "jpeg-2.image"));
        document.candidates = {{"jpeg-2", "image"}, {"photos", "image"}};
        const auto branches = expanded(document);
        QCOMPARE(branches.size(), 3u);
        QCOMPARE(shown(branches[0].slug), QString("photos"));
        QCOMPARE(shown(branches[0].codec), QString(""));
        QCOMPARE(shown(branches[1].title), QString("JPEG (jpeg)"));
        QCOMPARE(shown(branches[2].title), QString("JPEG (jpeg-2)"));
    }

    void twoOutputsOfOneNode() {
        Document document = sample::jpegStudy();
        document.candidates = {{"jpeg", "bitstream"}};
        const auto branches = expanded(document);
        QCOMPARE(shown(branches[0].slug), QString("jpeg.image"));
        QCOMPARE(shown(branches[1].slug), QString("jpeg.bitstream"));
    }

    void bypassedNodesArePassedOver() {
        Document document = chain();
        document.nodes[2].bypassed = document.nodes[1].bypassed = true;
        document.nodes.pop_back();
        document.wires.erase(document.wires.begin() + 5, document.wires.end());
        document.sweeps = {sweepOf("jpeg.quality", integers({10, 20})), sweepOf("enlarge.scale", {2.0})};
        const Branch branch = expanded(document)[0];
        QCOMPARE(shown(branch.slug), QString("enlarge"));
        QCOMPARE(list(branch.nodes), QStringList({"photos", "enlarge"}));
        QVERIFY(branch.codecs.empty());
        QCOMPARE(rows(branch), QStringList({"enlarge.scale=2 @0"}));
        QVERIFY((effectiveSources(document, sample::catalogue(), {"enlarge", "image"}) ==
                 std::vector<PortRef>{{"photos", "image"}}));
        QCOMPARE(list(upstream(document, sample::catalogue(), {"jpeg", "image"})), QStringList({"photos"}));
        document.nodes[3].bypassed = true;
        QCOMPARE(shown(expanded(document)[0].candidate.text()), QString("photos.image"));
    }

    void codecsInAChain() {
        Document document = chain();
        document.nodes[3] = node("webp", "webp");
        document.nodes.push_back(node("train", "train"));
        document.nodes.push_back(node("layered", "layered"));
        document.wires = {wire("photos.image", "reduce.image"),       wire("reduce.image", "jpeg.image"),
                          wire("jpeg.image", "webp.image"),           wire("webp.image", "psnr.candidate"),
                          wire("photos.image", "psnr.reference"),     wire("jpeg.image", "train.images"),
                          wire("train.trained", "layered.trained"),   wire("photos.image", "layered.image"),
                          wire("layered.image", "near.candidate"),    wire("photos.image", "near.reference"),
                          wire("photos.image", "layered.calibration")};
        const auto branches = expanded(document);
        QCOMPARE(list(branches[0].codecs), QStringList({"jpeg", "webp"}));
        QCOMPARE(shown(branches[0].slug), QString("webp"));
        // jpeg is upstream of layered through training only: its bits are not on the way of the value.
        QCOMPARE(list(branches[1].codecs), QStringList({"layered"}));
        QCOMPARE(list(branches[1].nodes), QStringList({"photos", "reduce", "jpeg", "train", "layered"}));
        QCOMPARE(list(branches[1].sources), QStringList({"photos"}));
        QCOMPARE(list(fanOutOf(document, sample::catalogue(), {"train", "trained"}).sources), QStringList());
        QCOMPARE(list(fanOutOf(document, sample::catalogue(), {"jpeg", "image"}).sources),
                 QStringList({"photos"}));
    }

    void topologicalOrderFollowsTheDocument() {
        Document document = newDocument("order");
        document.nodes = {node("psnr", "psnr"), node("blend", "blend"), node("b", "resize"),
                          node("a", "resize"), node("photos", "photos")};
        document.nodes[4].parameters["files"] = ParameterValue(std::string("x"));
        document.wires = {wire("photos.image", "a.image"),
                          wire("photos.image", "b.image"),
                          wire("a.image", "blend.a"),
                          wire("b.image", "blend.b"),
                          wire("blend.image", "psnr.candidate"),
                          wire("photos.image", "psnr.reference")};
        QCOMPARE(list(expanded(document)[0].nodes), QStringList({"photos", "b", "a", "blend"}));
    }

    void sourcesCombine() {
        Document document = sample::jpegStudy();
        document.nodes.insert(document.nodes.begin(), {node("noise", "noise"), node("single", "single"),
                                                       node("blend", "blend"), node("over", "blend")});
        document.nodes[2].pairing = Pairing::Product;
        document.wires = {wire("noise.image", "blend.a"),       wire("photos.image", "blend.b"),
                          wire("blend.image", "over.a"),        wire("single.image", "over.b"),
                          wire("over.image", "jpeg.image"),     wire("jpeg.image", "psnr.candidate"),
                          wire("blend.image", "psnr.reference")};
        const Branch branch = expanded(document)[0];
        QCOMPARE(list(branch.sources), QStringList({"noise", "single", "photos"}));
        QVERIFY(branch.pairing == Pairing::Product);
        QCOMPARE(list(branch.sides[0].sources), QStringList({"noise", "photos"}));
        QVERIFY(branch.sides[0].pairedByName.empty());
        QVERIFY(fanOutOf(document, sample::catalogue(), {"noise", "image"}).pairing == Pairing::Unsaid);
    }

    void aReferenceFromAnotherSource() {
        Document document = sample::jpegStudy();
        document.nodes.push_back(node("originals", "photos"));
        document.nodes.push_back(node("shrink", "resize"));
        document.nodes[2].pairing = Pairing::PairedByName;
        document.wires[1] = wire("shrink.image", "psnr.reference");
        document.wires.push_back(wire("originals.image", "shrink.image"));
        document.variables = {{"level", std::int64_t{50}}};
        document.nodes[4].parameters["scale"] = VariableRef{"level"};
        document.nodes[1].parameters["quality"] = VariableRef{"level"};
        document.sweeps = {sweepOf("level", integers({10, 20}))};
        const Branch branch = expanded(document)[0];
        QCOMPARE(list(branch.sources), QStringList({"photos"}));
        QCOMPARE(list(branch.nodes), QStringList({"photos", "jpeg"}));
        QCOMPARE(list(branch.sides[0].nodes), QStringList({"originals", "shrink"}));
        QCOMPARE(list(branch.sides[0].sources), QStringList({"originals"}));
        QCOMPARE(list(branch.sides[0].pairedByName), QStringList({"originals"}));
        QVERIFY(branch.rows[1].nodes.at("shrink").at("scale") == ParameterValue(20.0));
        QVERIFY(branch.rows[1].nodes.at("originals").at("files") == ParameterValue(std::string()));
    }

    void textInSlugsIsEncoded() {
        Document document = sample::jpegStudy();
        document.nodes[1].type = "test.layered";
        document.sweeps = {sweepOf("jpeg.name", {std::string("a/b c%"), std::string("é=1")})};
        QCOMPARE(slugs(expanded(document)[0]), QStringList({"jpeg/name=a%2Fb%20c%25", "jpeg/name=é=1"}));
        QCOMPARE(titles(expanded(document)[0])[0], QString("Layered · name=a/b c%"));
    }

    void parametersWithoutASweep() {
        Document document = sample::jpegStudy();
        document.nodes[2].parameters["peak"] = ParameterValue(std::int64_t{1023});
        const Manifest& manifest = *sample::catalogue().find("test.psnr");
        QVERIFY(parametersOf(document, manifest, document.nodes[2]).at("peak") == ParameterValue(1023.0));
        document.nodes[2].parameters["peak"] = VariableRef{"top"};
        QVERIFY(errorOf([&] {
                    parametersOf(document, manifest, document.nodes[2]);
                }).startsWith("document: peak of the node \"psnr\" reads the variable \"top\""));
        document.variables = {{"top", std::string("x")}};
        QVERIFY(errorOf([&] {
                    parametersOf(document, manifest, document.nodes[2]);
                }).startsWith("document: peak of the node \"psnr\": \"x\" is text"));
    }

    void tooManyRowsAreRefused() {
        Document document = sample::jpegStudy();
        Values many;
        for (std::int64_t i = 1; i <= 100; ++i)
            many.push_back(i);
        document.sweeps = {sweepOf("jpeg.quality", many), sweepOf("jpeg.optimise", {true, false}),
                           sweepOf("jpeg.progressive", {true, false})};
        QCOMPARE(expanded(document)[0].rows.size(), 400u);
        document.nodes[1].type = "test.webp";
        many.clear();
        for (std::int64_t i = 0; i < 50001; ++i)
            many.push_back(i);
        document.sweeps = {sweepOf("jpeg.effort", many), sweepOf("jpeg.sharp", {true, false})};
        QVERIFY(
            errorOf([&] { requireValid(document, sample::catalogue()); }).contains("more than 100000 rows"));
        QVERIFY(errorOf([&] {
                    expandBranches(document, sample::catalogue());
                }).contains("more than 100000 rows"));
    }

    void rowsOfALargeSweepAreFast() {
        Document document = sample::jpegStudy();
        document.nodes[1].type = "test.webp";
        Values many;
        for (std::int64_t i = 0; i < 50000; ++i)
            many.push_back(i);
        document.sweeps = {sweepOf("jpeg.effort", many), sweepOf("jpeg.sharp", {true, false})};
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(expandBranches(document, sample::catalogue())[0].rows.size(), 100000u);
        QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
        qInfo() << "100000 rows:" << timer.elapsed() << "ms";
    }
};

QTEST_GUILESS_MAIN(TestExpand)
#include "test_expand.moc"
