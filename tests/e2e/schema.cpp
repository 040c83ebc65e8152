#include "tests/e2e/schema.h"

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <fstream>
#include <map>
#include <memory>

namespace e2e {
namespace {

std::unique_ptr<valijson::Schema> readSchema(const std::string& name) {
    const std::string file = std::string(std::getenv("RATESCOPE_SOURCE")) + "/docs/schemas/" + name + ".json";
    std::ifstream stream(file);
    const nlohmann::json json = nlohmann::json::parse(stream);
    auto schema = std::make_unique<valijson::Schema>();
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(json), *schema);
    return schema;
}

const valijson::Schema& schemaOf(const std::string& name) {
    static std::map<std::string, std::unique_ptr<valijson::Schema>> schemas;
    std::unique_ptr<valijson::Schema>& schema = schemas[name];
    if (!schema) schema = readSchema(name);
    return *schema;
}

}  // namespace

QByteArray misfit(const nlohmann::json& value, const char* schema) {
    valijson::Validator validator;
    valijson::ValidationResults results;
    if (validator.validate(schemaOf(schema), valijson::adapters::NlohmannJsonAdapter(value), &results))
        return {};
    QByteArray text = QByteArray("does not fit ") + schema + ".json:";
    valijson::ValidationResults::Error error;
    while (results.popError(error)) {
        text += "\n  ";
        for (const std::string& part : error.context)
            text += QByteArray::fromStdString(part);
        text += ": " + QByteArray::fromStdString(error.description);
    }
    return text + "\n" + QByteArray::fromStdString(value.dump(1)).left(2000);
}

}  // namespace e2e
