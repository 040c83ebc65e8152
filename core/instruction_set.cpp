#include "core/instruction_set.h"

namespace ratescope {
namespace {

InstructionSet widest() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return InstructionSet::Avx512;
    if (__builtin_cpu_supports("avx2")) return InstructionSet::Avx2;
#endif
    return InstructionSet::Baseline;
}

}  // namespace

InstructionSet bestInstructionSet() {
    static const InstructionSet best = widest();
    return best;
}

std::vector<InstructionSet> usableInstructionSets() {
    std::vector<InstructionSet> sets;
    for (const InstructionSet set : {InstructionSet::Baseline, InstructionSet::Avx2, InstructionSet::Avx512})
        if (set <= bestInstructionSet()) sets.push_back(set);
    return sets;
}

const char* toText(InstructionSet set) {
    switch (set) {
        case InstructionSet::Avx512:
            return "AVX-512";
        case InstructionSet::Avx2:
            return "AVX2";
        default:
            return "baseline";
    }
}

}  // namespace ratescope
