#include "core/error.h"
#include "core/graph/command.h"
#include "core/graph/manifest.h"
#include "core/graph/wording.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

namespace ratescope::graph {
namespace {

bool isText(ParameterType type) {
    return type == ParameterType::Choice || type == ParameterType::Text || type == ParameterType::File ||
           type == ParameterType::Command;
}

std::string whyNoCommand(const std::string& text) {
    try {
        parseCommand(text);
        return "";
    } catch (const Error& error) {
        return "in " + inQuotes(text) + " " + error.what();
    }
}

template <typename Number>
std::optional<Number> readWhole(const std::string& text) {
    Number number{};
    const char* const end = text.data() + text.size();
    const auto [stopped, failure] = std::from_chars(text.data(), end, number);
    if (failure != std::errc() || stopped != end || text.empty()) return std::nullopt;
    return number;
}

std::optional<ParameterValue> read(const Parameter& parameter, const std::string& text) {
    switch (parameter.type) {
        case ParameterType::Int:
            if (const auto integer = readWhole<std::int64_t>(text)) return *integer;
            return std::nullopt;
        case ParameterType::Real:
            if (const auto real = readWhole<double>(text)) return *real;
            return std::nullopt;
        case ParameterType::Bool:
            if (text == "true" || text == "false") return text == "true";
            return std::nullopt;
        default:
            return text;
    }
}

std::string shown(const ParameterValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return inQuotes(*text);
    return toText(value);
}

const char* typeOf(const ParameterValue& value) {
    static constexpr const char* names[] = {"a truth value", "an integer", "a real number", "text"};
    return names[value.index()];
}

const char* typeOf(const Parameter& parameter) {
    switch (parameter.type) {
        case ParameterType::Int:
            return "an integer";
        case ParameterType::Real:
            return "a number";
        case ParameterType::Bool:
            return "true or false";
        default:
            return "text";
    }
}

bool hasType(const Parameter& parameter, const ParameterValue& value) {
    switch (parameter.type) {
        case ParameterType::Int:
            return std::holds_alternative<std::int64_t>(value);
        case ParameterType::Real:
            return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
        case ParameterType::Bool:
            return std::holds_alternative<bool>(value);
        default:
            return std::holds_alternative<std::string>(value);
    }
}

std::string whyOutOfRange(const Parameter& parameter, const ParameterValue& value) {
    const auto* integer = std::get_if<std::int64_t>(&value);
    const double number = integer ? static_cast<double>(*integer) : std::get<double>(value);
    if (!std::isfinite(number)) return shown(value) + " is not a finite number";
    if (parameter.minimum && number < *parameter.minimum)
        return shown(value) + " is less than " + toText(*parameter.minimum) + ", the least value";
    if (parameter.maximum && number > *parameter.maximum)
        return shown(value) + " is more than " + toText(*parameter.maximum) + ", the greatest value";
    return "";
}

}  // namespace

std::string whatFits(const Parameter& parameter) {
    if (parameter.type == ParameterType::Choice) return "one of " + listed(parameter.choices);
    if (parameter.type == ParameterType::File) return "a file";
    if (parameter.type == ParameterType::Command) return "a command";
    std::string text = typeOf(parameter);
    if (isText(parameter.type) || parameter.type == ParameterType::Bool) return text;
    if (parameter.minimum && parameter.maximum)
        text += " from " + toText(*parameter.minimum) + " to " + toText(*parameter.maximum);
    else if (parameter.minimum)
        text += " of at least " + toText(*parameter.minimum);
    else if (parameter.maximum)
        text += " of at most " + toText(*parameter.maximum);
    return text;
}

std::string whyUnfit(const Parameter& parameter, const ParameterValue& value) {
    if (!hasType(parameter, value))
        return shown(value) + " is " + typeOf(value) + ", not " + typeOf(parameter);
    if (parameter.type == ParameterType::Int || parameter.type == ParameterType::Real)
        return whyOutOfRange(parameter, value);
    if (!isText(parameter.type)) return "";
    const std::string& text = std::get<std::string>(value);
    if (!isUtf8(text)) return "the text is not UTF-8";
    if (parameter.type == ParameterType::Command) return whyNoCommand(text);
    const auto& choices = parameter.choices;
    if (parameter.type == ParameterType::Choice &&
        std::find(choices.begin(), choices.end(), text) == choices.end())
        return inQuotes(text) + " is none of " + listed(choices);
    return "";
}

ParameterValue parseValue(const Parameter& parameter, const std::string& text) {
    const auto value = read(parameter, text);
    const std::string reason =
        value ? whyUnfit(parameter, *value) : inQuotes(text) + " is not " + typeOf(parameter);
    if (!reason.empty())
        throw Error(ErrorKind::Usage, parameter.id + ": " + reason + ".",
                    "Give " + whatFits(parameter) + ".");
    return normalised(parameter, *value);
}

ParameterValue normalised(const Parameter& parameter, const ParameterValue& value) {
    if (parameter.type != ParameterType::Real) return value;
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
    const auto* real = std::get_if<double>(&value);
    return real && *real == 0 ? ParameterValue(0.0) : value;
}

}  // namespace ratescope::graph
