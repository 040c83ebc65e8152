// Our side of scripts/bench.d/gaussian.sh: codes the arrays of three files (int32 symbols, float32 means, float32
// scales) with Gaussian models each time it reads a line, and answers with seconds to encode, seconds to decode and
// bytes. The tables are made anew within both times.

#include "core/media/coding/symbol_model.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

using namespace ratescope::media;

namespace {

template <typename Value>
std::vector<Value> readAll(const char* path) {
    std::ifstream file(path, std::ios::binary);
    const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    std::vector<Value> values(bytes.size() / sizeof(Value));
    std::copy_n(bytes.data(), values.size() * sizeof(Value), reinterpret_cast<char*>(values.data()));
    return values;
}

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 4) {
        std::cerr << "usage: bench-gaussian SYMBOLS MEANS SCALES\n";
        return 2;
    }
    const auto symbols = readAll<std::int32_t>(arguments[1]);
    const auto means = readAll<float>(arguments[2]), scales = readAll<float>(arguments[3]);
    std::vector<std::int32_t> back(symbols.size());
    for (std::string line; std::getline(std::cin, line);) {
        const double start = seconds();
        const auto stream = SymbolModel(ModelShape::Gaussian).encode(symbols, means, scales);
        const double encoded = seconds();
        SymbolModel(ModelShape::Gaussian).decode(stream, means, scales, back);
        const double decoded = seconds();
        if (back != symbols) return 1;
        std::cout << encoded - start << ' ' << decoded - encoded << ' ' << stream.size() << std::endl;
    }
    return 0;
}
