#pragma once

// What a cell shows of pictures: one as it is, the difference of two, or one under a metric's map. Rendered in parts,
// in any thread.

#include "views/compare/picture.h"

#include <QImage>
#include <QRect>
#include <memory>

namespace ratescope::views {

/// How differences are coloured: by their greatest channel from violet to yellow, each channel's size as its
/// brightness, or each channel's signed difference around grey.
enum class DifferenceColours { Viridis, Grey, Signed };

/// Levels of 8 bits at which viridis ends at a gain of 1.
inline constexpr int viridisLevels = 64;

struct Layer {
    enum class Kind { Picture, Difference, Map };

    Kind kind = Kind::Picture;
    std::shared_ptr<const Picture> picture;
    std::shared_ptr<const Picture> original;  ///< of a difference: what is subtracted
    std::shared_ptr<const MetricMap> map;
    int gain = 1;
    DifferenceColours colours = DifferenceColours::Viridis;

    bool operator==(const Layer&) const = default;
    QSize size() const { return picture ? picture->size() : QSize(); }

    /// The part of the picture, each pixel the mean of 2^level × 2^level of it (of 4 × 4 of these at most). `part`
    /// lies within; its size is rounded up.
    QImage render(const QRect& part, int level) const;
};

}  // namespace ratescope::views
