#pragma once

// What an EvoPress search of sparsities gives levels to: tensors with more zeros or fewer, all of them together always
// as many.

#include "plugins/weights/search_units.h"
#include "plugins/weights/sparse_database.h"

namespace ratescope::media::weights {

/// The searched tensors. Settings and model must outlive it.
class SparseUnits : public SearchUnits {
  public:
    /// Prunes them all, with a checkpoint for each. Throws what TensorUnits throws.
    SparseUnits(Context& context, const SearchSettings& settings, const TensorSet& model,
                const TensorSet* hessians, const std::vector<std::string>& linears, SubProgress progress);

    std::size_t count() const override { return units_.size(); }
    void put(engine::Llama& model, std::size_t unit, int level) const override;
    std::unique_ptr<engine::Moves> moves() const override;
    std::int64_t value(std::size_t unit, int level) const override;
    Table allocation(const engine::Candidate& candidate) const override;

    const std::vector<SparseUnit>& database() const { return units_; }
    /// The same sparsity for all.
    engine::Candidate even() const;
    /// The least sum of relative errors with as many zeros.
    engine::Candidate leastError(const std::function<void()>& check = {}) const;
    /// The levels nearest to OWL's sparsities.
    engine::Candidate outlierWeighted() const;

  private:
    std::vector<engine::StepExchange::Range> ranges() const;

    const SearchSettings& settings_;
    const std::vector<const Tensor*> tensors_;
    const Calibration calibration_;
    std::int64_t step_ = 1;
    std::vector<SparseUnit> units_;
};

}  // namespace ratescope::media::weights
