#pragma once

// Sections for matrices of which most weights are zero: halves, and where they lie.
//
// formats (a bit a matrix, 1 where rows are stored); mask (a bit a weight, 1 where it is stored), or row-pointers (u32,
// m + 1) and columns (16 bits, 32 where there are more than 65536); values (halves). Of the two forms the smaller; of
// more than engine::mostRowColumns columns always the mask.

#include "core/engine/quant/matrix.h"
#include "core/media/coding/bit_reader.h"
#include "core/media/coding/bit_writer.h"
#include "core/media/coding/container.h"
#include "plugins/weights/finished_tensors.h"
#include "plugins/weights/tensor_list.h"

#include <cstdint>
#include <string>

namespace ratescope::media::weights {

inline constexpr int sparseValueBits = 16;

/// What is stored of weights: halves, and those that half precision does not tell from zero are zero. Throws
/// Error(Input) that names the weights where one is not finite or too large.
engine::Matrix<float> halved(const std::string& name, engine::Matrix<float> weights);

class SparseCodesWriter {
  public:
    /// In the order of the sections, the values last.
    SectionWriters writers() { return {&formats_, &mask_, &rowPointers_, &columns_, &values_}; }
    BitWriter& values() { return values_; }
    /// Weights as halved() gives them.
    void add(const engine::Matrix<float>& weights);
    /// Adds the sections.
    void finish(ContainerWriter& container);

  private:
    void putMask(const engine::Matrix<float>& weights);
    void putRows(const engine::Matrix<float>& weights);

    BitWriter formats_{"formats", true}, mask_{"mask", true}, rowPointers_{"row-pointers", true},
        columns_{"columns", true}, values_{"values", true};
};

/// Throws damagedStream(nodeId) on what was not written so, before it asks for memory.
class SparseCodesReader {
  public:
    /// The container must outlive it.
    SparseCodesReader(const ContainerReader& container, std::string nodeId);
    engine::Matrix<float> next(MatrixShape shape);
    void expectEnd();

  private:
    float nextValue();
    engine::Matrix<float> ofMask(MatrixShape shape);
    engine::Matrix<float> ofRows(MatrixShape shape);
    /// Throws where matrices of rows have more weights than a stream is allowed.
    void claim(MatrixShape shape);

    std::string nodeId_;
    BitReader formats_, mask_, rowPointers_, columns_, values_;
    std::uint64_t weightsOfRows_ = 0;  ///< that rows of matrices to come may have
};

}  // namespace ratescope::media::weights
