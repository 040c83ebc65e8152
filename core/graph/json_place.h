#pragma once

// A value in a JSON file together with the place where it stands, so that every complaint can name it.

#include "core/error.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace ratescope::graph {

class JsonPlace {
  public:
    /// All complaints are Error(kind). `value` must outlive the place.
    JsonPlace(const nlohmann::json& value, ErrorKind kind) : value_(&value), kind_(kind) {}

    const nlohmann::json& value() const { return *value_; }
    const std::string& path() const { return path_; }  ///< "nodes[2].slug"; "" for the whole file

    [[noreturn]] void fail(const std::string& what) const;

    /// A field of an object. `field` throws when it is missing.
    std::optional<JsonPlace> find(const std::string& name) const;
    JsonPlace field(const std::string& name) const;
    /// Fields of an object whose names are data, in byte order of their names.
    std::vector<std::pair<std::string, JsonPlace>> fields() const;
    /// Throws when the object has a field that is none of these.
    void only(std::initializer_list<const char*> names) const;
    std::vector<JsonPlace> items() const;  ///< of an array

    std::string text() const;
    bool flag() const;
    double real() const;
    std::int64_t integer(std::int64_t least = std::numeric_limits<std::int64_t>::min(),
                         std::int64_t most = std::numeric_limits<std::int64_t>::max()) const;
    std::uint64_t unsignedInteger() const;

  private:
    JsonPlace(const nlohmann::json& value, ErrorKind kind, std::string path)
        : value_(&value), kind_(kind), path_(std::move(path)) {}
    JsonPlace child(const std::string& name, const nlohmann::json& value) const;

    const nlohmann::json* value_;
    ErrorKind kind_;
    std::string path_;
};

/// Sets `target` when the object has the field.
inline void read(const JsonPlace& place, const char* name, std::string& target) {
    if (const auto found = place.find(name)) target = found->text();
}

inline void read(const JsonPlace& place, const char* name, bool& target) {
    if (const auto found = place.find(name)) target = found->flag();
}

inline void read(const JsonPlace& place, const char* name, double& target) {
    if (const auto found = place.find(name)) target = found->real();
}

inline void read(const JsonPlace& place, const char* name, int& target) {
    using Limits = std::numeric_limits<int>;
    if (const auto found = place.find(name))
        target = static_cast<int>(found->integer(Limits::min(), Limits::max()));
}

}  // namespace ratescope::graph
