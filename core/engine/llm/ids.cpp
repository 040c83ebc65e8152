#include "core/engine/llm/ids.h"

#include "core/error.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace ratescope::engine {

at::Tensor idTensor(std::span<const std::int32_t> ids) {
    at::Tensor tensor = at::empty({static_cast<std::int64_t>(ids.size())}, at::kLong);
    std::copy(ids.begin(), ids.end(), tensor.mutable_data_ptr<std::int64_t>());
    return tensor;
}

void checkIds(const at::Tensor& ids, std::int64_t vocabulary) {
    if (ids.numel() == 0)
        throw Error(ErrorKind::Input, "A language model was to run without any token.",
                    "Give it a longer text.");
    const auto [least, most] = at::aminmax(ids);
    const std::int64_t low = least.item<std::int64_t>(), high = most.item<std::int64_t>();
    if (low < 0 || high >= vocabulary)
        throw Error(ErrorKind::Input,
                    "The token " + std::to_string(low < 0 ? low : high) +
                        " is outside the model's vocabulary of " + std::to_string(vocabulary) + ".",
                    "Use the tokenizer that belongs to the model.");
}

void checkWindows(const at::Tensor& ids) {
    if (ids.dim() != 2 || ids.size(1) < 2)
        throw Error(ErrorKind::Input, "A window of fewer than two tokens predicts nothing.",
                    "Give longer windows.");
}

}  // namespace ratescope::engine
