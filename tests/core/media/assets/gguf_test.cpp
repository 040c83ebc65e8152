// GGUF: what a file says is what the model is; what does not fit together is refused.

#include "core/buffer/mapped_file.h"
#include "core/hash.h"
#include "core/media/assets/ggml_blocks.h"
#include "core/media/assets/gguf_model.h"
#include "tests/core/error_check.h"
#include "tests/core/media/assets/gguf_files.h"
#include "tests/core/test_models.h"

#include <QTest>
#include <functional>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

LanguageModel modelOf(const GgufFileMaker& file) {
    return languageModelOf(decoded(file.bytes()));
}

struct Damage {
    const char* name;
    std::function<void(GgufFileMaker&)> apply;
    const char* message;
};

const std::string hugeCount(8, '\x7f');

GgufFileMaker::TensorEntry& last(GgufFileMaker& file) {
    return file.tensors.back();
}

const std::vector<Damage> damages = {
    {"version 1", [](auto& file) { file.version = 1; }, "version 1"},
    {"big-endian", [](auto& file) { file.version = 0x03000000; }, "big-endian"},
    {"huge count of tensors", [](auto& file) { file.extraTensors = ~0ull / 2; },
     "tensors, more than it has room for"},
    {"huge count of metadata", [](auto& file) { file.extraKeys = ~0ull / 2; },
     "metadata, more than it has room for"},
    {"one tensor too few", [](auto& file) { file.extraTensors = 1; }, "no sound GGUF file"},
    {"huge array", [](auto& file) { file.raw("x", 9, std::string("\6\0\0\0", 4) + hugeCount); },
     "more than the file"},
    {"huge array of texts", [](auto& file) { file.raw("x", 9, std::string("\10\0\0\0", 4) + hugeCount); },
     "more than the file"},
    {"huge text", [](auto& file) { file.raw("x", 8, hugeCount); }, "ends too early"},
    {"array of arrays", [](auto& file) { file.raw("x", 9, std::string("\11\0\0\0\1\0\0\0\0\0\0\0", 12)); },
     "array of arrays"},
    {"unknown type of value", [](auto& file) { file.raw("x", 13, "aaaa"); }, "unknown type 13"},
    {"key twice", [](auto& file) { file.u32("llama.block_count", 2); }, "twice"},
    {"alignment of three", [](auto& file) { file.u32("general.alignment", 3); }, "power of two"},
    {"alignment of none", [](auto& file) { file.u32("general.alignment", 0); }, "power of two"},
    {"tensor twice", [](auto& file) { file.tensors.push_back(file.tensors[1]); }, "there twice"},
    {"five axes",
     [](auto& file) {
         last(file).shape = {1, 1, 1, 1, 32};
     },
     "5 axes"},
    {"overflowing shape",
     [](auto& file) {
         last(file).shape = {1ll << 40, 1ll << 40};
     },
     "overflows"},
    {"negative extent", [](auto& file) { last(file).shape = {-32}; }, "overflows"},
    {"part of a block",
     [](auto& file) {
         file.tensors[0].shape = {300, 31};
     },
     "no whole blocks of Q8_0"},
    {"type that is not read", [](auto& file) { last(file).type = 16; }, "the type 16"},
    {"longer than the file", [](auto& file) { last(file).shape = {3200}; }, "outside the file"},
    {"offset beyond the file", [](auto& file) { file.shift = 1ull << 63; }, "outside the file"},
    {"offset that is not aligned", [](auto& file) { file.shift = 4; }, "multiple of 32"},
    {"overlap", [](auto& file) { file.shift = ~0ull - 63; }, "overlap"},
};

const std::vector<Damage> misfits = {
    {"another architecture",
     [](auto& file) {
         file = {};
         file.text("general.architecture", "gpt2");
     },
     "\"gpt2\""},
    {"no architecture",
     [](auto& file) {
         file = {};
         file.u32("a", 1);
     },
     "architecture"},
    {"missing count",
     [](auto& file) {
         file = {};
         file.text("general.architecture", "llama");
     },
     "embedding_length"},
    {"experts", [](auto& file) { file.u32("llama.expert_count", 8); }, "experts"},
    {"text for a number", [](auto& file) { file.text("llama.expert_count", "8"); }, "not a whole number"},
    {"YaRN", [](auto& file) { file.text("llama.rope.scaling.type", "yarn"); }, "yarn"},
    {"values of another size", [](auto& file) { file.u32("llama.attention.value_length", 8); },
     "differ in size"},
    {"heads of another size", [](auto& file) { file.u32("llama.attention.key_length", 8); },
     "rotated in part"},
    {"missing tensor", [](auto& file) { file.tensors.erase(file.tensors.begin() + 3); },
     "k_proj.weight\" is missing"},
    {"wrong shape",
     [](auto& file) {
         file.tensors[2].shape = {16, 32};
     },
     "16×32 where 32×32"},
    {"unknown tensor", [](auto& file) { file.tensor("blk.0.attn_q_norm.weight", {32}, 0); }, "attn_q_norm"},
    {"tensor of a third layer", [](auto& file) { file.tensor("blk.2.attn_norm.weight", {32}, 0); },
     "layers.2."},
    {"output of another size",
     [](auto& file) {
         file.tensor("output.weight", {299, 32}, 0);
     },
     "lm_head"},
    {"divisors of another number", [](auto& file) { file.tensor("rope_freqs.weight", {7}, 0); }, "divisor"},
};

void rows(const std::vector<Damage>& all) {
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < all.size(); ++i)
        QTest::newRow(all[i].name) << static_cast<int>(i);
}

std::string hashOf(const LanguageModel& model, const std::string& name, std::int64_t rows) {
    const Array floats = toFloat(*model.tensor(name));
    const std::size_t row = floats.byteSize() / static_cast<std::size_t>(floats.shape()[0]);
    return sha256(floats.bytes().first(row * static_cast<std::size_t>(rows))).hex().substr(0, 16);
}

}  // namespace

class GgufTest : public QObject {
    Q_OBJECT

  private slots:
    void aModelIsWhatItsMetadataSay() {
        const LanguageModel model = modelOf(tinyLlama());
        QCOMPARE(model.name, std::string("tiny"));
        const ModelConfig& config = model.config;
        QVERIFY(config.architecture == ModelArchitecture::Llama && config.family == "llama");
        QVERIFY(config.vocabulary == 300 && config.hidden == 32 && config.intermediate == 64 &&
                config.layers == 2);
        QVERIFY(config.heads == 2 && config.keyValueHeads == 1 && config.headSize == 16 &&
                config.context == 64);
        QVERIFY(config.ropeBase == 100000 && config.normEpsilon == double{1e-6f});
        QVERIFY(config.ropeOfNeighbours && config.tiedEmbeddings && config.slidingWindow == 0);
        const ModelTensor* keys = model.tensor("model.layers.1.self_attn.k_proj.weight");
        QVERIFY(keys && keys->blocks == BlockFormat::Q4_0);
        QCOMPARE(keys->shape, (Shape{16, 32}));
        QCOMPARE(keys->array.shape(), (Shape{16, 18}));
        QVERIFY(model.tensor("model.layers.0.mlp.down_proj.weight")->array.shape() == (Shape{32, 68}));
        QVERIFY(model.tensor("model.norm.weight")->array.type() == DType::F32);
        QVERIFY(model.tensor("lm_head.weight") == nullptr);
    }

    void aTokenizerIsWhatItsMetadataSay() {
        const TokenizerData tokenizer = modelOf(tinyLlama()).tokenizer;
        QVERIFY(tokenizer.kind == TokenizerKind::ByteLevelBpe && tokenizer.splitter == "smollm");
        QCOMPARE(tokenizer.pieces.size(), std::size_t{300});
        QVERIFY(tokenizer.kinds[0] == PieceKind::Control && tokenizer.kinds[1] == PieceKind::Normal);
        QVERIFY(tokenizer.merges.size() == 2 &&
                tokenizer.merges[1] == std::pair(std::string("p1"), std::string("2")));
        QVERIFY(tokenizer.beginning == 0 && !tokenizer.end && !tokenizer.addsBeginning &&
                !tokenizer.addsSpacePrefix);
    }

    /// llama.cpp goes by the rule for cutting words.
    void llama3TakesWholeWords() {
        const auto takes = [](const char* pre) {
            GgufFileMaker file;
            file.text("tokenizer.ggml.model", "gpt2");
            file.text("tokenizer.ggml.pre", pre);
            file.texts("tokenizer.ggml.tokens", {"a"});
            return tokenizerOf(decoded(file.bytes()).metadata).takesWholeWords;
        };
        QVERIFY(takes("llama-bpe") && !takes("qwen2"));
    }

    void sentencePiecesHaveScores() {
        GgufFileMaker file;
        file.text("tokenizer.ggml.model", "llama");
        file.texts("tokenizer.ggml.tokens", {"<unk>", "<s>", "\u2581a"});
        file.f32s("tokenizer.ggml.scores", {0, 0, -1.5f});
        file.i32s("tokenizer.ggml.token_type", {2, 3, 1});
        file.u32("tokenizer.ggml.unknown_token_id", 0);
        file.u32("tokenizer.ggml.eos_token_id", 0xffffffff);
        const TokenizerData tokenizer = tokenizerOf(decoded(file.bytes()).metadata);
        QVERIFY(tokenizer.kind == TokenizerKind::SentencePieceBpe && tokenizer.scores[2] == -1.5f);
        QVERIFY(tokenizer.kinds[0] == PieceKind::Unknown && tokenizer.unknown == 0 && !tokenizer.end);
        QVERIFY(tokenizer.addsBeginning && tokenizer.addsSpacePrefix);
    }

    /// llama.cpp heeds the flag for unigram models alone.
    void extraBlanksGoWhereAUnigramModelSaysSo() {
        const auto removes = [](const char* kind, std::optional<bool> flag) {
            GgufFileMaker file;
            file.text("tokenizer.ggml.model", kind);
            file.texts("tokenizer.ggml.tokens", {"<unk>"});
            file.f32s("tokenizer.ggml.scores", {0});
            if (flag) file.flag("tokenizer.ggml.remove_extra_whitespaces", *flag);
            return tokenizerOf(decoded(file.bytes()).metadata).removesExtraBlanks;
        };
        QVERIFY(removes("t5", true) && !removes("t5", false) && !removes("t5", std::nullopt));
        QVERIFY(!removes("llama", true));
    }

    void anOutputTensorUntiesTheEmbeddings() {
        GgufFileMaker file = tinyLlama();
        file.tensor("output.weight", {300, 32}, 8);
        const LanguageModel model = modelOf(file);
        QVERIFY(!model.config.tiedEmbeddings && model.tensor("lm_head.weight"));
    }

    void rotaryScalingIsRead() {
        GgufFileMaker linear = tinyLlama();
        linear.text("llama.rope.scaling.type", "linear");
        linear.f32("llama.rope.scaling.factor", 4);
        QVERIFY(modelOf(linear).config.ropeScaling.kind == RopeScaling::Kind::Linear);
        QCOMPARE(modelOf(linear).config.ropeScaling.factor, 4.0);
        GgufFileMaker divisors = tinyLlama();
        divisors.tensor("rope_freqs.weight", {8}, 0);
        divisors.tensors.back().bytes.clear();
        for (int i = 0; i < 8; ++i)
            divisors.tensors.back().bytes += std::string("\0\0\0\x41", 4);  // 8.0
        QCOMPARE(modelOf(divisors).config.ropeScaling.divisors, std::vector<float>(8, 8.0f));
    }

    void tensorsAreViewsOfTheFile() {
        const std::string bytes = tinyLlama().bytes();
        auto memory = std::make_shared<Array>(DType::U8, Shape{static_cast<std::int64_t>(bytes.size())});
        std::ranges::copy(std::as_bytes(std::span(bytes)), memory->writableBytes().begin());
        const auto all = memory->bytes();
        for (const ModelTensor& tensor : decodeGguf(all, memory, "x").tensors)
            QVERIFY(tensor.array.bytes().data() >= all.data() &&
                    tensor.array.bytes().data() + tensor.array.byteSize() <= all.data() + all.size());
    }

    void damagedFilesAreRefused_data() { rows(damages); }
    void damagedFilesAreRefused() {
        QFETCH(int, index);
        const Damage& damage = damages[static_cast<std::size_t>(index)];
        GgufFileMaker file = tinyLlama();
        damage.apply(file);
        VERIFY_ERROR(decoded(file.bytes()), ErrorKind::Input, damage.message);
    }

    void modelsThatDoNotFitAreRefused_data() { rows(misfits); }
    void modelsThatDoNotFitAreRefused() {
        QFETCH(int, index);
        const Damage& damage = misfits[static_cast<std::size_t>(index)];
        GgufFileMaker file = tinyLlama();
        damage.apply(file);
        VERIFY_ERROR(modelOf(file), ErrorKind::Input, damage.message);
    }

    void everyTruncationIsRefused() {
        const std::string whole = tinyLlama().bytes();
        for (std::size_t length = 1; length + 127 < whole.size(); length += 61)
            VERIFY_ERROR(decoded(whole.substr(0, length)), ErrorKind::Input, "tiny.gguf");
    }

    void brokenTokenizersAreRefused() {
        const auto with = [](const std::function<void(GgufFileMaker&)>& apply) {
            GgufFileMaker file;
            file.texts("tokenizer.ggml.tokens", {"a", "b"});
            apply(file);
            return tokenizerOf(decoded(file.bytes()).metadata);
        };
        VERIFY_ERROR(with([](auto& file) { file.text("tokenizer.ggml.model", "rwkv"); }), ErrorKind::Input,
                     "rwkv");
        VERIFY_ERROR(with([](auto& file) { file.text("tokenizer.ggml.model", "llama"); }), ErrorKind::Input,
                     "score");
        VERIFY_ERROR(with([](auto& file) {
                         file.text("tokenizer.ggml.model", "t5");
                         file.f32s("tokenizer.ggml.scores", {0, 0});
                         const std::string oneByte("\0\0\0\0\1\0\0\0\0\0\0\0z", 13);
                         file.raw("tokenizer.ggml.precompiled_charsmap", 9, oneByte);
                     }),
                     ErrorKind::Input, "map of characters");
        VERIFY_ERROR(with([](auto& file) {
                         file.text("tokenizer.ggml.model", "gpt2");
                         file.texts("tokenizer.ggml.merges", {"ab"});
                     }),
                     ErrorKind::Input, "two pieces");
        VERIFY_ERROR(with([](auto& file) {
                         file.text("tokenizer.ggml.model", "gpt2");
                         file.i32s("tokenizer.ggml.token_type", {1, 7});
                     }),
                     ErrorKind::Input, "unknown type 7");
        VERIFY_ERROR(with([](auto& file) {
                         file.text("tokenizer.ggml.model", "gpt2");
                         file.u32("tokenizer.ggml.bos_token_id", 2);
                     }),
                     ErrorKind::Input, "no piece");
    }

    /// Hashes of gguf.quants.dequantize (PyPI gguf 0.19.0).
    void smolLm2IsThatOfTheReference() {
        REQUIRE_MODEL(smolLm2());
        const MappedFile mapped = mapFile(smolLm2());
        const LanguageModel model = languageModelOf(decodeGguf(mapped.bytes, mapped.owner, "smollm2"));
        QVERIFY(model.tensors.size() == 272 && model.config.layers == 30 && model.config.vocabulary == 49152);
        QVERIFY(model.config.ropeOfNeighbours && model.config.tiedEmbeddings);
        QCOMPARE(hashOf(model, "model.embed_tokens.weight", 1000), std::string("b03c95558e56319e"));
        QCOMPARE(hashOf(model, "model.layers.0.self_attn.q_proj.weight", 576),
                 std::string("aa74111ad24c3624"));
        QCOMPARE(hashOf(model, "model.layers.29.mlp.down_proj.weight", 576), std::string("c19605745425a11e"));
        QCOMPARE(hashOf(model, "model.norm.weight", 576), std::string("3b87f8e27335e67f"));
        QVERIFY(model.tokenizer.pieces.size() == 49152 && model.tokenizer.merges.size() == 48900);
        QVERIFY(model.tokenizer.beginning == 1 && model.tokenizer.end == 2);
    }
};

QTEST_GUILESS_MAIN(GgufTest)
#include "gguf_test.moc"
