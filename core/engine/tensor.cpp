#include "core/engine/tensor.h"

#include "core/error.h"

#include <ATen/ATen.h>

#include <array>
#include <memory>
#include <utility>

namespace ratescope::engine {
namespace {

constexpr std::array<std::pair<DType, at::ScalarType>, 13> types{{{DType::U8, at::kByte},
                                                                  {DType::I8, at::kChar},
                                                                  {DType::U16, at::kUInt16},
                                                                  {DType::I16, at::kShort},
                                                                  {DType::U32, at::kUInt32},
                                                                  {DType::I32, at::kInt},
                                                                  {DType::U64, at::kUInt64},
                                                                  {DType::I64, at::kLong},
                                                                  {DType::F16, at::kHalf},
                                                                  {DType::BF16, at::kBFloat16},
                                                                  {DType::F32, at::kFloat},
                                                                  {DType::F64, at::kDouble},
                                                                  {DType::Bool, at::kBool}}};

}  // namespace

DType dtypeOf(at::ScalarType type) {
    for (const auto& [ours, theirs] : types)
        if (theirs == type) return ours;
    throw Error(ErrorKind::Internal,
                std::string("Tensors of ") + at::toString(type) + " can't be handed on as arrays.", "");
}

at::ScalarType scalarTypeOf(DType type) {
    for (const auto& [ours, theirs] : types)
        if (ours == type) return theirs;
    throw Error(ErrorKind::Internal, std::string("LibTorch has no element type ") + toText(type) + ".", "");
}

at::Tensor tensorOf(const Array& array) {
    // The copy of the array in the deleter is what keeps the memory.
    return at::from_blob(
        const_cast<std::byte*>(array.bytes().data()), array.shape(), [array](void*) {},
        at::TensorOptions().dtype(scalarTypeOf(array.type())));
}

Array arrayOf(const at::Tensor& tensor) {
    const DType type = dtypeOf(tensor.scalar_type());
    const auto owner =
        std::make_shared<const at::Tensor>(tensor.detach().to(at::kCPU).resolve_neg().contiguous());
    const std::span<const std::byte> bytes(static_cast<const std::byte*>(owner->const_data_ptr()),
                                           owner->nbytes());
    return {type, owner->sizes().vec(), bytes, owner};
}

}  // namespace ratescope::engine
