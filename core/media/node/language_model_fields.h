#pragma once

// The scalar fields of a language model's configuration and tokenizer as JSON: in value files and in texts.

#include "core/media/node/language_model.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>

namespace ratescope::media {

/// All but the divisors of rotary frequencies.
nlohmann::json configFields(const ModelConfig& config);
/// All but pieces, scores, kinds and merges. Flags that older files lack are left out where they mean what a file
/// without them does.
nlohmann::json tokenizerFields(const TokenizerData& tokenizer);

/// Throw Error(Input) for a name or a number that is none, nlohmann's exceptions for a field that is missing or of
/// another type.
ModelConfig configOfFields(const nlohmann::json& fields);
TokenizerData tokenizerOfFields(const nlohmann::json& fields);
PieceKind pieceKind(std::uint64_t kind);

}  // namespace ratescope::media
