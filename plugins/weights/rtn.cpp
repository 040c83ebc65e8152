// Round to nearest: uniform group quantisation of weights without calibration, the baseline of every
// weight-compression curve.

#include "core/error.h"
#include "core/media/coding/bit_reader.h"
#include "core/media/coding/bit_writer.h"
#include "core/media/coding/container.h"
#include "core/media/quality/half.h"
#include "core/media/quality/searched.h"
#include "plugins/weights/nodes.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <utility>

namespace ratescope::media::weights {
namespace {

constexpr const char* nodeId = "weights.rtn";
constexpr int nodeVersion = 1;
constexpr double smallestScale = 0x1p-24;  // the smallest positive half: scales must not underflow to zero
constexpr std::int64_t smallestGroup = 8;
constexpr std::uint64_t largestRank = 64;

struct Settings {
    int bits = 4;
    std::int64_t groupSize = 128;  ///< inputs that share a scale; −1: the whole row
    bool symmetric = false;

    int largestCode() const { return (1 << bits) - 1; }
    bool hasZeroPoints() const { return bits > 1 && !symmetric; }
    int symmetricZero() const { return 1 << (bits - 1); }
};

/// A tensor as a matrix: one row an output, which is the first dimension, so a kernel's row holds all of its
/// taps.
struct Layout {
    std::int64_t rows = 0, columns = 0, groupSize = 0;

    std::int64_t groups() const { return rows * ((columns + groupSize - 1) / groupSize); }
};

Layout layoutOf(const Shape& shape, const Settings& settings) {
    const std::int64_t elements = elementCount(shape);
    if (elements == 0) return {0, 0, 1};
    const std::int64_t columns = elements / shape[0];
    const bool wholeRow = settings.groupSize < 0 || settings.groupSize > columns;
    return {shape[0], columns, wholeRow ? columns : settings.groupSize};
}

[[noreturn]] void refuse(const std::string& tensor, const std::string& what) {
    throw Error(ErrorKind::Input, "Tensor \"" + tensor + "\" " + what + ".",
                "Mend the file, or leave the tensor out.");
}

void requireFinite(const std::string& tensor, std::span<const float> weights) {
    if (!std::all_of(weights.begin(), weights.end(), [](float w) { return std::isfinite(w); }))
        refuse(tensor, "holds NaN or infinite weights");
}

std::uint16_t finiteHalf(const std::string& tensor, double value) {
    const std::uint16_t half = floatToHalf(static_cast<float>(value));
    if (!std::isfinite(halfToFloat(half)))
        refuse(tensor, "holds weights too large for 16-bit floating point");
    return half;
}

/// To nearest, halves to even, for |value| < 2^51: std::nearbyint without the call, which takes most of the time.
double rounded(double value) {
    constexpr double shift = 0x1.8p52;  // a double this large has no fraction left
    return value + shift - shift;
}

/// What a group's codes mean: ŵ = scale·(code − zero).
struct Grid {
    std::uint16_t scale = 0;  ///< as stored
    int zero = 0;
};

std::uint16_t storedScale(const std::string& tensor, double scale) {
    return finiteHalf(tensor, std::max(scale, smallestScale));
}

/// A group of equal weights has |c| as its step, so that constants (as far as half precision holds them) and
/// zeros come back exactly. Ranges always hold zero.
Grid fitGrid(const std::string& tensor, std::span<const float> group, const Settings& settings) {
    const auto [least, greatest] = std::minmax_element(group.begin(), group.end());
    const double low = std::min(0.0, static_cast<double>(*least));
    const double high = std::max(0.0, static_cast<double>(*greatest));
    const double largest = std::max(-low, high);
    const int top = settings.largestCode();
    double scale = settings.symmetric ? 2 * largest / top : (high - low) / top;
    if (*least == *greatest) scale = largest > 0 ? largest : 1;
    Grid grid;
    grid.scale = storedScale(tensor, scale);
    if (settings.symmetric)
        grid.zero = settings.symmetricZero();
    else
        grid.zero = std::clamp(static_cast<int>(rounded(-low / halfToFloat(grid.scale))), 0, top);
    return grid;
}

void quantise(std::span<const float> group, const Grid& grid, int top, std::uint8_t* codes) {
    const double scale = halfToFloat(grid.scale);
    for (std::size_t i = 0; i < group.size(); ++i) {
        const int code = static_cast<int>(rounded(group[i] / scale)) + grid.zero;
        codes[i] = static_cast<std::uint8_t>(std::clamp(code, 0, top));
    }
}

/// The two values of a group at one bit: μ ± mean |w − μ|.
struct Levels {
    std::uint16_t low = 0, high = 0;  ///< as stored
};

Levels fitLevels(const std::string& tensor, std::span<const float> group) {
    const auto count = static_cast<double>(group.size());
    const double mean = std::accumulate(group.begin(), group.end(), 0.0) / count;
    const double spread = std::accumulate(group.begin(), group.end(), 0.0,
                                          [&](double sum, float w) { return sum + std::abs(w - mean); }) /
                          count;
    return {finiteHalf(tensor, mean - spread), finiteHalf(tensor, mean + spread)};
}

void chooseLevels(std::span<const float> group, const Levels& levels, std::uint8_t* codes) {
    const double middle =
        (static_cast<double>(halfToFloat(levels.low)) + static_cast<double>(halfToFloat(levels.high))) / 2;
    for (std::size_t i = 0; i < group.size(); ++i)
        codes[i] = group[i] >= middle ? 1 : 0;
}

/// How a kept floating-point tensor is stored: bfloat16 if it is that, else half precision.
DType keptType(DType type) {
    if (!isFloatingPoint(type) || type == DType::BF16) return type;
    return DType::F16;
}

/// How it comes back: 64-bit floating point as 32-bit, any other type as it was.
DType decodedType(DType type) {
    return type == DType::F64 ? DType::F32 : type;
}

class Encoder {
  public:
    Encoder(Context& context, const Settings& settings) : context_(context), settings_(settings) {}

    void encode(const TensorSet& set, ByteSink& sink) {
        ContainerWriter container(nodeId, nodeVersion);
        const Searched isSearched(set);
        writeHeader(set, isSearched, container.header());
        for (std::size_t i = 0; i < set.tensors.size(); ++i) {
            context_.progress(static_cast<double>(i) / static_cast<double>(set.tensors.size()));
            const Tensor& tensor = set.tensors[i];
            if (isSearched(tensor))
                addCodes(tensor);
            else
                addKept(tensor);
        }
        container.addSection("codes", codes_.finish());
        if (settings_.bits == 1)
            container.addSection("levels", levels_.finish());
        else
            container.addSection("scales", scales_.finish());
        if (settings_.hasZeroPoints()) container.addSection("zero-points", zeroPoints_.finish());
        container.addSection("kept", kept_.finish());
        container.finish(sink);
    }

  private:
    void writeHeader(const TensorSet& set, const Searched& isSearched, FieldWriter& header) const {
        header.u8(static_cast<std::uint8_t>(settings_.bits));
        header.signedVarint(settings_.groupSize);
        header.u8(settings_.symmetric ? 1 : 0);
        header.text(set.schema);
        header.varint(set.metadata.size());
        for (const auto& [key, value] : set.metadata) {
            header.text(key);
            header.text(value);
        }
        header.varint(set.tensors.size());
        for (const Tensor& tensor : set.tensors) {
            header.text(tensor.name);
            header.text(toText(tensor.array.type()));
            header.u8(isSearched(tensor) ? 1 : 0);
            header.varint(tensor.array.shape().size());
            for (const std::int64_t extent : tensor.array.shape())
                header.varint(static_cast<std::uint64_t>(extent));
        }
    }

    void addCodes(const Tensor& tensor) {
        const Array array = toFloat32(tensor.array);
        const auto weights = array.as<float>();
        requireFinite(tensor.name, weights);
        const Layout layout = layoutOf(array.shape(), settings_);
        const auto columns = static_cast<std::size_t>(layout.columns);
        std::vector<std::uint8_t> codes(columns);
        for (std::size_t begin = 0; begin < weights.size(); begin += columns) {
            context_.check();
            addRow(tensor.name, weights.subspan(begin, columns), static_cast<std::size_t>(layout.groupSize),
                   codes);
            codes_.putPacked(codes, settings_.bits);
        }
    }

    void addRow(const std::string& name, std::span<const float> row, std::size_t groupSize,
                std::vector<std::uint8_t>& codes) {
        for (std::size_t begin = 0; begin < row.size(); begin += groupSize) {
            const auto group = row.subspan(begin, std::min(groupSize, row.size() - begin));
            std::uint8_t* target = codes.data() + begin;
            if (settings_.bits == 1) {
                const Levels levels = fitLevels(name, group);
                levels_.put(levels.low, 16);
                levels_.put(levels.high, 16);
                chooseLevels(group, levels, target);
                continue;
            }
            const Grid grid = fitGrid(name, group, settings_);
            scales_.put(grid.scale, 16);
            if (settings_.hasZeroPoints())
                zeroPoints_.put(static_cast<std::uint64_t>(grid.zero), settings_.bits);
            quantise(group, grid, settings_.largestCode(), target);
        }
    }

    void addKept(const Tensor& tensor) {
        const DType type = tensor.array.type();
        if (!isFloatingPoint(type)) return addBytes(tensor.array.bytes());
        const Array array = toFloat32(tensor.array);
        requireFinite(tensor.name, array.as<float>());
        const Array stored = keptType(type) == type ? tensor.array : fromFloat32(array, keptType(type));
        if (stored.type() == DType::F16)
            for (const std::uint16_t half : stored.as<std::uint16_t>())
                if (!std::isfinite(halfToFloat(half)))
                    refuse(tensor.name, "holds values too large for 16-bit floating point");
        addBytes(stored.bytes());
    }

    void addBytes(std::span<const std::byte> bytes) {
        kept_.putPacked({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, 8);
    }

    Context& context_;
    Settings settings_;
    BitWriter codes_{"codes", true}, scales_{"scales", true}, zeroPoints_{"zero-points", true},
        levels_{"levels", true}, kept_{"kept"};
};

class Decoder {
  public:
    Decoder(Context& context, ByteSource& source)
        : context_(context), container_(source, nodeId, nodeVersion), header_(container_.header()) {
        settings_.bits = header_.u8();
        settings_.groupSize = header_.signedVarint();
        const std::uint8_t symmetric = header_.u8();
        settings_.symmetric = symmetric == 1;
        if (settings_.bits < 1 || settings_.bits > 8 || symmetric > 1 ||
            (settings_.groupSize != -1 && settings_.groupSize < smallestGroup))
            throw damaged();
        codes_ = section("codes");
        if (settings_.bits == 1)
            levels_ = section("levels");
        else
            scales_ = section("scales");
        if (settings_.hasZeroPoints()) zeroPoints_ = section("zero-points");
        kept_ = section("kept");
    }

    TensorSet decode() {
        TensorSet set;
        set.schema = header_.text();
        for (std::uint64_t left = header_.varintUpTo(header_.left()); left > 0; --left) {
            const std::string key = header_.text();
            set.metadata[key] = header_.text();
        }
        const std::uint64_t tensors = header_.varintUpTo(header_.left());
        for (std::uint64_t i = 0; i < tensors; ++i) {
            context_.progress(static_cast<double>(i) / static_cast<double>(tensors));
            set.tensors.push_back(nextTensor());
        }
        if (header_.left() != 0) throw damaged();
        for (BitReader* reader : {&codes_, &scales_, &zeroPoints_, &levels_, &kept_})
            reader->expectEnd();
        return set;
    }

  private:
    static Error damaged() {
        return {ErrorKind::Input, "The stream of weights.rtn is damaged.", "Encode the tensors again."};
    }

    BitReader section(const char* name) const { return BitReader(container_.section(name)); }

    Tensor nextTensor() {
        Tensor tensor;
        tensor.name = header_.text();
        const DType type = dtypeFromText(header_.text());
        const std::uint8_t searched = header_.u8();
        Shape shape(header_.varintUpTo(largestRank));
        for (std::int64_t& extent : shape)
            extent = static_cast<std::int64_t>(header_.varintUpTo(std::uint64_t{1} << 62));
        if (searched > 1 || (searched == 1 && shape.empty())) throw damaged();
        tensor.array = searched == 1 ? nextWeights(shape) : nextKept(type, shape);
        return tensor;
    }

    Array nextWeights(const Shape& shape) {
        const std::int64_t elements = elementCount(shape);
        if (static_cast<std::uint64_t>(elements) > codes_.left() / static_cast<unsigned>(settings_.bits))
            throw damaged();
        Array array(DType::F32, shape);
        const auto weights = array.writable<float>();
        const Layout layout = layoutOf(shape, settings_);
        const auto columns = static_cast<std::size_t>(layout.columns);
        const auto groupSize = static_cast<std::size_t>(layout.groupSize);
        std::vector<std::uint8_t> codes(columns);
        for (std::size_t row = 0; row < weights.size(); row += columns) {
            context_.check();
            codes_.getPacked(codes, settings_.bits);
            for (std::size_t begin = 0; begin < columns; begin += groupSize) {
                const std::size_t count = std::min(groupSize, columns - begin);
                restore({codes.data() + begin, count}, weights.subspan(row + begin, count));
            }
        }
        return array;
    }

    void restore(std::span<const std::uint8_t> codes, std::span<float> weights) {
        if (settings_.bits == 1) {
            const float low = nextHalf(levels_), high = nextHalf(levels_);
            std::transform(codes.begin(), codes.end(), weights.begin(),
                           [&](std::uint8_t code) { return code != 0 ? high : low; });
            return;
        }
        const float scale = nextHalf(scales_);
        const int zero = settings_.symmetric ? settings_.symmetricZero()
                                             : static_cast<int>(zeroPoints_.get(settings_.bits));
        std::transform(codes.begin(), codes.end(), weights.begin(),
                       [&](std::uint8_t code) { return scale * static_cast<float>(code - zero); });
    }

    static float nextHalf(BitReader& reader) {
        return halfToFloat(static_cast<std::uint16_t>(reader.get(16)));
    }

    Array nextKept(DType type, const Shape& shape) {
        const DType stored = keptType(type);
        if (static_cast<std::uint64_t>(elementCount(shape)) > kept_.left() / 8 / sizeOf(stored))
            throw damaged();
        Array array(stored, shape);
        const auto bytes = array.writableBytes();
        kept_.getPacked({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}, 8);
        if (stored == decodedType(type)) return array;
        return fromFloat32(toFloat32(array), decodedType(type));
    }

    Context& context_;
    ContainerReader container_;
    FieldReader header_;
    Settings settings_;
    BitReader codes_{{}}, scales_{{}}, zeroPoints_{{}}, levels_{{}}, kept_{{}};
};

class Rtn : public CodecNode {
  public:
    void encode(Context& context, const Inputs& inputs, const Parameters& parameters,
                ByteSink& sink) const override {
        const TensorSet& set = inputs.tensors("tensors");
        const Settings settings{static_cast<int>(parameters.integer("bits")),
                                parameters.integer("group-size"), parameters.flag("symmetric")};
        if (settings.groupSize != -1 && settings.groupSize < smallestGroup)
            throw Error(
                ErrorKind::Usage,
                "A group of " + std::to_string(settings.groupSize) + " weights is too small for weights.rtn.",
                "Set group-size to 8 or more, or to −1 for whole rows.");
        if (std::none_of(set.tensors.begin(), set.tensors.end(),
                         [](const Tensor& tensor) { return !tensor.array.empty(); }))
            throw Error(ErrorKind::Input, "There are no weights to compress.",
                        "Connect a file that holds tensors.");
        Encoder(context, settings).encode(set, sink);
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs&, const Parameters&) const override {
        return {{"tensors", std::make_shared<const TensorSet>(Decoder(context, source).decode())}};
    }
};

constexpr const char* rtnManual =
    R"(Every weight goes to the nearest point of a uniform grid that its group shares; no
calibration. The plain method against which weight compression is measured.

A tensor is a matrix with one **row** an output, its first dimension; the other dimensions, taps of a kernel
included, are its columns. A **group** is `group-size` neighbours of a row; the last of a row may be smaller, and
−1 makes a row one group. Per group of weights w, with b bits:

- asymmetric: s = (max − min)/(2^b − 1) with min ≤ 0 ≤ max, z = round(−min/s), code = round(w/s) + z in
  0 … 2^b − 1, ŵ = s·(code − z);
- symmetric: s = 2·max|w|/(2^b − 1), z = 2^(b−1), not stored;
- one bit: the levels μ ± mean|w − μ|.

Scales and levels are half precision, and are rounded (scales to no less than 2^−24) *before* codes are chosen, so
that both ends agree. Halves round to even. A group of equal weights has |c| as its step: zeros come back exactly,
constants as half precision holds them.

**Which tensors**: floating-point ones of two or more dimensions. The others are `kept`: as FP16 (BF16 if they are),
integers as they are. Quantised tensors decode as F32, kept ones with the type they had (F64 as F32). NaN and
infinities are refused, naming the tensor.

**Bits a weight**, all of them counted: b + (16 + b)/g asymmetric, b + 16/g symmetric, 1 + 32/g at one bit. Parts:
`codes`, `scales`, `zero-points`, `levels` (of searched tensors), `kept`, `header` (names, shapes, metadata),
`container`, `padding` (less than a byte a section).
)";

graph::Manifest rtnManifest() {
    graph::Manifest manifest;
    manifest.id = nodeId;
    manifest.version = nodeVersion;
    manifest.title = "Round to nearest";
    manifest.family = "weights";
    manifest.summary = "Uniform group quantisation of weights without calibration";
    manifest.manual = rtnManual;
    manifest.kind = graph::NodeKind::Codec;
    manifest.papers = {
        {"E. Frantar et al., GPTQ: accurate post-training quantization (its RTN baseline), 2022",
         "https://arxiv.org/abs/2210.17323"}};
    manifest.synonyms = {"RTN", "quantization", "quantisation", "INT4", "INT8", "weight-only", "group-wise"};
    manifest.inputs = {{.id = "tensors",
                        .label = "Tensors",
                        .type = graph::PortType::TensorSet,
                        .role = graph::PortRole::Coded,
                        .help = "Weights, and whatever lies beside them."}};
    manifest.outputs = {
        {.id = "tensors", .label = "Tensors", .type = graph::PortType::TensorSet, .help = "As decoded."},
        {.id = "bitstream",
         .label = "Stream",
         .type = graph::PortType::Bitstream,
         .help = "Codes, scales, zero points and kept tensors in Ratescope's container."}};
    manifest.parameters = {
        {.id = "bits",
         .label = "Bits a code",
         .help = "Width of a code; scales and zero points come on top.",
         .type = graph::ParameterType::Int,
         .unit = "bit",
         .defaultValue = std::int64_t{4},
         .minimum = 1,
         .maximum = 8,
         .movesAlongCurve = true},
        {.id = "group-size",
         .label = "Group size",
         .help = "Weights of a row that share a scale: 8 or more, or −1 for the whole row.",
         .type = graph::ParameterType::Int,
         .defaultValue = std::int64_t{128},
         .minimum = -1,
         .maximum = 1 << 30},
        {.id = "symmetric",
         .label = "Symmetric",
         .help = "No zero point: the grid lies around zero.",
         .type = graph::ParameterType::Bool,
         .defaultValue = false}};
    manifest.extension = "rtn";
    manifest.magics = {"52534353010b776569676874732e72746e"};  // container, format 1, text "weights.rtn"
    return manifest;
}

}  // namespace

NodeEntry rtnNode() {
    return {rtnManifest(), [] { return std::make_unique<Rtn>(); }};
}

}  // namespace ratescope::media::weights
