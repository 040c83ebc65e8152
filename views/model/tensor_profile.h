#pragma once

// What a measure's map says of each tensor of a compressed model (core/media/quality/tensor_profile.h), as it lies in
// its mapped value file.

#include <QString>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ratescope::views {

inline constexpr std::size_t histogramBins = 32;
using Histogram = std::array<std::uint32_t, histogramBins>;

struct TensorFacts {
    std::string name;
    QString shape, type;  ///< "576 × 576", "bf16"
    qint64 weights = 0;
    bool searched = false;
    double error = 0, largestError = 0;  ///< relative; absolute
    double low = 0, high = 0;            ///< ends of the histograms
    Histogram reference{}, candidate{};
};

struct TensorProfile {
    std::vector<TensorFacts> tensors;  ///< in the order of the original
    /// Throws Error(Input) where the file holds no profile.
    static std::shared_ptr<const TensorProfile> open(const std::string& file);
};

}  // namespace ratescope::views
