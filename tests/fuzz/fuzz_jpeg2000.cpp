#include "plugins/image/nodes.h"
#include "tests/fuzz/codec.h"
#include "tests/fuzz/fuzz.h"

using namespace ratescope::media;

namespace {

/// By the extents of the first SIZ marker segment that there seems to be (15444-1, A.5.1).
bool isSmall(std::span<const std::byte> bytes) {
    for (std::size_t i = 0; i + 14 < bytes.size(); ++i) {
        if (bytes[i] != std::byte{0xff} || bytes[i + 1] != std::byte{0x51}) continue;
        std::uint64_t width = 0, height = 0;
        for (std::size_t k = 0; k < 4; ++k) {
            width = width << 8 | std::to_integer<std::uint64_t>(bytes[i + 6 + k]);
            height = height << 8 | std::to_integer<std::uint64_t>(bytes[i + 10 + k]);
        }
        return height == 0 || width <= mostFuzzedPixels / height;
    }
    return true;
}

void cutHostile(std::span<const std::byte> bytes) {
    const NodeEntry entry = image::jpeg2000Node();
    std::map<std::string, ratescope::graph::ParameterValue> parameters;
    for (const ratescope::graph::Parameter& parameter : entry.manifest.parameters)
        parameters[parameter.id] = parameter.defaultValue;
    parameters["layers-kept"] = std::int64_t{1};
    test::TestContext context;
    ByteSource source(bytes);
    ByteSink sink;
    const auto node = entry.make();
    dynamic_cast<const CodecNode&>(*node).extract(context, source, Parameters(parameters), sink);
}

}  // namespace

RATESCOPE_FUZZ(bytes) {
    try {
        cutHostile(bytes);
    } catch (const ratescope::Error& error) {
        if (error.kind() != ratescope::ErrorKind::Input) throw;
    }
    if (isSmall(bytes)) decodeHostile(image::jpeg2000Node(), bytes);
}
