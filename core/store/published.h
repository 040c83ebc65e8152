#pragma once

// Published curves in files of others, as the library keeps them (imported.h).

#include "core/store/imported.h"

#include <filesystem>
#include <string>

namespace ratescope::store {

/// What the file does not say of its curve.
struct PublishedAs {
    std::string metric = "psnr-rgb";  ///< id of the quality
    std::string title;                ///< in legends; "" for the file's own
    std::string citation, dataSet;
    std::string pooling = "mean of the items' values";
};

/// Reads CSV (columns rate and quality) or, by any other extension, CompressAI's result file, of whose columns that of
/// the metric is taken: "psnr" is "psnr-rgb", and "ms-ssim-rgb" in dB is "ms-ssim-rgb-db-of-mean". Throws Error(Input)
/// as curves::readRdCurve and curves::readCompressAi, for a missing column, and for a mean of 1 and above in dB.
ImportedCurve readPublished(const std::filesystem::path& file, const PublishedAs& as);

}  // namespace ratescope::store
