#include "core/run/reach_search.h"

#include <algorithm>
#include <cmath>

namespace ratescope::run {

ReachSearch::ReachSearch(const ReachAim& aim) : aim_(aim), next_(aim.range.low) {}

bool ReachSearch::meets(double quantity) const {
    return std::abs(quantity - aim_.target) <= aim_.tolerance * std::abs(aim_.target);
}

bool ReachSearch::within() const {
    return best_ && meets(best_->quantity);
}

void ReachSearch::tell(double quantity) {
    const ReachStep step{*next_, quantity};
    const auto distance = [&](const ReachStep& one) { return std::abs(one.quantity - aim_.target); };
    if (!best_ || distance(step) < distance(*best_)) best_ = step;
    ++runs_;
    next_.reset();
    if (runs_ == 1)
        ends_[0] = step;
    else if (runs_ == 2)
        ends_[1] = step;
    else
        narrow(step);
    if (meets(quantity)) return;
    if (runs_ == 1) {
        next_ = aim_.range.high;
        return;
    }
    const auto [least, most] = std::minmax(ends_[0].quantity, ends_[1].quantity);
    if (runs_ == 2 && (aim_.target < least || aim_.target > most))
        unreachable_ = true;
    else if (runs_ < aim_.mostRuns)
        choose();
}

void ReachSearch::narrow(const ReachStep& step) {
    const auto [least, most] = std::minmax(ends_[0].quantity, ends_[1].quantity);
    if (step.quantity < least || step.quantity > most) monotone_ = false;
    const double before = scaled(ends_[1].place) - scaled(ends_[0].place);
    const bool isLow = (step.quantity < aim_.target) == (ends_[0].quantity < aim_.target);
    ends_[isLow ? 0 : 1] = step;
    const double after = scaled(ends_[1].place) - scaled(ends_[0].place);
    bisects_ = interpolated_ && after > before / 2;
}

double ReachSearch::scaled(double place) const {
    return aim_.range.logScale ? std::log(place) : place;
}

double ReachSearch::unscaled(double position) const {
    const double place = aim_.range.logScale ? std::exp(position) : position;
    const double low = ends_[0].place, high = ends_[1].place;
    if (!aim_.range.integers) return std::clamp(place, low, high);
    return std::clamp(std::round(place), low + 1, high - 1);
}

/// Of the integers between the ends, how often they can be halved; at least as often in the logarithm.
int ReachSearch::bisectionsLeft() const {
    const double low = ends_[0].place, high = ends_[1].place;
    const double steps =
        aim_.range.logScale ? std::log(high / low) / std::log(high / (high - 1)) : high - low;
    return static_cast<int>(std::ceil(std::log2(std::max(steps, 1.0))));
}

/// Where the straight line between the ends meets the target; in the logarithm of the quantity where it has one,
/// since sizes grow by factors.
std::optional<double> ReachSearch::interpolated() const {
    double low = ends_[0].quantity, high = ends_[1].quantity, target = aim_.target;
    if (low > 0 && high > 0 && target > 0) {
        low = std::log(low);
        high = std::log(high);
        target = std::log(target);
    }
    if (!std::isfinite(low) || !std::isfinite(high) || low == high) return std::nullopt;
    const double part = std::clamp((target - low) / (high - low), 0.0, 1.0);
    const double from = scaled(ends_[0].place), to = scaled(ends_[1].place);
    return from + part * (to - from);
}

void ReachSearch::choose() {
    const double low = ends_[0].place, high = ends_[1].place;
    if (aim_.range.integers && high - low <= 1) return;
    const bool spare = !aim_.range.integers || aim_.mostRuns - runs_ > bisectionsLeft();
    const auto isInside = [&](double place) { return place > low && place < high; };
    const auto line = !bisects_ && spare ? interpolated() : std::nullopt;
    interpolated_ = line && isInside(unscaled(*line));
    const double place = unscaled(interpolated_ ? *line : (scaled(low) + scaled(high)) / 2);
    if (isInside(place)) next_ = place;
}

}  // namespace ratescope::run
