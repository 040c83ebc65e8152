#pragma once

// Small decoders whose tokens are single characters.

#include "core/media/node/language_model.h"

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace ratescope::media::test {

/// The beginning of sequence, a control piece.
inline constexpr std::int32_t letterBeginning = 96;

/// Random weights over the vocabulary of printable ASCII, the blank, the line feed and "<s>": two layers.
LanguageModel letterModel(unsigned seed = 1);

/// After each of these characters it finds the one beside it most probable, whatever stands before; after others "~".
LanguageModel chainModel(const std::map<char, char>& next);

/// By hand, without the tokenizer.
std::vector<std::int32_t> letterIds(std::string_view text);

/// ln p of the tokens from `first` on, each given all before it, by loops in double precision.
std::vector<double> letterLogLikelihoods(const LanguageModel& model, const std::vector<std::int32_t>& ids,
                                         std::size_t first);

}  // namespace ratescope::media::test
