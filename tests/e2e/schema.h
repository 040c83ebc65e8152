#pragma once

// JSON held against the schemas of docs/schemas, by valijson.

#include <nlohmann/json_fwd.hpp>

#include <QByteArray>

namespace e2e {

/// What in `value` does not fit docs/schemas/NAME.json; empty if all does.
QByteArray misfit(const nlohmann::json& value, const char* schema);

}  // namespace e2e
