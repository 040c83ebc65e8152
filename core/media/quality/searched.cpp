#include "core/media/quality/searched.h"

#include "core/media/node/model_tensors.h"

#include <fnmatch.h>

#include <utility>

namespace ratescope::media {

bool isFloatingPoint(DType type) {
    return type == DType::F16 || type == DType::BF16 || type == DType::F32 || type == DType::F64;
}

Searched::Searched(const TensorSet& set) {
    const auto entry = set.metadata.find(searchedEntry);
    if (entry == set.metadata.end()) {
        patterns_ = {"*"};
        return;
    }
    std::string pattern;
    for (const char c : entry->second + ";") {
        if (c != ';' && c != '\n') {
            if (c != ' ' && c != '\r' && c != '\t') pattern += c;
            continue;
        }
        if (!pattern.empty()) patterns_.push_back(std::exchange(pattern, {}));
    }
}

bool Searched::operator()(const Tensor& tensor) const {
    if (!isFloatingPoint(tensor.array.type()) || tensor.array.shape().size() < 2) return false;
    bool taken = false;
    for (const std::string& pattern : patterns_) {
        const bool takesOut = pattern.front() == '!';
        if (fnmatch(pattern.c_str() + (takesOut ? 1 : 0), tensor.name.c_str(), FNM_NOESCAPE) == 0)
            taken = !takesOut;
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

}  // namespace ratescope::media
