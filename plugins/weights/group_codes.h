#pragma once

// What is stored of matrices that GPTQ has quantised, by every codec that does so: of all matrices one after the other,
// codes in the tensor's own order; scales and zero points (at one bit the two levels), by row and group; the order of
// the columns where groups follow it.

#include "core/engine/quant/gptq.h"
#include "core/media/coding/bit_reader.h"
#include "core/media/coding/bit_writer.h"
#include "core/media/coding/container.h"
#include "plugins/weights/finished_tensors.h"
#include "plugins/weights/tensor_list.h"

#include <cstdint>
#include <string>

namespace ratescope::media::weights {

/// Smaller groups would have more of scales than of codes.
inline constexpr std::int64_t smallestGroup = 8;

/// Throws Error(Usage) unless it is at least the smallest group, or −1 for whole rows.
void checkGroupSize(std::int64_t groupSize, const std::string& nodeId);

/// Which sections a container has besides "codes".
struct GroupSections {
    bool hasLevels = false;      ///< "levels", in place of "scales"
    bool hasZeroPoints = false;  ///< "zero-points"
    bool isPermuted = false;     ///< "permutation"
};
GroupSections sectionsOf(const engine::GridShape& grid, bool isPermuted);

class GroupCodesWriter {
  public:
    explicit GroupCodesWriter(const GroupSections& sections) : sections_(sections) {}
    void add(const engine::GroupQuantised& stored, const engine::GridShape& grid);
    void finish(ContainerWriter& container);
    SectionWriters writers() { return {&codes_, &scales_, &zeroPoints_, &levels_, &permutation_}; }

  private:
    GroupSections sections_;
    BitWriter codes_{"codes", true}, scales_{"scales", true}, zeroPoints_{"zero-points", true},
        levels_{"levels", true}, permutation_{"permutation", true};
};

/// Reads what was written. The container must outlive it.
class GroupCodesReader {
  public:
    /// Throws Error(Input) where a section is missing or damaged.
    GroupCodesReader(const ContainerReader& container, const GroupSections& sections, std::string nodeId);
    /// Ŵ of the next matrix; sizes are checked before memory is asked for. Throws damagedStream(nodeId).
    engine::Matrix<float> next(MatrixShape shape, const engine::GridShape& grid, std::int64_t groupSize);
    /// Throws Error(Input) unless all has been read.
    void expectEnd();

  private:
    std::uint16_t nextZero(const engine::GridShape& grid);

    GroupSections sections_;
    std::string nodeId_;
    BitReader codes_{{}}, scales_{{}}, zeroPoints_{{}}, permutation_{{}};
};

}  // namespace ratescope::media::weights
