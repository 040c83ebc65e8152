#pragma once

// What all codecs of weights store alike: which tensors there are, and those that are kept as they are.

#include "core/error.h"
#include "core/media/coding/bit_reader.h"
#include "core/media/coding/bit_writer.h"
#include "core/media/coding/fields.h"
#include "core/media/node/value.h"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace ratescope::media::weights {

/// A tensor as a matrix: one row an output, which is the first dimension, so a kernel's row holds all of its taps.
struct MatrixShape {
    std::int64_t rows = 0, columns = 0;
};
MatrixShape matrixShape(const Shape& shape);

/// What a set has besides its tensors.
struct SetEntries {
    std::string schema;
    std::map<std::string, std::string> metadata;
};
void writeSetEntries(FieldWriter& header, const TensorSet& set);
/// Counts are checked against what is left in the header. Throws what its reader throws.
SetEntries readSetEntries(FieldReader& header);

/// Schema, metadata, and for each tensor name, type, whether it is searched (core/media/quality/searched.h), shape.
void writeTensorList(FieldWriter& header, const TensorSet& set);

struct ListedTensor {
    std::string name;
    DType type = DType::F32;
    bool searched = false;
    Shape shape;
};

struct TensorList {
    SetEntries entries;
    std::vector<ListedTensor> tensors;
};

/// Error(Input) that says that the stream of that node is damaged.
Error damagedStream(const std::string& nodeId);
/// Throws damagedStream(nodeId) when fewer than `count` values of `bits` bits are left: before memory is asked for.
void requireLeft(const BitReader& reader, std::int64_t count, int bits, const std::string& nodeId);

/// All that is left in the header. Throws damagedStream(nodeId); counts are checked against what is left.
TensorList readTensorList(FieldReader& header, const std::string& nodeId);

void putBytes(BitWriter& writer, std::span<const std::byte> bytes);

/// A tensor that is not searched as it is stored: floating point as FP16 (BF16 if it is), other types as they are.
/// Throws Error(Input) that names the tensor for NaN, infinite and, as FP16, too large values.
Array keptArray(const Tensor& tensor);
/// Appends that. Throws the same.
void putKept(BitWriter& writer, const Tensor& tensor);
/// With the type that the tensor had (F64 as F32). Throws damagedStream(nodeId).
Array getKept(BitReader& reader, const ListedTensor& tensor, const std::string& nodeId);

/// Throws Error(Input) when the set holds no element.
void requireWeights(const TensorSet& set);

}  // namespace ratescope::media::weights
