#pragma once

// Curves that others published: CompressAI's result files, {"name", "description", "results": {metric:
// [...]}}, one entry a quality (github.com/InterDigitalInc/CompressAI, results/).

#include "core/curves/curve.h"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ratescope::curves {

/// Named columns of equal length, one row a point. Numbers and labels (names of checkpoints, say) apart.
struct ImportedTable {
    std::string source;  ///< for messages: the file's name
    std::string name, description;
    std::vector<std::pair<std::string, std::vector<double>>> columns;  ///< in the file's order

    std::vector<std::pair<std::string, std::vector<std::string>>> labels;

    /// Null if there is none.
    const std::vector<double>* column(std::string_view id) const;
};

/// Other members of the file ("meta") are passed over. Throws Error(Input), naming the source, for text that
/// is no JSON, no name or results, columns of different lengths, entries that are no finite numbers, and no
/// point at all.
ImportedTable parseCompressAi(std::string_view text, const std::string& source);

/// parseCompressAi of a file of at most 64 MiB. Throws Error(Input) if it can't be read or is larger.
ImportedTable readCompressAi(const std::filesystem::path& file);

/// What a column means, by its id: rates ("bpp", also "bitrate" in kbit/s), times ("encoding_time"), and
/// metrics of unknown unit for all others, "-db" ones and PSNR in dB.
Quantity importedQuantity(const std::string& id);

/// The curve of two columns, whose ids are those of x and y, under the file's name; labels go with the
/// points. Throws Error(Input) that lists the columns if one is missing.
Curve importedCurve(const ImportedTable& table, const Quantity& x, const Quantity& y,
                    const std::string& citation);

/// The points of one series against several metrics as a table; curves share x and rows. Throws Error(Usage)
/// if they do not, Error(Input) for a point that is infinite (JSON has no such number).
ImportedTable tableOfSeries(std::span<const Curve> curves, const std::string& description);

/// The result file: indented by two blanks, ending in a line feed.
std::string compressAiText(const ImportedTable& table);

}  // namespace ratescope::curves
