#include "core/media/quality/ssim_scale.h"

#include <algorithm>

namespace ratescope::media {
namespace {

/// Tall enough that the ten rows which bands share cost little, low enough that threads find something to do.
constexpr std::size_t bandRows = 128;
/// The moments of so many rows are held; then the last ten of them move to the front.
constexpr std::size_t heldRows = 42;
constexpr std::size_t sharedRows = windowTaps - 1;

std::size_t piecesOf(std::size_t length, std::size_t each) {
    return (length + each - 1) / each;
}

/// Moments of the latest rows of a strip.
class MomentRows {
  public:
    /// Where the moments of the next row go.
    float* next() {
        if (filled_ == heldRows) {
            std::copy_n(rows_.end() - sharedRows * momentSamples, sharedRows * momentSamples, rows_.begin());
            filled_ = sharedRows;
        }
        return rows_.data() + filled_++ * momentSamples;
    }
    /// The middle one of the latest eleven; null before there are so many.
    const float* middle() const {
        return filled_ < windowTaps ? nullptr : rows_.data() + (filled_ - windowReach - 1) * momentSamples;
    }

  private:
    std::vector<float> rows_ = std::vector<float>(heldRows * momentSamples);
    std::size_t filled_ = 0;
};

}  // namespace

/// The places of the window in a piece.
struct SsimScale::Area {
    std::size_t left, width, top, bottom;
};

SsimScale::SsimScale(const PairRows& pair, const SsimRows& rows, const SsimConstants& constants, Term term)
    : pair_(pair),
      rows_(rows),
      constants_(constants),
      term_(term),
      channels_(static_cast<std::size_t>(pair.channels)),
      width_(pair.width - sharedRows),
      height_(pair.height - sharedRows),
      strips_(piecesOf(width_, stripSamples / channels_)),
      bands_(piecesOf(height_, bandRows)),
      sums_(strips_ * bands_) {}

SsimScale::Area SsimScale::areaOf(std::size_t piece) const {
    const std::size_t stripWidth = stripSamples / channels_;
    const std::size_t left = piece % strips_ * stripWidth, band = piece / strips_;
    return {left, std::min(stripWidth, width_ - left), band * height_ / bands_,
            (band + 1) * height_ / bands_};
}

/// What s and d have in the middle of the piece.
SumAndDifference SsimScale::levelOf(const Area& area) const {
    std::array<float, 3> s, d;
    const std::size_t row = (area.top + area.bottom + sharedRows) / 2;
    pair_.read(rows_, row, area.left + (area.width + sharedRows) / 2, 1, s.data(), d.data());
    SumAndDifference level;
    for (std::size_t i = 0; i < reachedSamples; ++i) {
        level.s[i] = s[i % channels_];
        level.d[i] = d[i % channels_];
    }
    return level;
}

void SsimScale::compute(std::size_t piece) {
    const Area area = areaOf(piece);
    const SumAndDifference level = levelOf(area);
    SumAndDifference strip;
    std::array<float, stripSamples> loss;
    LaneSums lanes{};
    MomentRows held;
    for (std::size_t row = area.top; row < area.bottom + sharedRows; ++row) {
        pair_.read(rows_, row, area.left, area.width + sharedRows, strip.s.data(), strip.d.data());
        rows_.moments(strip, level, held.next());
        const float* middle = held.middle();
        if (!middle) continue;
        (term_ == Term::Whole ? rows_.ssimLoss : rows_.structureLoss)(middle, level, constants_, loss.data());
        rows_.addUp(loss.data(), area.width * channels_, lanes);
        if (!map_.empty()) store(loss.data(), row - sharedRows, area);
    }
    for (std::size_t lane = 0; lane < lanes.size(); ++lane)
        sums_[piece][lane % channels_] += lanes[lane];
}

void SsimScale::store(const float* loss, std::size_t row, const Area& area) {
    std::copy_n(loss, area.width * channels_,
                map_.begin() + static_cast<std::ptrdiff_t>((row * width_ + area.left) * channels_));
}

std::vector<double> SsimScale::meanLosses() const {
    std::vector<double> means(channels_);
    for (const auto& sums : sums_)
        for (std::size_t channel = 0; channel < channels_; ++channel)
            means[channel] += sums[channel];
    for (double& mean : means)
        mean /= static_cast<double>(width_ * height_);
    return means;
}

}  // namespace ratescope::media
