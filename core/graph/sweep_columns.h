#pragma once

#include "core/graph/document.h"

#include <functional>

namespace ratescope::graph {

/// The table without some of its columns; rows that are then equal stay once, the first of them. Nothing of it
/// changes when no column goes.
Sweep withoutColumns(const Sweep& sweep, const std::function<bool(const SweepColumn&)>& goes);

}  // namespace ratescope::graph
