#include "core/media/assets/safetensors_file.h"

#include "core/buffer/aside_file.h"
#include "core/buffer/mapped_file.h"
#include "core/error.h"
#include "core/utf8.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <unordered_set>

namespace ratescope::media {
namespace {

using nlohmann::json;

constexpr std::size_t preamble = 8;
constexpr std::uint64_t maxHeader = 100'000'000;
constexpr const char* metadataKey = "__metadata__";
constexpr const char* schemaKey = "ratescope.schema";

struct DTypeName {
    const char* name;
    DType type;
};

constexpr std::array<DTypeName, 13> dtypeNames = {{{"U8", DType::U8},
                                                   {"I8", DType::I8},
                                                   {"U16", DType::U16},
                                                   {"I16", DType::I16},
                                                   {"U32", DType::U32},
                                                   {"I32", DType::I32},
                                                   {"U64", DType::U64},
                                                   {"I64", DType::I64},
                                                   {"F16", DType::F16},
                                                   {"BF16", DType::BF16},
                                                   {"F32", DType::F32},
                                                   {"F64", DType::F64},
                                                   {"BOOL", DType::Bool}}};

Error damaged(const std::string& name, const std::string& reason) {
    return Error(ErrorKind::Input, name + " is no sound safetensors file: " + reason + ".",
                 "Fetch or export it again.");
}

struct Entry {
    std::string name;
    std::optional<DType> type;
    std::optional<Shape> shape;
    bool hasOffsets = false;
    std::vector<std::uint64_t> offsets;  ///< begin and end, once both have come
};

/// Reads the header as it streams by, so that a hostile one of 100 MB makes no tree of objects. The header
/// has one form only: an object of objects, whose values are a string or an array of whole numbers.
class HeaderReader : public json::json_sax_t {
  public:
    explicit HeaderReader(const std::string& name) : name_(name) {}

    std::vector<Entry> entries;
    std::map<std::string, std::string> metadata;

    bool start_object(std::size_t) override {
        if (inArray_ || depth_ == 2) throw unexpected();
        ++depth_;
        return true;
    }
    bool end_object() override {
        if (depth_ == 2 && !inMetadata_) checkComplete(entries.back());
        --depth_;
        inMetadata_ = false;
        return true;
    }
    bool key(std::string& text) override {
        if (depth_ == 2) {
            key_ = text;
            return true;
        }
        if (!names_.insert(text).second) throw damaged(name_, "the name " + quote(text) + " is used twice");
        inMetadata_ = text == metadataKey;
        if (!inMetadata_) entries.push_back({text, {}, {}, {}});
        return true;
    }
    bool string(std::string& text) override {
        if (depth_ != 2 || inArray_) throw unexpected();
        if (inMetadata_) {
            if (!metadata.emplace(key_, text).second)
                throw damaged(name_, "its metadata has " + quote(key_) + " twice");
            return true;
        }
        if (key_ != "dtype" || entries.back().type) throw unexpected();
        entries.back().type = typeNamed(text);
        return true;
    }
    bool start_array(std::size_t) override {
        if (depth_ != 2 || inArray_ || inMetadata_) throw unexpected();
        Entry& entry = entries.back();
        if (key_ == "shape" && !entry.shape)
            entry.shape.emplace();
        else if (key_ == "data_offsets" && !entry.hasOffsets)
            entry.hasOffsets = true;
        else
            throw unexpected();
        inArray_ = true;
        return true;
    }
    bool end_array() override {
        inArray_ = false;
        return true;
    }
    bool number_unsigned(std::uint64_t value) override {
        if (!inArray_) throw unexpected();
        Entry& entry = entries.back();
        if (key_ == "data_offsets") {
            entry.offsets.push_back(value);
            return true;
        }
        if (value > std::uint64_t{1} << 62)
            throw damaged(name_, "the shape of " + quote(entry.name) + " overflows");
        entry.shape->push_back(static_cast<std::int64_t>(value));
        return true;
    }
    bool number_integer(std::int64_t) override {
        if (!inArray_) throw unexpected();
        throw damaged(name_, quote(entries.back().name) + " has a negative number in " + quote(key_));
    }
    bool number_float(double, const std::string&) override { throw unexpected(); }
    bool boolean(bool) override { throw unexpected(); }
    bool null() override { throw unexpected(); }
    bool binary(json::binary_t&) override { throw unexpected(); }
    bool parse_error(std::size_t, const std::string&, const json::exception&) override {
        throw damaged(name_, "its header is not UTF-8 JSON");
    }

  private:
    Error unexpected() const {
        const std::string where = entries.empty() ? "" : " near " + quote(entries.back().name);
        return damaged(name_, "its header is not of the form that the format prescribes" + where);
    }
    DType typeNamed(const std::string& text) const {
        for (const DTypeName& known : dtypeNames)
            if (text == known.name) return known.type;
        throw Error(ErrorKind::Input,
                    name_ + ": the tensor " + quote(entries.back().name) + " has the element type " +
                        quote(text) + ", which is not read.",
                    "Convert it to F32, F16, BF16 or one of the integer types.");
    }
    void checkComplete(const Entry& entry) const {
        if (!entry.type || !entry.shape || entry.offsets.size() != 2)
            throw damaged(name_, quote(entry.name) + " lacks dtype, shape or data_offsets");
    }

    const std::string& name_;
    std::unordered_set<std::string> names_;
    std::string key_;
    int depth_ = 0;
    bool inArray_ = false;
    bool inMetadata_ = false;
};

std::uint64_t headerLength(std::span<const std::byte> bytes, const std::string& name) {
    if (bytes.size() < preamble) throw damaged(name, "it is shorter than 8 bytes");
    std::uint64_t length;
    std::memcpy(&length, bytes.data(), sizeof length);
    if (length > maxHeader)
        throw damaged(name, "its header would take " + std::to_string(length) + " bytes, more than 100 MB");
    if (length > bytes.size() - preamble)
        throw damaged(name,
                      "its header would take " + std::to_string(length) + " bytes, more than the file has");
    return length;
}

/// The data must be covered by the tensors, each byte once.
void checkOffsets(std::vector<Entry>& entries, std::uint64_t dataSize, const std::string& name) {
    std::stable_sort(entries.begin(), entries.end(),
                     [](const Entry& a, const Entry& b) { return a.offsets < b.offsets; });
    std::uint64_t position = 0;
    for (const Entry& entry : entries) {
        const std::uint64_t begin = entry.offsets[0], end = entry.offsets[1];
        if (begin > end || end > dataSize)
            throw damaged(name, "the data of " + quote(entry.name) + " lie outside the file (" +
                                    std::to_string(begin) + " to " + std::to_string(end) + " of " +
                                    std::to_string(dataSize) + ")");
        if (begin < position)
            throw damaged(name, "the data of " + quote(entry.name) + " overlap those of another tensor");
        if (begin > position) throw damaged(name, "there is a hole before the data of " + quote(entry.name));
        position = end;
    }
    if (position != dataSize)
        throw damaged(name, std::to_string(dataSize - position) + " bytes at its end belong to no tensor");
}

Array arrayOf(const Entry& entry, std::span<const std::byte> data, std::shared_ptr<const void> owner,
              const std::string& name) {
    std::uint64_t elements = 0;
    try {
        elements = static_cast<std::uint64_t>(elementCount(*entry.shape));
    } catch (const Error&) {
        throw damaged(name, "the shape of " + quote(entry.name) + " overflows");
    }
    const std::uint64_t begin = entry.offsets[0], size = entry.offsets[1] - begin;
    // The quotient is compared, so that elements × size can't overflow.
    const std::size_t width = sizeOf(*entry.type);
    if (size % width != 0 || size / width != elements)
        throw damaged(name, quote(entry.name) + " has " + std::to_string(size) +
                                " bytes of data, which its shape and dtype do not make");
    const auto bytes = data.subspan(begin, size);
    if (reinterpret_cast<std::uintptr_t>(bytes.data()) % width == 0)
        return Array(*entry.type, *entry.shape, bytes, std::move(owner));
    Array copy(*entry.type, *entry.shape);
    std::copy(bytes.begin(), bytes.end(), copy.writableBytes().begin());
    return copy;
}

const char* nameOf(DType type) {
    for (const DTypeName& known : dtypeNames)
        if (known.type == type) return known.name;
    throw Error(ErrorKind::Internal, "An element type has no safetensors name.", "");
}

std::vector<const Tensor*> storageOrder(const TensorSet& set) {
    std::vector<const Tensor*> order;
    for (const Tensor& tensor : set.tensors)
        order.push_back(&tensor);
    std::stable_sort(order.begin(), order.end(), [](const Tensor* a, const Tensor* b) {
        return sizeOf(a->array.type()) > sizeOf(b->array.type());
    });
    return order;
}

std::string headerText(const TensorSet& set, const std::vector<const Tensor*>& order,
                       const std::string& name) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    std::map<std::string, std::string> metadata = set.metadata;
    if (!set.schema.empty()) metadata[schemaKey] = set.schema;
    if (!metadata.empty()) header[metadataKey] = metadata;
    std::unordered_set<std::string> names = {metadataKey};
    std::uint64_t position = 0;
    for (const Tensor* tensor : order) {
        if (!names.insert(tensor->name).second)
            throw Error(ErrorKind::Input,
                        name + " can't hold the tensor name " + quote(tensor->name) +
                            ": it is used twice or reserved.",
                        "Rename the tensor.");
        const std::uint64_t end = position + tensor->array.byteSize();
        // push_back into the ordered object would look for the key again each time.
        header.get_ref<nlohmann::ordered_json::object_t&>().emplace_back(
            tensor->name, nlohmann::ordered_json{{"dtype", nameOf(tensor->array.type())},
                                                 {"shape", tensor->array.shape()},
                                                 {"data_offsets", {position, end}}});
        position = end;
    }
    std::string text;
    try {
        text = header.dump();
    } catch (const json::exception&) {
        throw Error(ErrorKind::Input, name + " can't hold a tensor name or metadata that is not UTF-8.",
                    "Rename the tensor.");
    }
    text.append((8 - text.size() % 8) % 8, ' ');
    return text;
}

}  // namespace

TensorSet decodeSafetensors(std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner,
                            const std::string& name) {
    const std::uint64_t length = headerLength(bytes, name);
    const auto* text = reinterpret_cast<const char*>(bytes.data()) + preamble;
    HeaderReader header(name);
    json::sax_parse(text, text + length, &header);
    const auto data = bytes.subspan(preamble + length);
    checkOffsets(header.entries, data.size(), name);
    TensorSet set;
    set.metadata = std::move(header.metadata);
    if (const auto schema = set.metadata.extract(schemaKey)) set.schema = schema.mapped();
    for (const Entry& entry : header.entries)
        set.tensors.push_back({entry.name, arrayOf(entry, data, owner, name)});
    return set;
}

TensorSet readSafetensors(const std::filesystem::path& file) {
    MappedFile mapped = mapFile(file);
    return decodeSafetensors(mapped.bytes, mapped.owner, file.string());
}

void writeSafetensors(const std::filesystem::path& file, const TensorSet& set) {
    const auto order = storageOrder(set);
    const std::string header = headerText(set, order, file.string());
    const std::uint64_t length = header.size();
    AsideFile out(file);
    out.write(std::as_bytes(std::span(&length, 1)));
    out.write(header);
    for (const Tensor* tensor : order)
        out.write(tensor->array.bytes());
    out.commit();
}

}  // namespace ratescope::media
