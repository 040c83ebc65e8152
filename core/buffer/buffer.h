#pragma once

// Typed, shaped, shared memory: the form in which pixels, tensors and samples pass between nodes, between
// processes (value_file.h) and to the desktop. No file formats, no colour: only numbers and their layout.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace ratescope {

enum class DType : std::uint8_t { U8, I8, U16, I16, U32, I32, U64, I64, F16, BF16, F32, F64, Bool };

/// Bytes of one element.
std::size_t sizeOf(DType type);
/// Lower-case name: "u8", "bf16", "f32", "bool".
const char* toText(DType type);
/// Throws Error(Input) for an unknown name.
DType dtypeFromText(const std::string& name);

using Shape = std::vector<std::int64_t>;

/// Product of the extents (1 for a scalar). Throws Error(Input) on a negative extent or when the product
/// exceeds 2^62: sizes from outside are checked here before anything is allocated.
std::int64_t elementCount(const Shape& shape);

/// Contiguous row-major array that shares ownership of its bytes. Immutable once shared: `writable()` is
/// for the one that has just made it. Bytes are aligned to 64.
class Array {
  public:
    Array() = default;
    /// Allocates, zeroed. Throws Error(Resource) if the memory is not to be had.
    Array(DType type, Shape shape);
    /// As above, but not zeroed: for one that writes every element at once. Zeroing memory that was in use before costs
    /// as much as writing it.
    static Array unwritten(DType type, Shape shape);
    /// A view of memory that `owner` keeps alive (a mapped file, a vector). `bytes` must hold the whole
    /// array.
    Array(DType type, Shape shape, std::span<const std::byte> bytes, std::shared_ptr<const void> owner);

    DType type() const { return type_; }
    const Shape& shape() const { return shape_; }
    std::int64_t size() const { return size_; }
    std::size_t byteSize() const { return static_cast<std::size_t>(size_) * sizeOf(type_); }
    bool empty() const { return size_ == 0; }
    /// Whether its memory is that of a mapped file (mapFile).
    bool isMapped() const;
    /// Of a mapped file's memory: the system may forget it until it is read again. For large values that are read once,
    /// part by part.
    void forgetMapped() const;

    std::span<const std::byte> bytes() const { return {data_, byteSize()}; }
    /// Throws Error(Internal) when the array is a view of memory that is not its own.
    std::span<std::byte> writableBytes();

    /// Elements as T, which must have the size of the element type (half floats: std::uint16_t).
    template <typename T>
    std::span<const T> as() const {
        checkElementSize(sizeof(T));
        return {reinterpret_cast<const T*>(data_), static_cast<std::size_t>(size_)};
    }
    template <typename T>
    std::span<T> writable() {
        checkElementSize(sizeof(T));
        const auto bytes = writableBytes();
        return {reinterpret_cast<T*>(bytes.data()), static_cast<std::size_t>(size_)};
    }

  private:
    enum class Fill { Zeros, None };
    Array(DType type, Shape shape, Fill fill);
    void checkElementSize(std::size_t size) const;

    DType type_ = DType::U8;
    Shape shape_;
    std::int64_t size_ = 0;
    const std::byte* data_ = nullptr;
    bool owned_ = false;
    std::shared_ptr<const void> owner_;
};

}  // namespace ratescope
