// Real models, file to perplexity: readers, tokenizers and runtime together.

#include "core/engine/device/compute_scope.h"
#include "core/engine/llm/bert.h"
#include "core/engine/llm/generate.h"
#include "core/engine/llm/llama.h"
#include "core/engine/llm/perplexity.h"
#include "core/engine/llm/tokenizer.h"
#include "core/media/assets/language_model_file.h"
#include "tests/core/test_data.h"
#include "tests/core/test_models.h"

#include <ATen/ATen.h>

#include <QTest>
#include <cmath>
#include <fstream>

using namespace ratescope;
using namespace ratescope::engine;

namespace {

std::string startOf(const std::filesystem::path& file, std::size_t bytes) {
    std::string text(bytes, '\0');
    std::ifstream(file, std::ios::binary).read(text.data(), static_cast<std::streamsize>(bytes));
    return text;
}

double perplexityOn(const Llama& model, std::span<const std::int32_t> ids, const WindowProtocol& protocol,
                    std::int64_t windows) {
    return perplexityOf(scoreText(model, ids, protocol, windows).logLikelihoods).value;
}

#define VERIFY_WITHIN(value, expected, tolerance) \
    QVERIFY2(std::abs((value) / (expected)-1) <= (tolerance), qPrintable(QString::number(value, 'g', 10)))

}  // namespace

class ModelsTest : public QObject {
    Q_OBJECT
  private slots:
    void stories260K() {
        const std::filesystem::path file = dataFolder() / "models/stories260K/stories260K.bin";
        const std::filesystem::path wiki = dataFolder() / "text/wikitext-2/wiki.test.raw";
        REQUIRE_DATA(file);
        REQUIRE_DATA(wiki);
        const media::LanguageModel model = media::readLanguageModel(file);
        const Llama llama(model);
        const Tokenizer tokenizer(model.tokenizer);
        // What the model says itself when it goes on from "Once upon a time"; numbers of the data folder's README.
        const std::vector<std::int32_t> story = tokenizer.encode(
            "Once upon a time, there was a little girl named Lily. She loved to play outside in "
            "the park. One day, she saw a big, red ball.",
            {.beginning = true});
        QCOMPARE(story.size(), std::size_t{45});
        VERIFY_WITHIN(perplexityOn(llama, story, wholeWindows(45), 1), 1.38, 0.004);
        const std::vector<std::int32_t> wikipedia =
            tokenizer.encode(startOf(wiki, 4000), {.beginning = true});
        VERIFY_WITHIN(perplexityOn(llama, wikipedia, wholeWindows(512), 1), 108.4, 0.0005);
    }

    void stories260KGoesOnWithItsStory() {
        const std::filesystem::path file = dataFolder() / "models/stories260K/stories260K.bin";
        REQUIRE_DATA(file);
        const media::LanguageModel model = media::readLanguageModel(file);
        const Llama llama(model);
        const Tokenizer tokenizer(model.tokenizer);
        FullCache cache(llama.layers());
        const std::vector<std::int32_t> prompt = tokenizer.encode("Once upon a time", {.beginning = true});
        const std::vector<std::int32_t> ids = generate(llama, cache, prompt, {.tokens = 38});
        const std::string text = tokenizer.decode(ids);
        QVERIFY2(text.find(", there was a little girl named Lily. She loved to play outside in the park.") !=
                     std::string::npos,
                 text.c_str());
    }

    void smolLM2() {
        const std::filesystem::path wiki = dataFolder() / "text/wikitext-2/wiki.test.raw";
        REQUIRE_MODEL(smolLm2());
        REQUIRE_DATA(wiki);
        const ComputeScope scope(1);
        const media::LanguageModel model = media::readLanguageModel(smolLm2());
        const std::vector<std::int32_t> ids = Tokenizer(model.tokenizer).encode(startOf(wiki, 4000));
        // 12.95431: PyTorch in F32 on the dequantised weights; after 16 windows both say 29.245 (scripts/bench.d).
        VERIFY_WITHIN(perplexityOn(Llama(model), ids, halfWindows(512), 1), 12.95431, 2e-4);
    }

    void miniLM() {
        REQUIRE_MODEL(miniLm());
        const media::LanguageModel model = media::readLanguageModel(miniLm());
        const Tokenizer tokenizer(model.tokenizer);
        std::vector<std::vector<std::int32_t>> texts;
        for (const char* text : {"A man is eating food.", "Someone has a meal.",
                                 "The stock market fell by three percent on Tuesday."}) {
            texts.push_back(tokenizer.encode(text, {.beginning = true}));
            texts.back().push_back(model.tokenizer.end.value());
        }
        QCOMPARE(texts[0], (std::vector<std::int32_t>{101, 1037, 2158, 2003, 5983, 2833, 1012, 102}));
        // What transformers' AutoModel gives, with the mean over tokens.
        const at::Tensor units = Bert(model).meanStates(texts, true);
        const at::Tensor firsts = at::tensor({0.033242, 0.004406, -0.006277, 0.048379, -0.138702, -0.033617});
        QVERIFY(units[0].slice(0, 0, 6).sub(firsts).abs().max().item<double>() < 2e-6);
        const at::Tensor cosines = units.mm(units.t());
        QVERIFY(std::abs(cosines[0][1].item<double>() - 0.6795423) < 1e-5);
        QVERIFY(std::abs(cosines[0][2].item<double>() + 0.0144463) < 1e-5);
        QVERIFY(std::abs(cosines[1][2].item<double>() + 0.0656432) < 1e-5);
    }
};

QTEST_GUILESS_MAIN(ModelsTest)
#include "models_test.moc"
