#include "core/media/worker/value_cache.h"

#include <utility>

namespace ratescope::media {

void ValueCache::setCapacity(std::size_t bytes) {
    capacity_ = bytes;
    shrink();
}

std::optional<Value> ValueCache::find(const run::TaskOutput& output) {
    const auto found = index_.find(output);
    if (found == index_.end()) return std::nullopt;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->value;
}

void ValueCache::insert(const run::TaskOutput& output, Value value) {
    if (const auto older = index_.find(output); older != index_.end()) erase(older->second);
    const std::size_t bytes = memorySize(value);
    if (bytes > capacity_) return;
    entries_.push_front({output, std::move(value), bytes});
    index_[output] = entries_.begin();
    size_ += bytes;
    shrink();
}

void ValueCache::erase(std::list<Entry>::iterator entry) {
    size_ -= entry->bytes;
    index_.erase(entry->output);
    entries_.erase(entry);
}

void ValueCache::shrink() {
    while (size_ > capacity_)
        erase(std::prev(entries_.end()));
}

}  // namespace ratescope::media
