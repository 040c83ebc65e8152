#pragma once

// The bitstreams of a study's items as rows of a bundle.

#include "core/graph/catalogue.h"
#include "core/store/library.h"

#include <string>
#include <vector>

namespace ratescope::run {

struct StreamRow {
    std::string position, series, asset, swept, seed;  ///< of the item, as in v_items
    std::string node;                                  ///< slug of the codec
    std::uint64_t bytes = 0;
    Hash hash;
    std::string file;  ///< in the bundle: "bitstreams/<SHA-256>.jpg"
};

/// The streams that make the bits of the study's finished items, in the planned order.
std::vector<StreamRow> streamRows(const store::Library& library, store::StudyId study,
                                  const graph::Catalogue& catalogue);

/// A header and one row each, RFC 4180.
std::string csvOf(const std::vector<StreamRow>& rows);

}  // namespace ratescope::run
