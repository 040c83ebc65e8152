#pragma once

// What the library has of a node: how the items of its branches stand, and where the last finished one was made.

#include "core/store/query.h"
#include "views/controls/run_state.h"
#include "views/session/session.h"

#include <optional>
#include <string>
#include <vector>

namespace ratescope::views {

struct NodeRun {
    std::optional<RunState> state;       ///< nothing where the study has no item of the branches
    std::optional<store::ItemRow> item;  ///< finished last
    std::optional<store::Environment> environment;
};

/// Branches whose items the node is computed for: upstream of the candidate, a measure of it, or beside one.
std::vector<const graph::Branch*> branchesWith(const Derived& derived, const std::string& node);

/// In the reader's thread. `series` are slugs.
NodeRun nodeRunOf(const OpenLibrary& open, const std::vector<std::string>& series);

/// What a node shows: what is wrong with it before what was computed.
RunState nodeStateOf(const OpenDocument& document, const graph::Node& node, const NodeRun& run);

}  // namespace ratescope::views
