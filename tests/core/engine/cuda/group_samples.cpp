#include "tests/core/engine/cuda/group_samples.h"

#include "tests/core/engine/packed/sample_products.h"

#include <algorithm>
#include <span>

namespace ratescope::engine {
namespace {

/// Some of it is not what the grids were fitted to.
void addExtremes(GroupSample& sample) {
    for (std::size_t i = 0; i < sample.values.size(); i += 7) {
        const Grid& grid = sample.job().gridOf(i);
        const float scale = media::halfToFloat(grid.scale);
        sample.values[i] = i % 2 == 0 ? scale * (static_cast<float>(i % 9) - 3.5f) : scale * 1e5f;
    }
    sample.values[3] = -0.0f;
    sample.values[4] = -1e30f;
    sample.values[5] = 1e-42f;
}

GroupSample sampleOf(GridShape shape, std::size_t rows, std::size_t columns, std::size_t groupSize) {
    GroupSample sample{shape, rows, columns, groupSize, {}, gaussian(rows * columns, 21, 0.05f), {}};
    sample.codes.resize(sample.values.size());
    const auto first = sample.values.begin();
    const auto width = static_cast<std::ptrdiff_t>(columns);
    std::fill(first, first + width, 0.75f);
    std::fill(first + width, first + 2 * width, 0.0f);
    std::for_each(first + 2 * width, first + 3 * width, [](float& value) { value *= 1e-6f; });
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t from = 0; from < columns; from += groupSize)
            sample.grids.push_back(fitGrid(
                "w",
                std::span(sample.values).subspan(row * columns + from, std::min(groupSize, columns - from)),
                shape));
    addExtremes(sample);
    return sample;
}

}  // namespace

GroupCodes GroupSample::job() {
    return {rows, columns, groupSize, shape.largestCode(), grids.data(), values.data(), codes.data()};
}

std::vector<GroupSample> groupSamples() {
    std::vector<GroupSample> samples;
    for (const int bits : {2, 3, 4, 5, 6, 7, 8, 16})
        for (const bool symmetric : {false, true}) {
            samples.push_back(sampleOf({bits, symmetric}, 9, 100, 32));
            samples.push_back(sampleOf({bits, symmetric}, 5, 64, 128));
        }
    return samples;
}

}  // namespace ratescope::engine
