#include "core/media/coding/container.h"
#include "plugins/weights/nodes.h"
#include "tests/fuzz/codec.h"
#include "tests/fuzz/fuzz.h"

using namespace ratescope::media;

// Header and sections, each with its length before it; the container is made of them here, for a fuzzer finds no
// checksums.
RATESCOPE_FUZZ(bytes) {
    static const NodeEntry entry = weights::dfloat11Node();
    FieldReader fields(bytes);
    const auto next = [&] { return fields.raw(fields.varint()); };
    ContainerWriter writer(entry.manifest.id, entry.manifest.version);
    writer.header().raw(next());
    for (const char* name : {"exponents", "sign-mantissa", "gaps", "positions", "tables", "raw", "kept"})
        writer.addSection(name, next());
    ByteSink sink;
    writer.finish(sink);
    decodeHostile(entry, sink.bytes());
}
