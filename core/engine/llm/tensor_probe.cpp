#include "core/engine/llm/tensor_probe.h"

#include "core/engine/llm/ids.h"
#include "core/engine/llm/log_likelihood.h"
#include "core/error.h"
#include "core/media/node/block_names.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <map>
#include <string_view>
#include <utility>

namespace ratescope::engine {
namespace {

constexpr std::int64_t probedTogether = 512;
constexpr std::int64_t logitsTogether = std::int64_t{1} << 22;  // products of so many are a matter of 50 ms

/// The block that a tensor belongs to; those outside of the blocks change everything, from block 0 on.
std::int64_t blockOf(std::string_view name, std::int64_t layers) {
    const auto found = media::partOfBlock(name);
    return found && std::cmp_less(found->block, layers) ? static_cast<std::int64_t>(found->block) : -1;
}

class Probe {
  public:
    Probe(const at::Tensor& ids, const ProbeCalls& calls)
        : ids_(ids), calls_(calls), together_(std::max<std::int64_t>(1, probedTogether / ids.size(1))) {}

    /// One block on hidden states of all sequences.
    at::Tensor block(const Llama& model, std::int64_t layer, const at::Tensor& hidden) const {
        std::vector<at::Tensor> next;
        for (const at::Tensor& some : hidden.split(together_)) {
            calls_.check();
            next.push_back(model.block(layer, some));
        }
        return at::cat(next);
    }

    /// The mean loss where `hidden` goes into block `layer`.
    double loss(const Llama& model, std::int64_t layer, const at::Tensor& hidden) const {
        double sum = 0;
        const std::vector<at::Tensor> states = hidden.split(together_), ids = ids_.split(together_);
        for (std::size_t i = 0; i < states.size(); ++i) {
            at::Tensor some = states[i];
            for (std::int64_t l = layer; l < model.layers(); ++l) {
                calls_.check();
                some = model.block(l, some);
            }
            sum += lossOf(model, some, ids[i]);
        }
        return sum / static_cast<double>(ids_.size(0) * (ids_.size(1) - 1));
    }

  private:
    double lossOf(const Llama& model, const at::Tensor& states, const at::Tensor& ids) const {
        const at::Tensor rows = model.normed(states.slice(1, 0, -1)).flatten(0, 1);
        const at::Tensor targets = ids.slice(1, 1).flatten();
        const std::int64_t step = std::max<std::int64_t>(16, logitsTogether / model.config().vocabulary);
        double sum = 0;
        for (std::int64_t begin = 0; begin < rows.size(0); begin += step) {
            calls_.check();
            const std::int64_t end = std::min(begin + step, rows.size(0));
            sum -=
                logLikelihoods(rows.slice(0, begin, end), model.weights().head, targets.slice(0, begin, end))
                    .sum()
                    .item<double>();
        }
        return sum;
    }

    const at::Tensor& ids_;
    const ProbeCalls& calls_;
    std::int64_t together_;
};

/// Of a model that may predict NaN: that is what logLikelihoods() refuses.
template <typename Loss>
double finiteOr(double otherwise, const Loss& loss) {
    try {
        return loss();
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Input) throw;
        return otherwise;
    }
}

}  // namespace

void probeTensors(const Llama& model, const at::Tensor& ids, const std::vector<std::string>& names,
                  std::vector<std::optional<double>>& losses, const ProbeCalls& calls) {
    checkIds(ids, model.config().vocabulary);
    std::map<std::int64_t, std::vector<std::size_t>> byBlock;
    for (std::size_t i = 0; i < names.size(); ++i)
        if (!losses.at(i)) byBlock[blockOf(names[i], model.layers())].push_back(i);
    if (byBlock.empty()) return;
    const Probe probe(ids, calls);
    at::Tensor hidden = model.embed(ids);
    std::int64_t reached = 0;
    for (const auto& entry : byBlock) {
        const std::int64_t block = entry.first;
        for (; reached < block; ++reached)
            hidden = probe.block(model, reached, hidden);
        for (const std::size_t i : entry.second) {
            Llama changed = model;
            changed.setTensor(names[i], calls.replacement(i));
            losses[i] = finiteOr(std::numeric_limits<double>::quiet_NaN(), [&] {
                return block < 0 ? probe.loss(changed, 0, changed.embed(ids))
                                 : probe.loss(changed, block, hidden);
            });
        }
        calls.done();
    }
}

}  // namespace ratescope::engine
