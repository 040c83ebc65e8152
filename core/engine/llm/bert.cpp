#include "core/engine/llm/bert.h"

#include "core/engine/llm/ids.h"
#include "core/engine/tensor.h"
#include "core/error.h"
#include "core/media/assets/ggml_blocks.h"
#include "core/utf8.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace ratescope::engine {
namespace {

/// So many tokens go through the blocks at once.
constexpr std::size_t tokensTogether = 1024;

std::string bertName(std::int64_t layer, const char* part) {
    return "encoder.layer." + std::to_string(layer) + "." + part;
}

/// The texts' places, ordered by how long the texts are.
std::vector<std::size_t> byLength(std::span<const std::vector<std::int32_t>> texts) {
    std::vector<std::size_t> order(texts.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return texts[a].size() < texts[b].size(); });
    return order;
}

}  // namespace

Bert::Bert(const media::LanguageModel& model, at::Device device) : config_(model.config) {
    media::checkLanguageModel(model);
    if (config_.architecture != media::ModelArchitecture::Bert)
        throw Error(ErrorKind::Input, "This model is no encoder: it makes no embeddings of texts.",
                    "Use a model of the BERT architecture.");
    for (const media::ModelTensor& tensor : model.tensors)
        tensors_[tensor.name] = tensorOf(media::toFloat(tensor)).to(device);
}

at::Device Bert::device() const {
    return tensors_.begin()->second.device();
}

at::Tensor Bert::tensor(const std::string& name) const {
    const auto found = tensors_.find(name);
    if (found == tensors_.end())
        throw Error(ErrorKind::Input, "The model has no tensor " + quote(name) + ".",
                    "Use a name of its list of tensors.");
    return found->second;
}

void Bert::setTensor(const std::string& name, const at::Tensor& value) {
    const at::Tensor before = tensor(name);
    if (value.sizes() != before.sizes())
        throw Error(ErrorKind::Input, "Other values for " + quote(name) + " have another shape than it has.",
                    "Give a tensor of the same shape.");
    tensors_[name] = before.clone().copy_(value);
}

std::vector<std::string> Bert::linears() const {
    std::vector<std::string> names;
    for (std::int64_t layer = 0; layer < layers(); ++layer)
        for (const char* part : {"attention.self.query", "attention.self.key", "attention.self.value",
                                 "attention.output.dense", "intermediate.dense", "output.dense"})
            names.push_back(bertName(layer, part));
    return names;
}

at::Tensor Bert::linear(const std::string& name, const at::Tensor& rows) const {
    return at::linear(rows, tensor(name + ".weight"), tensor(name + ".bias"));
}

at::Tensor Bert::norm(const std::string& name, const at::Tensor& rows) const {
    return at::layer_norm(rows, {config_.hidden}, tensor(name + ".weight"), tensor(name + ".bias"),
                          config_.normEpsilon);
}

/// [texts, tokens, hidden] to [texts, heads, tokens, size].
at::Tensor Bert::heads(const std::string& name, const at::Tensor& rows) const {
    return linear(name, rows).unflatten(-1, {config_.heads, config_.headSize}).transpose(1, 2);
}

at::Tensor Bert::embed(const at::Tensor& ids) const {
    checkIds(ids, config_.vocabulary);
    if (ids.size(1) > config_.context)
        throw Error(ErrorKind::Input,
                    "A text of " + std::to_string(ids.size(1)) + " tokens is too long for a model with " +
                        std::to_string(config_.context) + " positions.",
                    "Cut the text.");
    const at::Tensor words = at::embedding(tensor("embeddings.word_embeddings.weight"), ids.to(device()));
    const at::Tensor positions = tensor("embeddings.position_embeddings.weight").narrow(0, 0, ids.size(1));
    const at::Tensor type = tensor("embeddings.token_type_embeddings.weight")[0];
    return norm("embeddings.LayerNorm", words.add(positions).add(type));
}

at::Tensor Bert::block(std::int64_t layer, const at::Tensor& hidden, const LinearWatch& watch) const {
    const auto name = [&](const char* part) { return bertName(layer, part); };
    const auto show = [&](const std::vector<std::string>& readers, const at::Tensor& rows) {
        if (watch) watch(readers, rows.flatten(0, -2));
    };
    const std::string query = name("attention.self.query"), key = name("attention.self.key"),
                      value = name("attention.self.value"), output = name("attention.output.dense");
    show({query, key, value}, hidden);
    const at::Tensor mixed =
        at::scaled_dot_product_attention(heads(query, hidden), heads(key, hidden), heads(value, hidden))
            .transpose(1, 2)
            .flatten(2);
    show({output}, mixed);
    const at::Tensor middle = norm(name("attention.output.LayerNorm"), linear(output, mixed).add(hidden));
    show({name("intermediate.dense")}, middle);
    const at::Tensor between = at::gelu(linear(name("intermediate.dense"), middle));
    show({name("output.dense")}, between);
    return norm(name("output.LayerNorm"), linear(name("output.dense"), between).add(middle));
}

at::Tensor Bert::hidden(const at::Tensor& ids) const {
    at::Tensor states = embed(ids);
    for (std::int64_t layer = 0; layer < layers(); ++layer)
        states = block(layer, states);
    return states;
}

at::Tensor Bert::meanStates(std::span<const std::vector<std::int32_t>> texts, bool unit) const {
    at::Tensor means = at::empty({static_cast<std::int64_t>(texts.size()), config_.hidden},
                                 at::TensorOptions(at::kFloat).device(device()));
    const std::vector<std::size_t> order = byLength(texts);
    // Texts of one length go together: nothing is padded, so nothing has to be hidden from the attention.
    for (std::size_t first = 0; first < order.size();) {
        const std::size_t length = texts[order[first]].size();
        std::vector<std::int32_t> ids;
        std::vector<std::int64_t> places;
        for (; first < order.size() && texts[order[first]].size() == length; ++first) {
            if (!places.empty() && ids.size() + length > tokensTogether) break;
            ids.insert(ids.end(), texts[order[first]].begin(), texts[order[first]].end());
            places.push_back(static_cast<std::int64_t>(order[first]));
        }
        const auto count = static_cast<std::int64_t>(places.size());
        const at::Tensor states = hidden(idTensor(ids).view({count, static_cast<std::int64_t>(length)}));
        means.index_copy_(0, at::tensor(places, at::kLong).to(device()), states.mean(1));
    }
    return unit ? means.div_(means.norm(2, -1, true)) : means;
}

}  // namespace ratescope::engine
