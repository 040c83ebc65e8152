#include "views/session/measured.h"

#include <algorithm>

namespace ratescope::views {
namespace {

bool takesModels(const graph::Manifest& manifest) {
    return std::any_of(manifest.inputs.begin(), manifest.inputs.end(), [](const graph::Port& port) {
        return port.role == graph::PortRole::Candidate &&
               (port.type == graph::PortType::LanguageModel || port.type == graph::PortType::TensorSet);
    });
}

struct Measure {
    std::string slug;
    const graph::Manifest* manifest;
};

std::vector<Measure> measuresIn(const OpenDocument& document) {
    std::vector<Measure> measures;
    for (const graph::Node& node : document.document().nodes) {
        const graph::Manifest* manifest = document.manifestOf(node.slug);
        if (manifest && manifest->kind == graph::NodeKind::Measure) measures.push_back({node.slug, manifest});
    }
    return measures;
}

}  // namespace

std::vector<ModelMeasure> modelMeasures(const OpenDocument& document) {
    std::vector<ModelMeasure> found;
    for (const Measure& measure : measuresIn(document))
        if (takesModels(*measure.manifest)) found.push_back({measure.slug, measure.manifest->hasMap});
    return found;
}

bool measuresOnlyModels(const OpenDocument& document) {
    const std::vector<Measure> measures = measuresIn(document);
    return !measures.empty() && std::all_of(measures.begin(), measures.end(), [](const Measure& measure) {
        return takesModels(*measure.manifest);
    });
}

}  // namespace ratescope::views
