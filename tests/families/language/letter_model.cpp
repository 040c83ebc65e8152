#include "tests/families/language/letter_model.h"

#include "tests/core/engine/llm/tiny_model.h"

#include <algorithm>
#include <cmath>

namespace ratescope::media::test {
namespace {

using engine::testing::referenceLogits;
using engine::testing::tinyConfig;
using engine::testing::tinyModel;

constexpr int printable = 94;

/// In GPT-2's alphabet a blank is U+0120 and a line feed U+010A.
TokenizerData letters() {
    TokenizerData data;
    data.splitter = "gpt-2";
    for (int i = 0; i < printable; ++i)
        data.pieces.emplace_back(1, static_cast<char>('!' + i));
    data.pieces.emplace_back("\u0120");
    data.pieces.emplace_back("\u010a");
    data.pieces.emplace_back("<s>");
    data.kinds.assign(data.pieces.size(), PieceKind::Normal);
    data.kinds.back() = PieceKind::Control;
    data.beginning = letterBeginning;
    return data;
}

LanguageModel withLetters(ModelConfig config, unsigned seed) {
    config.vocabulary = letterBeginning + 1;
    LanguageModel model = tinyModel(config, false, seed);
    model.tokenizer = letters();
    return model;
}

/// Zeros, but where `value` says otherwise.
template <typename Value>
void setMatrix(LanguageModel& model, const std::string& name, Value value) {
    for (ModelTensor& tensor : model.tensors) {
        if (tensor.name != name) continue;
        const std::int64_t columns = tensor.shape.back();
        std::int64_t place = 0;
        for (float& element : tensor.array.writable<float>()) {
            element = value(place / columns, place % columns);
            ++place;
        }
    }
}

}  // namespace

LanguageModel letterModel(unsigned seed) {
    return withLetters(tinyConfig(), seed);
}

LanguageModel chainModel(const std::map<char, char>& next) {
    ModelConfig config = tinyConfig();
    config.hidden = 104;  // a direction for each token
    config.headSize = 26;
    LanguageModel model = withLetters(config, 1);
    std::vector<std::int32_t> after(static_cast<std::size_t>(letterBeginning + 1), letterIds("~").front());
    for (const auto& [letter, follower] : next)
        after[static_cast<std::size_t>(letterIds({&letter, 1}).front())] = letterIds({&follower, 1}).front();
    const auto zero = [](std::int64_t, std::int64_t) { return 0.0f; };
    for (std::int64_t layer = 0; layer < config.layers; ++layer) {
        const std::string name = "model.layers." + std::to_string(layer) + ".";
        setMatrix(model, name + "self_attn.o_proj.weight", zero);
        setMatrix(model, name + "mlp.down_proj.weight", zero);
    }
    const auto identity = [](std::int64_t row, std::int64_t column) { return row == column ? 1.0f : 0.0f; };
    setMatrix(model, "model.embed_tokens.weight", identity);
    setMatrix(model, "model.norm.weight", [](std::int64_t, std::int64_t) { return 1.0f; });
    setMatrix(model, "lm_head.weight", [&](std::int64_t token, std::int64_t before) {
        const bool follows = before < static_cast<std::int64_t>(after.size()) &&
                             after[static_cast<std::size_t>(before)] == token;
        return follows ? 1.0f : 0.0f;
    });
    return model;
}

std::vector<std::int32_t> letterIds(std::string_view text) {
    std::vector<std::int32_t> ids;
    for (const char letter : text)
        ids.push_back(letter == ' '    ? printable
                      : letter == '\n' ? printable + 1
                                       : static_cast<std::int32_t>(letter - '!'));
    return ids;
}

std::vector<double> letterLogLikelihoods(const LanguageModel& model, const std::vector<std::int32_t>& ids,
                                         std::size_t first) {
    const auto logits = referenceLogits(model, ids);
    std::vector<double> values;
    for (std::size_t i = first; i < ids.size(); ++i) {
        double sum = 0;
        for (const double logit : logits[i - 1])
            sum += std::exp(logit);
        values.push_back(logits[i - 1][static_cast<std::size_t>(ids[i])] - std::log(sum));
    }
    return values;
}

}  // namespace ratescope::media::test
