#pragma once

// What the tab Model reads of a library, in the reader's thread: the compressed models that a study has, and of one of
// them what was measured and what each of its layers costs.

#include "core/store/query.h"
#include "views/session/measured.h"
#include "views/session/results.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::views {

/// A finished item whose candidate is a model or a set of tensors.
struct ModelItem {
    store::ItemId id = 0;
    std::string branch, series;  ///< slugs
    std::string title;           ///< "GPTQ · bits 3", with the asset where there are several
    std::vector<std::pair<std::string, graph::ParameterValue>> values;  ///< swept columns

    bool operator==(const ModelItem&) const = default;
};

/// So many at most are offered for choice.
inline constexpr std::size_t mostModelItems = 2000;

/// The finished items that one of these measures has measured, in the planned order, at most mostModelItems.
std::vector<ModelItem> modelItemsOf(const OpenLibrary& open, const std::vector<ModelMeasure>& measures);

/// A rate or a metric of an item.
struct ModelNumber {
    std::string id, title, unit, help;
    std::string node;  ///< slug of the measure; none of a rate
    graph::Better better = graph::Better::Lower;
    bool isRate = false;
    double value = 0;
    std::optional<double> standardError;
};

/// A row of the table "layers" that a codec has reported, and of "sensitivity" that a measure has: NaN for what is not
/// known.
struct LayerFigures {
    std::string tensor;
    double weights = 0, bits = 0;
    double error = 0, outputError = 0;
    double sensitivity = std::numeric_limits<double>::quiet_NaN();  ///< nats
};

struct ModelDetail {
    store::ItemId item = 0;
    std::string metric;  ///< whose map is about each tensor; "" for none
    std::vector<ModelNumber> numbers;
    std::vector<LayerFigures> layers;  ///< none where nothing was reported
};

/// Throws Error(Usage) for an unknown item, Error(Library) for tables that can't be read.
ModelDetail modelDetailOf(const OpenLibrary& open, store::ItemId item,
                          const std::vector<ModelMeasure>& measures);

}  // namespace ratescope::views
