#include "views/compare/layer.h"

#include "views/figure/marks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace ratescope::views {
namespace {

constexpr int mostSamples = 4;

int channelOf(float value) {
    return static_cast<int>(std::lround(std::clamp(value, 0.0f, 255.0f)));
}

/// 1024 steps: no two neighbours differ by more than one level.
QRgb viridisOf(float position) {
    static const std::array<QRgb, 1024> colours = [] {
        std::array<QRgb, 1024> table{};
        for (std::size_t i = 0; i < table.size(); ++i)
            table[i] = viridis(static_cast<double>(i) / (table.size() - 1)).rgb();
        return table;
    }();
    const float place = std::clamp(position, 0.0f, 1.0f) * (colours.size() - 1);
    return colours[static_cast<std::size_t>(std::lround(place))];
}

/// Which pixels of the picture one row of the result is the mean of.
struct Samples {
    QRect part;
    int level, perPixel, step;

    Samples(const QRect& asked, int atLevel)
        : part(asked),
          level(atLevel),
          perPixel(std::min(1 << atLevel, mostSamples)),
          step((1 << atLevel) / perPixel) {}
    QSize resultSize() const {
        const int unit = 1 << level;
        return {(part.width() + unit - 1) / unit, (part.height() + unit - 1) / unit};
    }
    /// How many lie in a row or column of the part.
    int within(int extent) const { return (extent + step - 1) / step; }
};

/// Means of what `value` makes of the colours of one pixel, three numbers a pixel of the result.
class RowMeans {
  public:
    RowMeans(const Layer& layer, const Samples& samples)
        : layer_(layer),
          samples_(samples),
          columns_(samples.within(samples.part.width())),
          rgb_(3 * static_cast<std::size_t>(columns_)),
          originalRgb_(layer.original ? rgb_.size() : 0) {}

    std::vector<float> row(int resultRow) {
        const auto width = static_cast<std::size_t>(samples_.resultSize().width());
        std::vector<float> sums(3 * width);
        std::vector<int> counts(width);
        const int first = resultRow * samples_.perPixel,
                  last = std::min(first + samples_.perPixel, samples_.within(samples_.part.height()));
        for (int line = first; line < last; ++line)
            add(samples_.part.top() + line * samples_.step, sums, counts);
        for (std::size_t i = 0; i < width; ++i)
            for (std::size_t c = 0; c < 3; ++c)
                sums[3 * i + c] /= static_cast<float>(std::max(1, counts[i]));
        return sums;
    }

  private:
    void add(int y, std::vector<float>& sums, std::vector<int>& counts) {
        layer_.picture->rgbRow(samples_.part.left(), y, samples_.step, columns_, rgb_.data());
        if (layer_.original)
            layer_.original->rgbRow(samples_.part.left(), y, samples_.step, columns_, originalRgb_.data());
        for (std::size_t i = 0; i < static_cast<std::size_t>(columns_); ++i) {
            const std::size_t target = i / static_cast<std::size_t>(samples_.perPixel);
            ++counts[target];
            for (std::size_t c = 0; c < 3; ++c)
                sums[3 * target + c] += valueOf(3 * i + c);
        }
    }

    float valueOf(std::size_t place) const {
        if (layer_.kind != Layer::Kind::Difference) return rgb_[place];
        const float difference = rgb_[place] - originalRgb_[place];
        return layer_.colours == DifferenceColours::Signed ? difference : std::abs(difference);
    }

    const Layer& layer_;
    const Samples& samples_;
    int columns_;
    std::vector<float> rgb_, originalRgb_;
};

QRgb differenceColour(const float* means, const Layer& layer) {
    const auto gain = static_cast<float>(layer.gain);
    if (layer.colours == DifferenceColours::Viridis)
        return viridisOf(gain * std::max({means[0], means[1], means[2]}) / viridisLevels);
    const float middle = layer.colours == DifferenceColours::Signed ? 128 : 0;
    return qRgb(channelOf(middle + gain * means[0]), channelOf(middle + gain * means[1]),
                channelOf(middle + gain * means[2]));
}

/// The map lies in the middle of the picture: windows that do not fit at its edges make it smaller.
QRgb mappedColour(const float* means, const Layer& layer, QPoint pixel) {
    const float grey = (means[0] + means[1] + means[2]) / 3;
    const MetricMap& map = *layer.map;
    const QSize margin = (layer.size() - map.size()) / 2;
    const QPoint place = pixel - QPoint(margin.width(), margin.height());
    if (!QRect(QPoint(), map.size()).contains(place)) {
        const int level = channelOf(grey);
        return qRgb(level, level, level);
    }
    const double range = map.greatest() - map.least();
    const double position = range > 0 ? (map.at(place.x(), place.y()) - map.least()) / range : 0;
    const QRgb ink = viridisOf(static_cast<float>(position));
    constexpr float cover = 0.7f;
    const auto mixed = [&](int channel) {
        return channelOf(cover * static_cast<float>(channel) + (1 - cover) * grey);
    };
    return qRgb(mixed(qRed(ink)), mixed(qGreen(ink)), mixed(qBlue(ink)));
}

}  // namespace

QImage Layer::render(const QRect& part, int level) const {
    const Samples samples(part, level);
    QImage image(samples.resultSize(), QImage::Format_RGB32);
    RowMeans means(*this, samples);
    for (int y = 0; y < image.height(); ++y) {
        const std::vector<float> row = means.row(y);
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < image.width(); ++x) {
            const float* pixel = row.data() + 3 * static_cast<std::size_t>(x);
            if (kind == Kind::Difference)
                line[x] = differenceColour(pixel, *this);
            else if (kind == Kind::Map)
                line[x] = mappedColour(pixel, *this, part.topLeft() + (QPoint(x, y) * (1 << level)));
            else
                line[x] = qRgb(channelOf(pixel[0]), channelOf(pixel[1]), channelOf(pixel[2]));
        }
    }
    return image;
}

}  // namespace ratescope::views
