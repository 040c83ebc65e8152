#pragma once

// Text as models read it: what the nodes that calibrate, search and predict with it share.

#include "core/engine/llm/tokenizer.h"
#include "core/graph/manifest.h"
#include "core/media/node/value.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace ratescope::engine {

/// The texts of a port that takes all, as one, a blank line between two. `who` begins the message of Error(Input) where
/// a value is no text: "language.perplexity predicts".
std::string joinedTexts(const std::vector<media::Value>& texts, const std::string& who);

/// Throws Error(Input) for no text and for text that is not UTF-8.
media::Value corpusOf(std::string text);

/// Throws Error(Input) where the model has no tokenizer, and what its constructor throws.
Tokenizer tokenizerOf(const media::LanguageModel& model);

/// `count` sequences of `length` tokens at random places of the text: I64 [count, length]. Throws Error(Input) where
/// the text is shorter than one.
at::Tensor drawnSequences(std::mt19937_64 random, std::span<const std::int32_t> ids, std::int64_t count,
                          std::int64_t length);

/// What a node draws unless its user says otherwise, and the bounds of `sequences`.
struct DrawDefaults {
    std::int64_t sequences = 32, length = 512;
    std::int64_t least = 1, most = 4096;
};

/// The parameters "sequences" and "length", as drawnSequences() takes them.
std::vector<graph::Parameter> drawParameters(const DrawDefaults& defaults = {});

}  // namespace ratescope::engine
