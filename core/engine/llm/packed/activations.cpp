#include "core/engine/llm/packed/activations.h"

#include "core/engine/llm/packed/packed_matrix.h"
#include "core/error.h"
#include "core/instruction_set.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace ratescope::engine {
namespace {

constexpr std::size_t groupColumns = PackedTiles::columnsOfGroup;

/// The greatest magnitude's bits: more than those of infinity where a value is not a number.
RATESCOPE_INLINE std::uint32_t greatestMagnitude(const float* values) {
    std::uint32_t greatest = 0;
    for (std::size_t i = 0; i < groupColumns; ++i)
        greatest = std::max(greatest, std::bit_cast<std::uint32_t>(values[i]) & 0x7fffffff);
    return greatest;
}

RATESCOPE_INLINE void quantise(const float* values, std::size_t groups, std::int8_t* codes,
                               ActivationScale* scales) {
    constexpr std::uint32_t infinity = 0x7f800000, leastNormal = 0x00800000;
    for (std::size_t group = 0; group < groups; ++group, values += groupColumns, codes += groupColumns) {
        const std::uint32_t bits = greatestMagnitude(values);
        const float scale = std::bit_cast<float>(bits) / 127;
        const bool coded = bits < infinity && std::bit_cast<std::uint32_t>(scale) >= leastNormal;
        const float factor = coded ? 1 / scale : 0;
        std::int32_t sum = 0;
        for (std::size_t i = 0; i < groupColumns; ++i) {
            // Not finite times 0 is not a number, and no integer.
            const float value = coded ? values[i] * factor : 0;
            const auto code = static_cast<std::int32_t>(value + (value < 0 ? -0.5f : 0.5f));
            codes[i] = static_cast<std::int8_t>(code);
            sum += code;
        }
        const float kept = bits < infinity ? (coded ? scale : 0) : std::numeric_limits<float>::quiet_NaN();
        scales[group] = {kept, kept * static_cast<float>(sum), sum};
    }
}

}  // namespace

Activations::Activations(ActivationFormat format, std::size_t mostTokens, std::size_t columns)
    : format_(format),
      mostTokens_(mostTokens),
      columns_(columns),
      groups_((columns + groupColumns - 1) / groupColumns),
      values_(mostTokens * groups_ * groupColumns) {
    if (format == ActivationFormat::Float32) return;
    codes_.resize(values_.size());
    scales_.resize(mostTokens * groups_);
}

void Activations::assign(std::span<const float> values) {
    if (columns_ == 0 || values.size() % columns_ != 0 || values.size() / columns_ > mostTokens_)
        throw Error(ErrorKind::Internal, "Activations do not fit a layer.", "");
    tokens_ = values.size() / columns_;
    for (std::size_t token = 0; token < tokens_; ++token)
        std::ranges::copy(values.subspan(token * columns_, columns_),
                          values_.begin() + static_cast<std::ptrdiff_t>(token * groups_ * groupColumns));
    if (format_ == ActivationFormat::QuantisedEight)
        compiledFor<&quantise>(bestInstructionSet())(values_.data(), tokens_ * groups_, codes_.data(),
                                                     scales_.data());
}

}  // namespace ratescope::engine
