#include "plugins/weights/bitstack_stream.h"

#include "core/media/quality/execution.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <utility>

namespace ratescope::media::weights {
namespace {

using engine::BitstackBlock;
using engine::BitstackShape;
using engine::BitstackStack;

constexpr std::uint8_t noSignsFlag = 1;
constexpr std::uint64_t largestRank = 65535;

int orderBits(std::size_t stacks) {
    return stacks > 65536 ? 32 : 16;
}

std::uint64_t varintBytes(std::uint64_t value) {
    return (static_cast<std::uint64_t>(std::bit_width(value | 1)) + 6) / 7;
}

std::size_t bytesOf(std::int64_t count) {
    return static_cast<std::size_t>(count);
}

/// The sections as they stand in the stream; what each bit is for follows from the shapes and the order.
struct Sections {
    std::span<const std::byte> header, signs, factors, order, kept;
};

void writeSections(const Sections& sections, std::span<const BitstackShape> stacks,
                   std::span<const std::int64_t> order, ByteSink& sink) {
    LedgeredBytes signs{{sections.signs.begin(), sections.signs.end()}, {}};
    const auto count = [&](const BitstackShape& shape) {
        signs.ledger.add("signs", static_cast<std::uint64_t>(shape.signCount()), true);
        const std::int64_t padding = 8 * shape.signBytes() - shape.signCount();
        if (padding > 0) signs.ledger.add("padding", static_cast<std::uint64_t>(padding));
    };
    for (const BitstackShape& shape : stacks)
        count(shape);
    for (const std::int64_t stack : order)
        count(stacks[static_cast<std::size_t>(stack)]);
    ContainerWriter container(bitstackId, bitstackVersion);
    container.header().raw(sections.header);
    container.addSection("signs", std::move(signs));
    container.addSection("factors", sections.factors, true);
    container.addSection("order", sections.order, true);
    container.addSection("kept", sections.kept);
    container.finish(sink);
}

std::string mebibytes(double bytes) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.4f MiB", bytes / (1 << 20));
    return text.data();
}

std::vector<std::uint16_t> halvesAt(BitReader& reader, std::int64_t count) {
    std::vector<std::uint16_t> halves(static_cast<std::size_t>(count));
    reader.getPacked(halves, 16);
    return halves;
}

}  // namespace

void writeBitstack(const TensorSet& set, const BitstackContent& content, ByteSink& sink) {
    FieldWriter header;
    header.u8(content.signs ? 0 : noSignsFlag);
    header.varint(static_cast<std::uint64_t>(content.rank));
    writeTensorList(header, set);
    std::vector<BitstackShape> shapes;
    std::vector<std::byte> signs;
    BitWriter factors("factors", true), order("order", true);
    const auto put = [&](const BitstackBlock& block) {
        const auto bytes = std::as_bytes(std::span(block.signs));
        signs.insert(signs.end(), bytes.begin(), bytes.end());
        factors.putPacked(std::span(block.left), 16);
        factors.putPacked(std::span(block.right), 16);
    };
    for (const BitstackStack& stack : content.stacks) {
        shapes.push_back(stack.shape);
        put(stack.blocks.front());
    }
    std::vector<std::size_t> heights(shapes.size(), 1);
    for (const std::int64_t number : content.order) {
        const auto stack = static_cast<std::size_t>(number);
        put(content.stacks[stack].blocks[heights[stack]++]);
        order.put(static_cast<std::uint64_t>(number), orderBits(shapes.size()));
    }
    const std::vector<std::byte> factorBytes = factors.finish().bytes, orderBytes = order.finish().bytes;
    writeSections({header.bytes(), signs, factorBytes, orderBytes, content.kept}, shapes, content.order,
                  sink);
}

BitstackReader::BitstackReader(ByteSource& source)
    : container_(source, bitstackId, bitstackVersion),
      signs_(container_.section("signs")),
      factors_(container_.section("factors")),
      orderBytes_(container_.section("order")),
      kept_(container_.section("kept")),
      size_(source.all().size()) {
    FieldReader fields = container_.header();
    FieldReader whole = fields;
    header_ = whole.raw(whole.left());
    const std::uint8_t flags = fields.u8();
    const auto rank = static_cast<std::int64_t>(fields.varintUpTo(largestRank));
    if (flags > noSignsFlag) throw damagedStream(bitstackId);
    list_ = readTensorList(fields, bitstackId);
    for (const ListedTensor& tensor : list_.tensors) {
        const MatrixShape shape = tensor.searched ? matrixShape(tensor.shape) : MatrixShape();
        if (shape.rows == 0) continue;
        // A block takes an eighth of a byte a weight or more, with or without signs.
        const auto weights =
            static_cast<std::uint64_t>(shape.rows) * static_cast<std::uint64_t>(shape.columns);
        if (weights / 8 > signs_.size() + factors_.size()) throw damagedStream(bitstackId);
        stacks_.push_back(engine::bitstackShape(shape.rows, shape.columns, rank, flags != noSignsFlag));
    }
    places_.resize(stacks_.size());
    for (std::size_t stack = 0; stack < stacks_.size(); ++stack)
        placeBlock(stack);
    readOrder();
    if (end_.signs != signs_.size() || end_.factors != factors_.size()) throw damagedStream(bitstackId);
}

/// Each stack may be one block higher than another, no more.
void BitstackReader::readOrder() {
    const int bits = orderBits(stacks_.size());
    if (8 * orderBytes_.size() % static_cast<std::size_t>(bits) != 0) throw damagedStream(bitstackId);
    BitReader reader(orderBytes_);
    while (reader.left() > 0) {
        const std::uint64_t stack = reader.get(bits);
        if (stack >= stacks_.size() || places_[stack].size() != 1 + order_.size() / stacks_.size())
            throw damagedStream(bitstackId);
        placeBlock(stack);
        order_.push_back(static_cast<std::int64_t>(stack));
    }
}

void BitstackReader::placeBlock(std::size_t stack) {
    const BitstackShape& shape = stacks_[stack];
    if (bytesOf(shape.signBytes()) > signs_.size() - end_.signs ||
        bytesOf(2 * shape.factorCount()) > factors_.size() - end_.factors)
        throw damagedStream(bitstackId);
    places_[stack].push_back(end_);
    end_.signs += bytesOf(shape.signBytes());
    end_.factors += bytesOf(2 * shape.factorCount());
}

BitstackReader::Place BitstackReader::endWith(std::size_t blocks) const {
    Place end = end_;
    for (std::size_t i = blocks; i < order_.size(); ++i) {
        const BitstackShape& shape = stacks_[static_cast<std::size_t>(order_[i])];
        end.signs -= bytesOf(shape.signBytes());
        end.factors -= bytesOf(2 * shape.factorCount());
    }
    return end;
}

std::uint64_t BitstackReader::sizeWith(std::size_t blocks) const {
    const Place end = endWith(blocks);
    const std::size_t order = blocks * static_cast<std::size_t>(orderBits(stacks_.size())) / 8;
    const std::array<std::pair<std::size_t, std::size_t>, 3> lengths{
        {{signs_.size(), end.signs}, {factors_.size(), end.factors}, {orderBytes_.size(), order}}};
    std::uint64_t size = size_;
    for (const auto& length : lengths)  // the framing holds each length too
        size -= length.first - length.second + varintBytes(length.first) - varintBytes(length.second);
    return size;
}

std::size_t BitstackReader::blocksWithin(std::uint64_t bytes) const {
    const std::uint64_t least = sizeWith(0);
    if (least > bytes)
        throw Error(ErrorKind::Usage,
                    "The budget of " + mebibytes(static_cast<double>(bytes)) +
                        " is less than one block of each tensor takes.",
                    "Set max-memory to " +
                        mebibytes(std::ceil(static_cast<double>(least) / 100) * 100 + 100) + " or more.");
    std::size_t fits = 0, tooMany = order_.size() + 1;
    while (tooMany - fits > 1) {
        const std::size_t middle = fits + (tooMany - fits) / 2;
        (sizeWith(middle) <= bytes ? fits : tooMany) = middle;
    }
    return fits;
}

void BitstackReader::write(std::size_t blocks, ByteSink& sink) const {
    const Place end = endWith(blocks);
    const std::size_t order = blocks * static_cast<std::size_t>(orderBits(stacks_.size())) / 8;
    writeSections(
        {header_, signs_.first(end.signs), factors_.first(end.factors), orderBytes_.first(order), kept_},
        stacks_, std::span(order_).first(blocks), sink);
}

std::vector<float> BitstackReader::weightsOf(Context& context, std::size_t stack) const {
    const BitstackShape& shape = stacks_[stack];
    engine::Matrix<float> sum(shape.rows, shape.columns);
    for (const Place& place : places_[stack]) {
        context.check();
        BitstackBlock block;
        const auto signs = signs_.subspan(place.signs, bytesOf(shape.signBytes()));
        const auto* first = reinterpret_cast<const std::uint8_t*>(signs.data());
        block.signs.assign(first, first + signs.size());
        BitReader factors(factors_.subspan(place.factors));
        block.left = halvesAt(factors, shape.rank * shape.rows);
        block.right = halvesAt(factors, shape.rank * shape.columns);
        engine::addBlock(sum, shape, block, executionIn(context));
    }
    return std::move(sum.values);
}

TensorSet BitstackReader::decode(Context& context) const {
    TensorSet set{list_.entries.schema, {}, list_.entries.metadata};
    BitReader kept(kept_);
    std::size_t stack = 0;
    for (std::size_t i = 0; i < list_.tensors.size(); ++i) {
        context.progress(static_cast<double>(i) / static_cast<double>(list_.tensors.size()));
        const ListedTensor& tensor = list_.tensors[i];
        if (!tensor.searched) {
            set.tensors.push_back({tensor.name, getKept(kept, tensor, bitstackId)});
            continue;
        }
        Array array(DType::F32, tensor.shape);
        if (!array.empty()) std::ranges::copy(weightsOf(context, stack++), array.writable<float>().begin());
        set.tensors.push_back({tensor.name, std::move(array)});
    }
    kept.expectEnd();
    return set;
}

}  // namespace ratescope::media::weights
