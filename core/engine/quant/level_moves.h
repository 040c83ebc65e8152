#pragma once

// The moves of EvoPress's searches (arXiv 2410.14649, algorithm 1; rules as in the authors' program): levels of equal
// units exchanged one for one, levels of unequal units within a budget, and units that are left out.

#include "core/engine/quant/evolution.h"

#include <cstdint>
#include <vector>

namespace ratescope::engine {

/// Units whose level says how many bits they take.
struct LevelProblem {
    std::vector<std::vector<std::uint64_t>> costs;  ///< [unit][level]: bits, rising with the level
    std::uint64_t budget = 0;                       ///< that all of them may take
    int startLevel = 0;  ///< levels are taken down from it, unit by unit, until the budget is kept

    std::size_t levels() const { return costs.front().size(); }
    std::uint64_t cost(const Candidate& candidate) const;
    bool isLegal(const Candidate& candidate) const { return cost(candidate) <= budget; }
};

/// Throws Error(Usage) unless there are units, each has the same number of levels, two or more, costs rise, and the
/// cheapest levels fit the budget.
void checkProblem(const LevelProblem& problem);

/// Numbers of sets of units that may exchange levels: those that cost the same at every level.
std::vector<std::size_t> groupsOfEqualCost(const LevelProblem& problem);

/// The start of both searches over levels: all units at the start level, then random ones one level down until the
/// budget is kept. It is one where that is so at once.
class LevelMoves : public Moves {
  public:
    Candidate start(std::mt19937_64& random) const override;
    bool hasOneStart() const override;

  protected:
    LevelMoves(LevelProblem problem, int mostMutations);

    const LevelProblem problem_;
    const int mostMutations_;
};

/// One to `mostMutations` times: a group, likelier the more units it has, one unit of it a level down and one up. The
/// cost stays exactly as it is where the units of a group cost the same.
class GroupExchange : public LevelMoves {
  public:
    /// `groupOf` by unit.
    GroupExchange(LevelProblem problem, const std::vector<std::size_t>& groupOf, int mostMutations);
    std::optional<Candidate> mutated(const Candidate& parent, std::mt19937_64& random) const override;

  private:
    std::vector<std::vector<std::size_t>> groupsByUnit_;  ///< of each unit, all units of its group
};

/// Some units a level up, then random ones down until the budget is kept. Rejected are offspring of more than ten
/// steps, and those that give away far more than they took (added/removed < 0.8).
class FreeExchange : public LevelMoves {
  public:
    FreeExchange(LevelProblem problem, int mostMutations);
    std::optional<Candidate> mutated(const Candidate& parent, std::mt19937_64& random) const override;
};

/// Levels of equal steps for all units, each unit with a range of its own around a middle: the sum of levels stays what
/// the middles come to. One to `mostMutations` times a unit goes a level down and one up (perhaps the same).
class StepExchange : public Moves {
  public:
    struct Range {
        int middle = 0, most = 0;  ///< levels are 0 … most, and the start is at the middle
    };
    /// `mostDeviation`: of Σ|level − middle|; 0: any. Throws Error(Usage) where there are no units, or a middle lies
    /// outside of its range.
    StepExchange(std::vector<Range> ranges, int mostDeviation, int mostMutations);
    Candidate start(std::mt19937_64& random) const override;
    bool hasOneStart() const override { return true; }
    std::optional<Candidate> mutated(const Candidate& parent, std::mt19937_64& random) const override;

  private:
    std::vector<Range> ranges_;
    int mostDeviation_, mostMutations_;
};

/// The candidate nearest to wanted distances from the middles (by unit, in levels) whose sum of levels is that of the
/// middles: rounded, then the units that rounding favoured most give way.
Candidate nearestSteps(const std::vector<StepExchange::Range>& ranges, const std::vector<double>& distances);

/// Units that are left out (level 1) or stay (0): of each kind equally many. A move swaps one that stays with one that
/// is left out, of a kind drawn with equal chances.
class LeaveOutMoves : public Moves {
  public:
    /// Of `kinds` kinds, `units` each, one kind after the other. Throws Error(Usage) unless 0 < leftOut < units.
    LeaveOutMoves(std::size_t kinds, std::size_t units, std::size_t leftOut, int mostMutations);
    Candidate start(std::mt19937_64& random) const override;
    bool hasOneStart() const override { return false; }
    std::optional<Candidate> mutated(const Candidate& parent, std::mt19937_64& random) const override;

  private:
    std::size_t kinds_, units_, leftOut_;
    int mostMutations_;
};

/// The allocation that is as even as whole levels allow: within each group, units in their order take the two levels
/// around the wanted one, evenly spread, and no group's mean lies above it. Whole numbers give all units that level.
Candidate evenLevels(const std::vector<std::size_t>& groupOf, double level);

}  // namespace ratescope::engine
