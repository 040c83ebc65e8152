#pragma once

// Where an axis begins, ends and is labelled.

#include <cstddef>
#include <string>
#include <vector>

namespace ratescope::curves {

enum class Scale { Linear, Log };

/// "linear", "log".
const char* toText(Scale scale);

struct Tick {
    double value = 0;
    std::string label;  ///< as drawn, with a true minus sign: "0.95", "−3", "10⁵"
};

struct Ticks {
    double low = 0, high = 1;   ///< limits of the axis
    std::vector<Tick> major;    ///< labelled, by rising value, within the limits
    std::vector<double> minor;  ///< unlabelled ones of a log axis
};

/// Limits and ticks for data between `low` and `high`: the limits are widened to ticks, of which there are
/// about `aim`. Linear ticks are 1, 2, 2.5, 4 or 5 times a power of ten; log ticks are powers of ten, or 1,
/// 2, 5 times them over less than two decades, or linear ones over less than half a decade. Equal values are
/// given room on both sides. Throws Error(Input) for values that are not finite, low > high, and a log axis
/// that reaches 0.
Ticks niceTicks(double low, double high, Scale scale, std::size_t aim = 6);

/// The same ticks for limits that stand as they are: those of niceTicks that lie within. low < high.
Ticks ticksWithin(double low, double high, Scale scale, std::size_t aim = 6);

/// "0.3", "2500", "−4", "10⁶", "2.5·10⁻⁷": plain from 0.0001 to below a million.
std::string tickLabel(double value);

}  // namespace ratescope::curves
