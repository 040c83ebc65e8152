#pragma once

// Byte-pair encoding's one step, again and again: of all neighbours that may be joined, the best ones are. Both
// tokenizers that merge (by the rank of a list, by the score of a piece) do it alike: of equals the leftmost first
// (Sennrich, Haddow, Birch, "Neural Machine Translation of Rare Words with Subword Units", 2016; Kudo and
// Richardson, "SentencePiece", 2018).

#include "core/engine/llm/tokenizer/piece_trie.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ratescope::engine {

/// A run of a word's bytes that counts as one.
struct Symbol {
    std::size_t begin = 0, size = 0;
    std::int32_t id = noId;
};

/// What two neighbours become; noId: they stay two.
struct Joined {
    std::int32_t id = noId;
    double order = 0;  ///< the least first
};

class Merger {
  public:
    /// The word's symbols from left to right, before and after `run`.
    std::vector<Symbol> symbols;

    /// Joins until `join(left, right)`, which returns a Joined, has nothing left to join: O(n log n) for n symbols.
    template <typename Join>
    void run(Join join) {
        start();
        for (std::size_t right = 1; right < symbols.size(); ++right)
            propose(right - 1, right, join);
        while (!candidates_.empty()) {
            std::pop_heap(candidates_.begin(), candidates_.end(), isWorse);
            const Candidate best = candidates_.back();
            candidates_.pop_back();
            Symbol& left = symbols[best.left];
            Symbol& right = symbols[best.right];
            // Either has been joined with another one since.
            if (left.size == 0 || right.size == 0 || left.size + right.size != best.size) continue;
            left.size = best.size;
            left.id = best.joined.id;
            right.size = 0;
            unlink(best.left, best.right);
            if (links_[best.left].previous != none) propose(links_[best.left].previous, best.left, join);
            if (links_[best.left].next != none) propose(best.left, links_[best.left].next, join);
        }
        std::erase_if(symbols, [](const Symbol& symbol) { return symbol.size == 0; });
    }

  private:
    static constexpr std::size_t none = ~std::size_t{0};
    struct Links {
        std::size_t previous = none, next = none;
    };
    struct Candidate {
        Joined joined;
        std::size_t left = 0, right = 0, size = 0;
    };

    static bool isWorse(const Candidate& a, const Candidate& b) {
        return a.joined.order != b.joined.order ? a.joined.order > b.joined.order : a.left > b.left;
    }

    void start() {
        candidates_.clear();
        links_.resize(symbols.size());
        for (std::size_t i = 0; i < symbols.size(); ++i)
            links_[i] = {i == 0 ? none : i - 1, i + 1 == symbols.size() ? none : i + 1};
    }

    void unlink(std::size_t left, std::size_t right) {
        links_[left].next = links_[right].next;
        if (links_[left].next != none) links_[links_[left].next].previous = left;
    }

    template <typename Join>
    void propose(std::size_t left, std::size_t right, Join& join) {
        const Joined joined = join(symbols[left], symbols[right]);
        if (joined.id == noId) return;
        candidates_.push_back({joined, left, right, symbols[left].size + symbols[right].size});
        std::push_heap(candidates_.begin(), candidates_.end(), isWorse);
    }

    std::vector<Links> links_;
    std::vector<Candidate> candidates_;
};

}  // namespace ratescope::engine
