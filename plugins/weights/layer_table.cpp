#include "plugins/weights/layer_table.h"

#include "core/media/quality/tensor_error.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

namespace ratescope::media::weights {

double relativeError(std::span<const float> weights, std::span<const float> restored) {
    double squaredError = 0, energy = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const double weight = weights[i], error = restored[i] - weight;
        squaredError += error * error;
        energy += weight * weight;
    }
    return media::relativeError(squaredError, energy);
}

void LayerTable::report(Context& context, std::vector<Column> own) const {
    if (rows_.empty()) return;
    std::vector<std::string> tensors;
    std::vector<std::int64_t> weights, bits;
    std::vector<double> errors, outputErrors;
    for (const LayerRow& row : rows_) {
        tensors.push_back(row.tensor);
        weights.push_back(static_cast<std::int64_t>(row.weights));
        bits.push_back(static_cast<std::int64_t>(row.bits));
        errors.push_back(row.error);
        outputErrors.push_back(row.outputError);
    }
    Table table;
    table.schema = "layers";
    table.columns = {{"tensor", "", std::move(tensors)},
                     {"weights", "", std::move(weights)},
                     {"bits", "bit", std::move(bits)},
                     {"error", "", std::move(errors)},
                     {"output-error", "", std::move(outputErrors)}};
    std::ranges::move(own, std::back_inserter(table.columns));
    context.table("layers", std::move(table));
}

}  // namespace ratescope::media::weights
