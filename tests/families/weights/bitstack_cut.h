#pragma once

// weights.bitstack, and its artefact cut to a budget.

#include "plugins/weights/nodes.h"
#include "tests/families/support.h"

namespace ratescope::media::test {

inline constexpr double mebibyte = 1 << 20;

inline NodeEntry node() {
    return weights::bitstackNode();
}

inline ByteSink cutTo(std::span<const std::byte> stream, double mebibytes) {
    TestContext context;
    ByteSource source(stream);
    ByteSink sink;
    const auto made = node().make();
    dynamic_cast<const CodecNode&>(*made).extract(
        context, source, complete(node().manifest, {{"max-memory", mebibytes}}), sink);
    return sink;
}

}  // namespace ratescope::media::test
