#include "plugins/language/prompt.h"

#include "core/engine/llm/generate.h"
#include "core/engine/llm/ids.h"
#include "core/engine/llm/llama.h"

#include <ATen/core/Tensor.h>

#include <algorithm>

namespace ratescope::media::language {
namespace {

constexpr std::size_t tokensAtOnce = 64;  // SmolLM2 reads so many in about 100 ms

}  // namespace

std::vector<std::int32_t> continuationOf(Context& context, const engine::Llama& model,
                                         std::span<const std::int32_t> prompt, std::int64_t tokens,
                                         std::optional<std::int32_t> end,
                                         const std::function<void(std::int64_t)>& made) {
    engine::FullCache cache(model.layers());
    while (prompt.size() > tokensAtOnce) {
        context.check();
        model.hidden(engine::idTensor(prompt.first(tokensAtOnce)), cache);
        prompt = prompt.subspan(tokensAtOnce);
    }
    std::int64_t count = 0;
    return engine::generate(model, cache, prompt, {.tokens = tokens, .end = end}, [&](std::int32_t) {
        context.check();
        ++count;
        if (made) made(count);
    });
}

}  // namespace ratescope::media::language
