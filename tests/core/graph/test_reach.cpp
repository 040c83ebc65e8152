// Reaches in a document: what is wrong with them, the rows that they make, and what tells their quantity.

#include "core/curves/rate.h"
#include "core/graph/expand.h"
#include "core/graph/reach.h"
#include "core/graph/validate.h"
#include "tests/core/graph/said.h"
#include "tests/core/graph/sample.h"

#include <QtTest>
#include <functional>
#include <limits>

using namespace ratescope::graph;
using sample::node;
using sample::sweepOf;
using sample::wire;

using Change = std::function<void(Document&)>;
Q_DECLARE_METATYPE(Change)

namespace {

Document reaching() {
    Document document = sample::jpegStudy();
    document.reaches = {{"jpeg", "quality", "bpp", {0.5, 1.0}}};
    return document;
}

QStringList found(const Document& document) {
    QStringList list;
    for (const Finding& finding : validate(document, sample::catalogue()))
        list << shown((finding.severity == Severity::Error ? "error " : "warning ") + finding.node + "." +
                      finding.place + ": " + finding.message + " " + finding.remedy);
    return list;
}

/// photos → resize "shrink" → second psnr, so that the candidate has two references.
void addSecondReference(Document& document) {
    document.nodes.insert(document.nodes.end(), {node("shrink", "resize"), node("near", "psnr")});
    document.wires.insert(document.wires.end(),
                          {wire("photos.image", "shrink.image"), wire("shrink.image", "near.reference"),
                           wire("jpeg.image", "near.candidate")});
}

}  // namespace

class TestReach : public QObject {
    Q_OBJECT

  private slots:
    void goodReachesHaveNoFindings() {
        Document document = reaching();
        QCOMPARE(found(document), QStringList());
        document.reaches[0].quantity = "psnr-rgb";
        QCOMPARE(found(document), QStringList());
        document.reaches[0].quantity = "bytes";
        document.reaches[0].from = 10;
        document.reaches[0].to = 90;
        QCOMPARE(found(document), QStringList());
        addSecondReference(document);
        for (const char* quantity : {"bytes", "bpp@near", "bpp@psnr", "psnr:psnr-rgb", "near:psnr-rgb"}) {
            document.reaches[0].quantity = quantity;
            QCOMPARE(found(document), QStringList());
        }
        // Several measures of one reference are no doubt.
        document.wires[document.wires.size() - 2] = wire("photos.image", "near.reference");
        document.wires.erase(document.wires.end() - 3);
        document.nodes.erase(document.nodes.end() - 2);
        document.reaches[0].quantity = "bpp";
        QCOMPARE(found(document), QStringList());
    }

    void faults_data() {
        QTest::addColumn<Change>("change");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* expected, Change change) {
            QTest::newRow(expected) << std::move(change) << QString(expected);
        };
        constexpr double nan = std::numeric_limits<double>::quiet_NaN();
        row("error .jpg.quality: A reach sets \"quality\" of the node \"jpg\", and there is no such node. "
            "Did you "
            "mean \"jpeg\"?",
            [](Document& d) { d.reaches[0].node = "jpg"; });
        row("error jpeg.qualty: A reach sets \"qualty\" of the node \"jpeg\", and the node has no such "
            "parameter. "
            "Did you mean \"quality\"?",
            [](Document& d) { d.reaches[0].parameter = "qualty"; });
        row("error jpeg.optimise: A reach sets \"optimise\" of the node \"jpeg\", which takes true or false.",
            [](Document& d) { d.reaches[0].parameter = "optimise"; });
        row("error psnr.peak: A reach sets \"peak\" of the node \"psnr\", which is of the kind measure and "
            "is not "
            "swept.",
            [](Document& d) {
                d.reaches[0].node = "psnr";
                d.reaches[0].parameter = "peak";
            });
        row("error noise.count: A reach sets \"count\" of the node \"noise\", which says what the assets are",
            [](Document& d) {
                d.nodes[0] = node("noise", "noise");
                d.wires[0] = wire("noise.image", "jpeg.image");
                d.wires[1] = wire("noise.image", "psnr.reference");
                d.reaches[0].node = "noise";
                d.reaches[0].parameter = "count";
            });
        row("error jpeg.quality: A reach sets \"quality\" of the node \"jpeg\" and has no target.",
            [](Document& d) { d.reaches[0].targets.clear(); });
        row("error jpeg.quality: A reach sets \"quality\" of the node \"jpeg\" so that bpp is -1, which "
            "can't be "
            "met within a part of it. Give a number above 0.",
            [](Document& d) { d.reaches[0].targets = {-1}; });
        row("error jpeg.quality: A reach sets \"quality\" of the node \"jpeg\" so that psnr-rgb is 0",
            [](Document& d) {
                d.reaches[0].quantity = "psnr-rgb";
                d.reaches[0].targets = {0};
            });
        row("error jpeg.quality: A reach sets \"quality\" of the node \"jpeg\" so that bpp is nan",
            [](Document& d) { d.reaches[0].targets = {nan}; });
        row("error jpeg.quality: A reach sets \"quality\" of the node \"jpeg\" with the target 2 twice.",
            [](Document& d) {
                d.reaches[0].targets = {2, 3, 2};
            });
        row("error jpeg.quality: A reach sets \"quality\" of the node \"jpeg\" within 1 of the target. Give "
            "a part "
            "of the target above 0 and below 1: 0.01 is 1 %.",
            [](Document& d) { d.reaches[0].tolerance = 1; });
        row("error jpeg.quality: A reach sets \"quality\" of the node \"jpeg\" within nan of the target.",
            [](Document& d) { d.reaches[0].tolerance = nan; });
        row("error jpeg.quality: A reach sets \"quality\" of the node \"jpeg\" in at most 2 runs. Give a "
            "number "
            "from 3 to 1000.",
            [](Document& d) { d.reaches[0].mostRuns = 2; });
        row("error jpeg.quality: A reach sets \"quality\" of the node \"jpeg\" from or to 0: 0 is less than "
            "1",
            [](Document& d) { d.reaches[0].from = 0; });
        row("error jpeg.quality: A reach sets \"quality\" of the node \"jpeg\", and has no range to look in.",
            [](Document& d) {
                d.reaches[0].from = 50;
                d.reaches[0].to = 50;
            });
        row("error shrink.scale: A reach sets \"scale\" of the node \"shrink\", and has no range to look in. "
            "Give "
            "from and to",
            [](Document& d) {
                d.nodes.push_back(node("shrink", "resize"));
                d.wires[0] = wire("shrink.image", "jpeg.image");
                d.wires.push_back(wire("photos.image", "shrink.image"));
                d.reaches[0].node = "shrink";
                d.reaches[0].parameter = "scale";
            });
        row("error jpeg.quality: The candidate \"jpeg.image\" has no \"psnr-rbg\". Did you mean "
            "\"psnr-rgb\"?",
            [](Document& d) { d.reaches[0].quantity = "psnr-rbg"; });
        row("error jpeg.quality: The candidate \"jpeg.image\" has \"psnr-rgb\" from several measures. Name "
            "one of "
            "psnr:psnr-rgb, near:psnr-rgb.",
            [](Document& d) {
                addSecondReference(d);
                d.reaches[0].quantity = "psnr-rgb";
            });
        row("error jpeg.quality: The candidate \"jpeg.image\" has no one bpp: its measures have different "
            "references. Name one of bpp@psnr, bpp@near.",
            [](Document& d) { addSecondReference(d); });
        row("error jpeg.quality: The candidate \"jpeg.image\" has no bpp: \"judge\" does not read it",
            [](Document& d) { d.reaches[0].quantity = "bpp@judge"; });
        row("error jpeg.quality: The candidate \"jpeg.image\" has no bpp: no measure reads it, and pixels "
            "are "
            "counted by a measure's reference.",
            [](Document& d) {
                d.nodes.pop_back();
                d.wires.resize(1);
                d.candidates = {{"jpeg", "image"}};
            });
        row("error shrink.scale: The candidate \"shrink.image\" has no bytes: no codec makes a stream of it.",
            [](Document& d) {
                d.nodes[1] = node("shrink", "resize");
                d.wires[0] = wire("photos.image", "shrink.image");
                d.wires[2] = wire("shrink.image", "psnr.candidate");
                d.reaches = {{"shrink", "scale", "bytes", {1000}, 0.01, 16, 0.1, 1.0}};
            });
        row("error jpeg.quality: A sweep and a reach set \"quality\" of the node \"jpeg\".",
            [](Document& d) { d.sweeps = {sweepOf("jpeg.quality", {std::int64_t{5}})}; });
        row("error jpeg.quality: Two reaches set parameters of the candidate \"jpeg.image\": jpeg.quality "
            "and "
            "jpeg.quality.",
            [](Document& d) { d.reaches.push_back(d.reaches[0]); });
        row("warning idle.effort: A reach sets \"effort\" of the node \"idle\", which no candidate depends "
            "on.",
            [](Document& d) {
                d.nodes.push_back(node("idle", "webp"));
                d.wires.push_back(wire("photos.image", "idle.image"));
                d.reaches.push_back({"idle", "effort", "bytes", {1000}});
            });
        row("error jpeg.image: The sweeps make more than 100000 rows", [](Document& d) {
            d.sweeps = {sweepOf("jpeg.optimise", {true, false})};
            d.reaches[0].targets.clear();
            for (int i = 1; i <= 50'001; ++i)
                d.reaches[0].targets.push_back(i);
        });
    }

    void faults() {
        QFETCH(Change, change);
        QFETCH(QString, expected);
        Document document = reaching();
        change(document);
        const QStringList findings = found(document);
        QVERIFY2(findings.filter(expected).size() == 1, qPrintable(findings.join("\n")));
        QCOMPARE(errorOf([&] { requireValid(document, sample::catalogue()); }).isEmpty(),
                 expected.startsWith("warning"));
    }

    void eachTargetIsARow() {
        Document document = reaching();
        document.variables = {{"level", std::int64_t{50}}};
        document.nodes[1].parameters["quality"] = VariableRef{"level"};
        document.sweeps = {sweepOf("jpeg.optimise", {true, false})};
        requireValid(document, sample::catalogue());
        const Branch branch = expandBranches(document, sample::catalogue())[0];
        QCOMPARE(branch.series.size(), 2u);
        QCOMPARE(shown(branch.series[1].slug), QString("jpeg/optimise=false"));
        QCOMPARE(branch.rows.size(), 4u);
        const SweepRow& row = branch.rows[3];
        QCOMPARE(row.series, 1u);
        QCOMPARE(row.values.size(), 2u);
        QCOMPARE(shown(row.values[1].first), QString("target:bpp"));
        QVERIFY(row.values[1].second == ParameterValue(1.0));
        QVERIFY(row.reach == std::size_t{0} && row.target == 1.0);
        QVERIFY(row.nodes.at("jpeg").at("quality") == ParameterValue(std::int64_t{1}));
        document.reaches[0].from = 7;
        QVERIFY(expandBranches(document, sample::catalogue())[0].rows[0].nodes.at("jpeg").at("quality") ==
                ParameterValue(std::int64_t{7}));
    }

    void otherBranchesHaveNoTargets() {
        Document document = reaching();
        document.nodes.push_back(node("webp", "webp"));
        document.wires.push_back(wire("photos.image", "webp.image"));
        document.candidates = {{"webp", "image"}};
        const auto branches = expandBranches(document, sample::catalogue());
        QCOMPARE(branches[0].rows.size(), 2u);
        QCOMPARE(branches[1].rows.size(), 1u);
        QVERIFY(!branches[1].rows[0].reach);
    }

    void rangesOfIntegersAreWhole() {
        Reach reach{"jpeg", "quality", "bpp", {0.5}};
        reach.from = 2.5;
        reach.to = 7.5;
        const Parameter& quality = *sample::catalogue().find("test.jpeg")->parameter("quality");
        QVERIFY((rangeOf(reach, quality) == ReachRange{true, 3, 7, false}));
        QVERIFY(rangeOf(reach, quality)->value(3) == ParameterValue(std::int64_t{3}));
        reach.from = 6.5;
        QVERIFY(!rangeOf(reach, quality));
        const Parameter& effort = *sample::catalogue().find("test.webp")->parameter("effort");
        QVERIFY((rangeOf({"webp", "effort", "bpp", {0.5}}, effort) == ReachRange{false, 0, 1e6, false}));
    }
};

QTEST_GUILESS_MAIN(TestReach)
#include "test_reach.moc"
