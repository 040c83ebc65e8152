#pragma once

// Calibration while a language model is quantised: the layers of each block see what the compressed layers before them
// give, so that later ones make up for what earlier ones have lost (GPTQ's "true sequential", arXiv 2210.17323).

#include "plugins/weights/calibrated.h"

#include <map>
#include <string>

namespace ratescope::media::weights {

/// Sequences of the text at "text" go through the blocks of the model at "tensors". Layers that read the same come
/// together: their Hessian is taken, `quantise` is called for each of them that is searched, and the rows go on through
/// what it gives back. What has become of each, by the tensor's name; the writers are left empty. Each
/// finished block is a checkpoint. Throws Error(Input) where the tensors are no language model of the Llama
/// architecture, and what engine::drawnSequences throws.
std::map<std::string, FinishedTensor> quantisedBlocks(Context& context, const Inputs& inputs,
                                                      const Parameters& parameters,
                                                      const SectionWriters& writers,
                                                      const Quantise& quantise);

/// Adds the port "text", the parameters "sequences" and "length", and the seed that draws them.
void addSequentialCalibration(graph::Manifest& manifest);

}  // namespace ratescope::media::weights
