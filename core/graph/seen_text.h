#pragma once

namespace ratescope::graph {

/// The parameter (a flag) by which a measure takes a text that its candidate was calibrated with. The planner refuses such
/// a text otherwise (core/run/seen_text.h), and does not look at a measure without the parameter.
inline constexpr const char* seenTextParameter = "seen-text";

}  // namespace ratescope::graph
