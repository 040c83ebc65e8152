#include "plugins/weights/bitstack_stream.h"
#include "tests/families/test_context.h"
#include "tests/fuzz/fuzz.h"

using namespace ratescope;
using namespace ratescope::media;

// Header and sections, each with its length before it; the container is made of them here, for a fuzzer finds no
// checksums. The node itself would bring LibTorch with it: it does no more than this with a stream.
RATESCOPE_FUZZ(bytes) {
    FieldReader fields(bytes);
    const auto next = [&] { return fields.raw(fields.varint()); };
    ContainerWriter writer(weights::bitstackId, weights::bitstackVersion);
    writer.header().raw(next());
    for (const char* name : {"signs", "factors", "order", "kept"})
        writer.addSection(name, next());
    ByteSink sink;
    writer.finish(sink);
    ByteSource source(sink.bytes());
    const weights::BitstackReader reader(source);
    for (const std::size_t blocks : {std::size_t(0), reader.furtherBlocks() / 2, reader.furtherBlocks()}) {
        ByteSink cut;
        reader.write(blocks, cut);
        if (cut.bytes().size() != reader.sizeWith(blocks))
            throw Error(ErrorKind::Internal, "A cut stream has another size than it was said to have.", "");
        ByteSource again(cut.bytes());
        if (weights::BitstackReader(again).furtherBlocks() != blocks)
            throw Error(ErrorKind::Internal, "A cut stream has other blocks than were asked for.", "");
    }
    test::TestContext context;
    reader.decode(context);
}
