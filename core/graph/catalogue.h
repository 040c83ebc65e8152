#pragma once

// All manifests that this installation knows, by id, without loading a plugin.

#include "core/graph/manifest.h"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ratescope::graph {

/// JSON of one manifest, every field written; `manifestFromJson` takes missing fields as their default
/// and throws Error(Plugin) on a wrong type or an unknown enumerator.
nlohmann::json toJson(const Manifest& manifest);
Manifest manifestFromJson(const nlohmann::json& json);

/// One plugin family as <family>.json describes it.
struct Family {
    std::string name;
    std::string buildId;
    std::filesystem::path library;  ///< the shared library beside the JSON file
    std::vector<Manifest> manifests;
};

nlohmann::json toJson(const Family& family);
Family familyFromJson(const nlohmann::json& json, const std::filesystem::path& library);

class Catalogue {
  public:
    /// Throws Error(Plugin) when a node id is there already.
    void add(Family family);

    /// nullptr when no installed plugin has the node.
    const Manifest* find(const std::string& nodeId) const;
    /// The plugin library that holds the node. Throws Error(Plugin) for an unknown node.
    const std::filesystem::path& libraryOf(const std::string& nodeId) const;
    const std::vector<Family>& families() const { return families_; }
    std::vector<const Manifest*> all() const;  ///< sorted by id

    /// The measure nodes that give the metric, sorted by id.
    std::vector<const Manifest*> measuresOf(const std::string& metricId) const;

    /// Messages of plugins that could not be taken (damaged JSON, another build id), each naming its file.
    std::vector<std::string> warnings;

  private:
    std::vector<Family> families_;
    std::map<std::string, std::pair<std::size_t, std::size_t>> index_;  ///< id → family, manifest
};

/// Folders searched, in order: <executable's folder>/../plugins, <…>/../lib/ratescope/plugins, then each
/// folder of RATESCOPE_PLUGINS (separated by ':').
std::vector<std::filesystem::path> pluginFolders();

/// Reads every *.json of the folders. A family whose build id is not this program's, or whose JSON is
/// damaged, is left out with a warning.
Catalogue loadCatalogue(const std::vector<std::filesystem::path>& folders);

}  // namespace ratescope::graph
