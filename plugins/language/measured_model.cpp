#include "plugins/language/measured_model.h"

#include "core/error.h"
#include "core/graph/seen_text.h"
#include "core/media/node/model_tensors.h"
#include "core/media/quality/searched.h"

namespace ratescope::media::language {

Resources modelResources() {
    return {.memory = std::uint64_t{6} << 30};
}

graph::Port referencePort() {
    return {.id = "reference",
            .label = "Original",
            .type = graph::PortType::LanguageModel,
            .role = graph::PortRole::Reference,
            .help = "The model before compression."};
}

graph::Port candidatePort() {
    return {.id = "candidate",
            .label = "Compressed",
            .type = graph::PortType::LanguageModel,
            .role = graph::PortRole::Candidate,
            .help = "The model that came back from the codec."};
}

graph::Parameter beginningParameter(const std::string& help) {
    return {.id = "beginning",
            .label = "Beginning of sequence",
            .help = help,
            .type = graph::ParameterType::Bool,
            .defaultValue = false};
}

graph::Parameter seenTextParameter() {
    return {
        .id = graph::seenTextParameter,
        .label = "Text of the calibration too",
        .help =
            "Measures with a text that the model was calibrated with, which says little of any other text; "
            "refused otherwise.",
        .type = graph::ParameterType::Bool,
        .defaultValue = false,
        .advanced = true,
        .entersKey = false};
}

void checkBeginning(const LanguageModel& model, const Parameters& parameters) {
    if (parameters.flag("beginning") && !model.tokenizer.beginning)
        throw Error(ErrorKind::Usage, "This model's tokenizer has no beginning of sequence.",
                    "Leave it out: set beginning to false.");
}

std::vector<Count> weightCounts(const LanguageModel& reference) {
    const WeightCounts counts = countWeights(reference);
    return {{"weights", counts.weights}, {"searched-weights", counts.searched}};
}

std::shared_ptr<const LanguageModel> modelOf(const Value& candidate, const std::string& node) {
    auto model = asLanguageModel(candidate);
    if (!model)
        throw Error(ErrorKind::Input, node + " measures language models.",
                    "Connect a language model, or what a codec made of one.");
    return model;
}

}  // namespace ratescope::media::language
