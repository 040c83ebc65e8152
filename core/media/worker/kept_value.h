#pragma once

// Values that a study keeps, as files that people can open.

#include "core/media/node/value.h"
#include "core/run/protocol.h"

#include <filesystem>

namespace ratescope::media {

/// Writes the value into the folder, whole or not at all. Throws Error(Resource) when it can't be written.
run::KeptValue keepValue(const std::filesystem::path& folder, const run::TaskOutput& output,
                         const Value& value);

/// A value of a learner or experiment, as a mapped value file of the name <task key hex>.<port>.artefact. Throws
/// Error(Resource) when it can't be written.
run::ValueResult storeValue(const std::filesystem::path& folder, const run::TaskOutput& output,
                            const Value& value);

}  // namespace ratescope::media
