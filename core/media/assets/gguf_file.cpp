#include "core/media/assets/gguf_file.h"

#include "core/media/assets/byte_reader.h"
#include "core/utf8.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace ratescope::media {
namespace {

constexpr std::uint64_t leastPerKey = 8 + 4 + 1;         ///< bytes: length of the key, type, a value
constexpr std::uint64_t leastPerTensor = 8 + 4 + 4 + 8;  ///< bytes: length of the name, axes, type, offset
constexpr std::uint32_t mostAxes = 4;
constexpr std::array<std::uint8_t, 13> widths = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

std::uint64_t widthOf(GgufType type) {
    return widths[static_cast<std::size_t>(type)];
}

GgufType readType(ByteReader& reader) {
    const auto type = reader.number<std::uint32_t>();
    if (type >= widths.size())
        throw reader.damaged("its metadata have a value of the unknown type " + std::to_string(type));
    return static_cast<GgufType>(type);
}

/// Nothing is allocated: what a count promises is walked through or compared with what is left.
GgufValue readValue(ByteReader& reader, std::span<const std::byte> file, const std::string& key) {
    GgufValue value;
    value.type = readType(reader);
    if (value.type == GgufType::Array) {
        value.isArray = true;
        value.type = readType(reader);
        value.count = reader.number<std::uint64_t>();
        if (value.type == GgufType::Array) throw reader.damaged(quote(key) + " is an array of arrays");
    }
    const std::size_t begin = reader.position();
    const std::uint64_t least = value.type == GgufType::Text ? 8 : widthOf(value.type);
    if (value.count > reader.left() / least)
        throw reader.damaged(quote(key) + " would have " + std::to_string(value.count) +
                             " values, more than the file has room for");
    if (value.type == GgufType::Text)
        for (std::uint64_t i = 0; i < value.count; ++i)
            reader.text(reader.number<std::uint64_t>());
    else
        reader.raw(value.count * least);
    value.bytes = file.subspan(begin, reader.position() - begin);
    return value;
}

template <typename T>
double realOf(std::span<const std::byte> bytes, std::uint64_t index) {
    T value;
    std::memcpy(&value, bytes.data() + index * sizeof value, sizeof value);
    return static_cast<double>(value);
}

template <typename T>
std::int64_t integerOf(std::span<const std::byte> bytes, std::uint64_t index) {
    T value;
    std::memcpy(&value, bytes.data() + index * sizeof value, sizeof value);
    return static_cast<std::int64_t>(value);
}

/// Nothing for a type that is no integer; unsigned ones beyond 2^63 become negative, which no count here may be.
std::optional<std::int64_t> integerAt(const GgufValue& value, std::uint64_t index) {
    switch (value.type) {
        case GgufType::U8:
            return integerOf<std::uint8_t>(value.bytes, index);
        case GgufType::I8:
            return integerOf<std::int8_t>(value.bytes, index);
        case GgufType::U16:
            return integerOf<std::uint16_t>(value.bytes, index);
        case GgufType::I16:
            return integerOf<std::int16_t>(value.bytes, index);
        case GgufType::U32:
            return integerOf<std::uint32_t>(value.bytes, index);
        case GgufType::I32:
            return integerOf<std::int32_t>(value.bytes, index);
        case GgufType::U64:
            return integerOf<std::uint64_t>(value.bytes, index);
        case GgufType::I64:
            return integerOf<std::int64_t>(value.bytes, index);
        default:
            return std::nullopt;
    }
}

std::optional<double> realAt(const GgufValue& value, std::uint64_t index) {
    if (value.type == GgufType::F32) return realOf<float>(value.bytes, index);
    if (value.type == GgufType::F64) return realOf<double>(value.bytes, index);
    const auto integer = integerAt(value, index);
    return integer ? std::optional(static_cast<double>(*integer)) : std::nullopt;
}

Error otherKind(const std::string& name, const std::string& key, const char* expected) {
    return Error(ErrorKind::Input, name + ": its metadata " + quote(key) + " is not " + expected + ".",
                 "Convert the model again.");
}

std::string textOf(ByteReader& reader, const std::string& key) {
    const std::string_view text = reader.text(reader.number<std::uint64_t>());
    if (!isUtf8(text)) throw reader.damaged(quote(key) + " holds text that is not UTF-8");
    return std::string(text);
}

struct Element {
    std::uint32_t number;  ///< in the file
    const char* name;
    BlockFormat blocks;
    DType plain;
};

constexpr Element elements[] = {
    {0, "F32", BlockFormat::None, DType::F32},    {1, "F16", BlockFormat::None, DType::F16},
    {30, "BF16", BlockFormat::None, DType::BF16}, {2, "Q4_0", BlockFormat::Q4_0, DType::U8},
    {3, "Q4_1", BlockFormat::Q4_1, DType::U8},    {6, "Q5_0", BlockFormat::Q5_0, DType::U8},
    {7, "Q5_1", BlockFormat::Q5_1, DType::U8},    {8, "Q8_0", BlockFormat::Q8_0, DType::U8},
    {10, "Q2_K", BlockFormat::Q2_K, DType::U8},   {11, "Q3_K", BlockFormat::Q3_K, DType::U8},
    {12, "Q4_K", BlockFormat::Q4_K, DType::U8},   {13, "Q5_K", BlockFormat::Q5_K, DType::U8},
    {14, "Q6_K", BlockFormat::Q6_K, DType::U8}};

const Element& elementNumbered(std::uint32_t number, const std::string& tensor, const std::string& file) {
    std::string names;
    for (const Element& element : elements) {
        if (element.number == number) return element;
        names += (names.empty() ? "" : ", ") + std::string(element.name);
    }
    throw Error(ErrorKind::Input,
                file + ": the tensor " + quote(tensor) + " has the type " + std::to_string(number) +
                    " of ggml, which is not read.",
                "Use a file with tensors of the types " + names + ".");
}

/// What the header says of a tensor, before anything is known of where the data begin.
struct Entry {
    std::string name;
    Shape shape;
    const Element* element = nullptr;
    std::uint64_t offset = 0, bytes = 0;
};

std::uint64_t bytesOf(const Entry& entry, const ByteReader& reader) {
    std::uint64_t count = 0;
    try {
        count = static_cast<std::uint64_t>(elementCount(entry.shape));
    } catch (const Error&) {
        throw reader.damaged("the shape of " + quote(entry.name) + " overflows");
    }
    if (count > std::uint64_t{1} << 58)
        throw reader.damaged("the shape of " + quote(entry.name) + " overflows");
    if (entry.element->blocks == BlockFormat::None) return count * sizeOf(entry.element->plain);
    const BlockSize size = blockSize(entry.element->blocks);
    const std::int64_t row = entry.shape.empty() ? 1 : entry.shape.back();
    if (row % size.elements != 0)
        throw reader.damaged("the rows of " + quote(entry.name) + " are no whole blocks of " +
                             entry.element->name);
    return count / static_cast<std::uint64_t>(size.elements) * static_cast<std::uint64_t>(size.bytes);
}

Entry readEntry(ByteReader& reader, const std::string& file) {
    Entry entry;
    const std::string_view name = reader.text(reader.number<std::uint64_t>());
    if (!isUtf8(name)) throw reader.damaged("the name of a tensor is not UTF-8");
    entry.name = name;
    const auto axes = reader.number<std::uint32_t>();
    if (axes > mostAxes)
        throw reader.damaged(quote(entry.name) + " has " + std::to_string(axes) + " axes, more than four");
    for (std::uint32_t i = 0; i < axes; ++i) {
        const auto extent = reader.number<std::uint64_t>();
        if (extent > std::uint64_t{1} << 62)
            throw reader.damaged("the shape of " + quote(entry.name) + " overflows");
        entry.shape.insert(entry.shape.begin(), static_cast<std::int64_t>(extent));
    }
    entry.element = &elementNumbered(reader.number<std::uint32_t>(), entry.name, file);
    entry.offset = reader.number<std::uint64_t>();
    entry.bytes = bytesOf(entry, reader);
    return entry;
}

void checkExtents(const std::vector<Entry>& entries, std::uint64_t dataSize, std::uint64_t alignment,
                  const ByteReader& reader) {
    std::vector<const Entry*> order;
    for (const Entry& entry : entries) {
        if (entry.offset % alignment != 0)
            throw reader.damaged("the data of " + quote(entry.name) + " do not lie at a multiple of " +
                                 std::to_string(alignment));
        if (entry.offset > dataSize || entry.bytes > dataSize - entry.offset)
            throw reader.damaged("the data of " + quote(entry.name) + " lie outside the file");
        if (entry.bytes != 0) order.push_back(&entry);
    }
    std::sort(order.begin(), order.end(),
              [](const Entry* a, const Entry* b) { return a->offset < b->offset; });
    for (std::size_t i = 1; i < order.size(); ++i)
        if (order[i]->offset < order[i - 1]->offset + order[i - 1]->bytes)
            throw reader.damaged("the data of " + quote(order[i]->name) + " overlap those of another tensor");
}

Array arrayOf(const Entry& entry, std::span<const std::byte> bytes,
              const std::shared_ptr<const void>& owner) {
    if (entry.element->blocks != BlockFormat::None) {
        const BlockSize size = blockSize(entry.element->blocks);
        const std::int64_t row = entry.shape.back();
        const std::int64_t rows = row == 0 ? 0 : elementCount(entry.shape) / row;
        return Array(DType::U8, {rows, row / size.elements * size.bytes}, bytes, owner);
    }
    const DType type = entry.element->plain;
    if (reinterpret_cast<std::uintptr_t>(bytes.data()) % sizeOf(type) == 0)
        return Array(type, entry.shape, bytes, owner);
    Array copy(type, entry.shape);
    std::ranges::copy(bytes, copy.writableBytes().begin());
    return copy;
}

void readHeader(ByteReader& reader, const std::string& name) {
    if (reader.left() < 8 || reader.text(4) != "GGUF") throw reader.damaged("it does not begin as one");
    const auto version = reader.number<std::uint32_t>();
    if (version == 2 || version == 3) return;
    const bool isSwapped = version != 0 && (version & 0xffff) == 0;
    throw Error(
        ErrorKind::Input,
        name + (isSwapped ? " is a big-endian GGUF file, which is not read."
                          : " is a GGUF file of version " + std::to_string(version) + ", which is not read."),
        "Convert it to version 3, little-endian.");
}

void readMetadata(ByteReader& reader, std::span<const std::byte> bytes, std::uint64_t count,
                  GgufMetadata& metadata) {
    if (count > reader.left() / leastPerKey)
        throw reader.damaged("it would have " + std::to_string(count) +
                             " metadata, more than it has room for");
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::string_view key = reader.text(reader.number<std::uint64_t>());
        if (!isUtf8(key)) throw reader.damaged("a key of its metadata is not UTF-8");
        const GgufValue value = readValue(reader, bytes, std::string(key));
        if (!metadata.values.emplace(key, value).second)
            throw reader.damaged("its metadata have " + quote(key) + " twice");
    }
}

std::uint64_t alignmentOf(const GgufMetadata& metadata, const ByteReader& reader) {
    const std::int64_t alignment = metadata.integer("general.alignment").value_or(32);
    if (alignment < 1 || alignment > std::int64_t{1} << 31 || (alignment & (alignment - 1)) != 0)
        throw reader.damaged("its alignment is no power of two");
    return static_cast<std::uint64_t>(alignment);
}

}  // namespace

const GgufValue* GgufMetadata::find(const std::string& key, bool isArray) const {
    const auto found = values.find(key);
    if (found == values.end()) return nullptr;
    if (found->second.isArray != isArray)
        throw otherKind(name_, key, isArray ? "an array" : "a single value");
    return &found->second;
}

std::optional<std::int64_t> GgufMetadata::integer(const std::string& key) const {
    const GgufValue* value = find(key, false);
    if (!value) return std::nullopt;
    const auto integer = integerAt(*value, 0);
    if (!integer) throw otherKind(name_, key, "a whole number");
    return integer;
}

std::optional<double> GgufMetadata::real(const std::string& key) const {
    const GgufValue* value = find(key, false);
    if (!value) return std::nullopt;
    const auto real = realAt(*value, 0);
    if (!real) throw otherKind(name_, key, "a number");
    return real;
}

std::optional<bool> GgufMetadata::flag(const std::string& key) const {
    const GgufValue* value = find(key, false);
    if (!value) return std::nullopt;
    if (value->type != GgufType::Bool) throw otherKind(name_, key, "true or false");
    return value->bytes[0] != std::byte{0};
}

std::optional<std::string> GgufMetadata::text(const std::string& key) const {
    const GgufValue* value = find(key, false);
    if (!value) return std::nullopt;
    if (value->type != GgufType::Text) throw otherKind(name_, key, "text");
    ByteReader reader(value->bytes, "GGUF file", name_);
    return textOf(reader, key);
}

std::optional<std::vector<std::string>> GgufMetadata::texts(const std::string& key) const {
    const GgufValue* value = find(key, true);
    if (!value) return std::nullopt;
    if (value->type != GgufType::Text) throw otherKind(name_, key, "an array of texts");
    ByteReader reader(value->bytes, "GGUF file", name_);
    std::vector<std::string> texts;
    texts.reserve(value->count);
    for (std::uint64_t i = 0; i < value->count; ++i)
        texts.push_back(textOf(reader, key));
    return texts;
}

std::optional<std::vector<std::int64_t>> GgufMetadata::integers(const std::string& key) const {
    const GgufValue* value = find(key, true);
    if (!value) return std::nullopt;
    std::vector<std::int64_t> integers;
    for (std::uint64_t i = 0; i < value->count; ++i) {
        const auto integer = integerAt(*value, i);
        if (!integer) throw otherKind(name_, key, "an array of whole numbers");
        integers.push_back(*integer);
    }
    return integers;
}

std::optional<std::vector<float>> GgufMetadata::reals(const std::string& key) const {
    const GgufValue* value = find(key, true);
    if (!value) return std::nullopt;
    std::vector<float> reals;
    for (std::uint64_t i = 0; i < value->count; ++i) {
        const auto real = realAt(*value, i);
        if (!real || !std::isfinite(*real)) throw otherKind(name_, key, "an array of finite numbers");
        reals.push_back(static_cast<float>(*real));
    }
    return reals;
}

GgufFile decodeGguf(std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner,
                    const std::string& name) {
    ByteReader reader(bytes, "GGUF file", name);
    readHeader(reader, name);
    const auto tensors = reader.number<std::uint64_t>();
    const auto keys = reader.number<std::uint64_t>();
    GgufFile file{GgufMetadata(name, owner), {}};
    readMetadata(reader, bytes, keys, file.metadata);
    if (tensors > reader.left() / leastPerTensor)
        throw reader.damaged("it would have " + std::to_string(tensors) +
                             " tensors, more than it has room for");
    std::vector<Entry> entries;
    std::set<std::string> names;
    for (std::uint64_t i = 0; i < tensors; ++i) {
        entries.push_back(readEntry(reader, name));
        if (!names.insert(entries.back().name).second)
            throw reader.damaged("the tensor " + quote(entries.back().name) + " is there twice");
    }
    const std::uint64_t alignment = alignmentOf(file.metadata, reader);
    const std::uint64_t begin = (reader.position() + alignment - 1) / alignment * alignment;
    const auto data = begin < bytes.size() ? bytes.subspan(begin) : std::span<const std::byte>{};
    checkExtents(entries, data.size(), alignment, reader);
    for (const Entry& entry : entries)
        file.tensors.push_back({entry.name, entry.shape, entry.element->blocks,
                                arrayOf(entry, data.subspan(entry.offset, entry.bytes), owner)});
    return file;
}

}  // namespace ratescope::media
