#pragma once

// Checkpoints as fields under a checksum. One that is damaged is worth only the time to make it again: it counts as
// none, and the task's log says so.

#include "core/error.h"
#include "core/media/coding/fields.h"
#include "core/media/node/context.h"

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

namespace ratescope::media {

/// Kept until the task is finished, as Context::saveCheckpoint does.
void saveFields(Context& context, const std::string& name, const FieldWriter& fields);

/// The bytes that saveFields() kept under that name; nothing where there are none. Throws Error(Input) where they are
/// damaged.
std::optional<std::vector<std::byte>> loadFields(Context& context, const std::string& name);

/// What `read` makes of the fields, all of which it must read.
template <typename Read>
std::optional<std::invoke_result_t<Read, FieldReader&>> takeUp(Context& context, const std::string& name,
                                                               const Read& read) {
    try {
        const auto bytes = loadFields(context, name);
        if (!bytes) return std::nullopt;
        FieldReader fields(*bytes);
        auto state = read(fields);
        if (fields.left() == 0) return state;
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::Input) throw;
    }
    context.log("The checkpoint \"" + name + "\" is damaged; what it held is made again.");
    return std::nullopt;
}

}  // namespace ratescope::media
