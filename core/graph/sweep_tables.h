#pragma once

// What the document's sweeps ask of one branch.

#include "core/graph/topology.h"

#include <string>
#include <vector>

namespace ratescope::graph {

/// A parameter that a column sets.
struct SweptParameter {
    std::string node;
    const Parameter* parameter = nullptr;
};

/// A column of a sweep, as far as it concerns a branch.
struct BranchColumn {
    const SweepColumn* column = nullptr;
    bool movesAlongCurve = false;
    std::vector<SweptParameter> targets;  ///< upstream of the candidate; at least one
};

struct BranchTable {
    std::vector<BranchColumn> columns;
    std::vector<std::vector<ParameterValue>> rows;  ///< each once, as the first target stores its value
};

/// The parameters that a column sets among these nodes: one, or all that read its variable and are not
/// swept themselves.
std::vector<SweptParameter> targetsOf(const Topology& topology, const SweepColumn& column,
                                      const std::vector<Position>& nodes);

/// The tables with a column on these nodes, reduced to those columns. Rows too short and columns that name
/// nothing are left out.
std::vector<BranchTable> tablesOn(const Topology& topology, const std::vector<Position>& nodes);

/// Rows of the product; maximumRows + 1 for any number beyond maximumRows.
std::size_t countRows(const std::vector<BranchTable>& tables);

}  // namespace ratescope::graph
