#pragma once

// The caption that belongs to a figure: everything a reader needs to judge the numbers, from the data.

#include "core/curves/compare.h"
#include "core/curves/plot_spec.h"

#include <span>
#include <string>

namespace ratescope::curves {

/// Metric, rate, n, pooling, bands with their bootstrap, BD method, averaging, anchor and overlaps,
/// incomplete points, sources of imported curves, and notes. Plain text with true minus signs and "n = 24".
std::string composeCaption(std::span<const Curve> curves, std::span<const BdComparison> comparisons,
                           const std::string& dataset, const BootstrapOptions& bands,
                           std::span<const std::string> notes);

/// "Kodak, n = 24"; "n = 20–24" where the curves differ, "n = 24, 5 seeds" with several seeds; without the
/// data set's name "n = 24"; just the name without items.
std::string legendTitle(std::span<const Curve> curves, const std::string& dataset);

}  // namespace ratescope::curves
