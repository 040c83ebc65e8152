#include "core/engine/llm/tokenizer/piece_trie.h"

#include "core/error.h"

#include <algorithm>

namespace ratescope::engine {
namespace {

/// The sorted pieces from..to have their first `depth` bytes in common; these lead to `node`.
struct Group {
    PieceTrie::Node node = 0;
    std::size_t from = 0, to = 0, depth = 0;
};

}  // namespace

PieceTrie::PieceTrie(std::vector<Piece> pieces) {
    std::size_t bytes = 0;
    for (const Piece& piece : pieces)
        bytes += piece.bytes.size();
    if (bytes >= std::size_t{1} << 31)
        throw Error(ErrorKind::Resource, "The tokenizer's pieces take more than 2 GiB.",
                    "Choose a model with a smaller vocabulary.");
    std::erase_if(pieces, [](const Piece& piece) { return piece.bytes.empty(); });
    std::ranges::stable_sort(pieces, {}, &Piece::bytes);

    nodes_.emplace_back();
    std::vector<Group> groups{{.to = pieces.size()}};
    for (std::size_t done = 0; done < groups.size(); ++done) {
        const Group group = groups[done];
        std::size_t from = group.from;
        for (; from < group.to && pieces[from].bytes.size() == group.depth; ++from)
            nodes_[group.node].id = pieces[from].id;
        nodes_[group.node].firstChild = static_cast<Node>(nodes_.size());
        while (from < group.to) {
            const char byte = pieces[from].bytes[group.depth];
            std::size_t to = from + 1;
            while (to < group.to && pieces[to].bytes[group.depth] == byte)
                ++to;
            groups.push_back({static_cast<Node>(nodes_.size()), from, to, group.depth + 1});
            nodes_.push_back({.byte = static_cast<unsigned char>(byte)});
            ++nodes_[group.node].children;
            from = to;
        }
    }
}

PieceTrie::Node PieceTrie::child(Node node, char byte) const {
    const Entry* const first = nodes_.data() + nodes_[node].firstChild;
    const Entry* const last = first + nodes_[node].children;
    const auto wanted = static_cast<unsigned char>(byte);
    const Entry* const found = std::lower_bound(
        first, last, wanted, [](const Entry& entry, unsigned char value) { return entry.byte < value; });
    return found != last && found->byte == wanted ? static_cast<Node>(found - nodes_.data()) : 0;
}

std::int32_t PieceTrie::find(std::string_view bytes) const {
    Node node = 0;
    for (const char byte : bytes) {
        node = child(node, byte);
        if (node == 0) return noId;
    }
    return idAt(node);
}

PieceTrie::Match PieceTrie::longest(std::string_view text) const {
    Match match;
    Node node = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        node = child(node, text[i]);
        if (node == 0) break;
        if (idAt(node) != noId) match = {i + 1, idAt(node)};
    }
    return match;
}

}  // namespace ratescope::engine
