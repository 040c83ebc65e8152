#pragma once

namespace ratescope::views {

/// What a node that is dragged onto the graph travels as: its manifest id in UTF-8.
inline constexpr const char* nodeMime = "application/x-ratescope-node";

}  // namespace ratescope::views
