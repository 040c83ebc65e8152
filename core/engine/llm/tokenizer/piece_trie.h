#pragma once

// The pieces of a vocabulary by their bytes: which of them is a text, and which does a text begin with.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace ratescope::engine {

/// What stands for no id.
constexpr std::int32_t noId = -1;

class PieceTrie {
  public:
    struct Piece {
        std::string_view bytes;
        std::int32_t id = noId;
    };
    struct Match {
        std::size_t size = 0;  ///< in bytes
        std::int32_t id = noId;
    };
    /// A node's number; the root is 0, and since it is nobody's child, 0 also says that there is no child.
    using Node = std::uint32_t;

    PieceTrie() : PieceTrie(std::vector<Piece>{}) {}
    /// Of equal pieces the last counts; an empty one is left out. Throws Error(Resource) for more than 2^31 bytes.
    explicit PieceTrie(std::vector<Piece> pieces);

    bool isEmpty() const { return nodes_.size() == 1; }
    Node child(Node node, char byte) const;
    /// noId where no piece ends.
    std::int32_t idAt(Node node) const { return nodes_[node].id; }
    std::int32_t find(std::string_view bytes) const;
    /// The longest piece that `text` begins with.
    Match longest(std::string_view text) const;

  private:
    struct Entry {
        std::uint32_t firstChild = 0;
        std::uint16_t children = 0;
        unsigned char byte = 0;
        std::int32_t id = noId;
    };
    std::vector<Entry> nodes_;  ///< children of a node side by side, in the order of their bytes
};

}  // namespace ratescope::engine
