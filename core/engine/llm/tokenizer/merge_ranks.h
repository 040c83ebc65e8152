#pragma once

// Byte-pair encoding by a list of merges: which two pieces are joined, and those of which merge first.

#include "core/engine/llm/tokenizer/merge.h"
#include "core/media/node/language_model.h"

#include <cstdint>
#include <unordered_map>

namespace ratescope::engine {

class MergeRanks {
  public:
    /// Throws Error(Input) for a merge of pieces that are none, or that makes none.
    explicit MergeRanks(const media::TokenizerData& data);

    /// What the two become by their merge; nothing where there is none.
    Joined join(std::int32_t left, std::int32_t right) const {
        const auto found = ranks_.find(key(left, right));
        return found == ranks_.end() ? Joined{} : found->second;
    }

  private:
    static std::uint64_t key(std::int32_t left, std::int32_t right) {
        return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
    }

    std::unordered_map<std::uint64_t, Joined> ranks_;
};

}  // namespace ratescope::engine
