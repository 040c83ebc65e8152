#pragma once

// How well a ranking of documents serves a query that is judged.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace ratescope::media {

/// The `depth` best of `scores`, best first; of equal ones the first. Throws Error(Input) for a NaN.
std::vector<std::size_t> bestRanked(std::span<const float> scores, std::size_t depth);

/// Normalised discounted cumulative gain of the first `depth` ranks (Järvelin and Kekäläinen 2002, as trec_eval's
/// ndcg_cut): Σ grade / log2(rank + 1), divided by that of the best ranking there is. `ranked` holds the grades of the
/// documents as they were ranked, 0 where a document is not judged; `judged` those of all that are. A grade below 0
/// counts as 0. Throws Error(Input) where no judged grade is above 0.
double normalisedGain(std::span<const std::int64_t> ranked, std::span<const std::int64_t> judged,
                      std::size_t depth);

}  // namespace ratescope::media
