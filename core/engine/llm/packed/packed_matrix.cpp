#include "core/engine/llm/packed/packed_matrix.h"

#include "core/engine/llm/packed/packed_group.h"
#include "core/error.h"
#include "core/media/quality/half.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace ratescope::engine {
namespace {

constexpr std::size_t tileRows = PackedTiles::rowsOfTile;
constexpr std::size_t groupColumns = PackedTiles::columnsOfGroup;
constexpr std::size_t cacheLine = 64;

[[noreturn]] void refuse(const std::string& what) {
    throw Error(ErrorKind::Input, what,
                "Fetch the model's file again, or use the weights as they are stored.");
}

PackedFormat formatOf(media::BlockFormat blocks) {
    switch (blocks) {
        case media::BlockFormat::Q4_0:
            return PackedFormat::SymmetricFour;
        case media::BlockFormat::Q4_1:
            return PackedFormat::AsymmetricFour;
        case media::BlockFormat::Q8_0:
            return PackedFormat::SymmetricEight;
        default:
            throw Error(ErrorKind::Input, "Only blocks of Q4_0, Q4_1 and Q8_0 can be packed as they are.",
                        "Convert the weights to floats first.");
    }
}

void checkSizes(std::size_t elements, std::size_t rows, std::size_t ofRow) {
    if (rows == 0 || ofRow == 0 || elements % rows != 0 || elements / rows != ofRow)
        throw Error(ErrorKind::Internal,
                    "A matrix to be packed has " + std::to_string(elements) + " elements or bytes, not " +
                        std::to_string(rows) + " rows of " + std::to_string(ofRow) + '.',
                    "");
}

void placeElements(float* tile, std::size_t row, std::span<const float> values) {
    for (std::size_t column = 0; column < values.size(); ++column)
        tile[column * tileRows + row] = values[column];
}

}  // namespace

const char* toText(PackedFormat format) {
    switch (format) {
        case PackedFormat::SymmetricFour:
            return "4 bit symmetric";
        case PackedFormat::AsymmetricFour:
            return "4 bit";
        case PackedFormat::SymmetricEight:
            return "8 bit";
        default:
            return "fp32";
    }
}

PackedMatrix::PackedMatrix(PackedFormat format, std::size_t rows, std::size_t columns) : columns_(columns) {
    tiles_.format = format;
    tiles_.rows = rows;
    tiles_.groups = (columns + groupColumns - 1) / groupColumns;
    tiles_.codesAt = (tiles_.groups * scaleBytesOf(format) + cacheLine - 1) / cacheLine * cacheLine;
    tiles_.bytesOfTile = tiles_.codesAt + tiles_.groups * codeBytesOf(format);
    memory_ = Array(DType::U8, {static_cast<std::int64_t>(tiles_.count()),
                                static_cast<std::int64_t>(tiles_.bytesOfTile)});
    tiles_.tiles = memory_.bytes().data();
}

PackedMatrix PackedMatrix::fromFloats(std::span<const float> values, std::size_t rows, std::size_t columns,
                                      PackedFormat format) {
    checkSizes(values.size(), rows, columns);
    if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); }))
        refuse("A weight is infinite or not a number.");
    PackedMatrix matrix(format, rows, columns);
    std::byte* const tiles = matrix.memory_.writableBytes().data();
    for (std::size_t row = 0; row < rows; ++row) {
        std::byte* const tile = tiles + row / tileRows * matrix.tiles_.bytesOfTile;
        const std::span<const float> here = values.subspan(row * columns, columns);
        if (format == PackedFormat::Float32) {
            placeElements(reinterpret_cast<float*>(tile), row % tileRows, here);
            continue;
        }
        for (std::size_t group = 0; group < matrix.tiles_.groups; ++group) {
            const std::size_t from = group * groupColumns;
            const auto packed =
                quantisedGroup(format, here.subspan(from, std::min(groupColumns, columns - from)));
            if (!packed) refuse("The scale of a group of weights exceeds half precision.");
            placeGroup(matrix.tiles_, tile, row % tileRows, group, *packed);
        }
    }
    return matrix;
}

PackedMatrix PackedMatrix::fromBlocks(std::span<const std::byte> bytes, std::size_t rows, std::size_t columns,
                                      media::BlockFormat blocks) {
    const PackedFormat format = formatOf(blocks);
    const std::size_t ofBlock = bytesOfBlock(blocks);
    if (columns % groupColumns != 0)
        refuse("A row of " + std::to_string(columns) + " weights is not made of whole blocks of 32.");
    checkSizes(bytes.size(), rows, columns / groupColumns * ofBlock);
    PackedMatrix matrix(format, rows, columns);
    std::byte* const tiles = matrix.memory_.writableBytes().data();
    for (std::size_t row = 0; row < rows; ++row) {
        std::byte* const tile = tiles + row / tileRows * matrix.tiles_.bytesOfTile;
        for (std::size_t group = 0; group < matrix.tiles_.groups; ++group) {
            const PackedGroup packed =
                groupOfBlock(blocks, bytes.subspan((row * matrix.tiles_.groups + group) * ofBlock, ofBlock));
            if (!isFiniteHalf(packed.scale) || !isFiniteHalf(packed.minimum))
                refuse("The scale of a block of weights is infinite or not a number.");
            placeGroup(matrix.tiles_, tile, row % tileRows, group, packed);
        }
    }
    return matrix;
}

void PackedMatrix::moveTo(std::span<std::byte> place, std::shared_ptr<const void> owner) {
    std::ranges::copy(memory_.bytes(), place.begin());
    memory_ = Array(memory_.type(), memory_.shape(), place, std::move(owner));
    tiles_.tiles = memory_.bytes().data();
}

void PackedMatrix::row(std::size_t index, std::span<float> out) const {
    if (index >= rows() || out.size() != columns_)
        throw Error(ErrorKind::Internal, "A packed matrix has no row of that number or length.", "");
    const std::byte* const tile = tiles_.tiles + index / tileRows * tiles_.bytesOfTile;
    if (format() == PackedFormat::Float32) {
        const auto* const elements = reinterpret_cast<const float*>(tile);
        for (std::size_t column = 0; column < columns_; ++column)
            out[column] = elements[column * tileRows + index % tileRows];
        return;
    }
    for (std::size_t group = 0; group < tiles_.groups; ++group) {
        const PackedGroup packed = takenGroup(tiles_, tile, index % tileRows, group);
        const float scale = media::halfToFloat(packed.scale);
        const float minimum = media::halfToFloat(packed.minimum);
        const std::size_t from = group * groupColumns;
        for (std::size_t i = 0; i < std::min(groupColumns, columns_ - from); ++i) {
            const float product = static_cast<float>(packed.codes[i] - zeroOf(format())) * scale;
            out[from + i] = format() == PackedFormat::AsymmetricFour ? product + minimum : product;
        }
    }
}

}  // namespace ratescope::engine
