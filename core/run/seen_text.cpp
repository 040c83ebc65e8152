#include "core/run/seen_text.h"

#include "core/error.h"
#include "core/graph/seen_text.h"
#include "core/run/schedule.h"

#include <algorithm>

namespace ratescope::run {
namespace {

bool isText(const graph::Port& port) {
    return port.type == graph::PortType::TextCorpus;
}

bool isTextSource(const Task& task, const graph::Catalogue& catalogue) {
    if (task.kind != TaskKind::Source || task.file.empty()) return false;
    const graph::Manifest* const manifest = catalogue.find(task.type);
    return manifest && std::ranges::any_of(manifest->outputs, isText);
}

/// The sources of texts among all that is upstream of these.
std::vector<const Task*> textsBehind(const TaskTable& tasks, const graph::Catalogue& catalogue,
                                     const std::vector<Hash>& wanted) {
    std::vector<const Task*> texts;
    for (const Hash& key : upstreamTasks(tasks, wanted))
        if (const Task& task = tasks.at(key); isTextSource(task, catalogue)) texts.push_back(&task);
    return texts;
}

std::vector<Hash> textInputs(const Task& measure, const graph::Manifest& manifest) {
    std::vector<Hash> keys;
    for (const graph::Port& port : manifest.inputs) {
        const auto inputs = measure.inputs.find(port.id);
        if (!isText(port) || inputs == measure.inputs.end()) continue;
        for (const TaskOutput& input : inputs->second)
            keys.push_back(input.task);
    }
    return keys;
}

}  // namespace

void requireUnseenText(const TaskTable& tasks, const graph::Catalogue& catalogue, const Hash& prepare,
                       const Hash& candidate) {
    const Task& measure = tasks.at(prepare);
    const graph::Manifest* const manifest = catalogue.find(measure.type);
    const auto allowed = measure.parameters.find(graph::seenTextParameter);
    if (!manifest || allowed == measure.parameters.end() || allowed->second == graph::ParameterValue(true))
        return;
    const auto read = textsBehind(tasks, catalogue, textInputs(measure, *manifest));
    if (read.empty()) return;
    for (const Task* seen : textsBehind(tasks, catalogue, {candidate}))
        if (std::ranges::any_of(read, [&](const Task* text) { return text->fileHash == seen->fileHash; }))
            throw Error(ErrorKind::Document,
                        "\"" + measure.node + "\" would measure with " + seen->file.filename().string() +
                            ", the text that \"" + tasks.at(candidate).node + "\" was calibrated with.",
                        "Calibrate with another text, or set " + std::string(graph::seenTextParameter) +
                            " of \"" + measure.node + "\" to measure what was seen.");
}

}  // namespace ratescope::run
