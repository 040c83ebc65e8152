// Models of every format from files: Hugging Face folders, shards, llama2.c, and which is which.

#include "core/media/assets/ggml_blocks.h"
#include "core/media/assets/gguf_model.h"
#include "core/media/assets/language_model_file.h"
#include "core/media/assets/llama2c_file.h"
#include "core/media/assets/model_folder.h"
#include "core/media/assets/safetensors_file.h"
#include "core/media/assets/safetensors_shards.h"
#include "tests/core/error_check.h"
#include "tests/core/media/assets/gguf_files.h"
#include "tests/core/media/assets/model_files.h"
#include "tests/core/test_data.h"
#include "tests/core/test_models.h"

#include <QTemporaryDir>
#include <QTest>
#include <limits>

using namespace ratescope;
using namespace ratescope::media;
using namespace ratescope::media::test;

namespace {

namespace fs = std::filesystem;

class Folder {
  public:
    fs::path operator/(const std::string& name) const { return path() / name; }
    fs::path path() const { return folder_.path().toStdString(); }

  private:
    QTemporaryDir folder_;
};

ModelConfig configOf(const std::string& json) {
    return parseModelConfig(std::as_bytes(std::span(json)), "config.json");
}

std::string with(const std::string& from, const std::string& to) {
    std::string text = tinyConfig();
    const std::size_t at = text.find(from);
    if (at == std::string::npos) qFatal("nothing to replace");
    return text.replace(at, from.size(), to);
}

std::string extended(const std::string& fields) {
    return with("{", "{" + fields + ", ");
}

/// The tiny model in two shards, every second tensor in the other.
void writeShards(const fs::path& folder, const std::string& index) {
    TensorSet all = tinyTensors(), parts[2];
    for (std::size_t i = 0; i < all.tensors.size(); ++i)
        parts[i % 2].tensors.push_back(all.tensors[i]);
    writeSafetensors(folder / "model-1.safetensors", parts[0]);
    writeSafetensors(folder / "model-2.safetensors", parts[1]);
    writeBytes(folder / "model.safetensors.index.json", index);
}

std::string shardIndex(const std::string& first = "model-1.safetensors") {
    std::string map;
    const TensorSet all = tinyTensors();
    for (std::size_t i = 0; i < all.tensors.size(); ++i)
        map += (i ? ", \"" : "\"") + all.tensors[i].name + "\": \"" +
               (i % 2 ? "model-2.safetensors" : first) + "\"";
    return R"({"metadata": {"total_size": 1}, "weight_map": {)" + map + "}}";
}

LanguageModel llama2c(const std::string& bytes) {
    auto memory = std::make_shared<Array>(DType::U8, Shape{static_cast<std::int64_t>(bytes.size())});
    std::ranges::copy(std::as_bytes(std::span(bytes)), memory->writableBytes().begin());
    return decodeLlama2c(memory->bytes(), memory, "m.bin");
}

float first(const LanguageModel& model, const std::string& name) {
    return model.tensor(name)->array.as<float>()[0];
}

void compareTensors(const LanguageModel& model, const TensorSet& set) {
    QCOMPARE(model.tensors.size(), set.tensors.size());
    for (const Tensor& tensor : set.tensors) {
        const ModelTensor* found = model.tensor(tensor.name);
        QVERIFY(found && found->blocks == BlockFormat::None && found->shape == tensor.array.shape());
        QVERIFY(std::ranges::equal(found->array.bytes(), tensor.array.bytes()));
    }
}

}  // namespace

class ModelFileTest : public QObject {
    Q_OBJECT

  private slots:
    void aFolderIsAModel() {
        const Folder folder;
        writeTinyFolder(folder / "tiny");
        const LanguageModel model = readLanguageModel(folder / "tiny");
        QCOMPARE(model.name, std::string("tiny"));
        compareTensors(model, tinyTensors());
        const ModelConfig& config = model.config;
        QVERIFY(config.family == "llama" && config.vocabulary == 300 && config.headSize == 16 &&
                config.layers == 2);
        QVERIFY(config.keyValueHeads == 1 && config.context == 64 && config.ropeBase == 100000);
        QVERIFY(!config.ropeOfNeighbours && config.tiedEmbeddings && config.normEpsilon == 1e-6);
        QVERIFY(model.tokenizer.splitter == "smollm" && model.tokenizer.beginning == 0 &&
                model.tokenizer.end == 0);
        QVERIFY(model.tensors[0].array.isMapped());
        QCOMPARE(readLanguageModel(folder / "tiny/config.json").tensors.size(), model.tensors.size());
        QCOMPARE(readLanguageModel(folder / "tiny/").name, std::string("tiny"));
    }

    void shardsAreOneModel() {
        const Folder folder;
        writeTinyFolder(folder.path());
        fs::remove(folder / "model.safetensors");
        writeShards(folder.path(), shardIndex());
        compareTensors(readLanguageModel(folder.path()), tinyTensors());
        std::vector<std::string> names;
        for (const fs::path& file : filesOfLanguageModel(folder / "config.json"))
            names.push_back(file.filename().string());
        QCOMPARE(names,
                 (std::vector<std::string>{"config.json", "tokenizer.json", "model.safetensors.index.json",
                                           "model-1.safetensors", "model-2.safetensors"}));
    }

    void shardsOutsideTheFolderAreRefused_data() {
        QTest::addColumn<QString>("name");
        for (const char* name :
             {"../model-1.safetensors", "/tmp/model-1.safetensors", "a/model-1.safetensors",
              "..\\\\model-1.safetensors", "model-1\\u0000.safetensors", "config.json", ""})
            QTest::newRow(name) << name;
    }
    void shardsOutsideTheFolderAreRefused() {
        QFETCH(QString, name);
        const Folder folder;
        writeShards(folder.path(), shardIndex(name.toStdString()));
        VERIFY_ERROR(readSafetensorsShards(folder / "model.safetensors.index.json"), ErrorKind::Input,
                     "no name of a safetensors file in the same folder");
    }

    void indexesThatLieAreRefused() {
        const Folder folder;
        const auto read = [&](const std::string& index) {
            writeShards(folder.path(), index);
            return readSafetensorsShards(folder / "model.safetensors.index.json");
        };
        VERIFY_ERROR(read("{}"), ErrorKind::Input, "no weight_map");
        VERIFY_ERROR(read(R"({"weight_map": {"a": 1}})"), ErrorKind::Input, "no name");
        VERIFY_ERROR(read(R"({"weight_map": {"a": "model-1.safetensors"}})"), ErrorKind::Input,
                     "not said to be there");
        VERIFY_ERROR(read(shardIndex("model-3.safetensors")), ErrorKind::Input, "does not exist");
        std::string missing = shardIndex();
        missing.insert(missing.find("\"weight_map\": {") + 15, R"("x": "model-2.safetensors", )");
        VERIFY_ERROR(read(missing), ErrorKind::Input, "lacks the tensor \"x\"");
        VERIFY_ERROR(read(shardIndex() + std::string(16'000'000, ' ')), ErrorKind::Input, "16 MB");
    }

    void configurationsAreRead() {
        const ModelConfig llama3 = configOf(extended(
            R"("head_dim": 24, "rope_scaling": {"rope_type": "llama3", "factor": 32.0, "low_freq_factor": 1.0,
               "high_freq_factor": 4.0, "original_max_position_embeddings": 8192})"));
        QVERIFY(llama3.headSize == 24 && llama3.ropeScaling.kind == RopeScaling::Kind::Llama3);
        QVERIFY(llama3.ropeScaling.factor == 32 && llama3.ropeScaling.originalContext == 8192);
        const ModelConfig linear = configOf(extended(R"("rope_scaling": {"type": "linear", "factor": 2.5})"));
        QVERIFY(linear.ropeScaling.kind == RopeScaling::Kind::Linear && linear.ropeScaling.factor == 2.5);
        const ModelConfig newer = configOf(with(
            R"("rope_theta": 100000)", R"("rope_parameters": {"rope_type": "default", "rope_theta": 5e5})"));
        QVERIFY(newer.ropeBase == 5e5 && newer.ropeScaling.kind == RopeScaling::Kind::None);
        const ModelConfig mistral = configOf(with("\"llama\"", R"("mistral", "sliding_window": 4096)"));
        QVERIFY(mistral.family == "mistral" && mistral.slidingWindow == 4096);
        const ModelConfig whole = configOf(with("\"llama\"", R"("mistral", "sliding_window": null)"));
        QCOMPARE(whole.slidingWindow, std::int64_t{0});
        const ModelConfig qwen =
            configOf(with("\"llama\"", R"("qwen2", "sliding_window": 4096, "use_sliding_window": false)"));
        QVERIFY(qwen.family == "qwen2" && qwen.slidingWindow == 0);
    }

    void configurationsThatAreNotReadAreRefused() {
        VERIFY_ERROR(configOf(with("\"llama\"", "\"gemma\"")), ErrorKind::Input, "gemma");
        VERIFY_ERROR(configOf(with("\"silu\"", "\"gelu\"")), ErrorKind::Input, "gelu");
        VERIFY_ERROR(configOf(with("\"hidden_size\": 32", "\"hidden_size\": \"32\"")), ErrorKind::Input,
                     "hidden_size");
        VERIFY_ERROR(configOf(with("\"hidden_size\": 32,", "")), ErrorKind::Input, "hidden_size");
        VERIFY_ERROR(configOf(with("100000", "\"a\"")), ErrorKind::Input, "wrong kind");
        VERIFY_ERROR(configOf(extended(R"("rope_scaling": {"type": "yarn", "factor": 2})")), ErrorKind::Input,
                     "yarn");
        VERIFY_ERROR(configOf(extended(R"("rope_scaling": {"type": "linear"})")), ErrorKind::Input,
                     "missing");
        VERIFY_ERROR(
            configOf(extended(R"("rope_scaling": {"type": "llama3", "factor": 2, "low_freq_factor": 1,
                         "high_freq_factor": 4, "original_max_position_embeddings": 1e80})")),
            ErrorKind::Input, "original_max_position_embeddings");
        VERIFY_ERROR(
            configOf(with("\"llama\"", R"("qwen2", "use_sliding_window": true, "max_window_layers": 1)")),
            ErrorKind::Input, "part of the layers");
        VERIFY_ERROR(configOf(tinyConfig() + std::string(1'000'000, ' ')), ErrorKind::Input, "1 MB");
    }

    void headsThatAreRotatedInPartAreRefused() {
        QCOMPARE(configOf(extended(R"("partial_rotary_factor": 1.0)")).ropeBase, 1e5);
        VERIFY_ERROR(configOf(extended(R"("partial_rotary_factor": 0.5)")), ErrorKind::Input,
                     "rotated in part");
        const std::string parameters = R"({"rope_type": "default", "partial_rotary_factor": 0.25})";
        VERIFY_ERROR(configOf(extended(R"("rope_parameters": )" + parameters)), ErrorKind::Input,
                     "rotated in part");
    }

    /// transformers: the first 28 layers see all, unless max_window_layers says another number.
    void qwensWindowIsOfTheLastLayers() {
        const auto qwen = [](const std::string& fields, int layers) {
            const std::string json =
                with("\"num_hidden_layers\": 2", "\"num_hidden_layers\": " + std::to_string(layers));
            const std::string family = R"("qwen2", "use_sliding_window": true, "sliding_window": 512)";
            return configOf(std::string(json).replace(json.find("\"llama\""), 7, family + fields));
        };
        QCOMPARE(qwen("", 28).slidingWindow, std::int64_t{0});
        QCOMPARE(qwen(R"(, "max_window_layers": 0)", 28).slidingWindow, std::int64_t{512});
        VERIFY_ERROR(qwen("", 29), ErrorKind::Input, "part of the layers");
    }

    /// transformers ties the head to the embeddings, whatever is stored of it.
    void aTiedHeadIsNotRead() {
        const Folder folder;
        writeTinyFolder(folder.path());
        TensorSet set = tinyTensors();
        set.tensors.push_back({"lm_head.weight", set.tensors[0].array});  // of the embeddings' shape
        writeSafetensors(folder / "model.safetensors", set);
        const LanguageModel tied = readLanguageModel(folder.path());
        QVERIFY(tied.config.tiedEmbeddings);
        compareTensors(tied, tinyTensors());
        writeBytes(folder / "config.json",
                   with(R"("tie_word_embeddings": true)", R"("tie_word_embeddings": false)"));
        compareTensors(readLanguageModel(folder.path()), set);
    }

    void aFolderThatLacksAFileIsRefused_data() {
        QTest::addColumn<QString>("file");
        for (const char* file : {"config.json", "tokenizer.json", "model.safetensors"})
            QTest::newRow(file) << file;
    }
    void aFolderThatLacksAFileIsRefused() {
        QFETCH(QString, file);
        const Folder folder;
        writeTinyFolder(folder.path());
        fs::remove(folder / file.toStdString());
        VERIFY_ERROR(readLanguageModel(folder.path()), ErrorKind::Input, qPrintable(file));
    }

    void bertIsReadWithoutItsPrefix() {
        REQUIRE_MODEL(miniLm());
        const LanguageModel model = readLanguageModel(miniLm());
        QVERIFY(model.config.architecture == ModelArchitecture::Bert && model.config.layers == 6);
        QVERIFY(model.config.hidden == 384 && model.config.heads == 12 && model.config.normEpsilon == 1e-12);
        std::int64_t weights = 0;
        for (const ModelTensor& tensor : model.tensors)
            weights += tensor.array.size();
        QCOMPARE(weights, std::int64_t{22713216});
        QVERIFY(model.tensor("encoder.layer.5.output.dense.weight")->shape == (Shape{384, 1536}));
        QVERIFY(!model.tensor("embeddings.position_ids") && model.tokenizer.pieces.size() == 30522);
    }

    void llama2cTensorsLieOneAfterTheOther() {
        const LanguageModel model = llama2c(tinyLlama2c());
        const ModelConfig& config = model.config;
        QVERIFY(config.hidden == 8 && config.intermediate == 12 && config.heads == 2 &&
                config.keyValueHeads == 1);
        QVERIFY(config.headSize == 4 && config.vocabulary == 262 && config.context == 16 &&
                config.tiedEmbeddings);
        QVERIFY(config.ropeOfNeighbours && config.ropeBase == 10000 && config.normEpsilon == 1e-5);
        const float embeddings = 262 * 8, norms = embeddings + 16, queries = norms + 128, keys = queries + 64,
                    values = keys + 64, outputs = values + 128;
        QCOMPARE(first(model, "model.layers.0.input_layernorm.weight"), embeddings);
        QCOMPARE(first(model, "model.layers.1.self_attn.q_proj.weight"), norms + 64);
        QCOMPARE(first(model, "model.layers.1.self_attn.k_proj.weight"), queries + 32);
        QCOMPARE(first(model, "model.layers.0.self_attn.o_proj.weight"), values);
        QCOMPARE(first(model, "model.layers.1.post_attention_layernorm.weight"), outputs + 8);
        QCOMPARE(first(model, "model.layers.0.mlp.gate_proj.weight"), outputs + 16);
        QCOMPARE(first(model, "model.layers.0.mlp.down_proj.weight"), outputs + 16 + 192);
        QCOMPARE(first(model, "model.layers.0.mlp.up_proj.weight"), outputs + 16 + 384);
        QCOMPARE(first(model, "model.norm.weight"), outputs + 16 + 576);
        const LanguageModel untied = llama2c(tinyLlama2c(-262));
        QVERIFY(!untied.config.tiedEmbeddings);
        QCOMPARE(first(untied, "lm_head.weight"), outputs + 16 + 576 + 8 + 64);
    }

    void damagedLlama2cFilesAreRefused() {
        const std::string whole = tinyLlama2c();
        VERIFY_ERROR(llama2c(whole + "abcd"), ErrorKind::Input, "4 bytes at its end");
        VERIFY_ERROR(llama2c(whole.substr(0, whole.size() - 4)), ErrorKind::Input, "too early");
        VERIFY_ERROR(llama2c(whole.substr(0, 20)), ErrorKind::Input, "too early");
        for (std::size_t field = 0; field < 7; ++field)
            for (const char* value : {"\0\0\0\0", "\xff\xff\xff\x7f", "\0\0\0\x80", "\0\0\x10\0"}) {
                std::string bad = whole;
                bad.replace(4 * field, 4, std::string(value, 4));
                VERIFY_ERROR(llama2c(bad), ErrorKind::Input, "m.bin is no sound llama2.c model");
            }
    }

    void storiesAreRead() {
        const fs::path file = dataFolder() / "models/stories260K/stories260K.bin";
        REQUIRE_DATA(file);
        const LanguageModel model = readLanguageModel(file);
        std::int64_t weights = 0;
        for (const ModelTensor& tensor : model.tensors)
            weights += tensor.array.size();
        QCOMPARE(weights, std::int64_t{260032});
        QVERIFY(model.config.hidden == 64 && model.config.intermediate == 172 && model.config.layers == 5);
        QVERIFY(model.tokenizer.pieces.size() == 512 && model.tokenizer.beginning == 1);
        QCOMPARE(filesOfLanguageModel(file).back().filename().string(), std::string("tok512.bin"));
    }

    void formatsAreToldApartByContent() {
        const Folder folder;
        writeBytes(folder / "a.bin", tinyLlama().bytes());
        QVERIFY(readLanguageModel(folder / "a.bin").tensor("model.norm.weight")->blocks == BlockFormat::None);
        QCOMPARE(filesOfLanguageModel(folder / "a.bin").size(), std::size_t{1});
        writeBytes(folder / "b.gguf", tinyLlama2c());
        VERIFY_ERROR(readLanguageModel(folder / "b.gguf"), ErrorKind::Input, "no tokenizer beside it");
        writeBytes(folder / "tokenizer.bin", tinyLlama2cTokenizer());
        QCOMPARE(readLanguageModel(folder / "b.gguf").name, std::string("b"));
        QCOMPARE(filesOfLanguageModel(folder / "b.gguf").size(), std::size_t{2});
        writeBytes(folder / "c.gguf", "nothing of the kind");
        VERIFY_ERROR(readLanguageModel(folder / "c.gguf"), ErrorKind::Input, "c.gguf");
        VERIFY_ERROR(readLanguageModel(folder / "none"), ErrorKind::Input, "does not exist");
    }

    void weightsThatAreNotFiniteAreRefused() {
        const Folder folder;
        writeTinyFolder(folder.path());
        TensorSet set = tinyTensors();
        set.tensors[3].array.writable<float>()[5] = std::numeric_limits<float>::quiet_NaN();
        writeSafetensors(folder / "model.safetensors", set);
        const std::string message = "\"" + set.tensors[3].name + "\" holds NaN";
        VERIFY_ERROR(readLanguageModel(folder.path()), ErrorKind::Input, message.c_str());
    }
};

QTEST_GUILESS_MAIN(ModelFileTest)
#include "model_file_test.moc"
