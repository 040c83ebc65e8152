#pragma once

// Where the bits of a stream go. Parts are named, and sum to 8 × its bytes; this is checked when it is
// closed.

#include <cstdint>
#include <string>
#include <vector>

namespace ratescope::media {

struct Part {
    std::string name;  ///< "scales", "zero-points", "codes", "header", "padding", "coder", "kept"
    std::uint64_t bits = 0;
    bool searched = false;  ///< belongs to the tensors selected for compression (bpw-searched counts it)

    bool operator==(const Part&) const = default;
};

/// What both ends hold and the stream does not carry.
struct SharedEntry {
    std::string key;
    std::uint64_t bits = 0;

    bool operator==(const SharedEntry&) const = default;
};

struct Ledger {
    std::vector<Part> parts;
    std::vector<SharedEntry> shared;

    /// Adds to the part of that name and flag, making it at the end if it is new.
    void add(const std::string& name, std::uint64_t bits, bool searched = false);
    std::uint64_t bits() const;
    bool operator==(const Ledger&) const = default;
};

}  // namespace ratescope::media
