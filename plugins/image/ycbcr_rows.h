#pragma once

// YCbCr images row by row at the resolution of luma, in floating point: where chroma is subsampled, reading
// interpolates it and writing averages it. Levels of stored samples of n bits:
//   full range     luma 0 … peak, chroma centre 2^(n−1), spans peak = 2^n − 1 (JFIF; n bits as ITU-T T.871's formula)
//   limited range  luma 16 s … 235 s, chroma centre 128 s, spans 219 s and 224 s with s = 2^(n−8) (BT.601, BT.709)
//
// Across, chroma at the centre of its two luma samples is their mean, and is interpolated by 3/4 and 1/4; chroma on
// the left one is (1 2 1)/4 about it, and is interpolated by 1/2 and 1/2 between. Down, 4:2:0 is always at the centre.
// At the borders the last sample is repeated. All weights are powers of two, so nothing is lost before rounding.

#include "core/media/node/value.h"

#include <span>
#include <vector>

namespace ratescope::media::image {

/// Spans and offsets of stored luma and chroma.
struct YCbCrLevels {
    double lumaOffset, lumaSpan, chromaOffset, chromaSpan;
};
YCbCrLevels yCbCrLevels(int bitDepth, Range range);

/// One row: luma and chroma less their offsets, in any unit that reader and writer agree on.
struct YCbCrRow {
    std::vector<double> y, cb, cr;

    explicit YCbCrRow(std::int64_t width) : y(static_cast<std::size_t>(width)), cb(y.size()), cr(y.size()) {}
};

/// Every `stride`-th of the samples from `first` on, less `offset`.
void loadSamples(const Array& samples, std::size_t first, std::size_t stride, double offset,
                 std::span<double> values);
/// The inverse: values·factor/divisor + offset, rounded to nearest, halves up, clamped to 0 … peak.
struct Rounding {
    double factor = 1, divisor = 1, offset = 0, peak = 0;
};
void storeSamples(std::span<const double> values, const Rounding& rounding, Array& samples, std::size_t first,
                  std::size_t stride);

class YCbCrReader {
  public:
    /// The image is kept by reference.
    explicit YCbCrReader(const Image& image);
    /// In steps of the image's depth.
    void read(std::int64_t y, YCbCrRow& row);
    /// Row k of subsampled chroma as it is stored; the row has the width of chroma, and its luma is 0.
    void readChroma(std::int64_t k, YCbCrRow& row) const;

  private:
    void interpolate(const Array& plane, std::int64_t y, std::vector<double>& values);

    const Image& image_;
    YCbCrLevels levels_;
    std::vector<double> near_, far_;  ///< two rows of a chroma plane
};

class YCbCrWriter {
  public:
    /// Into `image`, whose fields are set, and whose arrays are made here. In rows white is lumaUnit, and chroma lies
    /// within ±cbUnit/2 and ±crUnit/2.
    YCbCrWriter(Image& image, std::int64_t height, std::int64_t width, double lumaUnit, double cbUnit,
                double crUnit);
    /// Rows from the top, none left out.
    void write(std::int64_t y, const YCbCrRow& row);
    /// Luma alone, and row k of subsampled chroma as it is to be stored, in place of write().
    void writeLuma(std::int64_t y, const YCbCrRow& row);
    void writeChroma(std::int64_t k, const YCbCrRow& row);

  private:
    struct Chroma {
        Rounding rounding;
        std::vector<double> above;  ///< of 4:2:0: the even row, filtered
    };
    void average(std::int64_t y, const std::vector<double>& values, Chroma& chroma, Array& plane);

    Image& image_;
    Rounding luma_;
    Chroma cb_, cr_;
    std::vector<double> filtered_;
};

}  // namespace ratescope::media::image
