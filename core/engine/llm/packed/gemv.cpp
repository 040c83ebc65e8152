#include "core/engine/llm/packed/gemv.h"

#include "core/engine/llm/packed/kernels.h"
#include "core/error.h"
#include "core/instruction_set.h"

#include <algorithm>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace ratescope::engine {
namespace {

/// Of a layer's share of the pieces: a multiple of the threads, so that one that is held up leaves its rest to others.
constexpr std::size_t piecesOfThread = 4;

PackedInstructions fastest() {
#if defined(__x86_64__)
    const InstructionSet set = bestInstructionSet();
    if (set == InstructionSet::Avx512 && __builtin_cpu_supports("avx512vnni"))
        return PackedInstructions::Avx512Vnni;
    unsigned a = 0, b = 0, c = 0, d = 0;  // clang 14 asks for F16C by no name
    const bool halves = __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
    if (set >= InstructionSet::Avx2 && halves) return PackedInstructions::Avx2;
#endif
    return PackedInstructions::Scalar;
}

const GemvKernels& kernelsFor(PackedInstructions instructions) {
#if defined(__x86_64__)
    if (instructions == PackedInstructions::Avx512Vnni) return avx512GemvKernels;
    if (instructions == PackedInstructions::Avx2) return avx2GemvKernels;
#endif
    return scalarGemvKernels;
}

void check(const LayerProduct& layer, const Activations& activations) {
    if (layer.matrix->columns() != activations.columns() ||
        layer.out.size() != activations.tokens() * layer.matrix->rows())
        throw Error(ErrorKind::Internal, "A layer and its activations do not fit.", "");
}

}  // namespace

PackedInstructions bestPackedInstructions() {
    static const PackedInstructions best = fastest();
    return best;
}

std::vector<PackedInstructions> usablePackedInstructions() {
    std::vector<PackedInstructions> usable;
    for (const auto instructions :
         {PackedInstructions::Scalar, PackedInstructions::Avx2, PackedInstructions::Avx512Vnni})
        if (instructions <= bestPackedInstructions()) usable.push_back(instructions);
    return usable;
}

const char* toText(PackedInstructions instructions) {
    switch (instructions) {
        case PackedInstructions::Avx512Vnni:
            return "AVX-512 VNNI";
        case PackedInstructions::Avx2:
            return "AVX2";
        default:
            return "scalar";
    }
}

void multiply(std::span<const LayerProduct> layers, const Activations& activations, ThreadTeam& team,
              PackedInstructions instructions) {
    std::size_t tiles = 0;
    for (const LayerProduct& layer : layers) {
        check(layer, activations);
        tiles += layer.matrix->tiles().count();
    }
    const std::size_t pieces = std::min(tiles, piecesOfThread * static_cast<std::size_t>(team.threads()));
    const GemvKernels& kernels = kernelsFor(instructions);
    // Tiles are numbered through all layers; a piece has its part of the numbers.
    team.run(pieces, [&](std::size_t piece) {
        const std::size_t begin = tiles * piece / pieces, end = tiles * (piece + 1) / pieces;
        std::size_t before = 0;
        for (const LayerProduct& layer : layers) {
            const PackedTiles& matrix = layer.matrix->tiles();
            const std::size_t first = std::clamp(begin, before, before + matrix.count()) - before;
            const std::size_t last = std::clamp(end, before, before + matrix.count()) - before;
            const bool coded = activations.format() == ActivationFormat::QuantisedEight &&
                               matrix.format != PackedFormat::Float32;
            if (first < last)
                (coded ? kernels.quantised : kernels.floats)(matrix, activations, first, last,
                                                             layer.out.data());
            before += matrix.count();
        }
    });
}

}  // namespace ratescope::engine
