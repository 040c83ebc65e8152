#pragma once

// What an EvoPress search is told: its parameters, and what they come to for a model of so many weights.

#include "core/engine/quant/evolution.h"
#include "core/graph/manifest.h"
#include "core/media/node/node.h"
#include "plugins/weights/allocation_table.h"
#include "plugins/weights/candidate_model.h"
#include "plugins/weights/level_database.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::media::weights {

enum class SearchMethod {
    Evolution,
    Dynamic,  ///< of tensors: the least sum of the layers' relative errors, by dynamic programming
    Even,     ///< of tensors: the same for all, as far as whole bits allow
    Owl,      ///< sparsity: blocks with more outliers less (owl.h)
    Scoring,  ///< left out: the halves that alone do the least harm
    Cosine,   ///< left out: those whose states change direction least
    Random    ///< left out
};
enum class GroupRule { Size, Name, None };

struct SearchSettings {
    AllocationKind kind = AllocationKind::Bits;
    SearchMethod method = SearchMethod::Evolution;
    double target = 3;  ///< bits, the share of zeros, or that of blocks left out
    FitnessKind fitness = FitnessKind::Divergence;
    std::int64_t top = 512;
    GroupRule groupRule = GroupRule::Size;
    int mostMutations = 3;
    bool wholeBlocks = false, pairs = false;  ///< what is left out together
    std::int64_t step = 0;  ///< sparsity: weights from level to level; 0: by the smallest tensor
    int mostLevel = 8;      ///< sparsity: levels on either side of the target
    int mostDeviation = 0;  ///< sparsity: of all levels together; 0: any
    /// Generations are 0 where the number of blocks decides.
    engine::EvolutionSettings evolution;
    LevelSettings levels;
};

std::vector<graph::Parameter> searchParameters();

/// Throws Error(Usage) for a target out of range, a method that the kind has not, lists that are none, and where the
/// paper's effort is asked for by its name with less text than its stages take.
SearchSettings searchSettings(const Parameters& parameters, std::uint64_t weights);

/// Text that a stage of the selection asks for and does not get.
struct MissingText {
    std::string what, remedy;
};
/// Nothing where every stage has its tokens, and where none selects.
std::optional<MissingText> missingText(const SearchSettings& settings);

}  // namespace ratescope::media::weights
