#pragma once

// What stands on a node as it is drawn, made of the document, what follows from it and how far its items have come.
// Plain values: the scene compares them and repaints a node only where they differ.

#include "core/curves/series_style.h"
#include "core/graph/document.h"
#include "core/graph/manifest.h"
#include "views/controls/run_state.h"

#include <QString>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::views {

/// A branch as wires and rows show it.
struct BranchMark {
    std::string slug;
    curves::SeriesStyle style;

    bool operator==(const BranchMark&) const = default;
};

/// What is wired to an input that takes several.
struct CandidateLine {
    graph::PortRef from;
    QString title;
    std::optional<BranchMark> branch;  ///< nothing while the document has errors

    bool operator==(const CandidateLine&) const = default;
};

struct PortLine {
    std::string id;
    QString label, toolTip;
    graph::PortType type = graph::PortType::Image;
    bool takesSeveral = false;
    std::vector<CandidateLine> candidates;

    bool operator==(const PortLine&) const = default;
};

struct Chip {
    QString text;
    bool swept = false;

    bool operator==(const Chip&) const = default;
};

struct NodeContent {
    std::string slug;
    QString title, name, toolTip;  ///< name: see shownName
    graph::NodeKind kind = graph::NodeKind::Transform;
    bool known = true;  ///< an installed plugin has it
    std::vector<PortLine> inputs, outputs;
    std::vector<Chip> chips;
    QString details, counts;
    RunState state = RunState::Idle;
    QString stateToolTip;
    QString complaint;     ///< under the title: why it failed, or what it needs
    double progress = -1;  ///< of 1; below 0 for none

    bool operator==(const NodeContent&) const = default;
};

struct WireContent {
    graph::Wire wire;
    graph::PortType type = graph::PortType::Image;
    std::optional<BranchMark> branch;

    bool operator==(const WireContent&) const = default;
};

/// An input that takes several wires: of a measure's candidate each is a branch of its own.
bool takesSeveral(const graph::Port& input);

/// The parameters that sweeps and reaches move, as chips: "quality 5…95 · 10 runs". All of them; the node shows three.
std::vector<Chip> sweptChips(const graph::Document& document, const graph::Manifest& manifest,
                             const graph::Node& node);

/// The parameters that differ from their default and are not swept: "4:2:0 · progressive".
QString changedParameters(const graph::Document& document, const graph::Manifest& manifest,
                          const graph::Node& node);

/// The title that the node is shown with: its own, else the manifest's.
QString shownTitle(const graph::Node& node, const graph::Manifest* manifest);
/// The node's slug where the title does not say it: "srgb" of a node titled "Convert".
QString shownName(const graph::Node& node, const graph::Manifest* manifest);

}  // namespace ratescope::views
