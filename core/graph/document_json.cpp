#include "core/graph/document_json.h"

#include "core/error.h"
#include "core/graph/figure_json.h"
#include "core/graph/json_array.h"
#include "core/graph/json_place.h"
#include "core/graph/migrate.h"
#include "core/graph/names.h"
#include "core/graph/strict_json.h"
#include "core/graph/value_json.h"
#include "core/graph/wording.h"

#include <nlohmann/json.hpp>

#include <fstream>

namespace ratescope::graph {
namespace {

using nlohmann::json;
using Ordered = nlohmann::ordered_json;

Ordered bindingToJson(const Binding& binding) {
    if (const auto* reference = std::get_if<VariableRef>(&binding))
        return Ordered{{"variable", reference->name}};
    return valueToJson<Ordered>(std::get<ParameterValue>(binding));
}

Ordered nodeToJson(const Node& node) {
    Ordered object{{"slug", node.slug}, {"type", node.type}, {"version", node.version}};
    if (!node.title.empty()) object["title"] = node.title;
    Ordered parameters = Ordered::object();
    for (const auto& [id, binding] : node.parameters)
        parameters[id] = bindingToJson(binding);
    object["parameters"] = std::move(parameters);
    if (node.pairing != Pairing::Unsaid) object["pairing"] = toText(node.pairing);
    if (node.bypassed) object["bypassed"] = true;
    object["x"] = node.x;
    object["y"] = node.y;
    return object;
}

Ordered columnToJson(const SweepColumn& column) {
    Ordered object;
    if (column.node.empty())
        object["variable"] = column.parameter;
    else
        object = Ordered{{"node", column.node}, {"parameter", column.parameter}};
    if (column.movesAlongCurve) object["moves_along_curve"] = *column.movesAlongCurve;
    return object;
}

Ordered sweepToJson(const Sweep& sweep) {
    return Ordered{{"columns", arrayOf<Ordered>(sweep.columns, columnToJson)},
                   {"rows", arrayOf<Ordered>(sweep.rows, [](const std::vector<ParameterValue>& row) {
                        return arrayOf<Ordered>(row, valueToJson<Ordered>);
                    })}};
}

Ordered reachToJson(const Reach& reach) {
    Ordered object{{"node", reach.node},       {"parameter", reach.parameter}, {"quantity", reach.quantity},
                   {"targets", reach.targets}, {"tolerance", reach.tolerance}, {"most_runs", reach.mostRuns}};
    if (reach.from) object["from"] = *reach.from;
    if (reach.to) object["to"] = *reach.to;
    return object;
}

Ordered frameToJson(const Frame& frame) {
    return Ordered{{"title", frame.title}, {"text", frame.text},   {"x", frame.x},
                   {"y", frame.y},         {"width", frame.width}, {"height", frame.height}};
}

Ordered cropToJson(const Crop& crop) {
    Ordered object{{"name", crop.name}};
    if (!crop.asset.empty()) object["asset"] = crop.asset;
    object.update({{"x", crop.x}, {"y", crop.y}, {"width", crop.width}, {"height", crop.height}});
    return object;
}

Ordered documentToJson(const Document& document) {
    const auto wireToJson = [](const Wire& wire) {
        return Ordered{{"from", wire.from.text()}, {"to", wire.to.text()}};
    };
    const auto variableToJson = [](const Variable& variable) {
        return Ordered{{"name", variable.name}, {"value", valueToJson<Ordered>(variable.value)}};
    };
    Ordered object{{"ratescope", "document"},
                   {"format", documentFormat},
                   {"id", document.id},
                   {"name", document.name},
                   {"title", document.title},
                   {"notes", document.notes},
                   {"nodes", arrayOf<Ordered>(document.nodes, nodeToJson)},
                   {"wires", arrayOf<Ordered>(document.wires, wireToJson)},
                   {"variables", arrayOf<Ordered>(document.variables, variableToJson)},
                   {"sweeps", arrayOf<Ordered>(document.sweeps, sweepToJson)},
                   {"reaches", arrayOf<Ordered>(document.reaches, reachToJson)},
                   {"candidates", arrayOf<Ordered>(document.candidates,
                                                   [](const PortRef& port) { return Ordered(port.text()); })},
                   {"frames", arrayOf<Ordered>(document.frames, frameToJson)},
                   {"seeds", document.seeds},
                   {"threads", document.threads},
                   {"stall_seconds", document.stallSeconds},
                   {"keep_reconstructions", document.keepReconstructions}};
    // Documents without crops keep the bytes that they had before there were any.
    if (!document.crops.empty()) object["crops"] = arrayOf<Ordered>(document.crops, cropToJson);
    if (!document.figures.empty()) object["figures"] = arrayOf<Ordered>(document.figures, figureToJson);
    return object;
}

PortRef portRefFromJson(const JsonPlace& place) {
    const std::string text = place.text();
    const auto dot = text.find('.');
    if (dot == std::string::npos) place.fail("must be a node and a port, such as \"jpeg.image\"");
    return {text.substr(0, dot), text.substr(dot + 1)};
}

Binding bindingFromJson(const JsonPlace& place) {
    if (!place.value().is_object()) return valueFromJson(place);
    place.only({"variable"});
    return VariableRef{place.field("variable").text()};
}

Node nodeFromJson(const JsonPlace& place) {
    place.only({"slug", "type", "version", "title", "parameters", "pairing", "bypassed", "x", "y"});
    Node node;
    node.slug = place.field("slug").text();
    node.type = place.field("type").text();
    read(place, "version", node.version);
    read(place, "title", node.title);
    if (const auto parameters = place.find("parameters"))
        for (const auto& [id, value] : parameters->fields())
            node.parameters[id] = bindingFromJson(value);
    if (const auto pairing = place.find("pairing")) {
        const auto known = fromName<Pairing>(pairing->text());
        if (!known) pairing->fail("must be \"unsaid\", \"paired-by-name\" or \"product\"");
        node.pairing = *known;
    }
    read(place, "bypassed", node.bypassed);
    read(place, "x", node.x);
    read(place, "y", node.y);
    return node;
}

SweepColumn columnFromJson(const JsonPlace& place) {
    place.only({"node", "parameter", "variable", "moves_along_curve"});
    SweepColumn column;
    if (const auto variable = place.find("variable")) {
        if (place.find("node") || place.find("parameter"))
            place.fail("must name a node's parameter or a variable, not both");
        column.parameter = variable->text();
    } else {
        column.node = place.field("node").text();
        column.parameter = place.field("parameter").text();
        if (column.node.empty()) place.field("node").fail("must not be empty");
    }
    if (const auto moves = place.find("moves_along_curve")) column.movesAlongCurve = moves->flag();
    return column;
}

Sweep sweepFromJson(const JsonPlace& place) {
    place.only({"columns", "rows"});
    Sweep sweep;
    for (const JsonPlace& column : place.field("columns").items())
        sweep.columns.push_back(columnFromJson(column));
    for (const JsonPlace& row : place.field("rows").items()) {
        std::vector<ParameterValue> values;
        for (const JsonPlace& value : row.items())
            values.push_back(valueFromJson(value));
        sweep.rows.push_back(std::move(values));
    }
    return sweep;
}

Reach reachFromJson(const JsonPlace& place) {
    place.only({"node", "parameter", "quantity", "targets", "tolerance", "most_runs", "from", "to"});
    Reach reach;
    reach.node = place.field("node").text();
    reach.parameter = place.field("parameter").text();
    reach.quantity = place.field("quantity").text();
    for (const JsonPlace& target : place.field("targets").items())
        reach.targets.push_back(target.real());
    read(place, "tolerance", reach.tolerance);
    read(place, "most_runs", reach.mostRuns);
    if (const auto from = place.find("from")) reach.from = from->real();
    if (const auto to = place.find("to")) reach.to = to->real();
    return reach;
}

Frame frameFromJson(const JsonPlace& place) {
    place.only({"title", "text", "x", "y", "width", "height"});
    Frame frame;
    read(place, "title", frame.title);
    read(place, "text", frame.text);
    read(place, "x", frame.x);
    read(place, "y", frame.y);
    read(place, "width", frame.width);
    read(place, "height", frame.height);
    return frame;
}

Crop cropFromJson(const JsonPlace& place) {
    place.only({"name", "asset", "x", "y", "width", "height"});
    Crop crop;
    crop.name = place.field("name").text();
    read(place, "asset", crop.asset);
    for (const auto& [name, target] : {std::pair("x", &crop.x), std::pair("y", &crop.y),
                                       std::pair("width", &crop.width), std::pair("height", &crop.height)}) {
        place.field(name);
        read(place, name, *target);
    }
    return crop;
}

Wire wireFromJson(const JsonPlace& place) {
    place.only({"from", "to"});
    return {portRefFromJson(place.field("from")), portRefFromJson(place.field("to"))};
}

Variable variableFromJson(const JsonPlace& place) {
    place.only({"name", "value"});
    return {place.field("name").text(), valueFromJson(place.field("value"))};
}

Document readCurrent(const JsonPlace& place) {
    place.only({"ratescope", "format", "id", "name", "title", "notes", "nodes", "wires", "variables",
                "sweeps", "reaches", "candidates", "frames", "seeds", "threads", "stall_seconds",
                "keep_reconstructions", "crops", "figures"});
    Document document;
    document.id = place.field("id").text();
    document.name = place.field("name").text();
    read(place, "title", document.title);
    read(place, "notes", document.notes);
    place.field("nodes");
    readArray(place, "nodes", document.nodes, nodeFromJson);
    readArray(place, "wires", document.wires, wireFromJson);
    readArray(place, "variables", document.variables, variableFromJson);
    readArray(place, "sweeps", document.sweeps, sweepFromJson);
    readArray(place, "reaches", document.reaches, reachFromJson);
    readArray(place, "candidates", document.candidates, portRefFromJson);
    readArray(place, "frames", document.frames, frameFromJson);
    readArray(place, "crops", document.crops, cropFromJson);
    readArray(place, "seeds", document.seeds, [](const JsonPlace& seed) { return seed.unsignedInteger(); });
    read(place, "threads", document.threads);
    read(place, "stall_seconds", document.stallSeconds);
    read(place, "keep_reconstructions", document.keepReconstructions);
    readArray(place, "figures", document.figures, figureFromJson);
    return document;
}

/// Keeps a file of an older format beside; refuses to write over one of a newer.
void keepOldFormat(const std::filesystem::path& file) {
    std::error_code failure;
    if (!std::filesystem::is_regular_file(file, failure)) return;
    int format = documentFormat;
    try {
        format = formatOf(readJson(file));
    } catch (const Error&) {
        return;  // what is there is no document that could be kept for another version
    }
    if (format == documentFormat) return;
    if (format > documentFormat)
        throw Error(ErrorKind::Document,
                    file.string() + " was written by a newer version of Ratescope (format " +
                        std::to_string(format) + ").",
                    "Save under another name.");
    const std::filesystem::path kept = file.string() + ".format-" + std::to_string(format);
    if (std::filesystem::exists(kept, failure)) return;
    std::ifstream stream(file, std::ios::binary);
    replaceFile(kept, std::string(std::istreambuf_iterator<char>(stream), {}));
}

}  // namespace

json toJson(const Document& document) {
    return json::parse(toText(document));
}

std::string toText(const Document& document) {
    return jsonText(documentToJson(document));
}

Document documentFromJson(json document, bool* migrated) {
    const bool older = migrate(document);
    if (migrated) *migrated = older;
    return readCurrent(JsonPlace(document, ErrorKind::Document));
}

Document readDocument(const std::filesystem::path& file, bool* migrated) {
    json read = readJson(file);
    try {
        return documentFromJson(std::move(read), migrated);
    } catch (const Error& error) {
        throw Error(error.kind(), file.string() + ": " + error.what(), error.remedy());
    }
}

void writeDocument(const std::filesystem::path& file, const Document& document) {
    const std::string text = toText(document);
    keepOldFormat(file);
    replaceFile(file, text);
}

}  // namespace ratescope::graph
