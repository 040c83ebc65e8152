#pragma once

// What each request of docs/protocol.md does; the socket itself is service.cpp's.

#include "core/run/supervisor.h"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace ratescope::run {

struct RequestContext {
    Supervisor& supervisor;
    store::Library& library;
    const graph::Catalogue& catalogue;
};

/// True for the requests that answerRequest knows: all but subscribe, value, forget and shutdown, which belong to
/// the connection.
bool isPlainRequest(const std::string& name);

/// A document that a request brings.
struct Brought {
    graph::Document document;
    std::filesystem::path directory;
};
/// That of `submit` and `plan`, which have to wait until the supervisor has prepared it; nothing for other requests.
std::optional<Brought> documentOf(const std::string& name, const nlohmann::json& arguments);

/// The result object. Throws Error as the supervisor and the library do, and Error(Usage) for arguments that are missing
/// or of another type.
nlohmann::json answerRequest(const RequestContext& context, const std::string& name,
                             const nlohmann::json& arguments);

/// What happened and what to do: the object "error" of answers, of the event "trouble" and of
/// docs/schemas/error.json.
nlohmann::json toJson(const Error& error);

/// docs/schemas/plan.json.
nlohmann::json toJson(const PlanSummary& plan);

/// Typed arguments of a request; throw Error(Usage) naming the argument.
std::int64_t integerArgument(const nlohmann::json& arguments, const std::string& name);
std::string textArgument(const nlohmann::json& arguments, const std::string& name);

}  // namespace ratescope::run
