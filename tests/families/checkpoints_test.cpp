// Nodes that run for minutes, stopped in the middle and called again with the checkpoints that they left: what comes is
// what an undisturbed call gives, and what was finished is not done again. And what calibration while a model is
// compressed gives.

#include "core/media/node/checkpoint.h"
#include "core/media/node/model_tensors.h"
#include "plugins/language/nodes.h"
#include "plugins/weights/nodes.h"
#include "tests/core/engine/llm/tiny_model.h"
#include "tests/families/keeping_context.h"
#include "tests/families/support.h"

#include <QTest>
#include <algorithm>
#include <random>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

/// Six matrices, each of which is a run of its own but for the small ones, which go together.
TensorSet manyTensors() {
    std::mt19937 random(1);
    std::normal_distribution<float> draw;
    TensorSet set;
    for (const std::int64_t rows : {512, 16, 16, 512, 512, 500}) {
        Array array(DType::F32, {rows, 128});
        std::ranges::generate(array.writable<float>(), [&] { return draw(random); });
        set.tensors.push_back({"layer." + std::to_string(set.tensors.size()), array});
    }
    return set;
}

/// Its tokens are the letters a to s.
LanguageModel letterModel(unsigned seed) {
    LanguageModel model = engine::testing::tinyModel(engine::testing::tinyConfig(), false, seed);
    model.tokenizer.splitter = "gpt-2";
    for (char letter = 'a'; letter <= 's'; ++letter) {
        model.tokenizer.pieces.emplace_back(1, letter);
        model.tokenizer.kinds.push_back(PieceKind::Normal);
    }
    return model;
}

Value letters(std::size_t count) {
    std::mt19937 random(3);
    Array bytes(DType::U8, {static_cast<std::int64_t>(count)});
    std::ranges::generate(bytes.writable<std::uint8_t>(),
                          [&] { return static_cast<std::uint8_t>('a' + random() % 19); });
    return std::make_shared<const TextCorpus>(TextCorpus{bytes});
}

Value valueOf(LanguageModel model) {
    return std::make_shared<const LanguageModel>(std::move(model));
}

std::string textOf(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The table "layers" that the node has reported.
std::string layersOf(Context& context) {
    std::string all;
    for (const Column& column : dynamic_cast<TestContext&>(context).tables.at("layers").columns) {
        if (const auto* names = std::get_if<std::vector<std::string>>(&column.cells))
            for (const std::string& name : *names)
                all += name;
        if (const auto* counts = std::get_if<std::vector<std::int64_t>>(&column.cells))
            all += textOf(std::as_bytes(std::span(*counts)));
        if (const auto* errors = std::get_if<std::vector<double>>(&column.cells))
            all += textOf(std::as_bytes(std::span(*errors)));
    }
    return all;
}

/// What a node gives, as bytes.
using Run = std::function<std::string(Context&)>;

Run encoding(const NodeEntry& entry, const Settings& settings) {
    return [entry, settings](Context& context) {
        ByteSink sink;
        const auto node = entry.make();
        dynamic_cast<const CodecNode&>(*node).encode(context, inputs("tensors", manyTensors()),
                                                     complete(entry.manifest, settings), sink);
        std::string all = textOf(sink.bytes());
        for (const Part& part : sink.ledger().parts)
            all += part.name + (part.searched ? "!" : "?") + std::to_string(part.bits);
        return all + layersOf(context);
    };
}

Inputs modelAndText(const std::string& port) {
    Inputs given;
    given.add(port, valueOf(letterModel(1)));
    given.add("text", letters(300));
    return given;
}

const Settings fewSequences{{"sequences", std::int64_t{4}}, {"length", std::int64_t{20}}};

Run compressing() {
    return [](Context& context) {
        const NodeEntry entry = weights::gptqNode();
        ByteSink sink;
        const auto node = entry.make();
        dynamic_cast<const CodecNode&>(*node).encode(context, modelAndText("tensors"),
                                                     complete(entry.manifest, fewSequences), sink);
        return textOf(sink.bytes()) + layersOf(context);
    };
}

Run calibrating() {
    return [](Context& context) {
        const NodeEntry entry = language::hessiansNode();
        const auto node = entry.make();
        const Outputs outputs = dynamic_cast<const ValueNode&>(*node).run(
            context, modelAndText("model"), complete(entry.manifest, fewSequences));
        std::string all;
        for (const Tensor& tensor : tensorsAt(outputs, "hessians").tensors)
            all += tensor.name + textOf(tensor.array.bytes());
        return all;
    };
}

Run scoring(bool divergence) {
    return [divergence](Context& context) {
        const NodeEntry entry = language::perplexityNode();
        Inputs given;
        given.add("reference", valueOf(letterModel(1)));
        given.add("text", letters(128 * 40 + 5));
        const auto node = entry.make();
        const auto& measure = dynamic_cast<const MeasureNode&>(*node);
        const Parameters parameters =
            complete(entry.manifest, {{"context", std::string("128")}, {"divergence", divergence}});
        const Scores scores = measure.score(context, measure.prepare(context, given, parameters),
                                            valueOf(letterModel(2)), parameters);
        std::string all;
        for (const Score& score : scores.scores)
            all += score.metric + QByteArray::number(score.s0, 'g', 17).toStdString();
        for (const Column& column : scores.samples->columns)
            if (const auto* cells = std::get_if<std::vector<double>>(&column.cells))
                all += textOf(std::as_bytes(std::span(*cells)));
        return all;
    };
}

struct Long {
    const char* name;
    Run run;
    int checkpoints;       ///< that an undisturbed run saves
    const char* afterTwo;  ///< what the log says of a run that follows on two of them
};

std::vector<Long> longRuns() {
    const Settings books{{"index-bits", std::int64_t{4}}};
    return {{"weights.gptq", encoding(weights::gptqNode(), {}), 3, "Took up 4 of 6 tensors"},
            {"weights.spqr", encoding(weights::spqrNode(), {}), 3, "Took up 4 of 6 tensors"},
            {"weights.vptq", encoding(weights::vptqNode(), books), 3, "Took up 4 of 6 tensors"},
            {"weights.gptq, text", compressing(), 2, "Took up 1 blocks"},
            {"language.hessians", calibrating(), 2, "Took up 1 blocks"},
            {"language.perplexity", scoring(false), 2, "Took up 32 windows"},
            {"language.perplexity, divergence", scoring(true), 2, "Took up 32 windows"}};
}

}  // namespace

class CheckpointsTest : public QObject {
    Q_OBJECT
  private slots:
    void aStoppedRunGoesOn() {
        for (const Long& node : longRuns()) {
            KeepingContext undisturbed;
            const std::string whole = node.run(undisturbed);
            QVERIFY2(undisturbed.saves == node.checkpoints, node.name);
            for (int stop = 1; stop <= node.checkpoints; ++stop) {
                KeepingContext stopped(stop);
                QVERIFY2(errorOf([&] { node.run(stopped); }).startsWith("cancelled"), node.name);
                KeepingContext again(0, stopped.states);
                QVERIFY2(node.run(again) == whole, node.name);
                QVERIFY2(stop != 2 || again.said(node.afterTwo), node.name);
            }
        }
    }

    void finishedTensorsAreNotDoneAgain() {
        const Run run = encoding(weights::gptqNode(), {});
        KeepingContext stopped(2);
        QVERIFY(errorOf([&] { run(stopped); }).startsWith("cancelled"));
        KeepingContext again(0, stopped.states);
        run(again);
        QCOMPARE(again.saves, 1);
        QVERIFY(again.checks < stopped.checks);
    }

    void damagedCheckpointsAreMadeAgain() {
        for (const Long& node : longRuns()) {
            KeepingContext undisturbed;
            const std::string whole = node.run(undisturbed);
            KeepingContext::States kept = undisturbed.states;
            for (auto& [name, state] : kept)
                state[state.size() / 2] ^= std::byte{4};
            KeepingContext again(0, kept);
            QVERIFY2(node.run(again) == whole, node.name);
            QVERIFY2(again.said("is damaged; what it held is made again"), node.name);
            for (auto& [name, state] : kept)
                state.resize(3);
            KeepingContext cutShort(0, kept);
            QVERIFY2(node.run(cutShort) == whole, node.name);
        }
    }

    /// The first layers read the same, whether the others are compressed or not.
    void textCalibratesWithCompressedLayers() {
        const NodeEntry gptq = weights::gptqNode();
        Inputs plain;
        plain.add("tensors", valueOf(letterModel(1)));
        plain.add("hessians",
                  transform(language::hessiansNode(), modelAndText("model"), fewSequences).at("hessians"));
        const Settings two{{"bits", std::int64_t{2}}};
        Settings withText = fewSequences;
        withText["bits"] = std::int64_t{2};
        const Outputs before = decode(gptq, encode(gptq, plain, two).bytes());
        const Outputs after = decode(gptq, encode(gptq, modelAndText("tensors"), withText).bytes());
        int equal = 0, other = 0;
        for (std::size_t i = 0; i < tensorsAt(before).tensors.size(); ++i) {
            const Tensor& a = tensorsAt(before).tensors[i];
            const Tensor& b = tensorsAt(after).tensors[i];
            QCOMPARE(a.name, b.name);
            const bool isEqual = std::ranges::equal(a.array.bytes(), b.array.bytes());
            const bool isFirst =
                a.name.starts_with("model.layers.0.self_attn.") && !a.name.ends_with("o_proj.weight");
            QVERIFY2(isEqual || !isFirst, a.name.c_str());
            (isEqual ? equal : other) += a.name.starts_with("model.layers.") ? 1 : 0;
        }
        QVERIFY(equal >= 3 + 4);  // and the norms
        QVERIFY(other >= 7);
    }

    void textCalibratesLanguageModelsOnly() {
        Inputs given = inputs("tensors", manyTensors());
        given.add("text", letters(300));
        for (const NodeEntry& node : {weights::gptqNode(), weights::spqrNode(), weights::vptqNode(),
                                      weights::awqNode(), weights::pruneNode()}) {
            QVERIFY(errorOf([&] {
                        encode(node, given);
                    }).startsWith("input: These tensors are no language model"));
            Inputs both = modelAndText("tensors");
            both.add("hessians",
                     transform(language::hessiansNode(), modelAndText("model"), fewSequences).at("hessians"));
            QVERIFY(errorOf([&] {
                        encode(node, both, fewSequences);
                    }).startsWith("usage: A codec gets Hessians or a text"));
            QVERIFY(errorOf([&] { encode(node, modelAndText("tensors")); }).contains("a sequence is of 512"));
        }
    }

    void fieldsAreReadToTheirEnd() {
        KeepingContext context;
        FieldWriter fields;
        fields.varint(5);
        fields.varint(6);
        saveFields(context, "state", fields);
        const auto one = [](FieldReader& reader) { return reader.varint(); };
        const auto both = [](FieldReader& reader) { return reader.varint() + reader.varint(); };
        QVERIFY(takeUp(context, "state", both) == std::uint64_t{11});
        QVERIFY(!takeUp(context, "state", one));
        QVERIFY(context.said("is damaged"));
        QVERIFY(!takeUp(context, "another", one));
    }
};

QTEST_GUILESS_MAIN(CheckpointsTest)
#include "checkpoints_test.moc"
