#pragma once

// Scales of the inputs of a decoder's linear layers, folded into what makes these inputs, so that the model computes
// what it did before and no bit is spent on them (BitStack, arXiv 2410.23918; SmoothQuant, arXiv 2211.10438).

#include "core/buffer/buffer.h"
#include "core/media/node/language_model.h"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace ratescope::engine {

/// One number an input, by the name of the layer ("model.layers.0.mlp.up_proj"): positive and finite.
using InputScales = std::map<std::string, std::vector<float>>;

/// What becomes of one tensor: W·diag(inputs), its rows divided by `outputs`. Empty ones change nothing. A norm or a
/// bias, which is a vector, has `outputs` only.
struct FoldedScale {
    std::vector<float> inputs, outputs;
};

/// By the name of the tensor. The scale of q, k and v goes into the block's first norm, that of gate and up into its
/// second, that of down into the rows of up, that of o into the rows (and bias) of v, or nowhere where fewer value
/// heads than heads leave v and o with other shapes. Throws Error(Input) where the model is no decoder, and where a
/// layer's scale is missing, of another length, or not positive and finite.
std::map<std::string, FoldedScale> foldedScales(const media::ModelConfig& config, const InputScales& scales);

/// The tensor, floating-point of shape [rows] or [rows, inputs], as F32 with its scale. Throws Error(Input) that names
/// it where a value is not finite or is no longer, Error(Internal) where the shape does not fit.
Array scaled(const std::string& name, const Array& tensor, const FoldedScale& scale);
/// Throws Error(Input) that names the tensor and says not to scale, unless these values, which scaling gave, are finite.
void requireFiniteScaled(const std::string& name, std::span<const float> values);

}  // namespace ratescope::engine
