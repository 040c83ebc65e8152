#pragma once

// A Llama model's tensors, packed for the decoder.

#include "core/engine/llm/packed/packed_matrix.h"
#include "core/media/node/language_model.h"

#include <optional>
#include <vector>

namespace ratescope::engine {

/// Biases are empty where the model has none.
struct DecoderLayer {
    std::vector<float> attentionNorm, feedForwardNorm;
    PackedMatrix query, key, value, output, gate, up, down;
    std::vector<float> queryBias, keyBias, valueBias, outputBias;
};

struct DecoderWeights {
    media::ModelConfig config;
    PackedMatrix embedding;
    PackedMatrix head;  ///< shares the embedding's memory where they are tied
    std::vector<DecoderLayer> layers;
    std::vector<float> norm;

    std::size_t byteSize() const;
};

/// With a format, embedding and all linear layers are packed in it; without one they are kept as they are stored:
/// blocks of Q4_0, Q4_1 and Q8_0 as such, all else in single precision. Throws Error(Input) for another architecture,
/// tensors that are missing, of another shape, unknown or not finite, and for a config whose numbers do not fit each
/// other.
DecoderWeights packedWeights(const media::LanguageModel& model,
                             std::optional<PackedFormat> format = std::nullopt);

}  // namespace ratescope::engine
