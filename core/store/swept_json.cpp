#include "core/store/swept_json.h"

#include "core/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace ratescope::store {
namespace {

std::string quoted(const std::string& column, const std::string& text) {
    try {
        return nlohmann::json(text).dump();
    } catch (const nlohmann::json::exception&) {
        throw Error(ErrorKind::Document, "The swept value of " + column + " is not UTF-8.",
                    "Write it with UTF-8 characters.");
    }
}

std::string realText(const std::string& column, double real) {
    if (!std::isfinite(real))
        throw Error(ErrorKind::Document, "The swept value of " + column + " is not finite.",
                    "Sweep it over finite numbers.");
    std::array<char, 32> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), real).ptr;
    std::string text(buffer.data(), end);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

std::string valueText(const std::string& column, const graph::ParameterValue& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
    if (const auto* real = std::get_if<double>(&value)) return realText(column, *real);
    return quoted(column, std::get<std::string>(value));
}

std::optional<graph::ParameterValue> valueOf(const nlohmann::ordered_json& json) {
    if (json.is_boolean()) return json.get<bool>();
    if (json.is_number_integer()) return json.get<std::int64_t>();
    if (json.is_number_float()) return json.get<double>();
    if (json.is_string()) return json.get<std::string>();
    return std::nullopt;
}

}  // namespace

std::string toSweptJson(const SweptValues& values) {
    std::string text = "{";
    for (const auto& [column, value] : values) {
        if (text.size() > 1) text += ',';
        text += quoted("a column", column) + ':' + valueText(column, value);
    }
    return text + '}';
}

std::string toSweptIdentity(SweptValues values) {
    std::stable_sort(values.begin(), values.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    return toSweptJson(values);
}

SweptValues fromSweptJson(const std::string& text) {
    const auto json = nlohmann::ordered_json::parse(text, nullptr, false);
    SweptValues values;
    bool valid = json.is_object();
    for (auto entry = json.begin(); valid && entry != json.end(); ++entry) {
        std::optional<graph::ParameterValue> value = valueOf(entry.value());
        valid = value.has_value();
        if (valid) values.emplace_back(entry.key(), std::move(*value));
    }
    if (!valid)
        throw Error(ErrorKind::Library, "The library holds a point whose values can't be read: " + text,
                    "Run the study again in a new library.");
    return values;
}

curves::RowValues toRowValues(const SweptValues& values) {
    curves::RowValues row;
    for (const auto& [column, value] : values)
        row.emplace_back(column, graph::toText(value));
    return row;
}

}  // namespace ratescope::store
