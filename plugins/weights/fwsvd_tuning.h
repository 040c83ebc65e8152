#pragma once

// Recovery after low-rank factors: all of them trained together on the task's loss, the rest of the model as it is.

#include "core/engine/quant/low_rank.h"
#include "core/graph/manifest.h"
#include "core/media/node/context.h"
#include "core/media/node/node.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ratescope::media::weights {

struct TuningSettings {
    std::int64_t steps = 0;  ///< 0: no fine-tuning
    double learningRate = 3e-5;
    std::int64_t batch = 8;                      ///< sequences of a step
    std::int64_t sequences = 512, length = 128;  ///< drawn of the text, taken in turn
};

std::vector<graph::Parameter> tuningParameters();
TuningSettings tuningSettings(const Parameters& parameters);

/// A layer's factors, which training changes.
struct TunedLayer {
    std::string name;
    engine::LowRank* factors = nullptr;
};

/// AdamW (Loshchilov and Hutter 2019: β 0.9 and 0.999, ε 1e-8, decay 0.01) on the mean of −log p(token) of the text
/// under the model of that set, whose layers multiply by L·R; in single precision, the result in half. Is saved
/// every 50 steps, and goes on from there. Reports the table "fine-tuning": a row a step, its loss before it. Throws
/// Error(Input) where the tensors are no language model of the Llama architecture or the
/// text is too short, and where the loss or a factor is no number any more.
void tune(Context& context, const TensorSet& set, const std::string& text, const TuningSettings& settings,
          const std::vector<TunedLayer>& layers, SubProgress progress);

}  // namespace ratescope::media::weights
