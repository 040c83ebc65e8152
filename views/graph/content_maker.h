#pragma once

// Makes what nodes and wires show from the session as it is now. Looks everything up once, so that 500 nodes are made
// in a few milliseconds; holds references, so that it lives no longer than the document stays as it is.

#include "views/graph/node_content.h"
#include "views/graph/node_states.h"
#include "views/session/session.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::views {

class ContentMaker {
  public:
    ContentMaker(const Session& session, const NodeStates& states);

    NodeContent of(const graph::Node& node) const;
    WireContent of(const graph::Wire& wire) const;

  private:
    std::optional<BranchMark> markOf(const graph::Wire& wire) const;
    PortLine lineOf(const graph::Node& node, const graph::Port& port, bool isInput) const;
    void addParameters(NodeContent& content, const graph::Node& node, const graph::Manifest& manifest) const;
    void addState(NodeContent& content, const graph::Node& node) const;

    const Session& session_;
    const NodeStates& states_;
    std::map<std::string, const graph::Node*> nodes_;
    std::map<graph::PortRef, std::vector<const graph::Wire*>> into_;
    std::vector<BranchMark> marks_;                            ///< of Derived::branches
    std::map<graph::PortRef, std::size_t> branchOfCandidate_;  ///< outputs that are candidates
    /// Where a node stands behind the codec of a branch, on the way to its candidate.
    std::multimap<std::string, std::pair<std::size_t, std::size_t>> behindCodec_;
};

}  // namespace ratescope::views
