#pragma once

// OWL (Yin et al., Outlier weighed layerwise sparsity, 2024, arXiv 2310.05175; rule as in the authors' program): blocks
// with more outliers are pruned less.

#include "plugins/weights/calibrated.h"

#include <string>
#include <vector>

namespace ratescope::media::weights {

struct OwlSettings {
    double sparsity = 0.5;  ///< mean over the blocks
    double threshold = 5;   ///< an outlier has a score above so many times the block's mean
    double range = 0.08;    ///< sparsities lie within twice that, around the mean
};

/// The sparsity of each of these tensors of a model, in 0 … 1: that of its block, by the share of outliers among the
/// scores |w_ij|·√H_jj of the block's tensors. Throws Error(Input) for a tensor that belongs to no block.
std::vector<double> owlSparsities(const std::vector<const Tensor*>& tensors, const Calibration& calibration,
                                  const OwlSettings& settings);

}  // namespace ratescope::media::weights
