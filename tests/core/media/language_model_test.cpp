// Language models and texts as values: to parts and back, their size, their hash; what is stored may be damaged.

#include "core/media/node/language_model.h"

#include "core/buffer/mapped_file.h"
#include "core/media/assets/asset.h"
#include "core/media/assets/gguf_model.h"
#include "core/media/assets/text_file.h"
#include "core/media/node/block_names.h"
#include "core/media/node/canonical_hash.h"
#include "core/media/node/model_tensors.h"
#include "core/media/node/node.h"
#include "core/media/quality/searched.h"
#include "tests/core/error_check.h"
#include "tests/core/media/assets/gguf_files.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <functional>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

LanguageModel tiny() {
    LanguageModel model = languageModelOf(decoded(tinyLlama().bytes()));
    model.config.ropeScaling.divisors = {1, 2, 3, 4, 5, 6, 7, 8};
    model.config.slidingWindow = 16;
    model.tokenizer.scores.assign(300, -0.5f);
    model.tokenizer.unknown = 7;
    model.tokenizer.lowerCase = true;
    model.tokenizer.removesExtraBlanks = true;
    model.tokenizer.appliesNfc = true;
    model.tokenizer.takesWholeWords = true;
    return model;
}

Value valueOf(LanguageModel model) {
    return std::make_shared<const LanguageModel>(std::move(model));
}

const LanguageModel& modelIn(const Value& value) {
    return *std::get<std::shared_ptr<const LanguageModel>>(value);
}

struct Change {
    const char* name;
    std::function<void(LanguageModel&)> apply;
    const char* message;  ///< of checkLanguageModel; "" where the change is none that it would see
};

const std::vector<Change> changes = {
    {"vocabulary", [](auto& model) { model.config.vocabulary = 299; }, "300 pieces for a vocabulary of 299"},
    {"no vocabulary", [](auto& model) { model.config.vocabulary = 0; }, "vocabulary is 0"},
    {"hidden", [](auto& model) { model.config.hidden = 64; }, "300×32 where 300×64"},
    {"layers", [](auto& model) { model.config.layers = 3; }, "layers.2."},
    {"too many layers", [](auto& model) { model.config.layers = 1 << 20; }, "layers"},
    {"huge heads", [](auto& model) { model.config.heads = model.config.headSize = 1ll << 30; }, "too large"},
    {"heads that can't be shared", [](auto& model) { model.config.keyValueHeads = 3; }, "shared"},
    {"odd heads", [](auto& model) { model.config.headSize = 15; }, "odd"},
    {"context", [](auto& model) { model.config.context = 65; }, ""},
    {"no context", [](auto& model) { model.config.context = -1; }, "context is -1"},
    {"family", [](auto& model) { model.config.family = "mistral"; }, ""},
    {"epsilon", [](auto& model) { model.config.normEpsilon = 1e-5; }, ""},
    {"no epsilon", [](auto& model) { model.config.normEpsilon = 0; }, "epsilon"},
    {"rope base", [](auto& model) { model.config.ropeBase = 5e5; }, ""},
    {"no rope base", [](auto& model) { model.config.ropeBase = 0.5; }, "base"},
    {"rope of halves", [](auto& model) { model.config.ropeOfNeighbours = false; }, ""},
    {"rope factor", [](auto& model) { model.config.ropeScaling.factor = 2; }, ""},
    {"no rope factor", [](auto& model) { model.config.ropeScaling.factor = 0; }, "scaling"},
    {"rope kind", [](auto& model) { model.config.ropeScaling.kind = RopeScaling::Kind::Linear; }, "divisor"},
    {"a divisor", [](auto& model) { model.config.ropeScaling.divisors[3] = 9; }, ""},
    {"an infinite divisor", [](auto& model) { model.config.ropeScaling.divisors[3] = INFINITY; }, "divisor"},
    {"sliding window", [](auto& model) { model.config.slidingWindow = 17; }, ""},
    {"negative window", [](auto& model) { model.config.slidingWindow = -1; }, "window"},
    {"untied", [](auto& model) { model.config.tiedEmbeddings = false; }, "lm_head.weight\" is missing"},
    {"splitter", [](auto& model) { model.tokenizer.splitter = "gpt-2"; }, ""},
    {"tokenizer", [](auto& model) { model.tokenizer.kind = TokenizerKind::WordPiece; }, ""},
    {"a piece", [](auto& model) { model.tokenizer.pieces[9] = "x"; }, ""},
    {"a kind", [](auto& model) { model.tokenizer.kinds[9] = PieceKind::Unused; }, ""},
    {"a kind too few", [](auto& model) { model.tokenizer.kinds.pop_back(); }, "one kind"},
    {"a score", [](auto& model) { model.tokenizer.scores[9] = 0; }, ""},
    {"a score too few", [](auto& model) { model.tokenizer.scores.pop_back(); }, "one score"},
    {"a merge", [](auto& model) { model.tokenizer.merges[1].second = "3"; }, ""},
    {"an id", [](auto& model) { model.tokenizer.end = 5; }, ""},
    {"an id outside", [](auto& model) { model.tokenizer.end = 300; }, "id 300"},
    {"a flag", [](auto& model) { model.tokenizer.addsBeginning = true; }, ""},
    {"blanks kept", [](auto& model) { model.tokenizer.removesExtraBlanks = false; }, ""},
    {"merges first", [](auto& model) { model.tokenizer.takesWholeWords = false; }, ""},
    {"no NFC", [](auto& model) { model.tokenizer.appliesNfc = false; }, ""},
    {"a tensor too few", [](auto& model) { model.tensors.pop_back(); }, "is missing"},
    {"a tensor twice", [](auto& model) { model.tensors.push_back(model.tensors[1]); }, "there twice"},
    {"a tensor's name", [](auto& model) { model.tensors[1].name = "model.extra"; }, "model.extra"},
    {"a tensor's format", [](auto& model) { model.tensors[2].blocks = BlockFormat::Q4_0; },
     "do not have its shape"},
    {"a tensor's type", [](auto& model) { model.tensors[1].array = Array(DType::I32, {32}); }, "wrong type"},
    {"a tensor's data", [](auto& model) { model.tensors[1].array = Array(DType::F32, {32}); }, ""},
    {"a tensor's shape", [](auto& model) { model.tensors[1].array = Array(DType::F32, {33}); },
     "do not have its shape"},
};

void rowsOfChanges() {
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < changes.size(); ++i)
        QTest::newRow(changes[i].name) << static_cast<int>(i);
}

}  // namespace

class LanguageModelTest : public QObject {
    Q_OBJECT

  private slots:
    void modelsComeBackFromParts() {
        const Value value = valueOf(tiny());
        QVERIFY(typeOf(value) == graph::PortType::LanguageModel);
        const Value back = fromParts(toParts(value));
        QVERIFY(canonicalHash(back) == canonicalHash(value));
        QCOMPARE(modelIn(back).name, std::string("tiny"));
        QVERIFY(modelIn(back).tensors[0].array.bytes().data() ==
                modelIn(value).tensors[0].array.bytes().data());
    }

    void theHashSeesWhatCounts_data() { rowsOfChanges(); }
    void theHashSeesWhatCounts() {
        QFETCH(int, index);
        LanguageModel model = tiny();
        changes[static_cast<std::size_t>(index)].apply(model);
        QVERIFY(canonicalHash(valueOf(std::move(model))) != canonicalHash(valueOf(tiny())));
    }

    void theHashDoesNotSeeNameAndOrder() {
        LanguageModel model = tiny();
        model.name = "another";
        std::reverse(model.tensors.begin(), model.tensors.end());
        QVERIFY(canonicalHash(valueOf(std::move(model))) == canonicalHash(valueOf(tiny())));
    }

    void aTokenizersHashSeesItsFields() {
        const LanguageModel model = tiny();
        const auto changed = [&](const std::function<void(TokenizerData&)>& change) {
            TokenizerData tokenizer = model.tokenizer;
            change(tokenizer);
            return tokenizerHash(tokenizer) != tokenizerHash(model.tokenizer);
        };
        QVERIFY(!changed([](TokenizerData&) {}));
        QVERIFY(changed([](TokenizerData& tokenizer) { tokenizer.pieces[9] = "x"; }));
        QVERIFY(changed([](TokenizerData& tokenizer) { tokenizer.merges[1].second = "3"; }));
        QVERIFY(changed([](TokenizerData& tokenizer) { tokenizer.lowerCase = false; }));
        QVERIFY(changed(
            [](TokenizerData& tokenizer) { tokenizer.removesExtraBlanks = !tokenizer.removesExtraBlanks; }));
    }

    void whatDoesNotFitIsRefused_data() { rowsOfChanges(); }
    void whatDoesNotFitIsRefused() {
        QFETCH(int, index);
        const Change& change = changes[static_cast<std::size_t>(index)];
        LanguageModel model = tiny();
        change.apply(model);
        const ValueParts parts = toParts(valueOf(std::move(model)));
        if (std::string(change.message).empty())
            fromParts(parts);
        else
            VERIFY_ERROR(fromParts(parts), ErrorKind::Input, change.message);
    }

    void damagedPartsAreRefused() {
        const auto with = [](const std::function<void(ValueParts&)>& change) {
            ValueParts parts = toParts(valueOf(tiny()));
            change(parts);
            return fromParts(parts);
        };
        VERIFY_ERROR(with([](auto& parts) { parts.fields = "{}"; }), ErrorKind::Input, "field");
        VERIFY_ERROR(with([](auto& parts) { parts.arrays.erase(parts.arrays.begin()); }), ErrorKind::Input,
                     "missing");
        VERIFY_ERROR(with([](auto& parts) { parts.arrays.pop_back(); }), ErrorKind::Input, "missing");
        VERIFY_ERROR(with([](auto& parts) {
                         parts.arrays.push_back({"more", Array(DType::U8, {1})});
                     }),
                     ErrorKind::Input, "does not belong");
        VERIFY_ERROR(with([](auto& parts) {
                         for (NamedArray& part : parts.arrays)
                             if (part.name == "kinds") part.array = Array(DType::U8, {299});
                     }),
                     ErrorKind::Input, "one kind");
        VERIFY_ERROR(with([](auto& parts) {
                         for (NamedArray& part : parts.arrays)
                             if (part.name == "kinds") {
                                 part.array = Array(DType::U8, {300});
                                 part.array.template writable<std::uint8_t>()[8] = 6;
                             }
                     }),
                     ErrorKind::Input, "no known kind");
    }

    void viewsOfAMappedFileCountNothing() {
        const QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.filePath("a.gguf").toStdString());
        const std::string bytes = tinyLlama().bytes();
        QFile file(folder.filePath("a.gguf"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(bytes.data(), static_cast<qint64>(bytes.size())),
                 static_cast<qint64>(bytes.size()));
        file.close();
        const MappedFile mapped = mapFile(path);
        const Value fromFile = valueOf(languageModelOf(decodeGguf(mapped.bytes, mapped.owner, "a")));
        const Value fromMemory = valueOf(languageModelOf(decoded(bytes)));
        std::size_t data = 0;
        for (const ModelTensor& tensor : modelIn(fromMemory).tensors)
            data += tensor.array.byteSize();
        QCOMPARE(memorySize(fromMemory), memorySize(fromFile) + data);
        QVERIFY(memorySize(fromFile) > 300 * sizeof(std::string) && data > 20000);
    }

    void modelsAreSetsOfTensors() {
        LanguageModel model = tiny();
        model.searched = "model.layers.*;!*.v_proj.*";
        const TensorSet set = tensorsOf(model);
        QCOMPARE(set.tensors.size(), model.tensors.size());
        const LanguageModel back = languageModelOf(set);
        QCOMPARE(back.searched, model.searched);
        QCOMPARE(back.config.ropeScaling.divisors, model.config.ropeScaling.divisors);
        QCOMPARE(back.tokenizer.pieces, model.tokenizer.pieces);
        QCOMPARE(back.tokenizer.scores, model.tokenizer.scores);
        QCOMPARE(back.tokenizer.merges, model.tokenizer.merges);
        QVERIFY(back.tokenizer.unknown == 7 && back.tokenizer.lowerCase);
        QVERIFY(back.tokenizer.removesExtraBlanks && back.tokenizer.appliesNfc &&
                back.tokenizer.takesWholeWords);
        // What was blocks is plain now, and the same floats: a set of the result is the same set.
        QCOMPARE(canonicalHash(std::make_shared<const TensorSet>(tensorsOf(back))).hex(),
                 canonicalHash(std::make_shared<const TensorSet>(set)).hex());
        for (const ModelTensor& tensor : back.tensors)
            QVERIFY(tensor.blocks == BlockFormat::None);
    }

    /// What was stored before a tokenizer had these is what is stored today of one that does not use them.
    void flagsThatOlderModelsLackAreNotStored() {
        LanguageModel model = tiny();
        model.tokenizer.removesExtraBlanks = false;
        model.tokenizer.appliesNfc = false;
        for (const bool isLlama : {false, true}) {
            model.tokenizer.splitter = isLlama ? "llama-bpe" : "smollm";
            model.tokenizer.takesWholeWords = isLlama;
            const TensorSet set = tensorsOf(model);
            for (const char* flag : {"removesExtraBlanks", "appliesNfc", "takesWholeWords"})
                QVERIFY(set.metadata.at(languageModelEntry).find(flag) == std::string::npos);
            const TokenizerData back = languageModelOf(set).tokenizer;
            QVERIFY(!back.removesExtraBlanks && !back.appliesNfc && back.takesWholeWords == isLlama);
        }
        model.tokenizer.takesWholeWords = false;
        QVERIFY(!languageModelOf(tensorsOf(model)).tokenizer.takesWholeWords);
    }

    void namesSayWhichBlockTheyBelongTo() {
        const auto found = partOfBlock("model.layers.12.mlp.up_proj");
        QVERIFY(found.has_value());
        QCOMPARE(found->block, std::size_t{12});
        QCOMPARE(found->part, std::string_view("mlp.up_proj"));
        QCOMPARE(blockPrefix(12) + std::string(found->part), std::string("model.layers.12.mlp.up_proj"));
        for (const char* none :
             {"", "model.layers.", "model.layers.3", "model.layers.3x.mlp", "model.layers.-1.mlp",
              "model.layers.99999999999999999999.mlp", "encoder.layer.3.output", "model.norm.weight"})
            QVERIFY2(!partOfBlock(none), none);
    }

    void patternsSayWhichTensorsAreSearched() {
        LanguageModel model = tiny();
        const auto searched = [&](const std::string& patterns) {
            model.searched = patterns;
            const TensorSet set = tensorsOf(model);
            const Searched isSearched(set);
            QStringList names;
            for (const Tensor& tensor : set.tensors)
                if (isSearched(tensor)) names.push_back(QString::fromStdString(tensor.name));
            return names;
        };
        const QStringList linears = searched("model.layers.*");
        QCOMPARE(linears.size(), 7 * model.config.layers);
        QVERIFY(linears.filter("norm").isEmpty() && linears.filter("embed").isEmpty());
        QCOMPARE(searched(LanguageModel().searched), linears);
        QCOMPARE(searched("*\n !*_proj* ; *.1.*q_proj*"),
                 QStringList({"model.embed_tokens.weight", "model.layers.1.self_attn.q_proj.weight"}));
        QVERIFY(searched("").isEmpty());
    }

    void setsThatAreNoModelsAreRefused() {
        TensorSet set = tensorsOf(tiny());
        const auto refused = [&](const char* words) {
            VERIFY_ERROR(languageModelOf(set), ErrorKind::Input, words);
        };
        set.tensors.pop_back();
        refused("does not fit together");
        set = tensorsOf(tiny());
        set.metadata[languageModelEntry].pop_back();
        refused("configuration of a language model is damaged");
        set.metadata[languageModelEntry] = "{}";
        refused("configuration of a language model is damaged");
        set.metadata.erase(languageModelEntry);
        refused("no language model");
        set = tensorsOf(tiny());
        set.schema.clear();
        refused("no language model");
    }

    void inputsTakeOneForTheOther() {
        Inputs inputs;
        inputs.add("model", valueOf(tiny()));
        const TensorSet& set = inputs.tensors("model");
        QCOMPARE(set.schema, std::string(languageModelSchema));
        QCOMPARE(&inputs.tensors("model"), &set);
        inputs.add("set", std::make_shared<const TensorSet>(set));
        QCOMPARE(inputs.languageModel("set").config.hidden, std::int64_t{32});
        inputs.add("plain", std::make_shared<const TensorSet>());
        VERIFY_ERROR(inputs.languageModel("plain"), ErrorKind::Input, "no language model");
    }

    void inputsAreTyped() {
        Inputs inputs;
        inputs.add("model", valueOf(tiny()));
        inputs.add("text", std::make_shared<const TextCorpus>());
        QCOMPARE(inputs.languageModel("model").config.hidden, std::int64_t{32});
        VERIFY_ERROR(inputs.languageModel("text"), ErrorKind::Input, "holds a text where a language model");
        VERIFY_ERROR(inputs.corpus("model"), ErrorKind::Input, "holds a language model where a text");
    }

    void textsAreTheirBytes() {
        const QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.filePath("a.txt").toStdString());
        const std::string text =
            "\xEF\xBB\xBF"
            "one\r\ntwo \u2581\n";
        Array bytes(DType::U8, {static_cast<std::int64_t>(text.size())});
        std::ranges::copy(std::as_bytes(std::span(text)), bytes.writableBytes().begin());
        writeAsset(std::make_shared<const TextCorpus>(TextCorpus{bytes}), path);
        const Value read = readAsset(graph::PortType::TextCorpus, path);
        QVERIFY(typeOf(read) == graph::PortType::TextCorpus);
        const Value back = fromParts(toParts(read));
        const auto corpus = std::get<std::shared_ptr<const TextCorpus>>(back);
        QCOMPARE(std::string(corpus->text()), text);
        QVERIFY(corpus->bytes.isMapped() && memorySize(back) < 200);
        QVERIFY(!bytes.isMapped() && canonicalHash(back) == canonicalHash(read));
        VERIFY_ERROR(fromParts({"TextCorpus", "{}", {{"text", Array(DType::U8, {0})}}}), ErrorKind::Input,
                     "empty");
        VERIFY_ERROR(writeAsset(read, "a.png"), ErrorKind::Usage, "text file");
    }

    void textsThatAreNoneAreRefused_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("at");
        QTest::newRow("latin-1") << QByteArray("one\nf\xFCnf\n") << 5;
        QTest::newRow("cut in a character") << QByteArray("one\ntw\xE2\x96") << 6;
        QTest::newRow("surrogate") << QByteArray("\xED\xA0\x80") << 0;
    }
    void textsThatAreNoneAreRefused() {
        QFETCH(QByteArray, bytes);
        QFETCH(int, at);
        const auto all = std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size())));
        const std::string message = "x is not UTF-8 text from byte " + std::to_string(at) + " on";
        VERIFY_ERROR(decodeText(all, nullptr, "x"), ErrorKind::Input, message.c_str());
    }
};

QTEST_GUILESS_MAIN(LanguageModelTest)
#include "language_model_test.moc"
