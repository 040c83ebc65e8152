// Evolutionary search on fitness in closed form: against brute force, exact budgets, elitism, going on, hard ends.

#include "core/engine/quant/evolution.h"

#include "core/engine/quant/allocation.h"
#include "core/engine/quant/level_moves.h"
#include "tests/core/error_check.h"

#include <QTest>
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

using namespace ratescope;
using namespace ratescope::engine;

namespace {

Evolution::Generators seeded(std::uint64_t seed) {
    return [seed](std::uint64_t stream) { return std::mt19937_64(seed * 1000 + stream); };
}

/// Eight units of two sizes, five levels.
LevelProblem twoSizes(double mean) {
    LevelProblem problem;
    double budget = 0;
    for (std::uint64_t unit = 0; unit < 8; ++unit) {
        const std::uint64_t size = unit % 4 == 0 ? 300 : 100;
        std::vector<std::uint64_t>& costs = problem.costs.emplace_back();
        for (std::uint64_t level = 0; level < 5; ++level)
            costs.push_back(size * (2 + level) + 16);
        budget += static_cast<double>(size) * (2 + mean) + 16;
    }
    problem.budget = static_cast<std::uint64_t>(budget);
    problem.startLevel = static_cast<int>(std::ceil(mean));
    return problem;
}

/// Units lose by their sensitivity, neighbours that are both coarse lose more: no sum over units.
double loss(const Candidate& candidate, const Minibatch&) {
    static constexpr double sensitivity[] = {1, 8, 0.5, 3, 0.2, 6, 2, 0.1};
    double sum = 0;
    for (std::size_t i = 0; i < candidate.size(); ++i) {
        sum += sensitivity[i % 8] * std::pow(4.0, -candidate[i]);
        if (i > 0) sum += 0.5 * std::pow(4.0, -candidate[i] - candidate[i - 1]);
    }
    return sum;
}

EvolutionSettings settings(std::int64_t generations) {
    return {generations, 8, {{2, 20}, {1, 40}}, 16, 20, 5, 8};
}

Evolution run(const Moves& moves, Fitness fitness, const EvolutionSettings& settings, std::uint64_t seed) {
    Evolution evolution(moves, std::move(fitness), settings, seeded(seed));
    while (!evolution.finished())
        evolution.step();
    return evolution;
}

template <typename Visit>
void forEachCandidate(std::size_t units, int levels, Visit visit) {
    Candidate candidate(units, 0);
    for (;;) {
        visit(candidate);
        std::size_t unit = 0;
        while (unit < units && ++candidate[unit] == levels)
            candidate[unit++] = 0;
        if (unit == units) return;
    }
}

/// Of blocks of which two of five are left out, of two kinds, and which need each other.
double blockLoss(const Candidate& out, const Minibatch&) {
    static constexpr double harm[] = {5, 1, 1.1, 1.2, 4, 6, 2, 0.9, 1, 3};
    double sum = 0;
    for (std::size_t i = 0; i < out.size(); ++i)
        sum += harm[i] * out[i];
    // The two that alone do least do much together.
    sum += 20 * out[1] * out[2] + 9 * out[7] * out[8] + 3 * out[3] * out[7] - 2 * out[4] * out[9];
    return sum;
}

double bestBlockLoss() {
    double best = 1e9;
    forEachCandidate(10, 2, [&](const Candidate& out) {
        if (std::accumulate(out.begin(), out.begin() + 5, 0) == 2 &&
            std::accumulate(out.begin() + 5, out.end(), 0) == 2)
            best = std::min(best, blockLoss(out, {}));
    });
    return best;
}

}  // namespace

class EvolutionTest : public QObject {
    Q_OBJECT
  private slots:
    void minibatchesHaveExactlyTheirTokens() {
        std::mt19937_64 random(3);
        for (const std::int64_t tokens : {1, 7, 8, 20, 40}) {
            const Minibatch batch = drawMinibatch(random, 5, 8, tokens);
            std::set<std::int64_t> sequences;
            std::int64_t sum = 0;
            for (const SequencePart& part : batch) {
                QVERIFY(part.sequence >= 0 && part.sequence < 5 && part.tokens <= 8 && part.tokens > 0);
                QVERIFY(sequences.insert(part.sequence).second);
                sum += part.tokens;
            }
            QCOMPARE(sum, tokens);
            QVERIFY(std::all_of(batch.begin(), batch.end() - 1,
                                [](const SequencePart& part) { return part.tokens == 8; }));
        }
        QCOMPARE(drawMinibatch(random, 5, 8, 1000).size(), std::size_t{5});
        QVERIFY(drawMinibatch(random, 5, 8, 20) != drawMinibatch(random, 5, 8, 20));
    }

    void everyGenerationKeepsTheBudgetExactly() {
        const LevelProblem problem = twoSizes(1);
        const std::vector<std::size_t> groupOf = groupsOfEqualCost(problem);
        const GroupExchange moves(problem, groupOf, 3);
        QVERIFY(moves.hasOneStart());
        const Evolution evolution = run(moves, loss, settings(60), 1);
        QCOMPARE(evolution.log().size(), std::size_t{61});
        for (const Generation& generation : evolution.log()) {
            QCOMPARE(problem.cost(generation.parent), problem.budget);
            // Of each size by itself too.
            for (const std::size_t group : {std::size_t{0}, std::size_t{1}}) {
                std::vector<int> levels;
                for (std::size_t i = 0; i < 8; ++i)
                    if (groupOf[i] == group) levels.push_back(generation.parent[i]);
                QCOMPARE(std::accumulate(levels.begin(), levels.end(), 0), static_cast<int>(levels.size()));
            }
        }
        QVERIFY(evolution.log().front().parent == Candidate(8, 1));
    }

    void startsOfBrokenTargetsKeepTheBudget() {
        const LevelProblem problem = twoSizes(1.5);
        const GroupExchange moves(problem, groupsOfEqualCost(problem), 3);
        QVERIFY(!moves.hasOneStart());
        std::mt19937_64 random(1);
        std::set<Candidate> starts;
        for (int i = 0; i < 50; ++i) {
            const Candidate start = moves.start(random);
            QVERIFY(problem.isLegal(start) && problem.cost(start) + 300 > problem.budget);
            starts.insert(start);
        }
        QVERIFY(starts.size() > 10);
        // The first parent is the best of them on one minibatch.
        const Evolution evolution = run(moves, loss, settings(1), 4);
        QCOMPARE(evolution.log().front().tokens, std::int64_t{16 * 20});
    }

    void findsWhatBruteForceFinds_data() {
        QTest::addColumn<bool>("isFree");
        QTest::newRow("equal costs") << false;
        QTest::newRow("any within the budget") << true;
    }
    void findsWhatBruteForceFinds() {
        QFETCH(bool, isFree);
        const LevelProblem problem = twoSizes(1);
        const GroupExchange exchange(problem, groupsOfEqualCost(problem), 3);
        const FreeExchange anywhere(problem, 3);
        const Moves& moves = isFree ? static_cast<const Moves&>(anywhere) : exchange;
        double best = 1e9, even = loss(Candidate(8, 1), {});
        forEachCandidate(8, 5, [&](const Candidate& candidate) {
            if (!problem.isLegal(candidate)) return;
            const bool fits = candidate[0] + candidate[4] == 2 &&
                              std::accumulate(candidate.begin(), candidate.end(), 0) == 8;
            if (isFree || fits) best = std::min(best, loss(candidate, {}));
        });
        int hits = 0;
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            const Evolution evolution = run(moves, loss, settings(150), seed);
            QVERIFY(problem.isLegal(evolution.log().back().parent));
            QVERIFY(evolution.log().back().fixedFitness < 0.7 * even);
            // Between unequal units one exchange is seldom enough: some searches end a little above the best.
            QVERIFY(evolution.log().back().fixedFitness < best * 1.1);
            hits += evolution.log().back().fixedFitness < best * 1.001;
        }
        QVERIFY2(hits >= (isFree ? 5 : 9), qPrintable(QString::number(hits)));
    }

    /// Dynamic programming sees each unit alone, evolution all together.
    void isNoWorseThanTheSumOverUnits() {
        const LevelProblem problem = twoSizes(1);
        const auto coupled = [](const Candidate& candidate, const Minibatch& batch) {
            double sum = loss(candidate, batch);
            for (std::size_t i = 1; i < candidate.size(); ++i)
                sum += 10 * std::pow(4.0, -candidate[i] - candidate[i - 1]);
            return sum;
        };
        std::vector<std::vector<Option>> options(8);
        for (std::size_t unit = 0; unit < 8; ++unit)
            for (int level = 0; level < 5; ++level) {
                Candidate fine(8, 4);
                fine[unit] = level;
                options[unit].push_back(
                    {problem.costs[unit][static_cast<std::size_t>(level)], coupled(fine, {})});
            }
        const Allocation sum = allocate(options, problem.budget);
        const double dynamic = coupled({sum.choices.begin(), sum.choices.end()}, {});
        const Evolution evolution = run(FreeExchange(problem, 3), coupled, settings(150), 2);
        QVERIFY2(evolution.log().back().fixedFitness <= dynamic * (1 + 1e-12),
                 qPrintable(QString("%1 %2").arg(evolution.log().back().fixedFitness).arg(dynamic)));
    }

    void freeExchangesKeepTheBudgetAndStaySmall() {
        const LevelProblem problem = twoSizes(1.3);
        const FreeExchange moves(problem, 3);
        std::mt19937_64 random(9);
        const Candidate parent = moves.start(random);
        int given = 0;
        for (int i = 0; i < 500; ++i) {
            const auto child = moves.mutated(parent, random);
            if (!child) continue;
            ++given;
            QVERIFY(problem.isLegal(*child));
            int steps = 0;
            for (std::size_t unit = 0; unit < 8; ++unit)
                steps += std::abs((*child)[unit] - parent[unit]);
            QVERIFY(steps <= 10);
        }
        QVERIFY(given > 100);
    }

    void stepsKeepTheirSumAndTheirRanges() {
        const std::vector<StepExchange::Range> ranges{{4, 8}, {2, 4}, {0, 8}, {4, 4}, {4, 8}};
        for (const int deviation : {0, 4}) {
            const StepExchange moves(ranges, deviation, 3);
            QVERIFY(moves.hasOneStart());
            std::mt19937_64 random(2);
            Candidate candidate = moves.start(random);
            QVERIFY((candidate == Candidate{4, 2, 0, 4, 4}));
            std::set<Candidate> seen;
            for (int i = 0; i < 2000; ++i) {
                const auto child = moves.mutated(candidate, random);
                if (!child) continue;
                int away = 0;
                for (std::size_t unit = 0; unit < ranges.size(); ++unit) {
                    QVERIFY((*child)[unit] >= 0 && (*child)[unit] <= ranges[unit].most);
                    away += std::abs((*child)[unit] - ranges[unit].middle);
                }
                QCOMPARE(std::accumulate(child->begin(), child->end(), 0), 14);
                QVERIFY(deviation == 0 || away <= deviation);
                candidate = *child;
                seen.insert(candidate);
            }
            QVERIFY2(seen.size() > (deviation == 0 ? 200u : 20u), qPrintable(QString::number(seen.size())));
        }
        VERIFY_ERROR(StepExchange({}, 0, 3), ErrorKind::Usage, "no units");
        VERIFY_ERROR(StepExchange({{5, 4}}, 0, 3), ErrorKind::Usage, "no units");
        VERIFY_ERROR(StepExchange({{2, 4}}, 0, 0), ErrorKind::Usage, "mutation");
    }

    void stepsAreFoundAsBruteForceFindsThem() {
        const StepExchange moves(std::vector<StepExchange::Range>(8, {2, 4}), 0, 3);
        double best = 1e9;
        forEachCandidate(8, 5, [&](const Candidate& candidate) {
            if (std::accumulate(candidate.begin(), candidate.end(), 0) == 16)
                best = std::min(best, loss(candidate, {}));
        });
        int hits = 0;
        for (std::uint64_t seed = 0; seed < 10; ++seed)
            hits += run(moves, loss, settings(150), seed).log().back().fixedFitness < best * 1.001;
        QVERIFY2(hits >= 9, qPrintable(QString::number(hits)));
    }

    void nearestStepsComeCloseAndKeepTheSum() {
        const std::vector<StepExchange::Range> ranges{{4, 8}, {4, 8}, {2, 4}, {0, 4}};
        QVERIFY((nearestSteps(ranges, {0, 0, 0, 0}) == Candidate{4, 4, 2, 0}));
        // What the last one can not give, one of the others gives up.
        QVERIFY((nearestSteps(ranges, {2, -2, 1, -1}) == Candidate{5, 2, 3, 0}));
        std::mt19937 random(4);
        std::uniform_real_distribution<double> draw(-6, 6);
        for (int i = 0; i < 200; ++i) {
            const Candidate levels =
                nearestSteps(ranges, {draw(random), draw(random), draw(random), draw(random)});
            QCOMPARE(std::accumulate(levels.begin(), levels.end(), 0), 10);
            for (std::size_t unit = 0; unit < 4; ++unit)
                QVERIFY(levels[unit] >= 0 && levels[unit] <= ranges[unit].most);
        }
        // Rounding alone would give one too many: the unit gives way that it took farthest.
        QVERIFY((nearestSteps(ranges, {0.9, 0.6, -1.1, 0}) == Candidate{5, 4, 1, 0}));
    }

    void onAllTheTextTheParentNeverGetsWorse() {
        const LevelProblem problem = twoSizes(2);
        EvolutionSettings all = settings(50);
        all.stages = {{3, 40}, {1, 40}};
        // A fitness that depends on the text, which here is always all of it.
        const auto fitness = [](const Candidate& candidate, const Minibatch& batch) {
            double sum = 0;
            for (const SequencePart& part : batch)
                sum += static_cast<double>(part.sequence * part.tokens);
            return loss(candidate, batch) * (1 + sum);
        };
        const Evolution evolution =
            run(GroupExchange(problem, groupsOfEqualCost(problem), 3), fitness, all, 5);
        const auto& log = evolution.log();
        for (std::size_t i = 2; i < log.size(); ++i)
            QVERIFY(log[i].fitness <= log[i - 1].fitness);
        QVERIFY(log.back().fitness < log[1].fitness);
    }

    void oneOffspringIsPlainSearch() {
        const LevelProblem problem = twoSizes(1);
        const GroupExchange moves(problem, groupsOfEqualCost(problem), 3);
        const EvolutionSettings one{40, 1, {{1, 40}}, 1, 40, 5, 8};
        const Evolution evolution = run(moves, loss, one, 6);
        Candidate parent(8, 1);
        for (std::size_t generation = 1; generation <= 40; ++generation) {
            std::mt19937_64 random = seeded(6)(1 + generation);
            std::optional<Candidate> child;
            while (!child || *child == parent)
                child = moves.mutated(parent, random);
            if (loss(*child, {}) < loss(parent, {})) parent = *child;
            QVERIFY(evolution.log().at(generation).parent == parent);
        }
    }

    void goesOnAsIfUndisturbed() {
        const LevelProblem problem = twoSizes(1.5);
        const FreeExchange moves(problem, 3);
        // Another minibatch, another value: only equal draws give equal logs.
        const auto fitness = [](const Candidate& candidate, const Minibatch& batch) {
            return loss(candidate, batch) * (1 + 0.2 * static_cast<double>(batch.front().sequence));
        };
        const Evolution undisturbed = run(moves, fitness, settings(30), 7);
        for (const std::size_t killed : {1, 2, 17, 31}) {
            const auto& whole = undisturbed.log();
            Evolution resumed(moves, fitness, settings(30), seeded(7));
            resumed.resume({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(killed)});
            while (!resumed.finished())
                resumed.step();
            QVERIFY(resumed.log() == whole);
        }
        QVERIFY(run(moves, fitness, settings(30), 7).log() == undisturbed.log());
        QVERIFY(run(moves, fitness, settings(30), 8).log() != undisturbed.log());
    }

    void blocksAsBruteForceAndBetterThanScoring() {
        const LeaveOutMoves moves(2, 5, 2, 3);
        const double best = bestBlockLoss();
        int hits = 0;
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            const Evolution evolution = run(moves, blockLoss, settings(60), seed);
            for (const Generation& generation : evolution.log())
                for (const int kind : {0, 5})
                    QCOMPARE(std::accumulate(generation.parent.begin() + kind,
                                             generation.parent.begin() + kind + 5, 0),
                             2);
            hits += evolution.log().back().fixedFitness < best + 1e-9;
        }
        QVERIFY2(hits >= 9, qPrintable(QString::number(hits)));
        // Those that alone do the least harm.
        QVERIFY(blockLoss({0, 1, 1, 0, 0, 0, 0, 1, 1, 0}, {}) > best + 1);
    }

    void whatIsNoNumberIsNeverSelected() {
        const LevelProblem problem = twoSizes(1);
        const auto fitness = [](const Candidate& candidate, const Minibatch& batch) {
            return candidate[1] > 1 ? std::nan("") : loss(candidate, batch);
        };
        const Evolution evolution =
            run(GroupExchange(problem, groupsOfEqualCost(problem), 3), fitness, settings(60), 1);
        QVERIFY(evolution.log().back().parent != Candidate(8, 1));
        for (const Generation& generation : evolution.log()) {
            QVERIFY(generation.parent[1] <= 1);
            QVERIFY(std::isfinite(generation.fixedFitness));
        }
        // Where all are, the parent stays.
        const auto none = [](const Candidate&, const Minibatch&) { return std::nan(""); };
        const Evolution lost =
            run(GroupExchange(problem, groupsOfEqualCost(problem), 3), none, settings(3), 1);
        QVERIFY(lost.log().back().parent == Candidate(8, 1));
        QVERIFY(std::isinf(lost.log().back().fixedFitness));
    }

    void endsWhereNothingCanMove() {
        const LevelProblem least = twoSizes(0);
        const Evolution stuck =
            run(GroupExchange(least, groupsOfEqualCost(least), 3), loss, settings(1000), 1);
        QCOMPARE(stuck.log().size(), std::size_t{1});
        QVERIFY(stuck.log().front().parent == Candidate(8, 0));
        const Evolution free = run(FreeExchange(least, 3), loss, settings(1000), 1);
        QCOMPARE(free.log().size(), std::size_t{1});
        // Fewer offspring than asked for: there are two candidates in all.
        const LeaveOutMoves two(1, 2, 1, 3);
        QCOMPARE(run(
                     two, [](const Candidate& c, const Minibatch&) { return c[0]; }, settings(5), 1)
                     .log()
                     .back()
                     .parent,
                 (Candidate{0, 1}));
    }

    void evenLevelsAreAsEvenAsWholeOnesAllow() {
        const std::vector<std::size_t> groupOf{0, 0, 1, 0, 0, 1, 1};
        QVERIFY(evenLevels(groupOf, 2) == Candidate(7, 2));
        const Candidate half = evenLevels(groupOf, 0.5);
        QVERIFY((half == Candidate{0, 1, 0, 0, 1, 1, 0}));
        for (const double level : {0.1, 0.3, 1.7, 2.9}) {
            const Candidate levels = evenLevels(groupOf, level);
            int sum = 0;
            for (std::size_t i = 0; i < 7; ++i) {
                QVERIFY(std::abs(levels[i] - level) < 1);
                if (groupOf[i] == 0) sum += levels[i];
            }
            QCOMPARE(sum, static_cast<int>(std::floor(4 * level + 1e-9)));
        }
    }

    void refusesWhatIsNoSearch() {
        const LevelProblem problem = twoSizes(1);
        const GroupExchange moves(problem, groupsOfEqualCost(problem), 3);
        const auto with = [&](auto change) {
            EvolutionSettings changed = settings(5);
            change(changed);
            return Evolution(moves, loss, changed, seeded(1));
        };
        VERIFY_ERROR(with([](auto& s) { s.sequences = 0; }), ErrorKind::Usage, "no calibration text");
        VERIFY_ERROR(with([](auto& s) { s.stages.clear(); }), ErrorKind::Usage, "last stage");
        VERIFY_ERROR(with([](auto& s) { s.stages.back().survivors = 2; }), ErrorKind::Usage, "last stage");
        VERIFY_ERROR(with([](auto& s) { s.stages.front().tokens = 0; }), ErrorKind::Usage, "no tokens");
        VERIFY_ERROR(with([](auto& s) { s.offspring = 0; }), ErrorKind::Usage, "an offspring");
        for (const std::size_t out : {std::size_t{0}, std::size_t{5}, std::size_t{6}})
            VERIFY_ERROR(LeaveOutMoves(2, 5, out, 3), ErrorKind::Usage, "nothing to search");
        LevelProblem poor = problem;
        poor.budget = 100;
        VERIFY_ERROR(FreeExchange(poor, 3), ErrorKind::Usage, "target lies outside");
        LevelProblem high = problem;
        high.startLevel = 5;
        VERIFY_ERROR(FreeExchange(high, 3), ErrorKind::Usage, "target lies outside");
        VERIFY_ERROR(FreeExchange(LevelProblem{}, 3), ErrorKind::Usage, "no units");
        VERIFY_ERROR(FreeExchange(problem, 0), ErrorKind::Usage, "mutation");
    }
};

QTEST_APPLESS_MAIN(EvolutionTest)
#include "evolution_test.moc"
