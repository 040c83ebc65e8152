#include "plugins/weights/sparse_units.h"

#include "core/engine/quant/allocation.h"
#include "plugins/weights/owl.h"
#include "plugins/weights/unit_database.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ratescope::media::weights {
namespace {

using engine::Candidate;

/// The one that is asked for, or with which the smallest tensor's levels reach as far as it has weights.
std::int64_t stepOf(const SearchSettings& settings, const std::vector<const Tensor*>& tensors) {
    if (settings.step > 0) return settings.step;
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (const Tensor* const tensor : tensors)
        least = std::min(least, elementCount(tensor->array.shape()));
    const double room = std::min(settings.target, 1 - settings.target) * static_cast<double>(least);
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(room) / settings.mostLevel);
}

}  // namespace

SparseUnits::SparseUnits(Context& context, const SearchSettings& settings, const TensorSet& model,
                         const TensorSet* hessians, const std::vector<std::string>& linears,
                         SubProgress progress)
    : settings_(settings),
      tensors_(searchedLinears(model, linears)),
      calibration_(hessians, model),
      step_(stepOf(settings, tensors_)),
      units_(unitDatabase<SparseUnit>(
          context, tensors_, calibration_, progress,
          [&](const CalibratedTensor& tensor) {
              return sparseUnit(context, tensor,
                                {settings.target, step_, settings.mostLevel, settings.levels.factor});
          },
          sparseUnitFrom)) {}

void SparseUnits::put(engine::Llama& model, std::size_t unit, int level) const {
    putWeights(model, units_.at(unit).name, weightsAt(units_[unit], level));
}

std::unique_ptr<engine::Moves> SparseUnits::moves() const {
    return std::make_unique<engine::StepExchange>(ranges(), settings_.mostDeviation, settings_.mostMutations);
}

std::int64_t SparseUnits::value(std::size_t unit, int level) const {
    return units_.at(unit).levels.at(static_cast<std::size_t>(level)).zeros;
}

Table SparseUnits::allocation(const Candidate& candidate) const {
    std::vector<AllocatedUnit> rows;
    for (std::size_t i = 0; i < units_.size(); ++i) {
        const SparseUnit& unit = units_[i];
        rows.push_back({unit.name, value(i, candidate.at(i)),
                        static_cast<std::uint64_t>(unit.shape.rows * unit.shape.columns),
                        unit.levels[static_cast<std::size_t>(candidate[i])].bits});
    }
    return allocationTable(AllocationKind::Sparsity, rows);
}

Candidate SparseUnits::even() const {
    Candidate candidate;
    for (const SparseUnit& unit : units_)
        candidate.push_back(unit.middle);
    return candidate;
}

/// What a unit costs is how many steps it is from its sparsest level.
Candidate SparseUnits::leastError(const std::function<void()>& check) const {
    std::vector<std::vector<engine::Option>> options(units_.size());
    std::uint64_t budget = 0;
    for (std::size_t i = 0; i < units_.size(); ++i) {
        const std::size_t most = units_[i].levels.size() - 1;
        for (std::size_t level = 0; level <= most; ++level)
            options[i].push_back({most - level, units_[i].levels[level].error});
        budget += most - static_cast<std::size_t>(units_[i].middle);
    }
    const engine::Allocation found = engine::allocate(options, budget, check);
    Candidate candidate(found.choices.begin(), found.choices.end());
    // Of equal losses the cheaper was taken: what it left goes where there is room, so that all have as many zeros.
    std::uint64_t left = budget - found.cost;
    for (int& level : candidate)
        for (; left > 0 && level > 0; --left)
            --level;
    return candidate;
}

Candidate SparseUnits::outlierWeighted() const {
    const std::vector<double> sparsities =
        owlSparsities(tensors_, calibration_, {.sparsity = settings_.target});
    std::vector<double> distances;
    for (std::size_t i = 0; i < units_.size(); ++i) {
        const auto weights = static_cast<double>(units_[i].shape.rows * units_[i].shape.columns);
        distances.push_back((sparsities[i] - settings_.target) * weights / static_cast<double>(step_));
    }
    return engine::nearestSteps(ranges(), distances);
}

std::vector<engine::StepExchange::Range> SparseUnits::ranges() const {
    std::vector<engine::StepExchange::Range> ranges;
    for (const SparseUnit& unit : units_)
        ranges.push_back({unit.middle, static_cast<int>(unit.levels.size()) - 1});
    return ranges;
}

}  // namespace ratescope::media::weights
