#pragma once

// What flows along a wire. Values are immutable and shared.

#include "core/buffer/buffer.h"
#include "core/buffer/value_file.h"
#include "core/graph/manifest.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ratescope::media {

enum class ColourModel { Grey, Rgb, YCbCr, Cmyk };
enum class Range { Full, Limited };
/// Luma matrix; only YCbCr images have one.
enum class Matrix { None, Bt601, Bt709 };
/// Of chroma: as many samples as luma has, half as many across, or half as many both ways (rounded up).
enum class Subsampling { C444, C422, C420 };
/// Where a subsampled chroma sample lies across: midway between two luma samples (JPEG, MPEG-1), or on the left
/// one of them (MPEG-2, H.26x). Down, where 4:2:0 has half, it lies midway in both.
enum class Siting { Centre, Left };

/// A raster image, rows from the top, samples interleaved: Array of shape [height, width, channels], U8 for
/// depths up to 8 bits, else U16 (values 0 … 2^bitDepth − 1). Alpha, when there is any, is the last channel,
/// not premultiplied.
///
/// YCbCr of 4:4:4 is interleaved like all others. Subsampled, `samples` holds luma (and alpha) alone, and `cb` and
/// `cr` are planes of shape [chromaHeight, chromaWidth] and of the same type; else these two are empty. Nodes see
/// subsampled images only when they ask for them (Inputs::anyImage).
struct Image {
    ColourModel model = ColourModel::Rgb;
    bool alpha = false;
    int bitDepth = 8;
    Range range = Range::Full;
    Matrix matrix = Matrix::None;
    int orientation = 1;                          ///< as EXIF tag 0x0112; 1 is upright
    std::vector<std::byte> icc;                   ///< embedded profile; empty means sRGB (or its grey curve)
    Subsampling subsampling = Subsampling::C444;  ///< of YCbCr; all other images have C444
    Siting siting = Siting::Centre;               ///< of subsampled chroma; all other images have Centre
    Array samples;
    Array cb, cr;

    std::int64_t height() const { return samples.shape().at(0); }
    std::int64_t width() const { return samples.shape().at(1); }
    /// Of `samples`: 1 for subsampled YCbCr without alpha.
    int channels() const { return static_cast<int>(samples.shape().at(2)); }
    std::int64_t pixels() const { return height() * width(); }

    bool subsampled() const { return subsampling != Subsampling::C444; }
    /// Luma samples to a chroma sample.
    int chromaStepAcross() const { return subsampled() ? 2 : 1; }
    int chromaStepDown() const { return subsampling == Subsampling::C420 ? 2 : 1; }
    std::int64_t chromaWidth() const { return (width() + chromaStepAcross() - 1) / chromaStepAcross(); }
    std::int64_t chromaHeight() const { return (height() + chromaStepDown() - 1) / chromaStepDown(); }
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

struct LanguageModel;  // language_model.h

/// Text as it lies in its file: U8 of shape [bytes], UTF-8, at least one byte.
struct TextCorpus {
    Array bytes;
    std::string_view text() const {
        return {reinterpret_cast<const char*>(bytes.bytes().data()), bytes.byteSize()};
    }
};

/// "4:2:0": as it stands in value files, messages and manuals.
const char* toText(Subsampling subsampling);

using Value = std::variant<std::monostate, std::shared_ptr<const Image>, std::shared_ptr<const TensorSet>,
                           std::shared_ptr<const Table>, std::shared_ptr<const LanguageModel>,
                           std::shared_ptr<const TextCorpus>>;

/// Throws Error(Internal) for an empty value.
graph::PortType typeOf(const Value& value);
/// Bytes held in memory; what the worker's cache counts. Tensors and texts that are views of a mapped file count
/// nothing in language models and corpora: the system takes such pages back when it needs them.
std::size_t memorySize(const Value& value);

/// To and from the layout of mapped files. `fromParts` shares the arrays' memory, and throws Error(Input)
/// when fields or shapes do not make such a value.
ValueParts toParts(const Value& value);
Value fromParts(const ValueParts& parts);

}  // namespace ratescope::media
