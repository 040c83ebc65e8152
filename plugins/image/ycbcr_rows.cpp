#include "plugins/image/ycbcr_rows.h"

#include <algorithm>
#include <cmath>

namespace ratescope::media::image {
namespace {

template <typename T>
void load(const T* from, std::size_t stride, double offset, std::span<double> values) {
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = from[i * stride] - offset;
}

template <typename T>
void store(std::span<const double> values, const Rounding& r, T* to, std::size_t stride) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double value = values[i] * r.factor / r.divisor + r.offset;
        to[i * stride] = static_cast<T>(std::floor(std::clamp(value, 0.0, r.peak) + 0.5));
    }
}

/// Chroma of half the width interpolated to that of luma.
void enlarge(const std::vector<double>& half, Siting siting, std::vector<double>& whole) {
    const std::size_t last = half.size() - 1;
    for (std::size_t x = 0; x < whole.size(); ++x) {
        const std::size_t k = x / 2;
        const double next = half[std::min(k + 1, last)];
        if (siting == Siting::Left)
            whole[x] = x % 2 == 0 ? half[k] : (half[k] + next) / 2;
        else
            whole[x] = (3 * half[k] + (x % 2 == 0 ? half[k - (k > 0)] : next)) / 4;
    }
}

void reduce(const std::vector<double>& whole, Siting siting, std::vector<double>& half) {
    const std::size_t last = whole.size() - 1;
    for (std::size_t k = 0; k < half.size(); ++k) {
        const std::size_t x = 2 * k;
        const double next = whole[std::min(x + 1, last)];
        half[k] =
            siting == Siting::Left ? (whole[x - (x > 0)] + 2 * whole[x] + next) / 4 : (whole[x] + next) / 2;
    }
}

}  // namespace

YCbCrLevels yCbCrLevels(int bitDepth, Range range) {
    const double peak = (1 << bitDepth) - 1;
    const double step = std::ldexp(1.0, bitDepth - 8);
    if (range == Range::Full) return {0, peak, 128 * step, peak};
    return {16 * step, 219 * step, 128 * step, 224 * step};
}

void loadSamples(const Array& samples, std::size_t first, std::size_t stride, double offset,
                 std::span<double> values) {
    if (samples.type() == DType::U8)
        load(samples.as<std::uint8_t>().data() + first, stride, offset, values);
    else
        load(samples.as<std::uint16_t>().data() + first, stride, offset, values);
}

void storeSamples(std::span<const double> values, const Rounding& rounding, Array& samples, std::size_t first,
                  std::size_t stride) {
    if (samples.type() == DType::U8)
        store(values, rounding, samples.writable<std::uint8_t>().data() + first, stride);
    else
        store(values, rounding, samples.writable<std::uint16_t>().data() + first, stride);
}

YCbCrReader::YCbCrReader(const Image& image)
    : image_(image), levels_(yCbCrLevels(image.bitDepth, image.range)) {
    if (!image.subsampled()) return;
    near_.resize(static_cast<std::size_t>(image.chromaWidth()));
    far_.resize(near_.size());
}

void YCbCrReader::read(std::int64_t y, YCbCrRow& row) {
    const auto channels = static_cast<std::size_t>(image_.channels());
    const std::size_t first = static_cast<std::size_t>(y) * row.y.size() * channels;
    loadSamples(image_.samples, first, channels, levels_.lumaOffset, row.y);
    if (image_.subsampled()) {
        interpolate(image_.cb, y, row.cb);
        interpolate(image_.cr, y, row.cr);
        return;
    }
    loadSamples(image_.samples, first + 1, channels, levels_.chromaOffset, row.cb);
    loadSamples(image_.samples, first + 2, channels, levels_.chromaOffset, row.cr);
}

void YCbCrReader::readChroma(std::int64_t k, YCbCrRow& row) const {
    const std::size_t first = static_cast<std::size_t>(k) * row.cb.size();
    std::ranges::fill(row.y, 0);
    loadSamples(image_.cb, first, 1, levels_.chromaOffset, row.cb);
    loadSamples(image_.cr, first, 1, levels_.chromaOffset, row.cr);
}

void YCbCrReader::interpolate(const Array& plane, std::int64_t y, std::vector<double>& values) {
    const auto loadRow = [&](std::int64_t k, std::vector<double>& into) {
        loadSamples(plane, static_cast<std::size_t>(k) * into.size(), 1, levels_.chromaOffset, into);
    };
    const int down = image_.chromaStepDown();
    loadRow(y / down, near_);
    if (down == 2) {
        const std::int64_t other = y % 2 == 0 ? y / 2 - 1 : y / 2 + 1;
        loadRow(std::clamp<std::int64_t>(other, 0, image_.chromaHeight() - 1), far_);
        for (std::size_t k = 0; k < near_.size(); ++k)
            near_[k] = (3 * near_[k] + far_[k]) / 4;
    }
    enlarge(near_, image_.siting, values);
}

YCbCrWriter::YCbCrWriter(Image& image, std::int64_t height, std::int64_t width, double lumaUnit,
                         double cbUnit, double crUnit)
    : image_(image) {
    const YCbCrLevels levels = yCbCrLevels(image.bitDepth, image.range);
    const double peak = (1 << image.bitDepth) - 1;
    luma_ = {levels.lumaSpan, lumaUnit, levels.lumaOffset, peak};
    cb_.rounding = {levels.chromaSpan, cbUnit, levels.chromaOffset, peak};
    cr_.rounding = {levels.chromaSpan, crUnit, levels.chromaOffset, peak};
    const DType type = image.bitDepth <= 8 ? DType::U8 : DType::U16;
    image.samples = Array(type, {height, width, (image.subsampled() ? 1 : 3) + (image.alpha ? 1 : 0)});
    image.cb = image.cr = Array();
    if (!image.subsampled()) return;
    image.cb = Array(type, {image.chromaHeight(), image.chromaWidth()});
    image.cr = Array(type, {image.chromaHeight(), image.chromaWidth()});
    filtered_.resize(static_cast<std::size_t>(image.chromaWidth()));
}

void YCbCrWriter::write(std::int64_t y, const YCbCrRow& row) {
    writeLuma(y, row);
    if (image_.subsampled()) {
        average(y, row.cb, cb_, image_.cb);
        average(y, row.cr, cr_, image_.cr);
        return;
    }
    const auto channels = static_cast<std::size_t>(image_.channels());
    const std::size_t first = static_cast<std::size_t>(y) * row.y.size() * channels;
    storeSamples(row.cb, cb_.rounding, image_.samples, first + 1, channels);
    storeSamples(row.cr, cr_.rounding, image_.samples, first + 2, channels);
}

void YCbCrWriter::writeLuma(std::int64_t y, const YCbCrRow& row) {
    const auto channels = static_cast<std::size_t>(image_.channels());
    const std::size_t first = static_cast<std::size_t>(y) * row.y.size() * channels;
    storeSamples(row.y, luma_, image_.samples, first, channels);
}

void YCbCrWriter::writeChroma(std::int64_t k, const YCbCrRow& row) {
    const std::size_t first = static_cast<std::size_t>(k) * row.cb.size();
    storeSamples(row.cb, cb_.rounding, image_.cb, first, 1);
    storeSamples(row.cr, cr_.rounding, image_.cr, first, 1);
}

void YCbCrWriter::average(std::int64_t y, const std::vector<double>& values, Chroma& chroma, Array& plane) {
    reduce(values, image_.siting, filtered_);
    if (image_.chromaStepDown() == 2) {
        if (y % 2 == 0) chroma.above = filtered_;
        if (y % 2 == 0 && y + 1 < image_.height()) return;
        for (std::size_t k = 0; k < filtered_.size(); ++k)
            filtered_[k] = (chroma.above[k] + filtered_[k]) / 2;
    }
    const std::int64_t k = y / image_.chromaStepDown();
    storeSamples(filtered_, chroma.rounding, plane, static_cast<std::size_t>(k) * filtered_.size(), 1);
}

}  // namespace ratescope::media::image
