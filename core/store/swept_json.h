#pragma once

// The swept values of an item as JSON text, by which the library tells points apart.

#include "core/curves/curve.h"
#include "core/graph/value.h"

#include <string>
#include <utility>
#include <vector>

namespace ratescope::store {

using SweptValues = std::vector<std::pair<std::string, graph::ParameterValue>>;

/// {"jpeg.quality":75}, columns in the order given; reals always with a point or an exponent, shortest text
/// that reads back as the same number. Throws Error(Document), naming the column, for a number that is not
/// finite and for text that is not UTF-8.
std::string toSweptJson(const SweptValues& values);
/// The same with the columns sorted by name: equal for equal values in any order.
std::string toSweptIdentity(SweptValues values);
/// Inverse of toSweptJson. Throws Error(Library) for anything else.
SweptValues fromSweptJson(const std::string& text);
/// Columns and canonical texts of the values.
curves::RowValues toRowValues(const SweptValues& values);

}  // namespace ratescope::store
