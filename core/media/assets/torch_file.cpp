#include "core/media/assets/torch_file.h"

#include "core/buffer/mapped_file.h"
#include "core/media/assets/byte_reader.h"
#include "core/media/assets/pickle_reader.h"
#include "core/media/assets/zip_file.h"
#include "core/utf8.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

namespace ratescope::media {
namespace {

using Bytes = std::span<const std::byte>;
using Kind = PickleValue::Kind;
using Storages = std::map<std::string, Bytes, std::less<>>;  ///< by key

constexpr const char* format = "PyTorch file";
/// The magic number of the legacy format, 0x1950a86a20f9469cfc6c, as a pickle of protocol 2 begins with it.
constexpr std::string_view legacyMagic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
constexpr std::int64_t legacyVersion = 1001;
constexpr int mostDepth = 64;
constexpr std::size_t mostVisits = 1 << 20;
constexpr std::size_t longestName = 4096;
/// What is copied of a file may be several times its size, but no more: a few bytes of a pickle can name much.
constexpr std::uint64_t copiesOfFile = 4;
/// Small files have names and texts too.
constexpr std::uint64_t textAllowance = 16 << 20;

std::string textOf(double value) {
    std::ostringstream text;
    text.precision(17);
    text << value;
    return text.str();
}

/// Walks through dictionaries and lists, which may contain themselves, and makes arrays of the tensors it meets.
class Collector {
  public:
    Collector(const Storages& storages, const std::shared_ptr<const void>& owner, const std::string& name,
              std::uint64_t fileSize)
        : storages_(storages),
          owner_(owner),
          reader_({}, format, name),
          left_(copiesOfFile * fileSize),
          textLeft_(copiesOfFile * fileSize + textAllowance) {}

    void visit(const PickleValue& value, const std::string& path, int depth = 0) {
        if (depth > mostDepth || ++visits_ > mostVisits)
            throw reader_.damaged("its dictionaries are nested too deeply");
        if (path.size() > longestName)
            throw reader_.damaged("the keys of its dictionaries make too long a name");
        switch (value.kind) {
            case Kind::Dict:
                for (std::size_t i = 0; i + 1 < value.items.size(); i += 2)
                    visit(*value.items[i + 1], joined(path, keyOf(*value.items[i])), depth + 1);
                break;
            case Kind::List:
            case Kind::Tuple:
                for (std::size_t i = 0; i < value.items.size(); ++i)
                    visit(*value.items[i], joined(path, std::to_string(i)), depth + 1);
                break;
            case Kind::Tensor:
                add(path, arrayOf(value, path));
                break;
            case Kind::Text:
                note(path, value.text);
                break;
            case Kind::Int:
                note(path, std::to_string(value.integer));
                break;
            case Kind::Real:
                note(path, textOf(value.real));
                break;
            case Kind::Bool:
                note(path, value.integer ? "true" : "false");
                break;
            default:
                break;
        }
    }

    TensorSet set;

  private:
    static std::string joined(const std::string& path, const std::string& key) {
        return path.empty() ? key : path + "." + key;
    }
    std::string keyOf(const PickleValue& key) const {
        if (key.kind == Kind::Text) return std::string(key.text);
        if (key.kind == Kind::Int) return std::to_string(key.integer);
        throw reader_.damaged("a key of its dictionaries is neither text nor a whole number");
    }
    void charge(std::size_t bytes) {
        if (bytes > textLeft_)
            throw reader_.damaged("its names and texts would take several times its own size");
        textLeft_ -= bytes;
    }
    void note(const std::string& path, std::string_view text) {
        charge(path.size() + text.size());
        set.metadata[path] = text;
    }
    void add(const std::string& path, Array array) {
        charge(path.size() + array.shape().size() * sizeof(std::int64_t));
        if (!names_.insert(path).second)
            throw reader_.damaged("the tensor " + quote(path) + " is there twice");
        set.tensors.push_back({path, std::move(array)});
    }
    Bytes bytesOf(const PickleValue& storage, const std::string& path) const {
        const auto found = storages_.find(storage.text);
        if (found == storages_.end()) throw reader_.damaged("the data of " + quote(path) + " are missing");
        const std::size_t width = sizeOf(storage.type);
        const auto count = static_cast<std::uint64_t>(storage.integer);
        if (found->second.size() % width != 0 || found->second.size() / width != count)
            throw reader_.damaged("the data of " + quote(path) + " are not as long as they are said to be");
        return found->second;
    }
    /// The elements from the first to the last that the tensor touches; checked to lie in the storage.
    Bytes extentOf(const PickleValue& tensor, std::int64_t count, const std::string& path) const {
        const Bytes all = bytesOf(*tensor.storage, path);
        const std::size_t width = sizeOf(tensor.storage->type);
        auto limit = static_cast<std::int64_t>(all.size() / width);
        const auto outside = [&] { return reader_.damaged(quote(path) + " reaches outside its data"); };
        if (tensor.integer < 0 || tensor.integer > limit) throw outside();
        if (count == 0) return {};
        limit -= tensor.integer;
        std::int64_t last = 0;
        for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
            const std::int64_t steps = tensor.shape[i] - 1, stride = tensor.strides[i];
            if (stride < 0 || (stride > 0 && steps > (limit - last) / stride)) throw outside();
            last += steps * stride;
        }
        if (last >= limit) throw outside();
        // Strides of zero, or that meet, would let one element stand for many.
        if (count > last + 1) throw reader_.damaged(quote(path) + " has more elements than data");
        return all.subspan(static_cast<std::size_t>(tensor.integer) * width,
                           static_cast<std::size_t>(last + 1) * width);
    }
    static bool isContiguous(const PickleValue& tensor) {
        std::int64_t expected = 1;
        for (std::size_t i = tensor.shape.size(); i-- > 0;) {
            if (tensor.shape[i] != 1 && tensor.strides[i] != expected) return false;
            expected *= tensor.shape[i];
        }
        return true;
    }
    Array arrayOf(const PickleValue& tensor, const std::string& path) {
        std::int64_t count = 0;
        try {
            count = elementCount(tensor.shape);
        } catch (const Error&) {
            throw reader_.damaged("the shape of " + quote(path) + " overflows");
        }
        const DType type = tensor.storage->type;
        const Bytes bytes = extentOf(tensor, count, path);
        if (count == 0) return Array(type, tensor.shape);
        const bool isAligned = reinterpret_cast<std::uintptr_t>(bytes.data()) % sizeOf(type) == 0;
        const bool contiguous = isContiguous(tensor);
        if (contiguous && isAligned) return Array(type, tensor.shape, bytes, owner_);
        const std::uint64_t needed = static_cast<std::uint64_t>(count) * sizeOf(type);
        if (needed > left_) throw reader_.damaged("its tensors would take several times its own size");
        left_ -= needed;
        Array copy(type, tensor.shape);
        if (contiguous)
            std::ranges::copy(bytes, copy.writableBytes().begin());
        else
            gather(tensor, bytes, copy.writableBytes());
        return copy;
    }
    static void gather(const PickleValue& tensor, Bytes from, std::span<std::byte> to) {
        const std::size_t width = sizeOf(tensor.storage->type);
        std::vector<std::int64_t> index(tensor.shape.size());
        std::int64_t place = 0;
        for (std::size_t at = 0; at < to.size(); at += width) {
            std::memcpy(to.data() + at, from.data() + static_cast<std::size_t>(place) * width, width);
            for (std::size_t axis = index.size(); axis-- > 0;) {
                place += tensor.strides[axis];
                if (++index[axis] < tensor.shape[axis]) break;
                place -= tensor.strides[axis] * tensor.shape[axis];
                index[axis] = 0;
            }
        }
    }

    const Storages& storages_;
    const std::shared_ptr<const void>& owner_;
    ByteReader reader_;
    std::uint64_t left_;      ///< bytes of tensors that may still be copied
    std::uint64_t textLeft_;  ///< bytes of names and texts that may still be kept
    std::size_t visits_ = 0;
    std::set<std::string> names_;
};

/// The prefix of all entries is the name that the archive had when it was written.
TensorSet decodeZip(Bytes bytes, const std::shared_ptr<const void>& owner, const std::string& name) {
    const auto entries = readStoredZip(bytes, name);
    const ByteReader reader({}, format, name);
    const auto pickle = std::find_if(entries.begin(), entries.end(), [](const auto& entry) {
        return entry.first.ends_with("/data.pkl") && entry.first.find('/') == entry.first.size() - 9;
    });
    if (pickle == entries.end()) throw reader.damaged("it has no data.pkl");
    const std::string prefix = pickle->first.substr(0, pickle->first.size() - 8);
    if (const auto order = entries.find(prefix + "byteorder");
        order != entries.end() &&
        (order->second.size() != 6 || std::memcmp(order->second.data(), "little", 6) != 0))
        throw reader.damaged("it is not little-endian");
    Storages storages;
    for (const auto& [entry, data] : entries)
        if (entry.starts_with(prefix + "data/")) storages[entry.substr(prefix.size() + 5)] = data;
    PickleReader pickles(pickle->second, name);
    Collector collector(storages, owner, name, bytes.size());
    collector.visit(pickles.next(), "");
    return std::move(collector.set);
}

/// What a storage's elements take, by its key; a pickle may name one several times.
void noteStorages(const PickleValue& value, std::map<std::string, std::size_t, std::less<>>& widths,
                  std::size_t& visits, int depth) {
    if (depth > mostDepth || ++visits > mostVisits) return;  // The collector then refuses it.
    if (value.kind == Kind::Tensor) widths[std::string(value.storage->text)] = sizeOf(value.storage->type);
    for (const PickleValue* item : value.items)
        noteStorages(*item, widths, visits, depth + 1);
}

bool isLittleEndian(const PickleValue& system) {
    for (std::size_t i = 0; i + 1 < system.items.size(); i += 2)
        if (system.items[i]->text == "little_endian") return system.items[i + 1]->integer != 0;
    return false;
}

/// Magic number, version, a dictionary of the machine's sizes, the value, the keys of its storages; then, for each, the
/// number of elements and these.
TensorSet decodeLegacy(Bytes bytes, const std::shared_ptr<const void>& owner, const std::string& name) {
    PickleReader pickles(bytes, name);
    ByteReader reader(bytes, format, name);
    pickles.next();
    if (pickles.next().integer != legacyVersion) throw reader.damaged("it is of an unknown version");
    if (!isLittleEndian(pickles.next())) throw reader.damaged("it is not little-endian");
    const PickleValue& value = pickles.next();
    const PickleValue& keys = pickles.next();
    std::map<std::string, std::size_t, std::less<>> widths;
    std::size_t visits = 0;
    noteStorages(value, widths, visits, 0);
    Storages storages;
    reader.raw(pickles.position());
    for (const PickleValue* key : keys.items) {
        const auto width = widths.find(key->text);
        if (width == widths.end()) throw reader.damaged("it has data that belong to no tensor");
        const auto count = reader.number<std::uint64_t>();
        if (count > reader.left() / width->second) throw reader.damaged("it ends too early");
        storages[width->first] = reader.raw(count * width->second);
    }
    Collector collector(storages, owner, name, bytes.size());
    collector.visit(value, "");
    return std::move(collector.set);
}

}  // namespace

bool isTorchFile(std::span<const std::byte> bytes) {
    const bool isLegacy = bytes.size() >= legacyMagic.size() &&
                          std::memcmp(bytes.data(), legacyMagic.data(), legacyMagic.size()) == 0;
    return isLegacy || isZip(bytes);
}

TensorSet decodeTorch(std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner,
                      const std::string& name) {
    if (!isTorchFile(bytes)) throw ByteReader({}, format, name).damaged("it does not begin as one");
    return isZip(bytes) ? decodeZip(bytes, owner, name) : decodeLegacy(bytes, owner, name);
}

TensorSet readTorch(const std::filesystem::path& file) {
    const MappedFile mapped = mapFile(file);
    return decodeTorch(mapped.bytes, mapped.owner, file.string());
}

}  // namespace ratescope::media
