#pragma once

// The stable names of all enumerators of manifests and documents, in both directions.

#include "core/graph/document.h"
#include "core/graph/manifest.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ratescope::graph {

template <typename Enum>
struct Names;

template <>
struct Names<PortType> {
    static constexpr std::array texts = {"Image",      "Video",      "AudioClip",     "Mesh",
                                         "PointCloud", "TextCorpus", "LanguageModel", "Network",
                                         "TensorSet",  "Table",      "Method",        "Bitstream"};
};

template <>
struct Names<PortRole> {
    static constexpr std::array texts = {"value", "coded", "encoder", "shared", "reference", "candidate"};
};

template <>
struct Names<FanOut> {
    static constexpr std::array texts = {"each", "all"};
};

template <>
struct Names<ParameterType> {
    static constexpr std::array texts = {"int", "real", "bool", "choice", "text", "file", "command"};
};

template <>
struct Names<Stage> {
    static constexpr std::array texts = {"encode", "extract", "decode", "every"};
};

template <>
struct Names<NodeKind> {
    static constexpr std::array texts = {"source", "codec",   "transform",  "learner",
                                         "method", "measure", "experiment", "analysis"};
};

template <>
struct Names<Finish> {
    static constexpr std::array texts = {"ratio", "exp-ratio", "sqrt-ratio", "minus-db-ratio"};
};

template <>
struct Names<Pool> {
    static constexpr std::array texts = {"mean-of-values", "sum-then-finish", "not-poolable"};
};

template <>
struct Names<Better> {
    static constexpr std::array texts = {"higher", "lower"};
};

template <>
struct Names<AssetRule::By> {
    static constexpr std::array texts = {"one", "files", "count"};
};

template <>
struct Names<StreamRule> {
    static constexpr std::array texts = {"nested", "added"};
};

template <>
struct Names<Pairing> {
    static constexpr std::array texts = {"unsaid", "paired-by-name", "product"};
};

template <>
struct Names<FigureKind> {
    static constexpr std::array texts = {"curves", "relative", "table", "plate"};
};

template <>
struct Names<LegendPlace> {
    static constexpr std::array texts = {"auto",        "top-left",     "top-right",
                                         "bottom-left", "bottom-right", "none"};
};

template <typename Enum>
const char* nameOf(Enum value) {
    return Names<Enum>::texts.at(static_cast<std::size_t>(value));
}

template <typename Enum>
std::optional<Enum> fromName(std::string_view name) {
    for (std::size_t i = 0; i < Names<Enum>::texts.size(); ++i)
        if (name == Names<Enum>::texts[i]) return static_cast<Enum>(i);
    return std::nullopt;
}

}  // namespace ratescope::graph
