#pragma once

// Rows of a pair of pictures as s = x + y and d = x − y (see ssim_rows.h): from stored samples, or from
// floats that were halved before.

#include "core/media/node/value.h"
#include "core/media/quality/picture_pair.h"
#include "core/media/quality/ssim_rows.h"

#include <cstddef>
#include <vector>

namespace ratescope::media {

/// A pair of pictures of one size, 1 or 3 interleaved channels.
class PairRows {
  public:
    PairRows(std::size_t columns, std::size_t lines, int interleaved)
        : width(columns), height(lines), channels(interleaved) {}
    virtual ~PairRows() = default;

    /// s and d of pixels `first` … `first + pixels − 1` of a row.
    virtual void read(const SsimRows& rows, std::size_t row, std::size_t first, std::size_t pixels, float* s,
                      float* d) const = 0;

    const std::size_t width, height;
    const int channels;
};

/// Of two images that checkPair() takes; both must outlive it.
class ImageRows final : public PairRows {
  public:
    ImageRows(const Image& x, const Image& y, Look look);
    void read(const SsimRows& rows, std::size_t row, std::size_t first, std::size_t pixels, float* s,
              float* d) const override;

  private:
    const Image &x_, &y_;
    const std::size_t stored_;  ///< samples of a stored pixel
    const bool weighted_;       ///< luma of RGB
};

/// Room for the means of 2 × 2 pixels of another pair. An odd side is lengthened by a row or column of black before
/// the first, as pytorch-msssim 1.0.0 does it.
class HalvedRows final : public PairRows {
  public:
    explicit HalvedRows(const PairRows& whole);
    /// Fills rows `begin` … `end − 1`; different ones may be filled at once.
    void fill(const SsimRows& rows, const PairRows& whole, std::size_t begin, std::size_t end);
    void read(const SsimRows& rows, std::size_t row, std::size_t first, std::size_t pixels, float* s,
              float* d) const override;

  private:
    std::vector<float> s_, d_;
};

}  // namespace ratescope::media
