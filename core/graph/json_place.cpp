#include "core/graph/json_place.h"

#include "core/graph/wording.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace ratescope::graph {

using nlohmann::json;

void JsonPlace::fail(const std::string& what) const {
    throw Error(kind_, (path_.empty() ? "The file" : path_) + " " + what + ".",
                kind_ == ErrorKind::Document ? "Correct it there, or open a copy from a backup."
                                             : "Build or install the plugin again.");
}

JsonPlace JsonPlace::child(const std::string& name, const json& value) const {
    return JsonPlace(value, kind_, path_.empty() ? name : path_ + "." + name);
}

std::optional<JsonPlace> JsonPlace::find(const std::string& name) const {
    if (!value_->is_object()) fail("must be an object");
    const auto found = value_->find(name);
    if (found == value_->end()) return std::nullopt;
    return child(name, *found);
}

JsonPlace JsonPlace::field(const std::string& name) const {
    const auto found = find(name);
    if (!found) fail("has no field " + inQuotes(name));
    return *found;
}

std::vector<std::pair<std::string, JsonPlace>> JsonPlace::fields() const {
    if (!value_->is_object()) fail("must be an object");
    std::vector<std::pair<std::string, JsonPlace>> all;
    for (const auto& [name, item] : value_->items())
        all.emplace_back(name, child(name, item));
    return all;
}

void JsonPlace::only(std::initializer_list<const char*> names) const {
    const std::vector<std::string> known{names.begin(), names.end()};
    for (const auto& [name, place] : fields()) {
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        const std::string meant = nearest(name, known);
        place.fail(
            "is not a field that this version of Ratescope knows (saving would lose it); " +
            (meant.empty() ? "known here: " + listed(known) : "perhaps " + inQuotes(meant) + " is meant"));
    }
}

std::vector<JsonPlace> JsonPlace::items() const {
    if (!value_->is_array()) fail("must be an array");
    std::vector<JsonPlace> all;
    all.reserve(value_->size());
    for (std::size_t i = 0; i < value_->size(); ++i)
        all.push_back(JsonPlace((*value_)[i], kind_, path_ + "[" + std::to_string(i) + "]"));
    return all;
}

std::string JsonPlace::text() const {
    if (!value_->is_string()) fail("must be text");
    return value_->get<std::string>();
}

bool JsonPlace::flag() const {
    if (!value_->is_boolean()) fail("must be true or false");
    return value_->get<bool>();
}

double JsonPlace::real() const {
    if (!value_->is_number()) fail("must be a number");
    return value_->get<double>();
}

std::int64_t JsonPlace::integer(std::int64_t least, std::int64_t most) const {
    if (!value_->is_number_integer()) fail("must be an integer");
    const bool large =
        value_->is_number_unsigned() &&
        value_->get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (large || value_->get<std::int64_t>() < least || value_->get<std::int64_t>() > most)
        fail("must be an integer from " + std::to_string(least) + " to " + std::to_string(most));
    return value_->get<std::int64_t>();
}

std::uint64_t JsonPlace::unsignedInteger() const {
    const bool negative =
        value_->is_number_integer() && !value_->is_number_unsigned() && value_->get<std::int64_t>() < 0;
    if (!value_->is_number_integer() || negative) fail("must be an integer of at least 0");
    return value_->get<std::uint64_t>();
}

}  // namespace ratescope::graph
