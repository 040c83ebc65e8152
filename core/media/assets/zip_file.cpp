#include "core/media/assets/zip_file.h"

#include "core/media/assets/byte_reader.h"
#include "core/utf8.h"

#include <zlib.h>

#include <algorithm>
#include <vector>

namespace ratescope::media {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint32_t localMagic = 0x04034b50, directoryMagic = 0x02014b50, endMagic = 0x06054b50;
constexpr std::uint32_t end64Magic = 0x06064b50, locatorMagic = 0x07064b50;
constexpr std::size_t endSize = 22, locatorSize = 20;
constexpr std::uint32_t all32 = 0xffffffff;
constexpr std::uint16_t all16 = 0xffff;

/// One file's fields anywhere in it; offsets are checked before they are followed.
struct Archive {
    Bytes bytes;
    const std::string& name;

    ByteReader at(std::uint64_t offset) const {
        ByteReader reader(bytes, "zip archive", name);
        if (offset > bytes.size()) throw reader.damaged("an offset lies outside the file");
        reader.raw(offset);
        return reader;
    }
    Error damaged(const std::string& reason) const {
        return ByteReader({}, "zip archive", name).damaged(reason);
    }
};

struct Directory {
    std::uint64_t entries = 0, offset = 0;
};

/// The record at the end; a comment of up to 64 KiB may follow it.
Directory findDirectory(const Archive& archive) {
    const std::size_t size = archive.bytes.size();
    for (std::size_t back = endSize; back <= std::min<std::size_t>(size, endSize + all16); ++back) {
        ByteReader end = archive.at(size - back);
        if (end.number<std::uint32_t>() != endMagic) continue;
        end.raw(6);
        Directory directory;
        directory.entries = end.number<std::uint16_t>();
        end.raw(4);
        directory.offset = end.number<std::uint32_t>();
        if (directory.entries != all16 && directory.offset != all32) return directory;
        if (size - back < locatorSize) throw archive.damaged("its directory is missing");
        ByteReader locator = archive.at(size - back - locatorSize);
        if (locator.number<std::uint32_t>() != locatorMagic) return directory;
        locator.raw(4);
        ByteReader large = archive.at(locator.number<std::uint64_t>());
        if (large.number<std::uint32_t>() != end64Magic) throw archive.damaged("its directory is missing");
        large.raw(28);
        directory.entries = large.number<std::uint64_t>();
        large.raw(8);
        directory.offset = large.number<std::uint64_t>();
        return directory;
    }
    throw archive.damaged("its directory is missing");
}

struct Entry {
    std::string name;
    std::uint16_t flags = 0, method = 0;
    std::uint32_t crc = 0;
    std::uint64_t packed = 0, size = 0, header = 0;
};

/// What did not fit into 32 bits stands in a field of 64-bit numbers, in this order.
void readExtra(Entry& entry, ByteReader extra) {
    while (extra.left() >= 4) {
        const auto id = extra.number<std::uint16_t>();
        const auto length = extra.number<std::uint16_t>();
        ByteReader field(extra.raw(length), "zip archive", entry.name);
        if (id != 1) continue;
        for (std::uint64_t* value : {&entry.size, &entry.packed, &entry.header})
            if (*value == all32) *value = field.number<std::uint64_t>();
    }
}

Entry readEntry(ByteReader& reader, const Archive& archive) {
    if (reader.number<std::uint32_t>() != directoryMagic) throw archive.damaged("its directory is damaged");
    reader.raw(4);
    Entry entry;
    entry.flags = reader.number<std::uint16_t>();
    entry.method = reader.number<std::uint16_t>();
    reader.raw(4);
    entry.crc = reader.number<std::uint32_t>();
    entry.packed = reader.number<std::uint32_t>();
    entry.size = reader.number<std::uint32_t>();
    const auto nameLength = reader.number<std::uint16_t>();
    const auto extraLength = reader.number<std::uint16_t>();
    const auto commentLength = reader.number<std::uint16_t>();
    reader.raw(8);
    entry.header = reader.number<std::uint32_t>();
    entry.name = reader.text(nameLength);
    readExtra(entry, ByteReader(reader.raw(extraLength), "zip archive", archive.name));
    reader.raw(commentLength);
    return entry;
}

Bytes dataOf(const Entry& entry, const Archive& archive) {
    if ((entry.flags & 1) != 0 || entry.method != 0 || entry.packed != entry.size)
        throw Error(ErrorKind::Input,
                    archive.name + ": its entry " + quote(entry.name) + " is compressed or encrypted.",
                    "Save the model again with torch.save.");
    ByteReader local = archive.at(entry.header);
    if (local.number<std::uint32_t>() != localMagic) throw archive.damaged("an entry does not begin as one");
    local.raw(22);
    const auto nameLength = local.number<std::uint16_t>();
    const auto extraLength = local.number<std::uint16_t>();
    local.raw(std::uint64_t{nameLength} + extraLength);
    return local.raw(entry.size);
}

void checkCrc(const Entry& entry, Bytes data, const Archive& archive) {
    uLong crc = crc32(0, nullptr, 0);
    for (std::size_t at = 0; at < data.size(); at += 1u << 30) {
        const Bytes part = data.subspan(at, std::min<std::size_t>(data.size() - at, 1u << 30));
        crc = crc32(crc, reinterpret_cast<const Bytef*>(part.data()), static_cast<uInt>(part.size()));
    }
    if (crc != entry.crc) throw archive.damaged("its entry " + quote(entry.name) + " has a wrong CRC-32");
}

/// Entries that share bytes would let a small file promise much.
void checkOverlap(std::vector<Bytes> parts, const Archive& archive) {
    std::erase_if(parts, [](Bytes part) { return part.empty(); });
    std::sort(parts.begin(), parts.end(), [](Bytes a, Bytes b) { return a.data() < b.data(); });
    for (std::size_t i = 1; i < parts.size(); ++i)
        if (parts[i].data() < parts[i - 1].data() + parts[i - 1].size())
            throw archive.damaged("two entries overlap");
}

}  // namespace

bool isZip(std::span<const std::byte> bytes) {
    return bytes.size() >= 4 && std::memcmp(bytes.data(), "PK\3\4", 4) == 0;
}

std::map<std::string, std::span<const std::byte>> readStoredZip(std::span<const std::byte> bytes,
                                                                const std::string& name) {
    const Archive archive{bytes, name};
    const Directory directory = findDirectory(archive);
    ByteReader reader = archive.at(directory.offset);
    std::map<std::string, Bytes> entries;
    std::vector<Entry> listed;
    std::vector<Bytes> parts;
    for (std::uint64_t i = 0; i < directory.entries; ++i) {
        listed.push_back(readEntry(reader, archive));
        parts.push_back(dataOf(listed.back(), archive));
        if (!entries.emplace(listed.back().name, parts.back()).second)
            throw archive.damaged("its entry " + quote(listed.back().name) + " is there twice");
    }
    checkOverlap(parts, archive);
    for (std::size_t i = 0; i < listed.size(); ++i)
        checkCrc(listed[i], parts[i], archive);
    return entries;
}

}  // namespace ratescope::media
