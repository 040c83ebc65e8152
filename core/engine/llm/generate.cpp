#include "core/engine/llm/generate.h"

#include "core/engine/llm/ids.h"
#include "core/engine/llm/llama.h"
#include "core/engine/llm/log_likelihood.h"
#include "core/error.h"

#include <ATen/ATen.h>

namespace ratescope::engine {

std::vector<std::int32_t> generate(const Llama& model, KeyValueCache& cache,
                                   std::span<const std::int32_t> prompt, const GenerationOptions& options,
                                   const TokenMade& made) {
    std::vector<std::int32_t> tokens;
    std::span<const std::int32_t> unseen = prompt;
    while (static_cast<std::int64_t>(tokens.size()) < options.tokens) {
        const at::Tensor states = model.hidden(idTensor(unseen), cache);
        const auto token = static_cast<std::int32_t>(model.logits(states[-1]).argmax().item<std::int64_t>());
        if (token == options.end) break;
        tokens.push_back(token);
        unseen = {&tokens.back(), 1};
        if (made) made(token);
    }
    return tokens;
}

std::vector<double> continuationLogLikelihoods(const Llama& model, std::span<const std::int32_t> prompt,
                                               std::span<const std::int32_t> continuation) {
    if (prompt.empty() || continuation.empty())
        throw Error(ErrorKind::Input, "A prompt or what goes on after it has no tokens.",
                    "Give both some text.");
    std::vector<std::int32_t> read(prompt.begin(), prompt.end());
    read.insert(read.end(), continuation.begin(), continuation.end() - 1);
    const at::Tensor states =
        model.hidden(idTensor(read).unsqueeze(0), static_cast<std::int64_t>(prompt.size()) - 1)[0];
    const at::Tensor values =
        logLikelihoods(model.normed(states), model.weights().head, idTensor(continuation)).cpu();
    const double* first = values.const_data_ptr<double>();
    return {first, first + values.numel()};
}

}  // namespace ratescope::engine
