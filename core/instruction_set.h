#pragma once

// Vector instructions, chosen at run time. A loop is written once, as an inline function of plain C++, and compiled
// for each set by the compiler's own vectoriser; nothing is contracted or reordered, so that all give the same bits.
//
//     namespace { RATESCOPE_INLINE void scale(const float* in, float* out, std::size_t count) { … } }
//     compiledFor<&scale>(bestInstructionSet())(in, out, count);
//
// Such files want -O3 (see core/media/quality/CMakeLists.txt). What the function calls must be inline too.

#include <vector>

namespace ratescope {

enum class InstructionSet {
    Baseline,  ///< what every processor of this architecture has (x86-64: SSE2)
    Avx2,
    Avx512,  ///< F, BW, DQ and VL
};

/// The widest one that processor and operating system have.
InstructionSet bestInstructionSet();
/// Those that this machine can run, narrowest first.
std::vector<InstructionSet> usableInstructionSets();
/// "baseline", "AVX2", "AVX-512".
const char* toText(InstructionSet set);

}  // namespace ratescope

#define RATESCOPE_INLINE [[gnu::always_inline]] inline

#if !defined(__x86_64__)
#define RATESCOPE_FOR_AVX2
#define RATESCOPE_FOR_AVX512
#elif defined(__clang__)
#define RATESCOPE_FOR_AVX2 [[gnu::target("avx2")]]
#define RATESCOPE_FOR_AVX512 [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl")]]
#else
#define RATESCOPE_FOR_AVX2 [[gnu::target("avx2")]]
#define RATESCOPE_FOR_AVX512 [[gnu::target("avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512")]]
#endif

namespace ratescope {

template <auto Body>
struct Compiled;

template <typename Result, typename... Arguments, Result (*Body)(Arguments...)>
struct Compiled<Body> {
    static Result baseline(Arguments... arguments) { return Body(arguments...); }
    RATESCOPE_FOR_AVX2 static Result avx2(Arguments... arguments) { return Body(arguments...); }
    RATESCOPE_FOR_AVX512 static Result avx512(Arguments... arguments) { return Body(arguments...); }
};

/// `Body` compiled for the set, which the machine must have.
template <auto Body>
auto compiledFor(InstructionSet set) -> decltype(Body) {
    if (set == InstructionSet::Avx512) return &Compiled<Body>::avx512;
    if (set == InstructionSet::Avx2) return &Compiled<Body>::avx2;
    return &Compiled<Body>::baseline;
}

}  // namespace ratescope
