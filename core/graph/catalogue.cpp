#include "core/graph/catalogue.h"

#include "core/build_info.h"
#include "core/error.h"
#include "core/graph/strict_json.h"
#include "core/graph/wording.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>

namespace ratescope::graph {
namespace {

namespace fs = std::filesystem;

fs::path libraryBeside(const fs::path& file) {
    return file.parent_path() / ("libratescope-" + file.stem().string() + ".so");
}

/// Reads one <family>.json. Throws Error with the reason why the family can't be taken.
Family familyOf(const fs::path& file) {
    const fs::path library = libraryBeside(file);
    Family family = familyFromJson(readJson(file), library);
    if (family.buildId != buildInfo().buildId)
        throw Error(ErrorKind::Plugin,
                    "it has build id " + inQuotes(family.buildId) + ", and this program has " +
                        inQuotes(buildInfo().buildId),
                    "Build it with this version of Ratescope.");
    std::error_code failure;
    if (!fs::is_regular_file(library, failure))
        throw Error(ErrorKind::Plugin, "its library " + library.string() + " is missing",
                    "Install the plugin again.");
    return family;
}

std::vector<fs::path> jsonFilesOf(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code failure;
    for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
         entry.increment(failure))
        if (entry->path().extension() == ".json") files.push_back(entry->path());
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

void Catalogue::add(Family family) {
    std::set<std::string> own;
    for (const Manifest& manifest : family.manifests) {
        if (!find(manifest.id) && own.insert(manifest.id).second) continue;
        throw Error(
            ErrorKind::Plugin,
            "The node " + inQuotes(manifest.id) + " of the plugin " + inQuotes(family.name) +
                " is there already.",
            "Remove one of the two plugins, or look for a folder that is named twice in RATESCOPE_PLUGINS.");
    }
    for (std::size_t i = 0; i < family.manifests.size(); ++i)
        index_[family.manifests[i].id] = {families_.size(), i};
    families_.push_back(std::move(family));
}

const Manifest* Catalogue::find(const std::string& nodeId) const {
    const auto found = index_.find(nodeId);
    if (found == index_.end()) return nullptr;
    return &families_[found->second.first].manifests[found->second.second];
}

const fs::path& Catalogue::libraryOf(const std::string& nodeId) const {
    const auto found = index_.find(nodeId);
    if (found != index_.end()) return families_[found->second.first].library;
    std::vector<std::string> known;
    for (const auto& [id, place] : index_)
        known.push_back(id);
    throw Error(ErrorKind::Plugin, "No installed plugin has the node " + inQuotes(nodeId) + ".",
                didYouMean(nodeId, known, "Nodes there are: "));
}

std::vector<const Manifest*> Catalogue::all() const {
    std::vector<const Manifest*> manifests;
    for (const auto& [id, place] : index_)
        manifests.push_back(find(id));
    return manifests;
}

std::vector<const Manifest*> Catalogue::measuresOf(const std::string& metricId) const {
    std::vector<const Manifest*> measures = all();
    std::erase_if(measures, [&](const Manifest* manifest) {
        return manifest->kind != NodeKind::Measure || !manifest->metric(metricId);
    });
    return measures;
}

std::vector<fs::path> pluginFolders() {
    std::vector<fs::path> folders;
    std::error_code failure;
    const fs::path program = fs::read_symlink("/proc/self/exe", failure);
    if (!failure) {
        const fs::path above = program.parent_path().parent_path();
        folders = {above / "plugins", above / "lib" / "ratescope" / "plugins"};
    }
    const char* const named = std::getenv("RATESCOPE_PLUGINS");
    std::istringstream list(named ? named : "");
    for (std::string folder; std::getline(list, folder, ':');)
        if (!folder.empty()) folders.push_back(folder);
    return folders;
}

Catalogue loadCatalogue(const std::vector<fs::path>& folders) {
    Catalogue catalogue;
    std::set<fs::path> seen;
    for (const fs::path& folder : folders) {
        std::error_code failure;
        if (!seen.insert(fs::weakly_canonical(folder, failure)).second) continue;
        for (const fs::path& file : jsonFilesOf(folder)) {
            try {
                catalogue.add(familyOf(file));
            } catch (const Error& error) {
                std::string what = error.what();
                if (!what.empty() && what.back() == '.') what.pop_back();
                catalogue.warnings.push_back("The plugin " + file.string() + " is left out: " + what + ". " +
                                             error.remedy());
            }
        }
    }
    return catalogue;
}

}  // namespace ratescope::graph
