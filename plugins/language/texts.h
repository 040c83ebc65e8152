#pragma once

// How the nodes of this family read text.

#include "core/engine/llm/tokenizer.h"
#include "core/media/node/value.h"

#include <string>
#include <vector>

namespace ratescope::media::language {

/// The texts of a port that takes all, as one, a blank line between two. `who` begins the message of Error(Input) where
/// a value is no text: "language.perplexity predicts".
std::string joinedTexts(const std::vector<Value>& texts, const std::string& who);

/// Throws Error(Input) for no text and for text that is not UTF-8.
Value corpusOf(std::string text);

/// Throws Error(Input) where the model has no tokenizer, and what its constructor throws.
engine::Tokenizer tokenizerOf(const LanguageModel& model);

}  // namespace ratescope::media::language
