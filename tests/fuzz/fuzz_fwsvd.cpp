#include "core/error.h"
#include "core/media/coding/container.h"
#include "plugins/weights/fwsvd_decoder.h"
#include "plugins/weights/tensor_list.h"
#include "tests/families/test_context.h"
#include "tests/fuzz/fuzz.h"

using namespace ratescope::media;

namespace {

/// Two short factors may say that they are a large matrix: a fuzzer would only find that memory runs out.
constexpr std::int64_t mostElements = 1 << 20;

bool isSmall(std::span<const std::byte> header) {
    FieldReader fields(header);
    std::int64_t all = 0;
    for (const weights::ListedTensor& tensor : weights::readTensorList(fields, weights::fwsvdId).tensors)
        all = std::max(all, ratescope::elementCount(tensor.shape));
    return all <= mostElements;
}

}  // namespace

// Header and sections, each with its length before it; the container is made of them here, for a fuzzer finds no
// checksums.
RATESCOPE_FUZZ(bytes) {
    FieldReader fields(bytes);
    const auto next = [&] { return fields.raw(fields.varint()); };
    ContainerWriter writer(weights::fwsvdId, weights::fwsvdVersion);
    const auto header = next();
    if (!isSmall(header)) return;
    writer.header().raw(header);
    for (const char* name : {"ranks", "output-factors", "input-factors", "dense", "kept"})
        writer.addSection(name, next());
    ByteSink sink;
    writer.finish(sink);
    ByteSource source(sink.bytes());
    test::TestContext context;
    weights::decodeFwsvd(context, source);
}
