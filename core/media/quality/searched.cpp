#include "core/media/quality/searched.h"

#include "core/graph/named_roots.h"
#include "core/media/node/model_tensors.h"

#include <fnmatch.h>

namespace ratescope::media {

bool isFloatingPoint(DType type) {
    return type == DType::F16 || type == DType::BF16 || type == DType::F32 || type == DType::F64;
}

Searched::Searched(const TensorSet& set) {
    const auto entry = set.metadata.find(searchedEntry);
    patterns_ =
        entry == set.metadata.end() ? std::vector<std::string>{"*"} : graph::patternsOf(entry->second);
}

Searched::Searched(const LanguageModel& model) : patterns_(graph::patternsOf(model.searched)) {}

bool Searched::operator()(const Tensor& tensor) const {
    return isFloatingPoint(tensor.array.type()) && tensor.array.shape().size() >= 2 && takes(tensor.name);
}

bool Searched::operator()(const ModelTensor& tensor) const {
    return tensor.shape.size() >= 2 && takes(tensor.name);
}

bool Searched::takes(const std::string& name) const {
    bool taken = false;
    for (const std::string& pattern : patterns_) {
        const bool takesOut = pattern.front() == '!';
        if (fnmatch(pattern.c_str() + (takesOut ? 1 : 0), name.c_str(), FNM_NOESCAPE) == 0) taken = !takesOut;
    }
    return taken;
}

WeightCounts countWeights(const TensorSet& set) {
    const Searched isSearched(set);
    WeightCounts counts;
    for (const Tensor& tensor : set.tensors) {
        if (!isFloatingPoint(tensor.array.type())) continue;
        const auto elements = static_cast<std::uint64_t>(tensor.array.size());
        counts.weights += elements;
        if (isSearched(tensor)) counts.searched += elements;
    }
    return counts;
}

WeightCounts countWeights(const LanguageModel& model) {
    const Searched isSearched(model);
    WeightCounts counts;
    for (const ModelTensor& tensor : model.tensors) {
        const auto elements = static_cast<std::uint64_t>(elementCount(tensor.shape));
        counts.weights += elements;
        if (isSearched(tensor)) counts.searched += elements;
    }
    return counts;
}

}  // namespace ratescope::media
