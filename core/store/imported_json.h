#pragma once

// The form in which an imported curve travels over the supervisor's socket.

#include "core/store/imported.h"

#include <nlohmann/json_fwd.hpp>

namespace ratescope::store {

/// {"title","source","citation","dataset","rate","metric":{"id","title","unit","better"},"pooling","points":[[rate,quality],…]}
nlohmann::json toJson(const ImportedCurve& curve);

/// Throws Error(Usage) naming the field that is missing or of another type.
ImportedCurve importedFromJson(const nlohmann::json& json);

}  // namespace ratescope::store
