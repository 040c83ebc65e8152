#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ratescope::engine {

/// Words come again: of each only the first is encoded, and later ones copy its ids from where they stand.
/// The words that it is given must outlive it.
class WordCache {
  public:
    /// `ids` is what is appended to, by nobody else meanwhile.
    explicit WordCache(std::vector<std::int32_t>& ids) : ids_(ids) {}

    /// Appends the ids of `word`; where it is new, `encode(word)` appends them.
    template <typename Encode>
    void append(std::string_view word, Encode encode) {
        const auto [place, isNew] = places_.try_emplace(word, Place{ids_.size(), 0});
        Place& known = place->second;
        if (isNew) {
            encode(word);
            known.count = ids_.size() - known.first;
            return;
        }
        const std::size_t end = ids_.size();
        ids_.resize(end + known.count);
        for (std::size_t i = 0; i < known.count; ++i)
            ids_[end + i] = ids_[known.first + i];
    }

  private:
    struct Place {
        std::size_t first = 0, count = 0;
    };
    std::vector<std::int32_t>& ids_;
    std::unordered_map<std::string_view, Place> places_;
};

}  // namespace ratescope::engine
