#include "core/buffer/value_file.h"

#include "core/buffer/aside_file.h"
#include "core/buffer/mapped_file.h"
#include "core/error.h"
#include "core/json_limits.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <set>

static_assert(std::endian::native == std::endian::little, "mapped files are little-endian");

namespace ratescope {
namespace {

using nlohmann::json;

constexpr std::string_view magic = "RSVALUE1";
constexpr std::size_t preamble = 16;
constexpr std::size_t arrayAlignment = 64;
constexpr int maxDepth = 16;

std::size_t alignUp(std::size_t size) {
    return (size + arrayAlignment - 1) / arrayAlignment * arrayAlignment;
}

Error damaged(const std::string& reason) {
    return Error(ErrorKind::Input, "A value file is damaged: " + reason + ".",
                 "Delete it; it is made again when it is needed.");
}

std::string headerText(const ValueParts& parts, std::size_t firstArray) {
    json arrays = json::array();
    std::size_t offset = firstArray;
    for (const NamedArray& part : parts.arrays) {
        arrays.push_back({{"name", part.name},
                          {"dtype", toText(part.array.type())},
                          {"shape", part.array.shape()},
                          {"offset", offset}});
        offset = alignUp(offset + part.array.byteSize());
    }
    return json{{"type", parts.type}, {"fields", json::parse(parts.fields)}, {"arrays", arrays}}.dump();
}

void padTo(AsideFile& out, std::size_t& position, std::size_t target) {
    static constexpr std::byte zeros[arrayAlignment] = {};
    out.write(std::span(zeros).first(target - position));
    position = target;
}

struct Extent {
    std::size_t begin, end;
};

/// Where the array lies, checked against the file; its bytes are not touched.
NamedArray readArray(const json& entry, const MappedFile& mapped, std::size_t headerEnd,
                     std::vector<Extent>& extents) {
    const auto name = entry.at("name").get<std::string>();
    const DType type = dtypeFromText(entry.at("dtype").get<std::string>());
    Shape shape;
    for (const json& extent : entry.at("shape")) {
        if (!extent.is_number_unsigned()) throw damaged("a shape is not made of whole numbers");
        shape.push_back(static_cast<std::int64_t>(
            std::min(extent.get<std::uint64_t>(), static_cast<std::uint64_t>(std::int64_t{1} << 62))));
    }
    const auto elements = static_cast<std::uint64_t>(elementCount(shape));
    if (!entry.at("offset").is_number_unsigned()) throw damaged("an offset is not a whole number");
    const auto offset = entry.at("offset").get<std::uint64_t>();
    const std::size_t fileSize = mapped.bytes.size();
    if (offset % arrayAlignment != 0) throw damaged("an array does not lie at a multiple of 64");
    if (offset < headerEnd || offset > alignUp(fileSize)) throw damaged("an array lies outside the file");
    if (elements == 0) return {name, Array(type, shape)};
    if (offset > fileSize || elements > (fileSize - offset) / sizeOf(type))
        throw damaged("an array reaches beyond the end of the file");
    const std::size_t bytes = elements * sizeOf(type);
    extents.push_back({offset, offset + bytes});
    return {name, Array(type, shape, mapped.bytes.subspan(offset, bytes), mapped.owner)};
}

void checkExtents(std::vector<Extent> extents, std::size_t headerEnd, std::size_t fileSize) {
    std::sort(extents.begin(), extents.end(),
              [](const Extent& a, const Extent& b) { return a.begin < b.begin; });
    for (std::size_t i = 1; i < extents.size(); ++i)
        if (extents[i].begin < extents[i - 1].end) throw damaged("two arrays overlap");
    if (fileSize != (extents.empty() ? headerEnd : extents.back().end))
        throw damaged("it does not end with its last array");
}

/// The JSON, once length and magic are checked.
json readHeader(std::span<const std::byte> bytes, std::size_t& headerEnd) {
    if (bytes.size() < preamble || std::memcmp(bytes.data(), magic.data(), magic.size()) != 0)
        throw damaged("it does not begin as one");
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data() + magic.size(), sizeof length);
    if (length > bytes.size() - preamble) throw damaged("its header is longer than the file");
    headerEnd = preamble + length;
    const auto* text = reinterpret_cast<const char*>(bytes.data()) + preamble;
    const auto fault = jsonFault({text, static_cast<std::size_t>(length)}, {.depth = maxDepth});
    if (fault)
        throw damaged(fault == JsonFault::TooDeep ? "its header is nested too deeply"
                                                  : "its header is no JSON");
    return json::parse(text, text + length);
}

ValueParts readParts(const MappedFile& mapped) {
    std::size_t headerEnd = 0;
    const json header = readHeader(mapped.bytes, headerEnd);
    ValueParts parts;
    parts.type = header.at("type").get<std::string>();
    if (!header.at("fields").is_object()) throw damaged("its fields are not an object");
    parts.fields = header.at("fields").dump();
    std::vector<Extent> extents;
    std::set<std::string> names;
    for (const json& entry : header.at("arrays")) {
        parts.arrays.push_back(readArray(entry, mapped, headerEnd, extents));
        if (!names.insert(parts.arrays.back().name).second) throw damaged("an array's name is used twice");
    }
    checkExtents(std::move(extents), headerEnd, mapped.bytes.size());
    return parts;
}

}  // namespace

void writeValueFile(const std::filesystem::path& file, const ValueParts& parts) {
    // Offsets count from the file's start and stand in the header, so its length depends on them.
    std::size_t firstArray = arrayAlignment;
    std::string header;
    while (true) {
        header = headerText(parts, firstArray);
        const std::size_t needed = alignUp(preamble + header.size());
        if (needed <= firstArray) break;
        firstArray = needed;
    }
    AsideFile out(file);
    const std::uint64_t length = header.size();
    out.write(magic);
    out.write(std::as_bytes(std::span(&length, 1)));
    out.write(header);
    std::size_t position = preamble + header.size();
    for (const NamedArray& part : parts.arrays) {
        if (part.array.empty()) continue;
        padTo(out, position, std::max(alignUp(position), firstArray));
        out.write(part.array.bytes());
        position += part.array.byteSize();
    }
    out.commit();
}

ValueParts mapValueFile(const std::filesystem::path& file) {
    const MappedFile mapped = mapFile(file);
    try {
        return readParts(mapped);
    } catch (const Error& error) {
        throw Error(error.kind(), file.string() + ": " + error.what(), error.remedy());
    } catch (const json::exception&) {
        throw Error(ErrorKind::Input, file.string() + ": the header of a value file is damaged.",
                    "Delete it; it is made again when it is needed.");
    }
}

}  // namespace ratescope
