#pragma once

// Values that a worker keeps between tasks, so that the next chain need not make or map them again.

#include "core/media/node/value.h"
#include "core/run/task.h"

#include <cstddef>
#include <list>
#include <map>
#include <optional>

namespace ratescope::media {

/// Least recently used values go first. A value is identified by its task's key and the output port.
class ValueCache {
  public:
    /// Bytes (memorySize) that may be held; values that do not fit any more are dropped at once.
    void setCapacity(std::size_t bytes);
    std::optional<Value> find(const run::TaskOutput& output);
    /// Keeps the value, in place of an older one; a value larger than the capacity is not kept.
    void insert(const run::TaskOutput& output, Value value);
    std::size_t size() const { return size_; }  ///< bytes held

  private:
    struct Entry {
        run::TaskOutput output;
        Value value;
        std::size_t bytes;
    };
    void erase(std::list<Entry>::iterator entry);
    void shrink();

    std::size_t capacity_ = std::size_t{1} << 30;
    std::size_t size_ = 0;
    std::list<Entry> entries_;  ///< most recently used first
    std::map<run::TaskOutput, std::list<Entry>::iterator> index_;
};

}  // namespace ratescope::media
