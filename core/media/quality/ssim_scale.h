#pragma once

// One scale of SSIM: 1 − SSIM, or 1 − its structure term, at every place of the window, and their means. Work is cut
// into pieces (strips of columns × bands of rows) that do not depend on the number of threads.

#include "core/media/quality/sample_rows.h"
#include "core/media/quality/ssim_rows.h"

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

namespace ratescope::media {

class SsimScale {
  public:
    enum class Term { Whole, Structure };

    /// The pair must outlive it and be no smaller than the window.
    SsimScale(const PairRows& pair, const SsimRows& rows, const SsimConstants& constants, Term term);

    /// Places of the window.
    std::size_t width() const { return width_; }
    std::size_t height() const { return height_; }

    /// Keeps the losses of all places too, interleaved channels, rows from the top.
    void keepMap() { map_.resize(width_ * height_ * channels_); }
    std::vector<float> takeMap() { return std::move(map_); }

    std::size_t pieces() const { return sums_.size(); }
    /// Computes a piece; different ones may run at once.
    void compute(std::size_t piece);
    /// Of each channel, once all pieces are computed.
    std::vector<double> meanLosses() const;

  private:
    struct Area;
    Area areaOf(std::size_t piece) const;
    SumAndDifference levelOf(const Area& area) const;
    void store(const float* loss, std::size_t row, const Area& area);

    const PairRows& pair_;
    const SsimRows& rows_;
    const SsimConstants& constants_;
    const Term term_;
    const std::size_t channels_, width_, height_, strips_, bands_;
    std::vector<std::array<double, 3>> sums_;  ///< of each piece, by channel
    std::vector<float> map_;
};

}  // namespace ratescope::media
