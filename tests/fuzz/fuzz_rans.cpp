#include "core/media/coding/rans.h"
#include "core/media/coding/symbol_model.h"
#include "core/media/coding/symbol_tables.h"
#include "tests/fuzz/fuzz.h"

#include <array>
#include <cstdlib>
#include <vector>

using namespace ratescope;
using namespace ratescope::media;

namespace {

constexpr std::size_t most = 100'000;

/// Every instruction set must say the same of a stream: the symbols, or that it is damaged.
template <typename Symbol, typename Decode>
void decodeByAll(std::size_t count, Decode decode) {
    std::vector<std::vector<Symbol>> results;
    for (const InstructionSet set : usableInstructionSets()) {
        std::vector<Symbol> symbols(count);
        try {
            decode(std::span(symbols), set);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::Input) throw;
            symbols.clear();
        }
        results.push_back(symbols);
    }
    for (const auto& result : results)
        if (result != results.front()) std::abort();
}

void decodeModelled(const SymbolModel& model, std::span<const std::byte> stream, std::size_t count) {
    std::vector<float> means(count), scales(count);
    for (std::size_t i = 0; i < count; ++i) {
        means[i] = static_cast<float>(i % 97) * 0.37F - 11;
        scales[i] = 0.01F * static_cast<float>(1 + i % 31 * (i % 31) * (i % 11));
    }
    decodeByAll<std::int32_t>(count, [&](std::span<std::int32_t> symbols, InstructionSet set) {
        model.decode(stream, means, scales, symbols, set);
    });
}

}  // namespace

// The first byte chooses the decoder, the next three how many symbols; the rest is the stream.
RATESCOPE_FUZZ(bytes) {
    static const SymbolModel gaussian(ModelShape::Gaussian), laplace(ModelShape::Laplace);
    if (bytes.size() < 4) return;
    const auto at = [&](std::size_t i) { return static_cast<std::size_t>(bytes[i]); };
    const std::size_t count = (at(1) | at(2) << 8 | at(3) << 16) % most;
    const auto stream = bytes.subspan(4);
    switch (at(0) % 4) {
        case 0:
            return decodeByAll<std::uint8_t>(count, [&](std::span<std::uint8_t> symbols, InstructionSet set) {
                decodeRans(stream, symbols, set);
            });
        case 1:
            return decodeByAll<std::uint16_t>(count,
                                              [&](std::span<std::uint16_t> symbols, InstructionSet set) {
                                                  decodeRans(stream, symbols, set);
                                              });
        case 2:
            return decodeModelled(gaussian, stream, count);
        default:
            return decodeModelled(laplace, stream, count);
    }
}
