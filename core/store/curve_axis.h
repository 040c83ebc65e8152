#pragma once

// Which rows of a library an id on the axis of a curve stands for.

#include "core/curves/quantity.h"
#include "core/store/library.h"
#include "core/store/query.h"
#include "core/store/sqlite.h"

#include <cstdint>
#include <set>
#include <string>

namespace ratescope::store {

struct CurveAxis {
    curves::Quantity quantity;
    const curves::Rate* rate = nullptr;  ///< of a rate
    std::int64_t measure = 0;            ///< row that gives the metric, or the count of a rate; 0 for none
    std::string metric;                  ///< of a metric
};

/// "jpeg.quality": the parameters whose values items of the study have found.
std::set<std::string> reachedParameters(Database& database, StudyId study);

/// Throws Error(Usage) for an unknown or ambiguous id, listing what there is.
CurveAxis yAxis(const Library& library, StudyId study, const std::string& id);
/// The same beside a y that is known already: a rate without a node takes the counts of y's measure. "" is
/// the first rate that measure has a count for, else bytes.
CurveAxis xAxis(const Library& library, StudyId study, const std::string& id, const CurveAxis& y);

}  // namespace ratescope::store
