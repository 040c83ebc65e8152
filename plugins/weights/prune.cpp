// Pruning: weights set to zero by magnitude, by Wanda's score or by SparseGPT; the others in half precision.
//
// A container. Header: inputs of a run and zeros of each (0 and 0: no runs), tensors as in tensor_list.h. Sections, of the
// searched tensors one after the other. Without runs: those of sparse_codes.h. With runs: places (of each stored weight in
// its run, of as few bits as that takes); values (halves). Kept.

#include "core/engine/quant/prune.h"

#include "core/media/coding/container.h"
#include "core/media/quality/execution.h"
#include "core/media/quality/half.h"
#include "plugins/weights/calibrated.h"
#include "plugins/weights/nodes.h"
#include "plugins/weights/sequential.h"
#include "plugins/weights/sparse_codes.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <optional>
#include <utility>

namespace ratescope::media::weights {
namespace {

using engine::Matrix;
using engine::PrunePattern;

constexpr const char* nodeId = "weights.prune";
constexpr int nodeVersion = 1;
constexpr std::int64_t longestRun = 64;

int placeBits(std::int64_t runLength) {
    return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(runLength - 1)));
}

/// Weights that are stored of a run of so many, where all of them are `pattern.runLength`.
std::int64_t storedOfRun(const PrunePattern& pattern, std::int64_t count) {
    return count - pattern.runZeros * count / pattern.runLength;
}

class Encoder {
  public:
    Encoder(Context& context, std::string method, const PrunePattern& pattern, double damping)
        : context_(context), method_(std::move(method)), pattern_(pattern), damping_(damping) {}

    void encode(const Inputs& inputs, const Parameters& parameters, ByteSink& sink) {
        SectionWriters writers = codes_.writers();
        writers.insert(writers.end() - 1, &places_);
        forEachTensor(context_, inputs, parameters, kept_, writers,
                      [this](const CalibratedTensor& tensor) { return add(tensor); });
        ContainerWriter container(nodeId, nodeVersion);
        container.header().varint(static_cast<std::uint64_t>(pattern_.runLength));
        container.header().varint(static_cast<std::uint64_t>(pattern_.runZeros));
        writeTensorList(container.header(), inputs.tensors("tensors"));
        if (pattern_.runLength > 0) {
            container.addSection("places", places_.finish());
            container.addSection("values", codes_.values().finish());
        } else {
            codes_.finish(container);
        }
        container.addSection("kept", kept_.finish());
        container.finish(sink);
    }

  private:
    Matrix<float> add(const CalibratedTensor& tensor) {
        context_.check();
        Matrix<float> weights = halved(tensor.name, pruned(tensor));
        if (pattern_.runLength > 0)
            putRuns(weights);
        else
            codes_.add(weights);
        return weights;
    }

    Matrix<float> pruned(const CalibratedTensor& tensor) const {
        if (method_ == "magnitude") return engine::pruneByMagnitude(tensor.name, tensor.weights, pattern_);
        if (method_ == "wanda")
            return engine::pruneWanda(tensor.name, tensor.weights, inputStrengths(tensor), pattern_);
        const engine::InverseFactor factor = factorOf(context_, tensor, {damping_, false});
        return engine::pruneSparseGpt(tensor.name, tensor.weights, factor, pattern_, executionIn(context_))
            .quantised;
    }

    /// Each run stores as many, also where more of its weights are zero.
    void putRuns(const Matrix<float>& weights) {
        for (std::int64_t i = 0; i < weights.rows; ++i)
            for (std::int64_t begin = 0; begin < weights.columns; begin += pattern_.runLength) {
                const auto run = weights.row(i).subspan(
                    static_cast<std::size_t>(begin),
                    static_cast<std::size_t>(std::min(pattern_.runLength, weights.columns - begin)));
                auto zeros = static_cast<std::int64_t>(std::ranges::count(run, 0.0F)) -
                             (static_cast<std::int64_t>(run.size()) -
                              storedOfRun(pattern_, static_cast<std::int64_t>(run.size())));
                for (std::size_t place = 0; place < run.size(); ++place) {
                    if (run[place] == 0 && zeros-- <= 0) continue;
                    places_.put(place, placeBits(pattern_.runLength));
                    codes_.values().put(floatToHalf(run[place]), sparseValueBits);
                }
            }
    }

    Context& context_;
    const std::string method_;
    const PrunePattern pattern_;
    const double damping_;
    SparseCodesWriter codes_;
    BitWriter places_{"places", true}, kept_{"kept"};
};

class Decoder {
  public:
    Decoder(Context& context, ByteSource& source)
        : context_(context), container_(source, nodeId, nodeVersion), header_(container_.header()) {
        pattern_.runLength = static_cast<std::int64_t>(header_.varintUpTo(longestRun));
        pattern_.runZeros =
            static_cast<std::int64_t>(header_.varintUpTo(static_cast<std::uint64_t>(pattern_.runLength)));
        if (pattern_.runLength > 0 && pattern_.runZeros == pattern_.runLength) throw damagedStream(nodeId);
        if (pattern_.runLength > 0) {
            places_ = BitReader(container_.section("places"));
            values_ = BitReader(container_.section("values"));
        } else {
            codes_.emplace(container_, nodeId);
        }
    }

    TensorSet decode() {
        TensorSet set =
            decodedSet(context_, readTensorList(header_, nodeId), kept_, nodeId, [this](MatrixShape shape) {
                context_.check();
                return codes_ ? codes_->next(shape) : ofRuns(shape);
            });
        if (codes_) codes_->expectEnd();
        for (BitReader* reader : {&places_, &values_, &kept_})
            reader->expectEnd();
        return set;
    }

  private:
    float nextValue() { return halfToFloat(static_cast<std::uint16_t>(values_.get(sparseValueBits))); }

    Matrix<float> ofRuns(MatrixShape shape) {
        requireLeft(values_, shape.rows * storedOfRow(shape.columns), sparseValueBits, nodeId);
        Matrix<float> weights(shape.rows, shape.columns);
        for (std::int64_t i = 0; i < shape.rows; ++i)
            for (std::int64_t begin = 0; begin < shape.columns; begin += pattern_.runLength) {
                const std::int64_t count = std::min(pattern_.runLength, shape.columns - begin);
                std::int64_t last = -1;
                for (std::int64_t left = storedOfRun(pattern_, count); left > 0; --left) {
                    const auto place = static_cast<std::int64_t>(places_.get(placeBits(pattern_.runLength)));
                    if (place <= last || place >= count) throw damagedStream(nodeId);
                    weights.at(i, begin + place) = nextValue();
                    last = place;
                }
            }
        return weights;
    }

    std::int64_t storedOfRow(std::int64_t columns) const {
        const std::int64_t rest = columns % pattern_.runLength;
        return columns / pattern_.runLength * storedOfRun(pattern_, pattern_.runLength) +
               (rest > 0 ? storedOfRun(pattern_, rest) : 0);
    }

    Context& context_;
    ContainerReader container_;
    FieldReader header_;
    PrunePattern pattern_;
    std::optional<SparseCodesReader> codes_;  ///< where there are no runs
    BitReader places_{{}}, values_{{}}, kept_{container_.section("kept")};
};

class Prune : public CodecNode {
  public:
    Resources resources(const Parameters&) const override { return calibratedResources(); }

    void encode(Context& context, const Inputs& inputs, const Parameters& parameters,
                ByteSink& sink) const override {
        const PrunePattern pattern{
            parameters.real("sparsity"), parameters.integer("run-length"),
            parameters.integer("run-length") > 0 ? parameters.integer("run-zeros") : 0};
        if (pattern.runLength > 0 && pattern.runZeros >= pattern.runLength)
            throw Error(ErrorKind::Usage,
                        std::to_string(pattern.runZeros) + " zeros in a run of " +
                            std::to_string(pattern.runLength) + " weights leave none.",
                        "Set run-zeros to less than run-length.");
        Encoder(context, parameters.text("method"), pattern, parameters.real("damping"))
            .encode(inputs, parameters, sink);
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs&, const Parameters&) const override {
        return {{"tensors", std::make_shared<const TensorSet>(Decoder(context, source).decode())}};
    }
};

constexpr const char* pruneManual =
    R"(The weights that matter least become zero; the others are stored in half precision, and where they lie.

Methods: `magnitude` zeroes the smallest |w| of a matrix; `wanda` those of the lowest |w|·‖x‖ of each row, ‖x‖ the
strength of the weight's input (√H_jj); `sparsegpt` goes through the columns as `weights.gptq` does, makes up for each
zero in the columns to come, and chooses for each 128 columns those of the least w²/U_jj² when they begin. A tensor
without a Hessian is treated as if its inputs were independent and of equal strength.

`sparsity` is the share of zeros. With a `run-length` M it does not count: of each M neighbours of a row exactly
`run-zeros` N are zero (2 of 4); of a last run of r, ⌊N·r/M⌋. Of equal scores those that lie first go.

**Bits a weight**, all of them counted. Without runs the smaller of a bitmap, 1 + 16·(1 − s), and of rows,
(16 + 16)·(1 − s) + 32·(m + 1)/(m·n) with 16 bits a column (32 where there are more than 65536; no rows where there are
more than 262,144), and one bit a tensor that says which; weights that half precision does not tell from zero are zero.
With runs 16 and ⌈log₂ M⌉ bits for each weight that is not pruned: 9 with 2 of 4. Parts: `formats`, `mask`,
`row-pointers`, `columns`, `places`, `values` (of searched tensors), `kept`, `header`, `container`, `padding`. Which
tensors, and the table `layers`: as for `weights.gptq`.
)";

std::vector<graph::Parameter> pruneParameters() {
    return {{.id = "sparsity",
             .label = "Sparsity",
             .help = "Share of the weights that become zero.",
             .type = graph::ParameterType::Real,
             .defaultValue = 0.5,
             .minimum = 0,
             .maximum = 1,
             .movesAlongCurve = true},
            {.id = "method",
             .label = "Method",
             .help = "By what weights are chosen.",
             .type = graph::ParameterType::Choice,
             .defaultValue = std::string("wanda"),
             .choices = {"magnitude", "wanda", "sparsegpt"}},
            {.id = "run-length",
             .label = "Run length",
             .help = "Neighbours of a row of which as many become zero; 0: no runs.",
             .type = graph::ParameterType::Int,
             .defaultValue = std::int64_t{0},
             .minimum = 0,
             .maximum = static_cast<double>(longestRun)},
            {.id = "run-zeros",
             .label = "Zeros of a run",
             .help = "So many of each run.",
             .type = graph::ParameterType::Int,
             .defaultValue = std::int64_t{2},
             .minimum = 0,
             .maximum = static_cast<double>(longestRun)}};
}

graph::Manifest pruneManifest() {
    graph::Manifest manifest = calibratedManifest(nodeId, nodeVersion);
    manifest.title = "Pruning";
    manifest.summary = "Zeroes the weights that matter least: magnitude, Wanda, SparseGPT";
    manifest.manual = pruneManual;
    manifest.papers = {
        {"M. Sun et al., A simple and effective pruning approach for large language models (Wanda), 2023",
         "https://arxiv.org/abs/2306.11695"},
        {"E. Frantar and D. Alistarh, SparseGPT, 2023", "https://arxiv.org/abs/2301.00774"}};
    manifest.synonyms = {"sparsity", "sparse", "Wanda", "SparseGPT", "magnitude", "2:4", "N:M", "pruning"};
    std::erase_if(manifest.parameters, [](const graph::Parameter& own) { return own.id == "act-order"; });
    const std::vector<graph::Parameter> own = pruneParameters();
    manifest.parameters.insert(manifest.parameters.begin(), own.begin(), own.end());
    addSequentialCalibration(manifest);
    manifest.extension = "pruned";
    manifest.magics = {"52534353010d776569676874732e7072756e65"};  // container, text "weights.prune"
    return manifest;
}

}  // namespace

NodeEntry pruneNode() {
    return {pruneManifest(), [] { return std::make_unique<Prune>(); }};
}

}  // namespace ratescope::media::weights
