#include "core/media/quality/psnr.h"

#include "core/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace ratescope::media {
namespace {

const char* nameOf(ColourModel model) {
    switch (model) {
        case ColourModel::Grey:
            return "grey";
        case ColourModel::Rgb:
            return "RGB";
        case ColourModel::YCbCr:
            return "YCbCr";
        default:
            return "CMYK";
    }
}

std::string sizeText(const Image& image) {
    return std::to_string(image.width()) + " x " + std::to_string(image.height());
}

Error unequal(const std::string& what, const std::string& reference, const std::string& candidate) {
    return Error(ErrorKind::Input,
                 "The two pictures differ in " + what + ": the reference has " + reference +
                     ", the candidate has " + candidate + ".",
                 "Bring both to the same form with image.crop, image.resize or image.convert.");
}

Error unfit(const std::string& what) {
    return Error(ErrorKind::Input, "PSNR is not defined here for pictures " + what + ".",
                 "Convert both with image.convert first.");
}

void checkPair(const Image& reference, const Image& candidate) {
    if (reference.width() != candidate.width() || reference.height() != candidate.height())
        throw unequal("size", sizeText(reference), sizeText(candidate));
    if (reference.bitDepth != candidate.bitDepth)
        throw unequal("bit depth", std::to_string(reference.bitDepth) + " bits",
                      std::to_string(candidate.bitDepth) + " bits");
    if (reference.model != candidate.model)
        throw unequal("colour model", nameOf(reference.model), nameOf(candidate.model));
    if (reference.alpha != candidate.alpha)
        throw unequal("alpha", reference.alpha ? "it" : "none", candidate.alpha ? "it" : "none");
    if (reference.range != candidate.range || reference.matrix != candidate.matrix)
        throw unequal("range or matrix", "another", "one of its own");
    if (reference.subsampling != candidate.subsampling)
        throw unequal("chroma", toText(reference.subsampling), toText(candidate.subsampling));
    if (reference.siting != candidate.siting)
        throw unequal("the place of chroma samples", "another", "one of its own");
    if (reference.alpha) throw unfit("with alpha");
    if (reference.model == ColourModel::Cmyk) throw unfit("in CMYK");
}

void requireBt601Full(const Image& image) {
    if (image.model == ColourModel::YCbCr && (image.matrix != Matrix::Bt601 || image.range != Range::Full))
        throw unfit("in YCbCr other than BT.601 full range");
}

double peakSquared(const Image& image) {
    const double peak = static_cast<double>((1 << image.bitDepth) - 1);
    return peak * peak;
}

/// Sums of squares of 8-bit differences fit 32 bits over so many samples; loops over blocks of 32-bit sums
/// are what compilers turn into vector code.
constexpr std::size_t blockSamples = 1 << 15;

std::uint64_t squaredSum(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
    std::uint64_t total = 0;
    for (std::size_t begin = 0; begin < a.size(); begin += blockSamples) {
        const std::size_t end = std::min(a.size(), begin + blockSamples);
        std::uint32_t sum = 0;
        for (std::size_t i = begin; i < end; ++i) {
            const int difference = a[i] - b[i];
            sum += static_cast<std::uint32_t>(difference * difference);
        }
        total += sum;
    }
    return total;
}

/// 2^32 per sample at most, so that 2^31 samples fit.
std::uint64_t squaredSum(std::span<const std::uint16_t> a, std::span<const std::uint16_t> b) {
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const std::int64_t difference = a[i] - b[i];
        total += static_cast<std::uint64_t>(difference * difference);
    }
    return total;
}

/// Errors of Y, Cb and Cr are linear in those of R, G and B, with these integer weights and divisors.
struct LinearError {
    std::int64_t red, green, blue;
    double divisor;
};
constexpr LinearError lumaError{299, 587, 114, 1000};
constexpr LinearError cbError{-299, -587, 886, 1772};
constexpr LinearError crError{701, -587, -114, 1402};

/// Sum of squared (integer) linear errors, exact within a block: 1024 squares of 2 · 886 · 65535 stay below
/// 2^64.
template <typename T>
double linearSquaredSum(const Image& reference, const Image& candidate, const LinearError& weights) {
    const auto a = reference.samples.as<T>();
    const auto b = candidate.samples.as<T>();
    constexpr std::size_t blockPixels = 1024;
    const std::size_t pixels = static_cast<std::size_t>(reference.pixels());
    double total = 0;
    for (std::size_t begin = 0; begin < pixels; begin += blockPixels) {
        const std::size_t end = std::min(pixels, begin + blockPixels);
        std::uint64_t sum = 0;
        for (std::size_t i = begin; i < end; ++i) {
            const std::int64_t error = weights.red * (a[3 * i] - b[3 * i]) +
                                       weights.green * (a[3 * i + 1] - b[3 * i + 1]) +
                                       weights.blue * (a[3 * i + 2] - b[3 * i + 2]);
            sum += static_cast<std::uint64_t>(error * error);
        }
        total += static_cast<double>(sum);
    }
    return total / (weights.divisor * weights.divisor);
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

std::uint64_t squaredSum(const Array& a, const Array& b) {
    return a.type() == DType::U8 ? squaredSum(a.as<std::uint8_t>(), b.as<std::uint8_t>())
                                 : squaredSum(a.as<std::uint16_t>(), b.as<std::uint16_t>());
}

/// Normalised MSE of a plane (0, 1, 2) of a picture with subsampled chroma.
double subsampledMse(const Image& reference, const Image& candidate, int plane) {
    const auto of = [plane](const Image& image) -> const Array& {
        return plane == 0 ? image.samples : plane == 1 ? image.cb : image.cr;
    };
    return static_cast<double>(squaredSum(of(reference), of(candidate))) /
           static_cast<double>(of(reference).size()) / peakSquared(reference);
}

/// Normalised MSE of Y, Cb or Cr (0, 1, 2) of an RGB or YCbCr picture.
template <typename T>
double planeMse(const Image& reference, const Image& candidate, int plane) {
    static constexpr std::array<LinearError, 3> errors = {lumaError, cbError, crError};
    const double sum =
        reference.model == ColourModel::YCbCr
            ? static_cast<double>(planeSquaredSum<T>(reference, candidate, plane))
            : linearSquaredSum<T>(reference, candidate, errors[static_cast<std::size_t>(plane)]);
    return sum / static_cast<double>(reference.pixels()) / peakSquared(reference);
}

double planeMse(const Image& reference, const Image& candidate, int plane) {
    if (reference.subsampled()) return subsampledMse(reference, candidate, plane);
    return reference.samples.type() == DType::U8 ? planeMse<std::uint8_t>(reference, candidate, plane)
                                                 : planeMse<std::uint16_t>(reference, candidate, plane);
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
    checkPair(reference, candidate);
    if (reference.model == ColourModel::YCbCr) throw unfit("in YCbCr (the RGB measure)");
    return static_cast<double>(squaredSum(reference.samples, candidate.samples)) /
           static_cast<double>(reference.samples.size()) / peakSquared(reference);
}

double normalisedLumaMse(const Image& reference, const Image& candidate) {
    if (reference.model == ColourModel::Grey && candidate.model == ColourModel::Grey)
        return normalisedMse(reference, candidate);
    checkPair(reference, candidate);
    requireBt601Full(reference);
    return planeMse(reference, candidate, 0);
}

YCbCrMse normalisedYCbCrMse(const Image& reference, const Image& candidate) {
    checkPair(reference, candidate);
    if (reference.model == ColourModel::Grey) throw unfit("without colour (the measure of luma and chroma)");
    requireBt601Full(reference);
    if (reference.subsampled()) throw unfit("with subsampled chroma (the measure of luma and chroma)");
    return {planeMse(reference, candidate, 0), planeMse(reference, candidate, 1),
            planeMse(reference, candidate, 2)};
}

YCbCrMse normalisedPlaneMse(const Image& reference, const Image& candidate) {
    checkPair(reference, candidate);
    if (reference.model != ColourModel::YCbCr) throw unfit("other than YCbCr (the measure of stored planes)");
    return {planeMse(reference, candidate, 0), planeMse(reference, candidate, 1),
            planeMse(reference, candidate, 2)};
}

double weightedMse611(const YCbCrMse& mse) {
    return (6 * mse.y + mse.cb + mse.cr) / 8;
}

double geometricMse611(const YCbCrMse& mse) {
    return std::pow(mse.y, 0.75) * std::pow(mse.cb, 0.125) * std::pow(mse.cr, 0.125);
}

TensorSet squaredErrorMap(const Image& reference, const Image& candidate) {
    checkPair(reference, candidate);
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
