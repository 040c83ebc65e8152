#include "plugins/weights/group_codes.h"

#include "core/error.h"
#include "plugins/weights/calibrated.h"

#include <algorithm>
#include <utility>

namespace ratescope::media::weights {

void checkGroupSize(std::int64_t groupSize, const std::string& nodeId) {
    if (groupSize != -1 && groupSize < smallestGroup)
        throw Error(ErrorKind::Usage,
                    "A group of " + std::to_string(groupSize) + " weights is too small for " + nodeId + ".",
                    "Set group-size to 8 or more, or to −1 for whole rows.");
}

GroupSections sectionsOf(const engine::GridShape& grid, bool isPermuted) {
    return {grid.hasLevels(), grid.hasZeroPoints(), isPermuted};
}

void GroupCodesWriter::add(const engine::GroupQuantised& stored, const engine::GridShape& grid) {
    codes_.putPacked(stored.codes.values, grid.bits);
    for (std::size_t i = 0; i < stored.scales.values.size(); ++i) {
        if (sections_.hasLevels) {
            levels_.put(stored.scales.values[i], 16);
            levels_.put(stored.zeros.values[i], 16);
            continue;
        }
        scales_.put(stored.scales.values[i], 16);
        if (sections_.hasZeroPoints) zeroPoints_.put(stored.zeros.values[i], grid.bits);
    }
    if (sections_.isPermuted) putPermutation(permutation_, stored.order);
}

void GroupCodesWriter::finish(ContainerWriter& container) {
    container.addSection("codes", codes_.finish());
    if (sections_.hasLevels)
        container.addSection("levels", levels_.finish());
    else
        container.addSection("scales", scales_.finish());
    if (sections_.hasZeroPoints) container.addSection("zero-points", zeroPoints_.finish());
    if (sections_.isPermuted) container.addSection("permutation", permutation_.finish());
}

GroupCodesReader::GroupCodesReader(const ContainerReader& container, const GroupSections& sections,
                                   std::string nodeId)
    : sections_(sections), nodeId_(std::move(nodeId)) {
    const auto section = [&](const char* name) { return BitReader(container.section(name)); };
    codes_ = section("codes");
    scales_ = section(sections.hasLevels ? "levels" : "scales");
    if (sections.hasZeroPoints) zeroPoints_ = section("zero-points");
    if (sections.isPermuted) permutation_ = section("permutation");
}

engine::Matrix<float> GroupCodesReader::next(MatrixShape shape, const engine::GridShape& grid,
                                             std::int64_t groupSize) {
    requireLeft(codes_, shape.rows * shape.columns, grid.bits, nodeId_);
    engine::GroupQuantised stored;
    stored.groupSize = groupSize == -1 ? shape.columns : std::min(groupSize, shape.columns);
    const std::int64_t groups = (shape.columns + stored.groupSize - 1) / stored.groupSize;
    requireLeft(scales_, shape.rows * groups, grid.hasLevels() ? 32 : 16, nodeId_);
    if (grid.hasZeroPoints()) requireLeft(zeroPoints_, shape.rows * groups, grid.bits, nodeId_);
    stored.codes = engine::Matrix<std::uint16_t>(shape.rows, shape.columns);
    codes_.getPacked(stored.codes.values, grid.bits);
    stored.scales = stored.zeros = engine::Matrix<std::uint16_t>(shape.rows, groups);
    for (std::size_t i = 0; i < stored.scales.values.size(); ++i) {
        stored.scales.values[i] = static_cast<std::uint16_t>(scales_.get(16));
        stored.zeros.values[i] = nextZero(grid);
    }
    if (sections_.isPermuted) stored.order = getPermutation(permutation_, shape.columns, nodeId_);
    return engine::dequantised(stored, grid);
}

std::uint16_t GroupCodesReader::nextZero(const engine::GridShape& grid) {
    if (grid.hasLevels()) return static_cast<std::uint16_t>(scales_.get(16));
    if (grid.hasZeroPoints()) return static_cast<std::uint16_t>(zeroPoints_.get(grid.bits));
    return static_cast<std::uint16_t>(grid.symmetricZero());
}

void GroupCodesReader::expectEnd() {
    for (BitReader* reader : {&codes_, &scales_, &zeroPoints_, &permutation_})
        reader->expectEnd();
}

}  // namespace ratescope::media::weights
