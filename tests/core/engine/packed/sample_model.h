#pragma once

// Small random Llama models.

#include "core/media/node/language_model.h"

namespace ratescope::engine {

/// Two layers: 4 heads of 8 over 2 of keys and values, hidden 32, inner 48, 70 tokens.
media::ModelConfig sampleConfig();

struct SampleOptions {
    bool biases = false;
    unsigned seed = 1;
};

/// Gaussian F32 tensors of the config's shapes.
media::LanguageModel sampleModel(const media::ModelConfig& config, SampleOptions options = {});

/// A tensor's elements in double precision, plain F32 ones only.
std::vector<double> elementsOf(const media::LanguageModel& model, const std::string& name);

}  // namespace ratescope::engine
