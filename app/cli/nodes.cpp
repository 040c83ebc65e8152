#include "app/cli/command.h"
#include "app/cli/output.h"
#include "core/graph/catalogue.h"
#include "core/graph/describe.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <iostream>
#include <memory>

namespace ratescope::cli {
namespace {

void listNodes(const graph::Catalogue& catalogue, bool json) {
    if (json) {
        nlohmann::json nodes = nlohmann::json::array();
        for (const graph::Manifest* manifest : catalogue.all())
            nodes.push_back(graph::toJson(*manifest));
        std::cout << nlohmann::json{{"nodes", nodes}}.dump(2) << '\n';
        return;
    }
    TextTable table({"node", "kind", "what it does"});
    for (const graph::Manifest* manifest : catalogue.all())
        table.add({manifest->id, toText(manifest->kind), manifest->summary});
    std::cout << table.text();
}

}  // namespace

Command nodesCommand() {
    return {"nodes",
            "List the nodes of this installation, or explain one",
            {"ratescope-cli nodes", "ratescope-cli nodes image.jpeg"},
            [](CLI::App& app) {
                auto id = std::make_shared<std::string>();
                auto json = std::make_shared<bool>(false);
                app.add_option("ID", *id, "Node to explain");
                app.add_flag("--json", *json, "Manifests as JSON (docs/schemas/manifest.json)");
                return [id, json] {
                    const graph::Catalogue catalogue = installedCatalogue();
                    if (id->empty()) {
                        listNodes(catalogue, *json);
                        return int{exitDone};
                    }
                    const graph::Manifest& manifest = requireNode(catalogue, *id);
                    if (*json)
                        std::cout << graph::toJson(manifest).dump(2) << '\n';
                    else
                        std::cout << graph::describe(manifest);
                    return int{exitDone};
                };
            }};
}

}  // namespace ratescope::cli
