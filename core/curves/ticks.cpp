#include "core/curves/ticks.h"

#include "core/curves/text.h"
#include "core/error.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ratescope::curves {
namespace {

struct Step {
    int tenths;      // of the power of ten
    double penalty;  // how much rather another one is taken
};
constexpr std::array<Step, 5> steps = {{{10, 0}, {20, 0}, {50, 0}, {25, 0.3}, {40, 0.4}}};
constexpr double leastPlain = 1e-4,
                 leastPower = 1e6;  // numbers between them are written without a power of ten
constexpr double onTick = 1e-9;     // part of a step that rounding may take from a tick

// An axis of whole steps: value(k) = k · tenths · 10^exponent, rounded once so that labels are short.
struct Grid {
    int tenths = 10;
    int exponent = 0;
    double first = 0, last = 0;

    double step() const { return value(1); }
    double value(double k) const {
        const double power = std::pow(10.0, std::abs(exponent));
        return exponent < 0 ? k * tenths / power : k * tenths * power;
    }
};

Grid linearGrid(double low, double high, std::size_t aim) {
    const double range = high - low;
    const int magnitude = static_cast<int>(std::floor(std::log10(range)));
    Grid best;
    double bestScore = 0;
    bool any = false;
    for (int exponent = magnitude - 2; exponent <= magnitude; ++exponent)
        for (const Step& step : steps) {
            Grid grid{step.tenths, exponent - 1, 0, 0};
            grid.first = std::floor(low / grid.step() + onTick);
            grid.last = std::ceil(high / grid.step() - onTick);
            const double count = grid.last - grid.first + 1;
            const double waste = (count - 1) * grid.step() / range - 1;
            const double score = 0.5 * std::abs(count - static_cast<double>(aim)) + 3 * waste + step.penalty;
            if (any && score >= bestScore) continue;
            any = true;
            best = grid;
            bestScore = score;
        }
    return best;
}

Ticks linearTicks(double low, double high, std::size_t aim) {
    const Grid grid = linearGrid(low, high, aim);
    Ticks ticks;
    for (double k = grid.first; k <= grid.last; ++k)
        ticks.major.push_back({grid.value(k), tickLabel(grid.value(k))});
    ticks.low = ticks.major.front().value;
    ticks.high = ticks.major.back().value;
    return ticks;
}

double powerOfTen(int exponent) {
    return exponent < 0 ? 1 / std::pow(10.0, -exponent) : std::pow(10.0, exponent);
}

double digitTimesPower(int digit, int exponent) {
    return exponent < 0 ? digit / std::pow(10.0, -exponent) : digit * std::pow(10.0, exponent);
}

bool isOneTwoFive(int digit) {
    return digit == 1 || digit == 2 || digit == 5;
}

std::string superscript(int exponent) {
    constexpr std::array<const char*, 10> digits = {"\u2070", "\u00b9", "\u00b2", "\u00b3", "\u2074",
                                                    "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
    std::string text = exponent < 0 ? "\u207b" : "";
    for (const char c : std::to_string(std::abs(exponent)))
        text += digits[static_cast<std::size_t>(c - '0')];
    return text;
}

/// Powers of ten alone, when one of them would be written so anyway: 10³ … 10⁶ rather than 1000 … 10⁶.
void writeAsPowers(std::vector<Tick>& ticks) {
    const auto isPlain = [](const Tick& tick) { return tick.value >= leastPlain && tick.value < leastPower; };
    if (std::ranges::all_of(ticks, isPlain)) return;
    for (Tick& tick : ticks)
        tick.label = "10" + superscript(static_cast<int>(std::lround(std::log10(tick.value))));
}

Ticks logTicks(double low, double high, std::size_t aim) {
    const double decades = std::log10(high / low);
    if (decades < 0.5) return linearTicks(low, high, aim);
    const int first = static_cast<int>(std::floor(std::log10(low))) - 1;
    const int last = static_cast<int>(std::ceil(std::log10(high))) + 1;
    Ticks ticks{powerOfTen(first), powerOfTen(last), {}, {}};
    for (int exponent = first; exponent <= last; ++exponent)
        for (const int digit : {1, 2, 5}) {
            const double value = digitTimesPower(digit, exponent);
            if (value <= low * (1 + onTick)) ticks.low = std::max(ticks.low, value);
            if (value >= high * (1 - onTick)) ticks.high = std::min(ticks.high, value);
        }
    const bool powersOnly = decades >= 2;
    const int stride = std::max(1, static_cast<int>(std::ceil(decades / static_cast<double>(aim + 2))));
    for (int exponent = first; exponent <= last; ++exponent)
        for (int digit = 1; digit <= 9; ++digit) {
            const double value = digitTimesPower(digit, exponent);
            if (value < ticks.low || value > ticks.high) continue;
            const bool isMajor = powersOnly ? digit == 1 && exponent % stride == 0 : isOneTwoFive(digit);
            if (isMajor)
                ticks.major.push_back({value, tickLabel(value)});
            else
                ticks.minor.push_back(value);
        }
    if (powersOnly) writeAsPowers(ticks.major);
    return ticks;
}

std::string withoutTrailingZeros(std::string text) {
    if (text.find('.') == std::string::npos) return text;
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
}

void requireAxis(double low, double high, Scale scale) {
    const char* remedy = "Choose other limits, or leave out the points that have no place on the axis.";
    if (!std::isfinite(low) || !std::isfinite(high) || low > high)
        throw Error(ErrorKind::Input,
                    "An axis can't go from " + shortest(low) + " to " + shortest(high) + ".", remedy);
    if (scale == Scale::Log && low <= 0)
        throw Error(ErrorKind::Input, "A logarithmic axis can't begin at " + shortest(low) + ".", remedy);
}

}  // namespace

const char* toText(Scale scale) {
    return scale == Scale::Log ? "log" : "linear";
}

std::string tickLabel(double value) {
    const double size = std::abs(value);
    if (value == 0) return "0";
    if (size >= leastPlain && size < leastPower) return withMinusSign(withoutTrailingZeros(fixed(value, 9)));
    int exponent = static_cast<int>(std::floor(std::log10(size)));
    std::string mantissa = withoutTrailingZeros(fixed(value / std::pow(10.0, exponent), 6));
    if (mantissa == "10" || mantissa == "-10") {
        mantissa.pop_back();
        ++exponent;
    }
    std::string power = "10" + superscript(exponent);
    if (mantissa == "1") return power;
    return withMinusSign(mantissa == "-1" ? "-" + power : mantissa + "\u00b7" + power);
}

Ticks niceTicks(double low, double high, Scale scale, std::size_t aim) {
    requireAxis(low, high, scale);
    if (low == high && scale == Scale::Log) {
        low /= 2;
        high *= 2;
    } else if (low == high) {
        const double room = low == 0 ? 1 : 0.1 * std::abs(low);
        low -= room;
        high += room;
    }
    return scale == Scale::Log ? logTicks(low, high, aim) : linearTicks(low, high, aim);
}

Ticks ticksWithin(double low, double high, Scale scale, std::size_t aim) {
    Ticks ticks = niceTicks(low, high, scale, aim);
    const double room = onTick * (high - low);
    std::erase_if(ticks.major,
                  [&](const Tick& tick) { return tick.value < low - room || tick.value > high + room; });
    std::erase_if(ticks.minor, [&](double value) { return value < low || value > high; });
    ticks.low = low;
    ticks.high = high;
    return ticks;
}

}  // namespace ratescope::curves
