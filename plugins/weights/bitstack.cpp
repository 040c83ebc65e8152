// BitStack: a stack of blocks of about one bit a weight for each matrix, which can be cut to any budget.

#include "core/engine/quant/bitstack.h"

#include "core/engine/device/compute_scope.h"
#include "core/engine/device/device.h"
#include "core/media/node/checkpoint.h"
#include "core/media/quality/execution.h"
#include "core/media/quality/searched.h"
#include "plugins/weights/bitstack_calibration.h"
#include "plugins/weights/bitstack_stream.h"
#include "plugins/weights/calibrated.h"
#include "plugins/weights/nodes.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

namespace ratescope::media::weights {
namespace {

using engine::BitstackBlock;
using engine::BitstackSettings;
using engine::BitstackStack;

constexpr double mebibyte = 1 << 20;
constexpr double decomposing = 0.2;  ///< share of the progress, where sorting takes the rest

std::string checkpointOf(std::size_t stack) {
    return "stack-" + std::to_string(stack);
}

FieldWriter fieldsOf(const BitstackStack& stack) {
    FieldWriter fields;
    for (const double energy : stack.energies)
        fields.f64(energy);
    for (const BitstackBlock& block : stack.blocks) {
        fields.raw(std::as_bytes(std::span(block.signs)));
        fields.raw(std::as_bytes(std::span(block.left)));
        fields.raw(std::as_bytes(std::span(block.right)));
    }
    return fields;
}

template <typename T>
std::vector<T> taken(FieldReader& fields, std::int64_t count) {
    std::vector<T> values(static_cast<std::size_t>(count));
    std::ranges::copy(fields.raw(values.size() * sizeof(T)),
                      std::as_writable_bytes(std::span(values)).begin());
    return values;
}

BitstackStack stackOf(FieldReader& fields, const engine::BitstackShape& shape, std::int64_t blocks) {
    BitstackStack stack{shape, {}, std::vector<double>(static_cast<std::size_t>(blocks) + 1)};
    std::ranges::generate(stack.energies, [&] { return fields.f64(); });
    for (std::int64_t t = 0; t < blocks; ++t) {
        BitstackBlock& block = stack.blocks.emplace_back();
        block.signs = taken<std::uint8_t>(fields, shape.signBytes());
        block.left = taken<std::uint16_t>(fields, shape.rank * shape.rows);
        block.right = taken<std::uint16_t>(fields, shape.rank * shape.columns);
    }
    return stack;
}

class Encoder {
  public:
    Encoder(Context& context, const Inputs& inputs, const Parameters& parameters)
        : context_(context), inputs_(inputs), parameters_(parameters), set_(inputs.tensors("tensors")) {
        settings_.blocks = parameters.integer("blocks");
        settings_.rank = parameters.integer("rank");
        settings_.signs = parameters.flag("signs");
    }

    void encode(ByteSink& sink) {
        requireWeights(set_);
        const engine::ComputeScope threads(context_.threads());
        std::optional<BitstackCalibration> calibration;
        if (inputs_.has("text")) {
            calibration.emplace(context_, inputs_, parameters_.integer("length"));
            if (parameters_.flag("scale")) scale_ = calibration->scales(parameters_.integer("sequences"));
        }
        decompose();
        const std::vector<std::int64_t> order = engine::blockOrder(scores(calibration), names_);
        writeBitstack(set_, {settings_.rank, settings_.signs, stacks_, order, kept_.finish().bytes}, sink);
    }

  private:
    void decompose() {
        const Searched isSearched(set_);
        SubProgress progress(context_, 0, decomposing);
        for (std::size_t i = 0; i < set_.tensors.size(); ++i) {
            progress(static_cast<double>(i) / static_cast<double>(set_.tensors.size()));
            const Tensor& tensor = set_.tensors[i];
            if (!isSearched(tensor)) {
                putKept(kept_, {tensor.name, scale_.kept(tensor)});
            } else if (!tensor.array.empty()) {
                names_.push_back(tensor.name);
                stacks_.push_back(stackOfTensor(tensor));
            }
        }
    }

    BitstackStack stackOfTensor(const Tensor& tensor) {
        const MatrixShape shape = matrixShape(tensor.array.shape());
        const auto name = checkpointOf(stacks_.size());
        auto kept = takeUp(context_, name, [&](FieldReader& fields) {
            return stackOf(fields,
                           engine::bitstackShape(shape.rows, shape.columns, settings_.rank, settings_.signs),
                           settings_.blocks);
        });
        if (kept) return *std::move(kept);
        engine::Matrix<float> weights(shape.rows, shape.columns);
        std::ranges::copy(scale_.searched(tensor).as<float>(), weights.values.begin());
        BitstackStack stack = engine::bitstack(tensor.name, weights, settings_, executionIn(context_));
        saveFields(context_, name, fieldsOf(stack));
        return stack;
    }

    engine::Matrix<double> scores(const std::optional<BitstackCalibration>& calibration) {
        const std::string& sort = parameters_.text("sort");
        if (sort == "perplexity" && calibration)
            return calibration->scores(stacks_, names_, scale_, parameters_.integer("score-sequences"),
                                       SubProgress(context_, decomposing, 1 - decomposing));
        if (sort == "perplexity")
            context_.log("Without a text there is no perplexity: the blocks are sorted by energy.");
        if (sort != "round-robin") return engine::energyScores(stacks_);
        return {settings_.blocks - 1, static_cast<std::int64_t>(stacks_.size())};
    }

    Context& context_;
    const Inputs& inputs_;
    const Parameters& parameters_;
    const TensorSet& set_;
    BitstackSettings settings_;
    ScaledTensors scale_;
    std::vector<std::string> names_;
    std::vector<BitstackStack> stacks_;
    BitWriter kept_{"kept"};
};

class Bitstack : public CodecNode {
  public:
    /// Of a model of 135 million weights: its tensors, and a decoder of them, in single precision.
    Resources resources(const Parameters&) const override { return {.memory = std::uint64_t{4} << 30}; }

    void encode(Context& context, const Inputs& inputs, const Parameters& parameters,
                ByteSink& sink) const override {
        Encoder(context, inputs, parameters).encode(sink);
    }

    void extract(Context& context, ByteSource& source, const Parameters& parameters,
                 ByteSink& sink) const override {
        context.check();
        const BitstackReader reader(source);
        const double budget = parameters.real("max-memory");
        reader.write(budget > 0
                         ? reader.blocksWithin(static_cast<std::uint64_t>(std::floor(budget * mebibyte)))
                         : reader.furtherBlocks(),
                     sink);
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs&, const Parameters&) const override {
        context.check();
        return {{"tensors", std::make_shared<const TensorSet>(BitstackReader(source).decode(context))}};
    }
};

constexpr const char* bitstackManual =
    R"(Each matrix becomes a stack of `blocks` blocks, one for what the blocks before it leave: the
**signs** of the residual, one bit a weight, and the `rank` strongest singular vectors of its **magnitudes**, in half
precision. The sum of the first b blocks of a stack is a matrix, for any b; so one encoded artefact holds models of
many sizes.

**`max-memory`** cuts the artefact to a budget without encoding again: the stored stream is the longest that is no
larger. It has one block of each matrix at least, then blocks in the order of `sort`, in which no stack is more than
one block higher than another. A sweep over it encodes once and gives one point for each budget.

**With a text** (of which `sequences` sequences of `length` tokens are drawn by the study's seed) a decoder is
calibrated: before it is decomposed, each layer's inputs are scaled by their strength (the norm over a sequence's
tokens, averaged over sequences, plus 0.001). Scales fold into what makes the inputs: norms, rows of `up_proj`, and rows
of `v_proj` where there are as many value heads as heads (else `o_proj` has none). They take no bits and the model
computes the same, up to the rounding of norms to the 16 bits in which they are kept, but its tensors **are other tensors**:
set `scale` to false to compare tensors themselves.

`sort` *perplexity* asks for each level and matrix how well the model predicts `score-sequences` other sequences when
this matrix alone has one block more, the best first: matrices × (blocks − 1) passes over them, which dominates the
time. *Energy* takes what a byte of the block takes off the squared residual, *round-robin* the file's order. Without a
text nothing is scaled and perplexity means energy. Text that calibrates must not be the text that is measured.

**Bits a weight** of a block of m × n: 1 + 16·k·(m + n)/(mn), all of them counted, and 16 bits a block for the order.
`rank` 0 is the largest that adds no more than a quarter of a bit, but at least 1: small matrices pay more. With `signs`
off, blocks are plain singular vectors, as many more as the signs' bits would store. Parts: `signs`, `factors`, `order` (of
searched tensors), `padding` (of signs to whole bytes), `kept`, `header`, `container`. Which tensors: as for `weights.rtn`.

Singular vectors are found by subspace iteration (8 more than asked for, 12 rounds). Published settings differ: 16
blocks, rank 16, 256 sequences of 2048 tokens.
)";

std::vector<graph::Parameter> bitstackParameters() {
    const auto flag = [](const char* id, const char* label, const char* help) {
        return graph::Parameter{
            .id = id, .label = label, .help = help, .type = graph::ParameterType::Bool, .defaultValue = true};
    };
    graph::Parameter length = integerParameter("length", "Length", "Of a sequence.", 512, 8, 32768);
    length.unit = "tokens";
    return {
        {.id = "max-memory",
         .label = "Largest size",
         .help = "Of the stored stream; 0 stores all blocks. Less than one block of each matrix is refused.",
         .type = graph::ParameterType::Real,
         .unit = "MiB",
         .defaultValue = 0.0,
         .minimum = 0,
         .maximum = 1 << 20,
         .stage = graph::Stage::Extract,
         .movesAlongCurve = true},
        integerParameter("blocks", "Blocks", "Of each matrix.", 8, 1, 32),
        integerParameter("rank", "Rank",
                         "Singular vectors of a block; 0: as many as take a quarter of a bit a weight.", 0, 0,
                         256),
        flag("scale", "Scale inputs", "Inputs are scaled by their strength first; needs a text."),
        flag("signs", "Signs", "Off: blocks of plain singular vectors that take as many bits."),
        {.id = "sort",
         .label = "Order of blocks",
         .help = "By what further blocks are loaded; perplexity needs a text, and is energy without one.",
         .type = graph::ParameterType::Choice,
         .defaultValue = std::string("perplexity"),
         .choices = {"perplexity", "energy", "round-robin"}},
        integerParameter("sequences", "Sequences", "So many are drawn for the scales.", 32, 1, 4096),
        length,
        integerParameter("score-sequences", "Sequences to sort by", "So many are drawn for the order.", 32, 1,
                         4096)};
}

graph::Manifest bitstackManifest() {
    graph::Manifest manifest = calibratedManifest(bitstackId, bitstackVersion);
    manifest.title = "BitStack";
    manifest.summary = "Stacks of residual blocks of about one bit a weight, cut to any budget";
    manifest.manual = bitstackManual;
    manifest.papers = {
        {"X. Wang et al., BitStack: any-size compression of large language models in variable "
         "memory environments, ICLR 2025",
         "https://arxiv.org/abs/2410.23918"}};
    manifest.synonyms = {"any-size",    "budget",       "low-rank",     "SVD",      "residual",
                         "sign matrix", "quantization", "quantisation", "scalable", "weight-only"};
    manifest.inputs[1] = {.id = "text",
                          .label = "Text",
                          .type = graph::PortType::TextCorpus,
                          .role = graph::PortRole::Encoder,
                          .fanOut = graph::FanOut::All,
                          .required = false,
                          .help = "What the model reads to be calibrated; several texts are one."};
    manifest.parameters = bitstackParameters();
    manifest.usesSeed = true;
    manifest.extension = "bitstack";
    manifest.magics = {"525343530110776569676874732e626974737461636b"};  // container, format 1, its node's id
    return manifest;
}

}  // namespace

NodeEntry bitstackNode() {
    return {bitstackManifest(),
            [] { return std::make_unique<Bitstack>(); },
            {{"LibTorch", engine::libTorchVersion()}}};
}

}  // namespace ratescope::media::weights
