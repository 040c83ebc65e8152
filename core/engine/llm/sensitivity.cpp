#include "core/engine/llm/sensitivity.h"

#include "core/engine/llm/divergence.h"
#include "core/engine/llm/ids.h"
#include "core/error.h"
#include "core/media/node/block_names.h"

#include <ATen/ATen.h>

#include <numeric>
#include <utility>

namespace ratescope::engine {
namespace {

std::int64_t blockOf(const std::string& linear) {
    const auto found = media::partOfBlock(linear);
    if (!found) throw Error(ErrorKind::Internal, "\"" + linear + "\" is no layer of a block.", "");
    return static_cast<std::int64_t>(found->block);
}

}  // namespace

Sensitivity::Sensitivity(Llama original, at::Tensor ids, std::function<void()> check)
    : original_(std::move(original)), ids_(std::move(ids)), check_(std::move(check)) {
    checkWindows(ids_);
    states_.push_back(original_.embed(ids_));
    for (std::int64_t layer = 0; layer < original_.layers(); ++layer) {
        check_();
        states_.push_back(original_.block(layer, states_.back()));
    }
}

double Sensitivity::of(const std::string& name, const at::Tensor& weights) const {
    const std::string tensor = name + ".weight";
    if (at::equal(original_.tensor(tensor), weights)) return 0;
    Llama changed = original_;
    changed.setTensor(tensor, weights);
    return divergence(changed, blockOf(name));
}

double Sensitivity::ofAll(const Llama& candidate) const {
    if (candidate.config().vocabulary != original_.config().vocabulary ||
        candidate.layers() != original_.layers())
        throw Error(ErrorKind::Input, "The two models have not the same blocks and vocabulary.",
                    "Compare a model with what a codec made of it.");
    return divergence(candidate, 0);
}

double Sensitivity::divergence(const Llama& model, std::int64_t block) const {
    double sum = 0;
    const std::int64_t windows = ids_.size(0), predicted = ids_.size(1) - 1;
    for (std::int64_t window = 0; window < windows; ++window) {
        check_();
        // The whole model may read other embeddings.
        at::Tensor states = block == 0 ? model.embed(ids_.narrow(0, window, 1))
                                       : states_[static_cast<std::size_t>(block)].narrow(0, window, 1);
        for (std::int64_t layer = block; layer < model.layers(); ++layer)
            states = model.block(layer, states);
        const auto logitsOf = [&](const Llama& of, const at::Tensor& read) {
            return of.logits(read[0].narrow(0, 0, predicted));
        };
        const DivergenceRows rows =
            divergenceOf(logitsOf(original_, states_.back().narrow(0, window, 1)), logitsOf(model, states),
                         ids_[window].narrow(0, 1, predicted));
        sum = std::accumulate(rows.divergence.begin(), rows.divergence.end(), sum);
    }
    return sum / static_cast<double>(windows * predicted);
}

}  // namespace ratescope::engine
