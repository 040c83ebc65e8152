#include "core/media/coding/shared_id.h"

#include "core/error.h"
#include "core/media/node/canonical_hash.h"

#include <algorithm>
#include <cstring>

namespace ratescope::media {
namespace {

constexpr const char* part = "shared-id";

std::string hex(std::span<const std::byte> bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const std::byte byte : bytes) {
        text.push_back(digits[static_cast<unsigned>(byte) >> 4]);
        text.push_back(digits[static_cast<unsigned>(byte) & 15]);
    }
    return text.empty() ? "none" : text;
}

void check(std::span<const std::byte> stored, std::span<const std::byte> here) {
    if (std::equal(stored.begin(), stored.end(), here.begin(), here.end())) return;
    throw Error(
        ErrorKind::Input,
        "This stream was coded with other shared values (" + hex(stored) + " there, " + hex(here) + " here).",
        "Give the decoder the same shared inputs as the encoder had.");
}

}  // namespace

SharedId sharedId(const Value& shared) {
    const Hash hash = canonicalHash(shared);
    SharedId id;
    std::memcpy(id.data(), hash.bytes.data(), id.size());
    return id;
}

void writeSharedIds(ContainerWriter& writer, std::span<const SharedId> ids) {
    writer.addSection(part, std::as_bytes(ids));
}

void checkSharedIds(const ContainerReader& reader, std::span<const SharedId> ids) {
    check(reader.section(part), std::as_bytes(ids));
}

void writeSharedId(ByteSink& sink, const SharedId& id) {
    sink.write(part, id);
}

void checkSharedId(ByteSource& source, const SharedId& id) {
    check(source.read(id.size()), id);
}

}  // namespace ratescope::media
