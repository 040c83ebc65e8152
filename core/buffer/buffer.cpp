#include "core/buffer/buffer.h"

#include "core/buffer/mapped_file.h"
#include "core/error.h"
#include "core/utf8.h"

#include <array>
#include <cstdlib>

namespace ratescope {
namespace {

struct DTypeRow {
    const char* name;
    std::size_t size;
};

constexpr std::array<DTypeRow, 13> dtypes = {{{"u8", 1},
                                              {"i8", 1},
                                              {"u16", 2},
                                              {"i16", 2},
                                              {"u32", 4},
                                              {"i32", 4},
                                              {"u64", 8},
                                              {"i64", 8},
                                              {"f16", 2},
                                              {"bf16", 2},
                                              {"f32", 4},
                                              {"f64", 8},
                                              {"bool", 1}}};

constexpr std::size_t alignment = 64;
constexpr std::int64_t maxElements = std::int64_t{1} << 62;

/// calloc leaves large blocks that are new untouched until they are written, so zeroing costs nothing there.
std::shared_ptr<std::byte> allocate(std::size_t bytes, bool zeroed) {
    std::shared_ptr<void> block(zeroed ? std::calloc(bytes + alignment, 1) : std::malloc(bytes + alignment),
                                std::free);
    if (!block)
        throw Error(ErrorKind::Resource, std::to_string(bytes) + " bytes of memory are not to be had.",
                    "Run fewer jobs at once, or use smaller inputs.");
    void* start = block.get();
    std::size_t space = bytes + alignment;
    std::align(alignment, bytes, start, space);
    return {block, static_cast<std::byte*>(start)};
}

}  // namespace

std::size_t sizeOf(DType type) {
    return dtypes[static_cast<std::size_t>(type)].size;
}

const char* toText(DType type) {
    return dtypes[static_cast<std::size_t>(type)].name;
}

DType dtypeFromText(const std::string& name) {
    for (std::size_t i = 0; i < dtypes.size(); ++i)
        if (name == dtypes[i].name) return static_cast<DType>(i);
    throw Error(ErrorKind::Input, quote(name) + " is no element type.",
                "Use one of u8, i8, u16, i16, u32, i32, u64, i64, f16, bf16, f32, f64, bool.");
}

std::int64_t elementCount(const Shape& shape) {
    std::int64_t count = 1;
    bool overflow = false;
    bool zero = false;
    for (const std::int64_t extent : shape) {
        if (extent < 0)
            throw Error(ErrorKind::Input, "A shape has the negative extent " + std::to_string(extent) + ".",
                        "The file is damaged or not made for this use.");
        if (extent == 0) {
            zero = true;
            continue;
        }
        overflow = overflow || count > maxElements / extent;
        if (!overflow) count *= extent;
    }
    if (zero) return 0;
    if (overflow)
        throw Error(ErrorKind::Input, "A shape has more than 2^62 elements.",
                    "The file is damaged or not made for this use.");
    return count;
}

Array::Array(DType type, Shape shape) : Array(type, std::move(shape), Fill::Zeros) {}

Array Array::unwritten(DType type, Shape shape) {
    return Array(type, std::move(shape), Fill::None);
}

Array::Array(DType type, Shape shape, Fill fill)
    : type_(type), shape_(std::move(shape)), size_(elementCount(shape_)), owned_(true) {
    if (size_ > std::int64_t{1} << 50)
        throw Error(ErrorKind::Resource,
                    "Memory for " + std::to_string(size_) + " elements is not to be had.",
                    "Use smaller inputs.");
    const auto block = allocate(byteSize(), fill == Fill::Zeros);
    data_ = block.get();
    owner_ = block;
}

Array::Array(DType type, Shape shape, std::span<const std::byte> bytes, std::shared_ptr<const void> owner)
    : type_(type),
      shape_(std::move(shape)),
      size_(elementCount(shape_)),
      data_(bytes.data()),
      owner_(std::move(owner)) {
    if (static_cast<std::size_t>(size_) > bytes.size() / sizeOf(type_))
        throw Error(ErrorKind::Internal, "A view of memory is shorter than its shape says.", "");
    if (reinterpret_cast<std::uintptr_t>(data_) % sizeOf(type_) != 0)
        throw Error(ErrorKind::Internal, "A view of memory is not aligned to its element type.", "");
}

bool Array::isMapped() const {
    return isMapping(owner_);
}

void Array::forgetMapped() const {
    if (isMapped()) forgetPages(bytes());
}

std::span<std::byte> Array::writableBytes() {
    if (!owned_) throw Error(ErrorKind::Internal, "A view of another's memory can't be written.", "");
    return {const_cast<std::byte*>(data_), byteSize()};
}

void Array::checkElementSize(std::size_t size) const {
    if (size != sizeOf(type_))
        throw Error(ErrorKind::Internal,
                    std::string("An array of ") + toText(type_) + " was read as elements of another size.",
                    "");
}

}  // namespace ratescope
