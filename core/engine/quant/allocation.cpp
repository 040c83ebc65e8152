#include "core/engine/quant/allocation.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace ratescope::engine {
namespace {

constexpr std::uint64_t mostBytes = std::uint64_t{1} << 28;
constexpr std::uint64_t bytesOfLosses = 2 * sizeof(double);  // beside a byte a unit
constexpr double none = std::numeric_limits<double>::infinity();

std::uint64_t cheapest(const std::vector<Option>& options) {
    return std::ranges::min_element(options, {}, &Option::cost)->cost;
}

void requireOptions(const std::vector<std::vector<Option>>& units) {
    for (const auto& options : units) {
        if (options.empty())
            throw Error(ErrorKind::Usage, "A unit has nothing to choose from.", "Give each an option.");
        if (options.size() > 256)
            throw Error(ErrorKind::Usage, "A unit has more than 256 options.", "Leave some out.");
        for (const Option& option : options)
            if (!std::isfinite(option.loss))
                throw Error(ErrorKind::Usage, "The loss of an option is no number.", "Measure it again.");
    }
}

/// The table: what is left of the budget above every unit's cheapest option, in steps of the costs' divisor, or of a
/// multiple of it where the table would be too large.
struct Problem {
    std::uint64_t floor = 0, step = 0, capacity = 0;
    bool isRounded = false;

    /// Of what an option costs more than the cheapest.
    std::uint64_t stepsOf(std::uint64_t more) const { return more / step + (more % step > 0 ? 1 : 0); }
};

Problem problemOf(const std::vector<std::vector<Option>>& units, std::uint64_t budget) {
    Problem problem;
    std::uint64_t most = 0;
    for (const auto& options : units) {
        const std::uint64_t least = cheapest(options);
        if (least > budget - problem.floor)
            throw Error(ErrorKind::Usage, "Not even the cheapest options fit the budget.",
                        "Allow more bits.");
        problem.floor += least;
        std::uint64_t dearest = 0;
        for (const Option& option : options) {
            problem.step = std::gcd(problem.step, option.cost - least);
            dearest = std::max(dearest, option.cost - least);
        }
        most += std::min(dearest, budget);
    }
    problem.step = std::max<std::uint64_t>(problem.step, 1);
    const std::uint64_t spread = std::min(budget - problem.floor, most);
    const std::uint64_t mostSteps = std::max<std::uint64_t>(mostBytes / (bytesOfLosses + units.size()), 1);
    const std::uint64_t exact = spread / problem.step;
    problem.isRounded = exact > mostSteps;
    if (problem.isRounded) problem.step *= exact / mostSteps + 1;
    problem.capacity = spread / problem.step;
    return problem;
}

/// Rounded costs leave some of the budget: the unit that wins most by a dearer option has it, while there is one.
void spendRest(const std::vector<std::vector<Option>>& units, std::uint64_t budget, Allocation& allocation) {
    for (;;) {
        std::size_t unit = units.size(), choice = 0;
        double most = 0;
        for (std::size_t i = 0; i < units.size(); ++i) {
            const Option& present = units[i][allocation.choices[i]];
            for (std::size_t option = 0; option < units[i].size(); ++option) {
                const double won = present.loss - units[i][option].loss;
                if (!(won > most) || units[i][option].cost > budget - (allocation.cost - present.cost))
                    continue;
                most = won;
                unit = i;
                choice = option;
            }
        }
        if (unit == units.size()) return;
        allocation.cost += units[unit][choice].cost - units[unit][allocation.choices[unit]].cost;
        allocation.loss -= most;
        allocation.choices[unit] = choice;
    }
}

}  // namespace

Allocation allocate(const std::vector<std::vector<Option>>& units, std::uint64_t budget,
                    const std::function<void()>& check) {
    requireOptions(units);
    const Problem problem = problemOf(units, budget);
    const std::size_t width = problem.capacity + 1;
    // losses[c]: the least with exactly c steps spent so far.
    std::vector<double> losses(width, none), next(width);
    losses[0] = 0;
    std::vector<std::uint8_t> chosen(units.size() * width);
    for (std::size_t unit = 0; unit < units.size(); ++unit) {
        std::ranges::fill(next, none);
        const std::uint64_t least = cheapest(units[unit]);
        for (std::size_t option = 0; option < units[unit].size(); ++option) {
            if (check) check();
            const std::uint64_t steps = problem.stepsOf(units[unit][option].cost - least);
            for (std::size_t spent = steps; spent < width; ++spent) {
                const double loss = losses[spent - steps] + units[unit][option].loss;
                if (!(loss < next[spent])) continue;
                next[spent] = loss;
                chosen[unit * width + spent] = static_cast<std::uint8_t>(option);
            }
        }
        losses.swap(next);
    }
    auto spent = static_cast<std::size_t>(std::ranges::min_element(losses) - losses.begin());
    Allocation best;
    best.loss = losses[spent];
    best.choices.resize(units.size());
    for (std::size_t unit = units.size(); unit-- > 0;) {
        best.choices[unit] = chosen[unit * width + spent];
        const Option& option = units[unit][best.choices[unit]];
        best.cost += option.cost;
        spent -= problem.stepsOf(option.cost - cheapest(units[unit]));
    }
    if (problem.isRounded) spendRest(units, budget, best);
    return best;
}

}  // namespace ratescope::engine
