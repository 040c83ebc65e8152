#include "core/media/assets/llama2c_file.h"

#include "core/error.h"
#include "core/media/assets/byte_reader.h"
#include "core/media/node/block_names.h"
#include "core/utf8.h"

#include <cmath>

namespace ratescope::media {
namespace {

constexpr const char* format = "llama2.c model";
constexpr std::int64_t mostCount = 1 << 20;  ///< of a count, so that no product of three overflows
constexpr std::int64_t mostLayers = 4096;

ModelConfig readConfig(ByteReader& reader) {
    std::int64_t counts[7];
    for (std::int64_t& count : counts)
        count = reader.number<std::int32_t>();
    ModelConfig config;
    config.family = "llama";
    config.tiedEmbeddings = counts[5] > 0;
    counts[5] = std::abs(counts[5]);
    for (const std::int64_t count : counts)
        if (count < 1 || count > mostCount) throw reader.damaged("it does not begin with its seven counts");
    config.hidden = counts[0];
    config.intermediate = counts[1];
    config.layers = counts[2];
    config.heads = counts[3];
    config.keyValueHeads = counts[4];
    config.vocabulary = counts[5];
    config.context = counts[6];
    if (config.layers > mostLayers || config.hidden % config.heads != 0 ||
        config.heads % config.keyValueHeads != 0)
        throw reader.damaged("its counts do not fit together");
    config.headSize = config.hidden / config.heads;
    config.ropeOfNeighbours = true;
    return config;
}

struct Loader {
    ByteReader& reader;
    const std::shared_ptr<const void>& owner;
    LanguageModel& model;

    void take(const std::string& name, const Shape& shape) {
        const auto bytes = reader.raw(static_cast<std::uint64_t>(elementCount(shape)) * sizeof(float));
        model.tensors.push_back({name, shape, BlockFormat::None, Array(DType::F32, shape, bytes, owner)});
    }
    void takeEach(const std::string& part, const Shape& shape) {
        for (std::int64_t i = 0; i < model.config.layers; ++i)
            take(blockPrefix(i) + part + ".weight", shape);
    }
};

std::string replaceAll(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

PieceKind llama2cKindOf(std::int64_t id, const std::string& piece) {
    if (id == 0) return PieceKind::Unknown;
    if (id <= 2) return PieceKind::Control;
    const bool isByte = piece.size() == 6 && piece.starts_with("<0x") && piece.back() == '>';
    return isByte ? PieceKind::Byte : PieceKind::Normal;
}

}  // namespace

LanguageModel decodeLlama2c(std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner,
                            const std::string& name) {
    ByteReader reader(bytes, format, name);
    LanguageModel model;
    model.config = readConfig(reader);
    const ModelConfig& config = model.config;
    const std::int64_t keys = config.keyValueHeads * config.headSize;
    Loader loader{reader, owner, model};
    loader.take("model.embed_tokens.weight", {config.vocabulary, config.hidden});
    loader.takeEach("input_layernorm", {config.hidden});
    loader.takeEach("self_attn.q_proj", {config.hidden, config.hidden});
    loader.takeEach("self_attn.k_proj", {keys, config.hidden});
    loader.takeEach("self_attn.v_proj", {keys, config.hidden});
    loader.takeEach("self_attn.o_proj", {config.hidden, config.hidden});
    loader.takeEach("post_attention_layernorm", {config.hidden});
    loader.takeEach("mlp.gate_proj", {config.intermediate, config.hidden});
    loader.takeEach("mlp.down_proj", {config.hidden, config.intermediate});
    loader.takeEach("mlp.up_proj", {config.intermediate, config.hidden});
    loader.take("model.norm.weight", {config.hidden});
    // Cosines and sines of the rotary positions, which follow from the counts.
    reader.raw(static_cast<std::uint64_t>(config.context * (config.headSize / 2)) * 2 * sizeof(float));
    if (!config.tiedEmbeddings) loader.take("lm_head.weight", {config.vocabulary, config.hidden});
    if (reader.left() > 0)
        throw reader.damaged(std::to_string(reader.left()) + " bytes at its end belong to no tensor");
    checkLanguageModel(model);
    return model;
}

TokenizerData decodeLlama2cTokenizer(std::span<const std::byte> bytes, std::int64_t vocabulary,
                                     const std::string& name) {
    ByteReader reader(bytes, "llama2.c tokenizer", name);
    reader.number<std::uint32_t>();  // The longest piece, which sized a buffer.
    TokenizerData tokenizer;
    tokenizer.kind = TokenizerKind::SentencePieceBpe;
    for (std::int64_t id = 0; id < vocabulary; ++id) {
        const auto score = reader.number<float>();
        if (!std::isfinite(score)) throw reader.damaged("the score of a piece is not finite");
        const std::string piece(reader.text(reader.number<std::uint32_t>()));
        if (!isUtf8(piece)) throw reader.damaged("a piece is not UTF-8");
        tokenizer.kinds.push_back(llama2cKindOf(id, piece));
        tokenizer.scores.push_back(score);
        tokenizer.pieces.push_back(replaceAll(piece, " ", "\u2581"));
    }
    if (reader.left() > 0) throw reader.damaged("it has more pieces than its model");
    if (vocabulary < 3) throw reader.damaged("it lacks the pieces for beginning and end");
    // The file has line ends around them, for printing.
    tokenizer.pieces[1] = "<s>";
    tokenizer.pieces[2] = "</s>";
    tokenizer.unknown = 0;
    tokenizer.beginning = 1;
    tokenizer.end = 2;
    tokenizer.addsBeginning = true;
    return tokenizer;
}

std::filesystem::path llama2cTokenizerOf(const std::filesystem::path& model, std::int64_t vocabulary) {
    const std::string own = "tok" + std::to_string(vocabulary) + ".bin";
    for (const std::string& name : {own, std::string("tokenizer.bin")}) {
        std::error_code ignored;
        if (std::filesystem::exists(model.parent_path() / name, ignored)) return model.parent_path() / name;
    }
    throw Error(ErrorKind::Input, model.string() + " has no tokenizer beside it.",
                "Put " + own + " or tokenizer.bin into its folder.");
}

}  // namespace ratescope::media
