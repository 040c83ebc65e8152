#pragma once

// Rotary positions (Su et al. 2021, "RoFormer"): each pair of a head's channels turns by an angle that grows with the
// position.

#include "core/media/node/language_model.h"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace ratescope::engine {

/// Turns queries and keys; what it needs of the configuration is computed once.
class Rope {
  public:
    Rope(const media::ModelConfig& config, at::Device device);

    /// The rotations of `count` positions from `first` on, for rotate(): F32 [count, 1, headSize/2, 2], cosine and
    /// sine.
    at::Tensor rotations(std::int64_t first, std::int64_t count) const;
    /// Heads [..., count, heads, headSize] (F32; channels contiguous), turned; a new contiguous tensor.
    at::Tensor rotate(const at::Tensor& heads, const at::Tensor& rotations) const;

  private:
    at::Tensor frequencies_;  ///< F64
    bool neighbours_;
};

}  // namespace ratescope::engine
