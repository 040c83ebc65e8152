#include "core/graph/migrate.h"

#include "core/graph/document_json.h"
#include "core/graph/json_place.h"
#include "core/hash.h"

#include <nlohmann/json.hpp>

#include <array>

namespace ratescope::graph {
namespace {

using nlohmann::json;

/// "connections": [{"from": ["photos", "image"], "to": ["jpeg", "image"]}] become wires "photos.image".
json wiresOfFormat0(const JsonPlace& document) {
    json wires = json::array();
    const auto connections = document.find("connections");
    if (!connections) return wires;
    const auto end = [](const JsonPlace& place) {
        const auto parts = place.items();
        if (parts.size() != 2) place.fail("must be a node and a port");
        return parts[0].text() + "." + parts[1].text();
    };
    for (const JsonPlace& connection : connections->items()) {
        connection.only({"from", "to"});
        wires.push_back({{"from", end(connection.field("from"))}, {"to", end(connection.field("to"))}});
    }
    return wires;
}

/// "sweep": {"quality": [10, 20]} under a node becomes a table of one column.
void appendSweeps(json& sweeps, const std::string& slug, const JsonPlace& lists) {
    for (const auto& [parameter, list] : lists.fields()) {
        json rows = json::array();
        for (const JsonPlace& item : list.items())
            rows.push_back(json::array({item.value()}));
        sweeps.push_back(
            {{"columns", json::array({{{"node", slug}, {"parameter", parameter}}})}, {"rows", rows}});
    }
}

/// Format 0 had connections as pairs, lists to sweep under their node, places as pairs, one seed, and no
/// permanent id: it is made from the content, so that opening the file twice gives one study.
json from0(const json& old) {
    const JsonPlace place(old, ErrorKind::Document);
    place.only({"ratescope", "format", "name", "title", "notes", "nodes", "connections", "variables",
                "candidates", "frames", "seed", "threads", "stall_seconds"});
    json document = old;
    document["format"] = 1;
    document["id"] = sha256(old.dump(-1, ' ', false, json::error_handler_t::replace)).hex().substr(0, 32);
    document["wires"] = wiresOfFormat0(place);
    document.erase("connections");
    if (const auto seed = place.find("seed")) document["seeds"] = json::array({seed->value()});
    document.erase("seed");
    json sweeps = json::array();
    const auto nodes = place.field("nodes").items();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        nodes[i].only(
            {"slug", "type", "version", "title", "parameters", "sweep", "pairing", "bypassed", "position"});
        json& node = document["nodes"][i];
        if (const auto lists = nodes[i].find("sweep"))
            appendSweeps(sweeps, nodes[i].field("slug").text(), *lists);
        node.erase("sweep");
        if (const auto position = nodes[i].find("position")) {
            const auto xy = position->items();
            if (xy.size() != 2) position->fail("must be two numbers");
            node["x"] = xy[0].value();
            node["y"] = xy[1].value();
        }
        node.erase("position");
    }
    document["sweeps"] = std::move(sweeps);
    return document;
}

/// Format 2 brought `reaches`; a document of format 1 has none.
json from1(const json& old) {
    if (const auto reaches = JsonPlace(old, ErrorKind::Document).find("reaches"))
        reaches->fail("belongs to format 2, and the document says 1");
    json document = old;
    document["format"] = 2;
    return document;
}

constexpr std::array steps = {&from0, &from1};
static_assert(steps.size() == documentFormat);

}  // namespace

int formatOf(const json& document) {
    const JsonPlace place(document, ErrorKind::Document);
    const auto kind = place.find("ratescope");
    if (!kind || kind->value() != "document") place.fail("is not a Ratescope document");
    return static_cast<int>(place.field("format").integer(0, std::numeric_limits<int>::max()));
}

bool migrate(json& document) {
    const int format = formatOf(document);
    if (format > documentFormat)
        throw Error(ErrorKind::Document,
                    "The document has format " + std::to_string(format) +
                        ", and this version of Ratescope reads up to " + std::to_string(documentFormat) + ".",
                    "Open it with a newer version of Ratescope.");
    for (std::size_t i = static_cast<std::size_t>(format); i < steps.size(); ++i)
        document = steps[i](document);
    return format < documentFormat;
}

}  // namespace ratescope::graph
