#include "core/media/assets/table_file.h"
#include "tests/fuzz/fuzz.h"

#include <memory>

using namespace ratescope::media;

/// The first byte chooses the format.
RATESCOPE_FUZZ(bytes) {
    if (bytes.empty()) return;
    const auto format = static_cast<TableFormat>(static_cast<unsigned>(bytes[0]) % 3);
    fromParts(toParts(std::make_shared<const Table>(decodeTable(format, bytes.subspan(1), "x"))));
}
