#include "core/media/coding/container.h"
#include "tests/fuzz/fuzz.h"

using namespace ratescope::media;

RATESCOPE_FUZZ(bytes) {
    peekNodeId(bytes);
    const ContainerReader reader(bytes);
    for (const std::string& name : reader.sectionNames())
        reader.section(name);
    FieldReader header = reader.header();
    while (header.left() > 0)
        header.text();
}
