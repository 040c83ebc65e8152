#pragma once

// The searched linears of a model, each made into an entry of a database once, with a checkpoint of its own.

#include "core/error.h"
#include "core/media/node/checkpoint.h"
#include "core/media/quality/searched.h"
#include "plugins/weights/calibrated.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace ratescope::media::weights {

/// In the set's order. Throws Error(Input) where a searched tensor is none of `linears` (names without ".weight") or
/// there is none.
inline std::vector<const Tensor*> searchedLinears(const TensorSet& model,
                                                  const std::vector<std::string>& linears) {
    const Searched isSearched(model);
    std::vector<const Tensor*> searched;
    for (const Tensor& tensor : model.tensors) {
        if (!isSearched(tensor)) continue;
        const bool isLinear = std::ranges::any_of(
            linears, [&](const std::string& linear) { return tensor.name == linear + ".weight"; });
        if (!isLinear)
            throw Error(ErrorKind::Input,
                        "The searched tensor \"" + tensor.name + "\" is no linear layer of a block.",
                        "Search the linear layers of the blocks only.");
        searched.push_back(&tensor);
    }
    if (searched.empty())
        throw Error(ErrorKind::Input, "The model has no searched tensors.", "Select tensors to compress.");
    return searched;
}

/// What `make` gives of each calibrated tensor; `read` is the inverse of fieldsOf(Unit). `progress` is told the share
/// that is done.
template <typename Unit>
std::vector<Unit> unitDatabase(Context& context, const std::vector<const Tensor*>& tensors,
                               const Calibration& calibration, SubProgress progress,
                               const std::function<Unit(const CalibratedTensor&)>& make,
                               Unit (*read)(FieldReader&)) {
    std::vector<Unit> units;
    for (const Tensor* const tensor : tensors) {
        progress(static_cast<double>(units.size()) / static_cast<double>(tensors.size()));
        const std::string checkpoint = "unit-" + std::to_string(units.size());
        if (auto saved = takeUp(context, checkpoint, read)) {
            units.push_back(*std::move(saved));
            continue;
        }
        units.push_back(make(calibration.calibrated(*tensor)));
        saveFields(context, checkpoint, fieldsOf(units.back()));
    }
    return units;
}

}  // namespace ratescope::media::weights
