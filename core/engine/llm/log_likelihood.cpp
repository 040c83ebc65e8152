#include "core/engine/llm/log_likelihood.h"

#include "core/engine/llm/ids.h"
#include "core/error.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

namespace ratescope::engine {
namespace {

/// Logits of a few hundred rows and so many tokens stay in the cache while the softmax goes over them.
constexpr std::int64_t tokensAtOnce = 2048;

/// Maximum and sum of exponentials above it, of the part of each row that was seen.
class RunningSoftmax {
  public:
    explicit RunningSoftmax(const at::Tensor& rows)
        : most_(at::full({rows.size(0), 1}, -std::numeric_limits<float>::infinity(), rows.options())),
          sum_(at::zeros({rows.size(0)}, rows.options().dtype(at::kDouble))) {}

    /// Overwrites `logits`.
    void add(at::Tensor& logits) {
        const at::Tensor most = at::maximum(most_, logits.amax(-1, true));
        sum_.mul_(most_.sub(most).exp_().squeeze(1)).add_(logits.sub_(most).exp_().sum(-1));
        most_ = most;
    }

    /// log Σ exp of each row, F64.
    at::Tensor logSum() const { return sum_.log().add_(most_.squeeze(1)); }

  private:
    at::Tensor most_, sum_;
};

at::Tensor checked(at::Tensor values) {
    if (!at::isfinite(values).all().item<bool>())
        throw Error(ErrorKind::Input, "The model's logits are not finite numbers.",
                    "Its weights are damaged, or compressed beyond use.");
    return values;
}

}  // namespace

at::Tensor logLikelihoods(const at::Tensor& rows, const at::Tensor& head, const at::Tensor& targets) {
    checkIds(targets, head.size(0));
    const at::Tensor ids = targets.to(rows.device());
    at::Tensor wanted = at::empty({rows.size(0), 1}, rows.options());
    at::Tensor buffer = at::empty({rows.size(0) * std::min(tokensAtOnce, head.size(0))}, rows.options());
    RunningSoftmax softmax(rows);
    for (std::int64_t first = 0; first < head.size(0); first += tokensAtOnce) {
        const std::int64_t count = std::min(tokensAtOnce, head.size(0) - first);
        at::Tensor logits = buffer.narrow(0, 0, rows.size(0) * count).view({rows.size(0), count});
        at::mm_out(logits, rows, head.narrow(0, first, count).t());
        const at::Tensor place = ids.sub(first), here = place.ge(0).logical_and_(place.lt(count));
        const at::Tensor picked = logits.gather(1, place.clamp(0, count - 1).unsqueeze(1));
        wanted = at::where(here.unsqueeze(1), picked, wanted);
        softmax.add(logits);
    }
    return checked(wanted.squeeze(1).to(at::kDouble).sub_(softmax.logSum()));
}

at::Tensor logLikelihoods(const at::Tensor& logits, const at::Tensor& targets) {
    checkIds(targets, logits.size(1));
    const at::Tensor wanted = logits.gather(1, targets.to(logits.device()).unsqueeze(1)).squeeze(1);
    RunningSoftmax softmax(logits);
    at::Tensor copy = logits.clone();
    softmax.add(copy);
    return checked(wanted.to(at::kDouble).sub_(softmax.logSum()));
}

}  // namespace ratescope::engine
