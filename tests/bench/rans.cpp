// Static rANS of bytes against htscodecs (rans_compress_4x16, order 0): its scalar coder against our scalar loop, its
// 32 states against our widest vectors. Both code blocks of 2^20 bytes, tables and histograms included, in the same
// run and in turns. Takes files of bytes; without one, 34 MB of 8-bit Gaussian symbols of deviation 18.
// The exit code says whether each rate is at least the peer's and the size at most its size.

#include "core/media/coding/rans.h"

#include "core/media/coding/code_length.h"
#include "core/media/coding/histogram.h"

#include <htscodecs/rANS_static4x16.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace ratescope;
using namespace ratescope::media;

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t blockSize = std::size_t{1} << 20;
constexpr int rounds = 11;
constexpr std::size_t leastWork = 20'000'000;  // bytes a round: small files are coded several times

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Bytes gaussianBytes() {
    Bytes bytes(34'000'000);
    std::mt19937_64 random(1);
    std::normal_distribution<double> distribution(128, 18);
    for (std::uint8_t& byte : bytes)
        byte = static_cast<std::uint8_t>(std::clamp(std::lround(distribution(random)), 0L, 255L));
    return bytes;
}

/// Codes one block: gives its size, and decodes it.
struct Coder {
    std::string name;
    std::function<std::size_t(std::span<const std::uint8_t> block, std::size_t index)> encode;
    std::function<void(std::size_t index, std::span<std::uint8_t> block)> decode;
    std::vector<double> encodeSeconds{}, decodeSeconds{};
    std::size_t size = 0;
};

Coder peer(const std::string& name, int order, std::size_t blocks) {
    const unsigned bound = rans_compress_bound_4x16(blockSize, order);
    auto streams = std::make_shared<std::vector<Bytes>>(blocks, Bytes(bound));
    auto sizes = std::make_shared<std::vector<unsigned>>(blocks);
    return {name,
            [=](std::span<const std::uint8_t> block, std::size_t index) {
                unsigned& size = (*sizes)[index];
                size = bound;
                auto* in = const_cast<std::uint8_t*>(block.data());
                if (rans_compress_to_4x16(in, static_cast<unsigned>(block.size()), (*streams)[index].data(),
                                          &size, order) == nullptr)
                    std::abort();
                return std::size_t{size};
            },
            [=](std::size_t index, std::span<std::uint8_t> block) {
                auto size = static_cast<unsigned>(block.size());
                if (rans_uncompress_to_4x16((*streams)[index].data(), (*sizes)[index], block.data(), &size) ==
                    nullptr)
                    std::abort();
            }};
}

Coder ours(InstructionSet set, std::size_t blocks) {
    auto streams = std::make_shared<std::vector<std::vector<std::byte>>>(blocks);
    return {
        std::string("Ratescope, ") + toText(set),
        [=](std::span<const std::uint8_t> block, std::size_t index) {
            (*streams)[index] = encodeRans(block, "codes", false, set).bytes;
            return (*streams)[index].size();
        },
        [=](std::size_t index, std::span<std::uint8_t> block) { decodeRans((*streams)[index], block, set); }};
}

void runOnce(Coder& coder, const Bytes& bytes, Bytes& back, int times) {
    const auto blocks = [&](const auto& visit) {
        const double start = seconds();
        for (int i = 0; i < times; ++i)
            for (std::size_t index = 0; index * blockSize < bytes.size(); ++index)
                visit(index, index * blockSize, std::min(blockSize, bytes.size() - index * blockSize));
        return (seconds() - start) / times;
    };
    std::ranges::fill(back, std::uint8_t{0});
    coder.size = 0;
    coder.encodeSeconds.push_back(blocks([&](std::size_t index, std::size_t from, std::size_t count) {
        coder.size += coder.encode(std::span(bytes).subspan(from, count), index);
    }));
    coder.size /= static_cast<std::size_t>(times);
    coder.decodeSeconds.push_back(blocks([&](std::size_t index, std::size_t from, std::size_t count) {
        coder.decode(index, std::span(back).subspan(from, count));
    }));
    if (back != bytes) {
        std::printf("%s does not give the bytes back.\n", coder.name.c_str());
        std::exit(2);
    }
}

/// Without the first, which warms up.
double median(std::vector<double> times) {
    times.erase(times.begin());
    std::ranges::sort(times);
    return times[times.size() / 2];
}

bool compare(const Coder& own, const Coder& other) {
    const double encode = median(other.encodeSeconds) / median(own.encodeSeconds);
    const double decode = median(other.decodeSeconds) / median(own.decodeSeconds);
    const double size = static_cast<double>(own.size) / static_cast<double>(other.size);
    std::printf(
        "  %s against %s: encode %.2f x, decode %.2f x as fast (goal 1.0, stretch 1.2), size %.4f x (goal "
        "1)\n",
        own.name.c_str(), other.name.c_str(), encode, decode, size);
    return encode >= 1 && decode >= 1 && size <= 1;
}

bool measure(const std::string& name, const Bytes& bytes) {
    const std::size_t blocks = (bytes.size() + blockSize - 1) / blockSize;
    const double entropy = entropyBits(histogramOf(bytes)) / 8;
    std::vector<Coder> coders{peer("htscodecs scalar", 0, blocks), ours(InstructionSet::Baseline, blocks),
                              peer("htscodecs 32 states", RANS_ORDER_X32, blocks)};
    for (const InstructionSet set : usableInstructionSets())
        if (set != InstructionSet::Baseline) coders.push_back(ours(set, blocks));
    Bytes back(bytes.size());
    const auto times = static_cast<int>(leastWork / std::max<std::size_t>(1, bytes.size()) + 1);
    for (int round = 0; round < rounds; ++round)
        for (Coder& coder : coders)
            runOnce(coder, bytes, back, times);

    std::printf("%s: %zu bytes, entropy %.0f\n", name.c_str(), bytes.size(), entropy);
    for (const Coder& coder : coders) {
        const auto rate = [&](const std::vector<double>& taken) {
            return static_cast<double>(bytes.size()) / median(taken) / 1e6;
        };
        std::printf("  %-22s encode %5.0f MB/s, decode %5.0f MB/s, %zu bytes, entropy %+.2f %%\n",
                    coder.name.c_str(), rate(coder.encodeSeconds), rate(coder.decodeSeconds), coder.size,
                    100 * (static_cast<double>(coder.size) / entropy - 1));
    }
    bool reached = compare(coders[1], coders[0]);
    if (coders.size() > 3) reached = compare(coders.back(), coders[2]) && reached;
    return reached;
}

}  // namespace

int main(int count, char** arguments) {
    bool reached = measure("8-bit Gaussian, deviation 18", gaussianBytes());
    for (int i = 1; i < count; ++i) {
        std::ifstream file(arguments[i], std::ios::binary);
        const Bytes bytes{std::istreambuf_iterator<char>(file), {}};
        if (bytes.empty()) {
            std::fprintf(stderr, "%s can't be read.\n", arguments[i]);
            return 2;
        }
        reached = measure(arguments[i], bytes) && reached;
    }
    return reached ? 0 : 1;
}
