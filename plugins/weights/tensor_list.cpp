#include "plugins/weights/tensor_list.h"

#include "core/engine/quant/grid.h"
#include "core/media/quality/half.h"
#include "core/media/quality/searched.h"

#include <algorithm>
#include <cmath>

namespace ratescope::media::weights {
namespace {

constexpr std::uint64_t largestRank = 64;

/// How a kept floating-point tensor is stored: bfloat16 if it is that, else half precision.
DType keptType(DType type) {
    if (!isFloatingPoint(type) || type == DType::BF16) return type;
    return DType::F16;
}

/// How it comes back: 64-bit floating point as 32-bit, any other type as it was.
DType decodedType(DType type) {
    return type == DType::F64 ? DType::F32 : type;
}

}  // namespace

void putBytes(BitWriter& writer, std::span<const std::byte> bytes) {
    writer.putPacked({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, 8);
}

MatrixShape matrixShape(const Shape& shape) {
    const std::int64_t elements = elementCount(shape);
    if (elements == 0) return {};
    return {shape[0], elements / shape[0]};
}

void writeSetEntries(FieldWriter& header, const TensorSet& set) {
    header.text(set.schema);
    header.varint(set.metadata.size());
    for (const auto& [key, value] : set.metadata) {
        header.text(key);
        header.text(value);
    }
}

SetEntries readSetEntries(FieldReader& header) {
    SetEntries entries;
    entries.schema = header.text();
    for (std::uint64_t left = header.varintUpTo(header.left()); left > 0; --left) {
        const std::string key = header.text();
        entries.metadata[key] = header.text();
    }
    return entries;
}

void writeTensorList(FieldWriter& header, const TensorSet& set) {
    const Searched isSearched(set);
    writeSetEntries(header, set);
    header.varint(set.tensors.size());
    for (const Tensor& tensor : set.tensors) {
        header.text(tensor.name);
        header.text(toText(tensor.array.type()));
        header.u8(isSearched(tensor) ? 1 : 0);
        header.varint(tensor.array.shape().size());
        for (const std::int64_t extent : tensor.array.shape())
            header.varint(static_cast<std::uint64_t>(extent));
    }
}

Error damagedStream(const std::string& nodeId) {
    return {ErrorKind::Input, "The stream of " + nodeId + " is damaged.", "Encode the tensors again."};
}

void requireLeft(const BitReader& reader, std::int64_t count, int bits, const std::string& nodeId) {
    if (bits > 0 && static_cast<std::uint64_t>(count) > reader.left() / static_cast<unsigned>(bits))
        throw damagedStream(nodeId);
}

TensorList readTensorList(FieldReader& header, const std::string& nodeId) {
    TensorList list{readSetEntries(header), {}};
    for (std::uint64_t left = header.varintUpTo(header.left()); left > 0; --left) {
        ListedTensor& tensor = list.tensors.emplace_back();
        tensor.name = header.text();
        tensor.type = dtypeFromText(header.text());
        const std::uint8_t searched = header.u8();
        tensor.searched = searched == 1;
        tensor.shape.resize(header.varintUpTo(largestRank));
        for (std::int64_t& extent : tensor.shape)
            extent = static_cast<std::int64_t>(header.varintUpTo(std::uint64_t{1} << 62));
        if (searched > 1 || (tensor.searched && tensor.shape.empty())) throw damagedStream(nodeId);
    }
    if (header.left() != 0) throw damagedStream(nodeId);
    return list;
}

Array keptArray(const Tensor& tensor) {
    const DType type = tensor.array.type();
    if (!isFloatingPoint(type)) return tensor.array;
    const Array array = toFloat32(tensor.array);
    engine::requireFinite(tensor.name, array.as<float>());
    Array stored = keptType(type) == type ? tensor.array : fromFloat32(array, keptType(type));
    if (stored.type() == DType::F16)
        for (const std::uint16_t half : stored.as<std::uint16_t>())
            if (!std::isfinite(halfToFloat(half)))
                throw Error(
                    ErrorKind::Input,
                    "Tensor \"" + tensor.name + "\" holds values too large for 16-bit floating point.",
                    "Mend the file, or leave the tensor out.");
    return stored;
}

void putKept(BitWriter& writer, const Tensor& tensor) {
    putBytes(writer, keptArray(tensor).bytes());
}

Array getKept(BitReader& reader, const ListedTensor& tensor, const std::string& nodeId) {
    const DType stored = keptType(tensor.type);
    if (static_cast<std::uint64_t>(elementCount(tensor.shape)) > reader.left() / 8 / sizeOf(stored))
        throw damagedStream(nodeId);
    Array array(stored, tensor.shape);
    const auto bytes = array.writableBytes();
    reader.getPacked({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}, 8);
    if (stored == decodedType(tensor.type)) return array;
    return fromFloat32(toFloat32(array), decodedType(tensor.type));
}

void requireWeights(const TensorSet& set) {
    if (std::none_of(set.tensors.begin(), set.tensors.end(),
                     [](const Tensor& tensor) { return !tensor.array.empty(); }))
        throw Error(ErrorKind::Input, "There are no weights to compress.",
                    "Connect a file that holds tensors.");
}

}  // namespace ratescope::media::weights
