#include "core/engine/quant/level_moves.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numeric>
#include <string>

namespace ratescope::engine {
namespace {

constexpr int mostSteps = 10;
constexpr double leastShareTaken = 0.8;

/// min(u₁, u₂) of numbers from 1 to `most`: one is likeliest.
int drawMutations(std::mt19937_64& random, int most) {
    const auto count = static_cast<std::size_t>(most);
    const std::size_t first = drawBelow(random, count), second = drawBelow(random, count);
    return 1 + static_cast<int>(std::min(first, second));
}

/// One of the units for which `may` holds; nothing if there is none.
template <typename May>
std::optional<std::size_t> drawUnit(const std::vector<std::size_t>& units, std::mt19937_64& random, May may) {
    std::vector<std::size_t> fitting;
    std::copy_if(units.begin(), units.end(), std::back_inserter(fitting), may);
    if (fitting.empty()) return std::nullopt;
    return fitting[drawBelow(random, fitting.size())];
}

void requireMutations(int most) {
    if (most < 1)
        throw Error(ErrorKind::Usage, "An offspring without a mutation is none.", "Allow at least one.");
}

std::vector<std::size_t> allUnits(std::size_t count) {
    std::vector<std::size_t> units(count);
    std::iota(units.begin(), units.end(), std::size_t{0});
    return units;
}

}  // namespace

std::uint64_t LevelProblem::cost(const Candidate& candidate) const {
    std::uint64_t sum = 0;
    for (std::size_t unit = 0; unit < costs.size(); ++unit)
        sum += costs[unit].at(static_cast<std::size_t>(candidate.at(unit)));
    return sum;
}

void checkProblem(const LevelProblem& problem) {
    if (problem.costs.empty())
        throw Error(ErrorKind::Usage, "There are no units to choose levels for.",
                    "Select tensors to compress.");
    for (const auto& costs : problem.costs) {
        if (costs.size() != problem.levels() || costs.size() < 2)
            throw Error(ErrorKind::Usage, "A unit has not the levels that the others have, or just one.",
                        "Give each the same two or more.");
        if (!std::is_sorted(costs.begin(), costs.end(), std::less_equal<>()))
            throw Error(ErrorKind::Usage, "A unit's higher level costs no more than a lower one.",
                        "Order levels by their bits.");
    }
    if (problem.startLevel < 0 || static_cast<std::size_t>(problem.startLevel) >= problem.levels() ||
        !problem.isLegal(Candidate(problem.costs.size(), 0)))
        throw Error(ErrorKind::Usage, "The target lies outside of what the levels allow.",
                    "Set it between the least and the greatest level.");
}

std::vector<std::size_t> groupsOfEqualCost(const LevelProblem& problem) {
    std::map<std::vector<std::uint64_t>, std::size_t> groups;
    std::vector<std::size_t> groupOf;
    for (const auto& costs : problem.costs)
        groupOf.push_back(groups.emplace(costs, groups.size()).first->second);
    return groupOf;
}

LevelMoves::LevelMoves(LevelProblem problem, int mostMutations)
    : problem_(std::move(problem)), mostMutations_(mostMutations) {
    checkProblem(problem_);
    requireMutations(mostMutations);
}

Candidate LevelMoves::start(std::mt19937_64& random) const {
    Candidate candidate(problem_.costs.size(), problem_.startLevel);
    const std::vector<std::size_t> units = allUnits(candidate.size());
    while (!problem_.isLegal(candidate))
        --candidate[*drawUnit(units, random, [&](std::size_t unit) { return candidate[unit] > 0; })];
    return candidate;
}

bool LevelMoves::hasOneStart() const {
    return problem_.isLegal(Candidate(problem_.costs.size(), problem_.startLevel));
}

GroupExchange::GroupExchange(LevelProblem problem, const std::vector<std::size_t>& groupOf, int mostMutations)
    : LevelMoves(std::move(problem), mostMutations) {
    if (groupOf.size() != problem_.costs.size())
        throw Error(ErrorKind::Internal, "Not every unit has its group.", "");
    groupsByUnit_.resize(groupOf.size());
    for (std::size_t unit = 0; unit < groupOf.size(); ++unit)
        for (std::size_t other = 0; other < groupOf.size(); ++other)
            if (groupOf[other] == groupOf[unit]) groupsByUnit_[unit].push_back(other);
}

std::optional<Candidate> GroupExchange::mutated(const Candidate& parent, std::mt19937_64& random) const {
    Candidate child = parent;
    const int most = static_cast<int>(problem_.levels()) - 1;
    for (int left = drawMutations(random, mostMutations_); left > 0; --left) {
        const auto& group = groupsByUnit_[drawBelow(random, groupsByUnit_.size())];
        const auto down = drawUnit(group, random, [&](std::size_t unit) { return child[unit] > 0; });
        const auto up = drawUnit(group, random, [&](std::size_t unit) { return child[unit] < most; });
        if (!down || !up) continue;
        --child[*down];
        ++child[*up];
    }
    return problem_.isLegal(child) ? std::optional(child) : std::nullopt;
}

FreeExchange::FreeExchange(LevelProblem problem, int mostMutations)
    : LevelMoves(std::move(problem), mostMutations) {}

std::optional<Candidate> FreeExchange::mutated(const Candidate& parent, std::mt19937_64& random) const {
    Candidate child = parent;
    const int most = static_cast<int>(problem_.levels()) - 1;
    const std::vector<std::size_t> units = allUnits(child.size());
    int steps = 0;
    for (int left = drawMutations(random, mostMutations_); left > 0; --left) {
        const auto up = drawUnit(units, random, [&](std::size_t unit) { return child[unit] < most; });
        if (!up) break;
        ++child[*up];
        ++steps;
    }
    const std::uint64_t added = problem_.cost(child) - problem_.cost(parent);
    const std::uint64_t grown = problem_.cost(child);
    while (!problem_.isLegal(child)) {
        const auto down = drawUnit(units, random, [&](std::size_t unit) { return child[unit] > 0; });
        if (!down || ++steps > mostSteps) return std::nullopt;
        --child[*down];
    }
    const std::uint64_t removed = grown - problem_.cost(child);
    if (static_cast<double>(added) < leastShareTaken * static_cast<double>(removed)) return std::nullopt;
    return child;
}

StepExchange::StepExchange(std::vector<Range> ranges, int mostDeviation, int mostMutations)
    : ranges_(std::move(ranges)), mostDeviation_(mostDeviation), mostMutations_(mostMutations) {
    const bool isProblem = !ranges_.empty() && std::ranges::all_of(ranges_, [](const Range& range) {
        return range.middle >= 0 && range.middle <= range.most;
    });
    if (!isProblem)
        throw Error(ErrorKind::Usage, "There are no units to choose levels for, or their levels are none.",
                    "Select tensors to compress.");
    requireMutations(mostMutations);
}

Candidate StepExchange::start(std::mt19937_64& /*random*/) const {
    Candidate candidate;
    for (const Range& range : ranges_)
        candidate.push_back(range.middle);
    return candidate;
}

std::optional<Candidate> StepExchange::mutated(const Candidate& parent, std::mt19937_64& random) const {
    Candidate child = parent;
    const std::vector<std::size_t> units = allUnits(child.size());
    for (int left = drawMutations(random, mostMutations_); left > 0; --left) {
        const auto down = drawUnit(units, random, [&](std::size_t unit) { return child[unit] > 0; });
        const auto up =
            drawUnit(units, random, [&](std::size_t unit) { return child[unit] < ranges_[unit].most; });
        if (!down || !up) break;
        --child[*down];
        ++child[*up];
    }
    int deviation = 0;
    for (std::size_t unit = 0; unit < child.size(); ++unit)
        deviation += std::abs(child[unit] - ranges_[unit].middle);
    return mostDeviation_ == 0 || deviation <= mostDeviation_ ? std::optional(child) : std::nullopt;
}

Candidate nearestSteps(const std::vector<StepExchange::Range>& ranges, const std::vector<double>& distances) {
    Candidate levels;
    int surplus = 0;
    for (std::size_t unit = 0; unit < ranges.size(); ++unit) {
        const double wanted = std::round(ranges[unit].middle + distances.at(unit));
        levels.push_back(static_cast<int>(std::clamp<double>(wanted, 0, ranges[unit].most)));
        surplus += levels.back() - ranges[unit].middle;
    }
    // How far a step that way takes the unit from what was wanted of it.
    const auto away = [&](std::size_t unit, int step) {
        return std::abs(levels[unit] + step - ranges[unit].middle - distances[unit]) -
               std::abs(levels[unit] - ranges[unit].middle - distances[unit]);
    };
    while (surplus != 0) {
        const int step = surplus > 0 ? -1 : 1;
        std::optional<std::size_t> best;
        for (std::size_t unit = 0; unit < levels.size(); ++unit) {
            const int level = levels[unit] + step;
            if (level < 0 || level > ranges[unit].most) continue;
            if (!best || away(unit, step) < away(*best, step)) best = unit;
        }
        levels[*best] += step;  // there is one: all at their middles have no surplus
        surplus += step;
    }
    return levels;
}

LeaveOutMoves::LeaveOutMoves(std::size_t kinds, std::size_t units, std::size_t leftOut, int mostMutations)
    : kinds_(kinds), units_(units), leftOut_(leftOut), mostMutations_(mostMutations) {
    if (leftOut == 0 || leftOut >= units)
        throw Error(ErrorKind::Usage,
                    "Of " + std::to_string(units) + " blocks " + std::to_string(leftOut) +
                        " were to be left out: there is nothing to search.",
                    "Leave out one at least, and not all.");
    requireMutations(mostMutations);
}

Candidate LeaveOutMoves::start(std::mt19937_64& random) const {
    Candidate candidate(kinds_ * units_, 0);
    for (std::size_t kind = 0; kind < kinds_; ++kind)
        for (std::size_t count = 0; count < leftOut_; ++count) {
            std::size_t unit = drawBelow(random, units_ - count);
            // The unit-th of those that stay.
            for (std::size_t i = 0; i < units_; ++i)
                if (int& level = candidate[kind * units_ + i]; level == 0 && unit-- == 0) {
                    level = 1;
                    break;
                }
        }
    return candidate;
}

std::optional<Candidate> LeaveOutMoves::mutated(const Candidate& parent, std::mt19937_64& random) const {
    Candidate child = parent;
    for (int left = drawMutations(random, mostMutations_); left > 0; --left) {
        std::vector<std::size_t> kind = allUnits(units_);
        const std::size_t first = drawBelow(random, kinds_) * units_;
        for (std::size_t& unit : kind)
            unit += first;
        const auto stays = drawUnit(kind, random, [&](std::size_t unit) { return child[unit] == 0; });
        const auto out = drawUnit(kind, random, [&](std::size_t unit) { return child[unit] == 1; });
        std::swap(child[*stays], child[*out]);
    }
    return child;
}

Candidate evenLevels(const std::vector<std::size_t>& groupOf, double level) {
    std::map<std::size_t, double> placed;  // units of the group so far
    Candidate levels;
    for (const std::size_t group : groupOf) {
        double& count = placed[group];
        // The sum of the group's levels is the wanted one, rounded down, after each of its units.
        const double before = std::floor(level * count + 1e-9);
        count += 1;
        levels.push_back(static_cast<int>(std::floor(level * count + 1e-9) - before));
    }
    return levels;
}

}  // namespace ratescope::engine
