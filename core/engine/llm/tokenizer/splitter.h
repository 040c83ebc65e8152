#pragma once

// How byte-level BPE cuts text into words, within which alone it merges. The rules are published as regular
// expressions over Unicode categories; here they are written out by hand. Characters newer than the system's ICU
// (72: Unicode 15.0) count as neither letters nor digits.

#include <cstddef>
#include <string>
#include <string_view>

namespace ratescope::engine {

class Splitter {
  public:
    /// By llama.cpp's name of the rule. Throws Error(Input) for another than these:
    /// "gpt-2":      's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
    /// "smollm":     each \p{N} apart first, then gpt-2 on what lies between
    /// "llama-bpe":  (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*
    ///               |\s*[\r\n]+|\s+(?!\S)|\s+
    /// "qwen2":      llama-bpe with \p{N} in place of \p{N}{1,3}
    explicit Splitter(const std::string& name);

    /// The length in bytes of the word at the front of `text`, which is UTF-8 and not empty: from 1.
    std::size_t wordSize(std::string_view text) const;

  private:
    std::size_t gpt2Word(std::string_view text) const;
    std::size_t llamaWord(std::string_view text) const;

    bool likeLlama_ = false;
    bool digitsApart_ = false;    ///< of gpt-2's rule
    std::size_t mostDigits_ = 1;  ///< of Llama's rule
};

}  // namespace ratescope::engine
