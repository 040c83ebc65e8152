#include "plugins/weights/search_units.h"

#include "core/engine/quant/allocation.h"
#include "core/error.h"
#include "plugins/weights/unit_database.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace ratescope::media::weights {

using engine::Candidate;

namespace {

constexpr std::int64_t sequencesTogether = 8;

}  // namespace

void putWeights(engine::Llama& model, const std::string& name, engine::Matrix<float> weights) {
    model.setTensor(name, at::from_blob(weights.values.data(), {weights.rows, weights.columns}, at::kFloat));
}

TensorUnits::TensorUnits(Context& context, const SearchSettings& settings, const TensorSet& model,
                         const TensorSet* hessians, const std::vector<std::string>& linears,
                         SubProgress progress)
    : settings_(settings),
      units_(unitDatabase<PackedUnit>(
          context, searchedLinears(model, linears), Calibration(hessians, model), progress,
          [&](const CalibratedTensor& tensor) { return packedUnit(context, tensor, settings.levels); },
          packedUnitFrom)) {
    makeProblem();
}

void TensorUnits::put(engine::Llama& model, std::size_t unit, int level) const {
    putWeights(model, units_.at(unit).name, weightsAt(units_[unit], level));
}

std::unique_ptr<engine::Moves> TensorUnits::moves() const {
    if (settings_.groupRule == GroupRule::None)
        return std::make_unique<engine::FreeExchange>(problem_, settings_.mostMutations);
    return std::make_unique<engine::GroupExchange>(problem_, groups(), settings_.mostMutations);
}

Table TensorUnits::allocation(const Candidate& candidate) const {
    std::vector<AllocatedUnit> rows;
    for (std::size_t i = 0; i < units_.size(); ++i)
        rows.push_back({units_[i].name, leastBits + candidate[i],
                        static_cast<std::uint64_t>(units_[i].shape.rows * units_[i].shape.columns),
                        problem_.costs[i][static_cast<std::size_t>(candidate[i])] + levelBits});
    return allocationTable(AllocationKind::Bits, rows);
}

Candidate TensorUnits::even() const {
    return engine::evenLevels(engine::groupsOfEqualCost(problem_), settings_.target - leastBits);
}

Candidate TensorUnits::leastError(const std::function<void()>& check) const {
    std::vector<std::vector<engine::Option>> options(units_.size());
    for (std::size_t i = 0; i < units_.size(); ++i)
        for (std::size_t level = 0; level < units_[i].levels.size(); ++level)
            options[i].push_back({problem_.costs[i][level], units_[i].levels[level].error});
    const engine::Allocation found = engine::allocate(options, problem_.budget, check);
    return {found.choices.begin(), found.choices.end()};
}

/// The budget is what the target would cost if codes could have so many bits.
void TensorUnits::makeProblem() {
    const double place = settings_.target - leastBits;
    const auto below = static_cast<std::size_t>(std::min(place, levelCount - 2.0));
    double budget = 0;
    for (const PackedUnit& unit : units_) {
        std::vector<std::uint64_t>& costs = problem_.costs.emplace_back();
        for (const PackedLevel& level : unit.levels)
            costs.push_back(level.bits);
        budget += static_cast<double>(costs[below]) +
                  (place - static_cast<double>(below)) * static_cast<double>(costs[below + 1] - costs[below]);
    }
    problem_.budget = static_cast<std::uint64_t>(std::floor(budget + 1e-3));
    problem_.startLevel = static_cast<int>(std::ceil(place));
    engine::checkProblem(problem_);
}

std::vector<std::size_t> TensorUnits::groups() const {
    if (settings_.groupRule == GroupRule::Size) return engine::groupsOfEqualCost(problem_);
    std::map<std::string, std::size_t> numbers;
    std::vector<std::size_t> groupOf;
    for (const PackedUnit& unit : units_) {
        const auto half = subBlockOf(unit.name);
        const std::string part = half ? unit.name.substr(nameOf(*half).size()) : unit.name;
        groupOf.push_back(numbers.emplace(part, numbers.size()).first->second);
    }
    return groupOf;
}

BlockUnits::BlockUnits(const SearchSettings& settings, const engine::Llama& dense, const TensorSet& model)
    : settings_(settings), dense_(dense) {
    const auto blocks = static_cast<std::size_t>(dense.layers());
    if (settings.pairs && blocks % 2 != 0)
        throw Error(ErrorKind::Usage, "The model's " + std::to_string(blocks) + " blocks are no pairs.",
                    "Set drop-pairs to false.");
    const std::size_t step = settings.pairs ? 2 : 1;
    for (std::size_t kind = 0; kind < kinds(); ++kind)
        for (std::size_t first = 0; first < blocks; first += step) {
            std::vector<SubBlock>& unit = units_.emplace_back();
            for (std::size_t block = first; block < first + step; ++block)
                for (const bool isFeedForward : {false, true})
                    if (settings.wholeBlocks || isFeedForward == (kind == 1))
                        unit.push_back({block, isFeedForward});
        }
    for (const Tensor& tensor : model.tensors)
        if (const auto half = subBlockOf(tensor.name))
            weights_[*half] += static_cast<std::uint64_t>(elementCount(tensor.array.shape()));
}

std::size_t BlockUnits::leftOut() const {
    return static_cast<std::size_t>(
        std::floor(settings_.target * static_cast<double>(unitsOfAKind()) + 1e-9));
}

std::int64_t BlockUnits::generations() const {
    const auto n = static_cast<double>(unitsOfAKind()), k = static_cast<double>(leftOut());
    return std::max<std::int64_t>(1, std::llround(k * (n - k) / 1.5));
}

/// A half adds nothing to the residual stream where its last linear layer is zero.
void BlockUnits::put(engine::Llama& model, std::size_t unit, int level) const {
    const auto set = [&](const std::string& name) {
        const at::Tensor kept = dense_.tensor(name);
        model.setTensor(name, level == 1 ? at::zeros_like(kept) : kept);
    };
    for (const SubBlock& half : units_.at(unit)) {
        const std::string last = nameOf(half) + (half.isFeedForward ? ".down_proj" : ".o_proj");
        set(last + ".weight");
        const bool hasBias = dense_.weights().blocks[half.block].attentionOutputBias.defined();
        if (!half.isFeedForward && hasBias) set(last + ".bias");
    }
}

std::vector<double> BlockUnits::cosineDistances(const at::Tensor& sequences,
                                                const std::function<void()>& check) const {
    // Blocks without their feed-forward part give the states between the two halves.
    engine::Llama attentionOnly = dense_;
    std::map<SubBlock, double> distances;
    at::Tensor states = dense_.embed(sequences);
    for (std::int64_t layer = 0; layer < dense_.layers(); ++layer) {
        const auto block = static_cast<std::size_t>(layer);
        const std::string down = nameOf({block, true}) + ".down_proj.weight";
        attentionOnly.setTensor(down, at::zeros_like(dense_.tensor(down)));
        std::array<double, 3> sums{};  // of cosines: attention, feed-forward, both
        std::vector<at::Tensor> after;
        for (const at::Tensor& before : states.split(sequencesTogether)) {
            check();
            const at::Tensor between = attentionOnly.block(layer, before);
            after.push_back(dense_.block(layer, before));
            const auto sum = [](const at::Tensor& a, const at::Tensor& b) {
                return at::cosine_similarity(a, b, -1).sum().item<double>();
            };
            sums[0] += sum(before, between);
            sums[1] += sum(between, after.back());
            sums[2] += sum(before, after.back());
        }
        const auto tokens = static_cast<double>(sequences.numel());
        for (const bool isFeedForward : {false, true})
            distances[{block, isFeedForward}] =
                settings_.wholeBlocks ? (1 - sums[2] / tokens) / 2 : 1 - sums[isFeedForward] / tokens;
        states = at::cat(after);
    }
    std::vector<double> ofUnits;
    for (const std::vector<SubBlock>& unit : units_) {
        double& sum = ofUnits.emplace_back(0);
        for (const SubBlock& half : unit)
            sum += distances.at(half);
    }
    return ofUnits;
}

std::unique_ptr<engine::Moves> BlockUnits::moves() const {
    return std::make_unique<engine::LeaveOutMoves>(kinds(), unitsOfAKind(), leftOut(),
                                                   settings_.mostMutations);
}

Table BlockUnits::allocation(const Candidate& candidate) const {
    std::map<SubBlock, int> levels;
    for (std::size_t unit = 0; unit < units_.size(); ++unit)
        for (const SubBlock& half : units_[unit])
            levels[half] = candidate[unit];
    std::vector<AllocatedUnit> rows;
    for (const auto& [half, level] : levels) {
        const std::uint64_t weights = weights_.at(half);
        rows.push_back({nameOf(half), level, weights, 1 + (level == 1 ? 0 : 16 * weights)});
    }
    return allocationTable(AllocationKind::LeftOut, rows);
}

}  // namespace ratescope::media::weights
