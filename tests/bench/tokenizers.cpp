// Tokenizers against their reference implementations: the ids of each line of a file as text, or the number of ids of
// a whole file and the time that they take.
// usage: bench-tokenizers TOKENIZER lines FILE | bench-tokenizers TOKENIZER time FILE
// TOKENIZER is a tokenizer.json or a SentencePiece model (.model), read as models' folders are.

#include "core/engine/llm/tokenizer.h"
#include "tests/core/engine/llm/tokenizer_file.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>

using namespace ratescope;

namespace {

constexpr int rounds = 5;

void printLines(const engine::Tokenizer& tokenizer, std::string_view text) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string line;
        for (const std::int32_t id : tokenizer.encode(text.substr(0, end)))
            line += std::to_string(id) + ' ';
        if (!line.empty()) line.pop_back();
        std::puts(line.c_str());
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

void printTime(const engine::Tokenizer& tokenizer, std::string_view text) {
    using Clock = std::chrono::steady_clock;
    std::vector<double> seconds;
    std::size_t count = 0;
    for (int round = 0; round < rounds; ++round) {
        const auto start = Clock::now();
        count = tokenizer.encode(text).size();
        seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    }
    std::ranges::sort(seconds);
    std::printf("%zu ids of %zu bytes in %.4f s (median of %d)\n", count, text.size(), seconds[rounds / 2],
                rounds);
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 4) {
        std::fputs("usage: bench-tokenizers TOKENIZER lines|time FILE\n", stderr);
        return 2;
    }
    const engine::Tokenizer tokenizer(engine::readTokenizer(arguments[1]));
    std::ifstream file(arguments[3], std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    (std::string_view(arguments[2]) == "lines" ? printLines : printTime)(tokenizer, text);
    return 0;
}
