#pragma once

// The table "layers" that codecs of weights report beside their stream: what each searched tensor costs and loses. It
// is the first thing that is read when a compressed model breaks.

#include "core/media/node/context.h"

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace ratescope::media::weights {

struct LayerRow {
    std::string tensor;
    std::uint64_t weights = 0;
    std::uint64_t bits =
        0;             ///< of the stream that are this tensor's own: codes, scales, indices, codebooks, …
    double error = 0;  ///< ‖Ŵ − W‖ / ‖W‖ (Frobenius)
    /// √(tr(ΔHΔᵀ) / tr(WHWᵀ)), Δ = Ŵ − W; NaN where there is no Hessian.
    double outputError = std::numeric_limits<double>::quiet_NaN();
};

/// ‖Ŵ − W‖ / ‖W‖ of equally many weights, as tensor_error.h has it of sums of squares.
double relativeError(std::span<const float> weights, std::span<const float> restored);

class LayerTable {
  public:
    void add(LayerRow row) { rows_.push_back(std::move(row)); }
    /// Hands over columns tensor, weights, bits, error, output-error, and those of a codec's own behind them (as many
    /// cells as rows); nothing without rows.
    void report(Context& context, std::vector<Column> own = {}) const;

  private:
    std::vector<LayerRow> rows_;
};

}  // namespace ratescope::media::weights
