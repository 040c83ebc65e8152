#include "core/media/node/stream.h"

#include "core/error.h"

namespace ratescope::media {

void ByteSink::write(const std::string& part, std::span<const std::byte> bytes, bool searched) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    ledger_.add(part, 8 * std::uint64_t{bytes.size()}, searched);
}

void ByteSink::write(std::span<const std::byte> bytes, const Ledger& ledger) {
    if (ledger.bits() != 8 * std::uint64_t{bytes.size()})
        throw Error(ErrorKind::Internal,
                    "A ledger of " + std::to_string(ledger.bits()) + " bits came with " +
                        std::to_string(bytes.size()) + " bytes.",
                    "");
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    for (const Part& part : ledger.parts)
        ledger_.add(part.name, part.bits, part.searched);
    for (const SharedEntry& entry : ledger.shared)
        share(entry.key, entry.bits);
}

void ByteSink::share(const std::string& key, std::uint64_t bits) {
    ledger_.shared.push_back({key, bits});
}

std::span<const std::byte> ByteSource::read(std::size_t count) {
    if (count > left())
        throw Error(ErrorKind::Input,
                    "The stream ends after " + std::to_string(bytes_.size()) + " bytes, but more are needed.",
                    "The file is cut short; encode it again.");
    const auto bytes = bytes_.subspan(position_, count);
    position_ += count;
    return bytes;
}

}  // namespace ratescope::media
