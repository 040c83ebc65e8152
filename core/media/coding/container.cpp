#include "core/media/coding/container.h"

#include "core/error.h"
#include "core/media/coding/crc32.h"
#include "core/media/coding/damaged.h"
#include "core/utf8.h"

#include <algorithm>
#include <cstring>

namespace ratescope::media {
namespace {

constexpr std::string_view magic = "RSCS";
constexpr std::uint8_t formatVersion = 1;

bool hasMagic(std::span<const std::byte> stream) {
    return stream.size() >= magic.size() && std::memcmp(stream.data(), magic.data(), magic.size()) == 0;
}

}  // namespace

ContainerWriter::ContainerWriter(std::string nodeId, int nodeVersion)
    : nodeId_(std::move(nodeId)), nodeVersion_(nodeVersion) {}

void ContainerWriter::addSection(const std::string& name, LedgeredBytes section) {
    if (section.ledger.bits() != 8 * std::uint64_t{section.bytes.size()})
        throw Error(ErrorKind::Internal, "The ledger of section \"" + name + "\" does not sum to its bytes.",
                    "");
    for (const Section& other : sections_)
        if (other.name == name)
            throw Error(ErrorKind::Internal, "The section \"" + name + "\" was added twice.", "");
    sections_.push_back({name, std::move(section)});
}

void ContainerWriter::addSection(const std::string& name, std::span<const std::byte> bytes, bool searched) {
    LedgeredBytes section{{bytes.begin(), bytes.end()}, {}};
    section.ledger.add(name, 8 * std::uint64_t{bytes.size()}, searched);
    addSection(name, std::move(section));
}

void ContainerWriter::finish(ByteSink& sink) const {
    FieldWriter before;
    before.raw(std::as_bytes(std::span(magic)));
    before.u8(formatVersion);
    before.text(nodeId_);
    before.varint(static_cast<std::uint64_t>(nodeVersion_));
    before.varint(header_.bytes().size());
    FieldWriter after;
    after.varint(sections_.size());
    for (const Section& section : sections_) {
        after.text(section.name);
        after.varint(section.content.bytes.size());
        after.u32(crc32Of(section.content.bytes));
    }
    FieldWriter framing;
    framing.raw(before.bytes());
    framing.raw(header_.bytes());
    framing.raw(after.bytes());
    framing.u32(crc32Of(framing.bytes()));

    Ledger ledger;
    ledger.add("container", 8 * (framing.bytes().size() - header_.bytes().size()));
    if (!header_.bytes().empty()) ledger.add("header", 8 * std::uint64_t{header_.bytes().size()});
    std::size_t size = framing.bytes().size();
    for (const Section& section : sections_)
        size += section.content.bytes.size();
    sink.reserve(size);
    sink.write(framing.bytes(), ledger);
    for (const Section& section : sections_)
        sink.write(section.content.bytes, section.content.ledger);
}

ContainerReader::ContainerReader(std::span<const std::byte> stream) {
    if (!hasMagic(stream))
        throw Error(ErrorKind::Input, "The file is no stream of a Ratescope codec.",
                    "Name the node that made it with --node, or give another file.");
    FieldReader fields(stream);
    fields.raw(magic.size());
    if (const int version = fields.u8(); version != formatVersion)
        throw Error(ErrorKind::Input,
                    "The stream has the container version " + std::to_string(version) +
                        "; this program reads " + std::to_string(formatVersion) + ".",
                    "Decode it with the program that wrote it, or a newer one.");
    nodeId_ = fields.text();
    nodeVersion_ = static_cast<int>(fields.varintUpTo(1u << 30));
    header_ = fields.raw(fields.varint());
    // A section takes at least 6 bytes of framing.
    const std::uint64_t count = fields.varintUpTo(fields.left() / 6);
    std::vector<std::uint64_t> lengths;
    for (std::uint64_t i = 0; i < count; ++i) {
        Section section;
        section.name = fields.text();
        lengths.push_back(fields.varintUpTo(stream.size()));
        section.crc = fields.u32();
        sections_.push_back(std::move(section));
    }
    const std::uint32_t crc = crc32Of(stream.first(fields.position()));
    if (fields.u32() != crc) throw damaged("the checksum of its framing differs");
    for (std::size_t i = 0; i < sections_.size(); ++i)
        sections_[i].bytes = fields.raw(lengths[i]);
    if (fields.left() > 0) throw damaged(std::to_string(fields.left()) + " bytes follow its end");
}

ContainerReader::ContainerReader(ByteSource& source, const std::string& nodeId, int nodeVersion)
    : ContainerReader(source.read(source.left())) {
    if (nodeId_ != nodeId)
        throw Error(ErrorKind::Input, "The stream was made by " + quote(nodeId_) + ", not by " + nodeId + ".",
                    "Decode it with the node that made it.");
    if (nodeVersion_ < 1 || nodeVersion_ > nodeVersion)
        throw Error(ErrorKind::Input,
                    "The stream was made by version " + std::to_string(nodeVersion_) + " of " + nodeId +
                        "; this is version " + std::to_string(nodeVersion) + ".",
                    "Decode it with a newer Ratescope.");
}

bool ContainerReader::has(const std::string& name) const {
    return std::any_of(sections_.begin(), sections_.end(),
                       [&](const Section& section) { return section.name == name; });
}

std::span<const std::byte> ContainerReader::section(const std::string& name) const {
    for (const Section& section : sections_) {
        if (section.name != name) continue;
        if (crc32Of(section.bytes) != section.crc)
            throw damaged("the checksum of its section \"" + name + "\" differs");
        return section.bytes;
    }
    throw damaged("it has no section \"" + name + "\"");
}

std::vector<std::string> ContainerReader::sectionNames() const {
    std::vector<std::string> names;
    for (const Section& section : sections_)
        names.push_back(section.name);
    return names;
}

std::optional<std::string> peekNodeId(std::span<const std::byte> stream) {
    if (!hasMagic(stream)) return std::nullopt;
    try {
        FieldReader fields(stream.subspan(magic.size()));
        if (fields.u8() != formatVersion) return std::nullopt;
        return fields.text();
    } catch (const Error&) {
        return std::nullopt;
    }
}

}  // namespace ratescope::media
