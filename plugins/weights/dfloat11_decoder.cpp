#include "plugins/weights/dfloat11_decoder.h"

#include "core/media/coding/bit_reader.h"
#include "core/media/coding/container.h"
#include "core/media/coding/damaged.h"
#include "core/media/coding/huffman_runs.h"
#include "core/media/quality/execution.h"
#include "core/media/quality/searched.h"
#include "plugins/weights/dfloat11_format.h"
#include "plugins/weights/tensor_list.h"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <string>
#include <utility>

namespace ratescope::media::weights {
namespace {

constexpr std::uint64_t largestRank = 64;
constexpr std::uint64_t mostChunks = 1024;
constexpr std::size_t blocksOfPiece = 32;  // decoded at once: about 400,000 weights, which the cache holds
constexpr std::size_t runsOfPiece = 4;

struct CodedGroup {
    std::size_t firstWeight = 0;  ///< of all coded ones
    std::uint64_t weights = 0;
    std::span<const std::byte> exponents{};
    HuffmanCode code;
    std::vector<std::uint64_t> starts{};     ///< by block: bit of its first code
    std::vector<std::uint32_t> positions{};  ///< by block: its first weight; and their number
};

struct Piece {
    const CodedGroup* group = nullptr;
    std::size_t firstBlock = 0, endBlock = 0;
};

/// The weights of a tensor among all coded ones.
struct Target {
    std::size_t firstWeight = 0;
    std::span<std::uint16_t> weights{};
};

class Decoder {
  public:
    Decoder(Context& context, ByteSource& source)
        : context_(context),
          container_(source, dfloat11Id, dfloat11Version),
          header_(container_.header()),
          exponents_(container_.section("exponents")),
          signMantissa_(container_.section("sign-mantissa")),
          gaps_(container_.section("gaps")),
          positions_(container_.section("positions")),
          tables_(container_.section("tables")),
          raw_(container_.section("raw")),
          kept_(container_.section("kept")) {
        const std::uint8_t index = header_.u8();
        if (index > 1) throw damaged("its index is of an unknown kind");
        index_ = static_cast<DFloat11Index>(index);
        chunksOfBlock_ = header_.varintUpTo(mostChunks);
        if (!std::has_single_bit(chunksOfBlock_)) throw damaged("its blocks are no power of two");
    }

    TensorSet decode() {
        TensorSet set = readTensors();
        readGroups();
        if (header_.left() + positions_.left() + raw_.left() + kept_.left() > 0)
            throw damaged("it holds more than its tensors");
        gaps_.expectEnd();
        tables_.expectEnd();
        std::vector<Piece> pieces;
        for (const CodedGroup& group : groups_)
            for (std::size_t block = 0; block < group.starts.size(); block += blocksOfPiece)
                pieces.push_back({&group, block, std::min(block + blocksOfPiece, group.starts.size())});
        context_.progress(0);
        executionIn(context_).forEach(pieces.size(), [&](std::size_t i) { decodePiece(pieces[i]); });
        return set;
    }

  private:
    TensorSet readTensors() {
        SetEntries entries = readSetEntries(header_);
        TensorSet set{std::move(entries.schema), {}, std::move(entries.metadata)};
        const std::uint64_t tensors = header_.varintUpTo(header_.left());
        std::vector<std::size_t> coded;
        for (std::uint64_t i = 0; i < tensors; ++i) {
            context_.check();
            auto [tensor, coding] = nextTensor();
            if (coding == TensorCoding::Coded) coded.push_back(i);
            set.tensors.push_back(std::move(tensor));
        }
        // All searched tensors come before the others.
        const Searched isSearched(set);
        std::stable_partition(coded.begin(), coded.end(),
                              [&](std::size_t i) { return isSearched(set.tensors[i]); });
        std::size_t first = 0;
        for (const std::size_t i : coded) {
            targets_.push_back({first, set.tensors[i].array.writable<std::uint16_t>()});
            first += targets_.back().weights.size();
        }
        if (first != signMantissa_.size()) throw damaged("its tensors do not hold its weights");
        return set;
    }

    std::pair<Tensor, TensorCoding> nextTensor() {
        Tensor tensor;
        const std::uint8_t taken = header_.u8();
        if (taken > std::min(name_.size(), mostSharedName))
            throw damaged("a name begins with too many letters");
        name_.resize(taken);
        tensor.name = name_ += header_.text();
        const std::uint8_t coding = header_.u8();
        if (coding > 2) throw damaged("a tensor is of an unknown kind");
        const auto kind = static_cast<TensorCoding>(coding);
        const DType type = kind == TensorCoding::Kept ? dtypeFromText(header_.text()) : DType::BF16;
        Shape shape(header_.varintUpTo(largestRank));
        for (std::int64_t& extent : shape)
            extent = static_cast<std::int64_t>(header_.varintUpTo(std::uint64_t{1} << 62));
        const auto elements = static_cast<std::uint64_t>(elementCount(shape));
        FieldReader& stored = kind == TensorCoding::Raw ? raw_ : kept_;
        const std::uint64_t most =
            kind == TensorCoding::Coded ? signMantissa_.size() - coded_ : stored.left() / sizeOf(type);
        if (elements > most) throw damaged("a tensor is larger than what is there for it");
        // readGroups() sees to it that the codes fill all coded tensors.
        tensor.array = Array::unwritten(type, shape);
        if (kind == TensorCoding::Coded)
            coded_ += elements;
        else
            std::ranges::copy(stored.raw(tensor.array.byteSize()), tensor.array.writableBytes().begin());
        return {std::move(tensor), kind};
    }

    void readGroups() {
        const std::uint64_t count = header_.varintUpTo(header_.left());
        std::uint64_t weights = 0, bytes = 0;
        for (std::uint64_t i = 0; i < count; ++i) {
            context_.check();
            const std::uint64_t groupWeights = header_.varintUpTo(coded_ - weights);
            const std::uint64_t groupBytes = header_.varintUpTo(exponents_.size() - bytes);
            if (groupWeights == 0 || groupWeights > 8 * groupBytes || groupWeights > UINT32_MAX)
                throw damaged("a group does not hold its weights");
            CodedGroup& group = groups_.emplace_back(
                CodedGroup{weights, groupWeights, exponents_.subspan(bytes, groupBytes), nextCode()});
            readIndex(group);
            weights += groupWeights;
            bytes += groupBytes;
        }
        if (weights != coded_ || bytes != exponents_.size())
            throw damaged("its groups do not hold its weights");
    }

    HuffmanCode nextCode() {
        if (index_ == DFloat11Index::Blocks) {
            HuffmanCode code = HuffmanCode::read(tables_, endSymbol + 1);
            requireExponents(code);
            return code;
        }
        std::vector<std::uint8_t> tables(256 * header_.varintUpTo(tables_.left() / 8 / 256));
        tables_.getPacked(tables, 8);
        return codeOfTables(tables);
    }

    void readIndex(CodedGroup& group) {
        const std::uint64_t bitsOfBlock = chunksOfBlock_ * chunkBits;
        const std::uint64_t blocks =
            (8 * std::uint64_t{group.exponents.size()} + bitsOfBlock - 1) / bitsOfBlock;
        // What follows is the index of all blocks: memory is asked for only where it is there.
        if (blocks >= positions_.left() / 4 || blocks > gaps_.left() / gapBits)
            throw damaged("its index is too short");
        const int skipped =
            index_ == DFloat11Index::Threads ? gapBits * (static_cast<int>(chunksOfBlock_) - 1) : 0;
        for (std::uint64_t block = 0; block < blocks; ++block) {
            group.starts.push_back(block * bitsOfBlock + gaps_.get(gapBits));
            gaps_.skip(skipped);
            group.positions.push_back(positions_.u32());
        }
        gaps_.alignToByte();
        group.positions.push_back(positions_.u32());
        if (group.positions.front() != 0 || group.positions.back() != group.weights ||
            !std::ranges::is_sorted(group.positions))
            throw damaged("its blocks do not hold its weights");
    }

    void decodePiece(const Piece& piece) const {
        const CodedGroup& group = *piece.group;
        const std::size_t begin = group.positions[piece.firstBlock];
        const std::size_t count = group.positions[piece.endBlock] - begin;
        const auto memory = std::make_unique_for_overwrite<std::uint8_t[]>(count);
        const std::span exponents(memory.get(), count);
        std::vector<HuffmanRun> runs;
        std::vector<std::size_t> ends;
        const std::size_t blocks = piece.endBlock - piece.firstBlock;
        for (std::size_t i = 0; i < runsOfPiece; ++i) {
            const std::size_t first = piece.firstBlock + blocks * i / runsOfPiece;
            const std::size_t end = piece.firstBlock + blocks * (i + 1) / runsOfPiece;
            const std::size_t from = group.positions[first], to = group.positions[end];
            if (from == to) continue;
            runs.push_back({group.starts[first], exponents.subspan(from - begin, to - from)});
            ends.push_back(end);
        }
        HuffmanRunDecoder(group.code).decode(group.exponents, runs);
        for (std::size_t i = 0; i < runs.size(); ++i)
            requireEnd(group, ends[i], runs[i].end);
        join(group.firstWeight + begin, exponents);
    }

    /// A run must end where the next block's first code starts, and the last one within the last byte.
    static void requireEnd(const CodedGroup& group, std::size_t nextBlock, std::uint64_t end) {
        const bool isLast = group.positions[nextBlock] == group.weights;
        const std::uint64_t all = 8 * std::uint64_t{group.exponents.size()};
        if (isLast ? all - end >= 8 : end != group.starts[nextBlock])
            throw damaged("its codes do not end where its index says");
        if (!isLast || all == end) return;
        if ((std::to_integer<unsigned>(group.exponents.back()) & ((1U << (all - end)) - 1)) != 0)
            throw damaged("its padding is not zero");
    }

    void join(std::size_t first, std::span<const std::uint8_t> exponents) const {
        const auto* kept = reinterpret_cast<const std::uint8_t*>(signMantissa_.data());
        auto target = std::ranges::upper_bound(targets_, first, {}, &Target::firstWeight) - 1;
        for (std::size_t done = 0; done < exponents.size(); ++target) {
            const std::size_t at = first + done - target->firstWeight;
            const std::size_t count = std::min(target->weights.size() - at, exponents.size() - done);
            joinWeights(exponents.data() + done, kept + first + done, target->weights.subspan(at, count));
            done += count;
        }
    }

    Context& context_;
    ContainerReader container_;
    FieldReader header_;
    std::span<const std::byte> exponents_, signMantissa_;
    BitReader gaps_;
    FieldReader positions_;
    BitReader tables_;
    FieldReader raw_, kept_;
    DFloat11Index index_ = DFloat11Index::Threads;
    std::uint64_t chunksOfBlock_ = 0;
    std::string name_;         ///< of the tensor before
    std::uint64_t coded_ = 0;  ///< weights so far
    std::vector<CodedGroup> groups_;
    std::vector<Target> targets_;
};

}  // namespace

TensorSet decodeDFloat11(Context& context, ByteSource& source) {
    return Decoder(context, source).decode();
}

}  // namespace ratescope::media::weights
