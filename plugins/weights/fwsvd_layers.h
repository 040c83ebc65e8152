#pragma once

// What weights.fwsvd factors: the layers of a set, the ranks that a user names, and how much each row counts.

#include "core/engine/quant/fisher.h"
#include "core/engine/quant/weighted_svd.h"
#include "core/media/node/node.h"
#include "plugins/weights/tensor_list.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::media::weights {

/// A searched tensor that is not empty.
struct SvdLayer {
    const Tensor* tensor = nullptr;
    MatrixShape shape;
    bool isNamed = false;   ///< by the parameter "ranks"
    std::int64_t rank = 0;  ///< 0: the matrix as it is
    /// Along which its rank was chosen, where a spectrum was asked.
    std::optional<engine::WeightedAxis> axis;
    double loss = 0;          ///< √ of the share of the weighted square that is lost
    double error = 0;         ///< relative, of the weights
    engine::LowRank factors;  ///< where the rank is not 0
};

/// Sets the ranks of the layers that entries "PATTERN=RANK" name; of several, the last. Throws Error(Usage) that shows
/// the entry where it says no rank, names no layer, or asks for a rank that the layer does not have.
void nameRanks(std::vector<SvdLayer>& layers, const std::string& text);

/// Which side of W a layer's weights of rows lie along, and √ of these.
struct RowWeights {
    engine::WeightedAxis axis = engine::WeightedAxis::Inputs;
    std::vector<double> diagonal;
};

/// The Fisher information at the port "fisher", if there is any.
class FisherInformation {
  public:
    /// Throws Error(Input) where it is of none of the set's tensors, and what fisherSumsFrom() throws.
    FisherInformation(const Inputs& inputs, const TensorSet& set, double floor);

    bool knows(const SvdLayer& layer) const { return sums_.contains(layer.tensor->name); }
    /// Ones for a layer that it does not know. Throws Error(Input) where the layer has another size.
    RowWeights of(const SvdLayer& layer, engine::WeightedAxis axis) const;
    /// What 1 of the diagonal's square stands for in a layer that it knows: the mean information of a weight of the
    /// strongest row.
    double unit(const SvdLayer& layer, engine::WeightedAxis axis) const;

  private:
    const std::vector<double>& sums(const SvdLayer& layer, engine::WeightedAxis axis) const;

    double floor_;
    engine::FisherSums sums_;
};

}  // namespace ratescope::media::weights
