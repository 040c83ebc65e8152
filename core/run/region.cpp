#include "core/run/region.h"

#include "core/buffer/value_file.h"
#include "core/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>

namespace ratescope::run {
namespace {

Error noRegion(const std::string& what) {
    return Error(ErrorKind::Usage, what, "Give \"region\": [x, y, width, height] within the picture.");
}

/// Of an array [height, width] or [height, width, channels].
Array cutArray(const Array& array, const Region& asked) {
    const std::int64_t height = array.shape()[0], width = array.shape()[1];
    const std::int64_t left = std::clamp<std::int64_t>(asked.x, 0, width),
                       top = std::clamp<std::int64_t>(asked.y, 0, height);
    const std::int64_t columns = std::min(asked.width, width - left),
                       rows = std::min(asked.height, height - top);
    if (columns <= 0 || rows <= 0) throw noRegion("The region lies outside the picture.");
    Shape shape = array.shape();
    shape[0] = rows;
    shape[1] = columns;
    Array part(array.type(), shape);
    const std::size_t pixel = part.byteSize() / static_cast<std::size_t>(rows * columns);
    for (std::int64_t row = 0; row < rows; ++row)
        std::memcpy(part.writableBytes().data() + static_cast<std::size_t>(row * columns) * pixel,
                    array.bytes().data() + static_cast<std::size_t>((top + row) * width + left) * pixel,
                    static_cast<std::size_t>(columns) * pixel);
    return part;
}

/// Luma samples to a sample of the chroma planes; 1 of all pictures without them.
struct ChromaStep {
    std::int64_t across = 1, down = 1;
};

ChromaStep chromaStepOf(const ValueParts& parts) {
    const std::string subsampling = nlohmann::json::parse(parts.fields).value("subsampling", "");
    return {subsampling.empty() ? 1 : 2, subsampling == "4:2:0" ? 2 : 1};
}

bool isChroma(const NamedArray& one) {
    return one.name == "cb" || one.name == "cr";
}

/// The part's last chroma sample may stand for a luma sample outside it too.
Region inChroma(const Region& asked, const ChromaStep& step) {
    if (asked.x % step.across != 0 || asked.y % step.down != 0)
        throw noRegion("The region begins between two samples of the picture's chroma: x or y must be even.");
    const auto halved = [](std::int64_t extent, std::int64_t by) { return extent / by + extent % by; };
    return {asked.x / step.across, asked.y / step.down, halved(asked.width, step.across),
            halved(asked.height, step.down)};
}

}  // namespace

std::optional<Region> regionArgument(const nlohmann::json& arguments) {
    const auto found = arguments.find("region");
    if (found == arguments.end()) return std::nullopt;
    const auto isNumber = [](const nlohmann::json& number) { return number.is_number_integer(); };
    if (!found->is_array() || found->size() != 4 || !std::all_of(found->begin(), found->end(), isNumber))
        throw noRegion("The request's region is not four whole numbers.");
    return Region{(*found)[0], (*found)[1], (*found)[2], (*found)[3]};
}

std::filesystem::path cutRegion(const std::filesystem::path& file, const Region& region) {
    ValueParts parts = mapValueFile(file);
    const ChromaStep step = chromaStepOf(parts);
    bool cut = false;
    for (NamedArray& one : parts.arrays) {
        if (step.across > 1 && isChroma(one)) one.array = cutArray(one.array, inChroma(region, step));
        if (one.array.shape().size() != 3) continue;
        one.array = cutArray(one.array, region);
        cut = true;
    }
    if (!cut) throw noRegion("The value is no picture.");
    std::filesystem::path target = file;
    for (const std::int64_t number : {region.x, region.y, region.width, region.height})
        target += "." + std::to_string(number);
    writeValueFile(target, parts);
    return target;
}

}  // namespace ratescope::run
