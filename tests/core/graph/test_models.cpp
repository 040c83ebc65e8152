// Where language models and sets of tensors stand for each other.

#include "core/build_info.h"
#include "core/graph/topology.h"
#include "core/graph/validate.h"
#include "tests/core/graph/said.h"
#include "tests/core/graph/sample.h"

#include <QtTest>

using namespace ratescope::graph;
using sample::node;
using sample::wire;

namespace {

Port port(const std::string& id, PortType type, PortRole role = PortRole::Value) {
    Port made;
    made.id = made.label = id;
    made.help = "A port of a test.";
    made.type = type;
    made.role = role;
    return made;
}

Manifest manifest(const std::string& slug, NodeKind kind, std::vector<Port> inputs,
                  std::vector<Port> outputs) {
    Manifest made;
    made.id = "test." + slug;
    made.title = slug;
    made.family = "test";
    made.summary = "A node of a test.";
    made.manual = "It does nothing.";
    made.kind = kind;
    made.inputs = std::move(inputs);
    made.outputs = std::move(outputs);
    return made;
}

const Catalogue& catalogue() {
    static const Catalogue made = [] {
        Manifest codec =
            manifest("quantise", NodeKind::Codec, {port("tensors", PortType::TensorSet, PortRole::Coded)},
                     {port("tensors", PortType::TensorSet), port("bitstream", PortType::Bitstream)});
        codec.extension = "q";
        codec.magics = {"ffd8"};
        Manifest perplexity = manifest("perplexity", NodeKind::Measure,
                                       {port("reference", PortType::LanguageModel, PortRole::Reference),
                                        port("candidate", PortType::LanguageModel, PortRole::Candidate)},
                                       {});
        Metric metric;
        metric.id = metric.title = "ppl";
        metric.help = "A metric of a test.";
        perplexity.metrics = {metric};
        Port cache = port("tensors", PortType::TensorSet);
        cache.schema = "kv-cache";
        Catalogue all;
        all.add({"test",
                 ratescope::buildInfo().buildId,
                 "libratescope-test.so",
                 {manifest("model", NodeKind::Source, {}, {port("model", PortType::LanguageModel)}),
                  manifest("plain", NodeKind::Source, {}, {port("tensors", PortType::TensorSet)}),
                  manifest("cast", NodeKind::Transform, {port("tensors", PortType::TensorSet)},
                           {port("tensors", PortType::TensorSet)}),
                  manifest("cache", NodeKind::Transform, {cache}, {cache}), codec, perplexity}});
        return all;
    }();
    return made;
}

/// model → cast → quantise → perplexity against the model.
Document study() {
    Document document = newDocument("models");
    for (const char* type : {"model", "cast", "quantise", "perplexity"})
        document.nodes.push_back(node(type, type));
    document.wires = {wire("model.model", "cast.tensors"), wire("cast.tensors", "quantise.tensors"),
                      wire("quantise.tensors", "perplexity.candidate"),
                      wire("model.model", "perplexity.reference")};
    return document;
}

QStringList found(const Document& document) {
    QStringList list;
    for (const Finding& finding : validate(document, catalogue()))
        if (finding.severity == Severity::Error) list << shown(finding.message);
    return list;
}

}  // namespace

class TestModels : public QObject {
    Q_OBJECT

  private slots:
    void aModelPassesWhatTakesAnyTensors() { QCOMPARE(found(study()), QStringList()); }

    void plainTensorsAreNoModel() {
        Document document = study();
        document.nodes.push_back(node("plain", "plain"));
        document.wires[0] = wire("plain.tensors", "cast.tensors");
        const QStringList findings = found(document);
        QVERIFY2(!findings.filter("it gives TensorSet, and \"perplexity.candidate\" takes LanguageModel")
                      .isEmpty(),
                 qPrintable(findings.join("\n")));
        document.wires[2] = wire("plain.tensors", "perplexity.candidate");
        QVERIFY(!found(document).filter("it gives TensorSet, and").isEmpty());
    }

    void aWireThatIsStillMissingSpeaksAgainstNothing() {
        Document document = study();
        document.wires.erase(document.wires.begin());
        QVERIFY(found(document).filter("takes LanguageModel").isEmpty());
    }

    void schemasAreNotForgotten() {
        Document document = study();
        document.nodes.push_back(node("cache", "cache"));
        document.wires.push_back(wire("model.model", "cache.tensors"));
        QVERIFY(!found(document)
                     .filter("it gives LanguageModel, and \"cache.tensors\" takes TensorSet")
                     .isEmpty());
    }

    void bypassedNodesPassModels() {
        Document document = study();
        document.nodes[1].bypassed = true;
        QCOMPARE(found(document), QStringList());
    }
};

QTEST_GUILESS_MAIN(TestModels)
#include "test_models.moc"
