#pragma once

// EvoPress's database: a linear quantised by GPTQ at every width that a search may give it, packed, so that all five
// take less memory than its weights in single precision.

#include "core/engine/quant/factor.h"
#include "core/engine/quant/gptq.h"
#include "core/media/coding/fields.h"
#include "plugins/weights/calibrated.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ratescope::media::weights {

/// Level 0 is the least width.
inline constexpr int leastBits = 2, mostBits = 6, levelCount = mostBits - leastBits + 1;
/// Of the level of a unit: ⌈log₂ 5⌉.
inline constexpr int levelBits = 3;

inline engine::GridShape gridAt(int level) {
    return {leastBits + level, false};
}

struct LevelSettings {
    std::int64_t groupSize = 128;  ///< −1: whole rows
    engine::FactorSettings factor;
};

/// tr((W−Ŵ)·H·(W−Ŵ)ᵀ) / tr(W·H·Wᵀ) of the weights Ŵ that decode, with H as it was calibrated: the damping of a factor
/// is no part of what a layer loses. Where the outputs are all zero, what is lost itself.
double outputLossOf(const CalibratedTensor& tensor, const engine::Matrix<float>& restored);

/// The tensor at that level, as it is stored: with the order of its columns where there is one.
engine::GroupQuantised quantisedAt(Context& context, const CalibratedTensor& tensor,
                                   const engine::InverseFactor& factor, const LevelSettings& settings,
                                   int level);

struct PackedLevel {
    std::vector<std::byte> codes;  ///< leastBits + level each
    engine::Matrix<std::uint16_t> scales, zeros;
    std::uint64_t bits = 0;  ///< of codes, scales, zero points and order
    double error = 0;        ///< tr((W−Ŵ)·H·(W−Ŵ)ᵀ) / tr(W·H·Wᵀ)
};

struct PackedUnit {
    std::string name;
    MatrixShape shape;
    std::int64_t groupSize = 0;
    std::vector<std::int64_t> order;  ///< empty: as the columns lie
    std::vector<PackedLevel> levels;
};

/// One factor serves all levels. Throws as engine::factorInverse and engine::gptq.
PackedUnit packedUnit(Context& context, const CalibratedTensor& tensor, const LevelSettings& settings);
/// Ŵ [m, n], the same as a decoder gives.
engine::Matrix<float> weightsAt(const PackedUnit& unit, int level);

/// For checkpoints. Reading throws Error(Input) on what was not written so.
FieldWriter fieldsOf(const PackedUnit& unit);
PackedUnit packedUnitFrom(FieldReader& fields);

}  // namespace ratescope::media::weights
