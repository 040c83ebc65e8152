#pragma once

#include <nlohmann/json.hpp>

#include <string>

// Holds a JSON value against a schema of docs/schemas, which keep to these keywords: type, enum, const,
// required, properties, additionalProperties, items, anyOf and $ref into $defs. Returns what does not fit, or
// "".
class SchemaCheck {
  public:
    explicit SchemaCheck(nlohmann::json root) : root_(std::move(root)) {}

    std::string operator()(const nlohmann::json& value) const { return check(root_, value, "$"); }

  private:
    using json = nlohmann::json;

    static bool isOfType(const std::string& type, const json& value) {
        if (type == "object") return value.is_object();
        if (type == "array") return value.is_array();
        if (type == "string") return value.is_string();
        if (type == "boolean") return value.is_boolean();
        if (type == "null") return value.is_null();
        if (type == "integer") return value.is_number_integer();
        return type == "number" && value.is_number();
    }

    std::string check(const json& schema, const json& value, const std::string& path) const {
        if (schema.contains("$ref")) {
            const std::string target = schema["$ref"];
            return check(root_["$defs"].at(target.substr(target.rfind('/') + 1)), value, path);
        }
        if (schema.contains("anyOf")) {
            for (const json& option : schema["anyOf"])
                if (check(option, value, path).empty()) return {};
            return path + " fits no option";
        }
        if (schema.contains("const") && schema["const"] != value) return path + " is another constant";
        if (schema.contains("enum") &&
            std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end())
            return path + " is not one of the names";
        if (schema.contains("type")) {
            const json types = schema["type"].is_array() ? schema["type"] : json::array({schema["type"]});
            bool fits = false;
            for (const json& type : types)
                fits |= isOfType(type, value);
            if (!fits) return path + " has another type";
        }
        if (value.is_array() && schema.contains("items"))
            for (std::size_t i = 0; i < value.size(); ++i)
                if (std::string failure =
                        check(schema["items"], value[i], path + "[" + std::to_string(i) + "]");
                    !failure.empty())
                    return failure;
        return value.is_object() ? checkMembers(schema, value, path) : std::string();
    }

    std::string checkMembers(const json& schema, const json& value, const std::string& path) const {
        for (const json& name : schema.value("required", json::array()))
            if (!value.contains(name.get<std::string>())) return path + " lacks " + name.get<std::string>();
        const json properties = schema.value("properties", json::object());
        for (const auto& [name, member] : value.items()) {
            const json* memberSchema = properties.contains(name) ? &properties[name] : nullptr;
            if (memberSchema == nullptr && schema.contains("additionalProperties")) {
                if (schema["additionalProperties"] == false) return path + " has an unknown member " + name;
                memberSchema = &schema["additionalProperties"];
            }
            if (memberSchema == nullptr) continue;
            if (std::string failure = check(*memberSchema, member, path + "." + name); !failure.empty())
                return failure;
        }
        return {};
    }

    json root_;
};
