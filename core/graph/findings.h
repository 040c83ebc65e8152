#pragma once

// The checks of validate.h, one function a part of the document, and where they put what they find.

#include "core/graph/topology.h"
#include "core/graph/validate.h"

#include <string>
#include <utility>
#include <vector>

namespace ratescope::graph {

/// Collects in any order; gives out by node in document order, those of the whole document first.
class Findings {
  public:
    explicit Findings(const Topology& topology);

    void document(const std::string& place, const std::string& message, const std::string& remedy);
    void warnDocument(const std::string& place, const std::string& message, const std::string& remedy);
    /// `node` is one of the document's.
    void at(const Node& node, const std::string& place, const std::string& message,
            const std::string& remedy);
    void warn(const Node& node, const std::string& place, const std::string& message,
              const std::string& remedy);
    std::vector<Finding> sorted();

  private:
    std::size_t rankOf(const Node& node) const;
    void add(std::size_t rank, Finding finding);

    const Topology& topology_;
    std::vector<std::pair<std::size_t, Finding>> findings_;
};

/// Wires and cycles.
void checkWires(const Topology& topology, Findings& findings);
/// Candidates are outputs, each once, at least one.
void checkCandidates(const Topology& topology, Findings& findings);
/// What runs has its required inputs.
void checkInputs(const Topology& topology, Findings& findings);
void checkSweeps(const Topology& topology, Findings& findings);
void checkReaches(const Topology& topology, Findings& findings);
void checkFigures(const Topology& topology, Findings& findings);
/// Sources that meet say how they combine. The document must have no cycle.
void checkFanOut(const Topology& topology, Findings& findings);

template <typename Item>
std::vector<std::string> idsOf(const std::vector<Item>& items) {
    std::vector<std::string> ids;
    for (const Item& item : items)
        ids.push_back(item.id);
    return ids;
}

template <typename Item>
std::vector<std::string> namesOf(const std::vector<Item>& items) {
    std::vector<std::string> names;
    for (const Item& item : items)
        names.push_back(item.name);
    return names;
}

std::vector<std::string> slugsOf(const Document& document);

/// Why the node's parameter is given one value and not swept; "" if it may be.
std::string whyNotSwept(const Manifest& manifest, const std::string& parameter);

}  // namespace ratescope::graph
