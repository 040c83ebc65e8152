#pragma once

// The one rule of which tensors are selected for compression ("searched"), the same for all weight codecs and
// measures, so that rates per searched weight compare.

#include "core/media/node/language_model.h"
#include "core/media/node/value.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ratescope::media {

/// F16, BF16, F32 or F64.
bool isFloatingPoint(DType type);

/// Which tensors of a set are searched: floating-point ones of rank 2 or more (matrices and kernels, not biases, norms
/// or integer buffers) whose name matches a pattern of the metadata entry "ratescope.searched", where there is one:
/// patterns separated by ';' or line feeds, '*' any characters, '?' one, "!" before one that takes out again what
/// earlier ones took.
class Searched {
  public:
    explicit Searched(const TensorSet& set);
    explicit Searched(const LanguageModel& model);
    bool operator()(const Tensor& tensor) const;
    bool operator()(const ModelTensor& tensor) const;

  private:
    bool takes(const std::string& name) const;

    std::vector<std::string> patterns_;
};

struct WeightCounts {
    std::uint64_t weights = 0;   ///< elements of all floating-point tensors
    std::uint64_t searched = 0;  ///< those of searched ones
};

WeightCounts countWeights(const TensorSet& set);
/// Of the tensors as they are, blocks or plain.
WeightCounts countWeights(const LanguageModel& model);

}  // namespace ratescope::media
