// Tokens a second of decoding over packed weights: 128 tokens after none, as llama-bench's tg128, with 1 and 2 threads,
// weights in 4 bits (of SmolLM2-135M's sizes and formats: Q4_1, embeddings in Q8_0), in 8 bits, and in single precision.
// Weights are random: time does not depend on them. Rounds in turns; medians.
//     bench-decoding [4-BIT PEER'S TOKENS/S WITH 1 THREAD] [WITH 2]
// The exit code says whether 4 and 8 bits reach 3 × single precision, and 4 bits 1.3 × the peer.

#include "core/engine/llm/packed/decoder.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

using namespace ratescope;
using namespace ratescope::engine;

namespace {

constexpr int rounds = 5;
constexpr std::int64_t tokens = 128;
constexpr std::array threadCounts{1, 2};

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class Maker {
  public:
    explicit Maker(media::LanguageModel& model) : model_(model) {}

    void norm(const std::string& name, std::int64_t size) {
        Array array(DType::F32, {size});
        std::ranges::fill(array.writable<float>(), 1.0f);
        model_.tensors.push_back({name + ".weight", {size}, media::BlockFormat::None, std::move(array)});
    }

    void linear(const std::string& name, std::int64_t rows, std::int64_t columns,
                media::BlockFormat blocks = media::BlockFormat::Q4_1) {
        const std::size_t ofBlock = blocks == media::BlockFormat::Q8_0 ? 34 : 20;
        Array array(DType::U8, {rows, columns / 32 * static_cast<std::int64_t>(ofBlock)});
        const std::span<std::uint8_t> bytes = array.writable<std::uint8_t>();
        for (std::uint8_t& byte : bytes)
            byte = static_cast<std::uint8_t>(random_() >> 24);
        // Scales near 2^-9 (half precision 0x18xx), minima near −2^-6.
        for (std::size_t block = 0; block < bytes.size(); block += ofBlock) {
            bytes[block + 1] = 0x18;
            if (blocks == media::BlockFormat::Q4_1) bytes[block + 3] = 0xa4;
        }
        model_.tensors.push_back({name + ".weight", {rows, columns}, blocks, std::move(array)});
    }

  private:
    media::LanguageModel& model_;
    std::minstd_rand random_{1};
};

/// 134,515,008 weights, 96 MB.
media::LanguageModel smollm2() {
    media::LanguageModel model;
    media::ModelConfig& config = model.config;
    config.vocabulary = 49152, config.hidden = 576, config.intermediate = 1536, config.layers = 30;
    config.heads = 9, config.keyValueHeads = 3, config.headSize = 64, config.context = 8192;
    config.ropeBase = 100000, config.ropeOfNeighbours = true, config.tiedEmbeddings = true;
    Maker maker(model);
    maker.linear("model.embed_tokens", 49152, 576, media::BlockFormat::Q8_0);
    for (std::int64_t layer = 0; layer < config.layers; ++layer) {
        const std::string at = "model.layers." + std::to_string(layer) + '.';
        maker.norm(at + "input_layernorm", 576);
        maker.linear(at + "self_attn.q_proj", 576, 576);
        maker.linear(at + "self_attn.k_proj", 192, 576);
        maker.linear(at + "self_attn.v_proj", 192, 576);
        maker.linear(at + "self_attn.o_proj", 576, 576);
        maker.norm(at + "post_attention_layernorm", 576);
        maker.linear(at + "mlp.gate_proj", 1536, 576);
        maker.linear(at + "mlp.up_proj", 1536, 576);
        maker.linear(at + "mlp.down_proj", 576, 1536);
    }
    maker.norm("model.norm", 576);
    return model;
}

struct Contender {
    std::string name;
    Decoder decoder;
    std::vector<double> rates{};
};

void runOnce(Contender& contender) {
    contender.decoder.rewind(0);
    std::int32_t token = 1;
    const double start = seconds();
    for (std::int64_t i = 0; i < tokens; ++i)
        token = likeliest(contender.decoder.decode({&token, 1}));
    contender.rates.push_back(static_cast<double>(tokens) / (seconds() - start));
}

/// Without the first, which warms up.
double medianOf(std::vector<double> rates) {
    rates.erase(rates.begin());
    std::ranges::sort(rates);
    return rates[rates.size() / 2];
}

DecoderOptions optionsFor(int threads, bool quantised) {
    DecoderOptions options;
    options.positions = tokens;
    options.threads = threads;
    options.activations = quantised ? ActivationFormat::QuantisedEight : ActivationFormat::Float32;
    return options;
}

bool reached(const std::string& what, double ratio, double goal) {
    std::printf("%-44s %6.2f ×   (goal %.1f)\n", what.c_str(), ratio, goal);
    return ratio >= goal;
}

}  // namespace

int main(int count, char** arguments) {
    const media::LanguageModel model = smollm2();
    const DecoderWeights four = packedWeights(model);
    const DecoderWeights eight = packedWeights(model, PackedFormat::SymmetricEight);
    const DecoderWeights plain = packedWeights(model, PackedFormat::Float32);
    std::printf("%s; weights: 4 bit %.1f MB, 8 bit %.1f MB, fp32 %.1f MB\n", toText(bestPackedInstructions()),
                static_cast<double>(four.byteSize()) / 1e6, static_cast<double>(eight.byteSize()) / 1e6,
                static_cast<double>(plain.byteSize()) / 1e6);
    bool all = true;
    for (std::size_t i = 0; i < threadCounts.size(); ++i) {
        const int threads = threadCounts[i];
        std::vector<Contender> contenders;
        contenders.push_back({"4 bit", Decoder(four, optionsFor(threads, true))});
        contenders.push_back({"8 bit", Decoder(eight, optionsFor(threads, true))});
        contenders.push_back({"fp32", Decoder(plain, optionsFor(threads, false))});
        for (int round = 0; round <= rounds; ++round)
            for (Contender& contender : contenders)
                runOnce(contender);
        const std::string with = " with " + std::to_string(threads) + (threads == 1 ? " thread" : " threads");
        for (const Contender& contender : contenders)
            std::printf("%-44s %6.1f tokens/s\n", (contender.name + with).c_str(), medianOf(contender.rates));
        const double fourRate = medianOf(contenders[0].rates), plainRate = medianOf(contenders[2].rates);
        all &= reached("4 bit / fp32" + with, fourRate / plainRate, 3);
        all &= reached("8 bit / fp32" + with, medianOf(contenders[1].rates) / plainRate, 3);
        if (count > static_cast<int>(i) + 1)
            all &= reached("4 bit / llama-bench" + with, fourRate / std::atof(arguments[i + 1]), 1.3);
    }
    return all ? 0 : 1;
}
