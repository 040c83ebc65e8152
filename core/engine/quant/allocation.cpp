#include "core/engine/quant/allocation.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace ratescope::engine {
namespace {

constexpr std::uint64_t mostEntries = std::uint64_t{1} << 28;
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

/// The table: what is left of the budget above every unit's cheapest option, in steps of the costs' divisor.
struct Problem {
    std::uint64_t floor = 0, step = 0, capacity = 0;
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
    problem.capacity = std::min(budget - problem.floor, most) / problem.step;
    if (problem.capacity >= mostEntries / std::max<std::size_t>(units.size(), 1))
        throw Error(ErrorKind::Usage, "The costs are too fine to be weighed against each other.",
                    "Round them to a common step.");
    return problem;
}

}  // namespace

Allocation allocate(const std::vector<std::vector<Option>>& units, std::uint64_t budget) {
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
            const std::uint64_t steps = (units[unit][option].cost - least) / problem.step;
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
    best.cost = problem.floor + spent * problem.step;
    best.choices.resize(units.size());
    for (std::size_t unit = units.size(); unit-- > 0;) {
        best.choices[unit] = chosen[unit * width + spent];
        spent -= (units[unit][best.choices[unit]].cost - cheapest(units[unit])) / problem.step;
    }
    return best;
}

}  // namespace ratescope::engine
