#include "core/media/quality/sample_rows.h"

#include <algorithm>

namespace ratescope::media {
namespace {

template <typename T>
using Reader = void (*)(const T*, const T*, std::size_t, float*, float*);

int channelsOf(const Image& image, Look look) {
    return look == Look::Channels && image.model == ColourModel::Rgb ? 3 : 1;
}

/// Y of interleaved YCbCr.
template <typename T>
void readFirst(const T* x, const T* y, std::size_t stored, std::size_t pixels, float* s, float* d) {
    for (std::size_t i = 0; i < pixels; ++i) {
        const int first = x[i * stored], second = y[i * stored];
        s[i] = static_cast<float>(first + second);
        d[i] = static_cast<float>(first - second);
    }
}

}  // namespace

ImageRows::ImageRows(const Image& x, const Image& y, Look look)
    : PairRows(static_cast<std::size_t>(x.width()), static_cast<std::size_t>(x.height()),
               channelsOf(x, look)),
      x_(x),
      y_(y),
      stored_(static_cast<std::size_t>(x.channels())),
      weighted_(look == Look::Luma && x.model == ColourModel::Rgb) {}

void ImageRows::read(const SsimRows& rows, std::size_t row, std::size_t first, std::size_t pixels, float* s,
                     float* d) const {
    const std::size_t offset = (row * width + first) * stored_;
    const auto readAs = [&]<typename T>(Reader<T> readAll, Reader<T> readLuma) {
        const T* x = x_.samples.as<T>().data() + offset;
        const T* y = y_.samples.as<T>().data() + offset;
        const auto each = static_cast<std::size_t>(channels);
        if (weighted_)
            readLuma(x, y, pixels, s, d);
        else if (each == stored_)
            readAll(x, y, pixels * each, s, d);
        else
            readFirst(x, y, stored_, pixels, s, d);
    };
    if (x_.samples.type() == DType::U8)
        readAs(rows.read8, rows.readLuma8);
    else
        readAs(rows.read16, rows.readLuma16);
}

HalvedRows::HalvedRows(const PairRows& whole)
    : PairRows((whole.width + 1) / 2, (whole.height + 1) / 2, whole.channels),
      s_(width * height * static_cast<std::size_t>(channels)),
      d_(s_.size()) {}

void HalvedRows::fill(const SsimRows& rows, const PairRows& whole, std::size_t begin, std::size_t end) {
    const auto each = static_cast<std::size_t>(channels);
    const std::size_t samples = width * each, blackColumns = whole.width % 2, blackRows = whole.height % 2;
    std::vector<float> topS(2 * samples), topD(2 * samples), bottomS(2 * samples), bottomD(2 * samples);
    const auto readInto = [&](std::size_t row, std::vector<float>& s, std::vector<float>& d) {
        whole.read(rows, row, 0, whole.width, s.data() + blackColumns * each, d.data() + blackColumns * each);
    };
    for (std::size_t row = begin; row < end; ++row) {
        if (row > 0 || blackRows == 0) readInto(2 * row - blackRows, topS, topD);
        readInto(2 * row + 1 - blackRows, bottomS, bottomD);
        rows.halve(topS.data(), bottomS.data(), samples, s_.data() + row * samples);
        rows.halve(topD.data(), bottomD.data(), samples, d_.data() + row * samples);
    }
}

void HalvedRows::read(const SsimRows&, std::size_t row, std::size_t first, std::size_t pixels, float* s,
                      float* d) const {
    const auto each = static_cast<std::size_t>(channels);
    const std::size_t offset = (row * width + first) * each;
    std::copy_n(s_.data() + offset, pixels * each, s);
    std::copy_n(d_.data() + offset, pixels * each, d);
}

}  // namespace ratescope::media
