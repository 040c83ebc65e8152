#pragma once

// A document with its manifests looked up and its wires followed: which nodes lie upstream of which, what
// fans out where, and which outputs are candidates. Works on invalid documents too (unknown nodes, cycles),
// for validation; no walk recurses.

#include "core/graph/catalogue.h"
#include "core/graph/document.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ratescope::graph {

using Position = std::size_t;  ///< of a node in Document::nodes
using Positions = std::set<Position>;

/// The sources that a value is one element of.
struct Fan {
    Positions sources;   ///< of every kind
    Positions fanning;   ///< those with more than one asset (AssetRule::By other than One)
    Positions meetings;  ///< nodes where unlike fan-outs meet, on the way of the value

    void add(const Fan& other);
};

/// An output with those that read it as candidate.
struct Candidate {
    PortRef output;
    std::vector<Position> measures;  ///< in document order
};

class Topology {
  public:
    /// Keeps both by reference.
    Topology(const Document& document, const Catalogue& catalogue);

    const Document& document() const { return document_; }
    std::size_t size() const { return document_.nodes.size(); }
    const Node& node(Position position) const { return document_.nodes[position]; }
    /// nullptr for a node that no plugin has.
    const Manifest* manifest(Position position) const { return manifests_[position]; }
    std::optional<Position> positionOf(const std::string& slug) const;

    /// The output that gives this output's value once bypassed nodes are passed over; nothing if a bypassed
    /// node has nothing to pass.
    std::optional<PortRef> passed(PortRef output) const;
    /// Where the values at an input come from, passed over bypassed nodes.
    std::vector<PortRef> sourcesOf(const PortRef& input) const;
    /// The output's port as it is in this document: where a transform or a codec of tensors gets a language model, it
    /// gives one. `described` is the port in the manifest.
    Port carried(PortRef output, Port described) const;
    /// Wires into the input, as drawn.
    const std::vector<PortRef>& wiresInto(const PortRef& input) const;

    /// Nodes upstream of the outputs, their nodes among them, topological.
    std::vector<Position> upstream(const std::vector<PortRef>& outputs) const;
    /// The codecs that the value passes: through value and coded inputs, one element at a time.
    std::vector<Position> codecsOnTheWay(const PortRef& output) const;
    /// Nodes along one cycle, the first in the document first; empty if there is none.
    std::vector<Position> cycle() const;

    /// Whether wires lead from the node `earlier` to the node `later`.
    bool dependsOn(Position later, Position earlier) const;

    Fan fanOf(const PortRef& output) const;
    const Fan& fanOf(Position position) const { return fans_[position]; }  ///< of all its outputs
    /// Of all values that arrive at the `each` inputs of the node whose role is (or is not) Candidate.
    Fan candidateFan(Position measure) const;
    Fan sideFan(Position measure) const;
    /// Where the values at a measure's inputs other than the candidate's come from.
    std::vector<PortRef> sideOutputs(Position measure) const;

    /// In document order of their nodes, then in the order of the outputs in the manifest.
    std::vector<Candidate> candidates() const;

  private:
    void sortTopologically();
    void followFans();
    Fan fanAt(Position position) const;
    template <typename Follow>
    std::vector<Position> walk(const std::vector<PortRef>& outputs, Follow follow) const;

    const Document& document_;
    std::vector<const Manifest*> manifests_;
    std::map<std::string, Position> positions_;
    std::map<PortRef, std::vector<PortRef>> into_;
    std::vector<std::vector<Position>> before_;  ///< nodes wired into each node
    std::vector<Position> order_;    ///< topological; nodes of cycles and behind them are left out
    std::vector<std::size_t> rank_;  ///< place in order_, or size() if it has none
    std::vector<Fan> fans_;          ///< at the outputs of each node
};

/// The input whose value a bypassed node passes to `output`; nullptr if there is none.
const Port* passingInput(const Manifest& manifest, const std::string& output);

/// Whether a value of the output may stand at the input: equal types, and schemas that do not contradict. A language
/// model is a set of tensors too; and what gives any set of tensors may give a language model (Topology::carried).
bool fits(const Port& output, const Port& input);

}  // namespace ratescope::graph
