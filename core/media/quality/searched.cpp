#include "core/media/quality/searched.h"

namespace ratescope::media {

bool isFloatingPoint(DType type) {
    return type == DType::F16 || type == DType::BF16 || type == DType::F32 || type == DType::F64;
}

bool isSearched(const Tensor& tensor) {
    return isFloatingPoint(tensor.array.type()) && tensor.array.shape().size() >= 2;
}

WeightCounts countWeights(const TensorSet& set) {
    WeightCounts counts;
    for (const Tensor& tensor : set.tensors) {
        if (!isFloatingPoint(tensor.array.type())) continue;
        const auto elements = static_cast<std::uint64_t>(tensor.array.size());
        counts.weights += elements;
        if (isSearched(tensor)) counts.searched += elements;
    }
    return counts;
}

}  // namespace ratescope::media
