#pragma once

// Which tokens of a text are predicted from which, by the names under which perplexities are published. Numbers of
// different protocols are different metrics and never stand on one plot.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ratescope::engine {

/// Windows of `length` tokens side by side; what is left at the end is not used. Each window is a text of its own, of
/// which the tokens from `firstTarget` on are predicted from all before them in the window.
struct WindowProtocol {
    std::string metric;            ///< "ppl-half-512"
    std::int64_t length = 0;       ///< tokens of a window; the stride too
    std::int64_t firstTarget = 1;  ///< at least 1: a first token has nothing before it
    /// Put in place of each window's first token, as llama.cpp does for models that expect a beginning of sequence.
    std::optional<std::int32_t> beginning;

    std::int64_t scored() const { return length - firstTarget; }  ///< tokens a window
};

/// llama.cpp's (tools/perplexity): the second half is predicted, "ppl-half-L". Of 512 tokens the targets are 257…511,
/// 255 a window. Throws Error(Usage) for less than 4 tokens.
WindowProtocol halfWindows(std::int64_t length);
/// All but the first token are predicted: "ppl-window-L". Throws Error(Usage) for less than 2 tokens.
WindowProtocol wholeWindows(std::int64_t length);
/// After a prefix of P tokens, which a KV cache then holds compressed, all but the first of C tokens are predicted (the
/// first is predicted from what the prefix gave before it was compressed): "ppl-cont-P-C". Throws Error(Usage) for no
/// prefix or less than 2 tokens after it.
WindowProtocol continuations(std::int64_t prefix, std::int64_t continuation);

/// How many windows of a text of so many tokens are scored: all, or the first `most`. Throws Error(Input) where the
/// text is shorter than a window, Error(Usage) where `most` is less than 1.
std::int64_t windowCount(std::size_t tokens, const WindowProtocol& protocol,
                         std::optional<std::int64_t> most);

/// The tokens of that window, with the protocol's beginning.
std::vector<std::int32_t> windowOf(std::span<const std::int32_t> ids, const WindowProtocol& protocol,
                                   std::int64_t window);

/// All tokens that are predicted in the first `windows` windows, in order: bits per byte are of the bytes they cover.
std::vector<std::int32_t> scoredTokens(std::span<const std::int32_t> ids, const WindowProtocol& protocol,
                                       std::int64_t windows);

}  // namespace ratescope::engine
