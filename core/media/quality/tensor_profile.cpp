#include "core/media/quality/tensor_profile.h"

#include "core/media/quality/half.h"
#include "core/media/quality/tensor_error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <unordered_map>

namespace ratescope::media {
namespace {

constexpr std::size_t checkedTogether = 1 << 20;  ///< values between two looks at whether to stop
constexpr double deviations = 4;
constexpr std::uint64_t mostCounted = std::numeric_limits<std::uint32_t>::max();

struct Span {
    double low = 0, high = 0;
};

Span spanOf(Context& context, std::span<const float> values) {
    if (values.empty()) return {};
    double sum = 0, squares = 0;
    float least = values[0], greatest = values[0];
    for (std::size_t begin = 0; begin < values.size(); begin += checkedTogether) {
        context.check();
        for (const float value : values.subspan(begin, std::min(checkedTogether, values.size() - begin))) {
            sum += value;
            squares += static_cast<double>(value) * value;
            least = std::min(least, value);
            greatest = std::max(greatest, value);
        }
    }
    const auto count = static_cast<double>(values.size());
    const double mean = sum / count;
    const double reach = deviations * std::sqrt(std::max(0.0, squares / count - mean * mean));
    return {std::max<double>(least, mean - reach), std::min<double>(greatest, mean + reach)};
}

void countInto(Context& context, std::span<const float> values, const Span& span, std::uint32_t* counts) {
    std::array<std::uint64_t, profileBins> bins{};
    const double width = (span.high - span.low) / profileBins;
    const double perWidth = width > 0 ? 1 / width : 0;
    for (std::size_t begin = 0; begin < values.size(); begin += checkedTogether) {
        context.check();
        for (const float value : values.subspan(begin, std::min(checkedTogether, values.size() - begin))) {
            const double place = std::clamp((value - span.low) * perWidth, 0.0, profileBins - 1.0);
            ++bins[static_cast<std::size_t>(place)];
        }
    }
    std::transform(bins.begin(), bins.end(), counts, [](std::uint64_t count) {
        return static_cast<std::uint32_t>(std::min(count, mostCounted));
    });
}

const Tensor& named(const TensorSet& set, const std::string& name,
                    const std::unordered_map<std::string, std::size_t>& places) {
    return set.tensors[places.at(name)];
}

std::unordered_map<std::string, std::size_t> placesIn(const TensorSet& set) {
    std::unordered_map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < set.tensors.size(); ++i)
        places[set.tensors[i].name] = i;
    return places;
}

}  // namespace

TensorSet tensorProfile(Context& context, const TensorSet& reference, const TensorSet& candidate) {
    const std::vector<TensorError> errors = tensorErrors(reference, candidate);
    const auto count = static_cast<std::int64_t>(errors.size());
    Array weights(DType::I64, {count}), searched(DType::U8, {count}), relativeErrors(DType::F64, {count}),
        largest(DType::F64, {count}), low(DType::F64, {count}), high(DType::F64, {count}),
        ofReference(DType::U32, {count, profileBins}), ofCandidate(DType::U32, {count, profileBins});
    const auto inReference = placesIn(reference), inCandidate = placesIn(candidate);
    nlohmann::json list = nlohmann::json::array();
    for (std::size_t i = 0; i < errors.size(); ++i) {
        context.progress(static_cast<double>(i) / static_cast<double>(errors.size()));
        const TensorError& error = errors[i];
        const Tensor& tensor = named(reference, error.name, inReference);
        const Array original = toFloat32(tensor.array),
                    decoded = toFloat32(named(candidate, error.name, inCandidate).array);
        const Span span = spanOf(context, original.as<float>());
        weights.writable<std::int64_t>()[i] = static_cast<std::int64_t>(error.elements);
        searched.writable<std::uint8_t>()[i] = error.searched ? 1 : 0;
        relativeErrors.writable<double>()[i] = relativeError(error.squaredError, error.referenceEnergy);
        largest.writable<double>()[i] = error.largestError;
        low.writable<double>()[i] = span.low;
        high.writable<double>()[i] = span.high;
        const std::size_t first = i * profileBins;
        countInto(context, original.as<float>(), span, ofReference.writable<std::uint32_t>().data() + first);
        countInto(context, decoded.as<float>(), span, ofCandidate.writable<std::uint32_t>().data() + first);
        list.push_back(
            {{"name", error.name}, {"shape", tensor.array.shape()}, {"type", toText(tensor.array.type())}});
    }
    return {tensorProfileSchema,
            {{"weights", weights},
             {"searched", searched},
             {"error", relativeErrors},
             {"largest-error", largest},
             {"low", low},
             {"high", high},
             {"reference", ofReference},
             {"candidate", ofCandidate}},
            {{"tensors", list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)}}};
}

}  // namespace ratescope::media
