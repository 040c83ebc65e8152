#pragma once

// What tests ask of a stored stream, and do to it.

#include "core/media/coding/container.h"
#include "core/media/node/stream.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ratescope::media::test {

/// Of the parts that belong to searched tensors.
inline std::uint64_t searchedBits(const Ledger& ledger) {
    std::uint64_t bits = 0;
    for (const Part& part : ledger.parts)
        if (part.searched) bits += part.bits;
    return bits;
}

/// What the header of a codec of weights ends with: the list of one searched tensor of that shape.
inline void putListOf(FieldWriter& header, const Shape& shape) {
    header.text("");   // schema
    header.varint(0);  // metadata
    header.varint(1);
    header.text("w");
    header.text(toText(DType::F32));
    header.u8(1);
    header.varint(shape.size());
    for (const std::int64_t extent : shape)
        header.varint(static_cast<std::uint64_t>(extent));
}

/// The stream with one byte of one section changed, its checksums made right again.
inline std::vector<std::byte> changed(const ByteSink& stream, const std::string& section, std::size_t byte) {
    const ContainerReader reader(stream.bytes());
    ContainerWriter writer(reader.nodeId(), reader.nodeVersion());
    FieldReader header = reader.header();
    std::vector<std::byte> fields;
    const auto copied = header.raw(header.left());
    fields.assign(copied.begin(), copied.end());
    if (section == "header") fields[byte % fields.size()] ^= std::byte{0x15};
    writer.header().raw(fields);
    for (const std::string& name : reader.sectionNames()) {
        const auto bytes = reader.section(name);
        std::vector<std::byte> content(bytes.begin(), bytes.end());
        if (name == section && !content.empty()) content[byte % content.size()] ^= std::byte{0x15};
        writer.addSection(name, content);
    }
    ByteSink sink;
    writer.finish(sink);
    return sink.bytes();
}

}  // namespace ratescope::media::test
