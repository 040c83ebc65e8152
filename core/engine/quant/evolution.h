#pragma once

// Evolutionary search for the level of each unit of a model within a fixed budget (EvoPress, arXiv 2410.14649):
// (1+λ) evolution whose moves keep the budget, and a selection in stages, each on more text than the one before. It
// knows nothing of models: what levels mean is the moves' matter (level_moves.h), how good a candidate is a callback.

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <random>
#include <vector>

namespace ratescope::engine {

/// By unit, its level.
using Candidate = std::vector<int>;

/// The first tokens of a calibration sequence.
struct SequencePart {
    std::int64_t sequence = 0, tokens = 0;

    bool operator==(const SequencePart&) const = default;
};
using Minibatch = std::vector<SequencePart>;

/// Sequences of `length` tokens drawn without repetition until there are exactly `tokens` tokens, the last one cut; all
/// where there are not as many.
Minibatch drawMinibatch(std::mt19937_64& random, std::int64_t sequences, std::int64_t length,
                        std::int64_t tokens);

/// Lower is better; NaN counts as +∞.
using Fitness = std::function<double(const Candidate&, const Minibatch&)>;

/// What may be changed.
class Moves {
  public:
    virtual ~Moves() = default;
    /// A candidate to begin with.
    virtual Candidate start(std::mt19937_64& random) const = 0;
    /// All starts are the same.
    virtual bool hasOneStart() const = 0;
    /// An offspring of the parent, perhaps equal to it; nothing where the draw is to be rejected.
    virtual std::optional<Candidate> mutated(const Candidate& parent, std::mt19937_64& random) const = 0;
};

struct SelectionStage {
    std::int64_t survivors = 1;
    std::int64_t tokens = 0;  ///< of the minibatch that all are scored on
};

struct EvolutionSettings {
    std::int64_t generations = 1;
    std::int64_t offspring = 16;                     ///< λ
    std::vector<SelectionStage> stages;              ///< the last one has one survivor
    std::int64_t starts = 64;                        ///< candidates that the first parent is the best of
    std::int64_t startTokens = 2048;                 ///< of the minibatch that they are scored on
    std::int64_t sequences = 0, sequenceLength = 0;  ///< of the calibration text
};

/// What a generation came to; the first one is the start.
struct Generation {
    Candidate parent;                                          ///< of the next generation
    double fitness = std::numeric_limits<double>::infinity();  ///< of it, on the last stage's minibatch
    /// Of it, on a minibatch of `startTokens` tokens that is the same for all generations, so that they compare.
    double fixedFitness = std::numeric_limits<double>::infinity();
    std::int64_t tokens = 0;  ///< evaluated up to here, those of the fixed minibatch left out

    bool operator==(const Generation&) const = default;
};

/// Each generation draws from a generator of its own, so that a search that goes on from its log finds what an
/// undisturbed one does.
class Evolution {
  public:
    using Generators = std::function<std::mt19937_64(std::uint64_t stream)>;

    /// `moves` must outlive it. Throws Error(Usage) for settings that make no search.
    Evolution(const Moves& moves, Fitness fitness, EvolutionSettings settings, Generators generators);

    /// Goes on after these generations.
    void resume(std::vector<Generation> log);
    /// All generations have been, or there is no other candidate to go to.
    bool finished() const;
    /// The start, then one generation each call: λ distinct offspring (fewer where the moves give no more), stage after
    /// stage; before the last stage the parent joins, and wins where it is no worse.
    void step();
    const std::vector<Generation>& log() const { return log_; }

  private:
    Generation begin();
    std::vector<Candidate> offspring(const Candidate& parent, std::mt19937_64& random) const;
    std::vector<double> scores(const std::vector<Candidate>& candidates, const Minibatch& batch,
                               Generation& generation) const;
    void record(Generation generation);

    const Moves& moves_;
    Fitness fitness_;
    EvolutionSettings settings_;
    Generators generators_;
    Minibatch fixed_;
    std::vector<Generation> log_;
    bool isStuck_ = false;
};

/// 0 … count − 1.
std::size_t drawBelow(std::mt19937_64& random, std::size_t count);

}  // namespace ratescope::engine
