#include "core/engine/quant/evolution.h"

#include "core/error.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

namespace ratescope::engine {
namespace {

constexpr std::int64_t attemptsAnOffspring = 200;
constexpr double worst = std::numeric_limits<double>::infinity();

std::int64_t tokensOf(const Minibatch& batch) {
    std::int64_t tokens = 0;
    for (const SequencePart& part : batch)
        tokens += part.tokens;
    return tokens;
}

/// Numbers of the k least scores, the best first; of equal ones those that come first.
std::vector<std::size_t> best(const std::vector<double>& scores, std::int64_t k) {
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
    order.resize(std::min(order.size(), static_cast<std::size_t>(k)));
    return order;
}

}  // namespace

std::size_t drawBelow(std::mt19937_64& random, std::size_t count) {
    return static_cast<std::size_t>(random() % count);
}

Minibatch drawMinibatch(std::mt19937_64& random, std::int64_t sequences, std::int64_t length,
                        std::int64_t tokens) {
    std::vector<std::int64_t> left(static_cast<std::size_t>(sequences));
    std::iota(left.begin(), left.end(), std::int64_t{0});
    Minibatch batch;
    while (tokens > 0 && !left.empty()) {
        std::swap(left[drawBelow(random, left.size())], left.back());
        batch.push_back({left.back(), std::min(tokens, length)});
        left.pop_back();
        tokens -= batch.back().tokens;
    }
    return batch;
}

Evolution::Evolution(const Moves& moves, Fitness fitness, EvolutionSettings settings, Generators generators)
    : moves_(moves),
      fitness_(std::move(fitness)),
      settings_(std::move(settings)),
      generators_(std::move(generators)) {
    if (settings_.sequences < 1 || settings_.sequenceLength < 2)
        throw Error(ErrorKind::Usage, "There is no calibration text to search with.",
                    "Give sequences of two tokens or more.");
    if (settings_.generations < 1 || settings_.offspring < 1 || settings_.starts < 1 ||
        settings_.startTokens < 2)
        throw Error(ErrorKind::Usage, "A search needs a generation, an offspring and a start.",
                    "Set each to 1 or more.");
    if (settings_.stages.empty() || settings_.stages.back().survivors != 1)
        throw Error(ErrorKind::Usage, "A search selects one candidate in its last stage.",
                    "End the list of survivors with 1.");
    for (const SelectionStage& stage : settings_.stages)
        if (stage.survivors < 1 || stage.tokens < 2)
            throw Error(ErrorKind::Usage, "A stage of the selection has no survivors or no tokens.",
                        "Give each a survivor and two tokens or more.");
    std::mt19937_64 random = generators_(0);
    fixed_ = drawMinibatch(random, settings_.sequences, settings_.sequenceLength, settings_.startTokens);
}

void Evolution::resume(std::vector<Generation> log) {
    log_ = std::move(log);
}

bool Evolution::finished() const {
    return isStuck_ || static_cast<std::int64_t>(log_.size()) > settings_.generations;
}

std::vector<double> Evolution::scores(const std::vector<Candidate>& candidates, const Minibatch& batch,
                                      Generation& generation) const {
    std::vector<double> scores;
    for (const Candidate& candidate : candidates) {
        const double score = fitness_(candidate, batch);
        scores.push_back(std::isnan(score) ? worst : score);
        generation.tokens += tokensOf(batch);
    }
    return scores;
}

void Evolution::record(Generation generation) {
    const bool isNew = log_.empty() || generation.parent != log_.back().parent;
    generation.fixedFitness = isNew ? fitness_(generation.parent, fixed_) : log_.back().fixedFitness;
    if (std::isnan(generation.fixedFitness)) generation.fixedFitness = worst;
    log_.push_back(std::move(generation));
}

Generation Evolution::begin() {
    std::mt19937_64 random = generators_(1);
    std::vector<Candidate> starts;
    for (std::int64_t i = 0; i < (moves_.hasOneStart() ? 1 : settings_.starts); ++i)
        starts.push_back(moves_.start(random));
    Generation generation;
    const std::vector<double> found = scores(
        starts, drawMinibatch(random, settings_.sequences, settings_.sequenceLength, settings_.startTokens),
        generation);
    const std::size_t first = best(found, 1).front();
    generation.parent = starts[first];
    generation.fitness = found[first];
    return generation;
}

std::vector<Candidate> Evolution::offspring(const Candidate& parent, std::mt19937_64& random) const {
    std::vector<Candidate> distinct;
    const std::int64_t most = settings_.offspring * attemptsAnOffspring;
    for (std::int64_t attempt = 0;
         attempt < most && static_cast<std::int64_t>(distinct.size()) < settings_.offspring; ++attempt) {
        std::optional<Candidate> child = moves_.mutated(parent, random);
        if (!child || *child == parent) continue;
        if (std::find(distinct.begin(), distinct.end(), *child) == distinct.end())
            distinct.push_back(std::move(*child));
    }
    return distinct;
}

void Evolution::step() {
    if (finished()) return;
    if (log_.empty()) return record(begin());
    std::mt19937_64 random = generators_(1 + log_.size());
    const Candidate parent = log_.back().parent;
    std::vector<Candidate> candidates = offspring(parent, random);
    if (candidates.empty()) {
        isStuck_ = true;
        return;
    }
    Generation generation;
    generation.tokens = log_.back().tokens;
    for (std::size_t stage = 0; stage < settings_.stages.size(); ++stage) {
        if (stage + 1 == settings_.stages.size()) candidates.insert(candidates.begin(), parent);
        const Minibatch batch = drawMinibatch(random, settings_.sequences, settings_.sequenceLength,
                                              settings_.stages[stage].tokens);
        const std::vector<double> found = scores(candidates, batch, generation);
        std::vector<Candidate> survivors;
        for (const std::size_t number : best(found, settings_.stages[stage].survivors))
            survivors.push_back(candidates[number]);
        generation.fitness = found[best(found, 1).front()];
        candidates = std::move(survivors);
    }
    generation.parent = candidates.front();
    record(std::move(generation));
}

}  // namespace ratescope::engine
