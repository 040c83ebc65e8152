#pragma once

#include "core/store/library.h"

#include <optional>
#include <string>

namespace ratescope::cli {

/// One indented line for each failed item and measurement: series, asset, values, measure, what happened, what to do.
std::string failureLines(const store::Library& library, std::optional<store::StudyId> study);

}  // namespace ratescope::cli
