#include "core/graph/catalogue.h"
#include "core/graph/json_array.h"
#include "core/graph/json_place.h"
#include "core/graph/names.h"
#include "core/graph/value_json.h"
#include "core/graph/wording.h"

#include <nlohmann/json.hpp>

namespace ratescope::graph {
namespace {

using nlohmann::json;

template <typename Enum>
void read(const JsonPlace& place, const char* name, Enum& target) requires std::is_enum_v<Enum> {
    const auto found = place.find(name);
    if (!found) return;
    const std::string text = found->text();
    const auto known = fromName<Enum>(text);
    if (!known) {
        const auto& texts = Names<Enum>::texts;
        found->fail("is " + inQuotes(text) + ", and must be one of " + listed({texts.begin(), texts.end()}));
    }
    target = *known;
}

std::string textFromJson(const JsonPlace& place) {
    return place.text();
}

json bound(const std::optional<double>& value) {
    return value ? json(*value) : json(nullptr);
}

void readBound(const JsonPlace& place, const char* name, std::optional<double>& target) {
    const auto found = place.find(name);
    if (found && !found->value().is_null()) target = found->real();
}

json portToJson(const Port& port) {
    return {{"id", port.id},
            {"label", port.label},
            {"type", toText(port.type)},
            {"schema", port.schema},
            {"role", toText(port.role)},
            {"fan_out", toText(port.fanOut)},
            {"required", port.required},
            {"help", port.help}};
}

Port portFromJson(const JsonPlace& place) {
    Port port;
    read(place, "id", port.id);
    read(place, "label", port.label);
    read(place, "type", port.type);
    read(place, "schema", port.schema);
    read(place, "role", port.role);
    read(place, "fan_out", port.fanOut);
    read(place, "required", port.required);
    read(place, "help", port.help);
    return port;
}

json visibleToJson(const std::optional<VisibleIf>& visible) {
    if (!visible) return nullptr;
    return {{"parameter", visible->parameter}, {"values", arrayOf<json>(visible->values, valueToJson<json>)}};
}

json parameterToJson(const Parameter& parameter) {
    return {{"id", parameter.id},
            {"label", parameter.label},
            {"help", parameter.help},
            {"type", toText(parameter.type)},
            {"unit", parameter.unit},
            {"default", valueToJson<json>(parameter.defaultValue)},
            {"minimum", bound(parameter.minimum)},
            {"maximum", bound(parameter.maximum)},
            {"log_scale", parameter.logScale},
            {"choices", parameter.choices},
            {"group", parameter.group},
            {"advanced", parameter.advanced},
            {"visible_if", visibleToJson(parameter.visibleIf)},
            {"stage", toText(parameter.stage)},
            {"enters_key", parameter.entersKey},
            {"moves_along_curve", parameter.movesAlongCurve}};
}

Parameter parameterFromJson(const JsonPlace& place) {
    Parameter parameter;
    read(place, "id", parameter.id);
    read(place, "label", parameter.label);
    read(place, "help", parameter.help);
    read(place, "type", parameter.type);
    read(place, "unit", parameter.unit);
    if (const auto value = place.find("default")) parameter.defaultValue = valueFromJson(*value);
    readBound(place, "minimum", parameter.minimum);
    readBound(place, "maximum", parameter.maximum);
    read(place, "log_scale", parameter.logScale);
    readArray(place, "choices", parameter.choices, textFromJson);
    read(place, "group", parameter.group);
    read(place, "advanced", parameter.advanced);
    if (const auto visible = place.find("visible_if"); visible && !visible->value().is_null()) {
        parameter.visibleIf.emplace();
        read(*visible, "parameter", parameter.visibleIf->parameter);
        readArray(*visible, "values", parameter.visibleIf->values, valueFromJson);
    }
    read(place, "stage", parameter.stage);
    read(place, "enters_key", parameter.entersKey);
    read(place, "moves_along_curve", parameter.movesAlongCurve);
    return parameter;
}

json metricToJson(const Metric& metric) {
    return {{"id", metric.id},
            {"title", metric.title},
            {"unit", metric.unit},
            {"better", toText(metric.better)},
            {"finish", toText(metric.finish)},
            {"pool", toText(metric.pool)},
            {"draw_unit", metric.drawUnit},
            {"help", metric.help},
            {"named", metric.named}};
}

Metric metricFromJson(const JsonPlace& place) {
    Metric metric;
    read(place, "id", metric.id);
    read(place, "title", metric.title);
    read(place, "unit", metric.unit);
    read(place, "better", metric.better);
    read(place, "finish", metric.finish);
    read(place, "pool", metric.pool);
    read(place, "draw_unit", metric.drawUnit);
    read(place, "help", metric.help);
    read(place, "named", metric.named);
    return metric;
}

json paperToJson(const Paper& paper) {
    return {{"title", paper.title}, {"link", paper.link}};
}

Paper paperFromJson(const JsonPlace& place) {
    Paper paper;
    read(place, "title", paper.title);
    read(place, "link", paper.link);
    return paper;
}

AssetRule::Companions companionsFromJson(const JsonPlace& place) {
    AssetRule::Companions companions;
    read(place, "extension", companions.extension);
    readArray(place, "names", companions.names, textFromJson);
    return companions;
}

json companionsToJson(const AssetRule::Companions& companions) {
    return {{"extension", companions.extension}, {"names", companions.names}};
}

AssetRule assetsFromJson(const JsonPlace& place) {
    AssetRule assets;
    read(place, "by", assets.by);
    read(place, "parameter", assets.parameter);
    readArray(place, "extensions", assets.extensions, textFromJson);
    read(place, "table", assets.table);
    read(place, "key", assets.key);
    readArray(place, "companions", assets.companions, companionsFromJson);
    return assets;
}

Manifest manifestAt(const JsonPlace& place) {
    Manifest manifest;
    read(place, "id", manifest.id);
    read(place, "version", manifest.version);
    read(place, "title", manifest.title);
    read(place, "family", manifest.family);
    read(place, "summary", manifest.summary);
    read(place, "manual", manifest.manual);
    read(place, "kind", manifest.kind);
    readArray(place, "papers", manifest.papers, paperFromJson);
    readArray(place, "synonyms", manifest.synonyms, textFromJson);
    readArray(place, "inputs", manifest.inputs, portFromJson);
    readArray(place, "outputs", manifest.outputs, portFromJson);
    readArray(place, "parameters", manifest.parameters, parameterFromJson);
    readArray(place, "metrics", manifest.metrics, metricFromJson);
    if (const auto assets = place.find("assets")) manifest.assets = assetsFromJson(*assets);
    read(place, "streams", manifest.streams);
    read(place, "extension", manifest.extension);
    readArray(place, "magics", manifest.magics, textFromJson);
    read(place, "uses_seed", manifest.usesSeed);
    read(place, "uses_cuda", manifest.usesCuda);
    read(place, "has_map", manifest.hasMap);
    read(place, "tolerance", manifest.tolerance);
    return manifest;
}

}  // namespace

json toJson(const Manifest& manifest) {
    return {{"id", manifest.id},
            {"version", manifest.version},
            {"title", manifest.title},
            {"family", manifest.family},
            {"summary", manifest.summary},
            {"manual", manifest.manual},
            {"kind", toText(manifest.kind)},
            {"papers", arrayOf<json>(manifest.papers, paperToJson)},
            {"synonyms", manifest.synonyms},
            {"inputs", arrayOf<json>(manifest.inputs, portToJson)},
            {"outputs", arrayOf<json>(manifest.outputs, portToJson)},
            {"parameters", arrayOf<json>(manifest.parameters, parameterToJson)},
            {"metrics", arrayOf<json>(manifest.metrics, metricToJson)},
            {"assets",
             {{"by", toText(manifest.assets.by)},
              {"parameter", manifest.assets.parameter},
              {"extensions", manifest.assets.extensions},
              {"table", manifest.assets.table},
              {"key", manifest.assets.key},
              {"companions", arrayOf<json>(manifest.assets.companions, companionsToJson)}}},
            {"streams", toText(manifest.streams)},
            {"extension", manifest.extension},
            {"magics", manifest.magics},
            {"uses_seed", manifest.usesSeed},
            {"uses_cuda", manifest.usesCuda},
            {"has_map", manifest.hasMap},
            {"tolerance", manifest.tolerance}};
}

Manifest manifestFromJson(const json& described) {
    const JsonPlace place(described, ErrorKind::Plugin);
    if (place.field("id").text().empty()) place.field("id").fail("must not be empty");
    return manifestAt(place);
}

json toJson(const Family& family) {
    return {{"ratescope", "plugin"},
            {"name", family.name},
            {"build_id", family.buildId},
            {"nodes",
             arrayOf<json>(family.manifests, [](const Manifest& manifest) { return toJson(manifest); })}};
}

Family familyFromJson(const json& described, const std::filesystem::path& library) {
    const JsonPlace place(described, ErrorKind::Plugin);
    const auto kind = place.find("ratescope");
    if (!kind || kind->value() != "plugin") place.fail("does not describe a Ratescope plugin");
    Family family;
    family.name = place.field("name").text();
    family.buildId = place.field("build_id").text();
    family.library = library;
    for (const JsonPlace& node : place.field("nodes").items()) {
        if (node.field("id").text().empty()) node.field("id").fail("must not be empty");
        family.manifests.push_back(manifestAt(node));
    }
    return family;
}

}  // namespace ratescope::graph
