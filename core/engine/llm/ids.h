#pragma once

// Token ids as the runtime reads them.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

namespace ratescope::engine {

/// I64 [count].
at::Tensor idTensor(std::span<const std::int32_t> ids);

/// Throws Error(Input) for no ids and for one outside the vocabulary.
void checkIds(const at::Tensor& ids, std::int64_t vocabulary);

/// Throws Error(Input) unless `ids` is [windows, tokens] of at least two tokens, so that there is something to predict.
void checkWindows(const at::Tensor& ids);

}  // namespace ratescope::engine
