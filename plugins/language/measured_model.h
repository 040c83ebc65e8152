#pragma once

// What the measures of language models share: ports, counts, and the beginning of a sequence.

#include "core/media/node/language_model.h"
#include "core/media/node/node.h"

#include <memory>
#include <string>
#include <vector>

namespace ratescope::media::language {

/// LibTorch's own address space, and what windows of tokens take; models are counted by their files.
Resources modelResources();

graph::Port referencePort();
graph::Port candidatePort();
/// "beginning", a flag that is off.
graph::Parameter beginningParameter(const std::string& help);

/// "seen-text", a flag that is off and enters no key: the planner refuses text that calibrated the candidate.
graph::Parameter seenTextParameter();

/// Throws Error(Usage) where the parameter "beginning" asks for one that the model's tokenizer lacks.
void checkBeginning(const LanguageModel& model, const Parameters& parameters);

/// "weights" and "searched-weights" of the original: what rates are divided by.
std::vector<Count> weightCounts(const LanguageModel& reference);

/// Throws Error(Input), naming the node, where the value is no language model.
std::shared_ptr<const LanguageModel> modelOf(const Value& candidate, const std::string& node);

}  // namespace ratescope::media::language
