#pragma once

namespace ratescope::curves {

/// A closed interval: a range of quality or rate, or a confidence interval.
struct Interval {
    double low = 0;
    double high = 0;

    bool operator==(const Interval&) const = default;
};

}  // namespace ratescope::curves
