#include "core/store/status_json.h"

#include <nlohmann/json.hpp>

#include <array>

namespace ratescope::store {
namespace {

constexpr std::array states = {State::Pending, State::Running,   State::Done,
                               State::Failed,  State::Cancelled, State::Interrupted};
constexpr std::size_t mostFailures = 1000;

}  // namespace

nlohmann::json toJson(const StateCounts& counts) {
    nlohmann::json json;
    for (const State state : states)
        json[toText(state)] = counts[state];
    return json;
}

nlohmann::json toJson(const FailureRow& row) {
    nlohmann::json values = nlohmann::json::object();
    for (const auto& entry : row.values)
        std::visit([&](const auto& value) { values[entry.first] = value; }, entry.second);
    return {{"study", row.study},
            {"series", row.series},
            {"asset", row.asset},
            {"node", row.node},
            {"values", values},
            {"seed", row.seed},
            {"kind", ratescope::toText(row.failure.kind)},
            {"what", row.failure.what},
            {"remedy", row.failure.remedy},
            {"log", row.failure.log}};
}

nlohmann::json statusJson(const Library& library, const std::optional<StudyRecord>& study) {
    const std::optional<StudyId> id = study ? std::optional(study->id) : std::nullopt;
    nlohmann::json failures = nlohmann::json::array();
    for (const FailureRow& row : library.failures(id, mostFailures))
        failures.push_back(toJson(row));
    nlohmann::json json{{"items", toJson(library.itemCounts(id))},
                        {"measurements", toJson(library.measurementCounts(id))},
                        {"failures", failures}};
    if (study) json["study"] = study->name;
    return json;
}

}  // namespace ratescope::store
