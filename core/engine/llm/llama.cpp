#include "core/engine/llm/llama.h"

#include "core/engine/llm/ids.h"
#include "core/error.h"
#include "core/media/node/block_names.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <span>
#include <utility>

namespace ratescope::engine {
namespace {

/// The linear layers of a block, those that read the same side by side.
constexpr std::array attentionReaders{"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"};
constexpr std::array outputReaders{"self_attn.o_proj"};
constexpr std::array feedForwardReaders{"mlp.gate_proj", "mlp.up_proj"};
constexpr std::array downReaders{"mlp.down_proj"};

std::string llamaName(std::int64_t layer, const char* part) {
    return media::blockPrefix(layer) + part;
}

std::vector<std::string> namesOf(std::int64_t layer, std::span<const char* const> parts) {
    std::vector<std::string> names;
    for (const char* part : parts)
        names.push_back(llamaName(layer, part));
    return names;
}

}  // namespace

/// How a block is run: its rotations, and what it keeps or shows.
struct Llama::Pass {
    at::Tensor rotations;    ///< of the positions of all rows
    std::int64_t first = 0;  ///< the first row whose result is wanted; earlier ones only give keys and values
    KeyValueCache* cache = nullptr;  ///< then there is one window
    const LinearWatch* watch = nullptr;

    void show(std::int64_t layer, std::span<const char* const> readers, const at::Tensor& rows) const {
        if (watch && *watch) (*watch)(namesOf(layer, readers), rows.flatten(0, -2));
    }
};

namespace {

at::Tensor rmsNorm(const at::Tensor& rows, const at::Tensor& weight, double epsilon) {
    const at::Tensor norm = at::linalg_vector_norm(rows, 2, at::IntArrayRef(-1), true);
    const at::Tensor meanSquare = norm.square().div(static_cast<double>(rows.size(-1)));
    return rows.mul(meanSquare.add(epsilon).rsqrt()).mul_(weight);
}

/// What the last `queries` of `keys` tokens may see, added to their scores; undefined where a query sees all keys or
/// where the kernel's own causal mask does.
at::Tensor mask(std::int64_t queries, std::int64_t keys, std::int64_t window, const at::Tensor& like) {
    const bool slides = window > 0 && keys > window;
    if (!slides && (queries == 1 || queries == keys)) return {};
    const at::TensorOptions integers = like.options().dtype(at::kLong);
    const at::Tensor key = at::arange(keys, integers);
    const at::Tensor query = at::arange(keys - queries, keys, integers).unsqueeze(1);
    at::Tensor hidden = key.gt(query);
    if (slides) hidden.logical_or_(key.le(query - window));
    return at::zeros({queries, keys}, like.options())
        .masked_fill_(hidden, -std::numeric_limits<float>::infinity());
}

/// Queries [windows, heads, tokens, size] are the last of the tokens of keys and values [windows, fewer heads, tokens,
/// size]. Gives [windows, tokens, heads · size].
at::Tensor attention(const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values,
                     std::int64_t window) {
    const std::int64_t count = queries.size(2), all = keys.size(2);
    const at::Tensor hidden = mask(count, all, window, queries);
    const bool causal = !hidden.defined() && count > 1;
    const auto bias = hidden.defined() ? std::optional<at::Tensor>(hidden) : std::nullopt;
    return at::scaled_dot_product_attention(queries, keys, values, bias, 0, causal, std::nullopt,
                                            queries.size(1) != keys.size(1))
        .transpose(1, 2)
        .flatten(2);
}

}  // namespace

Llama::Llama(const media::LanguageModel& model, at::Device device) : Llama(llamaWeights(model, device)) {}

Llama::Llama(LlamaWeights weights)
    : weights_(std::move(weights)), rope_(weights_.config, weights_.embedding.device()) {}

at::Tensor Llama::embed(const at::Tensor& ids) const {
    checkIds(ids, config().vocabulary);
    return at::embedding(weights_.embedding, ids.to(device()));
}

at::Tensor Llama::hidden(const at::Tensor& ids, std::int64_t first,
                         const std::function<void(double)>& done) const {
    at::Tensor states = embed(ids);
    const std::int64_t tokens = ids.size(1);
    if (first < 0 || first >= tokens)
        throw Error(ErrorKind::Internal, "Hidden states were asked for outside of a window.", "");
    Pass pass{.rotations = rope_.rotations(0, tokens)};
    for (std::int64_t layer = 0; layer < config().layers; ++layer) {
        if (layer + 1 == config().layers) pass.first = first;
        states = run(layer, states, pass);
        if (done) done(static_cast<double>(layer + 1) / static_cast<double>(config().layers));
    }
    return states;
}

at::Tensor Llama::hidden(const at::Tensor& ids, KeyValueCache& cache) const {
    at::Tensor states = embed(ids).unsqueeze(0);
    const Pass pass{.rotations = rope_.rotations(cache.tokens(), ids.size(0)), .cache = &cache};
    for (std::int64_t layer = 0; layer < config().layers; ++layer)
        states = run(layer, states, pass);
    return states.squeeze(0);
}

std::vector<std::string> Llama::linears() const {
    std::vector<std::string> names;
    const auto add = [&](std::int64_t layer, std::span<const char* const> readers) {
        std::ranges::move(namesOf(layer, readers), std::back_inserter(names));
    };
    for (std::int64_t layer = 0; layer < layers(); ++layer) {
        add(layer, attentionReaders);
        add(layer, outputReaders);
        add(layer, feedForwardReaders);
        add(layer, downReaders);
    }
    return names;
}

at::Tensor Llama::normed(const at::Tensor& hidden) const {
    return rmsNorm(hidden, weights_.norm, config().normEpsilon);
}

at::Tensor Llama::logits(const at::Tensor& hidden) const {
    return at::linear(normed(hidden), weights_.head);
}

void Llama::setBlock(std::int64_t layer, LlamaBlock block) {
    weights_.blocks.at(static_cast<std::size_t>(layer)) = std::move(block);
}

at::Tensor Llama::block(std::int64_t layer, const at::Tensor& hidden, const LinearWatch& watch) const {
    return run(layer, hidden, {.rotations = rope_.rotations(0, hidden.size(1)), .watch = &watch});
}

at::Tensor Llama::blockInStages(std::int64_t layer, at::Tensor hidden, std::int64_t together,
                                const StageWatch& watch) const {
    const Pass pass{.rotations = rope_.rotations(0, hidden.size(1))};
    std::vector<at::Tensor> states = std::exchange(hidden, {}).split(together), read;
    const auto show = [&](std::span<const char* const> readers, const auto& rowsOf) {
        const std::vector<std::string> names = namesOf(layer, readers);
        for (std::size_t i = 0; i < states.size(); ++i)
            watch.rows(names, rowsOf(i).flatten(0, -2), states[i].size(0));
        watch.shown(names);
    };
    const auto kept = [&](std::size_t i) { return read[i]; };
    show(attentionReaders, [&](std::size_t i) { return attentionInput(layer, states[i]); });
    for (const at::Tensor& some : states)
        read.push_back(mixed(layer, attentionInput(layer, some), pass));
    show(outputReaders, kept);
    for (std::size_t i = 0; i < states.size(); ++i)
        states[i] = attended(layer, std::exchange(read[i], {}), states[i]);
    show(feedForwardReaders, [&](std::size_t i) { return feedForwardInput(layer, states[i]); });
    for (std::size_t i = 0; i < states.size(); ++i)
        read[i] = gated(layer, feedForwardInput(layer, states[i]));
    show(downReaders, kept);
    for (std::size_t i = 0; i < states.size(); ++i)
        states[i] = fed(layer, std::exchange(read[i], {}), states[i]);
    return at::cat(states);
}

at::Tensor Llama::run(std::int64_t layer, const at::Tensor& hidden, const Pass& pass) const {
    const at::Tensor normed = attentionInput(layer, hidden);
    pass.show(layer, attentionReaders, normed);
    const at::Tensor mixture = mixed(layer, normed, pass);
    pass.show(layer, outputReaders, mixture);
    const at::Tensor states = attended(layer, mixture, hidden.narrow(1, pass.first, mixture.size(1)));
    const at::Tensor read = feedForwardInput(layer, states);
    pass.show(layer, feedForwardReaders, read);
    const at::Tensor between = gated(layer, read);
    pass.show(layer, downReaders, between);
    return fed(layer, between, states);
}

at::Tensor Llama::attentionInput(std::int64_t layer, const at::Tensor& hidden) const {
    return rmsNorm(hidden, blockAt(layer).attentionNorm, config().normEpsilon);
}

/// Values as the queries see them: what the output projection reads.
at::Tensor Llama::mixed(std::int64_t layer, const at::Tensor& normed, const Pass& pass) const {
    const LlamaBlock& block = blockAt(layer);
    const std::int64_t turned = config().heads + config().keyValueHeads;
    const at::Tensor all = at::linear(normed, block.queryKeyValue, block.queryKeyValueBias)
                               .unflatten(-1, {turned + config().keyValueHeads, config().headSize});
    const at::Tensor rotated = rope_.rotate(all.narrow(2, 0, turned), pass.rotations).transpose(1, 2);
    const at::Tensor queries =
        rotated.narrow(1, 0, config().heads).slice(2, pass.first);  // [windows, heads, tokens, size]
    at::Tensor keys = rotated.narrow(1, config().heads, config().keyValueHeads);
    at::Tensor values = all.narrow(2, turned, config().keyValueHeads).transpose(1, 2);
    if (pass.cache) {
        const KeyValueCache::Seen seen = pass.cache->append(layer, keys[0], values[0]);
        keys = seen.keys.unsqueeze(0);
        values = seen.values.unsqueeze(0);
    }
    return attention(queries, keys, values, config().slidingWindow);
}

at::Tensor Llama::attended(std::int64_t layer, const at::Tensor& mixed, const at::Tensor& hidden) const {
    const LlamaBlock& block = blockAt(layer);
    return at::linear(mixed, block.attentionOutput, block.attentionOutputBias).add_(hidden);
}

at::Tensor Llama::feedForwardInput(std::int64_t layer, const at::Tensor& hidden) const {
    return rmsNorm(hidden, blockAt(layer).feedForwardNorm, config().normEpsilon);
}

at::Tensor Llama::gated(std::int64_t layer, const at::Tensor& normed) const {
    const at::Tensor both = at::linear(normed, blockAt(layer).gateAndUp);
    return at::silu(both.narrow(-1, 0, config().intermediate))
        .mul_(both.narrow(-1, config().intermediate, config().intermediate));
}

at::Tensor Llama::fed(std::int64_t layer, const at::Tensor& gated, const at::Tensor& hidden) const {
    return at::linear(gated, blockAt(layer).down).add_(hidden);
}

}  // namespace ratescope::engine
