#include "plugins/weights/level_database.h"

#include "core/media/coding/bit_reader.h"
#include "core/media/coding/bit_writer.h"
#include "core/media/coding/fields.h"
#include "core/media/quality/execution.h"

#include <algorithm>

namespace ratescope::media::weights {
namespace {

void put(FieldWriter& fields, const engine::Matrix<std::uint16_t>& matrix) {
    fields.varint(static_cast<std::uint64_t>(matrix.rows));
    fields.varint(static_cast<std::uint64_t>(matrix.columns));
    fields.raw(std::as_bytes(std::span(matrix.values)));
}

engine::Matrix<std::uint16_t> matrixFrom(FieldReader& fields) {
    const std::uint64_t rows = fields.varintUpTo(fields.left() + 1);
    const std::uint64_t columns = fields.varintUpTo(fields.left() / std::max<std::uint64_t>(rows, 1));
    engine::Matrix<std::uint16_t> matrix(static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns));
    const auto bytes = fields.raw(matrix.values.size() * sizeof(std::uint16_t));
    std::ranges::copy(bytes, std::as_writable_bytes(std::span(matrix.values)).begin());
    return matrix;
}

}  // namespace

double outputLossOf(const CalibratedTensor& tensor, const engine::Matrix<float>& restored) {
    const OutputEnergy energy = outputEnergy(tensor, restored);
    return energy.all > 0 ? energy.lost / energy.all : energy.lost;
}

engine::GroupQuantised quantisedAt(Context& context, const CalibratedTensor& tensor,
                                   const engine::InverseFactor& factor, const LevelSettings& settings,
                                   int level) {
    engine::GroupQuantised stored =
        engine::gptq(tensor.name, tensor.weights, factor, {gridAt(level), settings.groupSize, false, false},
                     executionIn(context));
    if (settings.factor.actOrder) stored.order = factor.order;
    return stored;
}

PackedUnit packedUnit(Context& context, const CalibratedTensor& tensor, const LevelSettings& settings) {
    const engine::InverseFactor factor = factorOf(context, tensor, settings.factor);
    PackedUnit unit{tensor.name, {tensor.weights.rows, tensor.weights.columns}, 0, {}, {}};
    for (int level = 0; level < levelCount; ++level) {
        const engine::GroupQuantised stored = quantisedAt(context, tensor, factor, settings, level);
        BitWriter codes("codes");
        codes.putPacked(stored.codes.values, gridAt(level).bits);
        unit.levels.push_back({codes.finish().bytes, stored.scales, stored.zeros,
                               engine::storedBits(stored, gridAt(level)),
                               outputLossOf(tensor, stored.weights)});
        unit.groupSize = stored.groupSize;
        unit.order = stored.order;
    }
    return unit;
}

engine::Matrix<float> weightsAt(const PackedUnit& unit, int level) {
    const PackedLevel& packed = unit.levels.at(static_cast<std::size_t>(level));
    engine::GroupQuantised stored;
    stored.groupSize = unit.groupSize;
    stored.codes = engine::Matrix<std::uint16_t>(unit.shape.rows, unit.shape.columns);
    BitReader(packed.codes).getPacked(stored.codes.values, gridAt(level).bits);
    stored.scales = packed.scales;
    stored.zeros = packed.zeros;
    stored.order = unit.order;
    return engine::dequantised(stored, gridAt(level));
}

FieldWriter fieldsOf(const PackedUnit& unit) {
    FieldWriter fields;
    fields.text(unit.name);
    fields.varint(static_cast<std::uint64_t>(unit.shape.rows));
    fields.varint(static_cast<std::uint64_t>(unit.shape.columns));
    fields.varint(static_cast<std::uint64_t>(unit.groupSize));
    fields.varint(unit.order.size());
    for (const std::int64_t place : unit.order)
        fields.varint(static_cast<std::uint64_t>(place));
    fields.varint(unit.levels.size());
    for (const PackedLevel& level : unit.levels) {
        fields.varint(level.codes.size());
        fields.raw(level.codes);
        put(fields, level.scales);
        put(fields, level.zeros);
        fields.varint(level.bits);
        fields.f64(level.error);
    }
    return fields;
}

PackedUnit packedUnitFrom(FieldReader& fields) {
    PackedUnit unit;
    unit.name = fields.text();
    const std::uint64_t large = std::uint64_t{1} << 40;
    unit.shape.rows = static_cast<std::int64_t>(fields.varintUpTo(large));
    unit.shape.columns = static_cast<std::int64_t>(fields.varintUpTo(large));
    unit.groupSize = static_cast<std::int64_t>(fields.varintUpTo(large));
    for (std::uint64_t left = fields.varintUpTo(fields.left()); left > 0; --left)
        unit.order.push_back(static_cast<std::int64_t>(fields.varintUpTo(large)));
    for (std::uint64_t left = fields.varintUpTo(fields.left()); left > 0; --left) {
        PackedLevel& level = unit.levels.emplace_back();
        const auto codes = fields.raw(fields.varintUpTo(fields.left()));
        level.codes.assign(codes.begin(), codes.end());
        level.scales = matrixFrom(fields);
        level.zeros = matrixFrom(fields);
        level.bits = fields.varint();
        level.error = fields.f64();
    }
    return unit;
}

}  // namespace ratescope::media::weights
