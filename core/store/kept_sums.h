#pragma once

// How the sums of points lie in the library: those of 80 points in one blob, for each measure, metric and other
// axis. A curve of 200,000 points is then read as a few thousand rows in their order, and a commit writes the few
// blocks that its points are in.

#include "core/store/sqlite.h"
#include "core/store/summary.h"

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace ratescope::store {

/// The sums of one point, as they lie in a blob.
struct SumsRecord {
    std::int64_t point = 0;
    PointSums sums;
};

/// The kept sums of one metric against one axis, of all points that have some.
class KeptSums {
  public:
    /// Reads them all. Throws Error(Library) where a block is damaged.
    KeptSums(Database& database, const SumsKey& key);

    /// nullptr for a point without items that have both. Fast for points that are asked for in about the order of
    /// their ids.
    const PointSums* find(std::int64_t point);

  private:
    std::vector<SumsRecord> records_;  ///< by point
    std::size_t next_ = 0;             ///< behind the one found last
};

/// Puts these in place of all that is kept of their points; the caller holds a write transaction.
void keepSums(Database& database, const std::map<std::int64_t, std::map<SumsKey, PointSums>>& ofPoints);

}  // namespace ratescope::store
