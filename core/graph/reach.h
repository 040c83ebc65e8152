#pragma once

// What a reach of the document comes to on one candidate: where its parameter may lie, and which measures tell
// what is reached.

#include "core/graph/topology.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::curves {
struct Rate;
}

namespace ratescope::graph {

/// Where the value of a reached parameter is looked for.
struct ReachRange {
    bool integers = false;
    double low = 0, high = 0;  ///< both may be the value; whole numbers for integers
    bool logScale = false;     ///< steps are even in the logarithm

    bool operator==(const ReachRange&) const = default;
    /// As the parameter stores it.
    ParameterValue value(double place) const;
};

/// The reach's own range, else the parameter's; nothing when the parameter is no number, or has no range and
/// the reach says none, or it is empty.
std::optional<ReachRange> rangeOf(const Reach& reach, const Parameter& parameter);

/// The first reach of the document with a parameter of one of these nodes; nullptr if there is none.
const Reach* reachOn(const Topology& topology, const std::vector<Position>& nodes);

/// How a run tells what is reached.
struct Reached {
    const curves::Rate* rate = nullptr;  ///< of a rate
    std::string metric;                  ///< of a metric
    /// Places in Candidate::measures: the one that gives the metric; those whose references, all the same, have
    /// the count that divides the rate, of which one must; none for a rate without a count.
    std::vector<std::size_t> measures;
    std::string fault, remedy;  ///< why the candidate has no such quantity; else empty
};

Reached reachedOn(const Topology& topology, const Candidate& candidate, const std::string& quantity);

}  // namespace ratescope::graph
