#include "views/theme/mixed.h"

namespace ratescope::views {

QColor mixed(const QColor& under, const QColor& over, double amount) {
    const auto part = [amount](float from, float to) {
        return from + (to - from) * static_cast<float>(amount);
    };
    return QColor::fromRgbF(part(under.redF(), over.redF()), part(under.greenF(), over.greenF()),
                            part(under.blueF(), over.blueF()));
}

}  // namespace ratescope::views
