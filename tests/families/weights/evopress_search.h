#pragma once

// What tests of weights.evopress.search give it, and how they read what it has found.

#include "core/engine/quant/hessian.h"
#include "core/media/node/model_tensors.h"
#include "core/media/quality/searched.h"
#include "plugins/weights/nodes.h"
#include "tests/families/support.h"
#include "tests/families/weights/tiny_language_model.h"

#include <ATen/ATen.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

namespace ratescope::media::test {

/// Of random inputs, one for each searched tensor.
inline Value hessiansOf(const LanguageModel& model) {
    std::mt19937 random(5);
    std::normal_distribution<double> draw;
    engine::Hessians all;
    const TensorSet set = tensorsOf(model);
    const Searched isSearched(set);
    for (const Tensor& tensor : set.tensors) {
        if (!isSearched(tensor)) continue;
        const std::int64_t n = tensor.array.shape()[1];
        engine::Hessian& hessian = all[tensor.name];
        hessian = {engine::Matrix<double>(n, n), 1};
        for (int token = 0; token < 200; ++token) {
            std::vector<double> x(static_cast<std::size_t>(n));
            for (std::size_t j = 0; j < x.size(); ++j)
                x[j] = draw(random) * (1 + static_cast<double>(j % 4)) + (j > 0 ? 0.5 * x[j - 1] : 0);
            for (std::int64_t i = 0; i < n; ++i)
                for (std::int64_t j = 0; j < n; ++j)
                    hessian.values.at(i, j) +=
                        x[static_cast<std::size_t>(i)] * x[static_cast<std::size_t>(j)];
        }
    }
    return std::make_shared<const TensorSet>(engine::toTensorSet(all));
}

/// A search of a second.
inline Settings quick(Settings more = {}) {
    Settings all{{"generations", std::int64_t{4}},  {"offspring", std::int64_t{4}},
                 {"survivors", std::string("2,1")}, {"tokens", std::string("40, 128")},
                 {"starts", std::int64_t{4}},       {"start-tokens", std::int64_t{64}},
                 {"sequences", std::int64_t{8}},    {"length", std::int64_t{32}},
                 {"group-size", std::int64_t{16}}};
    for (const auto& [id, value] : more)
        all[id] = value;
    return all;
}

inline Inputs searchInputs(const LanguageModel& model) {
    Inputs all;
    all.add("model", std::make_shared<const LanguageModel>(model));
    all.add("text", someText());
    all.add("hessians", hessiansOf(model));
    return all;
}

inline const Table& tableAt(const Outputs& outputs, const std::string& port) {
    return *std::get<std::shared_ptr<const Table>>(outputs.at(port));
}

template <typename Cell>
const std::vector<Cell>& cellsOf(const Table& table, const std::string& column) {
    return std::get<std::vector<Cell>>(table.column(column)->cells);
}

inline Outputs searched(Context& context, const LanguageModel& model, const Settings& settings) {
    const NodeEntry entry = weights::evoPressSearchNode();
    const auto node = entry.make();
    return dynamic_cast<const ExperimentNode&>(*node).run(context, searchInputs(model),
                                                          complete(entry.manifest, settings));
}

/// Sequences of random ids.
inline at::Tensor someSequences(std::int64_t count, std::int64_t length, std::int64_t vocabulary) {
    std::mt19937 random(3);
    at::Tensor ids = at::empty({count, length}, at::kLong);
    for (std::int64_t i = 0; i < ids.numel(); ++i)
        ids.flatten()[i] = static_cast<std::int64_t>(random() % static_cast<unsigned long>(vocabulary));
    return ids;
}

}  // namespace ratescope::media::test
