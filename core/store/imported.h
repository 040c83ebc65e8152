#pragma once

// Curves that others published: they have no items, so they compare by their mean curve only.

#include "core/curves/curve.h"
#include "core/store/library.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ratescope::store {

struct ImportedCurve {
    std::int64_t id = 0;  ///< given by insertImported
    std::string title;    ///< "bmshj2018-hyperprior"
    std::string source;   ///< file or address that the points were read from
    std::string citation;
    std::string dataSet;   ///< "kodak"
    std::string rate;      ///< id: "bpp"
    graph::Metric metric;  ///< id, title, unit and better direction of the other axis
    std::string pooling;   ///< as the source states it: "mean of PSNRs"
    std::vector<curves::RatePoint> points;
};

/// Adds a curve; returns its id. A curve of equal source, title, data set and metric is replaced and keeps
/// its id, so that importing twice is importing once. Throws Error(Input), naming the title, for no points
/// and for numbers that are not finite.
std::int64_t insertImported(Library& library, const ImportedCurve& curve);
std::vector<ImportedCurve> importedCurves(const Library& library);
/// Throws Error(Usage) for an unknown id.
void deleteImported(Library& library, std::int64_t id);

}  // namespace ratescope::store
