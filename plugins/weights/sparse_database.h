#pragma once

// EvoPress's database of sparsities: a linear pruned by SparseGPT to every number of zeros that a search may give it,
// packed: a bit a weight, and halves.

#include "core/engine/quant/factor.h"
#include "core/media/coding/fields.h"
#include "plugins/weights/calibrated.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ratescope::media::weights {

struct SparsitySettings {
    double target = 0.5;    ///< share of zeros at the middle level
    std::int64_t step = 1;  ///< weights from level to level, the same for all units
    int mostLevel = 8;      ///< levels on either side of the middle
    engine::FactorSettings factor;
};

/// The tensor with so many weights pruned, as it is stored (sparse_codes.h).
engine::Matrix<float> prunedTo(Context& context, const CalibratedTensor& tensor,
                               const engine::InverseFactor& factor, std::int64_t zeros);

struct SparseLevel {
    std::int64_t zeros = 0;
    std::vector<std::byte> mask;        ///< a bit a weight, 1 where it is not zero
    std::vector<std::uint16_t> values;  ///< halves, of those
    std::uint64_t bits = 0;             ///< as the codec stores it
    double error = 0;                   ///< tr((W−Ŵ)·H·(W−Ŵ)ᵀ) / tr(W·H·Wᵀ)
};

struct SparseUnit {
    std::string name;
    MatrixShape shape;
    int middle = 0;                   ///< the level of ⌊target·m·n⌋ zeros
    std::vector<SparseLevel> levels;  ///< each with `step` zeros more than the one before
};

/// As many levels on either side as there are zeros for. One factor serves all. Throws as engine::factorInverse and
/// engine::pruneSparseGptTo.
SparseUnit sparseUnit(Context& context, const CalibratedTensor& tensor, const SparsitySettings& settings);
/// Ŵ [m, n], the same as a decoder gives.
engine::Matrix<float> weightsAt(const SparseUnit& unit, int level);

/// For checkpoints. Reading throws Error(Input) on what was not written so.
FieldWriter fieldsOf(const SparseUnit& unit);
SparseUnit sparseUnitFrom(FieldReader& fields);

}  // namespace ratescope::media::weights
