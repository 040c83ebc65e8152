#include "core/media/node/checkpoint.h"

#include "core/media/coding/crc32.h"

namespace ratescope::media {

void saveFields(Context& context, const std::string& name, const FieldWriter& fields) {
    FieldWriter whole;
    whole.u32(crc32Of(fields.bytes()));
    whole.raw(fields.bytes());
    context.saveCheckpoint(name, whole.bytes());
}

std::optional<std::vector<std::byte>> loadFields(Context& context, const std::string& name) {
    const auto whole = context.loadCheckpoint(name);
    if (!whole) return std::nullopt;
    FieldReader reader(*whole);
    const std::uint32_t checksum = reader.u32();
    const auto fields = reader.raw(reader.left());
    if (crc32Of(fields) != checksum)
        throw Error(ErrorKind::Input, "The checkpoint \"" + name + "\" is damaged.", "Run the task again.");
    return std::vector<std::byte>(fields.begin(), fields.end());
}

}  // namespace ratescope::media
