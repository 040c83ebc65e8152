#include "core/graph/manifest.h"

#include "core/graph/names.h"

#include <algorithm>

namespace ratescope::graph {
namespace {

template <typename Item>
const Item* withId(const std::vector<Item>& items, const std::string& id) {
    const auto found =
        std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.id == id; });
    return found == items.end() ? nullptr : &*found;
}

}  // namespace

const Port* Manifest::input(const std::string& portId) const {
    return withId(inputs, portId);
}

const Port* Manifest::output(const std::string& portId) const {
    return withId(outputs, portId);
}

const Parameter* Manifest::parameter(const std::string& parameterId) const {
    return withId(parameters, parameterId);
}

const Metric* Manifest::metric(const std::string& metricId) const {
    return withId(metrics, metricId);
}

void joinTables(Manifest& source) {
    source.parameters.push_back(
        {.id = "table",
         .label = "Table",
         .help =
             "A table (CSV, TSV, JSON lines) that says something of the assets: labels, groups, split. It is "
             "kept beside the results and changes none.",
         .type = ParameterType::File,
         .defaultValue = std::string(),
         .group = "Table",
         .entersKey = false});
    source.parameters.push_back({.id = "table-key",
                                 .label = "Key",
                                 .help = "The table's column with the names of the assets, with or without "
                                         "extension; the first one if empty.",
                                 .type = ParameterType::Text,
                                 .defaultValue = std::string(),
                                 .group = "Table",
                                 .entersKey = false});
    source.assets.table = "table";
    source.assets.key = "table-key";
}

bool Manifest::runsCommands() const {
    return std::any_of(parameters.begin(), parameters.end(),
                       [](const Parameter& parameter) { return parameter.type == ParameterType::Command; });
}

const char* toText(PortType value) {
    return nameOf(value);
}

const char* toText(PortRole value) {
    return nameOf(value);
}

const char* toText(FanOut value) {
    return nameOf(value);
}

const char* toText(ParameterType value) {
    return nameOf(value);
}

const char* toText(Stage value) {
    return nameOf(value);
}

const char* toText(NodeKind value) {
    return nameOf(value);
}

const char* toText(Finish value) {
    return nameOf(value);
}

const char* toText(Pool value) {
    return nameOf(value);
}

const char* toText(Better value) {
    return nameOf(value);
}

const char* toText(AssetRule::By value) {
    return nameOf(value);
}

const char* toText(StreamRule value) {
    return nameOf(value);
}

const char* toText(Pairing value) {
    return nameOf(value);
}

}  // namespace ratescope::graph
