// DFloat11: lossless coding of bfloat16 weights. Their exponents are Huffman coded, signs and mantissas stand as they
// are, and an index of where codes start lets many threads decode at once.
//
// A container (core/media/coding/container.h). Header: index (0 threads, 1 blocks), chunks of a block, schema, metadata,
// tensors (how many letters of the name before it begins with, the others, 0 kept / 1 coded / 2 raw, type if kept,
// shape), groups (weights, bytes of exponents, number of look-up tables with the table of lengths if the index is
// threads). Coded weights are all searched tensors, then the others, in their order; groups share them out in this
// order. Sections: exponents, sign-mantissa (a byte a weight), gaps (5 bits each, padded by group), positions (u32
// little-endian), tables, raw, kept.

#include "core/error.h"
#include "core/media/coding/bit_writer.h"
#include "core/media/coding/container.h"
#include "core/media/coding/histogram.h"
#include "core/media/quality/searched.h"
#include "plugins/weights/dfloat11_decoder.h"
#include "plugins/weights/dfloat11_format.h"
#include "plugins/weights/nodes.h"
#include "plugins/weights/tensor_list.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

namespace ratescope::media::weights {
namespace {

constexpr std::size_t partWeights = std::size_t{1} << 17;

enum class Grouping { Part, Tensor, Block, Model };

struct Settings {
    Grouping grouping = Grouping::Block;
    DFloat11Index index = DFloat11Index::Threads;
    std::uint64_t chunksOfBlock = 512;
    int longest = 32;
    LengthLimiter limiter = LengthLimiter::Reference;
    bool refusesLarge = false;
};

struct Segment {
    std::size_t tensor = 0, begin = 0, count = 0;
};

/// What shares a code.
struct Group {
    bool searched = false;
    std::vector<Segment> segments{};
    std::size_t weights = 0;

    void add(const Segment& segment) {
        segments.push_back(segment);
        weights += segment.count;
    }
};

/// "encoder.layer.3" of "encoder.layer.3.output.dense.weight"; all of a name without a number in it.
std::string blockOf(const std::string& name) {
    std::size_t begin = 0;
    for (std::size_t end = name.find('.'); end != std::string::npos; end = name.find('.', begin)) {
        const bool isNumber = end > begin && name.find_first_not_of("0123456789", begin) >= end;
        if (isNumber) return name.substr(0, end);
        begin = end + 1;
    }
    return name;
}

bool isLarge(std::uint16_t weight) {
    return (weight >> 7 & 0xff) >= leastPointer;
}

/// Bytes of a section, and whose they are.
struct Plane {
    LedgeredBytes content{};

    void reserve(std::size_t bytes) { content.bytes.reserve(bytes); }
    void add(const std::string& part, std::span<const std::byte> bytes, bool searched) {
        content.bytes.insert(content.bytes.end(), bytes.begin(), bytes.end());
        if (!bytes.empty()) content.ledger.add(part, 8 * std::uint64_t{bytes.size()}, searched);
    }
};

class Encoder {
  public:
    Encoder(Context& context, const Settings& settings, const TensorSet& set)
        : context_(context), settings_(settings), set_(set), isSearched_(set) {
        for (const Tensor& tensor : set.tensors) {
            context_.check();
            codings_.push_back(codingOf(tensor));
        }
        plan();
    }

    void encode(ByteSink& sink) {
        ContainerWriter container(dfloat11Id, dfloat11Version);
        writeTensors(container.header());
        container.header().varint(groups_.size());
        std::size_t weights = 0;
        for (const Group& group : groups_)
            weights += group.weights;
        signMantissa_.reserve(weights);
        for (std::size_t i = 0; i < groups_.size(); ++i) {
            context_.progress(static_cast<double>(i) / static_cast<double>(groups_.size()));
            addGroup(groups_[i], container.header());
        }
        for (std::size_t i = 0; i < set_.tensors.size(); ++i) {
            context_.check();
            const Tensor& tensor = set_.tensors[i];
            if (codings_[i] == TensorCoding::Raw)
                raw_.add("raw", tensor.array.bytes(), isSearched_(tensor));
            else if (codings_[i] == TensorCoding::Kept)
                kept_.add("kept", tensor.array.bytes(), false);
        }
        container.addSection("exponents", exponents_.finish());
        container.addSection("sign-mantissa", std::move(signMantissa_.content));
        container.addSection("gaps", gaps_.finish());
        container.addSection("positions", positions_.finish());
        container.addSection("tables", tables_.finish());
        container.addSection("raw", std::move(raw_.content));
        container.addSection("kept", std::move(kept_.content));
        container.finish(sink);
    }

  private:
    TensorCoding codingOf(const Tensor& tensor) const {
        if (tensor.array.type() != DType::BF16) {
            if (!isSearched_(tensor) || tensor.array.empty()) return TensorCoding::Kept;
            throw Error(
                ErrorKind::Input,
                "Tensor \"" + tensor.name + "\" is " + toText(tensor.array.type()) +
                    "; DFloat11 codes bfloat16.",
                "Put weights.cast to bf16 before it: that rounds, and what it gives comes back exactly.");
        }
        if (tensor.array.empty()) return TensorCoding::Kept;
        if (std::ranges::none_of(tensor.array.as<std::uint16_t>(), isLarge)) return TensorCoding::Coded;
        if (!settings_.refusesLarge) return TensorCoding::Raw;
        throw Error(ErrorKind::Input,
                    "Tensor \"" + tensor.name + "\" holds NaN, infinities or weights of 2^113 or more.",
                    "Mend the file, or set on-large-exponent to raw.");
    }

    void plan() {
        std::string block;
        for (const bool searched : {true, false})
            for (std::size_t i = 0; i < set_.tensors.size(); ++i) {
                const Tensor& tensor = set_.tensors[i];
                if (codings_[i] != TensorCoding::Coded || isSearched_(tensor) != searched) continue;
                if (groups_.empty() || groups_.back().searched != searched ||
                    (searched && isNextGroup(block, tensor)))
                    groups_.push_back({searched});
                block = blockOf(tensor.name);
                addTensor(i, static_cast<std::size_t>(tensor.array.size()));
            }
        for (const Group& group : groups_)
            if (group.weights > UINT32_MAX)
                throw Error(ErrorKind::Usage, "A group of DFloat11 can't hold 2^32 weights or more.",
                            "Set grouping to part, tensor or block.");
    }

    bool isNextGroup(const std::string& block, const Tensor& tensor) const {
        switch (settings_.grouping) {
            case Grouping::Part:
                return groups_.back().weights >= partWeights;
            case Grouping::Tensor:
                return true;
            case Grouping::Block:
                return block != blockOf(tensor.name);
            default:
                return false;
        }
    }

    /// Large tensors are cut where parts are asked for.
    void addTensor(std::size_t tensor, std::size_t count) {
        const bool searched = groups_.back().searched;
        const bool isCut = settings_.grouping == Grouping::Part && searched;
        const std::size_t pieces = isCut ? std::max<std::size_t>(count / partWeights, 1) : 1;
        for (std::size_t i = 0; i < pieces; ++i) {
            if (i > 0) groups_.push_back({searched});
            const std::size_t begin = count * i / pieces;
            groups_.back().add({tensor, begin, count * (i + 1) / pieces - begin});
        }
    }

    void writeTensors(FieldWriter& header) const {
        header.u8(static_cast<std::uint8_t>(settings_.index));
        header.varint(settings_.chunksOfBlock);
        writeSetEntries(header, set_);
        header.varint(set_.tensors.size());
        std::string_view before;
        for (std::size_t i = 0; i < set_.tensors.size(); ++i) {
            const Tensor& tensor = set_.tensors[i];
            // Neighbours' names begin alike.
            const std::string& name = tensor.name;
            const auto alike =
                static_cast<std::size_t>(std::ranges::mismatch(before, name).in2 - name.begin());
            const std::size_t taken = std::min(alike, mostSharedName);
            header.u8(static_cast<std::uint8_t>(taken));
            header.text(std::string_view(name).substr(taken));
            before = name;
            header.u8(static_cast<std::uint8_t>(codings_[i]));
            if (codings_[i] == TensorCoding::Kept) header.text(toText(tensor.array.type()));
            header.varint(tensor.array.shape().size());
            for (const std::int64_t extent : tensor.array.shape())
                header.varint(static_cast<std::uint64_t>(extent));
        }
    }

    void addGroup(const Group& group, FieldWriter& header) {
        std::vector<std::uint8_t> exponents(group.weights), kept(group.weights);
        const std::vector<std::uint32_t> counts = split(group, exponents.data(), kept.data());
        signMantissa_.add("sign-mantissa", std::as_bytes(std::span(kept)), group.searched);
        const HuffmanCode code = exponentCode(counts, settings_.longest, settings_.limiter);
        exponents_.use(exponents_.addPart("exponents", group.searched));
        const std::uint64_t before = exponents_.bits();
        const StartIndex index =
            putExponents(exponents, code, settings_.chunksOfBlock, exponents_, [this] { context_.check(); });
        header.varint(group.weights);
        header.varint((exponents_.bits() - before) / 8);
        addIndex(index, group.searched);
        addTables(code, group.searched, header);
    }

    /// Gives how often each exponent occurs.
    std::vector<std::uint32_t> split(const Group& group, std::uint8_t* exponents, std::uint8_t* kept) const {
        std::vector<std::uint32_t> counts(256);
        for (const Segment& segment : group.segments) {
            auto weights =
                set_.tensors[segment.tensor].array.as<std::uint16_t>().subspan(segment.begin, segment.count);
            while (!weights.empty()) {
                context_.check();
                const std::size_t count = std::min(weights.size(), weightsBetweenChecks);
                splitWeights(weights.first(count), exponents, kept);
                std::ranges::transform(counts, histogramOf(std::span<const std::uint8_t>(exponents, count)),
                                       counts.begin(), std::plus());
                exponents += count;
                kept += count;
                weights = weights.subspan(count);
            }
        }
        return counts;
    }

    void addIndex(const StartIndex& index, bool searched) {
        gaps_.use(gaps_.addPart("gaps", searched));
        if (settings_.index == DFloat11Index::Threads)
            gaps_.putPacked(index.gaps, gapBits);
        else
            for (std::size_t chunk = 0; chunk < index.gaps.size(); chunk += settings_.chunksOfBlock)
                gaps_.put(index.gaps[chunk], gapBits);
        gaps_.alignToByte();
        positions_.use(positions_.addPart("positions", searched));
        for (const std::uint32_t position : index.positions)
            positions_.put(__builtin_bswap32(position), 32);
    }

    void addTables(const HuffmanCode& code, bool searched, FieldWriter& header) {
        tables_.use(tables_.addPart("tables", searched));
        if (settings_.index == DFloat11Index::Blocks) return code.write(tables_);
        const std::vector<std::uint8_t> tables = lookUpTables(code);
        header.varint(tables.size() / 256);
        tables_.putPacked(tables, 8);
    }

    Context& context_;
    Settings settings_;
    const TensorSet& set_;
    Searched isSearched_;
    std::vector<TensorCoding> codings_;
    std::vector<Group> groups_;
    BitWriter exponents_{"exponents"}, gaps_{"gaps"}, positions_{"positions"}, tables_{"tables"};
    Plane signMantissa_, raw_, kept_;
};

Settings settingsFrom(const Parameters& parameters) {
    const std::string& grouping = parameters.text("grouping");
    Settings settings;
    settings.grouping = grouping == "part"     ? Grouping::Part
                        : grouping == "tensor" ? Grouping::Tensor
                        : grouping == "block"  ? Grouping::Block
                                               : Grouping::Model;
    settings.index = parameters.text("index") == "threads" ? DFloat11Index::Threads : DFloat11Index::Blocks;
    settings.chunksOfBlock = static_cast<std::uint64_t>(parameters.integer("threads-per-block"));
    settings.longest = static_cast<int>(parameters.integer("max-code-length"));
    settings.limiter = parameters.text("length-limiter") == "reference" ? LengthLimiter::Reference
                                                                        : LengthLimiter::PackageMerge;
    settings.refusesLarge = parameters.text("on-large-exponent") == "error";
    if (!std::has_single_bit(settings.chunksOfBlock))
        throw Error(ErrorKind::Usage,
                    std::to_string(settings.chunksOfBlock) + " threads a block are no power of two.",
                    "Set threads-per-block to 512, or to another power of two.");
    return settings;
}

class DFloat11 : public CodecNode {
  public:
    /// Of a model of 135 million weights, at encoding: its tensors, all sections, the container and the stream.
    Resources resources(const Parameters&) const override { return {.memory = std::uint64_t{4} << 30}; }

    void encode(Context& context, const Inputs& inputs, const Parameters& parameters,
                ByteSink& sink) const override {
        const TensorSet& set = inputs.tensors("tensors");
        if (std::ranges::all_of(set.tensors, [](const Tensor& tensor) { return tensor.array.empty(); }))
            throw Error(ErrorKind::Input, "There are no weights to compress.",
                        "Connect a file that holds tensors.");
        Encoder(context, settingsFrom(parameters), set).encode(sink);
    }

    Outputs decode(Context& context, ByteSource& source, const Inputs&, const Parameters&) const override {
        return {{"tensors", std::make_shared<const TensorSet>(decodeDFloat11(context, source))}};
    }
};

constexpr const char* dfloat11Manual =
    R"(Lossless coding of bfloat16 weights: every bit comes back, whatever it means. Of the 16
bits of a weight, sign and mantissa (8 bits) look random and stand as they are; the 8 bits of the exponent hold about
2.6 bits of information and are **Huffman coded**. About 10.8 bits a weight, two thirds of the file, at unchanged
quality.

**Groups** share a code: a transformer block (`block`: neighbouring tensors whose names agree up to their first
number; tensors without a number stand alone), a tensor, the model, or a `part` (about 131,072 weights: large tensors
are cut, small neighbours joined). One more symbol, the end, is counted once, so every code has a bit at least.

**The index** says where decoding can begin. `threads` is the paper's, made for GPUs: codes lie in blocks of
`threads-per-block` chunks of 8 bytes; for each chunk 5 bits say where its first code starts, for each block 32 bits
which weight that is, and look-up tables stand in the stream. `blocks` keeps the start of each block alone, and of the
tables the lengths of the codes: all that a processor needs. It saves about 0.2 bits a weight.

Bits a weight, with L the mean length of a code, K look-up tables, N weights of a group and 512 threads:
8 + L·(1 + 5/64 + 32/32768) + 8·256·(K + 1)/N with `threads`, 8 + L·(1 + 37/32768) + about 130/N with `blocks`;
names, shapes and framing come on top, as do gaps and positions of the last, partly filled block.

**What it takes**: matrices and kernels must be bfloat16, else it refuses them: put `weights.cast` before it. A
bfloat16 tensor with a value of 2^113 or more, an infinity or a NaN stands `raw` (the tables use exponents from 240 on
as pointers), or is refused. Bfloat16 vectors form a group of their own. Other vectors and integers are `kept` bit for
bit. Codes of over 32 bits are shortened by `reference` (the rarest counts become 1) or `package-merge` (the best code
of that length); where 17 look-up tables are not enough, codes are shortened further.

Parts: `exponents`, `sign-mantissa`, `gaps`, `positions`, `tables`, `raw`, `kept`, `header`, `container`, `padding`.
)";

graph::Parameter choice(const char* id, const char* label, const char* help, std::vector<std::string> choices,
                        const char* standard) {
    graph::Parameter parameter;
    parameter.id = id;
    parameter.label = label;
    parameter.help = help;
    parameter.type = graph::ParameterType::Choice;
    parameter.defaultValue = std::string(standard);
    parameter.choices = std::move(choices);
    return parameter;
}

graph::Manifest dfloat11Manifest() {
    graph::Manifest manifest;
    manifest.id = dfloat11Id;
    manifest.version = dfloat11Version;
    manifest.title = "DFloat11";
    manifest.family = "weights";
    manifest.summary = "Lossless bfloat16 weights: Huffman-coded exponents, decoded in parallel";
    manifest.manual = dfloat11Manual;
    manifest.kind = graph::NodeKind::Codec;
    manifest.papers = {
        {"T. Zhang et al., 70% Size, 100% Accuracy: Lossless LLM Compression for Efficient GPU "
         "Inference via Dynamic-Length Float, NeurIPS 2025",
         "https://arxiv.org/abs/2504.11651"}};
    manifest.synonyms = {
        "DF11", "lossless", "BF16", "bfloat16", "Huffman", "exponent", "dynamic-length float"};
    manifest.inputs = {{.id = "tensors",
                        .label = "Tensors",
                        .type = graph::PortType::TensorSet,
                        .role = graph::PortRole::Coded,
                        .help = "Bfloat16 weights, and whatever lies beside them."}};
    manifest.outputs = {
        {.id = "tensors", .label = "Tensors", .type = graph::PortType::TensorSet, .help = "As given."},
        {.id = "bitstream",
         .label = "Stream",
         .type = graph::PortType::Bitstream,
         .help = "Codes, planes, index and tables in Ratescope's container."}};
    manifest.parameters = {
        choice("grouping", "Grouping", "Which weights share a code.", {"part", "tensor", "block", "model"},
               "block"),
        choice("index", "Index", "Where decoding can begin: at each GPU thread's chunk, or at each block.",
               {"threads", "blocks"}, "threads"),
        {.id = "threads-per-block",
         .label = "Threads a block",
         .help = "A block holds so many chunks of 8 bytes; a power of two.",
         .type = graph::ParameterType::Int,
         .defaultValue = std::int64_t{512},
         .minimum = 1,
         .maximum = 1024,
         .advanced = true},
        {.id = "max-code-length",
         .label = "Longest code",
         .help = "Codes have no more bits.",
         .type = graph::ParameterType::Int,
         .unit = "bit",
         .defaultValue = std::int64_t{32},
         .minimum = 8,
         .maximum = 32,
         .advanced = true},
        choice("length-limiter", "Length limiter", "How codes that are too long are shortened.",
               {"reference", "package-merge"}, "reference"),
        choice("on-large-exponent", "Large exponents",
               "What becomes of tensors with NaN, infinities or weights of 2^113 or more.", {"raw", "error"},
               "raw")};
    for (graph::Parameter& parameter : manifest.parameters)
        if (parameter.id == "length-limiter" || parameter.id == "on-large-exponent")
            parameter.advanced = true;
    manifest.extension = "df11";
    // Container, format 1, text "weights.dfloat11".
    manifest.magics = {"525343530110776569676874732e64666c6f61743131"};
    return manifest;
}

}  // namespace

NodeEntry dfloat11Node() {
    return {dfloat11Manifest(), [] { return std::make_unique<DFloat11>(); }};
}

}  // namespace ratescope::media::weights
