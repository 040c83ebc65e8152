#pragma once

// A language model as a set of named tensors and back, so that every codec of weights compresses models too: what is
// no tensor (configuration, tokenizer, which tensors are to be compressed) travels as one entry of the metadata.

#include "core/media/node/language_model.h"
#include "core/media/node/value.h"

#include <memory>

namespace ratescope::media {

/// The schema of tensor sets that are language models.
inline constexpr const char* languageModelSchema = "language-model";
/// Entries of their metadata: configuration and tokenizer as JSON; patterns of searched tensors (searched.h).
inline constexpr const char* languageModelEntry = "ratescope.language-model";
inline constexpr const char* searchedEntry = "ratescope.searched";

/// Tensors in the model's order and with its names; blocks become F32, plain tensors share their memory. Throws
/// Error(Input) where a text of the tokenizer is no UTF-8.
TensorSet tensorsOf(const LanguageModel& model);

/// The inverse, with plain tensors. Throws Error(Input) where the set is no language model: another schema, no or a
/// damaged entry, or what checkLanguageModel() refuses.
LanguageModel languageModelOf(const TensorSet& set);

/// A value that is either, as the one or the other; null where it is neither. Throw as the two above.
std::shared_ptr<const TensorSet> asTensors(const Value& value);
std::shared_ptr<const LanguageModel> asLanguageModel(const Value& value);

}  // namespace ratescope::media
