#include "core/media/worker/stream_file.h"

#include "core/buffer/aside_file.h"
#include "core/error.h"

namespace ratescope::media {

MappedFile mapStream(const std::filesystem::path& file) {
    std::error_code missing;
    if (std::filesystem::file_size(file, missing) == 0 && !missing) return {};
    return mapFile(file);
}

run::StreamResult writeStream(const std::filesystem::path& file, const ByteSink& sink,
                              const std::string& node) {
    const std::uint64_t bits = sink.ledger().bits();
    if (bits != 8 * sink.bytes().size())
        throw Error(ErrorKind::Internal,
                    "The ledger of " + node + " holds " + std::to_string(bits) + " bits, its stream " +
                        std::to_string(8 * sink.bytes().size()) + ".",
                    "Report this fault of the node.");
    AsideFile aside(file);
    aside.write(sink.bytes());
    aside.commit();
    run::StreamResult result;
    result.file = file;
    result.hash = sha256(sink.bytes());
    result.bytes = sink.bytes().size();
    for (const Part& part : sink.ledger().parts)
        result.parts.push_back({part.name, part.bits, part.searched});
    for (const SharedEntry& entry : sink.ledger().shared)
        result.shared.push_back({entry.key, entry.bits, false});
    return result;
}

}  // namespace ratescope::media
