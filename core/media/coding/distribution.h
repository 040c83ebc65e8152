#pragma once

// The shapes of per-symbol models, as cumulative distributions of mean 0 and scale 1. Computed with the four basic
// operations in double precision alone (no mathematical library, no contraction), so that every machine makes the same
// tables of frequencies of them.

#include <vector>

namespace ratescope::media {

enum class ModelShape {
    Gaussian,  ///< the scale is the standard deviation
    Laplace,   ///< density exp(−|x| / scale) / (2 · scale)
};

class Distribution {
  public:
    explicit Distribution(ModelShape shape);

    /// Probability of the interval from `low` to `high` ≥ low, within 1e-9.
    double between(double low, double high) const;

  private:
    /// Probability of what lies above z ≥ 0.
    double tail(double z) const;

    struct Node {
        double tail = 0;
        double density = 0;
    };
    std::vector<Node> nodes_;
};

}  // namespace ratescope::media
