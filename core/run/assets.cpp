#include "core/run/assets.h"

#include "core/error.h"
#include "core/graph/expand.h"
#include "core/graph/topology.h"
#include "core/graph/wording.h"
#include "core/run/command_files.h"
#include "core/run/joined_table.h"
#include "core/store/library.h"

#include <set>

namespace ratescope::run {
namespace {

using graph::AssetRule;
using graph::inQuotes;
using graph::Manifest;
using graph::Node;
using graph::Parameter;

/// Nodes that a candidate, the reference of a measure or an analysis needs, in document order.
graph::Positions neededNodes(const graph::Topology& topology) {
    graph::Positions needed;
    const auto need = [&](const std::vector<graph::PortRef>& outputs) {
        for (const graph::Position position : topology.upstream(outputs))
            needed.insert(position);
    };
    for (const graph::Candidate& candidate : topology.candidates()) {
        need({candidate.output});
        for (const graph::Position measure : candidate.measures) {
            need(topology.sideOutputs(measure));
            needed.insert(measure);
        }
    }
    for (graph::Position i = 0; i < topology.size(); ++i)
        if (topology.manifest(i) && topology.manifest(i)->kind == graph::NodeKind::Analysis) needed.insert(i);
    return needed;
}

const graph::VariableRef* variableOf(const Node& node, const std::string& parameter) {
    const auto bound = node.parameters.find(parameter);
    return bound == node.parameters.end() ? nullptr : std::get_if<graph::VariableRef>(&bound->second);
}

/// The values that sweeps give the parameter.
std::vector<graph::ParameterValue> sweptValues(const graph::Document& document, const Node& node,
                                               const std::string& parameter) {
    const graph::VariableRef* const variable = variableOf(node, parameter);
    std::vector<graph::ParameterValue> values;
    for (const graph::Sweep& sweep : document.sweeps)
        for (std::size_t c = 0; c < sweep.columns.size(); ++c) {
            const graph::SweepColumn& column = sweep.columns[c];
            const bool sets = column.node == node.slug && column.parameter == parameter;
            const bool setsVariable = variable && column.node.empty() && column.parameter == variable->name;
            if (!sets && !setsVariable) continue;
            for (const auto& row : sweep.rows)
                values.push_back(row.at(c));
        }
    return values;
}

[[noreturn]] void failAt(const Node& node, const Error& error) {
    throw Error(error.kind(), "The node " + inQuotes(node.slug) + ": " + error.what(), error.remedy());
}

class Lister {
  public:
    Lister(const graph::Document& document, const graph::PathBase& base, const HashFile& hashFile)
        : document_(document), base_(base), hashFile_(hashFile) {}

    void add(const Node& node, const Manifest& manifest) {
        const graph::NodeParameters values = graph::parametersOf(document_, manifest, node);
        if (manifest.kind == graph::NodeKind::Source) {
            addAssets(node, manifest, values);
            join(node, manifest.assets, values);
        }
        for (const Parameter& parameter : manifest.parameters) {
            const bool isCommand = parameter.type == graph::ParameterType::Command;
            if (!isCommand && parameter.type != graph::ParameterType::File) continue;
            if (saysAssets(manifest, parameter.id) || parameter.id == manifest.assets.table) continue;
            std::vector<graph::ParameterValue> all = sweptValues(document_, node, parameter.id);
            if (all.empty()) all.push_back(values.at(parameter.id));
            for (const graph::ParameterValue& value : all)
                isCommand ? addCommand(parameter.id, value) : addFile(value);
        }
    }

    Assets take() { return std::move(assets_); }

  private:
    static bool saysAssets(const Manifest& manifest, const std::string& parameter) {
        return manifest.kind == graph::NodeKind::Source && manifest.assets.by != AssetRule::By::One &&
               manifest.assets.parameter == parameter;
    }

    void addAssets(const Node& node, const Manifest& manifest, const graph::NodeParameters& values) {
        std::vector<Asset>& assets = assets_.ofSource[node.slug];
        const AssetRule& rule = manifest.assets;
        if (rule.by == AssetRule::By::One) {
            assets.push_back({node.slug, {}, {}, 0});
            return;
        }
        if (rule.by == AssetRule::By::Count) {
            const std::int64_t count = std::get<std::int64_t>(values.at(rule.parameter));
            for (std::int64_t i = 0; i < count; ++i)
                assets.push_back({std::to_string(i), {}, {}, i});
            return;
        }
        for (const graph::AssetFile& file :
             graph::assetFiles(std::get<std::string>(values.at(rule.parameter)), rule.extensions, base_)) {
            if (!graph::isUtf8(file.file.native()))
                throw Error(ErrorKind::Input, "The name of a file is not UTF-8: " + inQuotes(file.name) + ".",
                            "Rename it.");
            assets.push_back(assetOf(file.file, rule, hashFile_));
            assets.back().name = file.name;
        }
    }

    void join(const Node& node, const AssetRule& rule, const graph::NodeParameters& values) {
        if (rule.table.empty()) return;
        const auto& table = std::get<std::string>(values.at(rule.table));
        if (table.empty()) return;
        const std::filesystem::path file = graph::resolvePath(table, base_);
        JoinedTable joined =
            joinTable(file, std::get<std::string>(values.at(rule.key)), assets_.ofSource[node.slug]);
        assets_.tables[node.slug] = {file, hashFile_(file)};
        assets_.joined[node.slug] = std::move(joined.ofAsset);
        for (const std::string& note : joined.notes)
            assets_.notes.push_back(node.slug + ": " + note);
    }

    void addFile(const graph::ParameterValue& value) {
        const auto* const text = std::get_if<std::string>(&value);
        if (!text || text->empty() || assets_.files.count(*text)) return;
        const std::filesystem::path file = graph::resolvePath(*text, base_);
        assets_.files[*text] = {file, hashFile_(file)};
    }

    void addCommand(const std::string& parameter, const graph::ParameterValue& value) {
        const auto* const text = std::get_if<std::string>(&value);
        if (!text || assets_.commands.count(*text)) return;
        try {
            assets_.commands[*text] = resolveCommand(*text, base_, hashFile_);
        } catch (const Error& error) {
            throw Error(error.kind(), parameter + ": " + error.what(), error.remedy());
        }
    }

    const graph::Document& document_;
    const graph::PathBase& base_;
    const HashFile& hashFile_;
    Assets assets_;
};

}  // namespace

Hash Asset::keyHash() const {
    if (companions.empty()) return fileHash;
    std::string text = fileHash.hex();
    for (const NamedFile& companion : companions)
        text += "\n" + companion.hash.hex() + " " + companion.file.filename().string();
    return sha256(text);
}

Asset assetOf(const std::filesystem::path& file, const graph::AssetRule& rule, const HashFile& hashFile) {
    Asset asset{file.filename().string(), file, hashFile(file)};
    for (const std::filesystem::path& companion : graph::companionFiles(file, rule))
        asset.companions.push_back({companion, hashFile(companion)});
    return asset;
}

std::uint64_t bytesOfAsset(const std::filesystem::path& file, const graph::AssetRule& rule) {
    const auto bytesOf = [](const std::filesystem::path& one) -> std::uint64_t {
        std::error_code failed;
        const std::uintmax_t bytes = std::filesystem::file_size(one, failed);
        return failed ? 0 : bytes;
    };
    std::uint64_t bytes = bytesOf(file);
    for (const std::filesystem::path& companion : graph::companionFiles(file, rule))
        bytes += bytesOf(companion);
    return bytes;
}

HashFile rememberedHash(store::Library& library) {
    return [&library](const std::filesystem::path& file) {
        if (const auto known = library.findFileHash(file)) return *known;
        const Hash hash = sha256OfFile(file);
        library.rememberFileHash(file, hash);
        return hash;
    };
}

HashFile knownHash(const store::Library& library) {
    return [&library](const std::filesystem::path& file) {
        const auto known = library.findFileHash(file);
        return known ? *known : sha256OfFile(file);
    };
}

Assets listAssets(const graph::Document& document, const graph::Catalogue& catalogue,
                  const graph::PathBase& base, const HashFile& hashFile) {
    const graph::Topology topology(document, catalogue);
    Lister lister(document, base, hashFile);
    for (const graph::Position position : neededNodes(topology)) {
        const Node& node = topology.node(position);
        if (node.bypassed) continue;
        try {
            lister.add(node, *topology.manifest(position));
        } catch (const Error& error) {
            failAt(node, error);
        }
    }
    return lister.take();
}

}  // namespace ratescope::run
