#pragma once

// What an EvoPress search gives levels to: tensors at widths of a database, or blocks that stay or are left out.

#include "core/engine/llm/llama.h"
#include "core/engine/quant/level_moves.h"
#include "plugins/weights/search_settings.h"
#include "plugins/weights/sub_blocks.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ratescope::media::weights {

class SearchUnits {
  public:
    virtual ~SearchUnits() = default;
    virtual std::size_t count() const = 0;
    /// Changes the model: the unit is then at that level.
    virtual void put(engine::Llama& model, std::size_t unit, int level) const = 0;
    virtual std::unique_ptr<engine::Moves> moves() const = 0;
    /// What an allocation says of a unit at that level.
    virtual std::int64_t value(std::size_t unit, int level) const = 0;
    virtual Table allocation(const engine::Candidate& candidate) const = 0;
};

/// In the place of the tensor of that name; the model copies them.
void putWeights(engine::Llama& model, const std::string& name, engine::Matrix<float> weights);

/// The searched tensors, level 0 being 2 bits. The settings must outlive it.
class TensorUnits : public SearchUnits {
  public:
    /// Quantises them all, with a checkpoint for each. `progress` is told the share that is done. Throws Error(Input)
    /// where a searched tensor is none of `linears` (names without ".weight") or there is none, and what packedUnit
    /// throws.
    TensorUnits(Context& context, const SearchSettings& settings, const TensorSet& model,
                const TensorSet* hessians, const std::vector<std::string>& linears, SubProgress progress);

    std::size_t count() const override { return units_.size(); }
    void put(engine::Llama& model, std::size_t unit, int level) const override;
    std::unique_ptr<engine::Moves> moves() const override;
    std::int64_t value(std::size_t, int level) const override { return leastBits + level; }
    Table allocation(const engine::Candidate& candidate) const override;

    const engine::LevelProblem& problem() const { return problem_; }
    const std::vector<PackedUnit>& database() const { return units_; }
    /// The same width for all, as far as whole bits allow.
    engine::Candidate even() const;
    /// The least sum of relative errors within the budget, as engine::allocate() finds it.
    engine::Candidate leastError(const std::function<void()>& check = {}) const;

  private:
    void makeProblem();
    std::vector<std::size_t> groups() const;

    const SearchSettings& settings_;
    std::vector<PackedUnit> units_;
    engine::LevelProblem problem_;
};

/// Halves of blocks, or what goes together of them, that are left out at level 1. Settings and model must outlive it.
class BlockUnits : public SearchUnits {
  public:
    /// `dense` and `model` are the same model. Throws Error(Usage) where blocks are to go in pairs and are none.
    BlockUnits(const SearchSettings& settings, const engine::Llama& dense, const TensorSet& model);

    std::size_t count() const override { return units_.size(); }
    void put(engine::Llama& model, std::size_t unit, int level) const override;
    std::unique_ptr<engine::Moves> moves() const override;
    std::int64_t value(std::size_t, int level) const override { return level; }
    Table allocation(const engine::Candidate& candidate) const override;

    /// Of each unit, how far what it does lies from doing nothing: the sum over its halves (over whole blocks, where
    /// those go) of 1 − the mean cosine between a token's state before and after, on `sequences` (I64 [S, T]) of the
    /// model as it is (Men et al., ShortGPT, 2024). `check` is called between parts of the work.
    std::vector<double> cosineDistances(const at::Tensor& sequences,
                                        const std::function<void()>& check) const;

    /// Attention and feed-forward parts are of two kinds, whole blocks of one.
    std::size_t kinds() const { return settings_.wholeBlocks ? 1 : 2; }
    std::size_t unitsOfAKind() const { return units_.size() / kinds(); }
    std::size_t leftOut() const;       ///< of a kind
    std::int64_t generations() const;  ///< as many as the paper's program takes

  private:
    const SearchSettings& settings_;
    const engine::Llama& dense_;
    std::vector<std::vector<SubBlock>> units_;
    std::map<SubBlock, std::uint64_t> weights_;
};

}  // namespace ratescope::media::weights
