#include "core/engine/llm/input_norms.h"

#include "core/error.h"
#include "core/utf8.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace ratescope::engine {
namespace {

std::vector<double> channelNorms(const std::string& layer, const at::Tensor& rows) {
    const at::Tensor norms = at::linalg_vector_norm(rows, 2, at::IntArrayRef(0), false, at::kDouble).cpu();
    const double* values = norms.const_data_ptr<double>();
    std::vector<double> result(values, values + norms.numel());
    if (!std::ranges::all_of(result, [](double value) { return std::isfinite(value); }))
        throw Error(ErrorKind::Input,
                    "What " + quote(layer) + " reads of the calibration text is not finite.",
                    "Use a model and a text that work.");
    return result;
}

}  // namespace

std::map<std::string, std::vector<float>> InputNorms::means(double floor) const {
    std::map<std::string, std::vector<float>> result;
    for (const auto& [layer, sum] : sums)
        for (const double value : sum)
            result[layer].push_back(static_cast<float>(value / static_cast<double>(sequences) + floor));
    return result;
}

void addSequence(InputNorms& norms, const BlockModel& model, const at::Tensor& ids,
                 const std::function<void()>& check) {
    at::Tensor hidden = model.embed(ids);
    for (std::int64_t layer = 0; layer < model.layers(); ++layer) {
        check();
        hidden =
            model.block(layer, hidden, [&](const std::vector<std::string>& readers, const at::Tensor& rows) {
                const std::vector<double> more = channelNorms(readers.front(), rows);
                for (const std::string& reader : readers) {
                    std::vector<double>& sum = norms.sums[reader];
                    sum.resize(more.size());
                    std::ranges::transform(sum, more, sum.begin(), std::plus());
                }
            });
    }
    ++norms.sequences;
}

}  // namespace ratescope::engine
