#pragma once

// decodeHostile(node, bytes): what a codec does with a stream from outside. fuzz.h says what is a finding.

#include "core/media/node/plugin.h"
#include "tests/families/test_context.h"

#include <map>
#include <span>
#include <string>

namespace ratescope::media {

/// Pictures of more pixels are let be: a fuzzer would only find that memory runs out.
inline constexpr std::uint64_t mostFuzzedPixels = 1 << 20;

inline void decodeHostile(const NodeEntry& entry, std::span<const std::byte> bytes) {
    std::map<std::string, graph::ParameterValue> defaults;
    for (const graph::Parameter& parameter : entry.manifest.parameters)
        defaults[parameter.id] = parameter.defaultValue;
    test::TestContext context;
    ByteSource source(bytes);
    const auto node = entry.make();
    dynamic_cast<const CodecNode&>(*node).decode(context, source, {}, Parameters(defaults));
}

}  // namespace ratescope::media
