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

/// "severity node.place: message remedy"
QString text(const Finding& finding) {
    const std::string severity = finding.severity == Severity::Error ? "error " : "warning ";
    return shown(severity + finding.node + "." + finding.place + ": " + finding.message + " " +
                 finding.remedy);
}

QStringList found(const Document& document) {
    QStringList list;
    for (const Finding& finding : validate(document, sample::catalogue()))
        list << text(finding);
    return list;
}

/// photos and noise meet at blend, then jpeg, psnr against photos.
Document blended() {
    Document document = sample::jpegStudy();
    document.nodes.push_back(node("noise", "noise"));
    document.nodes.push_back(node("blend", "blend"));
    document.nodes.back().pairing = Pairing::Product;
    document.wires = {wire("photos.image", "blend.a"), wire("noise.image", "blend.b"),
                      wire("blend.image", "jpeg.image"), wire("jpeg.image", "psnr.candidate"),
                      wire("photos.image", "psnr.reference")};
    return document;
}

/// The reference comes from a source of its own.
Document twoSources() {
    Document document = sample::jpegStudy();
    document.nodes.push_back(node("originals", "photos"));
    document.wires[1] = wire("originals.image", "psnr.reference");
    document.nodes[2].pairing = Pairing::PairedByName;
    return document;
}

}  // namespace

class TestValidate : public QObject {
    Q_OBJECT

  private slots:
    void goodDocumentsHaveNoFindings() {
        for (const Document& document : {sample::jpegStudy(), blended(), twoSources()}) {
            const QStringList findings = found(document);
            QVERIFY2(findings.isEmpty(), qPrintable(findings.join("\n")));
            requireValid(document, sample::catalogue());
        }
    }

    void faults_data() {
        QTest::addColumn<Change>("change");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, Change change, const char* expected) {
            QTest::newRow(name) << std::move(change) << QString(expected);
        };
        const auto quality = [](ParameterValue value) {
            return [value](Document& d) { d.nodes[1].parameters["quality"] = value; };
        };
        // The study
        row(
            "id", [](Document& d) { d.id = "x"; },
            "error .id: The document's permanent id \"x\" is not 32 hexadecimal digits.");
        row(
            "name", [](Document& d) { d.name = "My study"; },
            "error .name: The study's name \"My study\" is not a name. Use the letters a to z, digits and "
            "hyphens.");
        row(
            "no seed", [](Document& d) { d.seeds.clear(); }, "error .seeds: The study has no seed.");
        row(
            "seed twice",
            [](Document& d) {
                d.seeds = {4, 4};
            },
            "error .seeds: The study has the seed 4 twice.");
        row(
            "threads", [](Document& d) { d.threads = 0; },
            "error .threads: The study asks for 0 threads a task.");
        row(
            "stall", [](Document& d) { d.stallSeconds = std::numeric_limits<double>::quiet_NaN(); },
            "error .stall_seconds: The study's stall time is nan s.");
        row(
            "crop without a name",
            [](Document& d) {
                d.crops = {{"", "a.png", 0, 0, 4, 4}};
            },
            "warning .crops: A crop has no name.");
        row(
            "crop twice",
            [](Document& d) {
                d.crops = {
                    {"eye", "a.png", 0, 0, 4, 4}, {"eye", "b.png", 0, 0, 4, 4}, {"eye", "a.png", 1, 1, 4, 4}};
            },
            "warning .crops: The crop \"eye\" is there twice. Rename one of them.");
        row(
            "crop outside",
            [](Document& d) {
                d.crops = {{"eye", "a.png", 0, -1, 4, 4}};
            },
            "warning .crops: The crop \"eye\" lies outside of any picture.");
        // Nodes
        row(
            "slug", [](Document& d) { d.nodes.push_back(node("JPEG 2", "photos")); },
            "error JPEG 2.: The node's name \"JPEG 2\" is not a name.");
        row(
            "slug twice", [](Document& d) { d.nodes.push_back(node("jpeg", "jpeg")); },
            "error jpeg.: Two nodes have the name \"jpeg\". Rename one of them.");
        row(
            "unknown node, near", [](Document& d) { d.nodes[1].type = "test.jpg"; },
            "error jpeg.: The node \"jpeg\" is of the type \"test.jpg\", which no installed plugin has. Did "
            "you mean \"test.jpeg\"?");
        row(
            "unknown node, far", [](Document& d) { d.nodes[1].type = "weights.spqr"; },
            "error jpeg.: The node \"jpeg\" is of the type \"weights.spqr\", which no installed plugin has. "
            "Install the plugin that has it, or remove the node.");
        row(
            "newer", [](Document& d) { d.nodes[1].version = 2; },
            "error jpeg.: The node \"jpeg\" was made with version 2 of \"test.jpeg\", and version 1 is "
            "installed. Install the newer plugin.");
        row(
            "older", [](Document& d) { d.nodes[1].version = 0; },
            "warning jpeg.: The node \"jpeg\" was made with version 0");
        row(
            "bypassed source", [](Document& d) { d.nodes[0].bypassed = true; },
            "error photos.: The node \"photos\" is a source and can't be bypassed.");
        // Parameters
        row(
            "unknown parameter, near",
            [](Document& d) { d.nodes[1].parameters["qualty"] = ParameterValue(std::int64_t{5}); },
            "error jpeg.qualty: The node \"jpeg\" has no parameter \"qualty\". Did you mean \"quality\"?");
        row(
            "unknown parameter, far",
            [](Document& d) { d.nodes[1].parameters["bits"] = ParameterValue(std::int64_t{5}); },
            "error jpeg.bits: The node \"jpeg\" has no parameter \"bits\". Its parameters are: quality, "
            "optimise, progressive, subsampling.");
        row("range", quality(std::int64_t{101}),
            "error jpeg.quality: \"quality\" of the node \"jpeg\": 101 is more than 100, the greatest value. "
            "Give an integer from 1 to 100.");
        row("type", quality(75.0),
            "error jpeg.quality: \"quality\" of the node \"jpeg\": 75 is a real number, not an integer.");
        row(
            "NaN",
            [](Document& d) {
                d.nodes[2].parameters["peak"] = ParameterValue(std::numeric_limits<double>::quiet_NaN());
            },
            "error psnr.peak: \"peak\" of the node \"psnr\": nan is not a finite number. Give a number.");
        row(
            "choice",
            [](Document& d) { d.nodes[1].parameters["subsampling"] = ParameterValue(std::string("4:1:1")); },
            "error jpeg.subsampling: \"subsampling\" of the node \"jpeg\": \"4:1:1\" is none of 4:4:4, "
            "4:2:2, 4:2:0.");
        row(
            "unknown variable",
            [](Document& d) {
                d.variables = {{"level", std::int64_t{5}}};
                d.nodes[1].parameters["quality"] = VariableRef{"levels"};
            },
            "error jpeg.quality: \"quality\" of the node \"jpeg\" reads the variable \"levels\", which the "
            "document does not have. Did you mean \"level\"?");
        row(
            "variable's value",
            [](Document& d) {
                d.variables = {{"level", std::int64_t{500}}};
                d.nodes[1].parameters["quality"] = VariableRef{"level"};
            },
            "error jpeg.quality: \"quality\" of the node \"jpeg\": 500 is more than 100");
        row(
            "variable's name",
            [](Document& d) {
                d.variables = {{"a.b", true}};
            },
            "error .a.b: The variable's name \"a.b\" is not a name.");
        row(
            "variable twice",
            [](Document& d) {
                d.variables = {{"a", true}, {"a", true}};
            },
            "error .a: The variable \"a\" is there twice.");
        row(
            "variable NaN",
            [](Document& d) {
                d.variables = {{"a", std::numeric_limits<double>::infinity()}};
            },
            "error .a: The variable \"a\" is inf, not a finite number.");
        // Wires
        row(
            "wire from nowhere", [](Document& d) { d.wires[0].from.node = "photo"; },
            "error jpeg.image: The wire from \"photo.image\" to \"jpeg.image\": there is no node \"photo\". "
            "Did you mean \"photos\"?");
        row(
            "wire to nowhere", [](Document& d) { d.wires.push_back(wire("photos.image", "jpg.image")); },
            "error photos.image: The wire from \"photos.image\" to \"jpg.image\": there is no node \"jpg\". "
            "Did you mean \"jpeg\"?");
        row(
            "wire between nowhere", [](Document& d) { d.wires.push_back(wire("a.x", "b.y")); },
            "error .wires: The wire from \"a.x\" to \"b.y\": there is no node \"a\". Nodes there are: "
            "photos, jpeg, psnr.");
        row(
            "no such output", [](Document& d) { d.wires[0].from.port = "img"; },
            "error jpeg.image: The wire from \"photos.img\" to \"jpeg.image\": the node \"photos\" has no "
            "output \"img\".");
        row(
            "no such input", [](Document& d) { d.wires[0].to.port = "imag"; },
            "error jpeg.imag: The wire from \"photos.image\" to \"jpeg.imag\": the node \"jpeg\" has no "
            "input \"imag\". Did you mean \"image\"?");
        row(
            "wrong wire", [](Document& d) { d.wires[2] = wire("jpeg.bitstream", "psnr.candidate"); },
            "error psnr.candidate: The wire from \"jpeg.bitstream\" to \"psnr.candidate\": it gives "
            "Bitstream, and \"psnr.candidate\" takes Image.");
        row(
            "schema",
            [](Document& d) {
                d.nodes.insert(d.nodes.end(),
                               {node("to-tensors", "to-tensors"), node("cache", "cache-only")});
                d.wires.insert(d.wires.end(), {wire("jpeg.image", "to-tensors.image"),
                                               wire("to-tensors.tensors", "cache.tensors")});
            },
            "error cache.tensors: The wire from \"to-tensors.tensors\" to \"cache.tensors\": it gives "
            "TensorSet of the schema \"embeddings\", and \"cache.tensors\" takes TensorSet of the schema "
            "\"kv-cache\".");
        row(
            "wire twice", [](Document& d) { d.wires.push_back(d.wires[0]); },
            "error jpeg.image: The wire from \"photos.image\" to \"jpeg.image\" is there twice.");
        row(
            "two wires",
            [](Document& d) {
                d.nodes.push_back(node("single", "single"));
                d.wires.push_back(wire("single.image", "jpeg.image"));
            },
            "error jpeg.image: The input \"image\" of the node \"jpeg\" has several wires. Keep one of "
            "them.");
        row(
            "two references of a measure",
            [](Document& d) { d.wires.push_back(wire("jpeg.image", "psnr.reference")); },
            "error psnr.reference: The input \"reference\" of the node \"psnr\" has several wires. Keep one "
            "of "
            "them.");
        row(
            "own wire", [](Document& d) { d.wires[0] = wire("jpeg.image", "jpeg.image"); },
            "error jpeg.image: The wire from \"jpeg.image\" to \"jpeg.image\": it leads from a node to "
            "itself.");
        row(
            "not connected", [](Document& d) { d.wires.erase(d.wires.begin()); },
            "error jpeg.image: The input \"image\" of the node \"jpeg\" is not connected. Wire an output "
            "that gives Image to it.");
        row(
            "measure not connected", [](Document& d) { d.wires.erase(d.wires.begin() + 1); },
            "error psnr.reference: The input \"reference\" of the node \"psnr\" is not connected.");
        row(
            "unused and not connected", [](Document& d) { d.nodes.push_back(node("idle", "resize")); },
            "warning idle.image: The node \"idle\" does not run: nothing reads it, and its input \"image\" "
            "is not connected.");
        row(
            "cycle",
            [](Document& d) {
                d.nodes.push_back(node("loop", "resize"));
                d.wires[0] = wire("loop.image", "jpeg.image");
                d.wires.push_back(wire("jpeg.image", "loop.image"));
            },
            "error jpeg.: The nodes form a cycle: jpeg → loop → jpeg. Remove one of the wires between them.");
        row(
            "cycle of bypassed nodes",
            [](Document& d) {
                d.nodes.insert(d.nodes.end(), {node("a", "resize"), node("b", "resize")});
                d.nodes[3].bypassed = d.nodes[4].bypassed = true;
                d.wires.insert(d.wires.end(), {wire("a.image", "b.image"), wire("b.image", "a.image")});
            },
            "error a.: The nodes form a cycle: a → b → a.");
        row(
            "bypassed without a value",
            [](Document& d) {
                d.nodes.insert(d.nodes.end(), {node("to-tensors", "to-tensors"), node("train", "train")});
                d.nodes[3].bypassed = true;
                d.nodes[1].type = "test.layered";
                d.wires.insert(d.wires.end(), {wire("photos.image", "to-tensors.image"),
                                               wire("to-tensors.tensors", "jpeg.trained")});
            },
            "error jpeg.trained: The input \"trained\" of the node \"jpeg\" gets nothing: the bypassed node "
            "\"to-tensors\" has no value of TensorSet to pass.");
        // Candidates
        row(
            "no candidate", [](Document& d) { d.wires.pop_back(); },
            "error .candidates: The document has no candidate, so there is nothing to compute.");
        row(
            "candidate of nowhere",
            [](Document& d) {
                d.candidates = {{"jpg", "image"}};
            },
            "error .candidates: The candidate \"jpg.image\": there is no node \"jpg\". Did you mean "
            "\"jpeg\"?");
        row(
            "candidate port",
            [](Document& d) {
                d.candidates = {{"jpeg", "picture"}};
            },
            "error jpeg.picture: The candidate \"jpeg.picture\": the node \"jpeg\" has no output "
            "\"picture\".");
        row(
            "candidate twice",
            [](Document& d) {
                d.candidates = {{"jpeg", "image"}, {"jpeg", "image"}};
            },
            "error jpeg.image: The candidate \"jpeg.image\" is there twice.");
        row(
            "candidate bypassed",
            [](Document& d) {
                d.nodes[1].bypassed = true;
                d.candidates = {{"jpeg", "bitstream"}};
            },
            "error jpeg.bitstream: The candidate \"jpeg.bitstream\" is of a bypassed node that has no value "
            "to pass.");
        // Sweeps
        row(
            "sweep of nowhere", [](Document& d) { d.sweeps = {sweepOf("jpg.quality", {std::int64_t{5}})}; },
            "error .jpg.quality: A sweep sets \"quality\" of the node \"jpg\", and there is no node \"jpg\". "
            "Did you mean \"jpeg\"?");
        row(
            "sweep of no parameter",
            [](Document& d) { d.sweeps = {sweepOf("jpeg.qualty", {std::int64_t{5}})}; },
            "error jpeg.qualty: A sweep sets \"qualty\" of the node \"jpeg\", and the node has no parameter "
            "\"qualty\". Did you mean \"quality\"?");
        row(
            "sweep value",
            [](Document& d) {
                d.sweeps = {sweepOf("jpeg.quality", {std::int64_t{5}, std::int64_t{0}})};
            },
            "error jpeg.quality: Row 2 of the sweep of \"quality\" of the node \"jpeg\": 0 is less than 1, "
            "the least value.");
        row(
            "sweep NaN",
            [](Document& d) {
                d.nodes[1].type = "test.webp";
                d.sweeps = {sweepOf("jpeg.effort", {std::numeric_limits<double>::quiet_NaN()})};
            },
            "error jpeg.effort: Row 1 of the sweep of \"effort\" of the node \"jpeg\": nan is not a finite "
            "number.");
        row(
            "sweep twice",
            [](Document& d) {
                d.sweeps = {sweepOf("jpeg.quality", {std::int64_t{5}}),
                            sweepOf("jpeg.quality", {std::int64_t{6}})};
            },
            "error jpeg.quality: Two sweep columns set \"quality\" of the node \"jpeg\".");
        row(
            "no column", [](Document& d) { d.sweeps = {Sweep{}}; }, "error .sweeps: Sweep 1 has no column.");
        row(
            "no row", [](Document& d) { d.sweeps = {sweepOf("jpeg.quality", {})}; },
            "error jpeg.quality: Sweep 1, of \"quality\" of the node \"jpeg\", has no row, so there is "
            "nothing to compute.");
        row(
            "row length",
            [](Document& d) {
                d.sweeps = {{{{"jpeg", "quality", {}}}, {{std::int64_t{5}, true}}}};
            },
            "error jpeg.quality: Row 1 of the sweep of \"quality\" of the node \"jpeg\" has 2 values for 1 "
            "column.");
        row(
            "sweep of a measure", [](Document& d) { d.sweeps = {sweepOf("psnr.peak", {1.0})}; },
            "error psnr.peak: A sweep sets \"peak\" of the node \"psnr\", which is of the kind measure and "
            "is not swept.");
        row(
            "sweep of assets", [](Document& d) { d.sweeps = {sweepOf("photos.files", {std::string("x")})}; },
            "error photos.files: A sweep sets \"files\" of the node \"photos\", which says what the assets "
            "are and is not swept.");
        row(
            "unknown swept variable", [](Document& d) { d.sweeps = {sweepOf("level", {std::int64_t{5}})}; },
            "error .level: A sweep sets the variable \"level\", which the document does not have. Variables "
            "there are: none.");
        row(
            "unread swept variable",
            [](Document& d) {
                d.variables = {{"level", std::int64_t{5}}};
                d.sweeps = {sweepOf("level", {std::int64_t{5}})};
            },
            "warning .level: A sweep sets the variable \"level\", which no parameter reads.");
        row(
            "swept variable's value",
            [](Document& d) {
                d.variables = {{"level", std::int64_t{5}}};
                d.nodes[1].parameters["quality"] = VariableRef{"level"};
                d.sweeps = {sweepOf("level", {std::int64_t{5}, std::int64_t{101}})};
            },
            "error .level: Row 2 of the sweep of the variable \"level\": 101 is more than 100, the greatest "
            "value.");
        row(
            "measure reads swept variable",
            [](Document& d) {
                d.variables = {{"level", std::int64_t{5}}};
                d.nodes[1].parameters["quality"] = d.nodes[2].parameters["peak"] = VariableRef{"level"};
                d.sweeps = {sweepOf("level", {std::int64_t{5}})};
            },
            "error psnr.peak: \"peak\" of the node \"psnr\", which is of the kind measure and is not swept, "
            "reads the variable \"level\", which is swept.");
        row(
            "unused node swept",
            [](Document& d) {
                d.nodes.push_back(node("idle", "resize"));
                d.wires.push_back(wire("photos.image", "idle.image"));
                d.sweeps = {sweepOf("idle.scale", {1.0})};
            },
            "warning idle.scale: A sweep sets \"scale\" of the node \"idle\", which no candidate depends "
            "on.");
        row(
            "reference swept",
            [](Document& d) {
                d.nodes.push_back(node("shrink", "resize"));
                d.wires[1] = wire("shrink.image", "psnr.reference");
                d.wires.push_back(wire("photos.image", "shrink.image"));
                d.sweeps = {sweepOf("shrink.scale", {1.0})};
            },
            "error shrink.scale: A sweep sets \"scale\" of the node \"shrink\", which only the reference of "
            "a measure depends on.");
        row(
            "reference reads swept variable",
            [](Document& d) {
                d.nodes.insert(d.nodes.end(), {node("shrink", "resize"), node("webp", "webp")});
                d.wires[1] = wire("shrink.image", "psnr.reference");
                d.wires.insert(d.wires.end(),
                               {wire("photos.image", "shrink.image"), wire("photos.image", "webp.image")});
                d.candidates = {{"webp", "image"}};
                d.variables = {{"level", 1.0}};
                d.nodes[3].parameters["scale"] = d.nodes[4].parameters["effort"] = VariableRef{"level"};
                d.sweeps = {sweepOf("level", {1.0, 2.0})};
            },
            "error shrink.scale: \"scale\" of the node \"shrink\" reads the variable \"level\", which is "
            "swept, but the candidate \"jpeg.image\" does not depend on it.");
    }

    void faults() {
        QFETCH(Change, change);
        QFETCH(QString, expected);
        Document document = sample::jpegStudy();
        change(document);
        const QStringList findings = found(document);
        QVERIFY2(findings.filter(expected).size() == 1, qPrintable(findings.join("\n")));
        QVERIFY(findings.filter(expected).first().startsWith(expected));
        const QString error = errorOf([&] { requireValid(document, sample::catalogue()); });
        QCOMPARE(error.isEmpty(), expected.startsWith("warning"));
        QVERIFY(error.isEmpty() || error.startsWith("document: "));
        QCOMPARE(found(document), findings);
    }

    void severalCandidatesShareAMeasure() {
        Document document = sample::jpegStudy();
        document.nodes.push_back(node("jpeg-2", "jpeg"));
        document.wires.insert(document.wires.end(),
                              {wire("photos.image", "jpeg-2.image"), wire("jpeg-2.image", "psnr.candidate")});
        QCOMPARE(found(document), QStringList());
    }

    void unpairedSources() {
        Document document = blended();
        document.nodes[4].pairing = Pairing::Unsaid;
        const QStringList findings = found(document);
        QCOMPARE(findings, QStringList({"error blend.: Two unpaired sources meet at the node \"blend\": "
                                        "\"photos\", \"noise\". Set the node's pairing to "
                                        "paired-by-name or to product."}));
    }

    void aSourceOfOneAssetNeedsNoPairing() {
        Document document = blended();
        document.nodes[3].type = "test.single";
        document.nodes[4].pairing = Pairing::Unsaid;
        QCOMPARE(found(document), QStringList());
    }

    void aDiamondNeedsNoPairing() {
        Document document = blended();
        document.nodes[3].type = "test.resize";
        document.nodes[4].pairing = Pairing::Unsaid;
        document.wires.push_back(wire("photos.image", "noise.image"));
        QCOMPARE(found(document), QStringList());
        // Also where one side already holds the other's source.
        document = blended();
        document.nodes.push_back(node("again", "blend"));
        document.wires[2] = wire("again.image", "jpeg.image");
        document.wires.insert(document.wires.end(),
                              {wire("blend.image", "again.a"), wire("photos.image", "again.b")});
        QCOMPARE(found(document), QStringList());
    }

    void sourcesBehindALearnerAreNotPaired() {
        Document document = sample::jpegStudy();
        document.nodes[1].type = "test.layered";
        document.nodes.insert(document.nodes.end(), {node("train", "train"), node("others", "photos")});
        document.wires.insert(
            document.wires.end(),
            {wire("others.image", "train.images"), wire("photos.image", "train.images"),
             wire("train.trained", "jpeg.trained"), wire("others.image", "jpeg.calibration")});
        QCOMPARE(found(document), QStringList());
    }

    void oneCandidateCombinesInOneWay() {
        Document document = blended();
        document.nodes.insert(document.nodes.end(), {node("more", "noise"), node("again", "blend")});
        document.nodes.back().pairing = Pairing::PairedByName;
        document.wires[2] = wire("again.image", "jpeg.image");
        document.wires.insert(document.wires.end(),
                              {wire("blend.image", "again.a"), wire("more.image", "again.b")});
        QCOMPARE(found(document), QStringList({"error again.: The node \"again\" combines its sources as "
                                               "paired-by-name, and the node \"blend\" of the same "
                                               "candidate as product. Set the same pairing at both."}));
    }

    void referencesOfOtherSources() {
        Document document = twoSources();
        document.nodes[2].pairing = Pairing::Unsaid;
        QCOMPARE(found(document).size(), 1);
        QVERIFY(
            found(document)[0].startsWith("error psnr.: The reference of the measure \"psnr\" comes from "
                                          "\"originals\", which is not upstream of the "
                                          "candidate: two unpaired sources."));
        document.nodes[2].pairing = Pairing::Product;
        QVERIFY(
            found(document)[0].startsWith("error psnr.: The reference of the measure \"psnr\" comes from "
                                          "\"originals\", and a measure can't compare"));
        document.nodes[0] = node("photos", "single");
        QVERIFY(found(document)[0].contains("the candidate's source has only one"));
        document = twoSources();
        document.nodes[3].type = "test.single";
        document.nodes[2].pairing = Pairing::Unsaid;
        QCOMPARE(found(document), QStringList());
    }

    void findingsStandInDocumentOrder() {
        Document document = sample::jpegStudy();
        document.threads = 0;
        document.nodes[2].parameters["peek"] = ParameterValue(1.0);
        document.nodes[1].parameters["qualty"] = ParameterValue(1.0);
        document.nodes[0].version = 2;
        document.sweeps = {sweepOf("jpeg.quality", {std::int64_t{0}})};
        QStringList places;
        for (const Finding& finding : validate(document, sample::catalogue()))
            places << shown(finding.node + "." + finding.place);
        QCOMPARE(places, QStringList({".threads", "photos.", "jpeg.qualty", "jpeg.quality", "psnr.peek"}));
        const QString error = errorOf([&] { requireValid(document, sample::catalogue()); });
        QVERIFY2(error.endsWith("(4 more errors.)"), qPrintable(error));
    }

    void wiresToDraw() {
        const Document document = sample::jpegStudy();
        const auto why = [&](const char* from, const char* to) {
            return shown(
                whyNotWired(document, sample::catalogue(), portRefFromText(from), portRefFromText(to)));
        };
        QCOMPARE(why("photos.image", "jpeg.image"), QString());
        QVERIFY(why("jpeg.bitstream", "psnr.candidate").contains("it gives Bitstream"));
        QVERIFY(why("jpeg.image", "jpeg.image").contains("to itself"));
        QVERIFY(why("jpg.image", "jpeg.image").contains("there is no node \"jpg\""));
        Document more = document;
        more.nodes.push_back(node("enlarge", "resize"));
        more.wires.push_back(wire("jpeg.image", "enlarge.image"));
        QVERIFY(shown(whyNotWired(more, sample::catalogue(), {"enlarge", "image"}, {"jpeg", "image"}))
                    .contains("it would close a cycle"));
    }

    void aLongChainIsNoTrouble() {
        Document document = sample::jpegStudy();
        std::string last = "photos.image";
        for (int i = 0; i < 5000; ++i) {
            document.nodes.push_back(node("r" + std::to_string(i), "resize"));
            document.nodes.back().bypassed = i % 2 == 0;
            document.wires.push_back(wire(last, document.nodes.back().slug + ".image"));
            last = document.nodes.back().slug + ".image";
        }
        document.wires[0] = wire(last, "jpeg.image");
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(found(document), QStringList());
        QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
        document.wires.push_back(wire("jpeg.image", "r0.image"));
        QVERIFY(!found(document).filter("form a cycle").isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestValidate)
#include "test_validate.moc"
