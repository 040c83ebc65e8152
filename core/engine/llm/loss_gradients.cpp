#include "core/engine/llm/loss_gradients.h"

#include "core/engine/llm/ids.h"
#include "core/engine/llm/llama.h"
#include "core/error.h"
#include "core/media/node/block_names.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <utility>
#include <vector>

namespace ratescope::engine {
namespace {

/// The same memory, as the beginning of a new computation.
at::Tensor traced(const at::Tensor& tensor) {
    return tensor.detach().requires_grad_(true);
}

/// A value's parts that linear layers multiply by.
std::vector<at::Tensor*> matrices(LlamaBlock& block) {
    return {&block.queryKeyValue, &block.attentionOutput, &block.gateAndUp, &block.down};
}

std::pair<double, at::Tensor> headGradient(const Llama& model, const at::Tensor& ids,
                                           const at::Tensor& states) {
    const c10::AutoGradMode recording(true);
    const at::Tensor read = traced(states);
    const at::Tensor targets = ids.slice(1, 1).flatten().to(states.device());
    const at::Tensor loss = at::cross_entropy_loss(model.logits(read.slice(1, 0, -1)).flatten(0, 1), targets);
    loss.backward();
    return {loss.item<double>(), read.grad()};
}

/// Shows the gradients by the block's weights; gives that by what it reads.
at::Tensor blockGradient(const Llama& model, std::int64_t layer, const at::Tensor& states,
                         const at::Tensor& gradient, const GradientWatch& watch) {
    LlamaWeights weights = model.weights();
    LlamaBlock& block = weights.blocks.at(static_cast<std::size_t>(layer));
    for (at::Tensor* matrix : matrices(block))
        *matrix = traced(*matrix);
    const at::Tensor read = traced(states);
    {
        const c10::AutoGradMode recording(true);
        Llama(weights).block(layer, read).backward(gradient);
    }
    for (at::Tensor* matrix : matrices(block))
        *matrix = matrix->grad();
    const std::string prefix = media::blockPrefix(layer);
    for (const std::string& linear : model.linears())
        if (linear.starts_with(prefix)) watch(linear + ".weight", weights.tensor(linear + ".weight"));
    return read.grad();
}

}  // namespace

double lossGradients(const Llama& model, const at::Tensor& ids, const GradientWatch& watch,
                     const std::function<void()>& check) {
    checkWindows(ids);
    std::vector<at::Tensor> states;
    {
        const c10::NoGradGuard forward;
        states.push_back(model.embed(ids));
        for (std::int64_t layer = 0; layer < model.layers(); ++layer) {
            check();
            states.push_back(model.block(layer, states.back()));
        }
    }
    check();
    auto [loss, gradient] = headGradient(model, ids, states.back());
    for (std::int64_t layer = model.layers() - 1; layer >= 0; --layer) {
        check();
        gradient = blockGradient(model, layer, states[static_cast<std::size_t>(layer)], gradient, watch);
    }
    return loss;
}

}  // namespace ratescope::engine
