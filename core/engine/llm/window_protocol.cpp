#include "core/engine/llm/window_protocol.h"

#include "core/error.h"

#include <algorithm>

namespace ratescope::engine {
namespace {

void refuseShort(bool tooShort, const std::string& least) {
    if (tooShort)
        throw Error(ErrorKind::Usage, "The windows of this perplexity are too short.",
                    "Give them at least " + least + ".");
}

}  // namespace

WindowProtocol halfWindows(std::int64_t length) {
    refuseShort(length < 4, "4 tokens");
    return {"ppl-half-" + std::to_string(length), length, length / 2 + 1, std::nullopt};
}

WindowProtocol wholeWindows(std::int64_t length) {
    refuseShort(length < 2, "2 tokens");
    return {"ppl-window-" + std::to_string(length), length, 1, std::nullopt};
}

WindowProtocol continuations(std::int64_t prefix, std::int64_t continuation) {
    refuseShort(prefix < 1 || continuation < 2, "a token before and 2 after the cut");
    return {"ppl-cont-" + std::to_string(prefix) + "-" + std::to_string(continuation), prefix + continuation,
            prefix + 1, std::nullopt};
}

std::int64_t windowCount(std::size_t tokens, const WindowProtocol& protocol,
                         std::optional<std::int64_t> most) {
    if (most && *most < 1)
        throw Error(ErrorKind::Usage, "No window of the text was to be scored.", "Ask for at least one.");
    const std::int64_t all = static_cast<std::int64_t>(tokens) / protocol.length;
    if (all == 0)
        throw Error(ErrorKind::Input,
                    "The text has " + std::to_string(tokens) + " tokens, and a window of " + protocol.metric +
                        " has " + std::to_string(protocol.length) + ".",
                    "Use a longer text or shorter windows.");
    return most ? std::min(all, *most) : all;
}

std::vector<std::int32_t> windowOf(std::span<const std::int32_t> ids, const WindowProtocol& protocol,
                                   std::int64_t window) {
    const auto part = ids.subspan(static_cast<std::size_t>(window * protocol.length),
                                  static_cast<std::size_t>(protocol.length));
    std::vector<std::int32_t> tokens(part.begin(), part.end());
    if (protocol.beginning) tokens.front() = *protocol.beginning;
    return tokens;
}

std::vector<std::int32_t> scoredTokens(std::span<const std::int32_t> ids, const WindowProtocol& protocol,
                                       std::int64_t windows) {
    std::vector<std::int32_t> tokens;
    for (std::int64_t window = 0; window < windows; ++window) {
        const auto first = static_cast<std::size_t>(window * protocol.length + protocol.firstTarget);
        const auto part = ids.subspan(first, static_cast<std::size_t>(protocol.scored()));
        tokens.insert(tokens.end(), part.begin(), part.end());
    }
    return tokens;
}

}  // namespace ratescope::engine
