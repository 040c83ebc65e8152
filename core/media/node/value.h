#pragma once

// What flows along a wire. Values are immutable and shared.

#include "core/buffer/buffer.h"
#include "core/buffer/value_file.h"
#include "core/graph/manifest.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace ratescope::media {

enum class ColourModel { Grey, Rgb, YCbCr, Cmyk };
enum class Range { Full, Limited };
/// Luma matrix; Rgb and Grey images have None.
enum class Matrix { None, Bt601, Bt709 };

/// A raster image, rows from the top, samples interleaved: Array of shape [height, width, channels], U8 for
/// depths up to 8 bits, else U16 (values 0 … 2^bitDepth − 1). Alpha, when there is any, is the last channel,
/// not premultiplied. YCbCr is 4:4:4.
struct Image {
    ColourModel model = ColourModel::Rgb;
    bool alpha = false;
    int bitDepth = 8;
    Range range = Range::Full;
    Matrix matrix = Matrix::None;
    int orientation = 1;         ///< as EXIF tag 0x0112; 1 is upright
    std::vector<std::byte> icc;  ///< embedded profile; empty means sRGB (or its grey curve)
    Array samples;

    std::int64_t height() const { return samples.shape().at(0); }
    std::int64_t width() const { return samples.shape().at(1); }
    int channels() const { return static_cast<int>(samples.shape().at(2)); }
    std::int64_t pixels() const { return height() * width(); }
};

struct Tensor {
    std::string name;
    Array array;
};

/// Named tensors in the file's order, with the metadata of the file.
struct TensorSet {
    std::string schema;
    std::vector<Tensor> tensors;
    std::map<std::string, std::string> metadata;
};

/// A column is doubles, integers or texts; all columns of a table have the same length.
struct Column {
    std::string name;
    std::string unit;
    std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<std::string>> cells;
};

enum class TableView { None, Line, Bars, HeatMap, Scatter };

struct Table {
    std::string schema;
    TableView view = TableView::None;
    std::vector<Column> columns;
    std::size_t rows() const;
    const Column* column(const std::string& columnName) const;
};

using Value = std::variant<std::monostate, std::shared_ptr<const Image>, std::shared_ptr<const TensorSet>,
                           std::shared_ptr<const Table>>;

/// Throws Error(Internal) for an empty value.
graph::PortType typeOf(const Value& value);
/// Bytes held in memory; what the worker's cache counts.
std::size_t memorySize(const Value& value);

/// To and from the layout of mapped files. `fromParts` shares the arrays' memory, and throws Error(Input)
/// when fields or shapes do not make such a value.
ValueParts toParts(const Value& value);
Value fromParts(const ValueParts& parts);

}  // namespace ratescope::media
