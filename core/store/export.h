#pragma once

// A library's rows for other programs, as the documented views have them (docs/library.md).

#include "core/store/library.h"

#include <optional>
#include <string>

namespace ratescope::store {

enum class View { Items, Points };

/// All columns of v_items or v_points in the planned order, RFC 4180, a header first. `study`: of one study only.
std::string csvOfView(const Library& library, View view, std::optional<StudyId> study);

/// {"columns": […], "rows": [[…], …]}; numbers as numbers, absent values null.
std::string jsonOfView(const Library& library, View view, std::optional<StudyId> study);

}  // namespace ratescope::store
