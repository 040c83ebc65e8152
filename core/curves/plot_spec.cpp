#include "core/curves/plot_spec.h"

#include <array>

namespace ratescope::curves {

const char* toText(PlotView view) {
    constexpr std::array<const char*, 4> names = {"line", "scatter", "bars", "heat-map"};
    return names[static_cast<std::size_t>(view)];
}

}  // namespace ratescope::curves
