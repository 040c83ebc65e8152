#include "core/engine/llm/tokenizer/merge_ranks.h"

#include "core/error.h"
#include "core/utf8.h"

#include <string>
#include <string_view>

namespace ratescope::engine {
namespace {

using Ids = std::unordered_map<std::string_view, std::int32_t>;

std::int32_t mergedId(const Ids& ids, const std::string& piece) {
    const auto found = ids.find(piece);
    if (found == ids.end())
        throw Error(ErrorKind::Input,
                    "The tokenizer's merges speak of " + quote(piece) + ", which is none of its pieces.",
                    "The file is damaged or of another kind; get it anew from where it came.");
    return found->second;
}

}  // namespace

MergeRanks::MergeRanks(const media::TokenizerData& data) {
    if (data.merges.empty()) return;
    Ids ids;
    for (std::size_t i = 0; i < data.pieces.size(); ++i)
        ids.insert_or_assign(data.pieces[i], static_cast<std::int32_t>(i));
    ranks_.reserve(data.merges.size());
    double rank = 0;
    for (const auto& [left, right] : data.merges) {
        const std::uint64_t pair = key(mergedId(ids, left), mergedId(ids, right));
        ranks_.try_emplace(pair, Joined{mergedId(ids, left + right), rank});
        ++rank;
    }
}

}  // namespace ratescope::engine
