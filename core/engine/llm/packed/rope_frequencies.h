#pragma once

// How fast each pair of a head's channels turns with the position.

#include "core/media/node/language_model.h"

#include <vector>

namespace ratescope::engine {

/// Radians a position of each of the headSize/2 pairs: base^(−2i/headSize) (J. Su et al., "RoFormer",
/// arXiv:2104.09864), stretched as the configuration says (linear; Llama 3.1's bands; divisors of the file). Throws
/// Error(Input) where a head's size is odd, there are not as many divisors as pairs, or a frequency is not finite.
std::vector<double> ropeFrequencies(const media::ModelConfig& config);

}  // namespace ratescope::engine
