#include "core/engine/llm/packed/decoder_cache.h"

#include "core/engine/llm/packed/wide.h"
#include "core/error.h"
#include "core/media/quality/half.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ratescope::engine {
namespace {

constexpr std::size_t wholeVectors(std::size_t count) {
    return (count + wideLanes - 1) / wideLanes * wideLanes;
}

struct Attended {
    const float* query;
    std::size_t headSize, valueSize;
    std::size_t first, last;
    float* scores;
    float* out;
};

/// Scores of whole vectors of positions; gives the greatest that counts.
template <typename Element>
RATESCOPE_INLINE float scoreAll(const Attended& head, const Element* keys) {
    const float factor = 1 / std::sqrt(static_cast<float>(head.headSize));
    float greatest = -std::numeric_limits<float>::max();
    for (std::size_t from = head.first / wideLanes * wideLanes; from < head.last; from += wideLanes) {
        const Element* const here = keys + from * head.headSize;
        Wide sums[4] = {};
        for (std::size_t i = 0; i < head.headSize; ++i) {
            Wide key;
            load(here + i * wideLanes, key);
            sums[i % 4] += key * head.query[i];
        }
        store(((sums[0] + sums[1]) + (sums[2] + sums[3])) * factor, head.scores + from);
        for (std::size_t i = from; i < from + wideLanes; ++i) {
            if (i < head.first || i >= head.last) head.scores[i] = -std::numeric_limits<float>::max();
            greatest = head.scores[i] > greatest ? head.scores[i] : greatest;
        }
    }
    return greatest;
}

/// Powers in place of scores; gives their sum. What does not count is below the least bit of the greatest, which is 1.
RATESCOPE_INLINE float powersOf(const Attended& head, float greatest) {
    Wide sums{};
    for (std::size_t from = head.first / wideLanes * wideLanes; from < head.last; from += wideLanes) {
        Wide powers;
        load(head.scores + from, powers);
        powers -= greatest;
        exponential(powers);
        store(powers, head.scores + from);
        sums += powers;
    }
    return sumOf(sums);
}

template <std::size_t vectors, typename Element>
RATESCOPE_INLINE void mix(const Attended& head, const Element* values, float factor, float* out) {
    Wide sums[vectors] = {};
    for (std::size_t position = head.first; position < head.last; ++position)
        for (std::size_t i = 0; i < vectors; ++i) {
            Wide value;
            load(values + position * head.valueSize + i * wideLanes, value);
            sums[i] += value * head.scores[position];
        }
    for (std::size_t i = 0; i < vectors; ++i)
        store(sums[i] * factor, out + i * wideLanes);
}

template <typename Element>
RATESCOPE_INLINE void attendAll(const Attended& head, const Element* keys, const Element* values) {
    const float greatest = scoreAll(head, keys);
    const float factor = 1 / powersOf(head, greatest);
    float mixed[4 * wideLanes];
    for (std::size_t at = 0; at < head.valueSize;) {
        const bool four = head.valueSize - at >= 4 * wideLanes;
        if (four)
            mix<4>(head, values + at, factor, mixed);
        else
            mix<1>(head, values + at, factor, mixed);
        const std::size_t width = four ? 4 * wideLanes : wideLanes;
        std::memcpy(head.out + at, mixed, std::min(width, head.headSize - at) * sizeof(float));
        at += width;
    }
}

RATESCOPE_INLINE void attendFloats(const Attended& head, const float* keys, const float* values) {
    attendAll(head, keys, values);
}

RATESCOPE_INLINE void attendHalves(const Attended& head, const std::uint16_t* keys,
                                   const std::uint16_t* values) {
    attendAll(head, keys, values);
}

void convert(float value, float& out) {
    out = value;
}

void convert(float value, std::uint16_t& out) {
    out = media::floatToHalf(value);
    if ((out & 0x7c00) == 0x7c00)
        throw Error(ErrorKind::Input, "A key or value of the model does not fit half precision.",
                    "Keep the cache in single precision.");
}

}  // namespace

DecoderCache::DecoderCache(CacheFormat format, std::size_t heads, std::size_t headSize, std::size_t positions)
    : format_(format),
      heads_(heads),
      headSize_(headSize),
      positions_(wholeVectors(positions)),
      valueSize_(wholeVectors(headSize)) {
    const auto extent = [](std::size_t size) { return static_cast<std::int64_t>(size); };
    const DType type = format == CacheFormat::Float32 ? DType::F32 : DType::F16;
    keys_ = Array(type, {extent(heads), extent(positions_), extent(headSize)});
    values_ = Array(type, {extent(heads), extent(positions_), extent(valueSize_)});
}

template <typename Element>
void DecoderCache::putAs(std::size_t position, std::span<const float> keys, std::span<const float> values) {
    const std::span<Element> keyRoom = keys_.writable<Element>(), valueRoom = values_.writable<Element>();
    for (std::size_t head = 0; head < heads_; ++head) {
        const std::size_t block = head * positions_ + position / wideLanes * wideLanes;
        Element* const key = keyRoom.data() + block * headSize_ + position % wideLanes;
        Element* const value = valueRoom.data() + (head * positions_ + position) * valueSize_;
        for (std::size_t i = 0; i < headSize_; ++i) {
            convert(keys[head * headSize_ + i], key[i * wideLanes]);
            convert(values[head * headSize_ + i], value[i]);
        }
    }
}

void DecoderCache::put(std::size_t position, std::span<const float> keys, std::span<const float> values) {
    if (position >= positions_ || keys.size() != heads_ * headSize_ || values.size() != keys.size())
        throw Error(ErrorKind::Internal, "Keys and values do not fit their cache.", "");
    if (format_ == CacheFormat::Float32)
        putAs<float>(position, keys, values);
    else
        putAs<std::uint16_t>(position, keys, values);
}

std::size_t DecoderCache::scoresFor(std::size_t positions) {
    return wholeVectors(positions);
}

void DecoderCache::attend(std::size_t head, std::span<const float> query, std::size_t first, std::size_t last,
                          std::span<float> scores, std::span<float> out) const {
    const Attended attended{query.data(), headSize_, valueSize_, first, last, scores.data(), out.data()};
    const std::size_t keysAt = head * positions_ * headSize_, valuesAt = head * positions_ * valueSize_;
    const InstructionSet set = bestInstructionSet();
    if (format_ == CacheFormat::Float32)
        compiledFor<&attendFloats>(set)(attended, keys_.as<float>().data() + keysAt,
                                        values_.as<float>().data() + valuesAt);
    else
        compiledFor<&attendHalves>(set)(attended, keys_.as<std::uint16_t>().data() + keysAt,
                                        values_.as<std::uint16_t>().data() + valuesAt);
}

}  // namespace ratescope::engine
