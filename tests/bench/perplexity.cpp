// Perplexity of a decoder on ids of a text, for scripts/bench.d/perplexity.sh. Prints seconds, tokens a second and the
// running perplexities as JSON.
// usage: bench-perplexity MODEL IDS WINDOWS THREADS       IDS: 32-bit integers, little-endian

#include "core/engine/llm/perplexity.h"

#include "core/buffer/mapped_file.h"
#include "core/engine/device/compute_scope.h"
#include "core/engine/llm/llama.h"
#include "core/media/assets/language_model_file.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace ratescope;

int main(int count, char** arguments) {
    if (count != 5) {
        std::cerr << "usage: bench-perplexity MODEL IDS WINDOWS THREADS\n";
        return 2;
    }
    const engine::ComputeScope scope(std::stoi(arguments[4]));
    const MappedFile text = mapFile(arguments[2]);
    const auto start = std::chrono::steady_clock::now();
    const auto seconds = [&] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    const engine::Llama model(media::readLanguageModel(arguments[1]));
    const double loaded = seconds();
    const std::span<const std::int32_t> ids(reinterpret_cast<const std::int32_t*>(text.bytes.data()),
                                            text.bytes.size() / sizeof(std::int32_t));
    const engine::WindowProtocol protocol = engine::halfWindows(512);
    const engine::TextScore score = engine::scoreText(model, ids, protocol, std::stol(arguments[3]));
    const double taken = seconds() - loaded;
    const engine::Estimate perplexity = engine::perplexityOf(score.logLikelihoods);
    std::cout << nlohmann::json{{"loading", loaded},
                                {"seconds", taken},
                                {"tokensPerSecond",
                                 static_cast<double>(score.windows() * protocol.length) / taken},
                                {"perplexity", perplexity.value},
                                {"stderr", perplexity.standardError},
                                {"chunks", engine::runningPerplexity(score)}}
                     .dump()
              << '\n';
}
