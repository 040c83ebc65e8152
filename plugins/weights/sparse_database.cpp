#include "plugins/weights/sparse_database.h"

#include "core/engine/quant/prune.h"
#include "core/media/coding/bit_reader.h"
#include "core/media/coding/bit_writer.h"
#include "core/media/quality/execution.h"
#include "core/media/quality/half.h"
#include "plugins/weights/level_database.h"
#include "plugins/weights/sparse_codes.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace ratescope::media::weights {
namespace {

SparseLevel packed(const engine::Matrix<float>& weights, std::int64_t zeros, double error) {
    SparseLevel level;
    level.zeros = zeros;
    BitWriter mask("mask");
    for (const float value : weights.values) {
        mask.put(value != 0 ? 1 : 0, 1);
        if (value != 0) level.values.push_back(floatToHalf(value));
    }
    level.mask = mask.finish().bytes;
    level.bits = 1 + engine::sparseBits(weights, sparseValueBits);  // and which form it has
    level.error = error;
    return level;
}

}  // namespace

engine::Matrix<float> prunedTo(Context& context, const CalibratedTensor& tensor,
                               const engine::InverseFactor& factor, std::int64_t zeros) {
    return halved(
        tensor.name,
        engine::pruneSparseGptTo(tensor.name, tensor.weights, factor, zeros, executionIn(context)).quantised);
}

SparseUnit sparseUnit(Context& context, const CalibratedTensor& tensor, const SparsitySettings& settings) {
    const engine::InverseFactor factor = factorOf(context, tensor, settings.factor);
    const std::int64_t all = tensor.weights.rows * tensor.weights.columns;
    const auto middle = static_cast<std::int64_t>(std::floor(settings.target * static_cast<double>(all)));
    const std::int64_t most = settings.mostLevel;
    const std::int64_t below = std::min(most, middle / settings.step),
                       above = std::min(most, (all - middle) / settings.step);
    SparseUnit unit{tensor.name, {tensor.weights.rows, tensor.weights.columns}, static_cast<int>(below), {}};
    for (std::int64_t level = -below; level <= above; ++level) {
        const std::int64_t zeros = middle + level * settings.step;
        const engine::Matrix<float> weights = prunedTo(context, tensor, factor, zeros);
        unit.levels.push_back(packed(weights, zeros, outputLossOf(tensor, weights)));
    }
    return unit;
}

engine::Matrix<float> weightsAt(const SparseUnit& unit, int level) {
    const SparseLevel& packed = unit.levels.at(static_cast<std::size_t>(level));
    engine::Matrix<float> weights(unit.shape.rows, unit.shape.columns);
    BitReader mask(packed.mask);
    auto value = packed.values.begin();
    for (float& weight : weights.values)
        if (mask.get(1) != 0) weight = halfToFloat(*value++);
    return weights;
}

FieldWriter fieldsOf(const SparseUnit& unit) {
    FieldWriter fields;
    fields.text(unit.name);
    fields.varint(static_cast<std::uint64_t>(unit.shape.rows));
    fields.varint(static_cast<std::uint64_t>(unit.shape.columns));
    fields.varint(static_cast<std::uint64_t>(unit.middle));
    fields.varint(unit.levels.size());
    for (const SparseLevel& level : unit.levels) {
        fields.varint(static_cast<std::uint64_t>(level.zeros));
        fields.varint(level.mask.size());
        fields.raw(level.mask);
        fields.varint(level.values.size());
        fields.raw(std::as_bytes(std::span(level.values)));
        fields.varint(level.bits);
        fields.f64(level.error);
    }
    return fields;
}

SparseUnit sparseUnitFrom(FieldReader& fields) {
    const std::uint64_t large = std::uint64_t{1} << 40;
    SparseUnit unit;
    unit.name = fields.text();
    unit.shape.rows = static_cast<std::int64_t>(fields.varintUpTo(large));
    unit.shape.columns = static_cast<std::int64_t>(fields.varintUpTo(large));
    unit.middle = static_cast<int>(fields.varintUpTo(fields.left()));
    for (std::uint64_t left = fields.varintUpTo(fields.left()); left > 0; --left) {
        SparseLevel& level = unit.levels.emplace_back();
        level.zeros = static_cast<std::int64_t>(fields.varintUpTo(large));
        const auto mask = fields.raw(fields.varintUpTo(fields.left()));
        level.mask.assign(mask.begin(), mask.end());
        level.values.resize(fields.varintUpTo(fields.left() / sizeof(std::uint16_t)));
        const auto values = fields.raw(level.values.size() * sizeof(std::uint16_t));
        std::ranges::copy(values, std::as_writable_bytes(std::span(level.values)).begin());
        level.bits = fields.varint();
        level.error = fields.f64();
    }
    return unit;
}

}  // namespace ratescope::media::weights
