#include "core/engine/llm/key_value_cache.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

namespace ratescope::engine {
namespace {

constexpr std::int64_t leastRoom = 64;

/// The first `kept` tokens of `held`, with room for `wanted`.
void grow(at::Tensor& held, const at::Tensor& like, std::int64_t kept, std::int64_t wanted) {
    const std::int64_t room = std::max({leastRoom, wanted, 2 * kept});
    at::Tensor larger = at::empty({like.size(0), room, like.size(2)}, like.options());
    if (kept > 0) larger.narrow(1, 0, kept).copy_(held.narrow(1, 0, kept));
    held = std::move(larger);
}

}  // namespace

std::int64_t FullCache::tokens() const {
    // The last layer's are added last: while a token goes through the blocks, it is not seen yet.
    return layers_.empty() ? 0 : layers_.back().tokens;
}

KeyValueCache::Seen FullCache::append(std::int64_t layer, const at::Tensor& keys, const at::Tensor& values) {
    Layer& held = layers_.at(static_cast<std::size_t>(layer));
    const std::int64_t added = keys.size(1), all = held.tokens + added;
    if (!held.keys.defined() || held.keys.size(1) < all) {
        grow(held.keys, keys, held.tokens, all);
        grow(held.values, values, held.tokens, all);
    }
    held.keys.narrow(1, held.tokens, added).copy_(keys);
    held.values.narrow(1, held.tokens, added).copy_(values);
    held.tokens = all;
    return {held.keys.narrow(1, 0, all), held.values.narrow(1, 0, all)};
}

}  // namespace ratescope::engine
