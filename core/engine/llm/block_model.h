#pragma once

// What those who compress a model see of it, whatever its architecture: hidden states that go through one block after
// the other, and the linear layers of the blocks.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace ratescope::engine {

/// Is shown what linear layers read while a block runs: rows [tokens, in], and the names of all layers that read them
/// ("model.layers.0.mlp.up_proj"). The rows may be overwritten afterwards: keep a copy. The layers have not computed yet:
/// they do so with the tensors that the watch sets in their place.
using LinearWatch = std::function<void(const std::vector<std::string>& readers, const at::Tensor& rows)>;

class BlockModel {
  public:
    virtual ~BlockModel() = default;

    virtual at::Device device() const = 0;
    virtual std::int64_t layers() const = 0;
    /// What the first block reads: I64 [windows, tokens] to [windows, tokens, hidden]. Throws Error(Input) for no
    /// tokens, ids outside the vocabulary, and windows that are longer than there are positions.
    virtual at::Tensor embed(const at::Tensor& ids) const = 0;
    /// One block on hidden states of whole windows. Shows `watch`, if there is one, what each linear layer reads.
    virtual at::Tensor block(std::int64_t layer, const at::Tensor& hidden,
                             const LinearWatch& watch = {}) const = 0;

    /// The names of all linear layers of the blocks, without ".weight", in the order of the computation.
    virtual std::vector<std::string> linears() const = 0;
    /// The tensor of that name of the file ("model.layers.0.mlp.up_proj.weight"), F32. Throws Error(Input) where the
    /// model has none of that name.
    virtual at::Tensor tensor(const std::string& name) const = 0;
    /// Copies values of the same shape, of any floating-point type and device, in place of the tensor of that name.
    /// Throws Error(Input) for a name that the model does not have and for another shape.
    virtual void setTensor(const std::string& name, const at::Tensor& value) = 0;
};

}  // namespace ratescope::engine
