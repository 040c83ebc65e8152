#include "plugins/weights/sparse_codes.h"

#include "core/engine/quant/grid.h"
#include "core/engine/quant/prune.h"
#include "core/media/quality/half.h"

#include <algorithm>
#include <utility>

namespace ratescope::media::weights {
namespace {

using engine::Matrix;

/// What all matrices of a stream that are stored as rows may have together: a gibibyte of weights, and some for each
/// byte that is stored of them. Rows of up to 16,384 columns pay for themselves with their pointers even if they hold
/// nothing, so that only streams of wider ones, of over 2^28 weights together and hardly any that is not zero, are out
/// of bounds. A writer can't keep to a sum: it sees tensors in any order, and not those that a checkpoint holds.
constexpr std::uint64_t freeWeights = std::uint64_t{1} << 28, weightsOfAByte = 4096;

int columnBits(std::int64_t columns) {
    return columns > 65536 ? 32 : 16;
}

std::uint64_t stored(const Matrix<float>& weights) {
    return weights.values.size() - static_cast<std::uint64_t>(std::ranges::count(weights.values, 0.0F));
}

std::uint64_t maskBits(const Matrix<float>& weights) {
    return weights.values.size() + stored(weights) * sparseValueBits;
}

std::uint64_t rowsBits(const Matrix<float>& weights) {
    return stored(weights) * static_cast<std::uint64_t>(sparseValueBits + columnBits(weights.columns)) +
           32 * (static_cast<std::uint64_t>(weights.rows) + 1);
}

}  // namespace

Matrix<float> halved(const std::string& name, Matrix<float> weights) {
    for (float& value : weights.values)
        value = halfToFloat(engine::finiteHalf(name, static_cast<double>(value))) + 0.0F;
    return weights;
}

void SparseCodesWriter::add(const Matrix<float>& weights) {
    const bool byRows = weights.columns <= engine::mostRowColumns && rowsBits(weights) < maskBits(weights);
    formats_.put(byRows, 1);
    byRows ? putRows(weights) : putMask(weights);
}

void SparseCodesWriter::finish(ContainerWriter& container) {
    container.addSection("formats", formats_.finish());
    container.addSection("mask", mask_.finish());
    container.addSection("row-pointers", rowPointers_.finish());
    container.addSection("columns", columns_.finish());
    container.addSection("values", values_.finish());
}

void SparseCodesWriter::putMask(const Matrix<float>& weights) {
    for (const float value : weights.values) {
        mask_.put(value != 0 ? 1 : 0, 1);
        if (value != 0) values_.put(floatToHalf(value), sparseValueBits);
    }
}

void SparseCodesWriter::putRows(const Matrix<float>& weights) {
    std::uint64_t count = 0;
    rowPointers_.put(0, 32);
    for (std::int64_t i = 0; i < weights.rows; ++i) {
        for (std::int64_t j = 0; j < weights.columns; ++j) {
            if (weights.at(i, j) == 0) continue;
            columns_.put(static_cast<std::uint64_t>(j), columnBits(weights.columns));
            values_.put(floatToHalf(weights.at(i, j)), sparseValueBits);
            ++count;
        }
        rowPointers_.put(count, 32);
    }
}

SparseCodesReader::SparseCodesReader(const ContainerReader& container, std::string nodeId)
    : nodeId_(std::move(nodeId)),
      formats_(container.section("formats")),
      mask_(container.section("mask")),
      rowPointers_(container.section("row-pointers")),
      columns_(container.section("columns")),
      values_(container.section("values")) {
    for (const BitReader* reader : {&mask_, &rowPointers_, &columns_, &values_})
        weightsOfRows_ += reader->left() / 8 * weightsOfAByte;
    weightsOfRows_ += freeWeights;
}

Matrix<float> SparseCodesReader::next(MatrixShape shape) {
    return formats_.get(1) != 0 ? ofRows(shape) : ofMask(shape);
}

void SparseCodesReader::expectEnd() {
    for (BitReader* reader : {&formats_, &mask_, &rowPointers_, &columns_, &values_})
        reader->expectEnd();
}

float SparseCodesReader::nextValue() {
    return halfToFloat(static_cast<std::uint16_t>(values_.get(sparseValueBits)));
}

Matrix<float> SparseCodesReader::ofMask(MatrixShape shape) {
    requireLeft(mask_, shape.rows * shape.columns, 1, nodeId_);
    Matrix<float> weights(shape.rows, shape.columns);
    for (float& value : weights.values)
        if (mask_.get(1) != 0) value = nextValue();
    return weights;
}

/// Columns are not bounded by what is stored: rows may hold nothing.
void SparseCodesReader::claim(MatrixShape shape) {
    if (shape.columns > engine::mostRowColumns) throw damagedStream(nodeId_);
    const auto weights = static_cast<std::uint64_t>(shape.rows) * static_cast<std::uint64_t>(shape.columns);
    if (weights > weightsOfRows_) throw damagedStream(nodeId_);
    weightsOfRows_ -= weights;
}

Matrix<float> SparseCodesReader::ofRows(MatrixShape shape) {
    requireLeft(rowPointers_, shape.rows + 1, 32, nodeId_);
    claim(shape);
    if (rowPointers_.get(32) != 0) throw damagedStream(nodeId_);
    Matrix<float> weights(shape.rows, shape.columns);
    std::uint64_t before = 0;
    for (std::int64_t i = 0; i < shape.rows; ++i) {
        const std::uint64_t end = rowPointers_.get(32);
        if (end < before) throw damagedStream(nodeId_);
        std::int64_t last = -1;
        for (; before < end; ++before) {
            const auto column = static_cast<std::int64_t>(columns_.get(columnBits(shape.columns)));
            if (column <= last || column >= shape.columns) throw damagedStream(nodeId_);
            weights.at(i, column) = nextValue();
            last = column;
        }
    }
    return weights;
}

}  // namespace ratescope::media::weights
