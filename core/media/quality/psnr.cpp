#include "core/media/quality/psnr.h"

#include "core/media/quality/picture_pair.h"
#include "core/media/quality/squared_error.h"

#include <cmath>

namespace ratescope::media {
namespace {

constexpr const char* measure = "PSNR";

Error unfit(const std::string& what) {
    return unfitFor(measure, what);
}

void requireBt601Full(const Image& image) {
    if (image.model == ColourModel::YCbCr && (image.matrix != Matrix::Bt601 || image.range != Range::Full))
        throw unfit("in YCbCr other than BT.601 full range");
}

double peakSquared(const Image& image) {
    const double peak = static_cast<double>((1 << image.bitDepth) - 1);
    return peak * peak;
}

template <typename T>
std::uint64_t planeSquaredSum(const Image& reference, const Image& candidate, int channel) {
    const auto a = reference.samples.as<T>();
    const auto b = candidate.samples.as<T>();
    std::uint64_t total = 0;
    for (std::size_t i = static_cast<std::size_t>(channel); i < a.size(); i += 3) {
        const std::int64_t difference = a[i] - b[i];
        total += static_cast<std::uint64_t>(difference * difference);
    }
    return total;
}

std::uint64_t sumOfSquares(const Array& a, const Array& b) {
    return a.type() == DType::U8 ? squaredError(a.as<std::uint8_t>(), b.as<std::uint8_t>())
                                 : squaredError(a.as<std::uint16_t>(), b.as<std::uint16_t>());
}

/// Over the samples that each plane of a picture with subsampled chroma has.
YCbCrMse subsampledMse(const Image& reference, const Image& candidate) {
    const auto mse = [&](const Array& a, const Array& b) {
        return static_cast<double>(sumOfSquares(a, b)) / static_cast<double>(a.size()) /
               peakSquared(reference);
    };
    return {mse(reference.samples, candidate.samples), mse(reference.cb, candidate.cb),
            mse(reference.cr, candidate.cr)};
}

template <typename T>
YCbCrMse yCbCrMse(const Image& reference, const Image& candidate) {
    const double scale = 1 / (static_cast<double>(reference.pixels()) * peakSquared(reference));
    if (reference.model == ColourModel::YCbCr) {
        const auto plane = [&](int channel) {
            return static_cast<double>(planeSquaredSum<T>(reference, candidate, channel)) * scale;
        };
        return {plane(0), plane(1), plane(2)};
    }
    const YCbCrSquaredError sums = yCbCrSquaredError(reference.samples.as<T>(), candidate.samples.as<T>());
    return {sums.y * scale, sums.cb * scale, sums.cr * scale};
}

YCbCrMse yCbCrMse(const Image& reference, const Image& candidate) {
    if (reference.subsampled()) return subsampledMse(reference, candidate);
    return reference.samples.type() == DType::U8 ? yCbCrMse<std::uint8_t>(reference, candidate)
                                                 : yCbCrMse<std::uint16_t>(reference, candidate);
}

template <typename T>
void fillMap(const Image& reference, const Image& candidate, std::span<float> map) {
    const auto a = reference.samples.as<T>();
    const auto b = candidate.samples.as<T>();
    const auto channels = static_cast<std::size_t>(reference.channels());
    const double scale = 1.0 / (static_cast<double>(channels) * peakSquared(reference));
    for (std::size_t i = 0; i < map.size(); ++i) {
        std::int64_t sum = 0;
        for (std::size_t c = 0; c < channels; ++c) {
            const std::int64_t difference = a[channels * i + c] - b[channels * i + c];
            sum += difference * difference;
        }
        map[i] = static_cast<float>(static_cast<double>(sum) * scale);
    }
}

}  // namespace

double normalisedMse(const Image& reference, const Image& candidate) {
    checkPair(reference, candidate, measure);
    if (reference.model == ColourModel::YCbCr) throw unfit("in YCbCr (the RGB measure)");
    return static_cast<double>(sumOfSquares(reference.samples, candidate.samples)) /
           static_cast<double>(reference.samples.size()) / peakSquared(reference);
}

double normalisedLumaMse(const Image& reference, const Image& candidate) {
    if (reference.model == ColourModel::Grey && candidate.model == ColourModel::Grey)
        return normalisedMse(reference, candidate);
    checkPair(reference, candidate, measure);
    requireBt601Full(reference);
    return yCbCrMse(reference, candidate).y;
}

YCbCrMse normalisedYCbCrMse(const Image& reference, const Image& candidate) {
    checkPair(reference, candidate, measure);
    if (reference.model == ColourModel::Grey) throw unfit("without colour (the measure of luma and chroma)");
    requireBt601Full(reference);
    if (reference.subsampled()) throw unfit("with subsampled chroma (the measure of luma and chroma)");
    return yCbCrMse(reference, candidate);
}

YCbCrMse normalisedPlaneMse(const Image& reference, const Image& candidate) {
    checkPair(reference, candidate, measure);
    if (reference.model != ColourModel::YCbCr) throw unfit("other than YCbCr (the measure of stored planes)");
    return yCbCrMse(reference, candidate);
}

double weightedMse611(const YCbCrMse& mse) {
    return (6 * mse.y + mse.cb + mse.cr) / 8;
}

double geometricMse611(const YCbCrMse& mse) {
    return std::pow(mse.y, 0.75) * std::pow(mse.cb, 0.125) * std::pow(mse.cr, 0.125);
}

TensorSet squaredErrorMap(const Image& reference, const Image& candidate) {
    checkPair(reference, candidate, measure);
    if (reference.subsampled()) throw unfit("with subsampled chroma (the map)");
    Array map(DType::F32, {reference.height(), reference.width()});
    if (reference.samples.type() == DType::U8)
        fillMap<std::uint8_t>(reference, candidate, map.writable<float>());
    else
        fillMap<std::uint16_t>(reference, candidate, map.writable<float>());
    TensorSet set;
    set.tensors.push_back({"squared-error", std::move(map)});
    return set;
}

}  // namespace ratescope::media
