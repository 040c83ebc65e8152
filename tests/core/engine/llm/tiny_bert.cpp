#include "tests/core/engine/llm/tiny_bert.h"

#include <random>

namespace ratescope::engine::testing {

namespace {

media::TokenizerData letters() {
    media::TokenizerData data;
    data.kind = media::TokenizerKind::WordPiece;
    data.pieces = {"[UNK]", "[CLS]", "[SEP]", "[PAD]"};
    for (char letter = 'a'; letter <= 'i'; ++letter)
        data.pieces.emplace_back(1, letter);
    data.kinds.assign(data.pieces.size(), media::PieceKind::Normal);
    data.kinds[0] = media::PieceKind::Unknown;
    data.kinds[1] = data.kinds[2] = data.kinds[3] = media::PieceKind::Control;
    data.unknown = 0;
    data.beginning = 1;
    data.end = 2;
    data.lowerCase = true;
    return data;
}

}  // namespace

media::LanguageModel tinyBert(std::int64_t positions) {
    media::LanguageModel model;
    model.name = "tiny encoder";
    model.tokenizer = letters();
    model.config.architecture = media::ModelArchitecture::Bert;
    model.config.family = "bert";
    model.config.vocabulary = 13;
    model.config.hidden = 12;
    model.config.intermediate = 20;
    model.config.layers = 2;
    model.config.heads = model.config.keyValueHeads = 3;
    model.config.headSize = 4;
    model.config.context = positions;
    model.config.normEpsilon = 1e-3;
    std::mt19937 generator(5);
    const auto add = [&](const std::string& name, const Shape& shape, float mean) {
        std::normal_distribution<float> normal(mean, 0.4f);
        Array array(DType::F32, shape);
        for (float& value : array.writable<float>())
            value = normal(generator);
        model.tensors.push_back({name, shape, media::BlockFormat::None, array});
    };
    const auto addBoth = [&](const std::string& name, const Shape& shape, float mean) {
        add(name + ".weight", shape, mean);
        add(name + ".bias", {shape[0]}, 0);
    };
    add("embeddings.word_embeddings.weight", {13, 12}, 0);
    add("embeddings.position_embeddings.weight", {positions, 12}, 0);
    add("embeddings.token_type_embeddings.weight", {2, 12}, 0);
    addBoth("embeddings.LayerNorm", {12}, 1);
    for (const std::string layer : {"encoder.layer.0.", "encoder.layer.1."}) {
        for (const char* part :
             {"attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"})
            addBoth(layer + part, {12, 12}, 0);
        addBoth(layer + "attention.output.LayerNorm", {12}, 1);
        addBoth(layer + "intermediate.dense", {20, 12}, 0);
        addBoth(layer + "output.dense", {12, 20}, 0);
        addBoth(layer + "output.LayerNorm", {12}, 1);
    }
    return model;
}

}  // namespace ratescope::engine::testing
