#include "core/engine/quant/low_rank.h"

#include "core/media/quality/half.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <queue>

namespace ratescope::engine {
namespace {

constexpr std::size_t rowsAtOnce =
    8;  // a row of the right factor is read from the nearest cache for all of them
/// What a binary fraction may lack of the whole number that is meant: 0.29·100 is 28.999…
constexpr double slack = 1e-9;

std::vector<float> floatsOf(std::span<const std::uint16_t> halves) {
    std::vector<float> floats(halves.size());
    std::ranges::transform(halves, floats.begin(), media::halfToFloat);
    return floats;
}

void addScaled(std::span<float> sum, float factor, const float* row) {
    for (std::size_t j = 0; j < sum.size(); ++j)
        sum[j] += factor * row[j];
}

/// The next step of one layer.
struct Step {
    double worth = 0;  ///< energy a number
    std::size_t layer = 0;
    std::int64_t cost = 0;

    /// The queue's top is the greatest: the worthiest, of equal ones the first layer's.
    bool operator<(const Step& other) const {
        return worth != other.worth ? worth < other.worth : layer > other.layer;
    }
};

class Spread {
  public:
    Spread(std::span<const Spectrum> layers, double ratio) : layers_(layers), ranks_(layers.size(), 1) {
        double all = 0;
        for (const Spectrum& layer : layers)
            all += static_cast<double>(layer.outputs) * static_cast<double>(layer.inputs);
        left_ = static_cast<std::int64_t>(std::floor(ratio * all + slack));
        for (std::size_t i = 0; i < layers.size(); ++i)
            start(i);
    }

    std::vector<std::int64_t> ranks() {
        while (!steps_.empty()) {
            const Step step = steps_.top();
            steps_.pop();
            if (step.cost > left_) continue;  // nothing else of this layer costs less
            left_ -= step.cost;
            const Spectrum& layer = layers_[step.layer];
            if (pays(ranks_[step.layer] + 1, layer.outputs, layer.inputs)) {
                ++ranks_[step.layer];
                offer(step.layer);
            } else {
                ranks_[step.layer] = 0;
            }
        }
        return ranks_;
    }

  private:
    void start(std::size_t i) {
        const Spectrum& layer = layers_[i];
        if (!pays(1, layer.outputs, layer.inputs)) {
            ranks_[i] = 0;
            left_ -= layer.outputs * layer.inputs;
            return;
        }
        left_ -= layer.outputs + layer.inputs;
        offer(i);
    }

    void offer(std::size_t i) {
        const Spectrum& layer = layers_[i];
        const std::int64_t rank = ranks_[i], each = layer.outputs + layer.inputs;
        const bool isRank = pays(rank + 1, layer.outputs, layer.inputs);
        const std::int64_t cost = isRank ? each : layer.outputs * layer.inputs - rank * each;
        const auto from = layer.energies.begin() + rank;
        const double energy = isRank ? *from : std::accumulate(from, layer.energies.end(), 0.0);
        steps_.push({energy / static_cast<double>(cost), i, cost});
    }

    std::span<const Spectrum> layers_;
    std::vector<std::int64_t> ranks_;
    std::int64_t left_ = 0;
    std::priority_queue<Step> steps_;
};

}  // namespace

void addProduct(std::span<float> sum, const LowRank& factors, const media::Execution& execution) {
    const std::vector<float> left = floatsOf(factors.left.values), right = floatsOf(factors.right.values);
    const auto rows = static_cast<std::size_t>(factors.left.rows),
               rank = static_cast<std::size_t>(factors.left.columns),
               columns = static_cast<std::size_t>(factors.right.columns);
    execution.forEach((rows + rowsAtOnce - 1) / rowsAtOnce, [&](std::size_t piece) {
        const std::size_t begin = piece * rowsAtOnce, end = std::min(begin + rowsAtOnce, rows);
        for (std::size_t k = 0; k < rank; ++k)
            for (std::size_t i = begin; i < end; ++i)
                addScaled(sum.subspan(i * columns, columns), left[i * rank + k], right.data() + k * columns);
    });
}

bool pays(std::int64_t rank, std::int64_t outputs, std::int64_t inputs) {
    return static_cast<double>(rank) * (static_cast<double>(outputs) + static_cast<double>(inputs)) <
           static_cast<double>(outputs) * static_cast<double>(inputs);
}

std::int64_t uniformRank(std::int64_t outputs, std::int64_t inputs, double ratio) {
    const auto m = static_cast<double>(outputs), n = static_cast<double>(inputs);
    const auto rank = static_cast<std::int64_t>(std::floor(ratio * m * n / (m + n) + slack));
    return pays(std::max<std::int64_t>(rank, 1), outputs, inputs) ? std::max<std::int64_t>(rank, 1) : 0;
}

double tailShare(std::span<const double> energies, std::int64_t rank) {
    const double all = std::accumulate(energies.begin(), energies.end(), 0.0);
    return all == 0 ? 0 : std::accumulate(energies.begin() + rank, energies.end(), 0.0) / all;
}

std::vector<std::int64_t> spreadRanks(std::span<const Spectrum> layers, double ratio) {
    return Spread(layers, ratio).ranks();
}

}  // namespace ratescope::engine
