#include "core/buffer/value_file.h"
#include "core/media/node/value.h"
#include "tests/fuzz/fuzz.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace ratescope;

RATESCOPE_FUZZ(bytes) {
    static const auto file =
        std::filesystem::temp_directory_path() / ("fuzz-value-file-" + std::to_string(::getpid()));
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    const ValueParts parts = mapValueFile(file);
    media::fromParts(parts);
}
